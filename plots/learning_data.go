package plots

import (
	"math"

	"burstsim/sim/record"
)

// learningData is what of a result the figure can show.
type learningData struct {
	res    *record.Result
	opt    Options
	groups []group
	loss   extent
	time   extent // of the metrics
	traces []tracePair
	output extent // of targets and outputs
	angles []angleRow
	layers []int   // of which angles are shown
	most   float64 // largest angle, degrees

	medians, means bool // whether any column is drawn as such
	allLayers      int  // of which there are angles
	moreTraces     int  // that have no room
}

// angleRow is one kind of angles: "angle_W" followed by the layer.
type angleRow struct{ column, label string }

func newLearningData(res *record.Result, opt Options) *learningData {
	l := &learningData{res: res, opt: opt, groups: opt.groups(res), loss: noExtent(), time: noExtent(), output: noExtent()}
	for _, v := range res.Variants {
		if v.Metrics == nil {
			continue
		}
		if times := v.Metrics.Column("time"); len(times) > 0 {
			l.time.include(0, times[len(times)-1])
		}
	}
	if l.time.lo < l.time.hi {
		for _, g := range l.groups {
			e := l.extentOf(g, "loss", smallestValue)
			l.loss.include(e.lo, e.hi)
		}
		l.findAngles()
	}
	l.findTraces()
	return l
}

// extentOf is that of a column as it is drawn.
func (l *learningData) extentOf(g group, name string, least float64) extent {
	c, e := l.column(g, name, least), noExtent()
	e.include(c.values...)
	e.include(c.high...)
	e.include(c.low...)
	if !e.empty() {
		l.medians = l.medians || len(c.low) > 0
		l.means = l.means || c.means
	}
	return e
}

// findAngles looks for the layers and kinds of angles that were recorded.
func (l *learningData) findAngles() {
	kinds := []angleRow{{"angle_W", "angle of weights\nto backprop (deg)"}, {"angle_c", "angle of biases\nto backprop (deg)"},
		{"angle_time_W", "angle to gradient\nthrough time (deg)"}}
	layers := map[int]bool{}
	highest := 0
	for _, kind := range kinds {
		e := noExtent()
		for _, g := range l.groups {
			for _, name := range l.columnsOf(g) {
				layer, ok := layerOf(name, kind.column)
				if !ok {
					continue
				}
				if here := l.extentOf(g, name, 0); !here.empty() {
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
	l.allLayers = len(l.layers)
	l.layers = pick(l.layers, mostLayers)
}

// columnsOf are the names of a group's metrics.
func (l *learningData) columnsOf(g group) []string {
	for _, i := range g.members {
		if t := l.res.Variants[i].Metrics; t != nil {
			return t.Columns
		}
	}
	return nil
}

// column is how a metric of a group is drawn, without values below least. A row
// is about the time since the row before, and stands in its middle.
func (l *learningData) column(g group, name string, least float64) metricColumn {
	var columns []metricColumn
	for _, i := range g.members {
		t := l.res.Variants[i].Metrics
		if t == nil {
			continue
		}
		c := metricColumn{times: t.Column("time"), values: t.Column(name)}
		before := 0.0
		for k, end := range c.times {
			c.times[k], before = before+(end-before)/2, end
		}
		for k, y := range c.values {
			if y < least {
				c.values[k] = math.NaN()
			}
		}
		columns = append(columns, c)
	}
	return summarised(columns)
}
