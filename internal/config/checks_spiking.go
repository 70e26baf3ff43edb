package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Routine are the phases of populations that spike, in the order in which they are
// gone through.
func (c *Config) Routine() []SpikePhase {
	if len(c.Spiking.Protocol) == 0 {
		return c.Spiking.Phases
	}
	var out []SpikePhase
	for _, name := range c.Spiking.Protocol {
		for _, p := range c.Spiking.Phases {
			if p.Name == name {
				out = append(out, p)
			}
		}
	}
	return out
}

// spikingSpan is how long that lasts.
func (c *Config) spikingSpan() (span float64) {
	for _, p := range c.Routine() {
		span += p.Duration.Seconds()
	}
	return span
}

// learningPhases is how many of the phases that are gone through learn.
func (c *Config) learningPhases() (n int) {
	for _, p := range c.Routine() {
		if p.Learning {
			n++
		}
	}
	return n
}

// teachesInCycles says whether a phase that is gone through has a cycle with a
// teacher.
func (c *Config) teachesInCycles() bool {
	return slices.ContainsFunc(c.Routine(), func(p SpikePhase) bool {
		return slices.ContainsFunc(p.Cycle, func(part string) bool {
			return slices.ContainsFunc(c.Spiking.Nudges, func(x Nudging) bool { return x.Phase == part }) ||
				slices.ContainsFunc(c.Spiking.Teachers, func(x Teacher) bool { return x.Phase == part })
		})
	})
}

// spikingWindows are around the ends of phases: the first, the second and the last.
func (c *Config) spikingWindows() (windows []Window) {
	const half = Duration(time.Second)
	var end, last Duration
	for k, p := range c.Routine() {
		end += p.Duration
		if from := max(last, end-half); k < 2 || k == len(c.Routine())-1 {
			windows = append(windows, Window{Start: from, Length: end - from + half})
			last = end + half
		}
	}
	if n := len(windows); n > 0 { // nothing follows the last
		windows[n-1].Length = end - windows[n-1].Start
	}
	return slices.DeleteFunc(windows, func(w Window) bool { return w.Length <= 0 })
}

