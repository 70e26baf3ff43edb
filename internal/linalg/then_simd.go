//go:build amd64 || arm64

package linalg

func (s *simd[F]) outerThen(rows, out, in int, alpha F, y, x, dst []F, then func(lo, hi int)) bool {
	if rows*out*in < simdProduct {
		return false
	}
	p := s.product()
	p.then = then
	p.compute(true, false, out, in, rows, alpha, y[:rows*out], x[:rows*in], 0, dst[:out*in], nil)
	p.then = nil
	s.products.Put(p)
	return true
}

// tell says of a block that it is there, row by row if it has not all columns.
func (p *blocked[F]) tell(i, j, rows, columns int) {
	if columns == p.n {
		p.then(i*p.n, (i+rows)*p.n)
		return
	}
	for r := range rows {
		lo := (i+r)*p.n + j
		p.then(lo, lo+columns)
	}
}
