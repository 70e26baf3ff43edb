package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"burstsim/sim/model"
)

// key is what the struct tags say about one key of a file.
type key struct {
	name, path string // "beta", "model.beta"
	doc        string
	def        string // as in the tag
	hasDefault bool
	example    string
	format     string
	limits     interval
	oneof      []string
	ifs        string
	special    []string            // words in the place of a path
	needs      map[string][]string // path of a kind to those the key belongs to
	section    map[string]bool     // kinds of which only its section says so
	when       condition           // of other keys, under which it has an effect
	common     bool                // to the experiment and its variants
	base       bool                // of the experiment alone, whatever its variants are
	index      []int               // of the field in Config, or in the element of a list of tables
	typ        reflect.Type
	params     map[*model.Text]*parameter // of a parameter: what the models say of it that have it
	last       bool                       // parameters come ahead of the key
	sub        []*key                     // of a section or of the elements of a list of tables
}

func (k *key) isSection() bool { return k.typ.Kind() == reflect.Struct }

func (k *key) isList() bool { return k.typ.Kind() == reflect.Slice }

// isTables says whether the value is a list of tables.
func (k *key) isTables() bool {
	return k.isList() && k.typ.Elem().Kind() == reflect.Struct
}

func (k *key) find(name string) *key {
	for _, s := range k.sub {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (k *key) names() []string {
	names := make([]string, len(k.sub))
	for i, s := range k.sub {
		names[i] = s.name
	}
	return names
}

// namesOf are the names of the keys that v, an element of the list of tables k,
// may have: those of its kind.
func (k *key) namesOf(v reflect.Value) []string {
	var names []string
	for _, s := range k.sub {
		if !k.isTables() || k.find("kind") == nil || v.FieldByIndex(k.find("kind").index).IsZero() || k.has(s, v) {
			names = append(names, s.name)
		}
	}
	return names
}

// applies says whether the key has an effect with the other keys of c.
func (k *key) applies(s *schema, c *Config) bool {
	if !k.suits(s, c) {
		return false
	}
	if k.params != nil {
		return s.used(c)[k.params[c.Model.Text].Name]
	}
	return k.when.holds(s, c)
}

// suits says whether the key belongs to the kinds that c has chosen.
func (k *key) suits(s *schema, c *Config) bool {
	if k.params != nil && (k.params[c.Model.Text] == nil || c.Spikes()) {
		return false
	}
	return !slices.ContainsFunc(s.kinds, func(kind *key) bool {
		words := k.needs[kind.path]
		return len(words) > 0 && !slices.Contains(words, kind.of(c).String())
	})
}

// has says whether key s belongs to v, an element of the list of tables k: some
// keys belong to elements of one kind only.
func (k *key) has(s *key, v reflect.Value) bool {
	kind := k.find("kind")
	if kind == nil {
		return true
	}
	words := s.needs[kind.path]
	return len(words) == 0 || slices.Contains(words, v.FieldByIndex(kind.index).String())
}

// of is the field of c that holds the key's value; of a parameter, the value,
// and none if it has no value of its own.
func (k *key) of(c *Config) reflect.Value {
	if k.params != nil {
		return reflect.ValueOf(c.Values[k.path])
	}
	return reflect.ValueOf(c).Elem().FieldByIndex(k.index)
}

// schema is everything that a file may say.
type schema struct {
	root  *key
	keys  []*key // that have a value, in the order of the structs
	kinds []*key // task.kind, model.kind, time.kind
	inner []*key // kinds of the elements of lists of tables: model.layer.kind

	memo map[*Config]map[string]bool // of used, once nothing changes any more
}

// fileSchema is the schema of [Config] without the parameters of models. A fault in the tags is a fault of the
// program: a test reads them all.
var fileSchema = sync.OnceValue(func() *schema {
	s, err := newSchema(reflect.TypeFor[Config]())
	if err != nil {
		panic("config: " + err.Error())
	}
	return s
})

func newSchema(t reflect.Type) (*schema, error) {
	s := &schema{root: &key{typ: t}}
	belongs := make(map[*key]string)
	if err := s.read(s.root, belongs, ""); err != nil {
		return nil, err
	}
	for _, k := range s.keys {
		for _, k := range append([]*key{k}, k.sub...) {
			var err error
			if k.when, err = s.parseCondition(k.ifs); err != nil {
				return nil, fmt.Errorf("%s: %w", k.path, err)
			}
		}
	}
	kindOf := make(map[string]string)
	for _, k := range s.keys {
		if kind := k.find("kind"); kind != nil {
			s.inner = append(s.inner, kind)
		}
		if k.name == "kind" {
			s.kinds = append(s.kinds, k)
		}
	}
	for _, k := range slices.Concat(s.kinds, s.inner) {
		for _, word := range k.oneof {
			if other := kindOf[word]; other != "" {
				return nil, fmt.Errorf("%q is both a %s and a %s", word, other, k.path)
			}
			kindOf[word] = k.path
		}
	}
	for k, words := range belongs {
		own, inherited, _ := strings.Cut(words, "|")
		if err := k.belongTo(split(own), kindOf); err != nil {
			return nil, err
		}
		// What a key says of a kind itself is more than what its section says.
		of := &key{path: k.path}
		if err := of.belongTo(split(inherited), kindOf); err != nil {
			return nil, err
		}
		for kind, words := range of.needs {
			if k.needs[kind] == nil {
				k.needs[kind], k.section[kind] = words, true
			}
		}
	}
	return s, nil
}

// belongTo says to which words of which kinds the key belongs.
func (k *key) belongTo(words []string, kindOf map[string]string) error {
	k.needs, k.section = make(map[string][]string), make(map[string]bool)
	for _, word := range words {
		kind := kindOf[word]
		if kind == "" {
			return fmt.Errorf("%s is for %q, which is no kind", k.path, word)
		}
		k.needs[kind] = append(k.needs[kind], word)
	}
	return nil
}

// read appends the fields of a section or of a list's elements to parent.
// A section's kinds hold for all its keys.
func (s *schema) read(parent *key, belongs map[*key]string, inherited string) error {
	t, inList := parent.typ, parent.isTables()
	if inList {
		t = t.Elem()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("toml")
		if name == "-" {
			continue
		}
		k, err := newKey(f, name)
		if err != nil {
			return err
		}
		k.path = strings.TrimPrefix(parent.path+"."+name, ".")
		k.index = []int{i}
		if !inList {
			k.index = append(slices.Clone(parent.index), i)
		}
		k.common, k.base = k.common || parent.common, k.base || parent.base
		words := f.Tag.Get("for")
		if words != "" || inherited != "" {
			belongs[k] = words + "|" + inherited
		}
		parent.sub = append(parent.sub, k)
		if !k.isSection() && !inList {
			s.keys = append(s.keys, k)
		}
		if k.isSection() && parent != s.root {
			return fmt.Errorf("%s is a section within a section, which cannot be written", k.path)
		}
		if k.isSection() || k.isTables() {
			if err := s.read(k, belongs, strings.Trim(inherited+","+words, ",")); err != nil {
				return err
			}
		}
	}
	return nil
}

func newKey(f reflect.StructField, name string) (*key, error) {
	if name == "" {
		return nil, fmt.Errorf("field %s has no toml tag", f.Name)
	}
	k := &key{
		name: name, typ: f.Type, doc: f.Tag.Get("doc"), example: f.Tag.Get("example"),
		format: f.Tag.Get("format"), oneof: split(f.Tag.Get("oneof")), ifs: f.Tag.Get("if"),
		special: split(f.Tag.Get("special")),
	}
	switch f.Tag.Get("scope") {
	case "run":
		k.common = true
	case "experiment":
		k.common, k.base = true, true
	}
	k.def, k.hasDefault = f.Tag.Lookup("default")
	k.last = f.Tag.Get("ahead") == "parameters"
	k.fromModels()
	var err error
	if k.limits, err = parseInterval(f.Tag.Get("range")); err != nil {
		return nil, fmt.Errorf("field %s: %w", f.Name, err)
	}
	return k, nil
}

func split(words string) []string {
	if words == "" {
		return nil
	}
	return strings.Split(words, ",")
}

// interval is the set of numbers that a range tag admits. The zero value
// admits all.
type interval struct {
	low, high         float64
	hasLow, hasHigh   bool
	openLow, openHigh bool
}

// parseInterval reads ">0", ">=1", "(0,1)", "[0,1)" and their like.
func parseInterval(s string) (iv interval, err error) {
	low, high := "", ""
	switch {
	case s == "":
		return iv, nil
	case strings.HasPrefix(s, ">="):
		low = s[2:]
	case strings.HasPrefix(s, ">"):
		low, iv.openLow = s[1:], true
	case strings.ContainsAny(s[:1], "[(") && strings.ContainsAny(s[len(s)-1:], "])"):
		iv.openLow, iv.openHigh = s[0] == '(', s[len(s)-1] == ')'
		low, high, iv.hasHigh = strings.Cut(s[1:len(s)-1], ",")
	}
	iv.hasLow = true
	if iv.low, err = strconv.ParseFloat(low, 64); err == nil && iv.hasHigh {
		iv.high, err = strconv.ParseFloat(high, 64)
	}
	if err != nil {
		return iv, fmt.Errorf("range %q is not understood", s)
	}
	return iv, nil
}

func (iv interval) contains(x float64) bool {
	switch {
	case iv.hasLow && (x < iv.low || iv.openLow && x == iv.low):
		return false
	case iv.hasHigh && (x > iv.high || iv.openHigh && x == iv.high):
		return false
	}
	return true
}

// describe says what is expected, in the given unit.
func (iv interval) describe(unit string) string {
	low := formatFloat(iv.low) + unit
	switch {
	case !iv.hasLow && iv.openHigh:
		return "less than " + formatFloat(iv.high) + unit
	case !iv.hasLow:
		return "at most " + formatFloat(iv.high) + unit
	case !iv.hasHigh && iv.openLow:
		return "more than " + low
	case !iv.hasHigh:
		return "at least " + low
	}
	low, high := "at least "+low, "at most "+formatFloat(iv.high)+unit
	if iv.openLow {
		low = "more than " + formatFloat(iv.low) + unit
	}
	if iv.openHigh {
		high = "less than " + formatFloat(iv.high) + unit
	}
	return low + " and " + high
}
