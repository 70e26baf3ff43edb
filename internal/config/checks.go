package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// refuse reports values that are right one by one but not together. It names
// the first of paths, and stands where the first of them that is given stands.
// Nothing is refused of a key that means nothing under the kinds chosen.
func (d *decoder) refuse(c *Config, paths []string, format string, args ...any) {
	key, _, _ := strings.Cut(paths[0], "[")
	if k, _, _ := d.schema.lookup(key); k != nil && !k.applies(d.schema, c) {
		return
	}
	for _, p := range paths {
		if !d.sound(p) {
			return
		}
	}
	at, text := d.origin(paths), fmt.Sprintf(format, args...)
	for from := d.within; from != nil; from = from.within {
		if from.refused[paths[0]] == text { // inherited, and said of the experiment
			return
		}
	}
	d.refused[paths[0]] = text
	d.add(at, d.prefix+paths[0], func() string { return text })
}

// origin is where the first of paths that is given stands: overrides of a
// variant come before the keys it inherits.
func (d *decoder) origin(paths []string) *node {
	for from := d; from != nil; from = from.within {
		for _, p := range paths {
			if n := from.given[p]; n != nil {
				return n
			}
		}
	}
	if d.head != nil {
		return d.head
	}
	return &node{line: 1}
}

// crossChecks looks at how the keys of c go together.
func (d *decoder) crossChecks(c *Config, opt Options) {
	d.checkTask(c)
	d.checkModel(c)
	d.checkFeedback(c)
	d.checkImages(c)
	d.checkInputs(c, opt.Input)
	d.checkLayers(c)
	d.checkOptimiser(c)
	d.checkStep(c, opt.StabilityLimit)
	if !opt.Recorded {
		d.checkNumbers(c, opt)
	}
	d.checkSpan(c)
	d.checkRecord(c)
	d.checkPhases(c)
	d.checkMemory(c, opt.Memory)
}

func (d *decoder) checkTask(c *Config) {
	if t := &c.Task; t.TargetLow >= t.TargetHigh {
		d.refuse(c, []string{"task.target_low", "task.target_high"},
			"is %v, expected less than target_high, %v", t.TargetLow, t.TargetHigh)
	}
}

func (d *decoder) checkModel(c *Config) {
	m := &c.Model
	if m.Recurrent && c.Time.Kind == "continuous" {
		d.refuse(c, []string{"model.recurrent_input", "time.kind", "model.kind"},
			`is true, expected false with time.kind = "continuous": the recurrent input has a discrete form only`)
	}
	if m.Kind == "burstprop" && m.Recurrent && len(c.Limit.Ratios) > 0 {
		d.refuse(c, []string{"limit.ratios", "model.recurrent_input", "model.kind"},
			"is given, expected none with recurrent_input = true, which has no continuous form to compare with")
	}
	if m.InterneuronMode != "random" && m.InterneuronScale != 1 {
		d.refuse(c, []string{"model.interneuron_scale", "model.interneuron_mode"},
			`is %v, expected 1 with interneuron_mode = %q, where the weights follow W and Y; scale them with interneuron_mode = "random"`,
			m.InterneuronScale, m.InterneuronMode)
	}
}

// checkFeedback keeps Q the exact counterpart of Y where the mode promises it.
func (d *decoder) checkFeedback(c *Config) {
	m := &c.Model
	if (m.QMode == "tied" || m.QMode == "symmetric_init") && m.QScale != 1 {
		d.refuse(c, []string{"model.q_scale", "model.q_mode"},
			"is %v, expected 1 with q_mode = %q, where Q follows from Y; scale it with q_mode = \"random\" or \"w_symmetric_init\"", m.QScale, m.QMode)
	}
	if m.QMode == "random" && m.QScale < 0 {
		d.refuse(c, []string{"model.q_scale", "model.q_mode"},
			`is %v, expected at least 0 with q_mode = "random", where it is a standard deviation`, m.QScale)
	}
	if m.YMode == "random" && m.YScale < 0 {
		d.refuse(c, []string{"model.y_scale", "model.y_mode"},
			`is %v, expected at least 0 with y_mode = "random", where it is a standard deviation`, m.YScale)
	}
	if m.YMode == "tied" && m.YPlastic {
		d.refuse(c, []string{"model.y_plastic", "model.y_mode"},
			`is true, expected false with y_mode = "tied", where Y equals W at all times; y_mode = "symmetric_init" lets it learn`)
	}
	if m.QMode == "tied" && m.QPlastic {
		d.refuse(c, []string{"model.q_plastic", "model.q_mode"},
			`is true, expected false with q_mode = "tied", where Q equals p_b Y at all times; q_mode = "symmetric_init" lets it learn`)
	}
}

