package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curve is a series drawn as lines, which end where it is not finite; a single
// value is a dot. Of a long one only what can be seen is drawn.
type curve struct {
	x, y  []float64
	style draw.LineStyle
	steps bool // a value holds until the next one
}

var _ plot.Plotter = curve{}

const (
	// columnWidth is the width, in points, within which a curve keeps only its
	// lowest and highest point: less than that of the line itself.
	columnWidth = 0.6
	// tolerance is how far, in points, a drawn line may be from a point: a fifth
	// of a dot.
	tolerance = 0.05
)

// Plot draws the curve.
func (s curve) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	var run []vg.Point
	stroke := func() {
		if len(run) == 1 && c.Contains(run[0]) {
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: s.style.Color, Radius: s.style.Width, Shape: draw.CircleGlyph{}}, run[0])
		}
		if len(run) > 1 {
			c.StrokeLines(s.style, c.ClipLinesXY(simplify(decimate(run, columnWidth), tolerance))...)
		}
		run = run[:0]
	}
	for i := range min(len(s.x), len(s.y)) {
		if !isFinite(s.x[i]) || !isFinite(s.y[i]) {
			stroke()
			continue
		}
		pt := vg.Point{X: toX(s.x[i]), Y: toY(s.y[i])}
		if k := len(run); s.steps && k > 0 {
			run = append(run, vg.Point{X: pt.X, Y: run[k-1].Y})
		}
		run = append(run, pt)
	}
	stroke()
}

// decimate keeps the first and the last of points that go from left to right,
// and of those in each column of this width the lowest and the highest.
func decimate(points []vg.Point, width vg.Length) []vg.Point {
	last := len(points) - 1
	columnOf := func(i int) int { return int((points[i].X - points[0].X) / width) }
	out := []vg.Point{points[0]}
	for i := 0; i <= last; {
		low, high, j := i, i, i
		for ; j <= last && columnOf(j) == columnOf(i); j++ {
			if points[j].Y < points[low].Y {
				low = j
			}
			if points[j].Y > points[high].Y {
				high = j
			}
		}
		for _, k := range []int{min(low, high), max(low, high)} {
			if points[k] != out[len(out)-1] {
				out = append(out, points[k])
			}
		}
		i = j
	}
	if points[last] != out[len(out)-1] {
		out = append(out, points[last])
	}
	return out
}

// simplify leaves out points that are no farther than tolerance from the line
// through those it keeps.
// Source: D. Douglas and T. Peucker, Cartographica 10 (1973) 112.
func simplify(points []vg.Point, tolerance vg.Length) []vg.Point {
	if len(points) < 3 {
		return points
	}
	first, last := points[0], points[len(points)-1]
	farthest, distance := 0, vg.Length(0)
	for i := 1; i < len(points)-1; i++ {
		if d := distanceToSegment(points[i], first, last); d > distance {
			farthest, distance = i, d
		}
	}
	if distance <= tolerance {
		return []vg.Point{first, last}
	}
	left := simplify(points[:farthest+1], tolerance)
	return append(left[:len(left)-1:len(left)-1], simplify(points[farthest:], tolerance)...)
}

func distanceToSegment(p, a, b vg.Point) vg.Length {
	ab, ap := b.Sub(a), p.Sub(a)
	var t vg.Length
	if square := ab.Dot(ab); square > 0 {
		t = min(1, max(0, ap.Dot(ab)/square))
	}
	d := ap.Sub(ab.Scale(t))
	return vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
}
