//go:build amd64 || arm64

package linalg

import "burstsim/internal/crew"

// A pass is a product of a matrix and a vector, or a change of every element of
// a matrix or vector, by several processors. Each takes rows, or columns where
// sums go down them and where there is but one row: an element of the result is
// computed by one, as it is without the others.
type pass[F Float] struct {
	operands[F]
	simd *simd[F]
	size int // rows or columns of a part
	job  crew.Job
}

type operands[F Float] struct {
	kind                      passKind
	out, in                   int // out is 1 of a vector
	alpha                     F
	w, carry, y, x, next, dst []F
	k                         [][]F // of passCombine, whose weights are y
}

type passKind int

const (
	passDots passKind = iota
	passOuter
	passAddOuter
	passAddOuterDots
	passAccumulate
	passAccumulateDots
	// The others are cut into columns.
	passSums
	passAdd
	passScale
	passAddCarry
	passCombine
)

const (
	// passFrom are the elements that are worth the help of other processors.
	passFrom = 1 << 15
	// passPart are about the elements of a part.
	passPart = 1 << 13
	// passColumns are the columns of a part where there are many rows: some lines
	// of cache in each.
	passColumns = 128
)

// pass computes what the operands say.
func (s *simd[F]) pass(o operands[F]) {
	p, ok := s.passes.Get().(*pass[F])
	if !ok {
		p = &pass[F]{simd: s}
		p.job.Init(p.part)
	}
	p.operands = o
	length := o.in
	switch {
	case o.kind < passSums:
		length, p.size = o.out, max(8, passPart/o.in&^7)
	case o.kind == passSums:
		p.size = passColumns
	default:
		p.size = passPart
	}
	p.job.Run((length + p.size - 1) / p.size)
	p.operands = operands[F]{}
	s.passes.Put(p)
}

func (p *pass[F]) part(t int) {
	if lo := t * p.size; p.kind < passSums {
		p.rows(lo, min(p.size, p.out-lo))
	} else {
		p.columns(lo, min(p.size, p.in-lo))
	}
}

func (p *pass[F]) rows(lo, rows int) {
	s, in := p.simd, p.in
	w, mask := &p.w[lo*in], s.mask(in)
	switch p.kind {
	case passDots:
		s.dots(rows, in, w, &p.dst[lo], &p.x[0], mask)
	case passOuter:
		s.storeOuter(rows, in, p.alpha, w, &p.y[lo], &p.x[0], mask)
	case passAddOuter:
		s.addOuter(rows, in, p.alpha, w, &p.y[lo], &p.x[0], mask)
	case passAddOuterDots:
		s.addOuterDots(rows, in, p.alpha, w, &p.y[lo], &p.dst[lo], &p.x[0], &p.next[0], mask)
	case passAccumulate:
		s.accumulate(rows, in, p.alpha, w, &p.carry[lo*in], &p.y[lo], &p.x[0], mask)
	case passAccumulateDots:
		s.accumulateDots(rows, in, p.alpha, w, &p.carry[lo*in], &p.y[lo], &p.dst[lo], &p.x[0], &p.next[0], mask)
	}
}

func (p *pass[F]) columns(lo, n int) {
	s := p.simd
	dst, mask := p.dst[lo:][:n], s.mask(n)
	switch p.kind {
	case passSums:
		clear(dst)
		s.addRowSum(p.out, n, p.in, &p.w[lo], &p.x[0], &dst[0], mask)
	case passAdd:
		s.addOuter(1, n, p.alpha, &dst[0], &s.one, &p.x[lo], mask)
	case passScale:
		s.storeOuter(1, n, p.alpha, &dst[0], &s.one, &p.x[lo], mask)
	case passAddCarry:
		s.accumulate(1, n, p.alpha, &dst[0], &p.carry[lo], &s.one, &p.x[lo], mask)
	case passCombine:
		s.combination(dst, p.x[lo:], p.y, p.k, lo)
	}
}
