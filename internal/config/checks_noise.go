package config

import "slices"

// withNoise are the steppers that know noise, the best for most models first.
var withNoise = []string{"heun", "euler", "exponential"}

// checkNoise refuses what is not defined for states with noise: steppers of an
// order that only smooth solutions have, and a limit that only they tend to.
func (d *decoder) checkNoise(c *Config) {
	if c.Model.Text != nil && c.Time.Kind == "discrete" && c.Learning.Noise > 0 && !c.Model.Text.Dithered() {
		d.refuse(c, []string{"learning.feedforward_noise", "model.equations", "model.kind"},
			"is %v, expected 0 with the model %s, in which nothing is noisy(x)", c.Learning.Noise, c.Model.Text.Name)
	}
	if c.Model.Text == nil || !c.Model.Text.Noisy(c.Parameters(), c.Usage()) {
		return
	}
	chosen := []string{"model.equations", "model.kind"}
	if method := c.Integrator.Method; c.Time.Kind == "continuous" && !slices.Contains(withNoise, method) {
		d.refuse(c, append([]string{"integrator.method"}, chosen...),
			"is %q, expected %s with the model %s, whose states have noise (xi): the order of other steppers is that of smooth solutions", method, choices(withNoise), c.Model.Text.Name)
	}
	if c.Time.Kind == "continuous" && c.Record.TimeGradient {
		d.refuse(c, append([]string{"record.time_gradient"}, chosen...),
			"is true, expected false with the model %s, whose states have noise (xi): the way back through it is not there", c.Model.Text.Name)
	}
	if len(c.Limit.Ratios) > 0 {
		d.refuse(c, append([]string{"limit.ratios"}, chosen...),
			"is given, expected none with the model %s, whose states have noise (xi): discrete time draws it once a presentation, and is no limit of continuous time", c.Model.Text.Name)
	}
}
