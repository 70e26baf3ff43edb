package config

import (
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"burstsim/sim/model"
)

// Varied is the value of a parameter that is not the same in all layers or for
// all units.
type Varied struct {
	Layers []any // a value for each layer, Varied themselves where units differ; nil: one for all
	Dist   string
	A, B   any    // of Dist: times or numbers
	File   string // that has a number for each unit or connection, maybe with its SHA-256; ""

	array *model.Array // what File holds, once it was read
}

var variedType = reflect.TypeFor[Varied]()

// varied decodes what a file says of a parameter; ok is false if it is a plain
// value.
func (d *decoder) varied(n *node, p *parameter, path string) (v Varied, ok bool) {
	switch {
	case n.isList:
		return d.layers(n, p, path), true
	case n.table != nil:
		return d.distribution(n, p, path), true
	case p.File:
		text, _ := n.value.(string)
		if text == "" {
			d.fault(n, path, func() string { return fmt.Sprintf("is %s, expected %s", n.what(), p.Expected()) })
		}
		return Varied{File: d.located(text, n)}, true
	}
	return Varied{}, false
}

// layers decodes a value for each layer.
func (d *decoder) layers(n *node, p *parameter, path string) (v Varied) {
	if len(n.list) == 0 {
		d.fault(n, path, func() string { return "is an empty list, expected a value for each layer" })
	}
	for i, item := range n.list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item.isList {
			d.fault(item, at, func() string { return "is a list in a list, expected a value for each layer" })
			continue
		}
		if one, ok := d.varied(item, p, at); ok {
			v.Layers = append(v.Layers, one)
			continue
		}
		one := reflect.New(p.shape.typ).Elem()
		d.scalar(item, p.shape, one, at)
		v.Layers = append(v.Layers, one.Interface())
	}
	return v
}

// variedWords lists the keys of a table that says what units have.
func variedWords() []string { return append(slices.Clone(model.Distributions), "file") }

// distribution decodes { normal = ["20ms", "2ms"] }, { file = "tau.npy" } and
// their like.
func (d *decoder) distribution(n *node, p *parameter, path string) (v Varied) {
	words := variedWords()
	if p.Choices != nil || p.Switch || p.File {
		d.fault(n, path, func() string { return fmt.Sprintf("is a table, expected %s", p.Expected()) })
		return v
	}
	given := slices.Sorted(maps.Keys(n.table))
	if len(given) != 1 || !slices.Contains(words, given[0]) {
		d.fault(n, path, func() string {
			msg := fmt.Sprintf("is a table, expected %s, or for its units a table with one of the keys %s", p.shape.expected(), choices(words))
			if w := nearest(strings.Join(given, " "), words); w != "" && !slices.Contains(words, given[0]) {
				msg += fmt.Sprintf("; did you mean %q?", w)
			}
			return msg
		})
		return v
	}
	word := given[0]
	item, at := n.table[word], path+"."+word
	switch {
	case word == "file":
		text, _ := item.value.(string)
		if text == "" {
			d.fault(item, at, func() string {
				return fmt.Sprintf("is %s, expected a file of numbers (.npy or .csv), one for each unit", item.what())
			})
		}
		v.File = d.located(text, item)
	case !item.isList || len(item.list) != 2:
		d.fault(item, at, func() string {
			return fmt.Sprintf("is %s, expected two numbers: %s", item.what(), meaningOf[word])
		})
	default:
		v.Dist = word
		v.A = d.free(item.list[0], p, at+"[0]")
		v.B = d.free(item.list[1], &parameter{p.Param, p.second(word)}, at+"[1]")
	}
	if d.bad[at] {
		d.bad[p.shape.path] = true // nothing is concluded from it
	}
	return v
}

// meaningOf says what the two numbers of a distribution are.
var meaningOf = map[string]string{
	"normal":    "mean and standard deviation",
	"lognormal": "median and the standard deviation of the logarithm",
	"uniform":   "the ends of the interval",
}

// second is what the second number of a distribution must be: as the parameter,
// but that of a logarithm has no unit.
func (p *parameter) second(dist string) *key {
	if dist != "lognormal" {
		return p.shape
	}
	k := *p.shape
	k.typ = reflect.TypeFor[float64]()
	return &k
}

// free decodes a number whatever the range of the parameter is.
func (d *decoder) free(n *node, p *parameter, path string) any {
	k := *p.shape
	k.limits = interval{}
	v := reflect.New(k.typ).Elem()
	d.scalar(n, &k, v, path)
	return v.Interface()
}

// located is a path of the file that can be opened.
func (d *decoder) located(path string, n *node) string {
	v := reflect.New(reflect.TypeFor[string]()).Elem()
	v.SetString(path)
	if path != "" {
		d.resolve(&key{format: "file"}, v, n)
	}
	return v.String()
}

