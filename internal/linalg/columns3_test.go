package linalg

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Products of three columns have the bits of the plain loops, and stay within
// their results, for all numbers of rows around those that kernels take at once.
func TestThreeColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for out := range 20 {
		x, y, w := random[float64](rng, 3), random[float64](rng, out), random[float64](rng, 3*out)
		check := func(name string, n int, compute, plain func(dst []float64)) {
			t.Helper()
			got := random[float64](rng, n+8)
			want := slices.Clone(got)
			copy(got, w)
			copy(want, w)
			compute(got[:n])
			plain(want[:n])
			if !slices.Equal(got, want) {
				t.Errorf("%s of %d rows: %v, want %v", name, out, got, want)
			}
		}
		check("mulVec3", out, func(dst []float64) { mulVec3Double(dst, w, x) }, func(dst []float64) { mulVec3(dst, w, x) })
		check("outer3", 3*out, func(dst []float64) { outer3Double(0.3, y, x, dst) }, func(dst []float64) { outer3(0.3, y, x, dst) })
		check("addOuter3", 3*out, func(dst []float64) { addOuter3Double(0.3, y, x, dst) }, func(dst []float64) { addOuter3(0.3, y, x, dst) })
	}
}
