//go:build !race

package linalg

import (
	"math/rand/v2"
	"testing"
)

// Under the race detector, sync.Pool forgets at random and so allocates.
func TestKernelsDoNotAllocate(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			use(t, b)
			checkAllocations[float32](t)
			checkAllocations[float64](t)
		})
	}
}

func checkAllocations[F Float](t *testing.T) {
	t.Helper()
	for _, rows := range []int{1, 2, 32} {
		for _, in := range []int{3, 15, 50, 800} {
			const out = 50
			rng := rand.New(rand.NewPCG(1, 2))
			x, y, w := random[F](rng, rows*in), random[F](rng, rows*out), random[F](rng, out*in)
			sent, more := random[F](rng, out), random[F](rng, out*in)
			kept := make([]F, out*in)
			if n := testing.AllocsPerRun(20, func() {
				MulTrans(y, x, w, rows, out, in)
				Mul(x, y, w, rows, out, in)
				Outer(w, 1e-3, y, x, rows, out, in)
				AddOuter(w, 1e-3, y, x, rows, out, in)
				AddOuterMulTrans(sent, w, 1e-3, y[:out], x[:in], x[:in], out, in)
				AddScaled(more, 1e-3, w)
				AccumulateOuter(w, kept, more, 1e-3, y, x, rows, out, in)
				AccumulateOuterMulTrans(sent, w, kept, 1e-3, y[:out], x[:in], x[:in], out, in)
				Accumulate(more, kept, 1e-3, w)
			}); n != 0 {
				t.Errorf("%d rows, %d inputs: %v allocations", rows, in, n)
			}
		}
	}
}
