package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Layers is the value of a parameter that is not the same in all layers: one for
// each, from the first above the input to the output. A population beside a
// layer has that of the layer, and the input that of the first.
type Layers []any

// Drawn is the value of a parameter that is not the same for all units: each
// draws its own. What falls outside the range of the parameter is drawn again.
type Drawn struct {
	// Dist is normal, with mean A and standard deviation B; lognormal, with
	// median A and the standard deviation B of its logarithm; or uniform, between
	// A and B.
	Dist string
	A, B float64
}

// Distributions lists those of [Drawn].
var Distributions = []string{"normal", "lognormal", "uniform"}

// Array is the value of a parameter that a file says: a number for each unit, in
// seconds, hertz or 1, or of a parameter that is a file, for each connection.
type Array struct {
	File    string // for errors
	Shape   []int
	Numbers []float64 // row-major; nil: the file was not read
}

// Layer is the values in a layer, from 1.
func (v Values) Layer(l int) Values {
	out := make(Values, len(v))
	for name, x := range v {
		if list, ok := x.(Layers); ok && len(list) > 0 {
			x = list[min(max(l, 1), len(list))-1]
		}
		out[name] = x
	}
	return out
}

// layered says whether values differ between layers.
func (v Values) layered() bool {
	for _, x := range v {
		if _, ok := x.(Layers); ok {
			return true
		}
	}
	return false
}

// join makes one of the values of each layer.
func join(layers []Values) Values {
	out := Values{}
	for name, x := range layers[0] {
		list := make(Layers, len(layers))
		same := true
		for l, v := range layers {
			list[l] = v[name]
			same = same && equal(x, v[name])
		}
		if out[name] = x; !same {
			out[name] = list
		}
	}
	return out
}

func equal(a, b any) bool {
	x, ok := a.(*Array)
	if y, also := b.(*Array); ok && also {
		return x == y || x.File == y.File
	}
	return a == b
}

// shownList is a list of values as errors show it.
func (p *Param) shownList(list Layers) string {
	var items []string
	for _, x := range list {
		items = append(items, p.shown(x))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// numeric says whether values of the parameter are numbers.
func (p *Param) numeric() bool { return p.Choices == nil && !p.Switch && !p.File }

// acceptsDrawn says why a distribution cannot be the parameter's; "" if it can.
func (p *Param) acceptsDrawn(d Drawn) string {
	inside := func(what string, x float64) string {
		if p.Range.Has(x) {
			return ""
		}
		return fmt.Sprintf("has the %s %s, expected %s", what, p.shown(x), p.Expected())
	}
	positive := func(what string, x float64) string {
		if x > 0 && !math.IsInf(x, 0) {
			return ""
		}
		return fmt.Sprintf("has the %s %v, expected more than 0", what, x)
	}
	first := func(messages ...string) string {
		i := slices.IndexFunc(messages, func(m string) bool { return m != "" })
		if i < 0 {
			return ""
		}
		return messages[i]
	}
	switch {
	case !p.numeric():
		return fmt.Sprintf("is a distribution, expected %s", p.Expected())
	case d.Dist == "normal":
		return first(inside("mean", d.A), positive("standard deviation", d.B))
	case d.Dist == "lognormal":
		return first(inside("median", d.A), positive("median", d.A), positive("standard deviation of the logarithm", d.B))
	case d.Dist == "uniform":
		if !(d.A < d.B) {
			return fmt.Sprintf("is uniform from %s to %s, expected the smaller first", p.shown(d.A), p.shown(d.B))
		}
		return first(inside("lower end", d.A), inside("upper end", d.B))
	}
	return fmt.Sprintf("has the distribution %q, expected %s", d.Dist, list(Distributions))
}

// acceptsArray says which number of a file cannot be the parameter's; "" if all
// can.
func (p *Param) acceptsArray(a *Array) string {
	if !p.File && !p.numeric() {
		return fmt.Sprintf("is a file, expected %s", p.Expected())
	}
	for i, x := range a.Numbers {
		if !p.Range.Has(x) {
			return fmt.Sprintf("%s: row %d has %s, expected %s", a.File, 1+i/a.columns(), p.shown(x), p.Expected())
		}
	}
	return ""
}

// columns is how many numbers a row of an array has.
func (a *Array) columns() int {
	n := 1
	for _, s := range a.Shape[min(1, len(a.Shape)):] {
		n *= s
	}
	return max(n, 1)
}

// maxDraws is how often a number is drawn again that falls outside the range.
const maxDraws = 1000

// Units are the values of n units: drawn from rng, or those of an array, which
// must have as many.
func (p *Param) Units(v any, n int, rng *rand.Rand) ([]float64, error) {
	if a, ok := v.(*Array); ok {
		if len(a.Numbers) != n || a.columns() != n && a.columns() != 1 {
			return nil, fmt.Errorf("%s: %s has the shape %s, expected %d numbers, one for each unit", p.Path(), a.File, ShapeText(a.Shape), n)
		}
		return a.Numbers, nil
	}
	d := v.(Drawn)
	out := make([]float64, n)
	for i := range out {
		x, tries := d.draw(rng), 1
		for ; !p.Range.Has(x) && tries < maxDraws; tries++ {
			x = d.draw(rng)
		}
		if tries == maxDraws {
			return nil, fmt.Errorf("%s: %s draws almost nothing that is %s", p.Path(), p.shown(d), p.Expected())
		}
		out[i] = x
	}
	return out, nil
}

func (d Drawn) draw(rng *rand.Rand) float64 {
	switch d.Dist {
	case "normal":
		return d.A + d.B*rng.NormFloat64()
	case "lognormal":
		return d.A * math.Exp(d.B*rng.NormFloat64())
	}
	return d.A + (d.B-d.A)*rng.Float64()
}

// ShapeText is a shape as "10 x 50".
func ShapeText(shape []int) string {
	if len(shape) == 0 {
		return "()"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", " x "), "[]")
}
