package program

import (
	"math"

	"burstsim/sim/model"
)

// group is one of the groups into which a rule cuts the rows of its weights.
type group struct {
	rows *population // that the rows belong to
	mask *node       // 1 of the units in the group, 0 of others; nil: all are
	size int
}

// rowsOf is the population that the rows of a projection belong to.
func rowsOf(p *projection) *population {
	if p.along != nil {
		return rowsOf(p.along)
	}
	return p.of
}

// part is what arrives of x through w from the units in the group.
func (g *group) part(b *builder, w *projection, x *node) *node {
	if g == nil || g.mask == nil || rowsOf(w) != g.rows {
		return x
	}
	return b.mul(g.mask, x)
}

// grouped builds the right-hand side of a rule, for each group of rows by
// itself. Groups are of neighbours, the first of them larger by one where they
// cannot be equal.
func (b *builder) grouped(p *projection, e *model.Equation) []change {
	if e.Groups == nil {
		return b.changes(p, e.Right)
	}
	n := p.shape.out
	groups, known := b.net.env(p.of, b.flags()).Number(e.Groups)
	if !known || groups != math.Trunc(groups) || groups < 1 || groups > float64(n) {
		b.fail("%v groups of rows of %s, expected a whole number from 1 to %d, the units above", groups, p.name, n)
	}
	defer func() { b.group = nil }()
	if groups == 1 {
		b.group = &group{rows: rowsOf(p), size: n}
		return b.changes(p, e.Right)
	}
	var out []change
	for from, left := 0, int(groups); left > 0; left-- {
		size := (n - from + left - 1) / left
		mask := make([]float64, n)
		for i := range size {
			mask[from+i] = 1
		}
		b.group = &group{rows: rowsOf(p), mask: b.table(mask, 0), size: size}
		for _, c := range b.changes(p, e.Right) {
			c.post = b.times(b.group.mask, c.post)
			out = append(out, c)
		}
		from += size
	}
	return out
}
