package config

import (
	"slices"
	"strings"

	"burstsim/sim/model"
)

// lacks is what a key that belongs to the kinds of c needs to have an effect; ""
// if nothing helps.
func (k *key) lacks(c *Config) string {
	if k.params == nil {
		return k.when.String()
	}
	return alternatives(c.needs(k.params[c.Model.Text].Name))
}

// needs is what a parameter of the model lacks.
func (c *Config) needs(name string) []model.Need {
	return c.Model.Text.Needs(name, c.Parameters(), c.Usage())
}

func alternatives(needs []model.Need) string {
	var words []string
	for _, n := range needs {
		words = append(words, n.String())
	}
	return strings.Join(words, ", or with ")
}

// possible says what a key needs beside the kinds of the experiment or one of
// its variants, if they leave it an effect.
func (k *key) possible(s *schema, c *Config) (need string, ok bool) {
	if k.suits(s, c) {
		if need, ok = k.within(s, c); ok {
			return need, ok
		}
	}
	for i := range c.Compare {
		if need, ok = k.possible(s, &c.Compare[i].Config); ok {
			return need, ok
		}
	}
	return "", false
}

// within is what a key of the kinds of c needs beside them, if they leave it an
// effect.
func (k *key) within(s *schema, c *Config) (need string, ok bool) {
	if k.params == nil {
		left, ok := k.when.within(s, c)
		return left.String(), ok
	}
	needs := slices.DeleteFunc(c.needs(k.params[c.Model.Text].Name), func(n model.Need) bool { return n.OtherTime })
	return alternatives(needs), len(needs) > 0
}
