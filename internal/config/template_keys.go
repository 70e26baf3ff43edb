package config

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// example writes the keys of a section with their comments. Keys that would have
// an effect if others had another value are commented out.
func (c *Config) example(b *bytes.Buffer, s *schema, section *key, start Start) {
	for _, k := range section.sub {
		if k.path == "model.kind" || k.path == "model.equations" {
			c.exampleModel(b, k, start)
			continue
		}
		serves := s.serves(k, c)
		need, possible := k.possible(s, c)
		if !serves && !possible {
			continue
		}
		b.WriteByte('\n')
		comment(b, k.docFor(c))
		k.exampleWords(b, c)
		if serves {
			c.exampleValue(b, k)
			continue
		}
		comment(b, "Only with "+need+".")
		fmt.Fprintf(b, "#%s = %s\n", k.name, k.shown(c))
	}
}

// exampleModel writes how the model is chosen, and the other way commented out.
func (c *Config) exampleModel(b *bytes.Buffer, k *key, start Start) {
	b.WriteByte('\n')
	comment(b, k.doc)
	k.exampleWords(b, c)
	switch {
	case k.path == "model.kind" && k.silent(c):
		fmt.Fprintf(b, "#kind = %s\n", quote(k.def))
	case k.path == "model.kind":
		c.exampleValue(b, k)
	case k.silent(c):
		fmt.Fprintf(b, "#equations = %s\n", k.example)
	default:
		file := *k
		file.format = "file"
		fmt.Fprintf(b, "equations = %s\n", quote(file.relative(start.Model, cmp.Or(start.Folder, "."))))
	}
}

// exampleWords lists the words, or bounds, that a key accepts.
func (k *key) exampleWords(b *bytes.Buffer, c *Config) {
	words := k.oneof
	if p := k.params[c.Model.Text]; p != nil {
		words = p.Choices
	}
	if len(words) > 1 {
		one := "One of: "
		if k.isList() {
			one = "Any of: "
		}
		comment(b, one+strings.Join(words, ", "))
	}
	if p := k.params[c.Model.Text]; p != nil && (p.shape.limits.hasLow || p.shape.limits.hasHigh) {
		comment(b, "Range: "+p.shape.limits.describe(p.unit()))
	}
}

// shown is a value of a key that has none in c: its default, or an example.
func (k *key) shown(c *Config) string {
	v := k.fallback(c)
	switch {
	case k.params != nil && v.IsValid():
		return k.render(v)
	case k.params != nil:
		return k.follows(c)
	case v.CanFloat() && k.hasDefault:
		return k.def
	case k.hasDefault:
		return k.render(v)
	}
	return k.example
}

// exampleValue writes the key with its value, commented out if that is derived.
func (c *Config) exampleValue(b *bytes.Buffer, k *key) {
	v, fallback := k.of(c), k.fallback(c)
	switch {
	case !v.IsValid(): // a parameter that follows
		comment(b, "Default: follows from other keys, here the value below")
		fmt.Fprintf(b, "#%s = %s\n", k.name, k.follows(c))
		return
	case k.params != nil && !fallback.IsValid():
	case k.params == nil && !k.hasDefault && (v.IsZero() || k.format == "name"): // names follow from the file
		fmt.Fprintf(b, "#%s = %s\n", k.name, k.example)
		return
	case k.params == nil && !k.hasDefault:
	case !reflect.DeepEqual(v.Interface(), fallback.Interface()):
		comment(b, "Default: "+k.render(fallback))
	case k.params == nil && v.CanFloat():
		fmt.Fprintf(b, "%s = %s\n", k.name, k.def) // 1e-6, not 1e-06
		return
	}
	line := k.name + " = " + k.render(v)
	if k.isList() && len(line) > columns {
		line = k.name + " = [\n"
		for i := range v.Len() {
			line += "  " + k.render(v.Index(i)) + ",\n"
		}
		line += "]"
	}
	b.WriteString(line + "\n")
}

// columns is the width of the template.
const columns = 80

// comment writes text as comment lines of at most that width.
func comment(b *bytes.Buffer, text string) {
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > columns {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
