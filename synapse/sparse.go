package synapse

import "burstsim/internal/linalg"

var (
	_ Projection[float64] = (*Sparse[float64])(nil)
	_ Projection[float64] = (*Blocks[float64])(nil)
)

// NewSparse returns the projection of a pattern: [Blocks] where it is
// block-diagonal, otherwise [Sparse].
func NewSparse[F Float](p *Pattern) Projection[F] {
	if p.blocks > 0 {
		return &Blocks[F]{Pattern: p}
	}
	return &Sparse[F]{Pattern: p, densely: densely}
}

// densely is the part of all connections from which on a batch is faster by
// products of whole matrices, zeros included. BenchmarkSparse compares the two:
// with 32 samples of 1000 x 1000 units they meet between 0.01 and 0.03. One
// sample goes by its connections at any density, as filling a matrix for it
// would cost as much; a projection that is dense altogether would be faster for
// it from 0.07 on.
const densely = 0.025

// Sparse is a projection with the connections of a pattern, one bias a neuron.
// Weights, and what changes them, are arrays of connections, so that what is not
// connected takes neither memory nor time, and cannot learn.
type Sparse[F Float] struct {
	*Pattern

	densely float64 // density from which a batch takes whole matrices

	// Of a batch: quantities of both populations with a line a unit, so that a
	// connection works on neighbouring numbers; or whole matrices.
	post, pre []F
	weights   []F
}

// Units are Out and In.
func (s *Sparse[F]) Units() (out, in int) { return s.Out, s.In }

// whole says whether products with so many rows take the whole matrix.
func (s *Sparse[F]) whole(rows int) bool { return rows > 1 && s.Density() >= s.densely }

func (s *Sparse[F]) allocate(rows int) {
	if s.whole(rows) {
		if s.weights == nil {
			s.weights = make([]F, s.Out*s.In)
		}
		return
	}
	if len(s.post) < rows*s.Out {
		s.post, s.pre = make([]F, rows*s.Out), make([]F, rows*s.In)
	}
}

// Forward stores what the Out neurons receive of x, plus the bias.
func (s *Sparse[F]) Forward(dst, x, w, c []F, rows int) {
	s.allocate(rows)
	switch {
	case rows == 1:
		s.forward(dst, x, w)
	case s.whole(rows):
		Expand(s.Pattern, s.weights, w)
		linalg.MulTrans(dst, x, s.weights, rows, s.Out, s.In)
	default:
		post, pre := s.post[:rows*s.Out], s.pre[:rows*s.In]
		transpose(pre, x, rows, s.In)
		clear(post)
		for i := range s.Out {
			sum := post[i*rows:][:rows]
			from, to := s.Row(i)
			for k, j := range s.columns[from:to] {
				linalg.AddScaled(sum, w[from+k], pre[int(j)*rows:][:rows])
			}
		}
		transpose(dst, post, s.Out, rows)
	}
	if c != nil {
		linalg.AddRows(dst, c)
	}
}

// forward takes four sums a row: a single one would make every addition wait
// for the one before.
func (s *Sparse[F]) forward(dst, x, w []F) {
	for i := range dst {
		from, to := s.Row(i)
		columns, row := s.columns[from:to], w[from:to]
		var s0, s1, s2, s3 F
		for len(columns) >= 4 && len(row) >= 4 {
			s0 += row[0] * x[columns[0]]
			s1 += row[1] * x[columns[1]]
			s2 += row[2] * x[columns[2]]
			s3 += row[3] * x[columns[3]]
			columns, row = columns[4:], row[4:]
		}
		for k, j := range columns {
			s0 += row[k] * x[j]
		}
		dst[i] = (s0 + s1) + (s2 + s3)
	}
}

// Backward stores what the In neurons receive of y through the same weights.
func (s *Sparse[F]) Backward(dst, y, w []F, rows int) {
	s.allocate(rows)
	switch {
	case rows == 1:
		clear(dst)
		for i, v := range y[:s.Out] {
			from, to := s.Row(i)
			row := w[from:to]
			for k, j := range s.columns[from:to] {
				dst[j] += v * row[k]
			}
		}
	case s.whole(rows):
		Expand(s.Pattern, s.weights, w)
		linalg.Mul(dst, y, s.weights, rows, s.Out, s.In)
	default:
		post, pre := s.post[:rows*s.Out], s.pre[:rows*s.In]
		transpose(post, y, rows, s.Out)
		clear(pre)
		for i := range s.Out {
			v := post[i*rows:][:rows]
			from, to := s.Row(i)
			for k, j := range s.columns[from:to] {
				linalg.AddScaled(pre[int(j)*rows:][:rows], w[from+k], v)
			}
		}
		transpose(dst, pre, s.In, rows)
	}
}

// Correlate stores alpha post_i pre_j, summed over samples, of each connection.
func (s *Sparse[F]) Correlate(dst []F, alpha F, post, pre []F, rows int) {
	clear(dst)
	s.AddCorrelation(dst, alpha, post, pre, rows)
}

// AddCorrelation adds what Correlate would store.
func (s *Sparse[F]) AddCorrelation(dst []F, alpha F, post, pre []F, rows int) {
	s.allocate(rows)
	switch {
	case rows == 1:
		for i, v := range post[:s.Out] {
			from, to := s.Row(i)
			row, v := dst[from:to], alpha*v
			for k, j := range s.columns[from:to] {
				row[k] += v * pre[j]
			}
		}
	case s.whole(rows):
		linalg.Outer(s.weights, alpha, post, pre, rows, s.Out, s.In)
		for i := range s.Out {
			row := s.weights[i*s.In:][:s.In]
			from, to := s.Row(i)
			for k, j := range s.columns[from:to] {
				dst[from+k] += row[j]
			}
		}
	default:
		posts, pres := s.post[:rows*s.Out], s.pre[:rows*s.In]
		transpose(posts, post, rows, s.Out)
		transpose(pres, pre, rows, s.In)
		for i := range s.Out {
			v := posts[i*rows:][:rows]
			from, to := s.Row(i)
			for k, j := range s.columns[from:to] {
				dst[from+k] += alpha * linalg.Dot(v, pres[int(j)*rows:][:rows])
			}
		}
	}
}

// CorrelateBias stores alpha times the sum of the rows of post.
func (s *Sparse[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	linalg.ColumnSums(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (s *Sparse[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	linalg.AddColumnSums(dst, alpha, post, rows)
}

// transpose stores the transposed of x, rows x n.
func transpose[F Float](dst, x []F, rows, n int) {
	for i := range n {
		line := dst[i*rows:][:rows]
		for r := range line {
			line[r] = x[r*n+i]
		}
	}
}
