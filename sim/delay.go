package sim

import (
	"fmt"
	"time"
)

// lookBack puts what delays look back at from time t (s) where the equations
// read it.
func (c *Continuous[F]) lookBack(t float64) {
	h := c.past
	for k, d := range h.delays {
		h.past(c.machine.Earlier(k), d.Source, t-d.Seconds, t == h.origin)
	}
}

// remember stores what delays will look back at as it is at time t (s) and state
// x.
func (c *Continuous[F]) remember(dst []F, t float64, x []F) {
	c.bind(x)
	c.sample(t, x)
	c.machine.History(c.state.teaching)
	for k := range c.past.sources {
		dst = dst[copy(dst, c.machine.SourceValue(k)):]
	}
}

// startHistory begins at time t: before, all was as it is there. Where what is
// looked back at follows from what it was itself, that was 0 first.
func (in *Integration[F]) startHistory(t time.Duration) {
	sys, h := in.System, in.System.past
	h.begun, h.n, h.kinks = true, 0, h.kinks[:0]
	h.origin = t.Seconds()
	clear(h.first)
	first := make([]F, h.width)
	for range len(h.delays) + 1 {
		sys.remember(first, h.origin, sys.State())
		copy(h.first, first)
	}
	h.after(t, 0)
}

// arrive notes that a network with delays stands at time t, where inputs may
// have jumped.
func (in *Integration[F]) arrive(t time.Duration, jumped bool) {
	h := in.System.past
	switch {
	case !h.begun || t != in.at:
		in.startHistory(t)
	case jumped:
		h.after(t, 0)
	}
	if h.arrive(t) {
		in.control.Reset()
	}
}

// open begins the piece of history that a step from where the network stands
// will leave.
func (in *Integration[F]) open() {
	sys, h := in.System, in.System.past
	h.forget(in.clock)
	if h.n == len(h.from) {
		h.grow(2 * h.n)
	}
	sys.remember(h.node(h.piece(h.n), 0), in.clock, sys.State())
}

// leave ends the piece with the step that was made.
func (in *Integration[F]) leave() {
	sys, h := in.System, in.System.past
	piece := h.piece(h.n)
	for j := 1; j < h.nodes; j++ {
		x, theta := sys.State(), float64(j)/float64(h.nodes-1)
		if j < h.nodes-1 {
			in.stepper.Interpolate(in.between, x, theta)
			x = in.between
		}
		sys.remember(h.node(piece, j), in.from+theta*in.size, x)
	}
	h.from[piece], h.to[piece] = in.from, in.clock
	h.n++
}

// bindHistory lets a network with delays be moved by the stepper. Equal steps
// must not be longer than the shortest delay: what it looks back at would not be
// known yet.
func (in *Integration[F]) bindHistory() error {
	h := in.System.past
	if h == nil {
		return nil
	}
	if in.step.Seconds() > h.shortest*(1+1e-12) {
		return fmt.Errorf("sim: the time step is %v, expected at most the shortest delay, %v", in.step, Duration(h.shortest))
	}
	h.bind(in.stepper)
	in.between = make([]F, in.System.Dim())
	return nil
}
