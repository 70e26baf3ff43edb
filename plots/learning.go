package plots

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Sizes of the figure of learning.
const (
	lossHeight  = 120
	angleHeight = 58
	panelGap    = 26             // between groups of panels
	smallGap    = 2*overhang + 2 // within a group, sideways
	smallDrop   = 8              // within a group, downwards
	mostLayers  = 6              // more are too narrow to read
)

// Learning draws how the variants learned: their loss, their output against the
// target before the first teacher and after the last one (of more than eight
// variants, eight spread over the list), and the angles in degrees between
// their weight and bias changes and those of backprop, layer by layer (of more
// than six layers, six spread over the network). Of several outputs the first
// recorded one is shown. Where nothing was recorded without a teacher, the first
// and the last window are shown, as start and end. Metrics of 150 rows or more
// are medians in front of quartiles of up to 60 intervals of time, for single
// angles jump where a change of weights passes through zero; of the bias of a
// single unit, whose angles are 0 or 180, they are means. What was not recorded
// is left out; it is an error if nothing is left.
func Learning(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	l := newLearningData(res, opt)
	if l.loss.empty() && len(l.angles) == 0 && len(l.traces) == 0 {
		return nil, errors.New("plots: no loss, no angle and no trajectory with finite values was recorded")
	}
	return l.layOut(), nil
}

func (l *learningData) layOut() *Figure {
	f := &Figure{width: doubleColumn}
	lgd := newLegend(l.entries(), f.width-2*edgePad)
	f.height = edgePad + lgd.height()
	if !l.loss.empty() || len(l.traces) > 0 {
		f.height += topPad + l.topHeight() + xNumbers + xLabel
	}
	if n := vg.Length(len(l.angles)); n > 0 {
		f.height += topPad + n*angleHeight + (n-1)*smallDrop + xNumbers + xLabel
	}
	f.height += edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	sheet := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	l.addTop(sheet)
	l.addAngles(sheet)
	return f
}

func (l *learningData) topHeight() vg.Length { return max(lossHeight, l.tracesHeight()) }

func (l *learningData) entries() []entry {
	var out []entry
	for i, v := range l.res.Variants {
		out = append(out, entry{text: clean(v.Label), line: trace(variantColours, i)})
	}
	if len(l.traces) > 0 {
		out = append(out, entry{text: "target", line: targetStyle})
	}
	if l.summed() {
		out = append(out, entry{text: "(lines: medians; bands: quartiles)"})
	}
	if l.otherPhases() {
		out = append(out, entry{text: "(grey: teacher of " + clean(l.res.Variants[0].Label) + ")"})
	}
	return out
}

// otherPhases tells whether any variant has its teacher at other times than the
// result says.
func (l *learningData) otherPhases() bool {
	shown := teacherSpans(l.res.Phases)
	for i := range l.res.Variants {
		if !slices.Equal(teacherSpans(l.opt.phases(l.res, i)), shown) {
			return true
		}
	}
	return false
}

// sheet is a figure that is filled from its top.
type sheet struct {
	*Figure
	y    vg.Length // top of what is free
	next rune      // next panel letter
}

func (s *sheet) letter(x, y vg.Length) {
	s.add(letter(string(s.next), x, y))
	s.next++
}

// margin is what numbers and a label of two lines take left of a data area.
const margin = letterSize + 2*lineSpacing*fontSize + labelPad + 22

func (l *learningData) addTop(s *sheet) {
	if l.loss.empty() && len(l.traces) == 0 {
		return
	}
	top, height := s.y-topPad, l.topHeight()
	left, right := vg.Length(edgePad), s.width-edgePad-overhang
	if !l.loss.empty() {
		end := right
		if len(l.traces) > 0 {
			end = left + (right-left)*0.45
		}
		s.letter(left, top+letterSize)
		l.addLoss(s, vg.Rectangle{Min: vg.Point{X: left + margin, Y: top - height}, Max: vg.Point{X: end, Y: top}})
		left = end + panelGap - margin/2
	}
	if len(l.traces) > 0 {
		s.letter(left, top+letterSize)
		l.addTraces(s, vg.Rectangle{Min: vg.Point{X: left + margin, Y: top - height}, Max: vg.Point{X: right, Y: top}})
	}
	s.y = top - height - xNumbers - xLabel
}

func (l *learningData) addLoss(s *sheet, area vg.Rectangle) {
	p := newPanel(area)
	p.setTime(l.time.lo, l.time.hi, "simulated time")
	p.shades = teacherSpans(l.res.Phases)
	setLog(&p.Y, l.loss.lo/1.25, l.loss.hi*1.25, "loss")
	l.addMetric(p, "loss", smallestValue)
	s.add(p)
	s.add(phaseLabels(p, l.res.Phases)...)
}

// addMetric adds a column of all variants' metrics, without values below least:
// lines above all bands.
func (l *learningData) addMetric(p *panel, name string, least float64) {
	var above []func()
	for i, v := range l.res.Variants {
		if v.Metrics == nil {
			continue
		}
		c, style := newColumn(v.Metrics, name, least), trace(variantColours, i)
		if len(c.low) > 0 {
			p.data = append(p.data, band{c.times, c.low, c.high, pale(style.Color)})
		}
		above = append(above, func() { p.addLine(c.times, c.values, style) })
	}
	for _, add := range above {
		add()
	}
}

func (l *learningData) addAngles(s *sheet) {
	if len(l.angles) == 0 {
		return
	}
	left, right := vg.Length(edgePad), s.width-edgePad-overhang
	n := vg.Length(len(l.layers))
	width := (right - left - margin - (n-1)*smallGap) / n
	y := s.y - topPad
	for r, kind := range l.angles {
		s.letter(left, y+letterSize)
		for k, layer := range l.layers {
			x := left + margin + vg.Length(k)*(width+smallGap)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - angleHeight}, Max: vg.Point{X: x + width, Y: y}})
			p.setTime(l.time.lo, l.time.hi, "simulated time")
			p.noXLabels = r < len(l.angles)-1
			p.shades = teacherSpans(l.res.Phases)
			setDegrees(p, l.most, kind.label)
			p.noY = k > 0
			l.addMetric(p, fmt.Sprintf("%s%d", kind.column, layer), 0)
			s.add(p)
			if r == 0 {
				s.add(label{l.layerName(layer), vg.Point{X: x + width/2, Y: y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
			}
		}
		y -= angleHeight + smallDrop
	}
}

func (l *learningData) layerName(layer int) string {
	if n := len(l.layers); n > 1 && layer == l.layers[n-1] {
		return fmt.Sprintf("layer %d (output)", layer)
	}
	return fmt.Sprintf("layer %d", layer)
}

// setDegrees gives an axis of angles a range that ends at a round one.
func setDegrees(p *panel, most float64, label string) {
	for _, a := range []struct{ end, step float64 }{{15, 5}, {30, 10}, {45, 15}, {90, 30}, {180, 45}} {
		if most > a.end && a.end < 180 {
			continue
		}
		var ticks []plot.Tick
		for v := 0.0; v <= a.end; v += a.step {
			ticks = append(ticks, plot.Tick{Value: v, Label: number(v, 0)})
		}
		p.Y.Min, p.Y.Max = -a.end/25, a.end // angles of zero are above the axis
		p.Y.Tick.Marker = plot.ConstantTicks(ticks)
		p.Y.Label.Text = label
		if a.end > 90 {
			p.level(90, guideStyle)
		}
		return
	}
}
