package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// gemmCase is a matrix product as a backend is asked for it.
type gemmCase struct {
	m, n, k        int
	transA, transB bool
	alpha, beta    float64
	offset         int // of the operands in their storage, in elements
}

func (c gemmCase) String() string {
	return fmt.Sprintf("%dx%dx%d,%v,%v,%v,%v", c.m, c.n, c.k, c.transA, c.transB, c.alpha, c.beta)
}

// All products agree with sums in float64: of every transposition, factor and
// edge of tiles and blocks.
func TestGemm(t *testing.T) {
	shapes := [][3]int{{1, 1, 600}, {3, 200, 1}, {8, 48, 7}, {9, 49, 257}, {17, 95, 300}, {100, 33, 513}, {2, 130, 40}, {64, 3, 50}, {40, 40, 40}}
	rng := rand.New(rand.NewPCG(9, 10))
	for range 12 {
		shapes = append(shapes, [3]int{1 + rng.IntN(70), 1 + rng.IntN(130), 1 + rng.IntN(90)})
	}
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			for i, s := range shapes {
				for variant := range 4 {
					for _, beta := range []float64{0, 1, -0.5} {
						c := gemmCase{s[0], s[1], s[2], variant&1 != 0, variant&2 != 0, 0.75, beta, i % 4}
						checkGemm(t, b, c)
					}
				}
			}
		})
	}
}

func FuzzGemm(f *testing.F) {
	f.Add(uint16(32), uint16(500), uint16(784), uint8(0), 1.0, 0.0)
	f.Add(uint16(9), uint16(49), uint16(257), uint8(7), -0.5, 1.0)
	f.Fuzz(func(t *testing.T, m, n, k uint16, flags uint8, alpha, beta float64) {
		if !(math.Abs(alpha) <= 1e3 && math.Abs(beta) <= 1e3) {
			t.Skip("no factor of a network")
		}
		for _, v := range []float64{alpha, beta} {
			if v != 0 && math.Abs(v) < 1e-3 {
				t.Skip("near the smallest numbers, rounding is not relative")
			}
		}
		c := gemmCase{1 + int(m)%100, 1 + int(n)%200, 1 + int(k)%600, flags&1 != 0, flags&2 != 0, alpha, beta, int(flags>>2) % 16}
		for _, b := range append(runnable(), gonumBackend) {
			checkGemm(t, b, c)
		}
	})
}

func checkGemm(t *testing.T, b *Backend, c gemmCase) {
	t.Helper()
	checkProduct(t, b.single, c, Tolerance32)
	checkProduct(t, b.double, c, Tolerance64)
}

func checkProduct[F Float](t *testing.T, kernels kernels[F], p gemmCase, tol float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, uint64(p.m*1000000+p.n*1000+p.k)))
	a := random[F](rng, p.offset+p.m*p.k)[p.offset:]
	b := random[F](rng, p.offset+p.k*p.n)[p.offset:]
	const guard = 64
	storage := random[F](rng, p.offset+p.m*p.n+guard)
	before := append([]F(nil), storage...)
	c := storage[p.offset:][:p.m*p.n]
	alpha, beta := F(p.alpha), F(p.beta)
	start := make([]F, len(c))
	for i := range c {
		if beta == 0 {
			c[i] = F(math.NaN())
		} else {
			start[i] = beta * c[i]
		}
	}
	kernels.gemm(p.transA, p.transB, p.m, p.n, p.k, alpha, a, b, beta, c)
	near(t, p.String(), c, sums(start, alpha, a, b, p.m, p.k, p.n, p.transA, p.transB), tol)
	copy(before[p.offset:], c)
	for i := range storage {
		if storage[i] != before[i] {
			t.Fatalf("%v: wrote beyond the result, at %d", p, i-p.offset)
		}
	}
}

// Products of a matrix and a vector stay within their results, wherever these
// lie in memory.
func TestVectorsStayWithin(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			for out := 1; out < 40; out += 3 {
				for in := 8; in < 80; in += 5 {
					checkVectors(t, b.single, out, in, Tolerance32)
					checkVectors(t, b.double, out, in, Tolerance64)
				}
			}
		})
	}
}

