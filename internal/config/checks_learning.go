package config

import (
	"fmt"
	"slices"
	"strings"
)

// checkOptimiser refuses what the optimisers do not use, a decay of nothing, and
// weights with an optimiser of their own that do not learn or are named twice.
func (d *decoder) checkOptimiser(c *Config) {
	l := &c.Learning
	d.checkMomentum(c, []string{"learning.momentum", "learning.optimiser"}, l.Optimiser, l.Momentum)
	decays := l.WeightDecay > 0
	taken := map[string]string{}
	for i, w := range l.Weights {
		name := fmt.Sprintf("learning.weights[%d]", i)
		at := func(key string) []string { return []string{name + "." + key, name, "learning.weights"} }
		decays = decays || w.WeightDecay > 0
		d.checkMomentum(c, at("momentum"), w.Optimiser, w.Momentum)
		if w.Optimiser != "adam" && (w.Beta1 != 0.9 || w.Beta2 != 0.999) {
			key, value := "adam_beta1", w.Beta1
			if value == 0.9 {
				key, value = "adam_beta2", w.Beta2
			}
			d.refuse(c, at(key), `is %v but has no effect with optimiser = %q, expected optimiser = "adam"`, value, w.Optimiser)
		}
		if c.Model.Text == nil || !d.learnersOnly(c, at("of"), w.Of, "") {
			continue
		}
		for _, of := range w.Of {
			if other := taken[of]; other != "" {
				d.refuse(c, at("of"), "%q are those of %s already, expected each weights once", of, other)
				break
			}
			taken[of] = name
		}
	}
	if !decays && l.Decay != "fraction" {
		d.refuse(c, []string{"learning.decay", "learning.weights"}, "is %q but nothing decays, expected a weight_decay", l.Decay)
	}
}

// checkBlocks refuses blocks in which nothing is learned.
func (d *decoder) checkBlocks(c *Config) {
	for i, b := range c.Learning.Blocks {
		name := fmt.Sprintf("learning.blocks[%d]", i)
		at := func(key string) []string { return []string{name + "." + key, name, "learning.blocks"} }
		if b.Batches == 0 && b.Pretraining == 0 {
			d.refuse(c, at("batches"), "is 0 as pretraining is, expected more than 0 of one of them")
		}
		if c.Model.Text != nil {
			d.learnersOnly(c, at("weights"), b.Weights, "")
		}
	}
}

// checkChanges refuses changes of nothing, and those that come too late. Which
// weights there are is known once there is a network.
func (d *decoder) checkChanges(c *Config) {
	for i, ch := range c.Learning.Changes {
		name := fmt.Sprintf("learning.changes[%d]", i)
		at := func(key string) []string { return []string{name + "." + key, name, "learning.changes", "task.epochs"} }
		if len(ch.Weights) == 0 {
			d.refuse(c, at("weights"), "is empty, expected symbols of weights")
		} else if i := repeated(ch.Weights); i >= 0 {
			d.refuse(c, at("weights"), "%q is given twice, expected each weights once", ch.Weights[i])
		}
		if ch.Epoch > c.Task.Epochs {
			d.refuse(c, at("epoch"), "is %d, expected at most task.epochs, %d", ch.Epoch, c.Task.Epochs)
		}
	}
}

func (d *decoder) checkMomentum(c *Config, paths []string, optimiser string, momentum float64) {
	switch {
	case optimiser == "momentum" && momentum == 0:
		d.refuse(c, paths, `is 0, expected more than 0 with optimiser = "momentum", such as 0.9`)
	case optimiser != "momentum" && momentum != 0:
		d.refuse(c, paths, `is %v but has no effect with optimiser = %q, expected optimiser = "momentum"`, momentum, optimiser)
	}
}

// learnersOnly refuses a list of weights that is empty or names what does not
// learn, or the same twice. all, if not "", is a word that stands alone for all,
// which is not in the list.
func (d *decoder) learnersOnly(c *Config, paths, weights []string, all string) bool {
	learners := c.Model.Text.Learners(c.Parameters(), c.Usage())
	expected := "expected " + strings.TrimPrefix(all+", or of ", ", or ") + strings.Join(learners, ", ")
	if len(weights) == 0 {
		d.refuse(c, paths, "is empty, %s", expected)
		return false
	}
	if i := repeated(weights); i >= 0 {
		d.refuse(c, paths, "%q is given twice, %s", weights[i], expected)
		return false
	}
	for _, w := range weights {
		switch {
		case w == all:
			d.refuse(c, paths, "%q stands with others, expected it alone, or of %s", all, strings.Join(learners, ", "))
			return false
		case !slices.Contains(learners, w):
			hint := ""
			if near := nearest(w, learners); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			d.refuse(c, paths, "%q are no weights that learn, %s%s", w, expected, hint)
			return false
		}
	}
	return true
}
