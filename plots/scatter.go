package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter is a quantity over each of several parameters that were sampled together.
type Scatter struct {
	Y      string // name of the quantity, with its unit
	Keys   []ScatterKey
	Series []ScatterSeries
	Failed []bool // of each sample, whether a run failed there
}

// ScatterKey is a parameter and its value in each sample.
type ScatterKey struct {
	Name string // with its unit
	Log  bool   // whether it was sampled evenly in its logarithm
	X    []float64
}

// ScatterSeries is the quantity in each sample, NaN where there is none, and how it
// follows each parameter.
type ScatterSeries struct {
	Label string
	Y     []float64
	Rho   []float64 // rank correlation with each parameter; NaN where there is none
	N     []int     // samples that it is of
}

const (
	scatterHeight  = 90 // of a data area
	scatterNumbers = 30 // room for those of y
	mostScattered  = 12 // parameters, as a page has room for
	failedAbove    = 3  // where marks of failed runs stand, above the axis
)

// scatterShapes tell series apart where colours do not.
var scatterShapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.TriangleGlyph{}, draw.SquareGlyph{}, draw.RingGlyph{}, draw.PlusGlyph{}, draw.PyramidGlyph{}}

// Draw draws a panel for each of the first twelve parameters, with Spearman's rank
// correlation and the number of samples above it. Failed runs are crosses at the
// bottom. y is logarithmic if all is positive and spans two decades. It is an error
// if no value is finite.
func (s Scatter) Draw() (*Figure, error) {
	y := noExtent()
	for _, one := range s.Series {
		y.include(one.Y...)
	}
	if y.empty() {
		return nil, errors.New("plots: the sweep has no finite value to show")
	}
	keys := s.Keys[:min(len(s.Keys), mostScattered)]
	f, columns := &Figure{width: doubleColumn}, min(len(keys), 3)
	if columns == 1 {
		f.width = singleColumn
	}
	left := vg.Length(edgePad + lineSpacing*fontSize)
	wide := (f.width-left-edgePad-overhang)/vg.Length(columns) - scatterNumbers

	failed := draw.GlyphStyle{Color: black, Radius: 1.8, Shape: draw.CrossGlyph{}}
	var entries []entry
	for k, one := range s.Series {
		entries = append(entries, entry{text: clean(one.Label), glyph: scatterGlyph(k)})
	}
	if slices.Contains(s.Failed, true) {
		entries = append(entries, entry{text: "a run failed", glyph: &failed})
	}
	head := newLegend(append(entries, entry{text: "(ρ: Spearman's rank correlation)"}), f.width-left-edgePad)
	above := legendRow * vg.Length(len(s.Series))
	row := above + 2 + scatterHeight + xNumbers + xLabel
	f.height = edgePad + head.height() + row*vg.Length((len(keys)+columns-1)/columns) + edgePad
	head.at = vg.Point{X: left, Y: f.height - edgePad}
	f.add(head)
	for i, key := range keys {
		at := vg.Point{X: left + scatterNumbers + (wide+scatterNumbers)*vg.Length(i%columns), Y: head.at.Y - head.height() - row*vg.Length(i/columns)}
		area := vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - above - 2 - scatterHeight}, Max: vg.Point{X: at.X + wide, Y: at.Y - above - 2}}
		p, said := s.panel(i, key, area, y, i%columns == 0)
		said.at = at
		f.add(p, said)
	}
	return f, nil
}

// scatterGlyph is that of a series.
func scatterGlyph(k int) *draw.GlyphStyle {
	return &draw.GlyphStyle{Color: trace(variantColours, k).Color, Radius: 1.5, Shape: scatterShapes[k%len(scatterShapes)]}
}

// panel is that of a parameter, and what is said above it.
func (s Scatter) panel(i int, key ScatterKey, area vg.Rectangle, y extent, named bool) (*panel, legend) {
	p, x := newPanel(area), noExtent()
	x.include(key.X...)
	name := fit(clean(key.Name), area.Size().X)
	if key.Log && x.lo >= smallestValue {
		setLog(&p.X, x.lo/1.1, x.hi*1.1, name)
	} else {
		wide := x.padded()
		p.setSeconds(wide.lo, wide.hi)
		p.X.Label.Text = name
	}
	label := fit(clean(s.Y), scatterHeight)
	if y.lo >= smallestValue && y.hi >= 100*y.lo {
		setLog(&p.Y, y.lo/1.3, y.hi*1.1, label)
	} else {
		tall := y.padded()
		p.setY(tall.lo-0.05*(tall.hi-tall.lo), tall.hi, label)
	}
	if !named {
		p.Y.Label.Text = ""
	}
	p.data = append(p.data, failures{key.X, s.Failed})
	var said []entry
	for k, one := range s.Series {
		glyph := scatterGlyph(k)
		p.data = append(p.data, &plotter.Scatter{XYs: finitePoints(key.X, one.Y), GlyphStyle: *glyph})
		text := "no rank correlation"
		if rho := one.Rho[i]; !math.IsNaN(rho) {
			text = "ρ = " + number(rho, 2)
		}
		said = append(said, entry{text: fmt.Sprintf("%s, n = %d", text, one.N[i]), glyph: glyph})
	}
	return p, newLegend(said, 0) // one below the other
}

// failures are marks of failed runs, whose result nobody knows.
type failures struct {
	x      []float64
	failed []bool
}

// Plot draws them just above the axis.
func (f failures) Plot(c draw.Canvas, p *plot.Plot) {
	style := draw.GlyphStyle{Color: black, Radius: 1.8, Shape: draw.CrossGlyph{}}
	for i, x := range f.x {
		if f.failed[i] && isFinite(x) {
			c.DrawGlyphNoClip(style, vg.Point{X: c.X(p.X.Norm(x)), Y: c.Min.Y + failedAbove})
		}
	}
}
