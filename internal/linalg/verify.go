package linalg

import (
	"errors"
	"math"
)

// verify compares a backend with gonum, on shapes large enough not to be left
// to gonum.
func verify(b *Backend) error {
	if !agrees(b.single, gonumBackend.single, Tolerance32) || !agrees(b.double, gonumBackend.double, Tolerance64) {
		return errors.New("computes wrong products")
	}
	return nil
}

func agrees[F Float](got, want kernels[F], tol float64) bool {
	const m, n, k = 61, 181, 191
	// b is used as k x n, n x k and out x in, c as m x n.
	a, b, x := wave[F](m*k, 1), wave[F](k*n, 2), wave[F](max(k, n), 3)
	for variant := range 8 {
		transA, transB, beta := variant&1 != 0, variant&2 != 0, F(variant>>2)
		c, d := wave[F](m*n, 4), wave[F](m*n, 4)
		if beta == 0 {
			c[0] = F(math.NaN())
		}
		got.gemm(transA, transB, m, n, k, 0.5, a, b, beta, c)
		want.gemm(transA, transB, m, n, k, 0.5, a, b, beta, d)
		if !within(c, d, k*tol) {
			return false
		}
	}
	for _, trans := range []bool{false, true} {
		c, d := make([]F, k), make([]F, k)
		c[0] = F(math.NaN())
		got.gemv(trans, k, n, b, x, c)
		want.gemv(trans, k, n, b, x, d)
		if !within(c, d, k*tol) {
			return false
		}
	}
	c, d := wave[F](k*n, 4), wave[F](k*n, 4)
	got.ger(k, n, 0.5, x, b, c)
	want.ger(k, n, 0.5, x, b, d)
	return within(c, d, tol)
}

// wave is n values in [-1, 1] without a pattern that errors of indexing keep.
func wave[F Float](n, seed int) []F {
	x := make([]F, n)
	for i := range x {
		x[i] = F(math.Sin(float64(seed) + float64(i)*float64(i)))
	}
	return x
}

func within[F Float](got, want []F, tol float64) bool {
	for i := range want {
		// In this form, NaN is not close.
		if !(math.Abs(float64(got[i]-want[i])) <= tol) {
			return false
		}
	}
	return true
}
