// Vector generates the products of a matrix and a vector, and the rank-one
// update, for arm64. w is rows x n without gaps. Several rows are taken at a
// time, so that what they share is loaded once, and sums do not wait for each
// other; each element is computed as it would be if its row were alone.
package main

import "burstsim/internal/asm/neon"

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			dots(file, p)
			addRowSum(file, p)
			storeOuter(file, p)
			addOuter(file, p)
			addOuterDots(file, p)
			accumulateOuter(file, p)
			accumulateOuterDots(file, p)
		}
	})
}

// dots: dst[i] = sum over j of w[i][j] x[j].
func dots(file *neon.File, p neon.Precision) {
	generate(file, p, "dots", nil, []string{"dst"}, []string{"x"}, false, false, func(p *pass) {
		p.groups(8, func() {
			sums := p.zeros()
			p.columns(func(lanes int) {
				x := p.load("x", lanes)
				for i, w := range p.matrix("w", lanes) {
					p.MulAdd(w, x, sums[i])
				}
			})
			p.sum(sums, "dst")
		})
	})
}

// addRowSum: dst[j] += sum over i of y[i] w[i][j], for n of the ldw columns of w.
func addRowSum(file *neon.File, p neon.Precision) {
	generate(file, p, "addRowSum", nil, []string{"y"}, []string{"dst"}, false, true, func(p *pass) {
		p.groups(8, func() {
			y := p.factors("y")
			p.columns(func(lanes int) {
				sum := p.load("dst", lanes)
				for i, w := range p.matrix("w", lanes) {
					p.MulAddFirst(w, y[i], sum)
				}
				p.Store(sum, lanes, p.at(p.across["dst"]))
			})
		})
	})
}

// storeOuter: w[i][j] = alpha y[i] x[j].
func storeOuter(file *neon.File, p neon.Precision) {
	generate(file, p, "storeOuter", nil, []string{"y"}, []string{"x"}, true, false, func(p *pass) {
		p.groups(4, func() {
			y := p.factors("y")
			p.columns(func(lanes int) {
				x := p.load("x", lanes)
				for i, w := range p.rowsOf["w"] {
					v := p.Vector()
					p.MulFirst(x, y[i], v)
					p.Store(v, lanes, p.at(w))
				}
			})
		})
	})
}

// addOuter: w[i][j] += alpha y[i] x[j].
func addOuter(file *neon.File, p neon.Precision) {
	generate(file, p, "addOuter", nil, []string{"y"}, []string{"x"}, true, false, func(p *pass) {
		p.groups(4, func() {
			y := p.factors("y")
			p.columns(func(lanes int) { p.update(y, p.load("x", lanes), lanes) })
		})
	})
}

// addOuterDots: the same, then dst[i] = sum over j of w[i][j] next[j].
func addOuterDots(file *neon.File, p neon.Precision) {
	generate(file, p, "addOuterDots", nil, []string{"y", "dst"}, []string{"x", "next"}, true, false, func(p *pass) {
		p.groups(4, func() {
			sums, y := p.zeros(), p.factors("y")
			p.columns(func(lanes int) {
				x, next := p.load("x", lanes), p.load("next", lanes)
				for i, w := range p.update(y, x, lanes) {
					p.MulAdd(w, next, sums[i])
				}
			})
			p.sum(sums, "dst")
		})
	})
}

// accumulateOuter: addOuter, with what rounding withholds from w kept in carry.
func accumulateOuter(file *neon.File, p neon.Precision) {
	generate(file, p, "accumulateOuter", []string{"carry"}, []string{"y"}, []string{"x"}, true, false, func(p *pass) {
		p.groups(4, func() {
			y := p.factors("y")
			p.columns(func(lanes int) { p.accumulate(y, p.load("x", lanes), lanes) })
		})
	})
}

// accumulateOuterDots: the same, then dst[i] = sum over j of w[i][j] next[j].
func accumulateOuterDots(file *neon.File, p neon.Precision) {
	generate(file, p, "accumulateOuterDots", []string{"carry"}, []string{"y", "dst"}, []string{"x", "next"}, true, false, func(p *pass) {
		p.groups(4, func() {
			sums, y := p.zeros(), p.factors("y")
			p.columns(func(lanes int) {
				x, next := p.load("x", lanes), p.load("next", lanes)
				for i, w := range p.accumulate(y, x, lanes) {
					p.MulAdd(w, next, sums[i])
				}
			})
			p.sum(sums, "dst")
		})
	})
}
