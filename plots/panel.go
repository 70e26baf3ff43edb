package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// panel is a plot whose data area is given, not what axes leave of a canvas:
// so the areas of a figure are aligned exactly.
type panel struct {
	*plot.Plot // ranges, scales, ticks and labels of the axes
	area       vg.Rectangle
	data       []plot.Plotter
	teaching   []condition
	origin     float64 // time at x = 0, for teaching
	taughtFrom float64 // x from which conditions are shown
	taughtTo   float64 // and up to which; 0: all

	noXLabels bool      // ticks of x without numbers, where another panel has them
	noX, noY  bool      // neither line nor ticks
	numbers   vg.Length // width of the numbers of y beside the label; 0: their own
	breaks    [2]bool   // whether x goes on in another panel, to the left and right
}

func newPanel(area vg.Rectangle) *panel {
	p := &panel{Plot: plot.New(), area: area}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
	return p
}

// setSeconds sets the range of x, with room between the numbers of its ticks.
func (p *panel) setSeconds(lo, hi float64) {
	p.X.Min, p.X.Max = lo, hi
	p.X.Tick.Marker = plot.ConstantTicks(linearTicks(lo, hi, p.mostTimes(), 0))
}

// setSince numbers the ticks of x from a time on, which the panel does not say.
func (p *panel) setSince(start float64) {
	since := newPanel(p.area)
	since.setSeconds(0, p.X.Max-start)
	ticks := since.X.Tick.Marker.Ticks(0, p.X.Max-start)
	for i := range ticks {
		ticks[i].Value += start
		ticks[i].Label = "+" + ticks[i].Label
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
}

func (p *panel) mostTimes() int {
	room := textWidth(number(p.X.Max, 0)) + 2*fontSize
	return min(6, 1+int(p.area.Size().X/room))
}

// setTime is setSeconds with a label, and with long times in kiloseconds where
// that makes the numbers shorter by more than a digit.
func (p *panel) setTime(lo, hi float64, label string) {
	p.setSeconds(lo, hi)
	p.X.Label.Text = label + " (s)"
	if math.Max(math.Abs(lo), math.Abs(hi)) < 1e4 {
		return
	}
	short := linearTicks(lo, hi, p.mostTimes(), 3)
	if longestLabel(short)+textWidth("0") < longestLabel(p.X.Tick.Marker.Ticks(lo, hi)) {
		p.X.Tick.Marker = plot.ConstantTicks(short)
		p.X.Label.Text = label + " (ks)"
	}
}

func longestLabel(ticks []plot.Tick) vg.Length {
	var longest vg.Length
	for _, t := range ticks {
		longest = max(longest, textWidth(t.Label))
	}
	return longest
}

// setY sets the range of y, with about one labelled tick every 14 points.
func (p *panel) setY(lo, hi float64, label string) {
	p.Y.Min, p.Y.Max = lo, hi
	power := powerFor(lo, hi)
	p.Y.Tick.Marker = plot.ConstantTicks(linearTicks(lo, hi, min(5, int(p.area.Size().Y/14)), power))
	p.Y.Label.Text = withPower(label, power)
}

func setLog(a *plot.Axis, lo, hi float64, label string) {
	a.Min, a.Max, a.Scale = lo, hi, plot.LogScale{}
	a.Tick.Marker = plot.ConstantTicks(logTicks(lo, hi))
	a.Label.Text = label
}

func (p *panel) addLine(x, y []float64, style draw.LineStyle) {
	p.data = append(p.data, curve{x: x, y: y, style: style})
}

// stepWidth is the width, in points, below which steps are drawn as lines: they
// are narrower than a line.
const stepWidth = 0.5

// addSignal adds what a window holds of a signal's unit, after the range of x
// is set. Inputs and targets that are held, and what is in discrete time, are
// drawn as steps: from a sample to the next, and from the last one to the end
// of the window.
func (p *panel) addSignal(tr *record.Trajectory, w record.Window, l line, discrete bool) {
	times, values := tr.Time[w.First:w.Last], column(l.signal, l.unit, w)
	between := float64(p.area.Size().X) * (w.End - w.Start) / (p.X.Max - p.X.Min) / float64(len(times)-1)
	given := l.signal.Name == "input" || l.signal.Name == "target"
	c := curve{x: times, y: values, style: l.style, steps: discrete && between >= stepWidth || given && held(values)}
	if n := len(times); c.steps && times[n-1] < w.End {
		c.x, c.y = append(slices.Clone(times), w.End), append(values, values[n-1])
	}
	p.data = append(p.data, c)
}

// level adds a horizontal line across the panel.
func (p *panel) level(y float64, style draw.LineStyle) {
	p.addLine([]float64{p.X.Min, p.X.Max}, []float64{y, y}, style)
}

func (p *panel) draw(c draw.Canvas) {
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: p.area}
	p.shade(area)
	for _, d := range p.data {
		d.Plot(area, p.Plot)
	}
	if !p.noX {
		p.drawX(area)
	}
	if !p.noY {
		p.drawY(area)
	}
}

