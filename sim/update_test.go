package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/internal/fixture"
)

// pytorch are updates as PyTorch's SGD and Adam make them: decay joins the
// gradient, ahead of everything else.
type pytorch struct {
	rate, momentum, decay float64
	betas                 [2]float64 // zero: SGD
	m, v                  []float64
	n                     int
}

func (o *pytorch) update(w, g []float64) {
	if o.m == nil {
		o.m, o.v = make([]float64, len(w)), make([]float64, len(w))
	}
	o.n++
	for i := range w {
		grad := g[i] + o.decay*w[i]
		if o.betas == [2]float64{} {
			o.m[i] = o.momentum*o.m[i] + grad
			w[i] -= o.rate * o.m[i]
			continue
		}
		o.m[i] = o.betas[0]*o.m[i] + (1-o.betas[0])*grad
		o.v[i] = o.betas[1]*o.v[i] + (1-o.betas[1])*grad*grad
		m, v := o.m[i]/(1-math.Pow(o.betas[0], float64(o.n))), o.v[i]/(1-math.Pow(o.betas[1], float64(o.n)))
		w[i] -= o.rate * m / (math.Sqrt(v) + 1e-8)
	}
}

// TestUpdatesAreThoseOfPyTorch: weights with updates of their own move as
// PyTorch's optimisers say, and none of what is frozen moves.
func TestUpdatesAreThoseOfPyTorch(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		w := everywhere(t, name)
		learns := learnersOf(t, w)
		others := pytorch{rate: 0.01, betas: [2]float64{0.8, 0.99}, decay: 0.02}
		one := pytorch{rate: 0.01, momentum: 0.7, decay: 0.1}
		l := Learning{Optimiser: "adam", Betas: others.betas, WeightDecay: others.decay, Coupled: true, Updates: []Update{
			{Weights: learns[:1], Optimiser: "momentum", Momentum: one.momentum, WeightDecay: one.decay}}}
		if len(learns) > 1 { // plain rules too
			l.Updates = append(l.Updates, Update{Weights: learns[1:], Optimiser: "adam", Betas: others.betas, WeightDecay: others.decay})
		}
		d, err := NewDiscrete(w, l)
		if err != nil {
			t.Fatal(err)
		}
		d.SetRates(0.01)
		oracles := map[string]*pytorch{}
		rng := rand.New(rand.NewPCG(3, 3))
		for step := range 6 {
			frozen := ""
			if step == 3 {
				frozen = learns[0]
				if err := d.SetSchedule(Schedule{{Factor: 0, Shape: "step", Weights: learns[:1]}}); err != nil {
					t.Fatal(err)
				}
				d.SetTime(1)
			} else if step == 4 {
				if err := d.SetSchedule(nil); err != nil {
					t.Fatal(err)
				}
			}
			for _, x := range [][]float64{d.Moved().Input(), d.Moved().Target()} {
				for i := range x {
					x[i] = rng.Float64()
				}
			}
			loss, err := d.Present(true)
			if err != nil {
				t.Fatal(err)
			}
			d.Gradients()
			type moved struct {
				name string
				got  []float64
				want []float64
			}
			var all []moved
			for k, p := range d.params {
				for i, x := range []struct{ w, g []float64 }{{p.W, p.GradW}, {p.C, p.GradC}} {
					if len(x.w) == 0 {
						continue
					}
					id := fmt.Sprint(p.rule.Name, k, i)
					if oracles[id] == nil {
						o := others
						if p.rule.Projection() == learns[0] {
							o = one
						}
						if rule := []int{p.w, p.c}[i]; d.machine.Program().Rules[rule].Keeps {
							o.decay = 0
						}
						oracles[id] = &o
					}
					want := slices.Clone(x.w)
					if p.rule.Projection() != frozen {
						oracles[id].update(want, x.g)
					}
					all = append(all, moved{id, x.w, want})
				}
			}
			d.Learn(loss)
			for _, m := range all {
				for i, v := range m.got {
					if v == 0 && m.want[i] < 0 {
						m.want[i] = 0 // a bound
					}
				}
				if dist := fixture.Distance(m.got, m.want); dist > 1e-12 {
					t.Errorf("step %d: %s is %g from what PyTorch does", step, m.name, dist)
				}
			}
		}
	})
}

// learnersOf are the projections that learn in discrete time.
func learnersOf(t testing.TB, w *Weights[float64]) []string {
	t.Helper()
	var out []string
	for _, p := range inDiscreteTime(t, w, Learning{}).params {
		if name := p.rule.Projection(); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func TestUpdatesAreChecked(t *testing.T) {
	w := everywhere(t, "burstccn")
	for want, l := range map[string]Learning{
		`"V", expected of those that learn: W`: {Updates: []Update{{Weights: []string{"V"}}}},
		"unknown optimiser":                    {Updates: []Update{{Weights: []string{"W"}, Optimiser: "adamw"}}},
		"weight decay is -1":                   {Updates: []Update{{Weights: []string{"W"}, WeightDecay: -1}}},
		"betas of Adam":                        {Optimiser: "adam", Betas: [2]float64{0.9, 1}},
		"weight decay is NaN":                  {WeightDecay: math.NaN()},
	} {
		if _, err := NewDiscrete(w, l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", l, err, want)
		}
	}
}
