package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func random(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func single(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// Every kernel agrees with gonum's matrices, whatever path its shape takes.
func TestKernels(t *testing.T) {
	for _, rows := range []int{1, 2, 7, 32} {
		for _, in := range []int{1, 2, 3, 4, 5, 50} {
			for _, out := range []int{1, 3, 11} {
				t.Run(fmt.Sprintf("%dx%dx%d", rows, out, in), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(1, uint64(rows*10000+out*100+in)))
					x, y, w := random(rng, rows*in), random(rng, rows*out), random(rng, out*in)
					X, Y, W := mat.NewDense(rows, in, x), mat.NewDense(rows, out, y), mat.NewDense(out, in, w)

					var want mat.Dense
					got := make([]float64, rows*out)
					MulTrans(got, x, w, rows, out, in)
					want.Mul(X, W.T())
					near(t, "MulTrans", got, want.RawMatrix().Data, 1e-13)
					got32 := make([]float32, rows*out)
					MulTrans(got32, single(x), single(w), rows, out, in)
					near(t, "MulTrans float32", got32, want.RawMatrix().Data, 1e-4)

					want.Reset()
					got = make([]float64, rows*in)
					Mul(got, y, w, rows, out, in)
					want.Mul(Y, W)
					near(t, "Mul", got, want.RawMatrix().Data, 1e-13)

					want.Reset()
					got = make([]float64, out*in)
					Outer(got, -0.5, y, x, rows, out, in)
					want.Mul(Y.T(), X)
					want.Scale(-0.5, &want)
					near(t, "Outer", got, want.RawMatrix().Data, 1e-13)

					got = make([]float64, out)
					ColumnSums(got, 2, y, rows)
					for j := range got {
						near(t, "ColumnSums", got[j:j+1], []float64{2 * mat.Sum(Y.ColView(j))}, 1e-13)
					}
				})
			}
		}
	}
}

func near[F Float](t *testing.T, name string, got []F, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > tol*math.Max(1, math.Abs(want[i])) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, got[i], want[i])
		}
	}
}

func BenchmarkMulTrans(b *testing.B) {
	for _, s := range []struct{ rows, out, in int }{{1, 50, 3}, {1, 1, 50}, {1, 500, 500}, {32, 500, 784}} {
		b.Run(fmt.Sprintf("%dx%dx%d", s.rows, s.out, s.in), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			x, w := random(rng, s.rows*s.in), random(rng, s.out*s.in)
			dst := make([]float64, s.rows*s.out)
			b.SetBytes(int64(8 * s.out * s.in))
			for b.Loop() {
				MulTrans(dst, x, w, s.rows, s.out, s.in)
			}
		})
	}
}
