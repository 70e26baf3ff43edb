package plots

import (
	"errors"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

const limitHeight = 150 // of the data area

// Limit draws the relative distance between the weight changes of continuous
// and of discrete time against tau/T, with the fitted line and one of slope 1.
// Points that a logarithmic axis cannot show are left out; it is an error if
// none is left.
func Limit(res *record.Result, opt Options) (*Figure, error) {
	if res == nil || res.Limit == nil {
		return nil, errors.New("plots: the distance to the discrete limit was not measured")
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	points := positive(res.Limit)
	if len(points) == 0 {
		return nil, errors.New("plots: the distance to the discrete limit has no positive finite value")
	}
	f := &Figure{width: opt.width(singleColumn)}
	fit := draw.LineStyle{Color: vermillion, Width: traceWidth}
	glyph := draw.GlyphStyle{Color: blue, Radius: 2, Shape: draw.CircleGlyph{}}
	entries := []entry{{text: "measured", glyph: &glyph}}
	slope := res.Limit.Slope
	fitted := isFinite(slope) && len(points) > 1
	if fitted {
		entries = append(entries, entry{text: "fit, slope " + number(slope, 2), line: fit})
	}
	entries = append(entries, entry{text: "slope 1", line: unitSlope})

	left := vg.Length(edgePad + 2*lineSpacing*fontSize + labelPad + 24)
	lgd := newLegend(entries, f.width-left-edgePad)
	f.height = edgePad + lgd.height() + 2 + limitHeight + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: left, Y: f.height - edgePad}
	bottom := vg.Length(edgePad + xLabel + xNumbers)
	p := newPanel(vg.Rectangle{Min: vg.Point{X: left, Y: bottom},
		Max: vg.Point{X: f.width - edgePad - overhang, Y: bottom + limitHeight}})

	x, y := noExtent(), noExtent()
	for _, pt := range points {
		x.include(pt.X)
		y.include(pt.Y, pt.Y*referenceShift)
	}
	setLog(&p.X, x.lo/1.6, x.hi*1.6, "time constant over presentation time, \u03c4/T")
	setLog(&p.Y, y.lo/1.6, y.hi*1.6, "distance of weight changes,\ncontinuous to discrete (relative)")
	center := middle(points)
	p.data = append(p.data, powerLaw(plotter.XY{X: center.X, Y: center.Y * referenceShift}, 1, x, p.Y, unitSlope))
	if fitted {
		p.data = append(p.data, powerLaw(center, slope, x, p.Y, fit))
	}
	p.data = append(p.data, &plotter.Scatter{XYs: points, GlyphStyle: glyph})
	f.add(p, lgd)
	return f, nil
}

// referenceShift moves the line of slope 1 away from the points.
const referenceShift = 0.4

var unitSlope = draw.LineStyle{Color: guide, Width: guideWidth, Dashes: dashes[1]}

func positive(l *record.Limit) plotter.XYs {
	var out plotter.XYs
	for i := range min(len(l.Ratio), len(l.Distance)) {
		if r, d := l.Ratio[i], l.Distance[i]; r >= smallestValue && d >= smallestValue && isFinite(r) && isFinite(d) {
			out = append(out, plotter.XY{X: r, Y: d})
		}
	}
	return out
}

// middle is the geometric mean of points, through which a least-squares line in
// logarithms passes.
func middle(points plotter.XYs) plotter.XY {
	var x, y float64
	for _, p := range points {
		x += math.Log(p.X)
		y += math.Log(p.Y)
	}
	n := float64(len(points))
	return plotter.XY{X: math.Exp(x / n), Y: math.Exp(y / n)}
}

// powerLaw is the line through a point with this slope in logarithms, as far as
// the axis of y shows it. A steep one is not even a number outside of it.
func powerLaw(through plotter.XY, slope float64, over extent, axis plot.Axis, style draw.LineStyle) *plotter.Line {
	x, y := math.Log(through.X), math.Log(through.Y)
	low, high := math.Log(axis.Min), math.Log(axis.Max)
	start, end := math.Log(over.lo/1.3), math.Log(over.hi*1.3)
	if slope != 0 {
		a, b := x+(low-y)/slope, x+(high-y)/slope
		start, end = math.Max(start, math.Min(a, b)), math.Min(end, math.Max(a, b))
	}
	at := func(v float64) plotter.XY {
		return plotter.XY{X: math.Exp(v), Y: math.Exp(math.Min(high, math.Max(low, y+slope*(v-x))))}
	}
	return &plotter.Line{XYs: plotter.XYs{at(start), at(end)}, LineStyle: style}
}
