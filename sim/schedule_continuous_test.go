package sim

import (
	"math"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// TestSchedulePieces: the rates of many weights, which are computed piece by
// piece, are those of the time of each stage.
func TestSchedulePieces(t *testing.T) {
	sizes := []int{300, 61, 7}
	task := &fixture.Constant{In: make([]float64, sizes[0]), Out: make([]float64, sizes[2])}
	for i := range task.In {
		task.In[i] = float64(1+i%7) / 7
	}
	run := func(whole bool) []float64 {
		sys, err := NewContinuous(build[float64](t, "burstccn", program.Setting{Sizes: sizes, Values: model.Values{"tau_weight": 1.0}}), []Stream{task}, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, ends := sys.Pieces(); len(ends) == 0 {
			t.Fatal("there are no pieces")
		}
		if whole {
			sys.pieces, sys.ends = nil, nil
		}
		in, err := NewIntegration(sys, Method{Name: "rk4", Step: 20 * ms})
		if err != nil {
			t.Fatal(err)
		}
		if err := in.SetSchedule(courses("W")); err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, true)
		return snapshot(advanced(t, in, 0, 300*ms))
	}
	if d := fixture.Distance(run(false), run(true)); d > 1e-14 {
		t.Errorf("weights that move piece by piece differ by %g", d)
	}
}

// TestScheduleInTime: with all factors 0.25 and a quarter of the time constant,
// learning is the same, whatever the plasticity and the stepper; with W frozen,
// its weights stay and others learn.
func TestScheduleInTime(t *testing.T) {
	run := func(method string, split bool, tau float64, s Schedule) *Weights[float64] {
		w := build[float64](t, "burstccn", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: model.Values{
			"y_mode": "random", "y_plastic": true, "tau_weight": tau, "tau_y": tau}})
		in := continuous(t, w, []Stream{fixture.Task(t, true)}, Method{Name: method, Step: 10 * time.Millisecond}, split)
		if err := in.SetSchedule(s); err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, true)
		if _, err := in.Advance(0, 3*time.Second); err != nil {
			t.Fatal(err)
		}
		return in.Moved().Weights()
	}
	for _, method := range []string{"euler", "rk4", "dopri5", "exponential"} {
		for _, split := range []bool{false, true} {
			quarter := Schedule{{Factor: 0.25, Shape: "step"}}
			a, b := run(method, split, 1, quarter), run(method, split, 4, nil)
			for _, m := range a.Tensors() {
				for i, v := range b.Of(m.Name) {
					if math.Abs(v-m.Values[i]) > 1e-12 {
						t.Fatalf("%s, split %v: %s differs by %.2g from that of a time constant four times as long", method, split, m.Name, v-m.Values[i])
					}
				}
			}
			frozen := run(method, split, 1, Schedule{{Factor: 0, Shape: "step", Weights: []string{"W"}}})
			start := build[float64](t, "burstccn", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: model.Values{
				"y_mode": "random", "y_plastic": true, "tau_weight": 1.0, "tau_y": 1.0}})
			for i, v := range start.Of("W1") {
				if frozen.Of("W1")[i] != v || frozen.Of("c1")[i%8] != start.Of("c1")[i%8] {
					t.Fatalf("%s, split %v: W1 or c1 changed while they were frozen", method, split)
				}
			}
			if frozen.Of("Y1")[0] == start.Of("Y1")[0] {
				t.Errorf("%s, split %v: Y1 did not learn", method, split)
			}
		}
	}
}

// TestDecayInTime: weights that learn nothing decay as exp(-rate t); the text's
// exemptions hold, and without learning nothing decays.
func TestDecayInTime(t *testing.T) {
	for _, split := range []bool{false, true} {
		w := build[float64](t, "burstccn", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: model.Values{
			"y_mode": "random", "y_plastic": true, "tau_weight": 1e12, "tau_y": 1e12}})
		sys, err := NewContinuous(w, []Stream{fixture.Task(t, false)}, split)
		if err != nil {
			t.Fatal(err)
		}
		sys.SetDecay(0.1)
		in, err := NewIntegration(sys, Method{Name: "rk4", Step: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, false)
		if _, err := in.Advance(0, time.Second); err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, true)
		if _, err := in.Advance(time.Second, 3*time.Second); err != nil {
			t.Fatal(err)
		}
		after, want := in.Moved().Weights(), math.Exp(-0.2)
		for i, v := range w.Of("W2") {
			if ratio := after.Of("W2")[i] / v; math.Abs(ratio-want) > 1e-4 {
				t.Fatalf("split %v: W2 decayed to %.6f of it, want %.6f", split, ratio, want)
			}
		}
		for i, v := range w.Of("Y1") { // its rule is plain
			if math.Abs(after.Of("Y1")[i]-v) > 1e-9 {
				t.Fatalf("split %v: Y1 decayed, whose rule is exempt", split)
			}
		}
	}
}

// TestTeacherStrength: half a teacher is a target halfway between answer and
// target, in both kinds of time.
func TestTeacherStrength(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		at := func(strength float64, target []float64) (answer []float64, change []float64) {
			w := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 2}, Strength: strength, Values: model.Values{"tau_weight": 1.0}})
			d := inDiscreteTime(t, w, Learning{})
			copy(d.Moved().Input(), []float64{0.3, -0.8, 0.5})
			copy(d.Moved().Target(), target)
			present(t, d, true)
			d.Gradients()
			return append([]float64(nil), d.Moved().Output()...), append([]float64(nil), d.Gradient(w.Network().Forward(1).Name).GradW...)
		}
		target := []float64{0.9, 0.2}
		answer, half := at(0.5, target)
		for i := range target {
			target[i] = (target[i] + answer[i]) / 2
		}
		_, whole := at(1, target)
		for i := range half {
			if math.Abs(half[i]-whole[i]) > 1e-14 {
				t.Fatalf("W1[%d] changes by %v with half a teacher, and by %v with a target halfway", i, half[i], whole[i])
			}
		}
	})
	fixture.ForAll(t, func(t *testing.T, name string) {
		at := func(strength float64, target []float64) (answer, slope []float64) {
			w := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 2}, Strength: strength, Values: model.Values{"tau_weight": 1.0}})
			sys, err := NewContinuous(w, []Stream{&fixture.Constant{In: []float64{0.3, -0.8, 0.5}, Out: target}}, false)
			if err != nil {
				t.Fatal(err)
			}
			for i := range sys.dynamic {
				sys.x[i] = 0.3 + 0.4*math.Sin(float64(i))
			}
			sys.SetTeaching(true, true)
			slope = make([]float64, sys.Dim())
			sys.Derivative(slope, 0, sys.State())
			sys.read(0, sys.State())
			return append([]float64(nil), sys.state.Output()...), slope
		}
		target := []float64{0.9, 0.2}
		answer, half := at(0.5, target)
		_, all := at(1, target)
		for i := range target {
			target[i] = (target[i] + answer[i]) / 2
		}
		_, whole := at(1, target)
		if d := fixture.Distance(half, whole); d > 1e-14 {
			t.Errorf("with half a teacher, slopes differ by %g from those with a target halfway", d)
		}
		if fixture.Distance(half, all) < 1e-3 {
			t.Error("half a teacher is a whole one")
		}
	})
}
