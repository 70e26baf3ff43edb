package plots

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// SpreadSeries is the mean of a quantity over repetitions, its standard
// deviation, NaN where there is none, and each repetition.
type SpreadSeries struct {
	Label       string
	X, Mean, SD []float64
	Runs        [][2][]float64 // x and y of each repetition

	// Bars shows points with a bar of SD to each side in place of a line in a
	// band. Published points are black and hollow, for what others have measured.
	Bars, Published bool
}

// SpreadAxes say what a figure of series shows.
type SpreadAxes struct {
	X, Y   string
	LogX   bool // for values of x that are even in their logarithm
	LogY   bool // shows values above 0 only
	Points bool // whether each x is a value that was chosen, and not a time

	// Names, if there are any, stand at the left, from the top down: X of a series
	// is then the number of a name, from 0, and quantities go to the right.
	Names []string
}

const spreadHeight = 130 // of the data area

// Spread draws means as lines in front of a band of one standard deviation to
// each side, and of every repetition, which is faint. Values that are not finite
// are left out; it is an error if none is left.
func Spread(axes SpreadAxes, series []SpreadSeries) (*Figure, error) {
	if x, y := axes.extents(series); x.empty() || y.empty() {
		return nil, errors.New("plots: the sweep has no finite value to show")
	}
	f := &Figure{width: singleColumn}
	left := vg.Length(edgePad + lineSpacing*fontSize + labelPad + 26)
	var entries []entry
	for k, s := range series {
		entries = append(entries, s.entry(axes, k))
	}
	lgd := newLegend(append(entries, entry{text: "(band: mean ± standard deviation)"}), f.width-left-edgePad)
	f.height = edgePad + lgd.height() + 2 + spreadHeight + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: left, Y: f.height - edgePad}
	bottom := vg.Length(edgePad + xLabel + xNumbers)
	p := newPanel(vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: f.width - edgePad - overhang, Y: bottom + spreadHeight}})
	p.setSpread(axes, series, entries)
	f.add(p, lgd)
	return f, nil
}

// entry is how the k-th of the series is drawn.
func (s SpreadSeries) entry(axes SpreadAxes, k int) entry {
	e := entry{text: clean(s.Label), line: trace(variantColours, k)}
	e.line.Width = 1.2
	switch {
	case s.Published:
		e.line = draw.LineStyle{Color: black}
		e.glyph = &draw.GlyphStyle{Color: black, Radius: 2.2, Shape: draw.RingGlyph{}}
	case s.Bars:
		e.glyph = &draw.GlyphStyle{Color: e.line.Color, Radius: 2, Shape: draw.CircleGlyph{}}
		e.line.Width = 0
	case axes.Points:
		e.glyph = &draw.GlyphStyle{Color: e.line.Color, Radius: 1.6, Shape: draw.CircleGlyph{}}
	}
	return e
}

// extents are those of all that can be shown of the series.
func (a SpreadAxes) extents(series []SpreadSeries) (x, y extent) {
	x, y = noExtent(), noExtent()
	include := func(values ...float64) {
		for _, v := range values {
			if !a.LogY || v >= smallestValue {
				y.include(v)
			}
		}
	}
	for _, s := range series {
		for i := range s.X {
			if !isFinite(s.Mean[i]) || a.LogX && s.X[i] < smallestValue {
				continue
			}
			x.include(s.X[i])
			include(s.Mean[i])
			if isFinite(s.SD[i]) {
				include(s.Mean[i] + s.SD[i])
				if !a.LogY { // where a band may go down to anything
					include(s.Mean[i] - s.SD[i])
				}
			}
		}
		for _, r := range s.Runs {
			include(r[1]...)
		}
	}
	return x, y
}

// shown are values, NaN for those that the axis cannot show.
func (a SpreadAxes) shown(values []float64) []float64 {
	if !a.LogY {
		return values
	}
	out := slices.Clone(values)
	for i, v := range out {
		if v < smallestValue {
			out[i] = math.NaN()
		}
	}
	return out
}

// setSpread gives the panel its axes and data.
func (p *panel) setSpread(axes SpreadAxes, series []SpreadSeries, entries []entry) {
	x, y := axes.extents(series)
	switch {
	case axes.LogX:
		setLog(&p.X, x.lo/1.1, x.hi*1.1, clean(axes.X))
	case axes.Points:
		wide := x.padded()
		p.setSeconds(wide.lo, wide.hi)
		p.X.Label.Text = clean(axes.X)
	default:
		p.setSeconds(math.Min(0, x.lo), x.hi)
		p.X.Label.Text = clean(axes.X)
	}
	if axes.LogY {
		setLog(&p.Y, y.lo/1.2, y.hi*1.2, clean(axes.Y))
	} else {
		tall := y.padded()
		p.setY(tall.lo, tall.hi, clean(axes.Y))
	}
	for k, s := range series {
		p.addSpread(axes, s, entries[k])
	}
}

func (p *panel) addSpread(axes SpreadAxes, s SpreadSeries, e entry) {
	low, high, mean := make([]float64, len(s.X)), make([]float64, len(s.X)), axes.shown(s.Mean)
	for i := range s.X {
		low[i], high[i] = s.Mean[i]-s.SD[i], s.Mean[i]+s.SD[i]
		if axes.LogY {
			low[i] = math.Max(low[i], p.Y.Min)
		}
	}
	if s.Bars || s.Published {
		for i := range s.X {
			if isFinite(low[i]) && isFinite(high[i]) {
				p.addLine([]float64{s.X[i], s.X[i]}, []float64{low[i], high[i]}, draw.LineStyle{Color: e.glyph.Color, Width: traceWidth})
			}
		}
		p.data = append(p.data, &plotter.Scatter{XYs: finitePoints(s.X, mean), GlyphStyle: *e.glyph})
		return
	}
	if !axes.Points {
		faint := draw.LineStyle{Color: pale(e.line.Color), Width: guideWidth}
		for _, r := range s.Runs {
			p.addLine(r[0], axes.shown(r[1]), faint)
		}
	}
	p.data = append(p.data, band{s.X, low, high, pale(e.line.Color)})
	if axes.Points {
		dot := draw.GlyphStyle{Color: e.line.Color, Radius: 0.7, Shape: draw.CircleGlyph{}}
		for _, r := range s.Runs {
			p.data = append(p.data, &plotter.Scatter{XYs: finitePoints(r[0], axes.shown(r[1])), GlyphStyle: dot})
		}
	}
	p.addLine(s.X, mean, e.line)
	if e.glyph != nil {
		p.data = append(p.data, &plotter.Scatter{XYs: finitePoints(s.X, mean), GlyphStyle: *e.glyph})
	}
}

func finitePoints(x, y []float64) (out plotter.XYs) {
	for i := range x {
		if isFinite(x[i]) && isFinite(y[i]) {
			out = append(out, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return out
}
