package plots

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

const (
	mostFilters   = 64
	filterColumns = 8
	filterGap     = 2     // between two filters
	shownWeights  = 0.995 // part of the weights that have colours of their own
	mostPixels    = 256   // of a side
)

// Filters draws the weights of the first units or maps of layer 1 as images: up
// to 64, a grid a variant, of up to nine. Blue is negative, grey zero and
// red positive, as far to both sides as 99.5 % of the weights go; what is beyond
// has the colours of the ends. Weights of three channels are colours themselves.
// Of other numbers of channels each is an image.
func Filters(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	if _, err := opt.withDefaults(); err != nil {
		return nil, err
	}
	var grids []block
	for _, v := range res.Variants {
		if g, ok := newFilterGrid(v); ok {
			grids = append(grids, g)
		}
	}
	if len(grids) == 0 {
		return nil, errors.New("plots: no weights of layer 1 with finite values were recorded as images")
	}
	return arrange(grids, len(res.Variants) > 1, opt), nil
}

// filterGrid is a variant's filters.
type filterGrid struct {
	label         string
	images        [][]float64 // of all channels if in colour
	colour        bool
	width, height int
	largest       float64 // weight with a colour of its own
}

var _ block = filterGrid{}

func newFilterGrid(v record.Variant) (filterGrid, bool) {
	g := filterGrid{label: v.Label}
	if v.Training == nil || v.Training.Filters == nil {
		return g, false
	}
	f := v.Training.Filters
	g.width, g.height, g.colour = f.Width, f.Height, f.Channels == 3
	channels := f.Channels
	if g.colour {
		channels = 1
	}
	if f.Channels < 1 || f.Width < 1 || f.Height < 1 || max(f.Width, f.Height) > mostPixels {
		return g, false
	}
	for _, w := range f.Weights {
		if len(w)/f.Channels/f.Width != f.Height || len(w)%(f.Channels*f.Width) != 0 {
			return g, false
		}
		n := len(w) / channels
		for c := range channels {
			if len(g.images) < mostFilters {
				g.images = append(g.images, w[c*n:(c+1)*n])
			}
		}
	}
	var sizes []float64
	for _, w := range slices.Concat(g.images...) {
		if isFinite(w) && w != 0 {
			sizes = append(sizes, math.Abs(w))
		}
	}
	slices.Sort(sizes)
	g.largest = quantile(sizes, shownWeights)
	return g, g.largest > 0 // not if it is NaN
}

func (g filterGrid) name() string { return g.label }

func (g filterGrid) rows() int { return (len(g.images) + filterColumns - 1) / filterColumns }

// cell is the size of an image in a grid of this width. High ones are narrow.
func (g filterGrid) cell(width vg.Length) (w, h vg.Length) {
	w = (width - barRoom - panelGap/2 - (filterColumns-1)*filterGap) / filterColumns
	ratio := vg.Length(g.height) / vg.Length(g.width)
	w /= max(1, ratio)
	return w, w * ratio
}

func (g filterGrid) size(width vg.Length) (height vg.Length) {
	_, h := g.cell(width)
	n := vg.Length(g.rows())
	return max(n*h+(n-1)*filterGap, 40)
}

func (g filterGrid) addTo(s *sheet, area vg.Rectangle) {
	extra := int(s.next - 'a')
	s.add(g.raster(area, extra))
	x := area.Max.X - barRoom
	room := vg.Rectangle{Min: vg.Point{X: x, Y: area.Max.Y - min(100, area.Size().Y) + barWidth}, Max: vg.Point{X: x + barWidth, Y: area.Max.Y - barWidth}}
	power := powerFor(-g.largest, g.largest)
	ticks := linearTicks(-g.largest, g.largest, 5, power)
	bar := colourBar{scale: signs, axis: plot.New().Y, area: room, extra: extra, ends: true}
	if g.colour {
		bar.scale = brightness
	}
	bar.axis.Min, bar.axis.Max = -g.largest, g.largest
	bar.axis.Tick.Marker = plot.ConstantTicks(ticks)
	bar.axis.Label.Text = withPower("weight", power)
	if g.colour {
		bar.axis.Label.Text = withPower("weight of each colour", power)
	}
	s.add(bar)
}

// brightness is the brightness of a colour channel: black to white.
var brightness = greys()

func greys() colourScale {
	var s colourScale
	for k := range colours {
		s = append(s, color.Gray{uint8(k * 255 / (colours - 1))})
	}
	return append(s, shading)
}

// raster is all images at the left of an area, every weight the same whole
// number of pixels, with some extra ones at its right.
func (g filterGrid) raster(area vg.Rectangle, extra int) raster {
	w, _ := g.cell(area.Size().X)
	k := 1 + (dots(w)-1)/g.width
	pixel := w / vg.Length(k*g.width)
	gap := int(math.Round(float64(filterGap / pixel)))
	column, row := k*g.width+gap, k*g.height+gap
	out := image.NewRGBA(image.Rect(0, 0, filterColumns*column-gap+extra, g.rows()*row-gap))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	for i := range g.images {
		for at := range g.width * g.height {
			x, y := i%filterColumns*column+at%g.width*k, i/filterColumns*row+at/g.width*k
			draw.Draw(out, image.Rect(x, y, x+k, y+k), image.NewUniform(g.colourAt(i, at)), image.Point{}, draw.Src)
		}
	}
	size := out.Bounds().Size()
	top := vg.Point{X: area.Min.X, Y: area.Max.Y}
	return raster{vg.Rectangle{
		Min: vg.Point{X: top.X, Y: top.Y - pixel*vg.Length(size.Y)},
		Max: vg.Point{X: top.X + pixel*vg.Length(size.X), Y: top.Y},
	}, out}
}

// colourAt is the colour of a weight of the i-th image.
func (g filterGrid) colourAt(i, at int) color.Color {
	if !g.colour {
		return signs.at(g.level(g.images[i][at]))
	}
	channel := func(c int) uint8 {
		level := g.level(g.images[i][c*g.width*g.height+at])
		if math.IsNaN(level) {
			level = 0.5
		}
		return uint8(math.Round(255 * math.Max(0, math.Min(1, level))))
	}
	return color.RGBA{channel(0), channel(1), channel(2), 255}
}

// level is where a weight is on the scale, 0 to 1; NaN if it has no place.
func (g filterGrid) level(w float64) float64 {
	if !isFinite(w) {
		return math.NaN()
	}
	return 0.5 + w/g.largest/2
}
