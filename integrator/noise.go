package integrator

import "fmt"

// Noisy is a System with additive white noise,
//
//	dx = f(t, x) dt + dN(t)
//
// where f is the Derivative and N(t) a Brownian motion of some of the variables,
// each scaled by a factor of its own that does not depend on x. As it does not,
// the integrals of Itô and Stratonovich are the same.
type Noisy[F Float] interface {
	System[F]
	// Driven is how many variables may have noise: those in front. 0 is a system
	// without noise.
	Driven() int
	// Increment stores N(to) - N(from) of these variables in dst, of length
	// Driven. It is one function of both times (s): what several steps add up to
	// is what one over all of them would.
	Increment(dst []F, from, to float64)
}

// noise is that of a system as a stepper needs it; the zero value is none.
type noise[F Float] struct {
	sys   Noisy[F]
	t, h  float64 // the last step
	whole []F     // increment over it
	part  []F     // and over a part of it
}

func (n *noise[F]) init(sys System[F]) {
	*n = noise[F]{}
	if s, ok := sys.(Noisy[F]); ok && s.Driven() > 0 {
		n.sys, n.whole, n.part = s, make([]F, s.Driven()), make([]F, s.Driven())
	}
}

// step finds the increment over a step.
func (n *noise[F]) step(t, h float64) {
	if n.t, n.h = t, h; n.sys != nil {
		n.sys.Increment(n.whole, t, t+h)
	}
}

// advance adds the increment over the step to x, with a carry or, if it is nil,
// without.
func (n *noise[F]) advance(x, carry []F) {
	if n.sys == nil {
		return
	}
	k := len(n.whole)
	if carry != nil {
		carry = carry[:k]
	}
	advance(x[:k], carry, 1, n.whole)
}

// until finds the increment over a fraction of the last step.
func (n *noise[F]) until(theta float64) {
	switch {
	case n.sys == nil:
	case theta <= 0:
		clear(n.part)
	case theta >= 1:
		copy(n.part, n.whole)
	default:
		n.sys.Increment(n.part, n.t, n.t+theta*n.h)
	}
}

// back adds to dst what takes the noise of the rest of the step from it.
func (n *noise[F]) back(dst []F) {
	for i, w := range n.part {
		dst[i] += w - n.whole[i]
	}
}

// without returns an error for a system with noise, of which a method of
// that name would make less than its order says.
func without[F Float](sys System[F], name string) error {
	if s, ok := sys.(Noisy[F]); ok && s.Driven() > 0 {
		return fmt.Errorf("integrator: the %s method has the order of smooth solutions, which those with noise are not: expected Euler, Heun or Exponential", name)
	}
	return nil
}
