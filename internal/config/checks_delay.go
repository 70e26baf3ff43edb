package config

import (
	"cmp"
	"slices"

	"burstsim/sim/model"
)

// checkDelays refuses a step that is longer than a delay of the model: what the
// delay looks back at would not be known yet. dopri5 makes its steps as short.
func (d *decoder) checkDelays(c *Config) {
	if c.Model.Text == nil || c.Time.Kind != "continuous" {
		return
	}
	delays := c.Model.Text.Delays(c.Parameters(), c.Usage())
	if len(delays) == 0 {
		return
	}
	if c.Record.TimeGradient {
		d.refuse(c, []string{"record.time_gradient", "model.equations", "model.kind"},
			"is true, expected false with the model %s, which has delays: the way back through them is not there", c.Model.Text.Name)
	}
	shortest := slices.MinFunc(delays, func(a, b model.Delay) int { return cmp.Compare(a.Seconds, b.Seconds) })
	if c.Integrator.Method == "dopri5" || c.Time.Dt.Seconds() <= shortest.Seconds*(1+1e-12) {
		return
	}
	paths, of := []string{"time.dt"}, ""
	if shortest.Key != "" {
		paths, of = append(paths, shortest.Key), " ("+shortest.Key+")"
	}
	d.refuse(c, append(paths, "integrator.method", "model.equations", "model.kind"),
		"is %v, expected at most %v, the shortest delay of the model %s%s: what it looks back at would not be known yet; dopri5 keeps to it by itself",
		c.Time.Dt, readable(shortest.Seconds), c.Model.Text.Name, of)
}
