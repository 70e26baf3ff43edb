package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// band fills what is between two series of the same x; it ends where one of
// them is not finite.
type band struct {
	x, low, high []float64
	colour       color.Color
}

var _ plot.Plotter = band{}

// Plot draws the band.
func (b band) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	var low, high []vg.Point
	fill := func() {
		if len(low) > 1 {
			for i := len(high) - 1; i >= 0; i-- {
				low = append(low, high[i])
			}
			c.FillPolygon(b.colour, c.ClipPolygonXY(low))
		}
		low, high = low[:0], high[:0]
	}
	for i, x := range b.x {
		if !isFinite(b.low[i]) || !isFinite(b.high[i]) {
			fill()
			continue
		}
		low = append(low, vg.Point{X: toX(x), Y: toY(b.low[i])})
		high = append(high, vg.Point{X: toX(x), Y: toY(b.high[i])})
	}
	fill()
}
