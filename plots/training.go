package plots

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Training draws how networks learned a data set: the error and the loss of
// training, validation and test set after each epoch, with a mark at the best
// one, and the angles in degrees, layer by layer, between weight changes and
// those of backprop and of feedback alignment, and between feedforward and
// feedback weights (of more than six layers, six spread over the network).
// Epoch 0 is the untrained network. Axes of values that span more than a factor
// of five are logarithmic. Angles logged 150 times or more are medians in front
// of quartiles of up to 60 intervals. What was not recorded is left out; it is
// an error if nothing is left.
func Training(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	if _, err := opt.withDefaults(); err != nil {
		return nil, err
	}
	d := newTrainingData(res)
	if len(d.measures) == 0 && len(d.angles) == 0 {
		return nil, errors.New("plots: no error, no loss and no angle with finite values was recorded while training")
	}
	return d.layOut(), nil
}

const measureHeight = 105

func (d *trainingData) layOut() *Figure {
	f := &Figure{width: doubleColumn}
	lgd := newLegend(d.entries(), f.width-2*edgePad-letterSize)
	f.height = edgePad + lgd.height()
	if len(d.measures) > 0 {
		f.height += smallDrop + measureHeight + xNumbers + xLabel
	}
	if n := vg.Length(len(d.angles)); n > 0 {
		f.height += topPad + n*angleHeight + (n-1)*smallDrop + xNumbers + xLabel
	}
	f.height += edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	d.addMeasures(s)
	d.addAngles(s)
	return f
}

// setStyle is the style of the k-th set of the i-th variant.
func setStyle(i, k int) draw.LineStyle {
	return draw.LineStyle{
		Color: variantColours[i%len(variantColours)], Width: traceWidth,
		Dashes: [][]vg.Length{dashes[2], dashes[1], nil}[k],
	}
}

func bestGlyph(i int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: variantColours[i%len(variantColours)], Radius: 2, Shape: draw.CircleGlyph{}}
}

func (d *trainingData) entries() []entry {
	var out []entry
	for i, v := range d.variants {
		if len(d.variants) > 1 {
			style := setStyle(i, len(sets)-1)
			style.Width *= 2
			out = append(out, entry{text: clean(v.Label), line: style})
		}
	}
	if len(d.measures) > 0 {
		for k, set := range sets {
			if d.hasSet(set.name) {
				style := setStyle(0, k)
				style.Color = black
				out = append(out, entry{text: set.label, line: style})
			}
		}
		for _, v := range d.variants {
			if _, _, ok := best(v.Training); ok {
				glyph := bestGlyph(0)
				glyph.Color = black
				out = append(out, entry{text: "best epoch", glyph: &glyph})
				break
			}
		}
	}
	if d.summed {
		out = append(out, entry{text: "(angles: medians; bands: quartiles)"})
	}
	return out
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
		for i, v := range d.variants {
			d.addMeasure(p, m, i, v.Training)
		}
		s.add(p)
	}
	s.y = top - measureHeight - xNumbers - xLabel
}

func (m measure) setAxis(p *panel) {
	if !m.logarithmic() {
		e := m.values.padded()
		if m.values.lo >= 0 {
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

func (d *trainingData) addMeasure(p *panel, m measure, i int, tr *record.Training) {
	if tr == nil || tr.Epochs == nil {
		return
	}
	epochs := tr.Epochs.Column("epoch")
	for k, set := range sets {
		values := m.column(tr, set.name)
		for j, y := range values {
			if m.logarithmic() && y < smallestValue {
				values[j] = math.NaN()
			}
		}
		p.addLine(epochs, values, setStyle(i, k))
	}
	if epoch, percent, ok := best(tr); ok && m.name == "error" && percent >= p.Y.Min {
		p.data = append(p.data, &plotter.Scatter{XYs: plotter.XYs{{X: epoch, Y: percent}}, GlyphStyle: bestGlyph(i)})
	}
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
			d.addLogged(p, column)
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

// addLogged adds a column of all variants' logs, lines above all bands.
func (d *trainingData) addLogged(p *panel, name string) {
	var above []plot.Plotter
	for i, v := range d.variants {
		t := logOf(v)
		if t == nil {
			continue
		}
		c, style := loggedColumn(t, name), setStyle(i, len(sets)-1)
		if len(c.low) > 0 {
			p.data = append(p.data, band{c.times, c.low, c.high, pale(style.Color)})
		}
		above = append(above, curve{x: c.times, y: c.values, style: style})
	}
	p.data = append(p.data, above...)
}
