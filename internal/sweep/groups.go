package sweep

import (
	"math"
	"slices"
)

// Group is the runs of a sweep that differ in their seeds only.
type Group struct {
	Keys, Values []string // that vary beside seeds; texts without quotes
	group
}

// Groups are those of the sweep, in the order of their values.
func (a *Aggregate) Groups() (all []Group) {
	keys := a.Plan.varied()
	for _, g := range a.groups() {
		all = append(all, Group{names(a.Plan.Keys, keys), values(g.point, keys), g})
	}
	return all
}

// Variants are the names of all variants, in the order of the file.
func (a *Aggregate) Variants() []string { return a.variants() }

// Value is what the group varies a key to; "" if it does not.
func (g Group) Value(key string) string {
	if i := slices.Index(g.Keys, key); i >= 0 {
		return g.Values[i]
	}
	return ""
}

// Results are those of a variant by its name, one a run that came to it, with NaN
// where there is none.
func (g Group) Results(variant, name string) (all []float64) {
	for _, v := range g.over(variant) {
		x, ok := v.Results[name]
		if !ok {
			x = number(math.NaN())
		}
		all = append(all, float64(x))
	}
	return all
}

// Means are those of a quantity over times (s) or epochs after from and up to to,
// one a run, with NaN where there is none.
func (g Group) Means(variant, column string, from, to float64) (all []float64) {
	for _, v := range g.over(variant) {
		j, sum, n := slices.Index(v.Columns, column), 0.0, 0
		for _, row := range v.Rows {
			if t := float64(row[0]); j > 0 && t > from && t <= to && !math.IsNaN(float64(row[j])) {
				sum, n = sum+float64(row[j]), n+1
			}
		}
		all = append(all, sum/float64(n))
	}
	return all
}

// over are the results of a variant in the runs that did not fail.
func (g Group) over(variant string) (all []*VariantRecord) {
	for _, r := range g.runs {
		if v := r.variant(variant); v != nil && r.Record.Failure == "" {
			all = append(all, v)
		}
	}
	return all
}

// Curve is how a quantity of a variant went: times (s) or epochs, its spread, and
// the times and values of each run.
func (g Group) Curve(variant, column string) (at []float64, spread []Spread, runs [][2][]float64) {
	c := g.curveOf(variant, column)
	return c.at, c.spread, c.runs
}

// SpreadOf is that of values that are numbers.
func SpreadOf(x []float64) Spread {
	return spreadOf(slices.DeleteFunc(slices.Clone(x), math.IsNaN))
}
