package program

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"burstsim/sim/model"
)

// TestPublishedOrdersConverge: with shorter steps the published orders of updates
// come to the differential equations of the text, in proportion. Traces of hidden
// layers that are updated twice a step come to those with half the time constant.
func TestPublishedOrdersConverge(t *testing.T) {
	const duration = 0.48
	text, err := model.Builtin("burstccn")
	if err != nil {
		t.Fatal(err)
	}
	network := func(traces ...any) *Network {
		values := model.Values{"tau_weight": 1.0, "tau_soma": 0.08}
		if len(traces) > 0 {
			values["tau_trace"] = model.Layers(traces)
		}
		net, err := New(text, Setting{Sizes: []int{2, 4, 3, 1}, Rows: 1, Values: values})
		if err != nil {
			t.Fatal(err)
		}
		return net
	}
	input := func(t float64) []float64 { return []float64{math.Cos(5 * t), math.Sin(9*t + 1)} }
	target := func(t float64) []float64 { return []float64{0.5 + 0.4*math.Sin(7*t)} }

	type order func(s *published) func(input, target []float64, teacher bool)
	layerwise2 := func(s *published) func([]float64, []float64, bool) { return s.layerwise2 }
	synchronous := func(s *published) func([]float64, []float64, bool) { return s.synchronous }
	for name, tt := range map[string]struct {
		order        order
		traceUpdates int
		moved, limit *Network
	}{
		"plain":                   {layerwise2, 0, network(), network()},
		"traces":                  {synchronous, 1, network(0.4, 0.2, 0.1), network(0.4, 0.2, 0.1)},
		"traces, as published":    {synchronous, 2, network(0.4, 0.2, 0.1), network(0.4, 0.1, 0.05)},
		"traces of hidden layers": {synchronous, 1, network(0.4, 0.2, 0.0), network(0.4, 0.2, 0.0)},
	} {
		t.Run(name, func(t *testing.T) {
			weights, err := Draw[float64](tt.moved, rand.New(rand.NewPCG(3, 0)))
			if err != nil {
				t.Fatal(err)
			}
			want := exact(t, tt.limit, weights, duration, input, target)
			distance := func(steps int) map[string]float64 {
				h := duration / float64(steps)
				s := newPublished(tt.moved, h, tt.moved.Values["p_b"].(float64), tt.traceUpdates)
				s.weights = slices.Clone(weights)
				step := tt.order(s)
				for k := range steps {
					step(input(float64(k)*h), target(float64(k)*h), true)
				}
				return s.distance(want)
			}
			coarse, fine := distance(240), distance(480)
			for part, e := range coarse {
				if ratio := e / fine[part]; math.Abs(ratio-2) > 0.2 {
					t.Errorf("%s: half the step divides the distance from the equations, %.3g, by %.3g, want 2", part, e, ratio)
				}
			}
		})
	}
}

// exact is the solution of a text's differential equations, by steps of the
// Runge-Kutta method of order 4 that are small against all errors looked at.
func exact(t *testing.T, net *Network, weights [][]float64, duration float64, input, target func(t float64) []float64) *published {
	t.Helper()
	const steps = 240
	s := newPublished(net, 0, 0, 0)
	s.weights = slices.Clone(weights)
	begin := s.vector()
	derivative := func(at float64, x []float64) []float64 {
		s.setVector(x)
		return s.derivative(s.look(input(at), target(at), true, nil))
	}
	sum := func(x []float64, h float64, k []float64) []float64 {
		return each(len(x), func(i int) float64 { return x[i] + h*k[i] })
	}
	h, x := duration/steps, begin
	for k := range steps {
		at := float64(k) * h
		k1 := derivative(at, x)
		k2 := derivative(at+h/2, sum(x, h/2, k1))
		k3 := derivative(at+h/2, sum(x, h/2, k2))
		k4 := derivative(at+h, sum(x, h, k3))
		x = each(len(x), func(i int) float64 { return x[i] + h/6*(k1[i]+2*k2[i]+2*k3[i]+k4[i]) })
	}
	s.setVector(x)
	return s
}

// moving calls f with each state that an equation moves, and each array of
// weights that learns.
func (s *published) moving(state func(pop *population, name string), learns func(m *Matrix)) {
	for _, pop := range s.net.layers[1:] {
		for _, name := range []string{"z", "u", "s"} {
			if (&naive{net: s.net}).in(func(*naive) {}).line(pop, name, model.Changes) != nil {
				state(pop, name)
			}
		}
	}
	for _, m := range s.net.Matrices() {
		learns(m)
	}
}

func (s *published) vector() (x []float64) {
	s.moving(func(pop *population, name string) { x = append(x, s.states[key{pop, name}]...) },
		func(m *Matrix) { x = append(x, s.weights[m.index]...) })
	return x
}

func (s *published) setVector(x []float64) {
	s.weights = slices.Clone(s.weights)
	next := func(n int) []float64 {
		head := slices.Clone(x[:n])
		x = x[n:]
		return head
	}
	s.moving(func(pop *population, name string) { s.states[key{pop, name}] = next(len(s.states[key{pop, name}])) },
		func(m *Matrix) { s.weights[m.index] = next(len(s.weights[m.index])) })
}

func (s *published) derivative(v *naive) (dx []float64) {
	s.moving(func(pop *population, name string) { dx = append(dx, v.slope(pop, v.line(pop, name, model.Changes))...) },
		func(m *Matrix) {
			pop := m.proj.of
			tau := v.tau(pop, v.line(pop, m.proj.name, model.Changes), 0, 0)
			for _, change := range v.change(m.proj) {
				dx = append(dx, change/tau)
			}
		})
	return dx
}

// distance is the largest between two networks' states of each kind, and between
// their weights of each array.
func (s *published) distance(from *published) map[string]float64 {
	largest := map[string]float64{}
	compare := func(part string, x, y []float64) {
		for i := range x {
			largest[part] = math.Max(largest[part], math.Abs(x[i]-y[i]))
		}
	}
	s.moving(func(pop *population, name string) {
		at := key{from.net.layers[pop.layer], name}
		compare(fmt.Sprint(name, pop.layer), s.states[key{pop, name}], from.states[at])
	}, func(m *Matrix) { compare(m.Name, s.weights[m.index], from.weights[m.index]) })
	return largest
}
