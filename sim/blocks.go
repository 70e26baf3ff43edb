package sim

import "burstsim/integrator"

var _ integrator.Blocked[float64] = (*Continuous[float64])(nil)

// blocks moves a Continuous in the published reference's order of updates:
// somata forward, each with the new events of the layer below, then dendrites
// backward with the bursts from before the step, then weights.
type blocks struct {
	used   bool
	cursor int // first of the network's stages not yet read in this step
}

// Blocks returns where each compartment ends, then the teachers' state, then
// each projection. From then on other layers and plasticity see bursts, and
// the output's events, as they were before the step.
func (c *Continuous[F]) Blocks() []int {
	if !c.blocks.used {
		c.blocks.used = true
		c.blocks.cursor = len(c.net.stages)
		for _, l := range c.net.lags {
			*l.seen = make([]F, len(l.now))
		}
	}
	return c.Parts()
}

// BlockDerivative stores the rate of change of block k.
func (c *Continuous[F]) BlockDerivative(dst []F, k int, t float64, x []F) {
	if k == 0 {
		c.bind(x)
		c.sample(t, x)
		for _, l := range c.net.lags {
			copy(*l.seen, l.now)
		}
		c.blocks.cursor = 0
	}
	teacher := len(c.relaxing)
	switch {
	case k < teacher:
		c.readUpTo(c.relaxing[k])
		c.relaxing[k].slope(dst)
	case k == teacher:
		c.readUpTo(nil)
		c.teacherSlopes(dst, t)
		c.captureFactors()
	default:
		c.change(dst, c.net.plastic[k-teacher-1])
	}
}

// readUpTo reads the stages that were moved since the last call and those that
// follow them, as far as the one that is to be moved next.
func (c *Continuous[F]) readUpTo(next *stage[F]) {
	for ; c.blocks.cursor < len(c.net.stages); c.blocks.cursor++ {
		s := c.net.stages[c.blocks.cursor]
		if s == next {
			return
		}
		s.read()
	}
}
