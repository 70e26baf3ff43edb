package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// block is a part of a figure that stands for one variant.
type block interface {
	name() string
	size(width vg.Length) (height vg.Length)
	addTo(s *sheet, area vg.Rectangle)
}

const (
	mostBlocks = 9                // that fit on a page
	twoColumns = 4                // blocks, at most, that are arranged in two columns, not three
	leastBlock = doubleColumn / 3 // width of a column in which titles have room
)

// arrange draws a single block one column wide, up to four two in a row, and
// more three in a row, with letters; named ones have a name above. Of more than
// nine, nine spread over the list are drawn, which the figure says. opt.Width is
// that of the whole.
func arrange(all []block, named bool, opt Options) *Figure {
	blocks := pick(all, mostBlocks)
	f := &Figure{width: opt.width(singleColumn)}
	columns, left, head := 1, vg.Length(0), vg.Length(edgePad)
	if len(blocks) > 1 {
		f.width, columns, left = opt.width(doubleColumn), 2, edgePad+letterSize+4
	}
	if len(blocks) > twoColumns {
		columns = 3
	}
	columns = min(columns, max(1, int(f.width/leastBlock)))
	if named {
		head += letterSize + 4
	}
	width := (f.width-2*edgePad)/vg.Length(columns) - left
	heights := make([]vg.Length, (len(blocks)+columns-1)/columns)
	for i, b := range blocks {
		heights[i/columns] = max(heights[i/columns], head+b.size(width)+edgePad)
	}
	omitted := newLegend(omission(len(blocks), len(all)), f.width-2*edgePad)
	f.height = edgePad + omitted.height()
	for _, h := range heights {
		f.height += h
	}
	omitted.at = vg.Point{X: edgePad, Y: f.height - edgePad}
	f.add(omitted)
	s := &sheet{Figure: f, y: f.height - edgePad - omitted.height(), next: 'a'}
	for i, b := range blocks {
		x := vg.Length(edgePad) + vg.Length(i%columns)*(f.width-2*edgePad)/vg.Length(columns)
		if i > 0 && i%columns == 0 {
			s.y -= heights[i/columns-1]
		}
		if len(blocks) > 1 {
			s.letter(x, s.y)
		}
		if named {
			s.add(label{fit(b.name(), width), vg.Point{X: x + left, Y: s.y - 1}, write(fontSize, draw.XLeft, draw.YTop)})
		}
		top := s.y - head
		b.addTo(s, vg.Rectangle{Min: vg.Point{X: x + left, Y: top - b.size(width)}, Max: vg.Point{X: x + left + width, Y: top}})
	}
	return f
}

// omission says that not all variants are shown; nothing if they are.
func omission(shown, all int) []entry {
	if shown == all {
		return nil
	}
	return []entry{{text: fmt.Sprintf("(%d of %d variants)", shown, all)}}
}
