// Vector generates the products of a matrix and a vector, and the rank-one
// update. w is rows x n without gaps. Several rows are taken at a time, so that
// what they share is loaded once; each element is computed as it would be if
// its row were alone.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

func main() {
	for _, s := range isa.Sets {
		dots(s)
		addRowSum(s)
		storeOuter(s)
		addOuter(s)
		addOuterDots(s)
		accumulateOuter(s)
		accumulateOuterDots(s)
	}
	Generate()
}

// dots: dst[i] = sum over j of w[i][j] x[j].
func dots(s isa.Set) {
	p := begin(s, "dots", nil, []string{"dst"}, []string{"x"}, false, false)
	p.groups([]int{4, 1}, func() {
		sums := p.zeros()
		p.columns(func(part bool) {
			x := p.load("x", part)
			for i := range p.rows {
				s.MulAdd(p.element(i, part), x, sums[i])
			}
		})
		p.sum(sums, "dst")
	})
}

// addRowSum: dst[j] += sum over i of y[i] w[i][j], for n of the ldw columns of w.
func addRowSum(s isa.Set) {
	p := begin(s, "addRowSum", nil, []string{"y"}, []string{"dst"}, false, true)
	p.groups([]int{8, 4, 1}, func() {
		y := p.factors("y")
		p.columns(func(part bool) {
			sum := p.load("dst", part)
			for i := range p.rows {
				s.MulAdd(p.element(i, part), y[i], sum)
			}
			p.store(sum, p.at("dst"), part)
		})
	})
}

// storeOuter: w[i][j] = alpha y[i] x[j].
func storeOuter(s isa.Set) {
	p := begin(s, "storeOuter", nil, []string{"y"}, []string{"x"}, true, false)
	p.groups([]int{4, 1}, func() {
		y := p.factors("y")
		p.columns(func(part bool) {
			x := p.load("x", part)
			for i, m := range p.rowHere {
				v := s.Vector()
				s.MulTo(x, y[i], v)
				p.store(v, m, part)
			}
		})
	})
}

// addOuter: w[i][j] += alpha y[i] x[j].
func addOuter(s isa.Set) {
	p := begin(s, "addOuter", nil, []string{"y"}, []string{"x"}, true, false)
	p.groups([]int{4, 1}, func() {
		y := p.factors("y")
		p.columns(func(part bool) {
			p.update(y, p.load("x", part), part, func(int, reg.VecVirtual) {})
		})
	})
}

// addOuterDots: the same, then dst[i] = sum over j of w[i][j] next[j].
func addOuterDots(s isa.Set) {
	p := begin(s, "addOuterDots", nil, []string{"y", "dst"}, []string{"x", "next"}, true, false)
	p.groups([]int{4, 1}, func() {
		sums, y := p.zeros(), p.factors("y")
		p.columns(func(part bool) {
			x, next := p.load("x", part), p.load("next", part)
			p.update(y, x, part, func(i int, w reg.VecVirtual) { s.MulAdd(w, next, sums[i]) })
		})
		p.sum(sums, "dst")
	})
}

// accumulateOuter: addOuter, with what rounding withholds from w kept in carry.
func accumulateOuter(s isa.Set) {
	p := begin(s, "accumulateOuter", []string{"carry"}, []string{"y"}, []string{"x"}, true, false)
	p.groups([]int{4, 1}, func() {
		y := p.factors("y")
		p.columns(func(part bool) {
			p.accumulate(y, p.load("x", part), part, func(int, reg.VecVirtual) {})
		})
	})
}

// accumulateOuterDots: the same, then dst[i] = sum over j of w[i][j] next[j].
func accumulateOuterDots(s isa.Set) {
	p := begin(s, "accumulateOuterDots", []string{"carry"}, []string{"y", "dst"}, []string{"x", "next"}, true, false)
	p.groups([]int{4, 1}, func() {
		sums, y := p.zeros(), p.factors("y")
		p.columns(func(part bool) {
			x, next := p.load("x", part), p.load("next", part)
			p.accumulate(y, x, part, func(i int, w reg.VecVirtual) { s.MulAdd(w, next, sums[i]) })
		})
		p.sum(sums, "dst")
	})
}
