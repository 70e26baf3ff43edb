package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

func TestScheduleFactor(t *testing.T) {
	s := Schedule{
		{At: 10, Factor: 0, Shape: "step"},
		{At: 20, Factor: 1, Shape: "linear"},
		{At: 30, Factor: 0.5, Shape: "step", Weights: []string{"W"}},
		{At: 40, Factor: 0.1, Shape: "cosine", Weights: []string{"W"}},
	}
	for _, c := range []struct {
		name string
		at   float64
		want float64
	}{
		{"Y", 0, 1}, {"Y", 9.9, 1}, {"Y", 10, 0}, {"Y", 15, 0.5}, {"Y", 20, 1}, {"Y", 100, 1},
		{"W", 29, 1}, {"W", 30, 0.5}, {"W", 35, 0.3}, {"W", 40, 0.1}, {"W", 41, 0.1},
	} {
		if got := s.Factor(c.name, c.at); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("factor of %s at %v: %v, want %v", c.name, c.at, got, c.want)
		}
	}
}

// TestWarmUp: a cosine after a linear warm-up, over whole updates, is what the
// recipe of docs/experiment-file.md says. Updates are made at times k/n.
func TestWarmUp(t *testing.T) {
	for _, c := range []struct{ n, warm, end int }{{1875, 2, 100}, {1563, 5, 50}, {25, 1, 2}, {7, 3, 4}} {
		n, kw, kt := float64(c.n), float64(c.warm*c.n), float64(c.end*c.n)
		s := Schedule{
			{At: 0, Factor: 1 / kw, Shape: "step"},
			{At: float64(c.warm) - 1/n, Factor: 1, Shape: "linear"},
			{At: float64(c.warm), Factor: 1, Shape: "step"},
			{At: float64(c.end), Factor: 0, Shape: "cosine"},
		}
		for k := 0.0; k < kt; k++ {
			want := (k + 1) / kw
			if k >= kw {
				want = (1 + math.Cos(math.Pi*(k-kw)/(kt-kw))) / 2
			}
			epoch, batch := math.Floor(k/n), math.Mod(k, n)
			if got := s.Factor("W", epoch+batch/n); math.Abs(got-want) > 1e-12 {
				t.Fatalf("%+v: factor %v at update %v, want %v", c, got, k, want)
			}
		}
	}
}

