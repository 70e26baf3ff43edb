package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Training draws how networks learned a data set: the error and the loss of
// training, validation and test set after each epoch, with a mark at the best
// one; and the angles in degrees, layer by layer, between weight
// changes and those of backprop and of feedback alignment, and between
// feedforward and feedback weights (of more than six layers, six spread over the
// network). Several variants have a panel for each set. Those that opt.Seeds
// groups are medians in front of quartiles. Epoch 0 is the untrained network.
// Axes of values that span more than a factor of five are logarithmic. Angles
// logged 150 times or more are medians in front of quartiles of up to 60
// intervals. What was not recorded is left out; it is an error if nothing is
// left.
func Training(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	d := newTrainingData(res, opt)
	if len(d.measures) == 0 && len(d.angles) == 0 {
		return nil, errors.New("plots: no error, no loss and no angle with finite values was recorded while training")
	}
	return d.layOut(), nil
}

const (
	measureHeight = 105
	setHeight     = 72 // of the panel of one set
)

func (d *trainingData) layOut() *Figure {
	f := &Figure{width: d.width}
	lgd := newLegend(d.entries(), f.width-2*edgePad-letterSize)
	f.height = edgePad + lgd.height()
	if n := vg.Length(len(d.measures)); n > 0 && len(d.groups) == 1 {
		f.height += smallDrop + measureHeight + xNumbers + xLabel
	} else if n > 0 {
		f.height += topPad + n*setHeight + (n-1)*smallDrop + xNumbers + xLabel
	}
	if n := vg.Length(len(d.angles)); n > 0 {
		f.height += topPad + n*angleHeight + (n-1)*smallDrop + xNumbers + xLabel
	}
	f.height += edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	if len(d.groups) == 1 {
		d.addMeasures(s)
	} else {
		d.addSets(s)
	}
	d.addAngles(s)
	return f
}

// addBest marks the best epoch of a single variant, if this set is where.
func (p *panel) addBest(v record.Variant, set string, colour color.Color) {
	if epoch, percent, where, ok := best(v.Training); ok && where == set && percent >= p.Y.Min {
		glyph := bestGlyph
		glyph.Color = colour
		p.data = append(p.data, &plotter.Scatter{XYs: plotter.XYs{{X: epoch, Y: percent}}, GlyphStyle: glyph})
	}
}

// setStyle is the style of the k-th set of a single variant.
func setStyle(k int) draw.LineStyle {
	return draw.LineStyle{
		Color: variantColours[0], Width: traceWidth,
		Dashes: [][]vg.Length{dashes[2], dashes[1], nil}[k],
	}
}

var bestGlyph = draw.GlyphStyle{Color: black, Radius: 2, Shape: draw.CircleGlyph{}}

func (d *trainingData) entries() []entry {
	var out []entry
	if len(d.groups) > 1 {
		for i, g := range d.groups {
			out = append(out, entry{text: g.name(), line: trace(variantColours, i)})
		}
	} else if len(d.measures) > 0 {
		for k, set := range sets {
			if d.hasSet(set.name) {
				out = append(out, entry{text: set.label, line: setStyle(k)})
			}
		}
	}
	if len(d.measures) > 0 && d.marksBest() {
		out = append(out, entry{text: "best epoch", glyph: &bestGlyph})
	}
	if repeated(d.groups) {
		out = append(out, entry{text: "(lines: medians; bands: quartiles)"})
	} else if d.medians {
		out = append(out, entry{text: "(angles: medians; bands: quartiles)"})
	}
	out = append(out, omittedLayers(d.layers, d.allLayers)...)
	if d.means {
		out = append(out, entry{text: "(angles of only 0 or 180: means)"})
	}
	return out
}

// marksBest tells whether any best epoch is marked.
func (d *trainingData) marksBest() bool {
	return slices.ContainsFunc(d.groups, func(g group) bool {
		_, _, _, ok := best(d.variants[g.members[0]].Training)
		return ok && len(g.members) == 1
	})
}

// hasSet tells whether any value was measured on a set.
func (d *trainingData) hasSet(name string) bool {
	e := noExtent()
	for _, v := range d.variants {
		if v.Training == nil || v.Training.Epochs == nil {
			continue
		}
		for _, m := range d.measures {
			e.include(m.column(v.Training, name)...)
		}
	}
	return !e.empty()
}

// addMeasures adds a panel a measure, with all sets of the only group.
func (d *trainingData) addMeasures(s *sheet) {
	if len(d.measures) == 0 {
		return
	}
	top := s.y - smallDrop
	left, right := vg.Length(edgePad), s.width-edgePad-overhang
	n := vg.Length(len(d.measures))
	width := (right - left - n*margin - (n-1)*panelGap) / n
	for k, m := range d.measures {
		x := left + vg.Length(k)*(margin+width+panelGap)
		s.letter(x, top+letterSize)
		p := newPanel(vg.Rectangle{Min: vg.Point{X: x + margin, Y: top - measureHeight}, Max: vg.Point{X: x + margin + width, Y: top}})
		setEpochs(p, d.epochs.lo, d.epochs.hi)
		m.setAxis(p)
		for k, set := range sets {
			p.addColumn(d.measured(d.groups[0], m, set.name), setStyle(k))
			if m.name == "error" && len(d.variants) == 1 {
				p.addBest(d.variants[0], set.name, variantColours[0])
			}
		}
		s.add(p)
	}
	s.y = top - measureHeight - xNumbers - xLabel
}

