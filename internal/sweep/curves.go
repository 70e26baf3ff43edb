package sweep

import (
	"cmp"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
)

// Curve is how the runs of a group learned, row by row.
type Curve struct {
	At     []float64 // s or epochs
	Spread []Spread
	Runs   [][2][]float64 // each: times and values
}

// CurveOf joins rows of one time in all runs of a group that were not broken off.
func (g Group) CurveOf(variant, column string) (c Curve) {
	all := map[float64][]float64{}
	for _, v := range g.over(variant) {
		j := slices.Index(v.Columns, column)
		if j < 1 {
			continue
		}
		var own [2][]float64
		for _, row := range v.Rows {
			t, x := float64(row[0]), float64(row[j])
			if math.IsNaN(x) {
				continue
			}
			own[0], own[1] = append(own[0], t), append(own[1], x)
			if all[t] == nil {
				c.At = append(c.At, t)
			}
			all[t] = append(all[t], x)
		}
		c.Runs = append(c.Runs, own)
	}
	slices.Sort(c.At)
	for _, t := range c.At {
		c.Spread = append(c.Spread, spreadOf(all[t]))
	}
	return c
}

// Columns are those of how variants learned, the time or epoch left out, and its
// name.
func (a *Aggregate) Columns() (at string, names []string) {
	for _, r := range a.Runs {
		if r.Record == nil {
			continue
		}
		for _, v := range r.Record.Variants {
			for j, c := range v.Columns {
				if j == 0 {
					at = c
				} else if !slices.Contains(names, c) {
					names = append(names, c)
				}
			}
		}
	}
	return at, names
}

// writeCurves writes mean and spread of how groups learned, one row a group,
// variant, quantity and time.
func (a *Aggregate) writeCurves(out *csv.Writer) {
	keys := a.Plan.Varied()
	at, columns := a.Columns()
	_ = out.Write(append(names(a.Plan.Keys, keys), "variant", "quantity", cmp.Or(at, "time"), "n", "mean", "sd"))
	for _, g := range a.Groups() {
		for _, variant := range a.Variants() {
			for _, column := range columns {
				c := g.CurveOf(variant, column)
				for i, s := range c.Spread {
					_ = out.Write(append(values(g.Point, keys), variant, column, cell(c.At[i]), strconv.Itoa(s.N), cell(s.Mean), cell(s.SD)))
				}
			}
		}
	}
}
