package sim

import (
	"burstsim/integrator"
	"burstsim/sim/noise"
	"burstsim/sim/program"
)

var _ integrator.Noisy[float64] = (*Continuous[float64])(nil)

// stochastic is the noise of a continuous network's states.
type stochastic struct {
	path   *noise.Path // of those that have noise
	states []program.Compartment
	moved  []float64 // what the path moved by
	driven int       // where the last of them ends in the vector
}

// newStochastic returns nil if no state has noise.
func newStochastic(p *program.Program) *stochastic {
	s := &stochastic{}
	var streams []noise.Stream
	for _, c := range p.Compartments {
		if c.Noise == ([2]float64{}) {
			continue
		}
		streams = append(streams, c.Stream)
		s.states = append(s.states, c)
		s.driven = c.At + c.Stream.Len()
	}
	if streams == nil {
		return nil
	}
	s.path = noise.NewPath(streams...)
	s.moved = make([]float64, s.path.Len())
	return s
}

// Driven is how many variables in front have noise, or stand before one that
// has.
func (c *Continuous[F]) Driven() int {
	if c.noise == nil {
		return 0
	}
	return c.noise.driven
}

// Increment stores what noise moves the states by from one time to a later one
// (s), rounded to nanoseconds: b (W(to) - W(from)) with b as the phase has it.
func (c *Continuous[F]) Increment(dst []F, from, to float64) {
	s := c.noise
	clear(dst)
	a, b := Duration(from), Duration(to)
	if a >= b {
		return
	}
	s.path.Increment(s.moved, a, b)
	at := 0
	for _, x := range s.states {
		strength := x.Noise[0]
		if c.state.teaching {
			strength = x.Noise[1]
		}
		n := x.Stream.Len()
		for i, w := range s.moved[at : at+n] {
			dst[x.At+i] = F(strength * w)
		}
		at += n
	}
}
