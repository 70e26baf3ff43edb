package config

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// WriteTOML writes the resolved experiment: every key that has a meaning in it
// or in one of its variants, and for each variant the keys that differ. What
// [Parse] makes of it equals c, if Parse made c. A key whose value is derived
// from others is left to be derived again; a comment says what it is.
func (c Config) WriteTOML(w io.Writer) error {
	var b bytes.Buffer
	s := c.schema()
	for _, section := range s.root.sub {
		var keys bytes.Buffer
		for _, k := range section.sub {
			c.writeKey(&keys, s, k)
		}
		if keys.Len() > 0 {
			fmt.Fprintf(&b, "[%s]\n%s\n", section.name, keys.Bytes())
		}
	}
	for i := range c.Compare {
		c.writeVariant(&b, s, &c.Compare[i])
	}
	out := append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
	_, err := w.Write(out)
	return err
}

func (c *Config) writeKey(b *bytes.Buffer, s *schema, k *key) {
	v := k.of(c)
	switch {
	case k.silent(c) || !s.serves(k, c):
	case k.isDerived(v) && k.applies(s, c):
		k.writeDerived(b, k.name, c)
	case k.isDerived(v): // where it has an effect: in a variant
	default:
		fmt.Fprintf(b, "%s = %s\n", k.name, k.render(v))
	}
}

// writeDerived notes the value that a key has by others.
func (k *key) writeDerived(b *bytes.Buffer, name string, c *Config) {
	if follows := k.follows(c); follows != "" {
		fmt.Fprintf(b, "# %s = %s follows: %s\n", name, follows, k.docFor(c))
	} else {
		fmt.Fprintf(b, "# %s: %s\n", name, k.doc)
	}
}

// follows is the value that a parameter of the model has by others.
func (k *key) follows(c *Config) string {
	if k.params == nil || k.params[c.Model.Text] == nil {
		return ""
	}
	v := c.Parameter(k.path)
	if said, ok := k.params[c.Model.Text].said(v); ok && said != nil {
		return k.render(reflect.ValueOf(said))
	}
	return fmt.Sprint(v)
}

// docFor is the meaning of the key in c.
func (k *key) docFor(c *Config) string {
	if p := k.params[c.Model.Text]; p != nil && p.Doc != "" {
		return p.Doc
	}
	return k.doc
}

// isDerived says whether v, the value of k, stands for one that follows from
// other keys.
func (k *key) isDerived(v reflect.Value) bool {
	return !v.IsValid() || k.params == nil && !k.hasDefault && v.Kind() != reflect.Slice && v.IsZero()
}

func (c *Config) writeVariant(b *bytes.Buffer, s *schema, v *Variant) {
	fmt.Fprintf(b, "[[compare]]\nname = %s\n", quote(v.Name))
	for _, k := range c.overrides(s, v) {
		fmt.Fprintf(b, "%s = %s\n", k.path, k.render(k.of(&v.Config)))
	}
	for _, k := range s.keys {
		if k.params == nil || !k.applies(s, &v.Config) || !k.isDerived(k.of(&v.Config)) {
			continue
		}
		if !k.applies(s, c) || k.follows(c) != k.follows(&v.Config) {
			k.writeDerived(b, k.path, &v.Config)
		}
	}
	b.WriteByte('\n')
}

// render is v as TOML, on one line but for the equations of a model.
func (k *key) render(v reflect.Value) string {
	switch {
	case v.Type() == variedType:
		return k.renderVaried(v.Interface().(Varied))
	case v.Type() == durationType:
		return quote(Duration(v.Int()).String())
	case v.Kind() == reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = k.render(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.Kind() == reflect.Struct:
		var items []string
		for _, s := range k.sub {
			own := v.FieldByIndex(s.index)
			if s.when != nil && own.IsZero() { // it may have no effect here, and would be refused
				continue
			}
			if k.has(s, v) {
				items = append(items, s.name+" = "+s.render(own))
			}
		}
		return "{ " + strings.Join(items, ", ") + " }"
	case k.format == "equations":
		return literalText(v.String())
	case v.Kind() == reflect.String:
		return quote(v.String())
	case v.CanFloat():
		return formatFloat(v.Float())
	}
	return fmt.Sprint(v.Interface())
}

// literalText is s over several lines, as it is where that can be said.
func literalText(s string) string {
	if !strings.Contains(s, "'''") && !strings.HasSuffix(s, "'") {
		return "'''\n" + s + "'''"
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		q := quote(line)
		lines[i] = q[1 : len(q)-1]
	}
	return "\"\"\"\n" + strings.Join(lines, "\n") + "\"\"\""
}

// quote is s as a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
