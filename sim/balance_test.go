package sim

import (
	"math"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// TestNoTeacherNoApicalDrive checks the balance of the two feedback paths: with
// Q = p_b Y nothing arrives at a dendrite while there is no error.
func TestNoTeacherNoApicalDrive(t *testing.T) {
	for _, pb := range []float64{0.5, 0.2} {
		w := build[float64](t, "burstccn", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: model.Values{"p_b": pb}})
		in := continuous(t, w, []Stream{fixture.Task(t, false)}, Method{Name: "rk4", Step: 10 * ms}, false)
		in.SetTeaching(false, true)
		s := advanced(t, in, 0, 3*time.Second)
		in.Observe(3 * time.Second)
		looked := 0
		for _, s := range s.Signals() {
			for i, v := range s.Value() {
				looked++
				if s.Name == "dendrite" && math.Abs(v) > 1e-15 || s.Name == "burst_prob" && math.Abs(v-pb) > 1e-15 {
					t.Fatalf("p_b = %v: %s of layer %d, unit %d is %v", pb, s.Name, s.Layer, i, v)
				}
			}
		}
		if looked == 0 {
			t.Fatal("no signals")
		}
		if d := fixture.Distance(allWeights(w), allWeights(s.Weights())); d > 1e-15 {
			t.Errorf("p_b = %v: weights moved by %g", pb, d)
		}
	}
}

// TestNoTeacherNoLearning checks that at rest, without a teacher, no model
// learns, in either kind of time: there is no error to learn from. Averages have
// settled then, and interneurons say what the layer above does.
func TestNoTeacherNoLearning(t *testing.T) {
	task := &fixture.Constant{In: []float64{0.3, -0.8, 0.5}, Out: []float64{0.9, 0.2}}
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Values: model.Values{"tau_weight": 1.0, "lr": 1.0}})
		for kind, e := range map[string]advancing{
			"continuous": continuous(t, w, []Stream{task}, Method{Name: "rk4", Step: 20 * ms}, false),
			"discrete":   discrete(t, w, []Stream{task}, Learning{}, time.Second),
		} {
			e.SetTeaching(false, false)
			advanced(t, e, 0, 200*time.Second)
			e.SetTeaching(false, true)
			s := advanced(t, e, 200*time.Second, 210*time.Second)
			if d := fixture.Distance(allWeights(w), allWeights(s.Weights())); d > 1e-12 {
				t.Errorf("%s: weights moved by %g", kind, d)
			}
			e.SetTeaching(true, true)
			s = advanced(t, e, 210*time.Second, 220*time.Second)
			if d := fixture.Distance(allWeights(w), allWeights(s.Weights())); d < 1e-3 {
				t.Errorf("%s: with a teacher, weights moved by %g only", kind, d)
			}
		}
	})
}
