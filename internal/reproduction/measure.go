package reproduction

import (
	"math"
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
				row.Here = sweep.SpreadOf(v.of(g, first))
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

// of are the numbers of the runs of a group.
func (v Value) of(g sweep.Group, first string) []float64 {
	variant := v.Variant
	if variant == "" {
		variant = first
	}
	var all []float64
	if v.Column != "" {
		all = g.Means(variant, v.Column, v.From, v.To)
	} else {
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
