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
	lossHeight  = 120 // at least
	angleHeight = 58
	panelGap    = 26             // between groups of panels
	smallGap    = 2*overhang + 2 // within a group, sideways
	smallDrop   = 8              // within a group, downwards
	mostLayers  = 6              // more are too narrow to read
)

// Learning draws how the variants learned: their loss, their output against the
// target before the first teacher and after the last one (of more than twelve
// variants, twelve spread over the list), and the angles in degrees between
// their weight and bias changes and those of backprop, layer by layer (of more
// than six layers, six spread over the network). Of several outputs the first
// recorded one is shown. Variants that opt.Seeds groups are drawn as one. What
// has no room is said. Where nothing was recorded without a teacher, the first
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
	f := &Figure{width: l.opt.width(doubleColumn)}
	lgd := newLegend(l.entries(), f.width-2*edgePad-letterSize)
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
	for i, g := range l.groups {
		out = append(out, entry{text: g.name(), line: trace(variantColours, i)})
	}
	if len(l.traces) > 0 {
		out = append(out, entry{text: "target", line: targetStyle})
	}
	if l.medians {
		out = append(out, entry{text: "(lines: medians; bands: quartiles)"})
	}
	if l.means {
		out = append(out, entry{text: "(angles of only 0 or 180: means)"})
	}
	if n := len(l.traces); l.moreTraces > 0 {
		out = append(out, entry{text: fmt.Sprintf("(outputs: %d of %d)", n, n+l.moreTraces)})
	}
	if repeated(l.groups) && len(l.traces) > 0 {
		out = append(out, entry{text: "(outputs: first seed)"})
	}
	out = append(out, omittedLayers(l.layers, l.allLayers)...)
	if n := l.outputs(); n > 1 && len(l.traces) > 0 {
		out = append(out, entry{text: fmt.Sprintf("(output: first of %d recorded)", n)})
	}
	if l.otherPhases() {
		out = append(out, entry{text: "(grey: teacher of " + clean(l.res.Variants[0].Label) + ")"})
	}
	return out
}

// teaching is when a variant has a teacher.
func (l *learningData) teaching(variant int) []condition {
	return teaching(l.opt.phases(l.res, variant))
}

// otherPhases tells whether any variant has its teacher at other times than the
// first.
func (l *learningData) otherPhases() bool {
	shown := l.teaching(0)
	for i := range l.res.Variants {
		if !slices.EqualFunc(l.teaching(i), shown, condition.equal) {
			return true
		}
	}
	return false
}

// omittedLayers says that not all layers are shown; nothing if they are.
func omittedLayers(shown []int, all int) []entry {
	if len(shown) == all {
		return nil
	}
	return []entry{{text: fmt.Sprintf("(angles: %d of %d layers)", len(shown), all)}}
}

// outputs is how many outputs were recorded, at most.
func (l *learningData) outputs() int {
	most := 0
	for _, pair := range l.traces {
		most = max(most, l.res.Variants[pair.variant].Trajectory.Signal("output").Width())
	}
	return most
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
	p.teaching = l.teaching(0)
	limits := l.opt.Limits[lossPanel]
	switch {
	case limits[0] < limits[1] && limits[0] > 0 && limits[1] >= logRatio*limits[0]:
		setLog(&p.Y, limits[0], limits[1], "loss")
	case limits[0] < limits[1]:
		p.setY(limits[0], limits[1], "loss")
	case l.loss.hi < logRatio*l.loss.lo:
		e := l.loss.padded()
		p.setY(e.lo, e.hi, "loss")
	default:
		setLog(&p.Y, l.loss.lo/1.25, l.loss.hi*1.25, "loss")
	}
	l.addMetric(p, "loss", smallestValue)
	s.add(p)
	s.add(phaseLabels(p)...)
}

// addMetric adds a column of all variants' metrics, without values below least.
func (l *learningData) addMetric(p *panel, name string, least float64) {
	p.addGroups(l.groups, func(g group) metricColumn { return l.column(g, name, least) })
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
			p.teaching = l.teaching(0)
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
