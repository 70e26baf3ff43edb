package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
)

// nudged are weights that differ a little from others.
func nudged(w *Weights[float64]) *Weights[float64] {
	c, rng := w.Clone(), rand.New(rand.NewPCG(9, 9))
	for _, v := range c.Tensors() {
		for i := range v.Values {
			v.Values[i] += 0.5 * rng.NormFloat64()
		}
	}
	return c
}

// A simulation whose weights are set goes on as one that begins where it stands
// with these weights, with every method: none uses a slope of before.
func TestSetWeights(t *testing.T) {
	const at, end = 510 * ms, 600 * ms
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, method := range []string{"euler", "exponential", "rk4", "dopri5"} {
			for _, split := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/split=%v", method, split), func(t *testing.T) {
					m := Method{Name: method, Step: 10 * ms, RelTol: 1e-6, AbsTol: 1e-8}
					in := continuous(t, everywhere(t, name), []Stream{fixture.Task(t, false)}, m, split)
					in.SetTeaching(true, true)
					var now time.Duration
					for now < at { // so that it stands between steps, the last of them unfinished business
						to, _, err := in.Step(now, time.Second)
						if err != nil {
							t.Fatal(err)
						}
						now = to
					}
					in.Observe(now - ms) // which must not be what is set
					in.Observe(now)
					other := nudged(in.Moved().Weights())
					want := continuous(t, other, []Stream{fixture.Task(t, false)}, m, split)
					want.SetTeaching(true, true)
					copy(want.System.State()[:in.System.dynamic], in.System.State()[:in.System.dynamic])
					if err := in.SetWeights(other); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(allWeights(in.Moved().Weights()), allWeights(other)) {
						t.Fatal("other weights were set")
					}
					got, fresh := snapshot(advanced(t, in, now, end)), snapshot(advanced(t, want, now, end))
					tolerance := 0.0
					if method == "dopri5" {
						tolerance = 1e-5 // it comes with another step size
						if split {
							tolerance = 1e-2
						}
					}
					if d := fixture.Distance(got, fresh); d > tolerance {
						t.Errorf("goes on to another end, off by %g", d)
					}
				})
			}
		}
	})
}

// The first step of dopri5 after weights were set starts with the slope that
// they give: it is that of a method which keeps nothing.
func TestNoStaleSlope(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		m := Method{Name: "dopri5", Step: 10 * ms, RelTol: 1e-6, AbsTol: 1e-8}
		in := continuous(t, everywhere(t, name), []Stream{fixture.Task(t, false)}, m, false)
		in.SetTeaching(true, true)
		advanced(t, in, 0, 500*ms)
		x := slices.Clone(in.System.State())
		other := nudged(in.Moved().Weights())
		if err := in.SetWeights(other); err != nil {
			t.Fatal(err)
		}
		to, _, err := in.Step(500*ms, 500*ms+10*time.Microsecond)
		if err != nil {
			t.Fatal(err)
		}
		same := continuous(t, other, []Stream{fixture.Task(t, false)}, Method{Name: "rk4", Step: time.Microsecond}, false)
		same.SetTeaching(true, true)
		copy(same.System.State()[:same.System.dynamic], x)
		advanced(t, same, 500*ms, to)
		// A stale slope moves by h (f - f_before), which here is far larger.
		if d := fixture.Distance(in.System.State(), same.System.State()); d > 1e-12 {
			t.Errorf("a step of %v after the weights were set is off by %g", to-500*ms, d)
		}
	})
}

// Weights that do not fit are refused and change nothing; in discrete time set
// ones count from the next presentation.
func TestSetWeightsOfBoth(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := everywhere(t, name)
		other := nudged(w)
		narrow := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 5, 2}, Values: fixture.Everything[name]})
		infinite := w.Clone()
		infinite.Of(w.Network().Forward(2).Name)[3] = math.Inf(1)
		d := discrete(t, w, []Stream{fixture.Task(t, false)}, Learning{}, time.Second)
		in := continuous(t, w, []Stream{fixture.Task(t, false)}, Method{Name: "rk4", Step: 10 * ms}, false)
		d.SetTeaching(true, true)
		advanced(t, d, 0, 3*time.Second)
		in.SetTeaching(true, true)
		advanced(t, in, 0, 300*ms)
		for kind, set := range map[string]func(*Weights[float64]) error{"discrete": d.Discrete.SetWeights, "continuous": in.SetWeights} {
			for what, bad := range map[string]*Weights[float64]{"other sizes": narrow, "not finite": infinite} {
				before, beforeIn := snapshot(d.Moved()), snapshot(in.Moved())
				if err := set(bad); err == nil {
					t.Errorf("%s: weights of %s were set", kind, what)
				}
				if !slices.Equal(before, snapshot(d.Moved())) || !slices.Equal(beforeIn, snapshot(in.Moved())) {
					t.Errorf("%s: refused weights of %s changed something", kind, what)
				}
			}
		}
		fresh := discrete(t, other, []Stream{fixture.Task(t, false)}, Learning{}, time.Second)
		fresh.SetTeaching(true, true)
		copy(fresh.Moved().machine.State(), d.Moved().machine.State())
		if err := d.Discrete.SetWeights(other); err != nil {
			t.Fatal(err)
		}
		if got, want := snapshot(advanced(t, d, 3*time.Second, 6*time.Second)), snapshot(advanced(t, fresh, 3*time.Second, 6*time.Second)); !slices.Equal(got, want) {
			t.Errorf("goes on to another end, off by %g", fixture.Distance(got, want))
		}
	})
}
