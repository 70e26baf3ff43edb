package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"burstsim/sim/model"
)

// Section is a table of an experiment file.
type Section struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// KeyDoc is what there is to say of a key.
type KeyDoc struct {
	Key      string   `json:"key"` // "model.beta"; of a list of tables "model.layer[].units"
	Section  string   `json:"section"`
	Name     string   `json:"name"` // in its section
	Doc      string   `json:"doc"`
	Type     string   `json:"type"`              // as docs/experiment-file.md has it
	Default  string   `json:"default"`           // as TOML, or in words; "" if there is none
	Expected string   `json:"expected"`          // what is accepted, in words
	Choices  []string `json:"choices,omitempty"` // nil: not a choice of words
	For      string   `json:"for"`               // which kinds it belongs to, and what else it needs
}

// Reference lists all sections, and all keys of an experiment with a model that
// comes with burstsim: those of every file, and the parameters of the model.
// The error names the models there are.
func Reference(of string) ([]Section, []KeyDoc, error) {
	if !slices.Contains(model.Builtins(), of) {
		return nil, nil, unknownWord("model", of, "")
	}
	s, text := fileSchema(), builtin(of)
	sections := []Section{{"compare", "A variant of the experiment: a name, and the keys that it has other than the experiment. May be repeated."},
		{"sweep", "What burstsim sweep varies: seeds, and values of keys."}}
	var keys []KeyDoc
	for _, section := range s.root.sub {
		sections = append(sections, Section{section.name, section.doc})
		for _, k := range section.sub {
			keys = append(keys, k.describe(s, section.name, k.name))
			for _, sub := range k.sub {
				keys = append(keys, sub.describe(s, section.name, k.name+"[]."+sub.name))
			}
		}
		for _, p := range text.AllParams() {
			if p.Section != section.name {
				continue
			}
			own := newParameter(p)
			doc := own.shape.describe(s, section.name, p.Key)
			doc.For = "`model.kind` " + of
			doc.Default = text.DefaultText(p)
			if v, ok := own.constant(); ok {
				doc.Default = own.shape.render(reflect.ValueOf(v))
			}
			keys = append(keys, doc)
		}
	}
	return sections, keys, nil
}

func (k *key) describe(s *schema, section, name string) KeyDoc {
	d := KeyDoc{Key: section + "." + name, Section: section, Name: name, Doc: k.doc, Type: k.typeName(), Expected: k.expected(),
		Choices: slices.Clone(k.oneof), For: k.servedKinds(s)}
	if k.typ.Kind() == reflect.Bool {
		d.Choices = []string{"true", "false"}
	}
	switch {
	case k.isTables():
		d.Expected = "a list of tables"
	case k.isList():
		d.Expected = "a list, each " + k.expected()
	}
	if k.hasDefault {
		d.Default = k.def
		if k.typ == durationType || k.typ.Kind() == reflect.String {
			d.Default = quote(k.def)
		}
	}
	return d
}

// typeName is the type in the words of the prose around the tables.
func (k *key) typeName() string {
	t := k.typ
	if k.isList() {
		t = t.Elem()
	}
	name := map[reflect.Kind]string{
		reflect.Float64: "number", reflect.Int: "integer", reflect.Int64: "integer",
		reflect.Bool: "boolean", reflect.String: "word", reflect.Struct: "table",
	}[t.Kind()]
	switch {
	case t == durationType:
		name = "time"
	case k.format != "":
		name = k.format
	}
	if k.isList() {
		return "list of " + name + "s"
	}
	return name
}

// servedKinds lists the kinds a key belongs to.
func (k *key) servedKinds(s *schema) string {
	var all []string
	for _, kind := range slices.Concat(s.kinds, s.inner) {
		if words := k.needs[kind.path]; len(words) > 0 && !k.section[kind.path] {
			all = append(all, fmt.Sprintf("`%s` %s", kind.path, choices(words)))
		}
	}
	text := strings.Join(all, " and ")
	switch {
	case k.when != nil && text != "":
		text += "; "
	case text == "":
		text = "all"
	}
	if k.when != nil {
		text = strings.TrimPrefix(text, "all") + "only with " + k.when.String()
	}
	return text
}
