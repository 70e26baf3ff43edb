package plots

import (
	"errors"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ScalingSeries is a time (s) against the size of a network. A limit is what
// the series before it could reach at best, and is drawn as a line of its
// colour without points.
type ScalingSeries struct {
	Label string
	X, Y  []float64
	Limit bool
}

// ScalingPanel shows some series against one size, which Label names.
type ScalingPanel struct {
	Label  string
	Series []ScalingSeries
}

const (
	scalingHeight = 130 // of the data area
	scalingGap    = 14  // between panels, beside the numbers of y
)

// Scaling draws the time of a step against the sizes of networks, on
// logarithmic axes, one panel a size with one range of times. Series of the
// same place in their panels share a colour, and the first panel's names. Points
// that a logarithmic axis cannot show are left out; it is an error if a panel
// has none left.
func Scaling(panels []ScalingPanel) (*Figure, error) {
	if len(panels) == 0 {
		return nil, errors.New("plots: no cost of a step was measured")
	}
	y := noExtent()
	ranges := make([]extent, len(panels))
	for i, panel := range panels {
		ranges[i] = noExtent()
		for _, s := range panel.Series {
			for _, pt := range visible(s) {
				ranges[i].include(pt.X)
				y.include(pt.Y)
			}
		}
		if !(ranges[i].lo > 0 && ranges[i].hi >= ranges[i].lo) || !isFinite(ranges[i].hi) {
			return nil, errors.New("plots: the cost of a step has no positive finite value")
		}
	}
	f := &Figure{width: doubleColumn}
	left := vg.Length(edgePad + lineSpacing*fontSize + labelPad + 24)
	lgd := newLegend(scalingEntries(panels[0]), f.width-left-edgePad)
	f.height = edgePad + lgd.height() + 2 + scalingHeight + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: left, Y: f.height - edgePad}
	bottom := vg.Length(edgePad + xLabel + xNumbers)
	n := vg.Length(len(panels))
	width := (f.width - left - edgePad - overhang - (n-1)*scalingGap) / n
	for i, series := range panels {
		x := left + vg.Length(i)*(width+scalingGap)
		p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: bottom}, Max: vg.Point{X: x + width, Y: bottom + scalingHeight}})
		setLog(&p.X, ranges[i].lo/1.2, ranges[i].hi*1.2, clean(series.Label))
		p.X.Tick.Marker = plot.ConstantTicks(plainNumbers(logTicks(p.X.Min, p.X.Max), ranges[i]))
		setLog(&p.Y, y.lo/1.6, y.hi*1.6, "time of a step (s)")
		if i > 0 {
			p.noY = true
		}
		for k, s := range series.Series {
			style := scalingStyle(series, k)
			points := visible(s)
			p.data = append(p.data, &plotter.Line{XYs: points, LineStyle: style.line})
			if style.glyph != nil {
				p.data = append(p.data, &plotter.Scatter{XYs: points, GlyphStyle: *style.glyph})
			}
		}
		f.add(p)
	}
	f.add(lgd)
	return f, nil
}

// plainNumbers labels numbers of units and layers as people write them, and of
// few layers every one.
func plainNumbers(ticks []plot.Tick, data extent) []plot.Tick {
	few := data.hi <= 10
	for i, t := range ticks {
		whole := t.Value >= 1 && t.Value < 1e5
		if whole && (t.Label != "" || few && t.Value >= data.lo && t.Value <= data.hi) {
			ticks[i].Label = number(t.Value, 0)
		}
	}
	return ticks
}

// visible is what a logarithmic axis can show of a series.
func visible(s ScalingSeries) plotter.XYs {
	var out plotter.XYs
	for i := range min(len(s.X), len(s.Y)) {
		if x, y := s.X[i], s.Y[i]; x >= smallestValue && y >= smallestValue && isFinite(x) && isFinite(y) {
			out = append(out, plotter.XY{X: x, Y: y})
		}
	}
	return out
}

// scalingStyle is that of the k-th series of a panel.
func scalingStyle(panel ScalingPanel, k int) entry {
	colour := -1 // of the last measured series
	for _, s := range panel.Series[:k+1] {
		if !s.Limit {
			colour++
		}
	}
	line := draw.LineStyle{Color: variantColours[max(0, colour)%len(variantColours)], Width: traceWidth}
	e := entry{text: clean(panel.Series[k].Label), line: line}
	if panel.Series[k].Limit {
		e.line.Dashes = dashes[1]
		return e
	}
	e.glyph = &draw.GlyphStyle{Color: line.Color, Radius: 1.6, Shape: draw.CircleGlyph{}}
	return e
}

func scalingEntries(panel ScalingPanel) []entry {
	var out []entry
	for k := range panel.Series {
		out = append(out, scalingStyle(panel, k))
	}
	return out
}
