package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"burstsim/integrator"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
)

// learnedBy returns state and weights of a network in which all learns that can
// after the given time.
func learnedBy(t testing.TB, name string, task Stream, m Method, split bool, span time.Duration) []float64 {
	t.Helper()
	in := continuous(t, everywhere(t, name), []Stream{task}, m, split)
	awake(in)
	in.SetTeaching(true, true)
	return snapshot(advanced(t, in, 0, span))
}

// awake lets moving averages begin elsewhere than at zero, where the averages of
// the first step are quotients of numbers that vanish: see
// TestBurstpropConvergesFromRest.
func awake(in *Integration[float64]) {
	for _, c := range in.System.state.compartments {
		if v, ok := map[string]float64{"e_a": 0.5, "b_a": 0.15}[c.Name]; ok {
			at := in.System.State()[c.At:][:c.Units]
			for i := range at {
				at[i] = v
			}
		}
	}
}

// TestConvergenceOrder halves the step of each method on the networks' own
// equations, learning included.
func TestConvergenceOrder(t *testing.T) {
	const span = 960 * ms
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, leaky := range []bool{false, true} {
			task := fixture.Task(t, leaky)
			exact := learnedBy(t, name, task, Method{Name: "dopri5", Step: ms, RelTol: 1e-13, AbsTol: 1e-14}, false, span)
			for _, c := range []struct {
				method string
				order  float64
				steps  []time.Duration
			}{
				{"euler", 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
				{"exponential", 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
				{"heun", 2, []time.Duration{16e6, 8e6, 4e6, 2e6}},
				{"rk4", 4, []time.Duration{48e6, 24e6, 12e6, 6e6}},
			} {
				t.Run(fmt.Sprintf("%s/leaky teacher %v", c.method, leaky), func(t *testing.T) {
					var x, y []float64
					for _, h := range c.steps {
						got := learnedBy(t, name, task, Method{Name: c.method, Step: h}, false, span)
						x, y = append(x, math.Log(h.Seconds())), append(y, math.Log(fixture.Distance(got, exact)))
					}
					if _, order := stat.LinearRegression(x, y, nil, false); !(math.Abs(order-c.order) <= 0.2) {
						t.Errorf("order %.3f, want %v; errors %v", order, c.order, y)
					}
				})
			}
		}
	})
}

// TestAdaptiveTolerance checks that error control works on the networks: the
// error falls with the tolerance.
func TestAdaptiveTolerance(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		task := fixture.Task(t, false)
		const span = 2 * time.Second
		run := func(tol float64) []float64 {
			return learnedBy(t, name, task, Method{Name: "dopri5", Step: ms, RelTol: tol, AbsTol: tol / 100}, false, span)
		}
		exact := run(1e-13)
		for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
			if d := fixture.Distance(run(tol), exact); d > 10*tol {
				t.Errorf("tolerance %g: error %g", tol, d)
			}
		}
	})
}

// TestSplitPlasticity checks that weights moved once a step by Euler are those
// of Euler over all, and that with RK4 they converge to the joint ones.
func TestSplitPlasticity(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		task := fixture.Task(t, true)
		const span = 500 * ms
		for _, method := range []string{"euler", "exponential"} {
			m := Method{Name: method, Step: 5 * ms}
			if d := fixture.Distance(learnedBy(t, name, task, m, true, span), learnedBy(t, name, task, m, false, span)); d > 1e-13 {
				t.Errorf("%s: split differs from joint by %g", method, d)
			}
		}
		for _, method := range []string{"rk4", "dopri5"} {
			exact := learnedBy(t, name, task, Method{Name: "rk4", Step: ms}, false, span)
			var last float64
			for _, h := range []time.Duration{10e6, 5e6, 2.5e6} {
				d := fixture.Distance(learnedBy(t, name, task, Method{Name: method, Step: h}, true, span), exact)
				if last > 0 && d > 0.7*last {
					t.Errorf("%s: halving the step to %v changes the distance to the joint solution from %g to %g", method, h, last, d)
				}
				last = d
			}
		}
	})
}

// Thousands of weights that hardly move must not hide the errors of a few
// somata: dopri5 makes the same steps as with weights that are no part of the
// state at all.
func TestWeightsDoNotDiluteErrors(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := build[float64](t, name, program.Setting{Sizes: []int{3, 60, 60, 2}, Values: map[string]any{"tau_weight": 1e9}})
		var steps [2]int
		for k, split := range []bool{false, true} {
			sys, err := NewContinuous(w, []Stream{fixture.Task(t, true)}, split)
			if err != nil {
				t.Fatal(err)
			}
			in, err := Integrate(sys, integrator.NewDormandPrince[float64](), &integrator.Adaptive[float64]{RelTol: 1e-5, AbsTol: 1e-7, First: 0.01})
			if err != nil {
				t.Fatal(err)
			}
			in.SetTeaching(true, true)
			if steps[k], err = in.Advance(0, 20*time.Second); err != nil {
				t.Fatal(err)
			}
		}
		if steps[0] != steps[1] {
			t.Errorf("%d steps with weights in the state, %d without", steps[0], steps[1])
		}
	})
}

// Nor do somata that are many hide few interneurons, or weights each other: what
// is judged apart is each compartment of each layer and each projection.
func TestPartsOfTheError(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, split := range []bool{false, true} {
			sys, err := NewContinuous(everywhere(t, name), []Stream{fixture.Task(t, true)}, split)
			if err != nil {
				t.Fatal(err)
			}
			p := sys.machine.Program()
			want := len(p.Compartments) + 1 // the teacher of the task
			if !split {
				want += len(p.Rules)
			}
			parts := sys.Parts()
			if len(parts) != want || parts[len(parts)-1] != sys.Dim() {
				t.Errorf("split %v: parts end at %v, want %d of %d variables", split, parts, want, sys.Dim())
			}
			kinds := map[string]int{} // which part a compartment's or projection's name is in
			from := 0
			for k, end := range parts {
				for i := from; i < end; i++ {
					at := sys.where(i)
					at = strings.TrimSuffix(at, lastNumber(at))
					if first, ok := kinds[at]; ok && first != k {
						t.Errorf("split %v: %sis in parts %d and %d", split, at, first, k)
					}
					kinds[at] = k
				}
				from = end
			}
			if len(kinds) != want {
				t.Errorf("split %v: %d kinds of variables in %d parts: %v", split, len(kinds), want, kinds)
			}
		}
	})
}

// lastNumber is the number that a text ends with; "" if there is none.
func lastNumber(s string) string {
	k := len(s)
	for k > 0 && s[k-1] >= '0' && s[k-1] <= '9' {
		k--
	}
	return s[k:]
}
