package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"burstsim/sim/model"
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
	if c.Spikes() {
		d.checkSpiking(c, opt)
		return
	}
	d.checkTask(c)
	d.checkModel(c, opt.Array != nil && !opt.Recorded)
	d.checkImages(c)
	d.checkInputs(c, opt.Input)
	d.checkLayers(c)
	d.checkOptimiser(c)
	d.checkBlocks(c)
	d.checkChanges(c)
	d.checkStep(c, opt.StabilityLimit)
	if !opt.Recorded {
		d.checkNumbers(c, opt)
		d.checkNoise(c)
		d.checkDelays(c)
	}
	d.checkSpan(c)
	d.checkRecord(c)
	d.checkPhases(c)
	d.checkBlanks(c)
	d.checkSchedule(c)
	d.checkMemory(c, opt.Memory)
	if !opt.Recorded {
		d.checkCompiles(c, opt.Model)
	}
}

func (d *decoder) checkTask(c *Config) {
	if t := &c.Task; t.TargetLow >= t.TargetHigh {
		d.refuse(c, []string{"task.target_low", "task.target_high"},
			"is %v, expected less than target_high, %v", t.TargetLow, t.TargetHigh)
	}
}

// checkModel looks whether the values of the model's parameters go together, in
// the kinds of time in which it is used.
func (d *decoder) checkModel(c *Config, files bool) {
	if !d.judgesModel() {
		return
	}
	t := c.Model.Text
	if files {
		d.checkFiles(c)
	}
	_, err := t.Resolve(c.Parameters(), c.Usage())
	if err != nil {
		paths, msg := parameterError(err)
		use := c.Usage()
		use.Discrete = !use.Discrete
		if _, other := t.Resolve(c.Parameters(), use); other == nil {
			paths = append(paths, "time.kind")
		}
		d.refuse(c, paths, "%s", msg)
		return
	}
	if len(c.Limit.Ratios) > 0 {
		use := c.Usage()
		use.Discrete = !use.Discrete
		if _, err := t.Resolve(c.Parameters(), use); err != nil {
			paths, _ := parameterError(err)
			d.refuse(c, append([]string{"limit.ratios"}, paths...), "is given, expected none, as it compares both kinds of time: %v", err)
		}
	}
	if _, ok := c.somatic(); !ok && c.Task.Flows() && c.Task.Teacher == "leaky" {
		has := "which has no parameter " + somaticKey
		if c.Parameter(somaticKey) != nil {
			has = "whose " + somaticKey + " is not one number"
		}
		d.refuse(c, []string{"task.teacher", "model.kind", "model.equations"}, `is "leaky", expected "instant" with the model %s, %s`, t.Name, has)
	}
}

// checkCompiles looks whether the equations fit the layers and the kinds of
// time. An error stands where it is in the text.
func (d *decoder) checkCompiles(c *Config, compile func(Config) error) {
	if compile == nil || !d.judgesModel() {
		return
	}
	for from := d; from != nil; from = from.within {
		if len(from.refused) > 0 { // such as layers that do not fit into memory
			return
		}
	}
	err := compile(*c)
	if err == nil {
		return
	}
	var other *KeyError
	if errors.As(err, &other) {
		d.refuse(c, []string{other.Key, "integrator.method", "model.equations", "model.kind"}, "%s", other.Msg)
		return
	}
	const key = "model.equations"
	d.refused[key] = err.Error()
	d.inModel(d.origin([]string{key, "model.kind"}), d.prefix+key, err)
}

// parameterError is what is wrong with parameters: the keys that decide, the
// first to change before the others, and the message.
func parameterError(err error) (paths []string, msg string) {
	var e *model.ValueError
	if !errors.As(err, &e) {
		return []string{"model.kind"}, err.Error()
	}
	if len(e.Params) == 0 {
		return []string{"model.kind"}, e.Msg
	}
	for _, p := range e.Params {
		paths = append(paths, p.Path())
	}
	return paths, e.Msg
}

// checkStep refuses a step at which the leak of the fastest compartment does not
// decay.
func (d *decoder) checkStep(c *Config, limit func(string) float64) {
	if limit == nil || c.Time.Kind != "continuous" || c.Model.Text == nil {
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
	d.checkSnapshots(c)
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

// checkBlanks refuses presentations that do not begin with the phase that teaches
// them, resets at presentations of a task without, and a gradient through time of
// what is not one course.
func (d *decoder) checkBlanks(c *Config) {
	t := &c.Time
	if t.Kind != "continuous" {
		return
	}
	if t.Reset == "presentation" && c.Task.Flows() {
		d.refuse(c, []string{"time.reset", "task.kind"}, "the %s task has no presentations, expected never or phase", c.Task.Kind)
	}
	if c.Record.TimeGradient {
		if t.Reset != "never" {
			d.refuse(c, []string{"record.time_gradient", "time.reset"},
				"is true, expected false with time.reset = %q: it does not go back to before a reset", t.Reset)
		}
		if c.Blank() > 0 {
			d.refuse(c, []string{"record.time_gradient", "task.blank"},
				"is true, expected false with task.blank = %v: its loss would be that of blanks too", c.Blank())
		}
	}
	if c.Blank() > 0 && c.Task.Hold.Seconds()+c.Blank().Seconds() >= time.Duration(math.MaxInt64).Seconds() {
		d.refuse(c, []string{"task.blank", "task.hold"}, "is %v, expected less than 292 years together with hold", c.Blank())
		return
	}
	if period := c.Task.Hold + c.Blank(); c.Blank() > 0 && len(t.Phases) == 0 && t.Before%period != 0 {
		d.refuse(c, []string{"time.before", "task.blank", "task.hold"},
			"is %v, expected a multiple of hold and blank together, %v, where a presentation begins", t.Before, period)
	}
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
