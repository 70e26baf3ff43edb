// Package linalg holds the dense kernels that projections are made of. All
// matrices are row-major slices without gaps between rows. A batch has one
// sample a row; a batch of one takes matrix-vector kernels, larger ones matrix
// products. The results of a kernel must not overlap its inputs.
//
// The products are computed by the [Backend] that [Use] chose, the fastest that
// needs nothing installed unless told otherwise. The same binary, backend and
// machine give the same bits, whichever goroutine calls; on any number of
// processors, but with a shared library for one number of threads: see
// [SetThreads]. Backends, numbers of threads and kinds of processor differ in
// the order of sums, and so in rounding: see [Tolerance32].
package linalg

// Float is the precision of weights and states.
type Float interface{ float32 | float64 }

// MulTrans stores x wᵀ in dst: what out neurons receive through weights w.
// x is rows x in, w is out x in, dst is rows x out.
func MulTrans[F Float](dst, x, w []F, rows, out, in int) {
	if rows == 1 {
		inUse[F]().gemv(false, out, in, w, x, dst)
		return
	}
	inUse[F]().gemm(false, true, rows, out, in, 1, x, w, 0, dst)
}

// Mul stores y w in dst: what in neurons receive from out neurons through the
// same weights used backwards. y is rows x out, w is out x in, dst is rows x in.
func Mul[F Float](dst, y, w []F, rows, out, in int) {
	if rows == 1 {
		inUse[F]().gemv(true, out, in, w, y, dst)
		return
	}
	inUse[F]().gemm(false, false, rows, in, out, 1, y, w, 0, dst)
}

// Outer stores alpha yᵀ x in dst: the sum over rows of post- times presynaptic
// factors. y is rows x out, x is rows x in, dst is out x in.
func Outer[F Float](dst []F, alpha F, y, x []F, rows, out, in int) {
	if rows == 1 {
		inUse[F]().outer(out, in, alpha, y, x, dst)
		return
	}
	inUse[F]().gemm(true, false, out, in, rows, alpha, y, x, 0, dst)
}

// AddOuter adds what Outer would store.
func AddOuter[F Float](dst []F, alpha F, y, x []F, rows, out, in int) {
	if rows == 1 {
		inUse[F]().ger(out, in, alpha, y, x, dst)
		return
	}
	inUse[F]().gemm(true, false, out, in, rows, alpha, y, x, 1, dst)
}

// AddOuterMulTrans is AddOuter for one sample, followed by MulTrans with the
// new weights, in one pass over them where the backend can: it adds alpha y xᵀ
// to w (out x in), then stores w next in dst (out).
func AddOuterMulTrans[F Float](dst, w []F, alpha F, y, x, next []F, out, in int) {
	inUse[F]().gerv(out, in, alpha, y, x, w, next, dst)
}

// Product stores the m x n product of a (m x k) and b (k x n) in dst; transA
// and transB say that a is stored k x m, b n x k.
func Product[F Float](dst, a, b []F, m, k, n int, transA, transB bool) {
	inUse[F]().gemm(transA, transB, m, n, k, 1, a, b, 0, dst)
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
	if len(dst) >= 2*narrow {
		inUse[F]().axpy(alpha, x, dst)
		return
	}
	for i := range dst {
		dst[i] += alpha * x[i]
	}
}

// AddRows adds the vector c to each of the rows of dst.
func AddRows[F Float](dst, c []F) {
	n := len(c)
	for lo := 0; lo+n <= len(dst); lo += n {
		row := dst[lo : lo+n]
		if n >= 2*narrow {
			AddScaled(row, 1, c)
			continue
		}
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
	if len(dst) >= 2*narrow {
		inUse[F]().scale(alpha, x, dst)
		return
	}
	scalePlain(alpha, x, dst)
}

func scalePlain[F Float](alpha F, x, dst []F) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = alpha * x[i]
	}
}
