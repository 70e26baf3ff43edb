package sweep

import (
	"cmp"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
)

// curve is how the runs of a group learned, row by row.
type curve struct {
	at     []float64 // s or epochs
	spread []Spread
	runs   [][2][]float64 // each: times and values
}

// curveOf joins rows of one time in all runs of a group that were not broken off.
func (g group) curveOf(variant, column string) (c curve) {
	all := map[float64][]float64{}
	for _, r := range g.runs {
		v := r.variant(variant)
		if v == nil || r.Record.Failure != "" {
			continue
		}
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
				c.at = append(c.at, t)
			}
			all[t] = append(all[t], x)
		}
		c.runs = append(c.runs, own)
	}
	slices.Sort(c.at)
	for _, t := range c.at {
		c.spread = append(c.spread, spreadOf(all[t]))
	}
	return c
}

// columns are those of how variants learned, the time or epoch left out, and its
// name.
func (a *Aggregate) columns() (at string, names []string) {
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
	keys := a.Plan.varied()
	at, columns := a.columns()
	_ = out.Write(append(names(a.Plan.Keys, keys), "variant", "quantity", cmp.Or(at, "time"), "n", "mean", "sd"))
	for _, g := range a.groups() {
		for _, variant := range a.variants() {
			for _, column := range columns {
				c := g.curveOf(variant, column)
				for i, s := range c.spread {
					_ = out.Write(append(values(g.point, keys), variant, column, cell(c.at[i]), strconv.Itoa(s.N), cell(s.Mean), cell(s.SD)))
				}
			}
		}
	}
}
