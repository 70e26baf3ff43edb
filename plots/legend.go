package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is a line, or a point if glyph is set, and what it stands for.
type entry struct {
	text  string
	line  draw.LineStyle
	glyph *draw.GlyphStyle
}

const (
	sampleLength = 14 // of a legend's line
	sampleGap    = 3
	entryGap     = 10
	legendRow    = 10 // height of a row
)

func (e entry) width() vg.Length {
	w := sampleGap + textWidth(e.text)
	if e.line.Width > 0 || e.glyph != nil {
		w += sampleLength
	}
	return w
}

// legend lists entries in rows, outside of any data.
type legend struct {
	rows [][]entry
	at   vg.Point // top left
}

// newLegend breaks entries into rows of at most this width.
func newLegend(entries []entry, width vg.Length) legend {
	var l legend
	var used vg.Length
	for _, e := range entries {
		if k := len(l.rows); k > 0 && used+entryGap+e.width() <= width {
			l.rows[k-1] = append(l.rows[k-1], e)
			used += entryGap + e.width()
			continue
		}
		l.rows = append(l.rows, []entry{e})
		used = e.width()
	}
	return l
}

func (l legend) height() vg.Length { return legendRow * vg.Length(len(l.rows)) }

func (l legend) draw(c draw.Canvas) {
	for i, row := range l.rows {
		pt := vg.Point{X: l.at.X, Y: l.at.Y - legendRow*(vg.Length(i)+0.5)}
		for _, e := range row {
			x := pt.X
			if e.line.Width > 0 {
				c.StrokeLine2(e.line, x, pt.Y, x+sampleLength, pt.Y)
			}
			if e.glyph != nil {
				c.DrawGlyphNoClip(*e.glyph, vg.Point{X: x + sampleLength/2, Y: pt.Y})
			}
			if e.line.Width > 0 || e.glyph != nil {
				x += sampleLength
			}
			c.FillText(write(fontSize, draw.XLeft, draw.YCenter), vg.Point{X: x + sampleGap, Y: pt.Y}, e.text)
			pt.X += e.width() + entryGap
		}
	}
}
