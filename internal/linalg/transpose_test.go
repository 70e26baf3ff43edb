package linalg

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// A part of a matrix is transposed into a part of another, and nothing beside it
// is written.
func TestTranspose(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			use(t, b)
			testTranspose[float32](t)
			testTranspose[float64](t)
		})
	}
}

func testTranspose[F Float](t *testing.T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 4))
	for _, s := range [][2]int{{1, 1}, {1, 9}, {9, 1}, {3, 5}, {8, 8}, {16, 24}, {17, 13}, {32, 9}, {5, 40}} {
		m, n := s[0], s[1]
		lda, ldd := n+3, m+2
		a, dst := random[F](rng, m*lda), random[F](rng, n*ldd)
		want := append([]F(nil), dst...)
		for i := range m {
			for j := range n {
				want[j*ldd+i] = a[i*lda+j]
			}
		}
		Transpose(dst, ldd, a, lda, m, n)
		if fmt.Sprint(dst) != fmt.Sprint(want) {
			t.Errorf("%T, %d x %d: %v, want %v", F(0), m, n, dst, want)
		}
	}
}
