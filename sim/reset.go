package sim

import "time"

// reset lets all compartments begin anew.
func (c *Continuous[F]) reset() {
	p := c.machine.Program()
	clear(c.x[:p.Dim])
	for _, s := range p.Compartments {
		for row := range c.state.rows {
			convert(c.x[s.At+row*s.Units:][:len(s.Begin)], s.Begin)
		}
	}
	if c.carry != nil {
		clear(c.carry[:p.Dim])
	}
}

// Reset puts all compartments back to where they began; weights and the
// teachers' own state stay. What is before cannot be observed any more, nor do
// delays look back at it: before the reset everything was as it is right behind
// it.
func (in *Integration[F]) Reset() {
	in.learn()
	in.System.reset()
	in.control.Reset()
	in.size = 0
	if h := in.System.past; h != nil {
		h.begun = false
	}
}

// resets says whether compartments begin anew at time t, where a stretch without
// jumps begins.
func (in *Integration[F]) resets(t time.Duration) bool {
	return in.ResetEvery > 0 && t > 0 && t%in.ResetEvery == 0
}
