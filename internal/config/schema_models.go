package config

import (
	"slices"
	"sync"

	"burstsim/sim/model"
)

// fromModels fills in what tags leave to the models.
func (k *key) fromModels() {
	if k.def == "USUAL" {
		k.def = model.Usual
	}
	if slices.Contains(k.oneof, "MODELS") {
		k.oneof = model.Builtins()
	}
	if i := slices.Index(k.oneof, "SIGNALS"); i >= 0 {
		k.oneof = k.oneof[:i:i]
		for _, name := range model.Builtins() {
			k.addSignals(builtin(name))
		}
	}
}

// addSignals makes those of a model words of the key.
func (k *key) addSignals(t *model.Text) {
	for _, s := range t.Signals {
		if !slices.Contains(k.oneof, s.Name) {
			k.oneof = append(k.oneof, s.Name)
		}
	}
}

// builtinSchema is the schema of files with built-in models.
var builtinSchema = sync.OnceValue(func() *schema { return schemaOf() })

// schemaOf is the schema of a file whose networks follow these texts: what the
// struct tags say, and the parameters of the texts. Those of built-in models are
// known in any case, for what is said of them. The texts must not conflict.
func schemaOf(texts ...*model.Text) *schema {
	names, ok := builtinNames(texts)
	if !ok {
		return newSchemaOf(texts)
	}
	builtinSchemas.Lock()
	defer builtinSchemas.Unlock()
	made := builtinSchemas.of[names]
	if made == nil {
		if made = newSchemaOf(texts); len(builtinSchemas.of) < mostSchemas {
			builtinSchemas.of[names] = made
		}
	}
	own := *made // what it remembers of experiments is its own
	return &own
}

// builtinSchemas are those made before, of models that are built in: to make one
// takes as long as to read a file.
var builtinSchemas = struct {
	sync.Mutex
	of map[string]*schema
}{of: map[string]*schema{}}

// mostSchemas bounds them. Few experiments have variants of more than two models.
const mostSchemas = 256

// builtinNames tell built-in models from others, and apart.
func builtinNames(texts []*model.Text) (names string, ok bool) {
	for _, t := range texts {
		if t == nil || !slices.Contains(model.Builtins(), t.Name) || builtin(t.Name) != t {
			return "", false
		}
		names += t.Name + " "
	}
	return names, true
}

func newSchemaOf(texts []*model.Text) *schema {
	static := fileSchema()
	s := &schema{root: &key{typ: static.root.typ}, kinds: static.kinds, inner: static.inner}
	inUse := slices.Clone(texts)
	for _, name := range model.Builtins() {
		if t := builtin(name); !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	params := make(map[string][]*key) // by section
	for _, t := range texts {
		if t == nil {
			continue
		}
		for _, p := range t.AllParams() {
			params[p.Section] = withParam(params[p.Section], t, p)
		}
	}
	for _, section := range static.root.sub {
		own := *section
		own.sub = nil
		pending := params[section.name]
		for _, k := range section.sub {
			if k.last {
				own.sub = append(own.sub, pending...)
				pending = nil
			}
			if k.path == "record.signals" {
				k = withSignals(k, inUse)
			}
			own.sub = append(own.sub, k)
		}
		own.sub = append(own.sub, pending...)
		s.root.sub = append(s.root.sub, &own)
		s.keys = append(s.keys, own.sub...)
	}
	return s
}

// withParam adds what a text says of a parameter to the keys of its section. A
// key of another type is that of a text not used here.
func withParam(keys []*key, t *model.Text, p *model.Param) []*key {
	own := newParameter(p)
	for _, k := range keys {
		if k.name != p.Key {
			continue
		}
		if k.typ == own.shape.typ {
			k.params[t] = own
			for _, word := range p.Choices {
				if !slices.Contains(k.oneof, word) {
					k.oneof = append(k.oneof, word)
				}
			}
		}
		return keys
	}
	k := &key{name: p.Key, path: p.Path(), doc: p.Doc, typ: own.shape.typ, format: own.shape.format, oneof: slices.Clone(p.Choices), params: map[*model.Text]*parameter{t: own}}
	if slices.ContainsFunc(t.Params, func(q *model.Param) bool { return q.Rate == p }) {
		k.needs = map[string][]string{"time.kind": {"discrete"}}
	}
	return append(keys, k)
}

// withSignals has those of the texts in use as words; if all of these are built
// in, those of all that are.
func withSignals(k *key, texts []*model.Text) *key {
	own := *k
	own.oneof = []string{"all"}
	others := false
	for _, t := range texts {
		if t != nil {
			own.addSignals(t)
			others = others || !slices.Contains(model.Builtins(), t.Name)
		}
	}
	if !others {
		return k
	}
	return &own
}

// schema is that of the experiment and its variants.
func (c *Config) schema() *schema {
	texts := []*model.Text{c.Model.Text}
	for i := range c.Compare {
		if t := c.Compare[i].Config.Model.Text; !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	s := schemaOf(texts...)
	s.memo = make(map[*Config]map[string]bool)
	return s
}
