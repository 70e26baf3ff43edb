package program

import (
	"maps"
	"slices"

	"burstsim/sim/model"
)

// published moves a text in one of the published orders of updates. All numbers
// come from the equations of the text; the order, and which of them see values
// from before the step, is that of the published systems.
type published struct {
	net          *Network
	dt           float64
	traceUpdates int // of traces of hidden layers in a step
	weights      [][]float64
	states       map[key][]float64
	old          map[key][]float64 // quantities and states after the last step
}

// newPublished is a network whose weights are yet to be set. All is 0, events of
// units at rest too, but for burst probabilities.
func newPublished(net *Network, dt, p float64, traceUpdates int) *published {
	s := &published{net: net, dt: dt, traceUpdates: traceUpdates, weights: make([][]float64, len(net.Matrices())), states: map[key][]float64{}, old: map[key][]float64{}}
	for _, pop := range net.layers[1:] {
		for _, name := range []string{"z", "u", "e", "p", "b", "e_a", "b_a", "p_a"} {
			s.old[key{pop, name}] = make([]float64, pop.units)
			s.states[key{pop, name}] = make([]float64, pop.units)
		}
		s.states[key{pop, "s"}] = make([]float64, net.layers[pop.layer-1].units)
	}
	s.start(p)
	return s
}

// start says which burst probability there is before the first step.
func (s *published) start(p float64) {
	for _, pop := range s.net.layers[1:] {
		s.old[key{pop, "p"}] = slices.Repeat([]float64{p}, pop.units)
	}
}

// recorded is a quantity, state or weights after the last step.
func (s *published) recorded(pop *population, name string) []float64 {
	if name == "s" {
		return s.states[key{pop, name}]
	}
	if p := pop.projections[name]; p != nil {
		return s.weights[p.stored.index]
	}
	return s.old[key{pop, name}]
}

// look evaluates the text where some quantities have values of their own.
func (s *published) look(input, target []float64, teacher bool, given map[key][]float64) *naive {
	v := &naive{net: s.net}
	return v.in(func(v *naive) {
		v.teacher, v.states, v.given, v.stimulus, v.target, v.weights = teacher, s.states, given, input, target, s.weights
	})
}

// move makes an Euler step of a state.
func (s *published) move(v *naive, pop *population, name string) {
	e := v.line(pop, name, model.Changes)
	if e == nil {
		return
	}
	x := slices.Clone(s.states[key{pop, name}])
	for i, slope := range v.slope(pop, e) {
		x[i] += s.dt * slope
	}
	s.states[key{pop, name}] = x
}

// layerwise is the order of the first paper.
func (s *published) layerwise(input, target []float64, teacher bool) {
	layers := s.net.layers[1:]
	top := layers[len(layers)-1]
	before := maps.Clone(s.old)
	look := func(given map[key][]float64) *naive { return s.look(input, target, teacher, given) }
	move := func(pop *population, name string, given map[key][]float64) { s.move(look(given), pop, name) }
	now := map[key][]float64{}
	keep := func(pop *population, given map[key][]float64, names ...string) {
		for _, name := range names {
			now[key{pop, name}] = look(given).values(pop, name)
		}
	}
	averages := s.net.Text.Name == "burstprop"

	// Somata, forward, each with the new events of the layer below.
	for _, pop := range layers {
		move(pop, "z", nil)
		keep(pop, nil, "z", "e")
	}
	// The output bursts with the averages from before the step, which then
	// follow the events and bursts from before it.
	keep(top, nil, "p", "b")
	if averages {
		given := map[key][]float64{{top, "e"}: before[key{top, "e"}], {top, "b"}: before[key{top, "b"}]}
		move(top, "e_a", given)
		move(top, "b_a", given)
	}
	// Dendrites, backward, with the bursts of the layer above from before the
	// step, and the output's events too.
	for _, pop := range slices.Backward(layers[:len(layers)-1]) {
		above := s.net.layers[pop.layer+1]
		given := map[key][]float64{{above, "b"}: before[key{above, "b"}]}
		if above == top {
			given[key{above, "e"}] = before[key{above, "e"}]
		}
		move(pop, "u", given)
		keep(pop, nil, "u", "p", "b")
		if averages {
			move(pop, "e_a", nil)
			move(pop, "b_a", map[key][]float64{{pop, "b"}: before[key{pop, "b"}]})
		}
	}
	if averages {
		for _, pop := range layers {
			keep(pop, map[key][]float64{{pop, "p"}: now[key{pop, "p"}]}, "e_a", "b_a", "p_a")
		}
	}
	if teacher {
		s.learn(look, func(pop *population) map[key][]float64 {
			given := map[key][]float64{{pop, "p"}: before[key{pop, "p"}], {pop, "p_a"}: before[key{pop, "p_a"}]}
			if pop == top {
				given[key{pop, "e"}] = before[key{pop, "e"}]
			}
			return given
		})
	}
	maps.Copy(s.old, now)
}