// TestScheduleRefused: what is wrong is said in both kinds of time, and the
// schedule from before stays.
func TestScheduleRefused(t *testing.T) {
	w := everywhere(t, "burstccn")
	in := continuous(t, w, []Stream{fixture.Task(t, true)}, Method{Name: "rk4", Step: ms}, false)
	d := inDiscreteTime(t, w, Learning{})
	for _, set := range []func(Schedule) error{in.SetSchedule, d.SetSchedule} {
		if err := set(Schedule{{Factor: 0.5, Shape: "step", Weights: []string{"W", "Y"}}}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []Schedule{
			{{Factor: -1, Shape: "step"}}, {{Factor: math.Inf(1), Shape: "step"}}, {{Factor: 1, Shape: "steep"}},
			{{At: 2, Factor: 1, Shape: "step"}, {At: 1, Factor: 1, Shape: "step"}}, {{At: math.NaN(), Factor: 1, Shape: "step"}},
			{{Factor: 1, Shape: "step", Weights: []string{"W", "V"}}},
		} {
			if set(bad) == nil {
				t.Errorf("%v is accepted", bad)
			}
		}
	}
	if in.System.schedule.Factor("W", 1) != 0.5 || d.schedule.Factor("W", 1) != 0.5 {
		t.Error("a schedule that was refused took the place of another")
	}
}

// courses have knots on and off steps, at which rates jump, and ramps. One of them
// is for some weights alone.
func courses(some string) Schedule {
	return Schedule{
		{At: 0, Factor: 0.3, Shape: "step"},
		{At: 0.2, Factor: 1.5, Shape: "linear"},
		{At: 0.3337, Factor: 0, Shape: "step", Weights: []string{some}},
		{At: 0.48, Factor: 2, Shape: "step"},
		{At: 0.7, Factor: 0.1, Shape: "cosine"},
	}
}

// learner is the first projection that learns.
func learner(m *program.Machine[float64]) string { return m.Program().Rules[0].Projection() }

// scheduledBy is like learnedBy, with courses and decay.
func scheduledBy(t testing.TB, name string, m Method, split bool, decay float64, span time.Duration) []float64 {
	t.Helper()
	sys, err := NewContinuous(everywhere(t, name), []Stream{fixture.Task(t, true)}, split)
	if err != nil {
		t.Fatal(err)
	}
	sys.SetDecay(decay)
	in, err := NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.SetSchedule(courses(learner(sys.machine))); err != nil {
		t.Fatal(err)
	}
	awake(in)
	in.SetTeaching(true, true)
	return snapshot(advanced(t, in, 0, span))
}

// TestScheduleKeepsOrder: wherever knots are, methods keep the order that they
// have, and with error control errors fall with the tolerance. Split plasticity is
// of order 1, and has the same limit.
func TestScheduleKeepsOrder(t *testing.T) {
	const span = 960 * ms
	fixture.ForAll(t, func(t *testing.T, name string) {
		exact := scheduledBy(t, name, Method{Name: "dopri5", Step: ms, RelTol: 1e-13, AbsTol: 1e-14}, false, 0.5, span)
		for _, c := range []struct {
			method string
			split  bool
			order  float64
			steps  []time.Duration
		}{
			{"euler", false, 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
			{"exponential", false, 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
			{"heun", false, 2, []time.Duration{16e6, 8e6, 4e6, 2e6}},
			{"rk4", false, 4, []time.Duration{24e6, 12e6, 6e6, 3e6}},
			{"rk4", true, 1, []time.Duration{8e6, 4e6, 2e6, 1e6}},
			{"dopri5", true, 1, []time.Duration{8e6, 4e6, 2e6, 1e6}},
		} {
			var x, y []float64
			for _, h := range c.steps {
				got := scheduledBy(t, name, Method{Name: c.method, Step: h}, c.split, 0.5, span)
				x, y = append(x, math.Log(h.Seconds())), append(y, math.Log(fixture.Distance(got, exact)))
			}
			if _, order := stat.LinearRegression(x, y, nil, false); !(math.Abs(order-c.order) <= 0.3) {
				t.Errorf("%s, split %v: order %.3f, want %v; errors %v", c.method, c.split, order, c.order, y)
			}
		}
		for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
			got := scheduledBy(t, name, Method{Name: "dopri5", Step: ms, RelTol: tol, AbsTol: tol / 100}, false, 0.5, span)
			if d := fixture.Distance(got, exact); d > 10*tol {
				t.Errorf("tolerance %g: error %g", tol, d)
			}
		}
	})
}

// TestSplitRates: with split plasticity, rates are those of the beginning of a
// step where rules are products, which wait for it, and where they are not, as
// with a decay.
func TestSplitRates(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		m := Method{Name: "rk4", Step: 10 * ms}
		products, sums := scheduledBy(t, name, m, true, 0, 960*ms), scheduledBy(t, name, m, true, 1e-200, 960*ms)
		if d := fixture.Distance(products, sums); d > 1e-13 {
			t.Errorf("products and sums differ by %g", d)
		}
	})
}

