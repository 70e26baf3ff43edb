package plots

import (
	"errors"
	"fmt"
	"math"

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
// target before the first teacher and after the last one, and the angles in
// degrees between their weight and bias changes and those of backprop, layer by
// layer (of more than six layers, six spread over the network). Of several
// outputs the first recorded one is shown. Metrics of 150 rows or more are pale
// lines behind the medians of up to 60 intervals of time, for single angles
// jump where a change of weights passes through zero. What was not recorded is
// left out; it is an error if nothing is left.
func Learning(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	if _, err := opt.withDefaults(); err != nil {
		return nil, err
	}
	l := newLearningData(res)
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
		f.height += topPad + lossHeight + xNumbers + xLabel
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

func (l *learningData) entries() []entry {
	var out []entry
	for i, v := range l.res.Variants {
		out = append(out, entry{text: clean(v.Label), line: trace(i)})
	}
	if len(l.traces) > 0 {
		out = append(out, entry{text: "target", line: targetStyle})
	}
	if l.scattered() {
		out = append(out, entry{text: "(pale: all values; dark: their medians)"})
	}
	return out
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
	top := s.y - topPad
	left, right := vg.Length(edgePad), s.width-edgePad-overhang
	if !l.loss.empty() {
		end := right
		if len(l.traces) > 0 {
			end = left + (right-left)*0.45
		}
		s.letter(left, top+letterSize)
		l.addLoss(s, vg.Rectangle{Min: vg.Point{X: left + margin, Y: top - lossHeight}, Max: vg.Point{X: end, Y: top}})
		left = end + panelGap - margin/2
	}
	if len(l.traces) > 0 {
		s.letter(left, top+letterSize)
		l.addTraces(s, vg.Rectangle{Min: vg.Point{X: left + margin, Y: top - lossHeight}, Max: vg.Point{X: right, Y: top}})
	}
	s.y = top - lossHeight - xNumbers - xLabel
}

func (l *learningData) addLoss(s *sheet, area vg.Rectangle) {
	p := newPanel(area)
	p.setX(l.time.lo, l.time.hi, "simulated time (s)")
	p.shades = teacherSpans(l.res.Phases)
	setLog(&p.Y, l.loss.lo/1.25, l.loss.hi*1.25, "loss")
	l.addMetric(p, "loss", smallestValue)
	s.add(p)
	s.add(phaseLabels(p, l.res.Phases)...)
}

// addMetric adds a column of all variants' metrics. A value below least is left
// out. Long columns, which scatter, are pale lines behind their medians.
func (l *learningData) addMetric(p *panel, name string, least float64) {
	var above []func()
	for i, v := range l.res.Variants {
		if v.Metrics == nil {
			continue
		}
		times, values := v.Metrics.Column("time"), v.Metrics.Column(name)
		for k, y := range values {
			if y < least {
				values[k] = math.NaN()
			}
		}
		if len(values) >= manyRows {
			p.addLine(times, values, pale(trace(i)))
			times, values = medians(times, values, min(len(values)/binRows, mostBins))
		}
		above = append(above, func() { p.addLine(times, values, trace(i)) })
	}
	for _, add := range above {
		add()
	}
}

func (l *learningData) addTraces(s *sheet, area vg.Rectangle) {
	n := vg.Length(len(l.traces))
	width := (area.Size().X - smallGap) / 2
	height := (area.Size().Y - (n-1)*smallDrop) / n
	e := l.output.padded()
	for i, pair := range l.traces {
		y := area.Max.Y - vg.Length(i)*(height+smallDrop)
		for k, w := range pair.parts {
			if w == nil {
				continue
			}
			x := area.Min.X + vg.Length(k)*(width+smallGap)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - height}, Max: vg.Point{X: x + width, Y: y}})
			p.setX(w.start, w.end, "time (s)")
			p.setY(e.lo, e.hi, "output")
			p.noX = i < len(l.traces)-1
			p.noY = k == 1 && pair.parts[0] != nil
			tr := l.res.Variants[pair.variant].Trajectory
			times := tr.Time[w.first:w.last]
			if target := tr.Signal("target"); target != nil && target.Width() > 0 {
				p.addLine(times, column(target, 0, *w), targetStyle)
			}
			p.addLine(times, column(tr.Signal("output"), 0, *w), trace(pair.variant))
			s.add(p)
			if i == 0 {
				s.add(label{[]string{"before learning", "after learning"}[k],
					vg.Point{X: x + width/2, Y: y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
			}
		}
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
			p.setX(l.time.lo, l.time.hi, "simulated time (s)")
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