const (
	overhang  = 10 // how far a number of x may reach beyond its panel
	numberGap = 3  // between two numbers of x
)

func (p *panel) drawX(c draw.Canvas) {
	y := c.Min.Y
	c.StrokeLine2(spineStyle, c.Min.X, y, c.Max.X, y)
	for i, x := range []vg.Length{c.Min.X, c.Max.X} {
		if p.breaks[i] {
			c.StrokeLine2(spineStyle, x-1.2, y-2.4, x+1.2, y+2.4)
		}
	}
	style := write(fontSize, draw.XCenter, draw.YTop)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		x := c.X(p.X.Norm(t.Value))
		c.StrokeLine2(spineStyle, x, y, x, y-length(t))
	}
	for _, t := range p.numbered() {
		c.FillText(style, vg.Point{X: c.X(p.X.Norm(t.Value)), Y: y - tickLength - tickPad}, t.Label)
	}
	if p.X.Label.Text != "" && !p.noXLabels {
		c.FillText(style, vg.Point{X: c.Center().X, Y: y - xNumbers - labelPad/2}, p.X.Label.Text)
	}
}

// numbered is the ticks of x whose numbers are written: those with room beside
// the number before and the next panel.
func (p *panel) numbered() []plot.Tick {
	if p.noXLabels {
		return nil
	}
	c := draw.Canvas{Rectangle: p.area}
	free := c.Min.X - overhang
	var out []plot.Tick
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		x, half := c.X(p.X.Norm(t.Value)), textWidth(t.Label)/2
		if t.Label != "" && x-half >= free && x+half <= c.Max.X+overhang {
			out = append(out, t)
			free = x + half + numberGap
		}
	}
	return out
}

// Heights below a data area that the numbers, and the label, of x take.
const (
	xNumbers = tickLength + tickPad + lineSpacing*fontSize
	xLabel   = labelPad + lineSpacing*fontSize
)

func (p *panel) drawY(c draw.Canvas) {
	x := c.Min.X
	c.StrokeLine2(spineStyle, x, c.Min.Y, x, c.Max.Y)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		y := c.Y(p.Y.Norm(t.Value))
		c.StrokeLine2(spineStyle, x-length(t), y, x, y)
		c.FillText(write(fontSize, draw.XRight, draw.YCenter), vg.Point{X: x - tickLength - tickPad, Y: y}, t.Label)
	}
	if p.Y.Label.Text == "" {
		return
	}
	style := write(fontSize, draw.XCenter, draw.YBottom)
	style.Rotation = math.Pi / 2
	c.FillText(style, vg.Point{X: x - max(p.numbers, p.yNumbers()) - labelPad, Y: c.Center().Y}, p.Y.Label.Text)
}

// yNumbers is the width that ticks of y and their numbers take.
func (p *panel) yNumbers() vg.Length {
	return tickLength + tickPad + longestLabel(p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max))
}

func length(t plot.Tick) vg.Length {
	if t.Label == "" {
		return minorLength
	}
	return tickLength
}
