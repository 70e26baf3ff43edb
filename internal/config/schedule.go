package config

import (
	"fmt"
	"slices"
	"strings"
)

// checkSchedule refuses a schedule that goes back in time, lasts longer than
// learning, or names what does not learn.
func (d *decoder) checkSchedule(c *Config) {
	if len(c.Learning.Schedule) == 0 || c.Model.Text == nil {
		return
	}
	learn, unit := c.Time.Learn.Seconds(), "s"
	if c.Trains() {
		learn, unit = float64(c.Task.Epochs), "epochs"
	}
	learners := c.Model.Text.Learners(c.Parameters(), c.Usage())
	last := 0.0
	for i, k := range c.Learning.Schedule {
		name := fmt.Sprintf("learning.schedule[%d]", i)
		at := c.KnotTime(k)
		switch {
		case at < last:
			d.refuse(c, []string{name, "learning.schedule"}, "begins at %v %s, before the one ahead of it, at %v", at, unit, last)
		case at >= learn:
			d.refuse(c, []string{name, "learning.schedule"}, "begins at %v %s, when learning is over, expected less than %v", at, unit, learn)
		}
		last = at
		for _, w := range k.Weights {
			if w == "all" && len(k.Weights) == 1 || slices.Contains(learners, w) {
				continue
			}
			hint := ""
			if near := nearest(w, learners); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			d.refuse(c, []string{name + ".weights", name, "learning.schedule"},
				"%q are no weights that learn, expected all, or of %s%s", w, strings.Join(learners, ", "), hint)
		}
	}
}

// KnotTime is when a knot of the schedule is, since learning began: in seconds, or
// in epochs of a training.
func (c *Config) KnotTime(k Knot) float64 {
	if c.Trains() {
		return k.Epoch
	}
	return k.At.Seconds()
}