// model is the value as the model has it.
func (v Varied) model() any {
	switch {
	case v.Layers != nil:
		list := make(model.Layers, len(v.Layers))
		for i, x := range v.Layers {
			list[i] = inModel(x)
		}
		return list
	case v.File != "":
		if v.array != nil {
			return v.array
		}
		path, _ := SplitSum(v.File)
		return &model.Array{File: path}
	}
	a, _ := inModel(v.A).(float64)
	b, _ := inModel(v.B).(float64)
	return model.Drawn{Dist: v.Dist, A: a, B: b}
}

// inModel is a value of a file as the model has it.
func inModel(x any) any {
	switch x := x.(type) {
	case Duration:
		return x.Seconds()
	case Varied:
		return x.model()
	}
	return x
}

// saidVaried is a value of the model that differs between layers or units as a
// file says it.
func (p *parameter) saidVaried(x any) (v Varied, ok bool) {
	switch x := x.(type) {
	case model.Layers:
		for _, one := range x {
			said, ok := p.said(one)
			if !ok {
				return v, false
			}
			v.Layers = append(v.Layers, said)
		}
		return v, true
	case model.Drawn:
		a, ok := p.said(x.A)
		b, also := any(x.B), true
		if x.Dist != "lognormal" {
			b, also = p.said(x.B)
		}
		return Varied{Dist: x.Dist, A: a, B: b}, ok && also
	case *model.Array:
		return Varied{File: x.File, array: x}, true
	}
	return v, false
}

// renderVaried is the value as TOML.
func (k *key) renderVaried(v Varied) string {
	one := func(x any) string { return k.render(reflect.ValueOf(x)) }
	switch {
	case v.Layers != nil:
		items := make([]string, len(v.Layers))
		for i, x := range v.Layers {
			items[i] = one(x)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.File != "" && k.format == "file":
		return quote(v.File)
	case v.File != "":
		return "{ file = " + quote(v.File) + " }"
	}
	return fmt.Sprintf("{ %s = [%s, %s] }", v.Dist, one(v.A), one(v.B))
}

// plainVaried is the value as encoding/json can write it.
func (k *key) plainVaried(v Varied) any {
	one := func(x any) any { return k.plain(reflect.ValueOf(x)) }
	switch {
	case v.Layers != nil:
		items := make([]any, len(v.Layers))
		for i, x := range v.Layers {
			items[i] = one(x)
		}
		return items
	case v.File != "" && k.format == "file":
		return v.File
	case v.File != "":
		return map[string]any{"file": v.File}
	}
	return map[string]any{v.Dist: []any{one(v.A), one(v.B)}}
}

// each replaces the parts of the value that a file has.
func (v Varied) each(f func(Varied) Varied) Varied {
	if v.Layers == nil {
		if v.File == "" {
			return v
		}
		return f(v)
	}
	v.Layers = slices.Clone(v.Layers)
	for i, x := range v.Layers {
		if one, ok := x.(Varied); ok {
			v.Layers[i] = one.each(f)
		}
	}
	return v
}

// readArrays reads the files that say what units or connections have, and notes
// what they hold, so that the experiment cannot be repeated with others.
func (d *decoder) readArrays(c *Config, read func(path string) (*model.Array, string, error)) {
	if read == nil || c.Model.Text == nil || c.Spikes() {
		return
	}
	for _, p := range c.Model.Text.AllParams() {
		v, ok := c.Values[p.Path()].(Varied)
		if !ok || !d.sound(p.Path()) {
			continue
		}
		c.Values[p.Path()] = v.each(func(v Varied) Varied {
			path, want := SplitSum(v.File)
			a, sum, err := read(path)
			switch {
			case err != nil:
				d.refuse(c, []string{p.Path()}, "%v", err)
				d.bad[p.Path()] = true
			case want != "" && want != sum:
				d.refuse(c, []string{p.Path()}, "%s has the SHA-256 %s, expected %s: it is another file than the one this was written for", path, sum, want)
				d.bad[p.Path()] = true
			default:
				v.File, v.array = WithSum(path, sum), a
			}
			return v
		})
	}
}

// checkFiles refuses a parameter that is a file and was not given.
func (d *decoder) checkFiles(c *Config) {
	for _, p := range c.Model.Text.AllParams() {
		if p.File && c.Values[p.Path()] == nil {
			d.refuse(c, []string{p.Path()}, "is missing, expected %s", p.Expected())
		}
	}
}

// valuesIn are the values for a file in a folder.
func (c Config) valuesIn(folder string) map[string]any {
	out := maps.Clone(c.Values)
	for path, x := range out {
		if v, ok := x.(Varied); ok {
			out[path] = v.each(func(v Varied) Varied {
				if !filepath.IsAbs(v.File) {
					v.File = (&key{format: "file"}).relative(v.File, folder)
				}
				return v
			})
		}
	}
	return out
}

// nanoseconds is a time in seconds as a file can say it.
func nanoseconds(s float64) (Duration, bool) {
	ns := math.Round(s * 1e9)
	if math.Abs(ns) >= math.MaxInt64 || math.Abs(ns-s*1e9) > 1e-9*math.Abs(ns) {
		return 0, false
	}
	return Duration(ns), true
}
