package plots

import (
	"math"
	"slices"

	"burstsim/sim/record"
)

// learningData is what of a result the figure can show.
type learningData struct {
	res    *record.Result
	opt    Options
	loss   extent
	time   extent // of the metrics
	traces []tracePair
	output extent // of targets and outputs
	angles []angleRow
	layers []int
	most   float64 // largest angle, degrees
}

// angleRow is one kind of angles: "angle_W" followed by the layer.
type angleRow struct{ column, label string }

func newLearningData(res *record.Result, opt Options) *learningData {
	l := &learningData{res: res, opt: opt, loss: noExtent(), time: noExtent(), output: noExtent()}
	for _, v := range res.Variants {
		if v.Metrics == nil {
			continue
		}
		l.time.include(v.Metrics.Column("time")...)
		c := newColumn(v.Metrics, "loss", smallestValue)
		l.loss.include(c.values...)
		l.loss.include(c.high...)
		l.loss.include(c.low...)
	}
	if !(l.time.lo < l.time.hi) {
		l.loss = noExtent()
	} else {
		l.findAngles()
	}
	l.findTraces()
	return l
}

// findAngles looks for the layers and kinds of angles that were recorded.
func (l *learningData) findAngles() {
	kinds := []angleRow{{"angle_W", "angle of weights\nto backprop (deg)"}, {"angle_c", "angle of biases\nto backprop (deg)"}}
	layers := map[int]bool{}
	highest := 0
	for _, kind := range kinds {
		e := noExtent()
		for _, v := range l.res.Variants {
			if v.Metrics == nil {
				continue
			}
			for _, name := range v.Metrics.Columns {
				layer, ok := layerOf(name, kind.column)
				if !ok {
					continue
				}
				here, c := noExtent(), newColumn(v.Metrics, name, 0)
				here.include(c.values...)
				here.include(c.high...)
				if !here.empty() {
					e.include(here.lo, here.hi)
					layers[layer], highest = true, max(highest, layer)
				}
			}
		}
		if !e.empty() {
			l.angles = append(l.angles, kind)
			l.most = math.Max(l.most, e.hi)
		}
	}
	for layer := 0; layer <= highest; layer++ {
		if layers[layer] {
			l.layers = append(l.layers, layer)
		}
	}
	l.layers = pick(l.layers, mostLayers)
}

// summed reports whether any column is drawn as quartiles.
func (l *learningData) summed() bool {
	return (!l.loss.empty() || len(l.angles) > 0) && slices.ContainsFunc(l.res.Variants, func(v record.Variant) bool {
		return v.Metrics != nil && v.Metrics.Len() >= manyRows
	})
}

// metricColumn is how a column of metrics is drawn: its values, or if they are
// many the quartiles of equal intervals of time.
type metricColumn struct {
	times, values []float64
	low, high     []float64 // empty unless values are medians
}

const (
	manyRows = 150 // of a column that is drawn as quartiles
	binRows  = 10  // at least, for quartiles
	mostBins = 60
)

// newColumn leaves out values below least.
func newColumn(t *record.Table, name string, least float64) metricColumn {
	c := metricColumn{times: t.Column("time"), values: t.Column(name)}
	for k, y := range c.values {
		if y < least {
			c.values[k] = math.NaN()
		}
	}
	if len(c.values) >= manyRows {
		n := min(len(c.values)/binRows, mostBins)
		if onlySigns(c.values) {
			return means(c.times, c.values, n)
		}
		return quartiles(c.times, c.values, n)
	}
	return c
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

// quartiles returns those of the finite values in n equal intervals of x, at
// the middles of the intervals; NaN for an interval without any.
func quartiles(x, y []float64, n int) metricColumn {
	var c metricColumn
	var intervals [][]float64
	c.times, intervals = divide(x, y, n)
	for _, values := range intervals {
		slices.Sort(values)
		c.low = append(c.low, quantile(values, 0.25))
		c.values = append(c.values, quantile(values, 0.5))
		c.high = append(c.high, quantile(values, 0.75))
	}
	return c
}

// means is quartiles with only the mean of each interval.
func means(x, y []float64, n int) metricColumn {
	var c metricColumn
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
