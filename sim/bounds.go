package sim

// bounded are the rules of weights that the text keeps within bounds.
func (c *Continuous[F]) bounded() (rules []int) {
	for k, r := range c.rules {
		if low, high := r.Bounds(); low != nil || high != nil {
			rules = append(rules, k)
		}
	}
	return rules
}

// hold leaves weights that are on a bound there, if their rate of change leads
// out of it: the equations of weights within bounds are those of motion along
// them, at every stage of a step.
func (c *Continuous[F]) hold(dst, x []F) {
	for _, k := range c.held {
		r := &c.rules[k]
		low, high := r.Bounds()
		w, slope := x[r.from:r.to], dst[r.from:r.to]
		for i, v := range w {
			if low != nil && v <= F(*low) && slope[i] < 0 || high != nil && v >= F(*high) && slope[i] > 0 {
				slope[i] = 0
			}
		}
	}
}

// constrain moves weights that left their bounds in a step back into them, and
// says whether there were any.
func (c *Continuous[F]) constrain() bool {
	if c.split {
		return false
	}
	c.bind(c.State())
	return c.machine.Constrain()
}
