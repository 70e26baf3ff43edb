package linalg

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Samples x inputs x outputs: image networks, the regression task, and sizes
// about the one from which a shared library is called.
var benchmarkShapes = []struct{ rows, in, out int }{
	{32, 784, 500}, {32, 500, 500}, {32, 500, 10}, {8, 32, 32},
	{1, 784, 500}, {1, 500, 500}, {1, 128, 128}, {1, 50, 50}, {1, 3, 50}, {1, 50, 1},
}

func BenchmarkMulTrans(b *testing.B) {
	benchmarkKernel(b, func(rows, in, out int, x, y, w []float32) { MulTrans(y, x, w, rows, out, in) },
		func(rows, in, out int, x, y, w []float64) { MulTrans(y, x, w, rows, out, in) })
}

func BenchmarkMul(b *testing.B) {
	benchmarkKernel(b, func(rows, in, out int, x, y, w []float32) { Mul(x, y, w, rows, out, in) },
		func(rows, in, out int, x, y, w []float64) { Mul(x, y, w, rows, out, in) })
}

func BenchmarkOuter(b *testing.B) {
	benchmarkKernel(b, func(rows, in, out int, x, y, w []float32) { Outer(w, 0.5, y, x, rows, out, in) },
		func(rows, in, out int, x, y, w []float64) { Outer(w, 0.5, y, x, rows, out, in) })
}

func BenchmarkAddOuter(b *testing.B) {
	benchmarkKernel(b, func(rows, in, out int, x, y, w []float32) { AddOuter(w, 1e-6, y, x, rows, out, in) },
		func(rows, in, out int, x, y, w []float64) { AddOuter(w, 1e-6, y, x, rows, out, in) })
}

// benchmarkKernel runs a kernel in both precisions, for all shapes and
// backends.
func benchmarkKernel(b *testing.B, single func(rows, in, out int, x, y, w []float32), double func(rows, in, out int, x, y, w []float64)) {
	for name, backend := range available(b) {
		b.Run(name, func(b *testing.B) {
			use(b, backend)
			b.Run("float32", func(b *testing.B) { benchmarkPrecision(b, single) })
			b.Run("float64", func(b *testing.B) { benchmarkPrecision(b, double) })
		})
	}
}

func benchmarkPrecision[F Float](b *testing.B, kernel func(rows, in, out int, x, y, w []F)) {
	for _, s := range benchmarkShapes {
		b.Run(fmt.Sprintf("%dx%dx%d", s.rows, s.in, s.out), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			x, y, w := random[F](rng, s.rows*s.in), random[F](rng, s.rows*s.out), random[F](rng, s.out*s.in)
			b.ReportAllocs()
			for b.Loop() {
				kernel(s.rows, s.in, s.out, x, y, w)
			}
			flops := 2 * float64(s.rows*s.in*s.out) * float64(b.N)
			b.ReportMetric(flops/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
