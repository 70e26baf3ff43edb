package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// parts are what the figure paints, the last on top.
func (l *circuitLayout) parts() []part {
	out := []part{bands(l.bands)}
	for i := range l.somata {
		for j, s := range l.somata[i] {
			if a := l.apical[i][j]; a != nil {
				out = append(out, dendrite{s, a})
			}
		}
	}
	for _, w := range l.wires {
		out = append(out, w)
	}
	for i := range l.somata {
		for j, s := range l.somata[i] {
			out = append(out, s)
			if a := l.apical[i][j]; a != nil {
				out = append(out, a)
			}
		}
	}
	for _, w := range l.wires {
		if w.gap {
			out = append(out, gap(w.box()))
		}
		if w.label != "" {
			out = append(out, label{w.label, vg.Point{X: w.at.X, Y: w.at.Y + labelHeight/2}, write(fontSize, draw.XLeft, draw.YCenter)})
		}
	}
	for _, t := range l.texts {
		out = append(out, t)
	}
	return append(out, l.key)
}

// bands lie behind layers.
type bands []vg.Rectangle

func (b bands) draw(c draw.Canvas) {
	c.SetColor(color.Gray{243})
	for _, r := range b {
		c.Fill(r.Path())
	}
}

// gap is a place on a line for its label.
type gap vg.Rectangle

func (g gap) draw(c draw.Canvas) {
	c.SetColor(white)
	c.Fill(vg.Rectangle{Min: vg.Point{X: g.Min.X - 0.8, Y: g.Min.Y - 0.5}, Max: vg.Point{X: g.Max.X + 0.8, Y: g.Max.Y + 0.5}}.Path())
}

// dendrite joins an apical dendrite to its soma.
type dendrite struct{ soma, apical *soma }

func (d dendrite) draw(c draw.Canvas) {
	style := draw.LineStyle{Color: black, Width: 1.4}
	c.StrokeLine2(style, d.soma.middle.X, d.soma.middle.Y, d.apical.middle.X, d.apical.middle.Y)
}

func (s *soma) draw(c draw.Canvas) {
	path := s.outline()
	c.SetColor(white)
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: black, Width: 0.9})
	if s.dashed {
		c.SetLineStyle(draw.LineStyle{Color: black, Width: 0.9, Dashes: []vg.Length{2, 1.2}})
	}
	c.Stroke(path)
	at := s.middle
	if s.shape == triangle {
		at.Y -= s.ry * 0.28
	}
	c.FillText(write(letterSize, draw.XCenter, draw.YCenter), at, symbol(s.symbol))
}

func (s *soma) outline() vg.Path {
	var p vg.Path
	if s.shape == triangle {
		p.Move(vg.Point{X: s.middle.X - s.rx, Y: s.middle.Y - s.ry})
		p.Line(vg.Point{X: s.middle.X + s.rx, Y: s.middle.Y - s.ry})
		p.Line(vg.Point{X: s.middle.X, Y: s.middle.Y + s.ry})
		p.Close()
		return p
	}
	const corners = 72
	for k := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / corners)
		at := vg.Point{X: s.middle.X + s.rx*vg.Length(cos), Y: s.middle.Y + s.ry*vg.Length(sin)}
		if k == 0 {
			p.Move(at)
		} else {
			p.Line(at)
		}
	}
	p.Close()
	return p
}

// draw paints a line with a pale border, so that lines that cross do not seem to
// meet.
func (w *wire) draw(c draw.Canvas) {
	end := w.path[len(w.path)-1]
	before := w.path[len(w.path)-2]
	dx, dy := float64(end.X-before.X), float64(end.Y-before.Y)
	n := math.Hypot(dx, dy)
	if n == 0 {
		return
	}
	ux, uy := vg.Length(dx/n), vg.Length(dy/n)
	short := append([]vg.Point(nil), w.path...)
	stop := vg.Length(endLength - 1)
	short[len(short)-1] = vg.Point{X: end.X - ux*stop, Y: end.Y - uy*stop}
	c.StrokeLines(draw.LineStyle{Color: white, Width: w.style.Width + 1.6}, rounded(short))
	c.StrokeLines(w.style, rounded(short))
	c.SetColor(w.style.Color)
	var head vg.Path
	if w.bar {
		const r = 2.2
		centre := vg.Point{X: end.X - ux*r, Y: end.Y - uy*r}
		head.Move(vg.Point{X: centre.X + r, Y: centre.Y})
		head.Arc(centre, r, 0, 2*math.Pi)
	} else {
		head.Move(end)
		head.Line(vg.Point{X: end.X - ux*endLength - uy*2.1, Y: end.Y - uy*endLength + ux*2.1})
		head.Line(vg.Point{X: end.X - ux*endLength + uy*2.1, Y: end.Y - uy*endLength - ux*2.1})
	}
	head.Close()
	c.Fill(head)
}

// rounded takes the corners off a line.
func rounded(path []vg.Point) []vg.Point {
	const radius = 3
	out := []vg.Point{path[0]}
	for i := 1; i < len(path)-1; i++ {
		a, p, b := path[i-1], path[i], path[i+1]
		r := min(radius, (abs(p.X-a.X)+abs(p.Y-a.Y))/2, (abs(b.X-p.X)+abs(b.Y-p.Y))/2)
		from, to := along(p, a, r), along(p, b, r)
		for k := range 7 {
			t := vg.Length(k) / 6 // a curve of second order through both, which the corner pulls
			out = append(out, vg.Point{
				X: (1-t)*(1-t)*from.X + 2*t*(1-t)*p.X + t*t*to.X,
				Y: (1-t)*(1-t)*from.Y + 2*t*(1-t)*p.Y + t*t*to.Y,
			})
		}
	}
	return append(out, path[len(path)-1])
}

func along(p, q vg.Point, by vg.Length) vg.Point {
	n := abs(q.X-p.X) + abs(q.Y-p.Y) // one of them is 0
	if n == 0 {
		return p
	}
	return vg.Point{X: p.X + (q.X-p.X)*by/n, Y: p.Y + (q.Y-p.Y)*by/n}
}
