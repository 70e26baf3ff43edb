package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// block is a part of a figure that stands for one variant.
type block interface {
	name() string
	size(width vg.Length) (height vg.Length)
	addTo(s *sheet, area vg.Rectangle)
}

// arrange draws a single block one column wide, and several two in a row, with
// letters; named ones have a name above.
func arrange(blocks []block, named bool) *Figure {
	f := &Figure{width: singleColumn}
	columns, left, head := 1, vg.Length(0), vg.Length(edgePad)
	if len(blocks) > 1 {
		f.width, columns, left = doubleColumn, 2, edgePad+letterSize+4
	}
	if named {
		head += letterSize + 4
	}
	width := (f.width-2*edgePad)/vg.Length(columns) - left
	heights := make([]vg.Length, (len(blocks)+columns-1)/columns)
	for i, b := range blocks {
		heights[i/columns] = max(heights[i/columns], head+b.size(width)+edgePad)
	}
	f.height = edgePad
	for _, h := range heights {
		f.height += h
	}
	s := &sheet{Figure: f, y: f.height - edgePad, next: 'a'}
	for i, b := range blocks {
		x := vg.Length(edgePad) + vg.Length(i%columns)*(f.width-2*edgePad)/vg.Length(columns)
		if i > 0 && i%columns == 0 {
			s.y -= heights[i/columns-1]
		}
		if len(blocks) > 1 {
			s.letter(x, s.y)
		}
		if named {
			s.add(label{clean(b.name()), vg.Point{X: x + left, Y: s.y - 1}, write(fontSize, draw.XLeft, draw.YTop)})
		}
		top := s.y - head
		b.addTo(s, vg.Rectangle{Min: vg.Point{X: x + left, Y: top - b.size(width)}, Max: vg.Point{X: x + left + width, Y: top}})
	}
	return f
}
