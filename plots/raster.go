package plots

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colourScale is a colour scale for images: the colours of ascending values, and
// that of no value behind them.
type colourScale color.Palette

const (
	colours  = 255     // of a scale
	noColour = colours // index of the colour of no value
)

var (
	// fractions is viridis, uniform to the eye and to colour-blind readers.
	// Source: S. van der Walt and N. Smith, the default colours of Matplotlib 2.0.
	fractions = newScale(luminance(
		0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725))
	// signs goes from blue by white to red.
	// Source: K. Moreland, Diverging Color Maps for Scientific Visualization, 2009.
	signs = newScale(moreland.SmoothBlueRed())
	// answers and mistakes colour the cells of a confusion matrix. Both begin
	// white and stay pale enough for black numbers.
	answers  = towards(skyBlue)
	mistakes = towards(orange)
)

func luminance(controls ...uint32) palette.ColorMap {
	var all []color.Color
	for _, c := range controls {
		all = append(all, color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255})
	}
	m, err := moreland.NewLuminance(all)
	if err != nil {
		panic(err) // the controls are constants
	}
	return m
}

func newScale(m palette.ColorMap) colourScale {
	m.SetMin(0)
	m.SetMax(1)
	var s colourScale
	for k := range colours {
		c, err := m.At(float64(k) / (colours - 1))
		if err != nil {
			panic(err) // the values are constants
		}
		s = append(s, color.RGBAModel.Convert(c))
	}
	return append(s, shading)
}

// towards is a scale from white to a colour.
func towards(end color.RGBA) colourScale {
	var s colourScale
	for k := range colours {
		mix := func(to uint8) uint8 { return uint8(255 + (int(to)-255)*k/(colours-1)) }
		s = append(s, color.RGBA{mix(end.R), mix(end.G), mix(end.B), 255})
	}
	return append(s, shading)
}

// index is that of the colour at x, 0 to 1; what is beyond has the first or the
// last colour.
func (s colourScale) index(x float64) uint8 {
	if math.IsNaN(x) {
		return noColour
	}
	return uint8(math.Round(math.Max(0, math.Min(1, x)) * (colours - 1)))
}

func (s colourScale) at(x float64) color.Color { return s[s.index(x)] }

// raster is an image at a place of the figure, or as a plotter, of a part of a
// panel's data area. It has at least a pixel every other dot, for canvases
// smooth what they enlarge, and no other image of its figure is as many pixels
// wide: the library behind vgpdf writes such images in any order.
type raster struct {
	area vg.Rectangle // in data coordinates for a plotter
	image.Image
}

var _ plot.Plotter = raster{}

func (r raster) draw(c draw.Canvas) { c.DrawImage(r.area, r.Image) }

// Plot draws the image.
func (r raster) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	c.DrawImage(vg.Rectangle{
		Min: vg.Point{X: toX(float64(r.area.Min.X)), Y: toY(float64(r.area.Min.Y))},
		Max: vg.Point{X: toX(float64(r.area.Max.X)), Y: toY(float64(r.area.Max.Y))},
	}, r.Image)
}

// dots is how many dots a length takes.
func dots(l vg.Length) int { return max(1, int(math.Round(l.Dots(dotsPerInch)))) }

// colourBar shows what the colours of a scale stand for, with numbers to its
// right.
type colourBar struct {
	scale colourScale
	axis  plot.Axis // its ticks and label
	area  vg.Rectangle
	extra int  // pixels that make its image as wide as no other
	ends  bool // whether the colours at the ends stand for what is beyond, too
}

const (
	barWidth = 6
	barRoom  = 44 // of a bar with its numbers and label

	barPixels = 2 // height of a colour
)

func (b colourBar) draw(c draw.Canvas) {
	img := image.NewPaletted(image.Rect(0, 0, dots(barWidth)+b.extra, barPixels*colours), color.Palette(b.scale))
	for i := range img.Pix {
		img.Pix[i] = uint8(colours - 1 - i/img.Stride/barPixels)
	}
	raster{b.area, img}.draw(c)
	p, q := b.area.Min, b.area.Max
	if b.ends {
		b.drawEnds(c)
	}
	c.StrokeLines(spineStyle, []vg.Point{p, {X: q.X, Y: p.Y}, q, {X: p.X, Y: q.Y}, p})
	area := draw.Canvas{Canvas: c.Canvas, Rectangle: b.area}
	ticks := b.axis.Tick.Marker.Ticks(b.axis.Min, b.axis.Max)
	for _, t := range ticks {
		y := area.Y(b.axis.Norm(t.Value))
		c.StrokeLine2(spineStyle, q.X, y, q.X+length(t), y)
		c.FillText(write(fontSize, draw.XLeft, draw.YCenter), vg.Point{X: q.X + tickLength + tickPad, Y: y}, t.Label)
	}
	style := write(fontSize, draw.XCenter, draw.YTop)
	style.Rotation = math.Pi / 2
	c.FillText(style, vg.Point{X: q.X + tickLength + tickPad + longestLabel(ticks) + labelPad, Y: area.Center().Y}, b.axis.Label.Text)
}

// drawEnds adds the arrowheads that say that a scale goes on.
func (b colourBar) drawEnds(c draw.Canvas) {
	p, q := b.area.Min, b.area.Max
	x := (p.X + q.X) / 2
	for _, end := range []struct {
		colour color.Color
		corner []vg.Point
	}{
		{b.scale.at(0), []vg.Point{p, {X: q.X, Y: p.Y}, {X: x, Y: p.Y - barWidth}}},
		{b.scale.at(1), []vg.Point{{X: p.X, Y: q.Y}, q, {X: x, Y: q.Y + barWidth}}},
	} {
		c.FillPolygon(end.colour, end.corner)
		c.StrokeLines(spineStyle, append(end.corner, end.corner[0]))
	}
}
