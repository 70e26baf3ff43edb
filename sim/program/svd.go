package program

import (
	"math"

	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// svd is the singular value decomposition of a matrix, with its memory.
type svd struct {
	rows, columns, rank int
	a, u, s, vt, work   []float64
}

func newSVD(rows, columns int) *svd {
	n := min(rows, columns)
	s := &svd{rows: rows, columns: columns, rank: n, a: make([]float64, rows*columns), u: make([]float64, rows*n), s: make([]float64, n), vt: make([]float64, n*columns)}
	size := make([]float64, 1)
	s.decompose(size, -1)
	s.work = make([]float64, int(size[0]))
	return s
}

// decompose is Gesvd of LAPACK, or with a length of -1 only asks how much memory
// it wants.
func (s *svd) decompose(work []float64, length int) bool {
	return lapackgonum.Implementation{}.Dgesvd(lapack.SVDStore, lapack.SVDStore, s.rows, s.columns, s.a, s.columns, s.s, s.u, s.rank, s.vt, s.columns, work, length)
}

// splitInto stores a factor of the best approximation of a as a product through
// rank units: U sqrt(S) or sqrt(S) V'. Each pair has the sign that makes the
// largest number of its U positive, so that factors do not jump where a moves.
// What is beyond the rank of a is 0.
func splitInto[F Float](s *svd, dst, a []F, rank int, left bool) {
	for i, v := range a {
		s.a[i] = float64(v)
	}
	clear(dst)
	if !s.decompose(s.work, len(s.work)) {
		for i := range dst {
			dst[i] = F(math.NaN()) // as for weights that are no finite numbers
		}
		return
	}
	for k := range min(rank, s.rank) {
		root := math.Sqrt(s.s[k])
		largest := 0.0
		for i := range s.rows {
			if v := s.u[i*s.rank+k]; math.Abs(v) > math.Abs(largest)*(1+1e-9) {
				largest = v
			}
		}
		if largest < 0 {
			root = -root
		}
		if left {
			for i := range s.rows {
				dst[i*rank+k] = F(root * s.u[i*s.rank+k])
			}
			continue
		}
		for j := range s.columns {
			dst[k*s.columns+j] = F(root * s.vt[k*s.columns+j])
		}
	}
}
