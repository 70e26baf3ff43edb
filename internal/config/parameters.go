package config

import (
	"math"
	"reflect"
	"slices"

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