func checkVectors[F Float](t *testing.T, kernels kernels[F], out, in int, tol float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(12, uint64(out*1000+in)))
	const guard = 64
	offset := in % 3
	w, x, y := random[F](rng, offset+out*in+guard), random[F](rng, offset+in+guard), random[F](rng, offset+out+guard)
	other := random[F](rng, out*in)
	wIn, xIn, yIn := w[offset:][:out*in], x[offset:][:in], y[offset:][:out]
	check := func(name string, all, result []F, want []sum, compute func()) {
		t.Helper()
		before := append([]F(nil), all...)
		compute()
		near(t, fmt.Sprintf("%s of %d x %d", name, out, in), result, want, tol)
		copy(before[offset:], result)
		for i := range all {
			if all[i] != before[i] {
				t.Fatalf("%s of %d x %d: wrote beyond the result, at %d", name, out, in, i-offset)
			}
		}
	}
	check("ger", w, wIn, sums(wIn, -0.5, yIn, xIn, out, 1, in, false, false), func() { kernels.ger(out, in, -0.5, yIn, xIn, wIn) })
	check("outer", w, wIn, sums(nil, -0.5, yIn, xIn, out, 1, in, false, false), func() { kernels.outer(out, in, -0.5, yIn, xIn, wIn) })
	check("axpy", w, wIn, sums(wIn, 0.5, []F{1}, other, 1, 1, out*in, false, false), func() { kernels.axpy(0.5, other, wIn) })
	check("gemv", y, yIn, sums(nil, 1, wIn, xIn, out, in, 1, false, false), func() { kernels.gemv(false, out, in, wIn, xIn, yIn) })
	check("transposed gemv", x, xIn, sums(nil, 1, wIn, yIn, in, out, 1, true, false), func() { kernels.gemv(true, out, in, wIn, yIn, xIn) })
}

// Products of more than a few samples by our own kernels have the same bits
// whatever the width of vectors.
func TestWidthDoesNotChangeProducts(t *testing.T) {
	own := runnable()
	if len(own) < 2 {
		t.Skip("this processor has vectors of one width")
	}
	rng := rand.New(rand.NewPCG(13, 14))
	for _, s := range [][3]int{{32, 500, 784}, {500, 70, 32}, {33, 77, 300}, {9, 10, 500}} {
		for variant := range 4 {
			m, n, k := s[0], s[1], s[2]
			a, b := random[float32](rng, m*k), random[float32](rng, k*n)
			want := make([]float32, m*n)
			own[0].single.gemm(variant&1 != 0, variant&2 != 0, m, n, k, 0.5, a, b, 0, want)
			for _, other := range own[1:] {
				got := make([]float32, m*n)
				other.single.gemm(variant&1 != 0, variant&2 != 0, m, n, k, 0.5, a, b, 0, got)
				if !equal(got, want) {
					t.Errorf("%v, variant %d: %s and %s differ", s, variant, own[0].name, other.name)
				}
			}
		}
	}
}

// Each element of such a product is summed from the left by fused
// multiplications, on amd64 and arm64: so all of them give the same bits.
func TestProductsAreFusedSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, b := range runnable() {
		for _, s := range [][3]int{{32, 50, 78}, {50, 31, 32}, {9, 10, 200}, {5, 2, 99}, {17, 3, 30}} {
			for variant := range 4 {
				m, n, k := s[0], s[1], s[2]
				transA, transB := variant&1 != 0, variant&2 != 0
				a, x, got := random[float64](rng, m*k), random[float64](rng, k*n), make([]float64, m*n)
				b.double.gemm(transA, transB, m, n, k, 0.3, a, x, 0, got)
				for i := range got {
					row, column := i/n, i%n
					sum := 0.0
					for l := range k {
						p, q := row*k+l, l*n+column
						if transA {
							p = l*m + row
						}
						if transB {
							q = column*k + l
						}
						sum = math.FMA(a[p], x[q], sum)
					}
					if want := 0.3 * sum; got[i] != want {
						t.Fatalf("%s, %v, variant %d: element %d is %v, want %v", b.name, s, variant, i, got[i], want)
					}
				}
			}
		}
	}
}
