package analysis

import (
	"fmt"
	"math"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

const ms = time.Millisecond

// TestSmallErrorFollowsBackprop checks that at the steady state of a small
// error every layer changes along minus the backprop gradient.
func TestSmallErrorFollowsBackprop(t *testing.T) {
	for _, c := range []struct {
		model  string
		values model.Values
	}{
		{"burstccn", model.Values{"p_b": 0.5}},
		{"burstccn", model.Values{"p_b": 0.2}},
		{"burstprop", model.Values{"tau_average": 20.0}},
		{"edn", nil},
		{"ann", nil},
	} {
		t.Run(fmt.Sprint(c.model, " ", c.values), func(t *testing.T) {
			outputs, before, taught := 2, 10*time.Second, 10*time.Second
			if c.model == "edn" {
				outputs = 1 // its targets are squeezed into 0.2 ... 0.8, output by output
			}
			if c.model == "burstprop" { // averages settle before, and stand nearly still while there is a teacher
				before, taught = 400*time.Second, time.Second
			}
			w := simtest.Build[float64](t, c.model, program.Setting{Sizes: []int{3, 12, 10, 8, outputs}, Values: c.values})
			for kind, engine := range map[string]func(task sim.Stream) simtest.Advancing{
				"continuous": func(task sim.Stream) simtest.Advancing {
					return simtest.Continuous(t, w, []sim.Stream{task}, sim.Method{Name: "rk4", Step: 10 * ms}, false)
				},
				"discrete": func(task sim.Stream) simtest.Advancing {
					return simtest.Discrete(t, w, []sim.Stream{task}, sim.Learning{}, time.Second)
				},
			} {
				task := &fixture.Constant{In: []float64{0.3, -0.8, 0.5}, Out: make([]float64, outputs)}
				e := engine(task)
				settle := func(teacher bool, from, to time.Duration) {
					e.SetTeaching(teacher, false)
					simtest.Advanced(t, e, from, to)
					e.Observe(to)
				}
				settle(false, 0, before)
				for i, r := range e.Moved().Output() {
					task.Out[i] = r + 0.02*float64(1-2*i)
					if c.model == "edn" { // away from 0.5, so that the sign of the error is that of the squeezed one
						task.Out[i] = (r + math.Copysign(0.02, r-0.5) - 0.2) / 0.6
					}
				}
				settle(true, before, before+taught)
				angles := NewComparison(e.Moved())
				angles.Update()
				for l := range e.Moved().Layers() {
					if w, c := angles.Backprop[l], angles.BiasBackprop[l]; !(w < 5) || !(c < 5) {
						t.Errorf("%s: layer %d changes at %.2f degrees (bias %.2f) to backprop", kind, l+1, w, c)
					}
				}
			}
		})
	}
}

// TestBurstpropFeedbackAligns checks that Y, which changes as W does while both
// decay, comes to point where W points (Kolen and Pollack, 1994).
func TestBurstpropFeedbackAligns(t *testing.T) {
	w := simtest.Build[float64](t, "burstprop", program.Setting{Sizes: []int{3, 10, 8, 2},
		Values: model.Values{"y_mode": "random", "y_scale": 0.5, "y_plastic": true, "lr": 0.5, "y_lr": 0.5}})
	angles := func(w *sim.Weights[float64]) []float64 {
		return []float64{Angle(w.Of("W2"), w.Of("Y1")), Angle(w.Of("W3"), w.Of("Y2"))}
	}
	before := angles(w)
	p := simtest.Discrete(t, w, []sim.Stream{fixture.Task(t, false)}, sim.Learning{WeightDecay: 0.005}, time.Second)
	p.SetTeaching(true, true)
	after := angles(simtest.Advanced(t, p, 0, 6000*time.Second).Weights())
	for l := range 2 {
		if !(before[l] > 40) || !(after[l] < 5) {
			t.Errorf("layer %d: W and Y were at %.1f degrees and are at %.1f", l+1, before[l], after[l])
		}
	}
}
