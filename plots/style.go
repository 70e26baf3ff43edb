package plots

import (
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	stdfont "golang.org/x/image/font"
)

// Widths of a journal's page.
const (
	singleColumn = 89 * vg.Millimeter
	doubleColumn = 183 * vg.Millimeter
)

// Sizes at the figure's final size, in points.
const (
	fontSize   = 7
	letterSize = 8
	superSize  = 5

	spineWidth  = 0.5
	traceWidth  = 0.7
	targetWidth = 1.5 // shows on both sides of an output that follows it
	guideWidth  = 0.4

	tickLength  = 2.5
	minorLength = 1.5
	tickPad     = 1.5 // between a tick and its label
	labelPad    = 3   // between tick labels and the axis label
	edgePad     = 3   // around the figure
)

var (
	white   = color.Gray{255}
	black   = color.Gray{0}
	mute    = color.Gray{95}  // text that only comments
	guide   = color.Gray{140} // reference lines
	shading = color.Gray{238} // time with a teacher
)

// Okabe and Ito's colours, which colour-blind readers can tell apart. Yellow is
// left out, being too pale for thin lines.
// Source: M. Okabe and K. Ito, Color Universal Design, 2008.
var (
	blue          = color.RGBA{0, 114, 178, 255}
	vermillion    = color.RGBA{213, 94, 0, 255}
	bluishGreen   = color.RGBA{0, 158, 115, 255}
	orange        = color.RGBA{230, 159, 0, 255}
	skyBlue       = color.RGBA{86, 180, 233, 255}
	reddishPurple = color.RGBA{204, 121, 167, 255}
)

// The colours of units leave out that of the output, with which they share
// panels. Lines with similar colours have other dashes.
var (
	unitColours    = []color.Color{blue, vermillion, bluishGreen, orange, black, skyBlue}
	variantColours = []color.Color{blue, vermillion, bluishGreen, orange, reddishPurple, black, skyBlue}
)

// dashes tell lines apart where colours are lost.
// Their number has no factor in common with those of colours, so that all of
// their products differ.
var dashes = [][]vg.Length{nil, {4, 1.5}, {1.5, 1.2}, {5, 1.5, 1.2, 1.5}, {8, 2}}

// trace is the style of the i-th of the lines that share a panel.
func trace(colours []color.Color, i int) draw.LineStyle {
	return draw.LineStyle{
		Color:  colours[i%len(colours)],
		Width:  traceWidth,
		Dashes: dashes[i%len(dashes)],
	}
}

// pale is a colour for what lies behind, and lets through what is behind itself.
func pale(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	return color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 70}
}

// greyTrace is for lines that are not to be taken for one of the traces.
func greyTrace(i int) draw.LineStyle {
	greys := []uint8{40, 110, 165}
	return draw.LineStyle{
		Color:  color.Gray{greys[i%len(greys)]},
		Width:  traceWidth,
		Dashes: dashes[i%len(dashes)],
	}
}

var (
	spineStyle  = draw.LineStyle{Color: black, Width: spineWidth}
	guideStyle  = draw.LineStyle{Color: guide, Width: guideWidth}
	outputStyle = draw.LineStyle{Color: reddishPurple, Width: traceWidth}
	targetStyle = draw.LineStyle{Color: color.Gray{160}, Width: targetWidth}
)

// write is the style of a text of this size, aligned at its point.
func write(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: black, Font: font.From(face, size),
		XAlign: x, YAlign: y, Handler: markup{},
	}
}

var face = font.Font{Typeface: "Liberation", Variant: "Sans"}

func writeLetter() text.Style {
	s := write(letterSize, draw.XLeft, draw.YTop)
	s.Font.Weight = stdfont.WeightBold
	return s
}
