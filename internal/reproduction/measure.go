package reproduction

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"burstsim/internal/sweep"
)

// Row is a value with what we measured.
type Row struct {
	Value
	Here sweep.Spread // over the runs that differ in their seeds only; N is 0 if there are none
}

// Measure sets what a sweep came to beside each published value.
func (r *Reproduction) Measure(a *sweep.Aggregate) []Row {
	groups := a.Groups()
	var first string
	if names := a.Variants(); len(names) > 0 {
		first = names[0]
	}
	var rows []Row
	for _, v := range r.Values {
		row := Row{Value: v, Here: sweep.SpreadOf(nil)}
		for _, g := range groups {
			if v.in(g) {
				row.Here = sweep.SpreadOf(r.of(v, g, first))
				break
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// in tells whether a value is that of a group.
func (v Value) in(g sweep.Group) bool {
	for key, want := range v.Where {
		if !same(g.Value(key), want) {
			return false
		}
	}
	return true
}

// same tells whether two values are, as texts or as numbers. "3 layers" is any list
// of three.
func same(a, b string) bool {
	if n, counted := strings.CutSuffix(b, " layers"); counted && strings.HasPrefix(a, "[") {
		a, b = strconv.Itoa(1+strings.Count(a, ",")), n
	}
	x, numeric := sweep.Number(a)
	y, also := sweep.Number(b)
	return a == b || numeric && also && x == y
}

// of are the numbers of a value in the runs of a group.
func (r *Reproduction) of(v Value, g sweep.Group, first string) []float64 {
	variant := v.Variant
	if variant == "" {
		variant = first
	}
	var all []float64
	switch {
	case v.ZeroOf != "":
		i := slices.IndexFunc(r.Panels, func(p Panel) bool { return p.Name == v.ZeroOf })
		all = r.Panels[i].zeros(g, variant)
	case v.Column != "":
		all = g.Means(variant, v.Column, v.From, v.To)
	default:
		all = g.Results(variant, v.Result)
	}
	if v.RelativeTo != "" {
		for i, x := range g.Results(variant, v.RelativeTo) {
			all[i] /= x
		}
	}
	for i := range all {
		if v.AtLeast != 0 && !math.IsNaN(all[i]) {
			share := 0.0
			if all[i] >= v.AtLeast {
				share = 100
			}
			all[i] = share
		}
		all[i] *= v.Scale
	}
	return all
}

// zeros are where the results of a panel are 0 in each run: where straight lines
// between them last change their sign, NaN if they do not.
func (p Panel) zeros(g sweep.Group, variant string) []float64 {
	var curves [][]float64 // of each run
	for _, name := range p.Results {
		for i, x := range g.Results(variant, name) {
			if i == len(curves) {
				curves = append(curves, nil)
			}
			curves[i] = append(curves[i], x)
		}
	}
	all := make([]float64, len(curves))
	for i, y := range curves {
		all[i] = zero(p.At, y)
	}
	return all
}

func zero(x, y []float64) float64 {
	for i := len(y) - 2; i >= 0; i-- {
		if (y[i] < 0) != (y[i+1] < 0) {
			return x[i] - y[i]*(x[i+1]-x[i])/(y[i+1]-y[i])
		}
	}
	return math.NaN()
}

// says is a number with its spread, with as many digits as that has two of; without a
// spread with three.
func says(mean, spread float64) string {
	switch {
	case math.IsNaN(mean):
		return "-"
	case math.IsNaN(spread) || spread <= 0:
		return strconv.FormatFloat(rounded(mean), 'g', -1, 64)
	}
	size := math.Max(math.Abs(mean), spread)
	if size < 1e-2 || size >= 1e5 {
		power := int(math.Floor(math.Log10(size)))
		scale := math.Pow(10, float64(power))
		return "(" + fixed(mean/scale, spread/scale) + ")e" + strconv.Itoa(power)
	}
	return fixed(mean, spread)
}

func fixed(mean, spread float64) string {
	digits := min(4, max(0, 1-int(math.Floor(math.Log10(spread)))))
	return strconv.FormatFloat(mean, 'f', digits, 64) + " ± " + strconv.FormatFloat(spread, 'f', digits, 64)
}

// rounded keeps three digits.
func rounded(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	if err != nil {
		return x
	}
	return y
}
