package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"burstsim/sim/model"
)

// condition is what an `if` tag says: alternatives, of which one must hold with
// all its terms. Without any, it always holds.
type condition [][]term

// term asks for the value of another key. A key that has no effect itself
// counts as if it were not given.
type term struct {
	key   *key
	not   bool
	words []string // nil: it must be given, or true
	// presentation, without a key: how long a sample is presented decides on
	// something in the model.
	presentation bool
}

// parseCondition reads "a.b=x|y and !c.d or e.f": a.b is x or y, and c.d is not
// given (or false); or e.f is given (or true). The word presentation stands for a model in which the
// time matters for which a sample is presented.
func (s *schema) parseCondition(text string) (condition, error) {
	if text == "" {
		return nil, nil
	}
	var c condition
	for alternative := range strings.SplitSeq(text, " or ") {
		var all []term
		for one := range strings.SplitSeq(alternative, " and ") {
			if one == model.Presentation {
				all = append(all, term{presentation: true})
				continue
			}
			name, words, isWords := strings.Cut(strings.TrimPrefix(one, "!"), "=")
			k, _, _ := s.lookup(name)
			if k == nil || k.isSection() {
				return nil, fmt.Errorf("condition %q names no key", one)
			}
			t := term{key: k, not: strings.HasPrefix(one, "!")}
			if isWords {
				t.words = strings.Split(words, "|")
			}
			all = append(all, t)
		}
		c = append(c, all)
	}
	return c, nil
}

func (c condition) holds(s *schema, of *Config) bool {
	return len(c) == 0 || slices.ContainsFunc(c, func(all []term) bool {
		return !slices.ContainsFunc(all, func(t term) bool { return !t.holds(s, of) })
	})
}

func (t term) holds(s *schema, of *Config) bool {
	if t.presentation {
		return s.used(of)[model.Presentation]
	}
	v := t.key.of(of)
	switch {
	case !t.key.applies(s, of):
		return t.not
	case t.words == nil && t.key.isList():
		return (v.Len() > 0) != t.not
	case t.words == nil:
		return !v.IsZero() != t.not
	case t.key.isList():
		return slices.ContainsFunc(v.Interface().([]string), t.names) != t.not
	}
	return t.names(v.String()) != t.not
}

func (t term) names(word string) bool { return slices.Contains(t.words, word) }

// within is what the condition asks for beside the kinds that c has chosen: the
// alternatives that these leave possible, without what they fulfil. It is false
// if they leave none.
func (c condition) within(s *schema, of *Config) (left condition, ok bool) {
	fixed := func(t term) bool { return !t.presentation && (slices.Contains(s.kinds, t.key) || !t.key.suits(s, of)) }
	for _, all := range c {
		if slices.ContainsFunc(all, func(t term) bool { return fixed(t) && !t.holds(s, of) }) {
			continue
		}
		left = append(left, slices.DeleteFunc(slices.Clone(all), fixed))
	}
	return left, len(c) == 0 || len(left) > 0
}

// String is the condition in words.
func (c condition) String() string {
	var alternatives []string
	for _, all := range c {
		var terms []string
		for _, t := range all {
			terms = append(terms, t.String())
		}
		alternatives = append(alternatives, strings.Join(terms, " and "))
	}
	return strings.Join(alternatives, ", or with ")
}

func (t term) String() string {
	if t.presentation {
		return "a learning rate that follows from a time constant"
	}
	words := make([]string, len(t.words))
	for i, w := range t.words {
		words[i] = quote(w)
	}
	verb := "="
	switch {
	case t.words == nil && t.key.typ.Kind() == reflect.Bool:
		return fmt.Sprintf("%s = %t", t.key.path, !t.not)
	case t.words == nil && t.not:
		return "no " + t.key.path
	case t.words == nil:
		return t.key.path + " given"
	case t.not:
		verb = "other than"
	case t.key.isList():
		verb = "with"
	}
	return fmt.Sprintf("%s %s %s", t.key.path, verb, choices(words))
}

// presents says whether it asks for a model that looks at the time of a
// presentation.
func (c condition) presents() bool {
	return slices.ContainsFunc(c, func(all []term) bool {
		return slices.ContainsFunc(all, func(t term) bool { return t.presentation })
	})
}

// keys are all that the condition looks at, and what these depend on.
func (c condition) keys() []*key {
	var all []*key
	for _, terms := range c {
		for _, t := range terms {
			if t.presentation {
				continue
			}
			all = append(append(all, t.key), t.key.when.keys()...)
		}
	}
	return all
}
