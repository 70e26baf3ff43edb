package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// trainingData is what of the trainings of a result can be drawn.
type trainingData struct {
	variants []record.Variant
	groups   []group
	epochs   extent
	measures []measure
	angles   []loggedAngle
	layers   []int

	allLayers      int  // of which angles were logged
	medians, means bool // whether any angle is drawn as such
	width          vg.Length
}

// loggedAngle is a row of panels.
type loggedAngle struct {
	angleRow
	most float64 // degrees
}

// measure is a panel of the values of all sets and variants, epoch by epoch.
type measure struct {
	name, label string
	factor      float64
	values      extent
}

// sets are the data a network is measured on, each with its dashes.
var sets = []struct{ name, label string }{{"train", "training"}, {"validation", "validation"}, {"test", "test"}}

func newTrainingData(res *record.Result, opt Options) *trainingData {
	d := &trainingData{variants: res.Variants, groups: opt.groups(res), epochs: noExtent(), width: opt.width(doubleColumn)}
	measures := []measure{{"error", "error (%)", 100, noExtent()}, {"loss", "loss", 1, noExtent()}}
	for i := range measures {
		m := &measures[i]
		for _, v := range d.variants {
			if v.Training == nil || v.Training.Epochs == nil {
				continue
			}
			d.epochs.include(v.Training.Epochs.Column("epoch")...)
			for _, set := range sets {
				m.values.include(m.column(v.Training, set.name)...)
			}
		}
		if !m.values.empty() {
			d.measures = append(d.measures, *m)
		}
	}
	if !(d.epochs.lo < d.epochs.hi) {
		d.measures = nil
	}
	d.findAngles()
	return d
}

func (m measure) column(tr *record.Training, set string) []float64 {
	values := tr.Epochs.Column(set + "_" + m.name)
	for i := range values {
		values[i] *= m.factor
	}
	return values
}

// logRatio is the ratio of values from which on an axis is logarithmic: the
// first epoch would flatten the others.
const logRatio = 5

func (m measure) logarithmic() bool {
	return m.values.lo >= smallestValue && m.values.hi >= logRatio*m.values.lo
}

// logOf is what a variant logged while it trained, or nil.
func logOf(v record.Variant) *record.Table {
	if v.Training == nil {
		return nil
	}
	return v.Training.Log
}

// findAngles looks for the layers and kinds of angles that were logged.
func (d *trainingData) findAngles() {
	logged := noExtent()
	for _, v := range d.variants {
		if t := logOf(v); t != nil {
			logged.include(t.Column("epoch")...)
		}
	}
	if !(logged.lo < logged.hi) {
		return
	}
	d.epochs.include(logged.lo, logged.hi)
	for _, kind := range []angleRow{
		{"angle_W", "weights to\nbackprop (deg)"},
		{"angle_fa_W", "weights to\nfeedback al. (deg)"},
		{"angle_WY", "feedforward W to\nfeedback Y (deg)"},
	} {
		e := noExtent()
		for _, g := range d.groups {
			e = d.includeAngles(e, g, kind)
		}
		if !e.empty() {
			d.angles = append(d.angles, loggedAngle{kind, e.hi})
		}
	}
	slices.Sort(d.layers)
	d.allLayers = len(d.layers)
	d.layers = pick(d.layers, mostLayers)
}

func (d *trainingData) includeAngles(e extent, g group, kind angleRow) extent {
	for _, name := range d.columnsOf(g) {
		layer, ok := layerOf(name, kind.column)
		if !ok {
			continue
		}
		here, c := noExtent(), d.logged(g, name)
		here.include(c.values...)
		here.include(c.high...)
		if here.empty() {
			continue
		}
		d.medians, d.means = d.medians || len(c.high) > 0, d.means || c.means
		e.include(here.lo, here.hi)
		if !slices.Contains(d.layers, layer) {
			d.layers = append(d.layers, layer)
		}
	}
	return e
}

// columnsOf are the names of what a group logged.
func (d *trainingData) columnsOf(g group) []string {
	for _, i := range g.members {
		if t := logOf(d.variants[i]); t != nil {
			return t.Columns
		}
	}
	return nil
}

// logged is how a column of a group's logs is drawn over epochs.
func (d *trainingData) logged(g group, name string) metricColumn {
	var columns []metricColumn
	for _, i := range g.members {
		if t := logOf(d.variants[i]); t != nil {
			columns = append(columns, metricColumn{times: t.Column("epoch"), values: t.Column(name)})
		}
	}
	return summarised(columns)
}

// measured is how a measure of a group on a set is drawn: of one variant as it
// is, however many epochs there were.
func (d *trainingData) measured(g group, m measure, set string) metricColumn {
	var columns []metricColumn
	for _, i := range g.members {
		tr := d.variants[i].Training
		if tr == nil || tr.Epochs == nil {
			continue
		}
		c := metricColumn{times: tr.Epochs.Column("epoch"), values: m.column(tr, set)}
		for j, y := range c.values {
			if m.logarithmic() && y < smallestValue {
				c.values[j] = math.NaN()
			}
		}
		columns = append(columns, c)
	}
	if len(columns) == 1 {
		return columns[0]
	}
	var all metricColumn
	for _, c := range columns {
		all.times, all.values = append(all.times, c.times...), append(all.values, c.values...)
	}
	return quartilesAt(all.times, all.values)
}

// best is where the best epoch of a training is marked: at its error on the
// test set, or on the validation set where there is none.
func best(tr *record.Training) (epoch, percent float64, set string, ok bool) {
	if tr == nil || tr.Epochs == nil || tr.BestEpoch < 1 {
		return 0, 0, "", false
	}
	for i, e := range tr.Epochs.Column("epoch") {
		if e != float64(tr.BestEpoch) {
			continue
		}
		for _, name := range []string{"test", "validation"} {
			if values := tr.Epochs.Column(name + "_error"); values != nil && isFinite(100*values[i]) {
				return e, 100 * values[i], name, true
			}
		}
	}
	return 0, 0, "", false
}
