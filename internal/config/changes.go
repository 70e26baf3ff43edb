package config

import "reflect"

// Setting is a key of an experiment and its value.
type Setting struct {
	Key   string // "model.beta"
	Text  string // the value as TOML
	Value any    // the same for encoding/json: times as text with a unit, tables as maps
	// Instead is, as TOML, what the value would be if the key were not given;
	// "" where that follows from other keys. InsteadValue is that as Value is.
	Instead      string
	InsteadValue any
}

// Changes lists, in the order of a file, the keys that have a meaning in the
// experiment or one of its variants and another value than their default.
// Names of the run are left out: they change nothing.
func (c Config) Changes() []Setting {
	s := c.schema()
	var out []Setting
	for _, k := range s.keys {
		if c.changes(s, k) {
			out = append(out, k.setting(k.of(&c), c.instead(k)))
		}
	}
	return out
}

// changes says whether a file must give the key to get c.
func (c *Config) changes(s *schema, k *key) bool {
	names := k.path == "run.name" || k.path == "run.label"
	return !names && !k.silent(c) && s.serves(k, c) && differ(k.of(c), c.instead(k))
}

// instead is the value of a key that a file does not give.
func (c *Config) instead(k *key) reflect.Value {
	if k.path == "model.hidden" && len(c.Model.Layer) > 0 {
		return reflect.Zero(k.typ) // as the file's silence would mean
	}
	return k.fallback(c)
}

// ChangesOf is Changes for the i-th variant of c.Compare: what it has other
// than the experiment.
func (c Config) ChangesOf(i int) []Setting {
	s := c.schema()
	v := &c.Compare[i].Config
	var out []Setting
	for _, k := range s.keys {
		if k.common || k.silent(v) || !k.applies(s, v) {
			continue
		}
		base := k.of(&c)
		if k.params != nil && !c.changes(s, k) {
			base = k.fallback(v)
		}
		if mine := k.of(v); !k.isDerived(mine) && differ(mine, base) {
			out = append(out, k.setting(mine, base))
		}
	}
	return out
}

// Setting is the value of a key in the experiment, with an empty text if it
// follows from other keys. It is false of a key that does not exist or has no
// meaning here.
func (c Config) Setting(path string) (Setting, bool) { return c.Lookup()(path) }

// Lookup is Setting for many keys of an experiment that does not change
// meanwhile: which keys there are, and which have a meaning, it finds out once.
// The function is for one goroutine.
func (c *Config) Lookup() func(path string) (Setting, bool) {
	s := c.schema()
	return func(path string) (Setting, bool) {
		for _, k := range s.keys {
			if k.path != path || !k.applies(s, c) {
				continue
			}
			if v := k.of(c); !k.isDerived(v) {
				return k.setting(v, reflect.Value{}), true
			}
			return Setting{Key: path}, true
		}
		return Setting{}, false
	}
}

func (k *key) setting(v, instead reflect.Value) Setting {
	out := Setting{Key: k.path, Text: k.render(v), Value: k.plain(v)}
	if !k.isDerived(instead) {
		out.Instead, out.InsteadValue = k.render(instead), k.plain(instead)
	}
	return out
}

// differ takes an empty list for no list.
func differ(a, b reflect.Value) bool {
	switch {
	case a.IsValid() != b.IsValid():
		return true
	case !a.IsValid() || a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0:
		return false
	}
	return !reflect.DeepEqual(a.Interface(), b.Interface())
}

// plain is v as encoding/json can write it.
func (k *key) plain(v reflect.Value) any {
	switch {
	case v.Type() == variedType:
		return k.plainVaried(v.Interface().(Varied))
	case v.Type() == durationType:
		return Duration(v.Int()).String()
	case v.Kind() == reflect.Slice:
		items := make([]any, v.Len())
		for i := range items {
			items[i] = k.plain(v.Index(i))
		}
		return items
	case v.Kind() == reflect.Struct:
		table := map[string]any{}
		for _, s := range k.sub {
			if k.has(s, v) {
				table[s.name] = s.plain(v.FieldByIndex(s.index))
			}
		}
		return table
	}
	return v.Interface()
}

// overrides are the keys of a variant that differ from the experiment.
func (c *Config) overrides(s *schema, v *Variant) []*key {
	var out []*key
	for _, k := range s.keys {
		mine, base := k.of(&v.Config), k.of(c)
		if k.common || k.silent(&v.Config) || !k.applies(s, &v.Config) {
			continue
		}
		if !k.isDerived(mine) && (k.path == "model.kind" && k.silent(c) || differ(mine, base)) {
			out = append(out, k)
		}
	}
	return out
}

// silent says whether the key is not said in c because another is: a model is
// chosen by its name, or by its equations.
func (k *key) silent(c *Config) bool {
	switch k.path {
	case "model.kind":
		return c.Model.Equations != ""
	case "model.equations":
		return c.Model.Equations == ""
	}
	return false
}