func (d *decoder) checkOptimiser(c *Config) {
	l := &c.Learning
	paths := []string{"learning.momentum", "learning.optimiser"}
	switch {
	case l.Optimiser == "momentum" && l.Momentum == 0:
		d.refuse(c, paths, `is 0, expected more than 0 with optimiser = "momentum", such as 0.9`)
	case l.Optimiser != "momentum" && l.Momentum != 0:
		d.refuse(c, paths, `is %v but has no effect with optimiser = %q, expected optimiser = "momentum"`, l.Momentum, l.Optimiser)
	}
}

// checkStep refuses a step at which the leak of the fastest compartment does not
// decay.
func (d *decoder) checkStep(c *Config, limit func(string) float64) {
	if limit == nil || c.Time.Kind != "continuous" {
		return
	}
	key, fastest := c.fastest()
	factor := limit(c.Integrator.Method)
	largest := factor * fastest.Seconds()
	if !(largest > 0) || math.IsInf(largest, 1) || c.Time.Dt.Seconds() < largest*(1-1e-12) {
		return
	}
	d.refuse(c, []string{"time.dt", "integrator.method", key, "time.kind", "model.kind"},
		"%v is not below the stable limit of %s, %v (%.3g x %s, the shortest time constant)",
		c.Time.Dt, c.Integrator.Method, readable(largest), factor, key)
}

// readable is a time in seconds, rounded down to four digits.
func readable(seconds float64) time.Duration {
	ns := seconds * 1e9 * (1 + 1e-12)
	unit := math.Pow(10, math.Floor(math.Log10(ns))-3)
	return time.Duration(max(1, math.Floor(ns/unit)*unit))
}

// checkSpan keeps what is recorded within the run.
func (d *decoder) checkSpan(c *Config) {
	t := &c.Time
	total := t.Before.Seconds() + t.Learn.Seconds() + t.After.Seconds()
	if total >= time.Duration(math.MaxInt64).Seconds() {
		d.refuse(c, []string{"time.learn", "time.before", "time.after"},
			"before, learn and after add up to %.3g s, expected less than 292 years", total)
		return
	}
	span := t.Before + t.Learn + t.After
	d.checkWindows(c)
	for i, w := range c.Record.Windows {
		if w.Start.Seconds()+w.Length.Seconds() > span.Seconds() {
			d.refuse(c, []string{fmt.Sprintf("record.windows[%d]", i), "record.windows", "time.learn", "time.before", "time.after"},
				"the window from %v lasts %v, expected to end within the run of %v (before + learn + after)", w.Start, w.Length, span)
		}
	}
}

// checkRecord refuses a list that names something twice.
func (d *decoder) checkRecord(c *Config) {
	if k := repeated(c.Record.Chosen); k >= 0 {
		d.refuse(c, []string{fmt.Sprintf("record.chosen_units[%d]", k), "record.chosen_units"},
			"unit %d is given twice, expected different units", c.Record.Chosen[k])
	}
	if k := repeated(c.Record.Signals); k >= 0 {
		d.refuse(c, []string{fmt.Sprintf("record.signals[%d]", k), "record.signals"},
			"%q is given twice, expected different signals", c.Record.Signals[k])
	}
}

// repeated is the index of the first element that came before; -1 if none did.
func repeated[T comparable](list []T) int {
	for k := range list {
		if slices.Contains(list[:k], list[k]) {
			return k
		}
	}
	return -1
}

// checkPhases refuses a protocol in which nothing is ever learned.
func (d *decoder) checkPhases(c *Config) {
	t := &c.Time
	if t.Kind != "continuous" || len(t.Phases) == 0 {
		return
	}
	var cycle, first float64 // the whole cycle, and what comes before learning
	learns := false
	for _, p := range t.Phases {
		if learns = learns || p.Learning; !learns {
			first += p.Duration.Seconds()
		}
		cycle += p.Duration.Seconds()
	}
	switch {
	case !learns:
		d.refuse(c, []string{"time.phases"}, "no phase learns, expected learning = true in at least one")
	case cycle >= time.Duration(math.MaxInt64).Seconds():
		d.refuse(c, []string{"time.phases"}, "the phases add up to %.3g s, expected less than 292 years", cycle)
	case first >= t.Learn.Seconds():
		d.refuse(c, []string{"time.phases", "time.learn"},
			"the first phase that learns begins after %v s, expected it within learn, %v", first, t.Learn)
	}
}