// checkSpiking looks at how the tables of populations that spike go together.
func (d *decoder) checkSpiking(c *Config, opt Options) {
	s := &c.Spiking
	if len(s.Populations) == 0 {
		d.refuse(c, []string{"spiking.population"}, "there is none, expected at least one [[spiking.population]]")
		return
	}
	if len(s.Phases) == 0 {
		d.refuse(c, []string{"spiking.phase"}, "there is none, expected at least one [[spiking.phase]]")
		return
	}
	populations := d.named(c, "spiking.population", len(s.Populations), func(i int) string { return s.Populations[i].Name })
	stimuli := d.named(c, "spiking.stimulus", len(s.Stimuli), func(i int) string { return s.Stimuli[i].Name })
	for i, name := range stimuli {
		if !opt.Recorded && slices.Contains(populations, name) {
			d.refuse(c, []string{fmt.Sprintf("spiking.stimulus[%d].name", i), fmt.Sprintf("spiking.stimulus[%d]", i), "spiking.stimulus"}, "%q is a population too, expected another name", name)
		}
	}
	connections := d.named(c, "spiking.connection", len(s.Connections), func(i int) string { return s.Connections[i].Name })
	currents := d.named(c, "spiking.current", len(s.Currents), func(i int) string { return s.Currents[i].Name })
	phases := d.named(c, "spiking.phase", len(s.Phases), func(i int) string { return s.Phases[i].Name })
	one := func(table string, i int, key, name string, of []string, what string) {
		if slices.Contains(of, name) {
			return
		}
		path := fmt.Sprintf("%s[%d].%s", table, i, key)
		msg := fmt.Sprintf("%s is no %s, expected %s", shorten(name), what, choices(of))
		if len(of) == 0 {
			msg = fmt.Sprintf("%s is no %s: there is none", shorten(name), what)
		}
		if w := nearest(name, of); w != "" {
			msg += fmt.Sprintf("; did you mean %q?", w)
		}
		d.refuse(c, []string{path, fmt.Sprintf("%s[%d]", table, i), table}, "%s", msg)
	}
	for i, x := range s.Connections {
		one("spiking.connection", i, "from", x.From, append(slices.Clone(populations), stimuli...), "population or stimulus")
		one("spiking.connection", i, "to", x.To, populations, "population")
		if x.Tied != "" {
			one("spiking.connection", i, "tied", x.Tied, connections, "connection")
		}
	}
	for i, x := range s.Pulses {
		one("spiking.pulses", i, "to", x.To, populations, "population")
	}
	for i, x := range s.Currents {
		one("spiking.current", i, "to", x.To, populations, "population")
	}
	for i, x := range s.Feedback {
		one("spiking.feedback", i, "current", x.Current, currents, "current")
		one("spiking.feedback", i, "from", x.From, populations, "population")
	}
	for i, x := range s.Phases {
		for _, name := range x.Cycle {
			one("spiking.phase", i, "cycle", name, phases, "phase")
			if k := slices.Index(phases, name); k >= 0 && len(s.Phases[k].Cycle) > 0 {
				d.refuse(c, []string{fmt.Sprintf("spiking.phase[%d].cycle", i), fmt.Sprintf("spiking.phase[%d]", i), "spiking.phase"},
					"%q has a cycle itself, expected phases without one", name)
			}
		}
	}
	if !opt.Recorded { // an earlier version may have let it pass
		d.checkBursts(c)
		d.checkSpikeAverages(c)
	}
	for i, x := range s.Settings {
		one("spiking.setting", i, "phase", x.Phase, phases, "phase")
		one("spiking.setting", i, "current", x.Current, currents, "current")
	}
	for i, x := range s.Teachers {
		one("spiking.teacher", i, "phase", x.Phase, phases, "phase")
		one("spiking.teacher", i, "current", x.Current, currents, "current")
	}
	for i, x := range s.Nudges {
		one("spiking.nudge", i, "phase", x.Phase, phases, "phase")
		one("spiking.nudge", i, "population", x.Population, populations, "population")
	}
	for i, name := range s.Protocol {
		if !slices.Contains(phases, name) {
			d.refuse(c, []string{fmt.Sprintf("spiking.protocol[%d]", i), "spiking.protocol"}, "%s is no phase, expected %s", shorten(name), choices(phases))
		}
	}
	if d.refuses() {
		return
	}
	if !opt.Recorded {
		d.checkSynapses(c)
		d.checkOnce(c)
	}
	for i, x := range s.Pulses {
		if most := 1 / c.Time.Dt.Seconds(); x.Rate > most {
			at := fmt.Sprintf("spiking.pulses[%d]", i)
			d.refuse(c, []string{at + ".rate", at, "spiking.pulses"}, "is %v Hz, expected at most one a step, %v Hz", x.Rate, most)
		}
	}
	d.checkSpikingTimes(c)
	d.checkMemory(c, opt.Memory)
	if opt.Model == nil || d.refuses() {
		return
	}
	if err := opt.Model(*c); err != nil {
		path := "spiking.population"
		var in *KeyError
		if errors.As(err, &in) {
			path, err = in.Key, errors.New(in.Msg)
		}
		d.refuse(c, []string{path, "spiking.population"}, "%s", err)
	}
}

// refuses says whether something was refused here, or in the experiment that a
// variant inherits from.
func (d *decoder) refuses() bool {
	for from := d; from != nil; from = from.within {
		if len(from.refused) > 0 {
			return true
		}
	}
	return false
}

// checkBursts refuses times by which bursts could not be told from single spikes:
// with a second spike that comes too late to be of the burst, or behind the next
// spike of the soma, or with single spikes so close that they are taken for bursts.
func (d *decoder) checkBursts(c *Config) {
	for i, p := range c.Spiking.Populations {
		refuse := func(key, format string, args ...any) {
			at := fmt.Sprintf("spiking.population[%d]", i)
			d.refuse(c, []string{at + "." + key, at, "spiking.population"}, format, args...)
		}
		for _, x := range []struct {
			key  string
			time Duration
			used bool
		}{
			{"window", p.Window, true}, {"average", p.Average, true}, {"tau_soma", p.TauSoma, true}, {"tau_dendrite", p.TauDendrite, true},
			{"tau_adaptation", p.TauAdaptation, true}, {"tau_threshold", p.TauThreshold, true}, {"tau_dendrite_adaptation", p.TauDendAdapt, true},
			{"own_average", p.Own, p.Own > 0}, {"spike_average", p.Spikes, p.Spikes > 0},
			{"back_to", p.BackTo, p.Kind == "two_compartment" && p.Back != 0}, // otherwise it would not flow at all
		} {
			if x.used && x.time < c.Time.Dt {
				refuse(x.key, "is %v, expected at least a step, time.dt = %v", x.time, c.Time.Dt)
				break
			}
		}
		switch {
		case p.Kind != "burst_poisson" && p.BackFrom > p.BackTo:
			refuse("back_from", "is %v, expected at most back_to, %v", p.BackFrom, p.BackTo)
		case p.Kind != "burst_poisson":
		case p.SecondFrom > p.SecondTo:
			refuse("second_from", "is %v, expected at most second_to, %v", p.SecondFrom, p.SecondTo)
		case p.SecondTo > p.Window:
			refuse("second_to", "is %v, behind the window of %v, so that later second spikes would not be told from single ones: expected at most window", p.SecondTo, p.Window)
		case p.Refractory <= p.Window:
			refuse("refractory", "is %v, within the window of %v, so that single spikes would hide bursts and be taken for them: expected more than window", p.Refractory, p.Window)
		}
	}
}

