package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// override applies one key=value of the command line. at orders it after the
// file and the overrides before it.
func (d *decoder) override(text string, at int, c *Config) {
	path, value, found := strings.Cut(text, "=")
	path = strings.TrimSpace(path)
	origin := &node{at: at, set: true}
	if !found || path == "" {
		d.add(origin, "", func() string {
			return fmt.Sprintf("is %s, expected key=value such as model.beta=2", shorten(text))
		})
		return
	}
	k, parent, rest := d.schema.lookup(path)
	switch {
	case k == nil:
		d.bad[parent.path] = true
		if d.unread && hasParameters(parent) {
			return
		}
		d.add(origin, d.shown(path), func() string { return d.unknownPath(parent, path, rest) })
		return
	case k.isSection():
		d.add(origin, path, func() string {
			return "is a section, expected one of its keys: " + choices(k.names())
		})
		return
	}
	v, err := literal(value, k.typ)
	if err != nil && k.format == momentFormat && !strings.ContainsAny(value, "[\"'") {
		v, err = value, nil // a time without quotes
	}
	if k.params != nil { // a list for layers, or a table for units
		if whole, wrong := tomlValue(value); wrong == nil && reflect.ValueOf(whole).Kind() != reflect.String {
			v = whole
		}
	}
	if err != nil {
		d.fault(origin, path, func() string {
			return fmt.Sprintf("%s is not a TOML value, expected %s", shorten(value), d.wanted(k))
		})
		return
	}
	n := graft(v, nil, &mark{at: at})
	n.fromSet()
	d.given[path] = n
	if k.params != nil {
		d.parameter(n, k)
		return
	}
	d.value(n, k, k.of(c), path)
}

// wanted describes the whole value of a key, as the model wants it.
func (d *decoder) wanted(k *key) string {
	if k.params != nil {
		k = k.param(d.text).shape
	}
	return k.wanted()
}

// wanted describes the whole value, a list or not.
func (k *key) wanted() string {
	if k.isList() {
		return "a list such as " + k.sample()
	}
	return k.expected()
}

func (d *decoder) shown(path string) string {
	parts := strings.Split(path, ".")
	for i, p := range parts {
		parts[i] = quoteKey(p)
	}
	return strings.Join(parts[:min(len(parts), maxKeyParts)], ".")
}

func (d *decoder) unknownPath(parent *key, path, rest string) string {
	if path == "compare" || strings.HasPrefix(path, "compare[") {
		return "variants cannot be set here, expected them in the file, or compare.NAME.KEY=VALUE for a key of one"
	}
	if !parent.isSection() {
		return fmt.Sprintf("%s has no keys, expected %s=VALUE", parent.path, parent.path)
	}
	return d.unknown(parent, rest, parent.names())
}

// lookup follows a dotted path. If it leads nowhere, rest is the first part
// that parent does not have.
func (s *schema) lookup(path string) (k, parent *key, rest string) {
	k = s.root
	for name := range strings.SplitSeq(path, ".") {
		if parent = k; parent.isSection() {
			k = parent.find(name)
		} else {
			k = nil
		}
		if k == nil {
			if name == "" {
				name = `""`
			}
			return nil, parent, name
		}
	}
	return k, parent, ""
}

func (n *node) fromSet() {
	n.set = true
	for _, child := range n.table {
		child.fromSet()
	}
	for _, child := range n.list {
		child.fromSet()
	}
}

// literal reads a TOML value, or a bare word where text or a time is wanted.
func literal(text string, t reflect.Type) (any, error) {
	v, err := tomlValue(text)
	switch {
	case t.Kind() == reflect.String:
		if s, ok := v.(string); ok {
			return s, nil
		}
		return text, nil
	case t == durationType && err != nil:
		return text, nil
	}
	return v, err
}

func tomlValue(text string) (any, error) {
	src := "v = " + text
	if len(src) > maxBytes {
		return nil, fmt.Errorf("longer than %d bytes", maxBytes)
	}
	scanned := scan(src)
	if scanned.limit != "" {
		return nil, errors.New(scanned.limit)
	}
	tree, err := decode(src)
	if err != nil {
		return nil, err
	}
	if scanned.again != nil {
		return nil, scanned.again
	}
	if len(tree) != 1 {
		return nil, fmt.Errorf("more than one value")
	}
	return tree["v"], nil
}

// initial is a Config with the default of every key that has one.
var initial = sync.OnceValue(func() Config {
	var c Config
	d := newDecoder(&problems{})
	d.schema = fileSchema()
	for _, k := range d.schema.keys {
		if k.hasDefault {
			d.override(k.path+"="+k.def, 0, &c)
		}
	}
	if err := d.err(); err != nil {
		panic("config: the default of a key: " + err.Error())
	}
	c.Model.Text = usual()
	return c
})

// ofVariant tells whether an override is of a key of one variant.
func ofVariant(override string) bool {
	return strings.HasPrefix(strings.TrimSpace(override), "compare.")
}

// namesOf are the names of the variants that a file has.
func namesOf(compare *node) (names []string) {
	if compare == nil {
		return nil
	}
	for _, item := range compare.list {
		if n := item.table["name"]; n != nil {
			name, _ := n.value.(string)
			names = append(names, name)
		}
	}
	return names
}

// overrideVariants puts overrides such as compare.NAME.model.beta=2 into the
// tables of the variants, where they are read as if the file had them.
func (d *decoder) overrideVariants(compare *node, set []string, end int) {
	for i, override := range set {
		if !ofVariant(override) {
			continue
		}
		path, value, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(override), "compare."), "=")
		origin := &node{at: end + i, set: true}
		item, rest := variantAt(compare, strings.TrimSpace(path))
		if item == nil || !found {
			d.add(origin, "compare."+path, func() string {
				msg := "expected compare.NAME.KEY=VALUE"
				if names := namesOf(compare); len(names) > 0 {
					return msg + " with the name of a variant: " + choices(names)
				}
				return msg + ", but the file has no variants"
			})
			continue
		}
		n := &node{value: value}
		if v, err := tomlValue(value); err == nil {
			n = graft(v, nil, &mark{at: end + i})
		}
		n.at = end + i
		n.fromSet()
		parts := strings.Split(rest, ".")
		for _, part := range parts[:len(parts)-1] {
			next := item.table[part]
			if next == nil || next.table == nil {
				next = &node{at: end + i, set: true, table: make(map[string]*node)}
				item.table[part] = next
			}
			item = next
		}
		item.table[parts[len(parts)-1]] = n
	}
}

// variantAt is the table of the variant with whose name a path begins, and the
// path behind it.
func variantAt(compare *node, path string) (item *node, rest string) {
	if compare == nil {
		return nil, ""
	}
	for _, item := range compare.list {
		if n := item.table["name"]; n != nil {
			name, _ := n.value.(string)
			if rest, ok := strings.CutPrefix(path, name+"."); ok && name != "" {
				return item, rest
			}
		}
	}
	return nil, ""
}
