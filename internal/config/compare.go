package config

import (
	"fmt"
	"maps"
	"reflect"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxVariants bounds the runs that one file asks for.
const maxVariants = 100

// variants decodes [[compare]] into c.Compare.
func (d *decoder) variants(n *node, models []chosen, c *Config) []*decoder {
	if n == nil {
		return nil
	}
	if !n.isList {
		d.add(n, "compare", func() string {
			return fmt.Sprintf("is %s, expected [[compare]] in double brackets, once a variant", n.what())
		})
		return nil
	}
	if len(n.list) > maxVariants {
		d.add(n.list[maxVariants], "compare", func() string {
			return fmt.Sprintf("%d variants, expected at most %d", len(n.list), maxVariants)
		})
		return nil
	}
	taken := map[string]string{fold(c.Run.Label): "run.label"}
	var all []*decoder
	base := *c
	for i, item := range n.list {
		v := newDecoder(d.problems)
		v.folder, v.schema, v.text, v.unread = d.folder, d.schema, models[i].text, d.unread
		v.within, v.prefix, v.number, v.head = d, fmt.Sprintf("compare[%d].", i), i, item
		all = append(all, v)
		variant := Variant{Config: base}
		variant.Config.Values = maps.Clone(base.Values)
		v.values = variant.Config.Values
		if item.table == nil {
			d.add(item, fmt.Sprintf("compare[%d]", i), func() string {
				return fmt.Sprintf("is %s, expected a table with a name and the keys to change", item.what())
			})
		} else {
			v.variant(&variant, taken)
			variant.Config.adopt(models[i])
		}
		c.Compare = append(c.Compare, variant)
	}
	return all
}

// fold makes names the same that some file systems, or readers, cannot tell
// apart: they ignore case, and how a letter is put together.
func fold(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// checkLabel refuses a label that no figure can show.
func (d *decoder) checkLabel(c *Config, path string, check func(label string) error) {
	if check == nil || len(c.Plots.Figures) == 0 {
		return
	}
	if err := check(c.Run.Label); err != nil {
		d.refuse(c, []string{path}, "%v; expected a name of these, or plots.figures = [] and no figures", err)
	}
}

// variant decodes one table of [[compare]].
func (d *decoder) variant(v *Variant, taken map[string]string) {
	d.variantName(v, taken)
	overrides := make(map[string]*node, len(d.head.table))
	for name, child := range d.head.table {
		switch k := d.schema.root.find(name); {
		case name == "name":
		case name == "compare" || k != nil && k.common:
			d.common(child, name)
		default:
			overrides[name] = child
		}
	}
	d.table(&node{table: overrides}, d.schema.root, reflect.ValueOf(&v.Config).Elem(), "")
	v.Config.Run.Label = v.Name
	v.Config.Limit.Ratios = nil // measured of the experiment alone
	for _, k := range d.schema.keys {
		if n := d.given[k.path]; n != nil && k.common {
			d.common(n, k.path)
		}
	}
}

// common reports a key that variants share.
func (d *decoder) common(n *node, path string) {
	d.add(n, d.prefix+path, func() string {
		return "cannot differ between variants, expected it in the experiment itself"
	})
}

// nameKey says what the name of a variant must be.
var nameKey = &key{name: "name", typ: reflect.TypeFor[string](), format: "name"}

func (d *decoder) variantName(v *Variant, taken map[string]string) {
	path := d.prefix + "name"
	n := d.head.table["name"]
	if n == nil {
		if !d.schema.root.knows(d.head.table, "compare") {
			return
		}
		d.add(d.head, path, func() string { return "missing, expected " + nameKey.expected() })
		return
	}
	d.given["name"] = n
	d.scalar(n, nameKey, reflect.ValueOf(&v.Name).Elem(), "name")
	if !safeName(v.Name) {
		return
	}
	folded := fold(v.Name)
	if other := taken[folded]; other != "" {
		d.add(n, path, func() string {
			hint := ""
			if other == "run.label" {
				hint = "; run.label names the experiment itself"
			}
			return fmt.Sprintf("%s is taken by %s, expected a name of its own%s", shorten(v.Name), other, hint)
		})
		return
	}
	taken[folded] = path
}