// checkSpikeAverages refuses averages of spikes that no bound reads.
func (d *decoder) checkSpikeAverages(c *Config) {
	for i, p := range c.Spiking.Populations {
		bounds := func(x Connection) bool { return x.To == p.Name && x.Rule != "none" && x.RateMin > 0 }
		if p.Spikes > 0 && !slices.ContainsFunc(c.Spiking.Connections, bounds) {
			at := fmt.Sprintf("spiking.population[%d]", i)
			d.refuse(c, []string{at + ".spike_average", at, "spiking.population"}, "has no effect here, only with a rule and rate_min of a connection to %q", p.Name)
		}
	}
}

// checkOnce refuses a setting, a teacher or a nudge that another one of the same phase
// takes the place of.
func (d *decoder) checkOnce(c *Config) {
	s := &c.Spiking
	first := map[[3]string]bool{}
	once := func(table string, i int, key, name, phase string) {
		if which := [3]string{table, name, phase}; !first[which] {
			first[which] = true
			return
		}
		at := fmt.Sprintf("%s[%d]", table, i)
		d.refuse(c, []string{at + "." + key, at, table}, "%q is given twice for phase %q, expected once", name, phase)
	}
	for i, x := range s.Settings {
		once("spiking.setting", i, "current", x.Current, x.Phase)
	}
	for i, x := range s.Teachers {
		once("spiking.teacher", i, "current", x.Current, x.Phase)
	}
	for i, x := range s.Nudges {
		once("spiking.nudge", i, "population", x.Population, x.Phase)
	}
}

// named are the names of the tables of a list, and refuses one that is given twice.
func (d *decoder) named(c *Config, table string, n int, name func(i int) string) (names []string) {
	for i := range n {
		if slices.Contains(names, name(i)) {
			d.refuse(c, []string{fmt.Sprintf("%s[%d].name", table, i), fmt.Sprintf("%s[%d]", table, i), table}, "%q is given twice, expected another name", name(i))
		}
		names = append(names, name(i))
	}
	return names
}

// checkSpikingTimes looks at what is no whole number of steps, and at the windows.
func (d *decoder) checkSpikingTimes(c *Config) {
	span, dt := c.spikingSpan(), c.Time.Dt
	if !(span < time.Duration(math.MaxInt64).Seconds()) {
		d.refuse(c, []string{"spiking.phase"}, "the phases add up to %.3g s, expected less than 292 years", span)
		return
	}
	whole := func(paths []string, t Duration) {
		if t%dt != 0 {
			d.refuse(c, append(paths, "time.dt"), "is %v, expected a multiple of time.dt, %v", t, dt)
		}
	}
	for i, p := range c.Spiking.Phases {
		whole([]string{fmt.Sprintf("spiking.phase[%d].duration", i), fmt.Sprintf("spiking.phase[%d]", i)}, p.Duration)
	}
	for i, x := range c.Spiking.Connections {
		whole([]string{fmt.Sprintf("spiking.connection[%d].delay", i), fmt.Sprintf("spiking.connection[%d]", i)}, x.Delay)
	}
	whole([]string{"record.metrics"}, c.Record.Metrics)
	whole([]string{"record.sample"}, c.Record.Sample)
	for i, w := range c.Record.Windows {
		if w.Start.Seconds()+w.Length.Seconds() > span {
			d.refuse(c, []string{fmt.Sprintf("record.windows[%d]", i), "record.windows"},
				"the window from %v lasts %v, expected to end within the run of %.6g s", w.Start, w.Length, span)
		}
	}
}
