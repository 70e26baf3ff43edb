package config

import (
	"fmt"
	"math"
	"slices"
)

// longest keeps the sum of two times within what a Duration can say.
const longest = Duration(math.MaxInt64 / 2)

// checkSchedule refuses a schedule that goes back in time, a change that begins
// when learning is over, one that names what does not learn or nothing, and a shape of a change
// that takes no time.
func (d *decoder) checkSchedule(c *Config) {
	if len(c.Learning.Schedule) == 0 || c.Model.Text == nil {
		return
	}
	key, learn, unit := "at", c.Time.Learn.Seconds(), "s"
	if c.Trains() {
		key, learn, unit = "epoch", float64(c.Task.Epochs), "epochs"
	}
	learners := c.Model.Text.Learners(c.Parameters(), c.Usage())
	before := 0.0
	last := map[string]float64{} // knot of each of the learners
	for i, k := range c.Learning.Schedule {
		name := fmt.Sprintf("learning.schedule[%d]", i)
		at := c.knotTime(k)
		when := []string{name + "." + key, name, "learning.schedule", "time.learn", "task.epochs"}
		switch {
		case at < before:
			d.refuse(c, when, "is %v %s, expected at least that of the one ahead of it, %v", at, unit, before)
		case !c.Trains() && k.At > longest-c.Time.Before:
			d.refuse(c, when, "is %v %s, expected less than 146 years with time.before, %v", at, unit, c.Time.Before)
		case at >= learn && k.Shape == "step":
			d.refuse(c, when, "is %v %s since learning began, expected less than it lasts, %v; a change that is not a step may end there, or later", at, unit, learn)
		}
		before = max(before, at)
		of, ok := d.scheduled(c, name, k, learners)
		if !ok {
			continue
		}
		changes, late := k.Shape == "step", at > learn
		for _, w := range of {
			changes = changes || at > last[w]
			late = late && last[w] >= learn
			last[w] = at
		}
		switch {
		case late && k.Shape != "step":
			d.refuse(c, when, "is %v %s since learning began, and so is the knot ahead of it no earlier than learning ends, %v: expected a change that begins before", at, unit, learn)
		case !changes:
			d.refuse(c, []string{name + ".shape", name, "learning.schedule"},
				"is %q, expected step: between the knot ahead of it, or the beginning of learning, and %v %s there is no time", k.Shape, at, unit)
		}
	}
}

// scheduled are the weights of a knot, of those that learn; false if it names
// others or none.
func (d *decoder) scheduled(c *Config, name string, k Knot, learners []string) (of []string, ok bool) {
	if slices.Equal(k.Weights, []string{"all"}) {
		return learners, true
	}
	return k.Weights, d.learnersOnly(c, []string{name + ".weights", name, "learning.schedule"}, k.Weights, "all")
}

// knotTime is when a knot of the schedule is, since learning began: in seconds, or
// in epochs of a training.
func (c *Config) knotTime(k Knot) float64 {
	if c.Trains() {
		return k.Epoch
	}
	return k.At.Seconds()
}
