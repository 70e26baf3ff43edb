package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// dalesChoices are forms of the Dalean network whose two paths of feedback
// balance.
var dalesChoices = map[string]model.Values{
	"random Y":             {},
	"tied":                 {"y_mode": "tied", "q_mode": "tied", "y_scale": 1.0},
	"few SST cells":        {"sst": 2.0},
	"few SST cells, tied":  {"sst": 2.0, "y_mode": "tied", "q_mode": "tied", "y_scale": 1.0},
	"another baseline":     {"p_b": 0.3, "q_mode": "tied"},
	"gains of the errors":  {"error_scale": 1.0, "feedback_scale": model.Layers{2.0, 0.5, 1.0}},
	"other time constants": {"tau_pv": 0.1, "tau_vip": 0.003, "tau_sst": 0.2, "tau_ndnf": 0.05},
}

// TestDalesBalance: without an error nothing arrives at any dendrite, once
// interneurons have settled, and no unit leaves its baseline.
func TestDalesBalance(t *testing.T) {
	task := &fixture.Constant{In: []float64{0.3, 0.8, 0.5}, Out: []float64{0.9, 0.2}}
	for name, values := range dalesChoices {
		t.Run(name, func(t *testing.T) {
			w := build[float64](t, "burstccn_dales", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: values})
			in := continuous(t, w, []Stream{task}, Method{Name: "rk4", Step: 5 * ms}, false)
			in.SetTeaching(false, false)
			s := advanced(t, in, 0, 10*time.Second)
			in.Observe(10 * time.Second)
			pb, ok := values["p_b"].(float64)
			if !ok {
				pb = 0.5
			}
			units := 0
			for _, sig := range s.Signals() {
				want, about := map[string]float64{"apical": 0, "dendrite": 0, "burst_prob": pb}[sig.Name]
				for i, v := range sig.Value() {
					if about && math.Abs(v-want) > 1e-12 {
						t.Fatalf("%s of layer %d, unit %d is %v", sig.Name, sig.Layer, i, v)
					}
					if sig.Name == "apical" {
						units++
					}
				}
			}
			if units != 8+6 {
				t.Errorf("%d units have an apical input, want 14", units)
			}
		})
	}
}

// signed fails the test if a weight of the Dalean network has the other sign.
func signed(t *testing.T, what string, w *Weights[float64]) {
	t.Helper()
	for k, m := range w.net.Matrices() {
		if m.Bias {
			continue
		}
		for i, v := range w.values[k] {
			if !(v >= 0) {
				t.Fatalf("%s: %s[%d] is %v", what, m.Name, i, v)
			}
		}
	}
}

// watched is a system that looks at the weights of every stage.
type watched struct {
	*Continuous[float64]
	t      *testing.T
	stages int
	on     int // weights that stood on a bound
}

func (w *watched) Derivative(dst []float64, at float64, x []float64) {
	w.Continuous.Derivative(dst, at, x)
	w.stages++
	for _, r := range w.rules {
		if r.Bias {
			continue
		}
		for i, v := range x[r.from:r.to] {
			if !(v >= 0) {
				w.t.Fatalf("stage %d: %s[%d] is %v", w.stages, r.Name, i, v)
			}
			if v == 0 {
				w.on++
			}
		}
	}
}

// TestDalesKeepsSigns: no weight changes its sign, at any stage of any stepper,
// in split plasticity and in discrete time. With BURSTSIM_EVIDENCE set, over a
// million steps.
func TestDalesKeepsSigns(t *testing.T) {
	steps := 2000
	if os.Getenv("BURSTSIM_EVIDENCE") != "" {
		steps = 1_000_000
	}
	values := fixture.Changed(fixture.Everything["burstccn_dales"], model.Values{"tau_weight": 3.0, "tau_y": 3.0, "lr": 1.0, "y_lr": 0.5})
	draw := func() *Weights[float64] {
		return build[float64](t, "burstccn_dales", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: values})
	}
	for _, method := range []string{"euler", "exponential", "heun", "rk4", "dopri5"} {
		t.Run(method, func(t *testing.T) {
			in := continuous(t, draw(), []Stream{fixture.Task(t, false)}, Method{Name: method, Step: 20 * ms}, false)
			in.SetTeaching(true, true)
			watch := &watched{Continuous: in.System, t: t}
			st := stepper[float64](method)
			st.Init(watch)
			at := 0.0
			before := allWeights(in.Moved().Weights())
			for k := range steps {
				st.Step(at, 0.02, in.System.State())
				in.System.constrain()
				at += 0.02
				if k%100 == 0 {
					signed(t, fmt.Sprintf("step %d", k), in.Moved().Weights())
				}
			}
			signed(t, "at the end", in.Moved().Weights())
			if watch.on == 0 || fixture.Distance(before, allWeights(in.Moved().Weights())) < 0.01 {
				t.Errorf("%d times on a bound: the test shows nothing", watch.on)
			}
		})
	}
	t.Run("split", func(t *testing.T) {
		in := continuous(t, draw(), []Stream{fixture.Task(t, false)}, Method{Name: "rk4", Step: 20 * ms}, true)
		in.SetTeaching(true, true)
		for k := range time.Duration(steps) {
			signed(t, fmt.Sprintf("step %d", k), advanced(t, in, 20*ms*k, 20*ms*(k+1)).Weights())
		}
	})
	t.Run("discrete", func(t *testing.T) {
		d := inDiscreteTime(t, draw(), Learning{Optimiser: "momentum", Momentum: 0.9})
		rng := rand.New(rand.NewPCG(1, 2))
		for k := range steps {
			for i := range d.Moved().Input() {
				d.Moved().Input()[i] = rng.Float64()
			}
			for i := range d.Moved().Target() {
				d.Moved().Target()[i] = rng.Float64()
			}
			d.Learn(present(t, d, true))
			signed(t, fmt.Sprintf("step %d", k), d.Moved().Weights())
		}
	})
}

// TestBoundsConverge: weights that arrive at a bound and leave it again are
// where they are with ever shorter steps, at first order, as motion along a bound
// begins at the end of a step.
func TestBoundsConverge(t *testing.T) {
	values := fixture.Everything["burstccn_dales"]
	run := func(m Method) []float64 {
		w := build[float64](t, "burstccn_dales", program.Setting{Sizes: []int{3, 8, 6, 2}, Values: values})
		in := continuous(t, w, []Stream{fixture.Task(t, false)}, m, false)
		in.SetTeaching(true, true)
		return snapshot(advanced(t, in, 0, 2*time.Second))
	}
	exact := run(Method{Name: "rk4", Step: ms / 4})
	for _, name := range []string{"euler", "heun", "rk4"} {
		var last float64
		for _, h := range []time.Duration{32e6, 16e6, 8e6, 4e6} {
			d := fixture.Distance(run(Method{Name: name, Step: h}), exact)
			if last > 0 && d > 0.75*last {
				t.Errorf("%s: halving the step to %v changes the error from %.3g to %.3g", name, h, last, d)
			}
			last = d
		}
	}
	for _, tolerance := range []float64{1e-4, 1e-6, 1e-8} {
		if d := fixture.Distance(run(Method{Name: "dopri5", Step: ms, RelTol: tolerance, AbsTol: tolerance / 100}), exact); d > 100*tolerance && d > 2e-6 {
			t.Errorf("dopri5 with a tolerance of %g: error %.3g", tolerance, d)
		}
	}
}
