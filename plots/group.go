package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"

	"burstsim/sim/record"
)

// group is what a figure draws as one line: a variant, or those that differ in
// nothing but their seed.
type group struct {
	label   string
	members []int // variants, ascending
}

// groups are those of a result, in the order of their first variants.
func (o Options) groups(res *record.Result) []group {
	var out []group
	for i, v := range res.Variants {
		name := ""
		if i < len(o.Seeds) {
			name = o.Seeds[i]
		}
		k := slices.IndexFunc(out, func(g group) bool { return name != "" && g.label == name })
		if k < 0 {
			g := group{label: v.Label}
			if name != "" {
				g.label = name
			}
			out = append(out, group{g.label, []int{i}})
			continue
		}
		out[k].members = append(out[k].members, i)
	}
	return out
}

// name is what the legend calls a group.
func (g group) name() string {
	if len(g.members) == 1 {
		return clean(g.label)
	}
	return fmt.Sprintf("%s (%d seeds)", clean(g.label), len(g.members))
}

// repeated tells whether any group has more than one variant.
func repeated(groups []group) bool {
	return slices.ContainsFunc(groups, func(g group) bool { return len(g.members) > 1 })
}

// drawingOrder is that of n traces on top of each other: unbroken lines first,
// so that they can be seen through the gaps of those that coincide with them.
func drawingOrder(n int) []int {
	order := record.Spread(n, n)
	slices.SortStableFunc(order, func(a, b int) int { return a%len(dashes) - b%len(dashes) })
	return order
}

// metricColumn is how a column of metrics is drawn: its values, or if they are
// many, or of several seeds, the quartiles of intervals of time.
type metricColumn struct {
	times, values []float64
	low, high     []float64 // empty unless values are medians
	means         bool      // whether values are means
}

// addGroups adds a column of each group, lines above all bands.
func (p *panel) addGroups(groups []group, column func(g group) metricColumn) {
	var above []plot.Plotter
	for _, i := range drawingOrder(len(groups)) {
		c, style := column(groups[i]), trace(variantColours, i)
		if len(c.low) > 0 {
			p.data = append(p.data, band{c.times, c.low, c.high, pale(style.Color)})
		}
		above = append(above, curve{x: c.times, y: c.values, style: style})
	}
	p.data = append(p.data, above...)
}

const (
	manyRows = 150 // of a column that is drawn as quartiles
	binRows  = 10  // at least, for quartiles
	mostBins = 60
)

// summarised is how columns of the same quantity are drawn, one a seed. All but
// finite values are left out of what is summed up.
func summarised(columns []metricColumn) metricColumn {
	var all metricColumn
	rows := 0
	for _, c := range columns {
		all.times, all.values = append(all.times, c.times...), append(all.values, c.values...)
		rows = max(rows, len(c.values))
	}
	switch {
	case rows < manyRows && len(columns) == 1:
		return all
	case rows < manyRows:
		return quartilesAt(all.times, all.values)
	}
	n := min(rows/binRows, mostBins)
	if onlySigns(all.values) {
		return means(all.times, all.values, n)
	}
	return quartiles(all.times, all.values, n)
}

// onlySigns tells the angles of one-dimensional changes: they are 0 and 180
// degrees, whose medians would only jump between the two.
func onlySigns(angles []float64) bool {
	agree, oppose := false, false
	for _, a := range angles {
		switch {
		case math.IsNaN(a):
		case math.Abs(a) < 1e-3:
			agree = true
		case math.Abs(a-180) < 1e-3:
			oppose = true
		default:
			return false
		}
	}
	return agree && oppose
}

// quartilesAt returns those of the finite values of each x; NaN for one
// without any.
func quartilesAt(x, y []float64) metricColumn {
	at := slices.Clone(x)
	slices.Sort(at)
	at = slices.Compact(at)
	values := make([][]float64, len(at))
	for i, v := range y {
		if k, ok := slices.BinarySearch(at, x[i]); ok && isFinite(v) {
			values[k] = append(values[k], v)
		}
	}
	c := metricColumn{times: at}
	c.addQuartiles(values)
	return c
}

// quartiles returns those of the finite values in n equal intervals of x, at
// the middles of the intervals; NaN for an interval without any.
func quartiles(x, y []float64, n int) metricColumn {
	var c metricColumn
	var intervals [][]float64
	c.times, intervals = divide(x, y, n)
	c.addQuartiles(intervals)
	return c
}

func (c *metricColumn) addQuartiles(intervals [][]float64) {
	for _, values := range intervals {
		slices.Sort(values)
		c.low = append(c.low, quantile(values, 0.25))
		c.values = append(c.values, quantile(values, 0.5))
		c.high = append(c.high, quantile(values, 0.75))
	}
}

// means is quartiles with only the mean of each interval.
func means(x, y []float64, n int) metricColumn {
	c := metricColumn{means: true}
	var intervals [][]float64
	c.times, intervals = divide(x, y, n)
	for _, values := range intervals {
		var sum float64
		for _, v := range values {
			sum += v
		}
		c.values = append(c.values, sum/float64(len(values)))
	}
	return c
}

// divide returns the middles of n equal intervals of x and their finite values.
func divide(x, y []float64, n int) (middles []float64, intervals [][]float64) {
	e := noExtent()
	e.include(x...)
	intervals = make([][]float64, n)
	for k := range n {
		middles = append(middles, e.lo+(float64(k)+0.5)*(e.hi-e.lo)/float64(n))
	}
	for i := range min(len(x), len(y)) {
		if isFinite(x[i]) && isFinite(y[i]) {
			k := min(n-1, int(float64(n)*(x[i]-e.lo)/(e.hi-e.lo)))
			intervals[k] = append(intervals[k], y[i])
		}
	}
	return middles, intervals
}

// quantile interpolates between sorted values; NaN if there are none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	k := int(at)
	if k+1 == len(sorted) {
		return sorted[k]
	}
	return sorted[k] + (at-float64(k))*(sorted[k+1]-sorted[k])
}
