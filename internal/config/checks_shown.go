package config

import (
	"fmt"
	"math"
	"slices"
)

// AllFigures are those that the experiment itself can show: what "all" draws.
func (c Config) AllFigures() []string {
	if c.Spikes() {
		names := []string{"spikes"}
		if len(c.Spiking.Learners()) > 0 && c.learningPhases() > 1 {
			names = append(names, "plasticity")
		}
		if c.Spiking.Routes() {
			names = append(names, "routing")
		}
		if len(c.Spiking.Ensembles()) > 0 {
			names = append(names, "ensembles")
		}
		if c.teachesInCycles() {
			names = append(names, "cycles")
		}
		return names
	}
	if c.Trains() {
		names := []string{"training"}
		if c.Task.Kind != "arrays" || len(c.Task.Found.Shape) > 1 {
			names = append(names, "filters")
		}
		if c.Task.Kind != "arrays" || c.Task.Targets == "labels" {
			names = append(names, "confusion")
		}
		if c.Record.LogMode == "all" {
			names = append(names, "states")
		}
		if c.Record.Ranks > 0 {
			names = append(names, "ranks")
		}
		return names
	}
	names := []string{"dynamics", "learning"}
	if len(c.Limit.Ratios) > 0 {
		names = append(names, "limit")
	}
	return names
}

// checkShown refuses what the experiment asks to see but will not have, before
// it is waited for.
func (d *decoder) checkShown(c *Config, signals func(Config) []string) {
	all := []*Config{c}
	possible := c.AllFigures()
	for i := range c.Compare {
		all = append(all, &c.Compare[i].Config)
		possible = append(possible, c.Compare[i].Config.AllFigures()...)
	}
	for i, f := range c.Plots.Figures {
		if f != "all" && !slices.Contains(possible, f) {
			d.refuse(c, []string{fmt.Sprintf("plots.figures[%d]", i), "plots.figures", "task.kind", "time.kind", "limit.ratios", "record.log_mode"},
				"%q cannot be drawn: %s; expected %s", f, lacking(f), choices(append([]string{"all"}, distinct(possible)...)))
		}
	}
	d.checkSignals(c, all, signals)
	d.checkRanks(c, all, signals)
	for i, u := range c.Record.Chosen {
		if !slices.ContainsFunc(all, func(c *Config) bool { return c.Trains() || c.Spikes() || u < c.widest() }) {
			d.refuse(c, []string{fmt.Sprintf("record.chosen_units[%d]", i), "record.chosen_units", "model.hidden", "model.layer"},
				"no layer has a unit %d, expected at most %d", u, c.widest()-1)
		}
	}
}

// checkRanks refuses to measure a signal that no network of the experiment has.
func (d *decoder) checkRanks(c *Config, all []*Config, signals func(Config) []string) {
	if c.Record.Ranks == 0 || signals == nil || !d.sound("model.kind") || !d.judgesModel() {
		return
	}
	for _, one := range all {
		maps, dense := one.Model.Stack()
		if one.Model.Text == nil || one.Trains() && len(maps)+len(dense) > 0 && slices.Contains(signals(*one), "apical") {
			return
		}
	}
	d.refuse(c, []string{"record.ranks", "model.kind", "model.hidden", "model.layer"},
		"is %d, expected 0: the network has no hidden layer with the signal apical", c.Record.Ranks)
}

// checkSignals refuses a signal that no network of the experiment has.
func (d *decoder) checkSignals(c *Config, all []*Config, signals func(Config) []string) {
	if signals == nil || slices.Contains(c.Record.Signals, "all") || !d.sound("model.kind") || !d.judgesModel() {
		return
	}
	var there []string
	for _, one := range all {
		if !one.Trains() && !one.Spikes() && one.Model.Text != nil {
			there = append(there, signals(*one)...)
		}
	}
	for i, s := range c.Record.Signals {
		if len(there) > 0 && !slices.Contains(there, s) {
			d.refuse(c, []string{fmt.Sprintf("record.signals[%d]", i), "record.signals", "model.kind", "time.kind"},
				"the network has no %s, expected all, %s", s, choices(distinct(there)))
		}
	}
}

// lacking says what a figure needs.
func lacking(figure string) string {
	switch figure {
	case "limit":
		return "it needs limit.ratios"
	case "states":
		return `it needs images or samples, time.kind = "discrete" and record.log_mode = "all"`
	case "ranks":
		return `it needs record.ranks`
	case "spikes":
		return `it needs time.kind = "spiking"`
	case "plasticity":
		return `it needs a connection from a stimulus with rule = "fixed", two phases that learn, and time.kind = "spiking"`
	case "routing":
		return `it needs a connection with short_term, and time.kind = "spiking"`
	case "ensembles":
		return `it needs three populations that differ in size only and that no other reaches, and time.kind = "spiking"`
	case "cycles":
		return `it needs time.kind = "spiking" and a cycle with a teacher or a nudge`
	case "dynamics", "learning":
		return `images and samples in discrete time have epochs, not simulated time, and populations that spike have no layers`
	}
	return `it needs images or samples, and time.kind = "discrete"`
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// widest is the number of units of the largest layer, input and output
// included, as far as is known; the input of images counts as one that has any
// unit.
func (c *Config) widest() int {
	inputs, outputs := c.Task.Size()
	if c.Task.Images() || inputs == 0 || outputs == 0 {
		return math.MaxInt
	}
	_, dense := c.Model.Stack()
	return slices.Max(append(dense, inputs, outputs))
}
