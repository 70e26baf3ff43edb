package linalg

import (
	"math/rand/v2"
	"testing"
)

// TestCombine compares Combine with sums taken as its comment says, to the bit,
// with every backend: for all numbers of terms that one pass takes and more,
// lengths around those of vectors, and a result in place of x.
func TestCombine(t *testing.T) {
	for _, b := range append(runnable(), gonumBackend) {
		t.Run(b.name, func(t *testing.T) {
			old := current.Swap(b)
			t.Cleanup(func() { current.Store(old) })
			testCombine[float32](t)
			testCombine[float64](t)
		})
	}
}

func testCombine[F Float](t *testing.T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	for terms := range 2*combined + 2 {
		for n := range 40 {
			for _, inPlace := range []bool{false, true} {
				draw := func(n int) []F {
					v := make([]F, n)
					for i := range v {
						v[i] = F(rng.NormFloat64())
					}
					return v
				}
				x, dst, w := draw(n+1), draw(n+1), draw(terms)
				k := make([][]F, terms)
				for j := range k {
					k[j] = draw(n)
				}
				want := make([]F, n)
				for i := range want {
					want[i] = x[i]
					for from := 0; from < terms; from += combined {
						var sum F
						for j := from; j < min(from+combined, terms); j += 2 {
							pair := F(w[j] * k[j][i]) // rounded: arm64 would fuse it into what follows
							if j+1 < min(from+combined, terms) {
								pair += F(w[j+1] * k[j+1][i])
							}
							if j == from {
								sum = pair
							} else {
								sum += pair
							}
						}
						want[i] += sum
					}
				}
				if inPlace {
					dst = x
				}
				behind := dst[n]
				Combine(dst[:n], x, w, k)
				for i := range want {
					if dst[i] != want[i] {
						t.Fatalf("%d terms of %d elements, in place %v: element %d is %v, want %v", terms, n, inPlace, i, dst[i], want[i])
					}
				}
				if dst[n] != behind {
					t.Fatalf("%d terms of %d elements wrote behind them", terms, n)
				}
			}
		}
	}
}
