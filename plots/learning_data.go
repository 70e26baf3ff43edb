package plots

import (
	"fmt"
	"math"
	"slices"

	"burstsim/sim/record"
)

// learningData is what of a result the figure can show.
type learningData struct {
	res    *record.Result
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

// tracePair is a variant's output and target at two times of the run.
type tracePair struct {
	variant int
	parts   [2]*window // before and after learning; nil if not recorded
}

func newLearningData(res *record.Result) *learningData {
	l := &learningData{res: res, loss: noExtent(), time: noExtent(), output: noExtent()}
	for _, v := range res.Variants {
		if v.Metrics == nil {
			continue
		}
		l.time.include(v.Metrics.Column("time")...)
		for _, y := range v.Metrics.Column("loss") {
			if y >= smallestValue {
				l.loss.include(y)
			}
		}
	}
	if !(l.time.lo < l.time.hi) {
		l.loss = noExtent()
	} else {
		l.findAngles()
	}
	for i, v := range res.Variants {
		if pair, ok := l.beforeAndAfter(i, v.Trajectory); ok {
			l.traces = append(l.traces, pair)
		}
	}
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
				layer, ok := angleLayer(name, kind.column)
				if !ok {
					continue
				}
				here := noExtent()
				here.include(v.Metrics.Column(name)...)
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

// angleLayer is the layer of a column of metrics.
func angleLayer(name, kind string) (layer int, ok bool) {
	_, err := fmt.Sscanf(name, kind+"%d", &layer)
	return layer, err == nil && name == fmt.Sprintf("%s%d", kind, layer) && layer < 1000
}

// beforeAndAfter finds what of the first window precedes the first teacher and
// what of the last one follows the last.
func (l *learningData) beforeAndAfter(variant int, tr *record.Trajectory) (pair tracePair, ok bool) {
	spans := teacherSpans(l.res.Phases)
	if tr == nil || len(spans) == 0 || complete(tr) != nil {
		return pair, false
	}
	out := tr.Signal("output")
	wins := windows(tr.Time)
	if out == nil || out.Width() == 0 || len(wins) == 0 {
		return pair, false
	}
	pair.variant = variant
	pair.parts[0] = within(tr.Time, wins[0], math.Inf(-1), spans[0].start)
	pair.parts[1] = within(tr.Time, wins[len(wins)-1], spans[len(spans)-1].end, math.Inf(1))
	for k, w := range pair.parts {
		if w == nil {
			continue
		}
		e := noExtent()
		e.include(column(out, 0, *w)...)
		if e.empty() {
			pair.parts[k] = nil
			continue
		}
		if target := tr.Signal("target"); target != nil && target.Width() > 0 {
			e.include(column(target, 0, *w)...)
		}
		l.output.include(e.lo, e.hi)
	}
	return pair, pair.parts[0] != nil || pair.parts[1] != nil
}

// within is the part of a window from one time to another, nil if it has no two
// samples.
func within(times []float64, w window, from, to float64) *window {
	for w.first < w.last && times[w.first] < from {
		w.first++
	}
	for w.first < w.last && times[w.last-1] > to {
		w.last--
	}
	if w.last-w.first < 2 {
		return nil
	}
	w.start, w.end = times[w.first], times[w.last-1]
	return &w
}

// scattered reports whether any column is drawn as medians.
func (l *learningData) scattered() bool {
	return (!l.loss.empty() || len(l.angles) > 0) && slices.ContainsFunc(l.res.Variants, func(v record.Variant) bool {
		return v.Metrics != nil && v.Metrics.Len() >= manyRows
	})
}

const (
	manyRows = 150 // of a column that is drawn as medians
	binRows  = 10  // at least, for a median
	mostBins = 60
)

// medians returns the medians of the finite values in n equal intervals of x,
// at the middles of the intervals; NaN for an interval without any.
func medians(x, y []float64, n int) (middles, values []float64) {
	e := noExtent()
	e.include(x...)
	bins := make([][]float64, n)
	for i := range min(len(x), len(y)) {
		if isFinite(x[i]) && isFinite(y[i]) {
			k := min(n-1, int(float64(n)*(x[i]-e.lo)/(e.hi-e.lo)))
			bins[k] = append(bins[k], y[i])
		}
	}
	for k, bin := range bins {
		m := math.NaN()
		if len(bin) > 0 {
			slices.Sort(bin)
			m = (bin[(len(bin)-1)/2] + bin[len(bin)/2]) / 2
		}
		middles = append(middles, e.lo+(float64(k)+0.5)*(e.hi-e.lo)/float64(n))
		values = append(values, m)
	}
	return middles, values
}