// layerwise2 is the order of the follow-up's plain model: all see events of this
// step, and somata bursts of the probability before it.
func (s *published) layerwise2(input, target []float64, teacher bool) {
	layers := s.net.layers[1:]
	look := func(given map[key][]float64) *naive { return s.look(input, target, teacher, given) }
	probability, bursts := map[key][]float64{}, map[key][]float64{}
	for _, pop := range layers {
		s.move(look(nil), pop, "z")
		p := key{pop, "p"}
		probability[p] = s.old[p]
		bursts[key{pop, "b"}] = look(map[key][]float64{p: s.old[p]}).values(pop, "b")
	}
	for _, pop := range slices.Backward(layers[:len(layers)-1]) {
		s.move(look(bursts), pop, "u")
	}
	s.keep(look(nil))
	if teacher {
		s.learn(look, func(pop *population) map[key][]float64 { return probability })
	}
}

// synchronous is the order of the follow-up's model with eligibility traces:
// all see what was before the step, but weights of the first layer, to which the
// trace of the input has this step's already.
func (s *published) synchronous(input, target []float64, teacher bool) {
	layers := s.net.layers[1:]
	given := map[key][]float64{}
	for _, pop := range layers {
		for _, name := range []string{"e", "p", "b"} {
			given[key{pop, name}] = s.old[key{pop, name}]
		}
	}
	look := func(given map[key][]float64) *naive { return s.look(input, target, teacher, given) }
	before := look(given)
	for _, pop := range layers {
		s.move(before, pop, "z")
		s.move(before, pop, "u")
	}
	s.keep(look(nil))
	s.move(look(given), layers[0], "s")
	if teacher {
		s.learn(look, func(*population) map[key][]float64 { return given })
	}
	for _, pop := range layers[1:] {
		for range s.traceUpdates {
			s.move(look(given), pop, "s")
		}
	}
}

// keep records all quantities.
func (s *published) keep(v *naive) {
	for _, pop := range s.net.layers[1:] {
		for _, name := range []string{"z", "u", "e", "p", "b"} {
			if name == "u" && pop.kind == "output" {
				continue // has none
			}
			s.old[key{pop, name}] = v.values(pop, name)
		}
	}
}

// learn changes weights by what is given to those of each layer.
func (s *published) learn(look func(map[key][]float64) *naive, given func(*population) map[key][]float64) {
	changed := slices.Clone(s.weights)
	for _, m := range s.net.Matrices() {
		pop := m.proj.of
		v := look(given(pop))
		e := v.line(pop, m.proj.name, model.Changes)
		if e == nil {
			continue
		}
		w := slices.Clone(s.weights[m.index])
		for i, x := range v.change(m.proj) {
			w[i] += s.dt / v.tau(pop, e, 0, 0) * x
		}
		changed[m.index] = w
	}
	s.weights = changed
}
