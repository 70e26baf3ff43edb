package plots

import (
	"errors"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HeatMap is a quantity over two parameters.
type HeatMap struct {
	Title          string
	X, Y           string // names of the parameters
	Columns, Lines []string
	Value          [][]float64 // line after line, the lowest first; NaN where there is none
	Failed         [][]bool    // whether a run failed there
	Label          string      // of the quantity, of which less is better
}

const (
	mapHeight   = 130 // of the data area
	mostLabels  = 8   // along an axis
	hatchEvery  = 4   // points between lines of a hatching
	mapBarSpace = 8
)

// Draw draws the map by colours that colour-blind readers tell apart. The lowest
// value is marked by a ring, cells with failed runs are hatched, and those
// without a value grey.
func (m HeatMap) Draw() (*Figure, error) {
	values := noExtent()
	for _, line := range m.Value {
		values.include(line...)
	}
	if values.empty() {
		return nil, errors.New("plots: the sweep has no finite value to show")
	}
	if values.hi <= values.lo {
		values = values.padded()
	}
	f := &Figure{width: singleColumn}
	var widest vg.Length
	for _, s := range m.Lines {
		widest = max(widest, textWidth(clean(s)))
	}
	left := edgePad + lineSpacing*fontSize + 2*labelPad + widest
	head := vg.Length(edgePad + lineSpacing*fontSize + 3)
	below := vg.Length(edgePad + xLabel + xNumbers)
	f.height = head + mapHeight + below
	area := vg.Rectangle{Min: vg.Point{X: left, Y: below}, Max: vg.Point{X: f.width - edgePad - barRoom - mapBarSpace, Y: below + mapHeight}}
	bar := colourBar{scale: fractions, area: vg.Rectangle{Min: vg.Point{X: area.Max.X + mapBarSpace, Y: area.Min.Y}, Max: vg.Point{X: area.Max.X + mapBarSpace + barWidth, Y: area.Max.Y}}}
	power := powerFor(values.lo, values.hi)
	bar.axis.Min, bar.axis.Max, bar.axis.Scale = values.lo, values.hi, plot.LinearScale{}
	bar.axis.Tick.Marker = plot.ConstantTicks(linearTicks(values.lo, values.hi, 5, power))
	bar.axis.Label.Text = withPower(clean(m.Label), power)
	f.add(heatCells{m, area, values}, bar)
	return f, nil
}

// heatCells are those of a map at their place.
type heatCells struct {
	HeatMap
	area   vg.Rectangle
	values extent
}

func (h heatCells) cell(i, j int) vg.Rectangle {
	w, t := h.area.Size().X/vg.Length(len(h.Columns)), h.area.Size().Y/vg.Length(len(h.Lines))
	low := vg.Point{X: h.area.Min.X + w*vg.Length(j), Y: h.area.Min.Y + t*vg.Length(i)}
	return vg.Rectangle{Min: low, Max: low.Add(vg.Point{X: w, Y: t})}
}

func (h heatCells) draw(c draw.Canvas) {
	best, bestAt := math.Inf(1), vg.Rectangle{}
	for i := range h.Lines {
		for j := range h.Columns {
			r, v := h.cell(i, j), h.Value[i][j]
			var fill color.Color = shading
			if isFinite(v) {
				fill = fractions.at((v - h.values.lo) / (h.values.hi - h.values.lo))
				if v < best {
					best, bestAt = v, r
				}
			}
			c.SetColor(fill)
			c.Fill(r.Path())
			if h.Failed[i][j] {
				hatch(c, r)
			}
		}
	}
	middle := bestAt.Min.Add(bestAt.Max).Scale(0.5)
	ring := draw.GlyphStyle{Color: white, Radius: 4, Shape: draw.RingGlyph{}}
	c.DrawGlyphNoClip(ring, middle)
	ring.Color, ring.Radius = black, 3
	c.DrawGlyphNoClip(ring, middle)
	p, q := h.area.Min, h.area.Max
	c.StrokeLines(spineStyle, []vg.Point{p, {X: q.X, Y: p.Y}, q, {X: p.X, Y: q.Y}, p})
	h.names(c)
}

// hatch draws slanted lines in a cell.
func hatch(c draw.Canvas, r vg.Rectangle) {
	style := draw.LineStyle{Color: black, Width: guideWidth}
	w, t := r.Size().X, r.Size().Y
	for d := vg.Length(hatchEvery) / 2; d < w+t; d += hatchEvery {
		from := vg.Point{X: r.Min.X + min(d, w), Y: r.Min.Y + max(0, d-w)}
		to := vg.Point{X: r.Min.X + max(0, d-t), Y: r.Min.Y + min(d, t)}
		c.StrokeLine2(style, from.X, from.Y, to.X, to.Y)
	}
}

func (h heatCells) names(c draw.Canvas) {
	below, beside := write(fontSize, draw.XCenter, draw.YTop), write(fontSize, draw.XRight, draw.YCenter)
	var widest vg.Length
	for i := 0; i < len(h.Lines); i += 1 + (len(h.Lines)-1)/mostLabels {
		r, s := h.cell(i, 0), clean(h.Lines[i])
		widest = max(widest, textWidth(s))
		c.FillText(beside, vg.Point{X: r.Min.X - tickPad, Y: (r.Min.Y + r.Max.Y) / 2}, s)
	}
	free := h.area.Min.X - overhang
	for j := range h.Columns {
		r, s := h.cell(0, j), clean(h.Columns[j])
		at, half := (r.Min.X+r.Max.X)/2, textWidth(s)/2
		if at-half < free {
			continue
		}
		free = at + half + numberGap
		c.FillText(below, vg.Point{X: at, Y: r.Min.Y - tickPad}, s)
	}
	middle := h.area.Min.Add(h.area.Max).Scale(0.5)
	c.FillText(below, vg.Point{X: middle.X, Y: h.area.Min.Y - xNumbers - labelPad/2}, clean(h.X))
	upright := write(fontSize, draw.XCenter, draw.YBottom)
	upright.Rotation = math.Pi / 2
	c.FillText(upright, vg.Point{X: h.area.Min.X - widest - tickPad - labelPad, Y: middle.Y}, clean(h.Y))
	title := clean(h.Title) + " (ring: lowest; hatched: a run failed)"
	c.FillText(write(fontSize, draw.XLeft, draw.YBottom), vg.Point{X: edgePad, Y: h.area.Max.Y + 3}, fit(title, singleColumn-2*edgePad))
}
