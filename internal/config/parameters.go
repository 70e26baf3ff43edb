package config

import (
	"math"
	"reflect"
	"slices"
	"sync"

	"burstsim/sim/model"
)

// parameter is what a model says of a key: the parameter, and what its value
// must be.
type parameter struct {
	*model.Param
	shape *key
}

func newParameter(p *model.Param) *parameter {
	k := &key{name: p.Key, path: p.Path(), doc: p.Doc, oneof: p.Choices, typ: typeOf(p), format: formatOf(p)}
	if r := p.Range; r.Set {
		k.limits = interval{
			low: r.Low, high: r.High, openLow: r.OpenLow, openHigh: r.OpenHigh,
			hasLow: !math.IsInf(r.Low, -1), hasHigh: !math.IsInf(r.High, 1),
		}
	}
	return &parameter{p, k}
}

// formatOf is what the text of a parameter is.
func formatOf(p *model.Param) string {
	if p.File {
		return "file"
	}
	return ""
}

func typeOf(p *model.Param) reflect.Type {
	switch {
	case p.Choices != nil || p.File:
		return reflect.TypeFor[string]()
	case p.Switch:
		return reflect.TypeFor[bool]()
	case p.Unit == "s":
		return durationType
	}
	return reflect.TypeFor[float64]()
}

// constant is the default of a parameter that follows from nothing else, as a
// file would say it. A time that a file cannot say is none.
func (p *parameter) constant() (v any, ok bool) {
	if v, ok = p.Constant(); !ok {
		return nil, false
	}
	return p.said(v)
}

// said is a value of the model's as a file says it.
func (p *parameter) said(v any) (any, bool) {
	switch x := v.(type) {
	case model.Layers, model.Drawn, *model.Array:
		return p.saidVaried(x)
	case float64:
		if p.Unit == "s" {
			return nanoseconds(x)
		}
	}
	return v, true
}

// unit is that of the parameter's range, as it stands behind a number.
func (p *parameter) unit() string {
	switch p.Unit {
	case "s":
		return "s"
	case "":
		return ""
	}
	return " " + p.Unit
}

// usual is the model of an experiment that chooses none.
func usual() *model.Text { return builtin(model.Usual) }

// builtin is a model that comes with burstsim.
func builtin(name string) *model.Text {
	t, err := model.Builtin(name)
	if err != nil {
		panic("config: " + err.Error()) // it is compiled in
	}
	return t
}

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

// models are the names of those that have the parameter.
func (k *key) models() []string {
	var names []string
	for t := range k.params {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// param is what the model of c says of the key, otherwise any model in the file.
func (k *key) param(t *model.Text) *parameter {
	if p := k.params[t]; p != nil {
		return p
	}
	var names []string
	byName := map[string]*parameter{}
	for t, p := range k.params {
		names = append(names, t.Name)
		byName[t.Name] = p
	}
	return byName[slices.Min(names)]
}

// fallback is the default of the key in c, where it follows from nothing else.
func (k *key) fallback(c *Config) reflect.Value {
	if k.params == nil {
		base := initial()
		return k.of(&base)
	}
	if p := k.params[c.Model.Text]; p != nil {
		if v, ok := p.constant(); ok {
			return reflect.ValueOf(v)
		}
	}
	return reflect.Value{}
}

// Parameters are the values of the model's parameters that do not follow from
// others, by their names in its text, as [model.Values] has them.
func (c Config) Parameters() model.Values {
	out := model.Values{}
	if c.Model.Text == nil {
		return out
	}
	for _, p := range c.Model.Text.AllParams() {
		if v := c.Values[p.Path()]; v != nil {
			out[p.Name] = inModel(v)
		}
	}
	return out
}

// Parameter is the value that the model's parameter of this full key
// ("time.tau_soma") has, given or not, as [Config.Parameters] has it; nil if the
// model has none of that key.
func (c Config) Parameter(key string) any {
	if c.Model.Text == nil {
		return nil
	}
	for _, p := range c.Model.Text.AllParams() {
		if p.Path() == key {
			if all, err := c.Model.Text.Resolve(c.Parameters(), c.Usage()); err == nil {
				return all[p.Name]
			}
		}
	}
	return nil
}

// Usage is how the experiment uses its model.
func (c Config) Usage() model.Usage {
	maps, dense := c.Model.Stack()
	return model.Usage{
		Discrete: c.Time.Kind == "discrete", Images: c.Task.Images(), Presentation: c.Period().Seconds(),
		Hidden: len(maps) + len(dense), Loaded: c.Model.Weights != "random",
	}
}

// used are the parameters, by their names in the model, that have an effect in c.
func (s *schema) used(c *Config) map[string]bool {
	if c.Model.Text == nil || c.Spikes() {
		return nil
	}
	if found := s.memo[c]; found != nil {
		return found
	}
	given := c.Parameters()
	found := map[string]bool{}
	for _, use := range c.usages() {
		for name := range c.Model.Text.Used(given, use) {
			found[name] = true
		}
	}
	if s.memo != nil {
		s.memo[c] = found
	}
	return found
}

// usages are all ways in which the experiment uses its model: with a limit, both
// kinds of time.
func (c *Config) usages() []model.Usage {
	all := []model.Usage{c.Usage()}
	if len(c.Limit.Ratios) > 0 && !c.Task.Images() {
		for _, discrete := range []bool{false, true} {
			use := c.Usage()
			use.Limit, use.Discrete = true, discrete
			all = append(all, use)
		}
	}
	return all
}

// fillDefaults gives parameters of the model of c the defaults that follow from
// nothing else.
func (c *Config) fillDefaults() {
	if c.Model.Text == nil {
		return
	}
	for _, p := range c.Model.Text.AllParams() {
		if _, given := c.Values[p.Path()]; given {
			continue
		}
		if v, ok := newParameter(p).constant(); ok {
			c.Values[p.Path()] = v
		}
	}
}

// settleValues leaves of the values those that have an effect: in the
// experiment those that serve a variant too. Where the experiment has a value
// that its variant derives, that of the variant is said, as it would inherit.
func (s *schema) settleValues(c *Config) {
	for i := range c.Compare {
		v := &c.Compare[i].Config
		resolved, err := v.Model.Text.Resolve(v.Parameters(), v.Usage())
		for _, k := range s.keys {
			if k.params == nil {
				continue
			}
			if !k.applies(s, v) {
				delete(v.Values, k.path)
				continue
			}
			_, inherited := c.Values[k.path]
			if _, own := v.Values[k.path]; own || !inherited || err != nil {
				continue
			}
			if x, ok := k.params[v.Model.Text].said(resolved[k.params[v.Model.Text].Name]); ok {
				v.Values[k.path] = x
			}
		}
	}
	for path := range c.Values {
		if k, _, _ := s.lookup(path); k == nil || !s.serves(k, c) {
			delete(c.Values, path)
		}
	}
}
