package config

import (
	"fmt"
	"slices"
	"strings"

	"burstsim/sim/model"
)

// applicability reports keys that have no effect with the others, so that none
// is given in vain. A key of the experiment may serve a variant.
func (d *decoder) applicability(c *Config, variants []*decoder) {
	for _, k := range d.schema.keys {
		d.inEffect(k, k.path, c, variants)
		if !k.isTables() || !d.schema.serves(k, c) {
			continue
		}
		for i := 0; slices.ContainsFunc(append(variants, d), func(of *decoder) bool { return of.given[element(k, i)] != nil }); i++ {
			for _, s := range k.sub {
				d.inEffect(s, element(k, i)+"."+s.name, c, variants)
			}
		}
	}
}

// element is the path of an element of a list of tables.
func element(k *key, i int) string { return fmt.Sprintf("%s[%d]", k.path, i) }

// inEffect reports a key without effect where it is given at a path.
func (d *decoder) inEffect(k *key, path string, c *Config, variants []*decoder) {
	if n := d.given[path]; n != nil && !d.schema.serves(k, c) && d.judges(k, c) &&
		!slices.ContainsFunc(variants, func(v *decoder) bool { return !v.judges(k, &c.Compare[v.number].Config) }) {
		d.fault(n, path, func() string { return k.misplaced(d.schema, c) })
	}
	for _, v := range variants {
		vc := &c.Compare[v.number].Config
		if n := v.given[path]; n != nil && !k.common && !k.applies(d.schema, vc) && v.judges(k, vc) {
			v.fault(n, path, func() string { return k.misplaced(d.schema, vc) })
		}
	}
}

// judges says whether all that decides on the effect of a key is right.
func (d *decoder) judges(k *key, c *Config) bool {
	switch {
	case k.params != nil && d.text == nil:
		return false
	case (k.params != nil || k.when.presents()) && k.suits(d.schema, c) && !d.judgesModel():
		return false
	}
	for _, other := range append(k.when.keys(), k) {
		if other != k && !d.sound(other.path) {
			return false
		}
		for kind := range other.needs {
			if !d.sound(kind) {
				return false
			}
		}
	}
	return true
}

// judgesModel says whether all is right that decides on the effect of the
// model's parameters.
func (d *decoder) judgesModel() bool {
	if d.text == nil {
		return false
	}
	for _, path := range []string{"model.equations", "model.kind", "model.hidden", "model.layer", "model.weights", "task.kind", "time.kind", "limit.ratios"} {
		if !d.sound(path) {
			return false
		}
	}
	for _, p := range d.text.AllParams() {
		if !d.sound(p.Path()) {
			return false
		}
	}
	return true
}

// serves says whether a key has an effect in the experiment or a variant.
func (s *schema) serves(k *key, c *Config) bool {
	if k.applies(s, c) {
		return true
	}
	for i := range c.Compare {
		if !k.base && k.applies(s, &c.Compare[i].Config) {
			return true
		}
	}
	return false
}

// suited is the experiment, or a variant, to whose kinds the key belongs; nil if
// there is none.
func (s *schema) suited(k *key, c *Config) *Config {
	if k.suits(s, c) {
		return c
	}
	for i := range c.Compare {
		if v := &c.Compare[i].Config; !k.base && k.suits(s, v) {
			return v
		}
	}
	return nil
}

// misplaced says which kinds the key belongs to, and which c and its variants
// are not; or what else it needs to have an effect.
func (k *key) misplaced(s *schema, c *Config) string {
	if suited := s.suited(k, c); suited != nil {
		if need := k.lacks(suited); need != "" {
			return "has no effect here, only with " + need
		}
		return "has no effect here, whatever the other keys are"
	}
	if k.params != nil && c.Spikes() {
		return "has no effect here: it is a parameter of models, which populations that spike are not"
	}
	var wanted, chosen []string
	for _, kind := range s.kinds {
		words := k.needs[kind.path]
		if kind.path == "model.kind" && k.params != nil && (k.params[c.Model.Text] == nil || len(k.params) < len(model.Builtins())) {
			words = k.models()
		}
		if len(words) > 0 && !(k.section[kind.path] && slices.Contains(words, kind.of(c).String())) {
			wanted = append(wanted, kind.path+" "+choices(words))
			chosen = append(chosen, kind.of(c).String())
		}
	}
	is := "that is"
	if len(chosen) > 1 {
		is = "they are"
	}
	msg := fmt.Sprintf("has no effect here: it belongs to %s, but %s %s",
		strings.Join(wanted, " and "), is, strings.Join(chosen, " and "))
	switch {
	case k.base:
	case len(c.Compare) > 0 && len(chosen) > 1:
		msg += ", and no [[compare]] variant has both"
	case len(c.Compare) > 0:
		msg += ", nor in any [[compare]] variant"
	}
	return msg
}