// TestRampsAreFollowed: weights that learn nothing decay by the integral of what
// the schedule says, which is known.
func TestRampsAreFollowed(t *testing.T) {
	const decay = 0.5
	want := math.Exp(-decay * (0.2*(0.3+1.5)/2 + (0.48-0.2)*1.5 + (0.7-0.48)*(2+0.1)/2 + (0.96-0.7)*0.1))
	courses := slices.DeleteFunc(courses("W"), func(k Knot) bool { return k.Weights != nil })
	for _, c := range []struct {
		Method
		split     bool
		tolerance float64
	}{
		{Method{Name: "heun", Step: 5 * ms}, false, 1e-5}, {Method{Name: "rk4", Step: 20 * ms}, false, 1e-8},
		{Method{Name: "dopri5", Step: 20 * ms, RelTol: 1e-9, AbsTol: 1e-11}, false, 1e-8},
		{Method{Name: "euler", Step: ms}, false, 2e-3}, {Method{Name: "exponential", Step: ms}, false, 2e-3},
		{Method{Name: "rk4", Step: ms}, true, 2e-3}, {Method{Name: "dopri5", Step: ms}, true, 2e-3},
	} {
		w := build[float64](t, "ann", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: model.Values{"tau_weight": 1e15}})
		sys, err := NewContinuous(w, []Stream{fixture.Task(t, true)}, c.split)
		if err != nil {
			t.Fatal(err)
		}
		sys.SetDecay(decay)
		in, err := NewIntegration(sys, c.Method)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.SetSchedule(courses); err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, true)
		after := advanced(t, in, 0, 960*ms).Weights().Of("W2")
		for i, v := range w.Of("W2") {
			if ratio := after[i] / v; math.Abs(ratio-want) > c.tolerance {
				t.Fatalf("%s, split %v: weights decay to %.8f of what they were, want %.8f", c.Name, c.split, ratio, want)
			}
		}
	}
}

// TestScheduleInTheLimit: with decay, and a schedule that jumps between
// presentations, weights tend to those of discrete time as tau/T falls.
func TestScheduleInTheLimit(t *testing.T) {
	const (
		rate, decay   = 1e-6, 1e-6 // so small that tau/T alone makes a difference
		presentations = 6
		tau           = 0.1 // s
	)
	knots := func(some string, presentation float64) Schedule {
		return Schedule{{At: 2 * presentation, Factor: 0.25, Shape: "step"}, {At: 4 * presentation, Factor: 0, Shape: "step", Weights: []string{some}}}
	}
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := everywhere(t, name)
		if w.net.Text.Discrete.TwoPhases {
			t.Skip("learns in a second phase, which is shorter than a presentation")
		}
		task := []Stream{&fixture.Constant{In: []float64{0.3, -0.8, 0.5}, Out: []float64{0.9, 0.2}}}
		d := inDiscreteTime(t, w, Learning{WeightDecay: decay, FixedPoint: true})
		d.SetRates(rate)
		d.Compensate()
		if err := d.SetSchedule(knots(learner(d.machine), 1)); err != nil {
			t.Fatal(err)
		}
		p, err := NewPresentation(d, task, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		p.SetTeaching(true, true)
		advanced(t, p, 0, presentations*time.Second)
		want := learnt(w, d)

		var last float64
		for _, ratio := range []float64{0.04, 0.02, 0.01} {
			T := tau / ratio
			sys, err := NewContinuous(w, task, false)
			if err != nil {
				t.Fatal(err)
			}
			sys.SetRates(rate / T)
			sys.SetDecay(decay / T)
			sys.Compensate()
			in, err := NewIntegration(sys, Method{Name: "rk4", Step: 20 * ms})
			if err != nil {
				t.Fatal(err)
			}
			if err := in.SetSchedule(knots(learner(sys.machine), T)); err != nil {
				t.Fatal(err)
			}
			in.SetTeaching(true, true)
			advanced(t, in, 0, Duration(presentations*T))
			distance := fixture.Distance(learnt(w, sys), want)
			if last > 0 && math.Abs(distance/last-0.5) > 0.05 {
				t.Errorf("halving tau/T to %v changes the distance from %.3g to %.3g, want half", ratio, last, distance)
			}
			last = distance
		}
	})
}

// learnt is by how much weights that learn differ from those of w.
func learnt(w *Weights[float64], of interface {
	Moved() *State[float64]
	Withheld(k int) []float64
}) (out []float64) {
	for k, r := range of.Moved().Machine().Program().Rules {
		before, withheld := w.Of(r.Name), of.Withheld(k)
		for i, v := range of.Moved().Weights().Of(r.Name) {
			out = append(out, v-before[i]+withheld[i])
		}
	}
	return out
}
