// Package linalg holds the dense kernels that projections are made of. All
// matrices are row-major slices. A batch has one sample a row; a batch of one
// takes matrix-vector kernels, larger ones matrix products.
package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Float is the precision of weights and states.
type Float interface{ float32 | float64 }

// MulTrans stores x wᵀ in dst: what out neurons receive through weights w.
// x is rows x in, w is out x in, dst is rows x out.
func MulTrans[F Float](dst, x, w []F, rows, out, in int) {
	if rows == 1 {
		mulVec(dst[:out], w, x[:in])
		return
	}
	gemm(blas.NoTrans, blas.Trans, rows, out, in, 1, x, in, w, in, 0, dst, out)
}

// Mul stores y w in dst: what in neurons receive from out neurons through the
// same weights used backwards. y is rows x out, w is out x in, dst is rows x in.
func Mul[F Float](dst, y, w []F, rows, out, in int) {
	if rows == 1 {
		mulVecTrans(dst[:in], w, y[:out])
		return
	}
	gemm(blas.NoTrans, blas.NoTrans, rows, in, out, 1, y, out, w, in, 0, dst, in)
}

// Outer stores alpha yᵀ x in dst: the sum over rows of post- times presynaptic
// factors. y is rows x out, x is rows x in, dst is out x in.
func Outer[F Float](dst []F, alpha F, y, x []F, rows, out, in int) {
	if rows == 1 {
		x = x[:in]
		for i, yi := range y[:out] {
			scaleTo(dst[i*in:(i+1)*in], alpha*yi, x)
		}
		return
	}
	gemm(blas.Trans, blas.NoTrans, out, in, rows, alpha, y, out, x, in, 0, dst, in)
}

// AddOuter adds what Outer would store.
func AddOuter[F Float](dst []F, alpha F, y, x []F, rows, out, in int) {
	if rows == 1 {
		x = x[:in]
		for i, yi := range y[:out] {
			AddScaled(dst[i*in:(i+1)*in], alpha*yi, x)
		}
		return
	}
	gemm(blas.Trans, blas.NoTrans, out, in, rows, alpha, y, out, x, in, 1, dst, in)
}

// Product stores the m x n product of a (m x k) and b (k x n) in dst; transA
// and transB say that a is stored k x m, b n x k.
func Product[F Float](dst, a, b []F, m, k, n int, transA, transB bool) {
	ta, lda := blas.NoTrans, k
	if transA {
		ta, lda = blas.Trans, m
	}
	tb, ldb := blas.NoTrans, n
	if transB {
		tb, ldb = blas.Trans, k
	}
	gemm(ta, tb, m, n, k, 1, a, lda, b, ldb, 0, dst, n)
}

// ColumnSums stores alpha times the sum over rows of y (rows x n) in dst.
func ColumnSums[F Float](dst []F, alpha F, y []F, rows int) {
	n := len(dst)
	scaleTo(dst, alpha, y[:n])
	for r := 1; r < rows; r++ {
		AddScaled(dst, alpha, y[r*n:(r+1)*n])
	}
}

// AddColumnSums adds what ColumnSums would store.
func AddColumnSums[F Float](dst []F, alpha F, y []F, rows int) {
	n := len(dst)
	for r := range rows {
		AddScaled(dst, alpha, y[r*n:(r+1)*n])
	}
}

// AddScaled adds alpha x to dst.
func AddScaled[F Float](dst []F, alpha F, x []F) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += alpha * x[i]
	}
}

// AddRows adds the vector c to each of the rows of dst.
func AddRows[F Float](dst, c []F) {
	n := len(c)
	for lo := 0; lo+n <= len(dst); lo += n {
		row := dst[lo : lo+n]
		for i, ci := range c {
			row[i] += ci
		}
	}
}

// Dot is the inner product of a and b.
func Dot[F Float](a, b []F) F {
	b = b[:len(a)]
	// Four partial sums: a single one would make every addition wait for the
	// one before.
	var s0, s1, s2, s3 F
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i := range a {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func scaleTo[F Float](dst []F, alpha F, x []F) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = alpha * x[i]
	}
}

func mulVec[F Float](dst, w, x []F) {
	in := len(x)
	if in == 3 {
		// Few inputs: a loop of its own spares the set-up of an inner product.
		x0, x1, x2 := x[0], x[1], x[2]
		for i := range dst {
			row := w[3*i : 3*i+3 : 3*i+3]
			dst[i] = row[0]*x0 + row[1]*x1 + row[2]*x2
		}
		return
	}
	for i := range dst {
		dst[i] = Dot(w[i*in:(i+1)*in], x)
	}
}

func mulVecTrans[F Float](dst, w, y []F) {
	in := len(dst)
	scaleTo(dst, y[0], w[:in])
	for i := 1; i < len(y); i++ {
		AddScaled(dst, y[i], w[i*in:(i+1)*in])
	}
}

func gemm[F Float](ta, tb blas.Transpose, m, n, k int, alpha F, a []F, lda int, b []F, ldb int, beta F, c []F, ldc int) {
	var impl gonum.Implementation
	switch a := any(a).(type) {
	case []float64:
		impl.Dgemm(ta, tb, m, n, k, float64(alpha), a, lda, any(b).([]float64), ldb, float64(beta), any(c).([]float64), ldc)
	case []float32:
		impl.Sgemm(ta, tb, m, n, k, float32(alpha), a, lda, any(b).([]float32), ldb, float32(beta), any(c).([]float32), ldc)
	}
}