// addSets adds a row of panels a measure and a column a set, with all groups.
func (d *trainingData) addSets(s *sheet) {
	if len(d.measures) == 0 {
		return
	}
	var columns []int
	for k, set := range sets {
		if d.hasSet(set.name) {
			columns = append(columns, k)
		}
	}
	left, right := vg.Length(edgePad), s.width-edgePad-overhang
	n := vg.Length(len(columns))
	width := (right - left - margin - (n-1)*smallGap) / n
	y := s.y - topPad
	for r, m := range d.measures {
		s.letter(left, y+letterSize)
		for c, k := range columns {
			x := left + margin + vg.Length(c)*(width+smallGap)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - setHeight}, Max: vg.Point{X: x + width, Y: y}})
			setEpochs(p, d.epochs.lo, d.epochs.hi)
			m.setAxis(p)
			p.noY, p.noXLabels = c > 0, r < len(d.measures)-1
			for _, i := range drawingOrder(len(d.groups)) {
				style, g := trace(variantColours, i), d.groups[i]
				p.addColumn(d.measured(g, m, sets[k].name), style)
				if m.name == "error" && len(g.members) == 1 {
					p.addBest(d.variants[g.members[0]], sets[k].name, style.Color)
				}
			}
			s.add(p)
			if r == 0 {
				s.add(label{sets[k].label, vg.Point{X: x + width/2, Y: y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
			}
		}
		y -= setHeight + smallDrop
	}
	s.y = y + smallDrop - xNumbers - xLabel
}

// addColumn adds a line in front of its band.
func (p *panel) addColumn(c metricColumn, style draw.LineStyle) {
	if len(c.low) > 0 {
		p.data = append(p.data, band{c.times, c.low, c.high, pale(style.Color)})
	}
	p.addLine(c.times, c.values, style)
}

func (m measure) setAxis(p *panel) {
	if !m.logarithmic() {
		e := m.values.padded()
		if m.values.lo >= 0 && m.values.lo < m.values.hi/2 {
			e.lo = -0.04 * e.hi // values of zero are above the axis
		}
		p.setY(e.lo, e.hi, m.label)
		return
	}
	setLog(&p.Y, m.values.lo/1.15, m.values.hi*1.15, m.label)
	if m.name == "error" && m.values.lo >= 0.01 {
		p.Y.Tick.Marker = plot.ConstantTicks(plainTicks(p.Y.Min, p.Y.Max))
	}
}

// plainTicks labels a logarithmic axis with numbers such as 0.5, 20 and 100.
func plainTicks(lo, hi float64) []plot.Tick {
	ticks := logTicks(lo, hi)
	few := hi/lo > 200
	for i, t := range ticks {
		decade := math.Floor(math.Log10(t.Value) + 1e-9)
		digit := math.Round(t.Value / math.Pow(10, decade))
		ticks[i].Label = ""
		if digit == 1 || !few && (digit == 2 || digit == 5) {
			ticks[i].Label = number(t.Value, int(math.Max(0, -decade)))
		}
	}
	return ticks
}

func (d *trainingData) addAngles(s *sheet) {
	if len(d.angles) == 0 {
		return
	}
	left, right := vg.Length(edgePad), s.width-edgePad-overhang
	n := vg.Length(len(d.layers))
	width := (right - left - margin - (n-1)*smallGap) / n
	y := s.y - topPad
	for r, kind := range d.angles {
		s.letter(left, y+letterSize)
		first := true
		for k, layer := range d.layers {
			x := left + margin + vg.Length(k)*(width+smallGap)
			if r == 0 {
				s.add(label{d.layerName(k), vg.Point{X: x + width/2, Y: y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
			}
			column := fmt.Sprint(kind.column, layer)
			if !d.logs(column) {
				continue
			}
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - angleHeight}, Max: vg.Point{X: x + width, Y: y}})
			setEpochs(p, d.epochs.lo, d.epochs.hi)
			p.noXLabels = d.belowIn(layer, r)
			setDegrees(p, kind.most, kind.label)
			p.noY = !first
			first = false
			p.addGroups(d.groups, func(g group) metricColumn { return d.logged(g, column) })
			s.add(p)
		}
		y -= angleHeight + smallDrop
	}
}

func (d *trainingData) layerName(k int) string {
	if n := len(d.layers); n > 1 && k == n-1 {
		return fmt.Sprintf("layer %d (output)", d.layers[k])
	}
	return fmt.Sprintf("layer %d", d.layers[k])
}

// logs tells whether any variant has values of a column.
func (d *trainingData) logs(column string) bool {
	e := noExtent()
	for _, v := range d.variants {
		if t := logOf(v); t != nil {
			e.include(t.Column(column)...)
		}
	}
	return !e.empty()
}

// belowIn tells whether there is a panel of a layer below the r-th row.
func (d *trainingData) belowIn(layer, r int) bool {
	for _, kind := range d.angles[r+1:] {
		if d.logs(fmt.Sprint(kind.column, layer)) {
			return true
		}
	}
	return false
}
