package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// available are gonum, the kernels of our own that this processor runs, slower
// ones included, and the shared library of this machine, if any.
func available(t testing.TB) map[string]*Backend {
	t.Helper()
	all := map[string]*Backend{"gonum": gonumBackend}
	for _, b := range runnable() {
		all[b.name] = b
	}
	if b, err := installed(); err == nil {
		all["library"] = b
	}
	return all
}

// use sets a backend until the test ends.
func use(t testing.TB, b *Backend) {
	t.Helper()
	previous := current.Swap(b)
	t.Cleanup(func() { current.Store(previous) })
}

func random[F Float](rng *rand.Rand, n int) []F {
	x := make([]F, n)
	for i := range x {
		x[i] = F(rng.NormFloat64())
	}
	return x
}

// The shapes meet every path: one row and more, few inputs and many, products
// left to gonum and those that a library takes.
func shapes() [][3]int {
	all := [][3]int{{1, 1, 1}, {1, 50, 3}, {1, 3, 50}, {1, 67, 129}, {1, 130, 15}, {1, 1000, 16}, {65, 65, 65}, {32, 500, 7},
		{1, 300, 201}, {1, 11, 4097}, {32, 96, 160}, {40, 100, 300}}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		all = append(all, [3]int{1 + rng.IntN(65), 1 + 2*rng.IntN(45), 1 + 2*rng.IntN(45)})
		all = append(all, [3]int{1, 1 + 2*rng.IntN(99), 1 + 2*rng.IntN(99)})
	}
	return all
}

// Every kernel agrees with sums in float64, on every backend of this machine.
func TestKernels(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			use(t, b)
			for _, s := range shapes() {
				t.Run(fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2]), func(t *testing.T) {
					checkKernels[float32](t, s[0], s[1], s[2], Tolerance32)
					checkKernels[float64](t, s[0], s[1], s[2], Tolerance64)
				})
			}
		})
	}
}

func checkKernels[F Float](t *testing.T, rows, out, in int, tol float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(rows*1000000+out*1000+in)))
	x, y, w := random[F](rng, rows*in), random[F](rng, rows*out), random[F](rng, out*in)

	// Old content, NaN above all, must not be part of what is stored.
	stale := func(n int) []F {
		dst := make([]F, n)
		for i := range dst {
			dst[i] = F(math.NaN())
		}
		return dst
	}
	got := stale(rows * out)
	MulTrans(got, x, w, rows, out, in)
	near(t, "MulTrans", got, sums(nil, 1, x, w, rows, in, out, false, true), tol)
	got = stale(rows * in)
	Mul(got, y, w, rows, out, in)
	near(t, "Mul", got, sums(nil, 1, y, w, rows, out, in, false, false), tol)
	got = stale(out * in)
	Outer(got, -0.5, y, x, rows, out, in)
	near(t, "Outer", got, sums(nil, -0.5, y, x, out, rows, in, true, false), tol)
	got = append([]F(nil), w...)
	AddOuter(got, -0.5, y, x, rows, out, in)
	near(t, "AddOuter", got, sums(w, -0.5, y, x, out, rows, in, true, false), tol)

	for variant := range 4 {
		transA, transB := variant&1 != 0, variant&2 != 0
		got = stale(rows * in)
		Product(got, y, w, rows, out, in, transA, transB)
		near(t, fmt.Sprintf("Product %v %v", transA, transB), got, sums(nil, 1, y, w, rows, out, in, transA, transB), tol)
	}

	ones := make([]F, rows)
	for r := range ones {
		ones[r] = 1
	}
	got = stale(out)
	ColumnSums(got, 2, y, rows)
	near(t, "ColumnSums", got, sums(nil, 2, ones, y, 1, rows, out, false, false), tol)
	got = append([]F(nil), y[:out]...)
	AddColumnSums(got, 2, y, rows)
	near(t, "AddColumnSums", got, sums(y[:out], 2, ones, y, 1, rows, out, false, false), tol)
	got = append([]F(nil), y...)
	AddRows(got, w[:out])
	near(t, "AddRows", got, sums(y, 1, ones, w[:out], rows, 1, out, false, false), tol)
	got = []F{Dot(w, w)}
	near(t, "Dot", got, sums(nil, 1, w, w, 1, out*in, 1, false, false), tol)
}

// sum is an exact value for the tests, and the sum of absolute values of what
// was added: the scale of rounding.
type sum struct{ value, scale float64 }

// sums are the elements of start + alpha a b, summed one by one; a nil start
// is zero.
func sums[F Float](start []F, alpha F, a, b []F, m, k, n int, transA, transB bool) []sum {
	c := make([]sum, m*n)
	for i := range m {
		for j := range n {
			s := &c[i*n+j]
			if start != nil {
				s.value = float64(start[i*n+j])
				s.scale = math.Abs(s.value)
			}
			for l := range k {
				p, q := i*k+l, l*n+j
				if transA {
					p = l*m + i
				}
				if transB {
					q = j*k + l
				}
				term := float64(alpha) * float64(a[p]) * float64(b[q])
				s.value += term
				s.scale += math.Abs(term)
			}
		}
	}
	return c
}

func near[F Float](t *testing.T, name string, got []F, want []sum, tol float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w.value) <= tol*w.scale) {
			t.Fatalf("%s: element %d is %v, want %v within %.1g", name, i, got[i], w.value, tol*w.scale)
		}
	}
}

// Goroutines that use a backend at once get, bit for bit, what one gets.
func TestConcurrentUse(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			use(t, b)
			for _, rows := range []int{1, 32} {
				t.Run(fmt.Sprint(rows), func(t *testing.T) { checkConcurrent(t, rows) })
			}
		})
	}
}

func checkConcurrent(t *testing.T, rows int) {
	const out, in, goroutines, repeats = 150, 200, 6, 20
	products := func(seed uint64) map[string][]float32 {
		rng := rand.New(rand.NewPCG(1, seed))
		x, w := random[float32](rng, rows*in), random[float32](rng, out*in)
		forward, back, outer := make([]float32, rows*out), make([]float32, rows*in), make([]float32, out*in)
		MulTrans(forward, x, w, rows, out, in)
		Mul(back, forward, w, rows, out, in)
		Outer(outer, 0.5, forward, x, rows, out, in)
		return map[string][]float32{"MulTrans": forward, "Mul": back, "Outer": outer}
	}
	want := make([]map[string][]float32, goroutines)
	for i := range want {
		want[i] = products(uint64(i))
	}
	failures := make(chan string, goroutines)
	for i := range goroutines {
		go func() {
			failure := ""
			for range repeats {
				for name, got := range products(uint64(i)) {
					if !equal(got, want[i][name]) {
						failure = fmt.Sprintf("%s differs in goroutine %d", name, i)
					}
				}
			}
			failures <- failure
		}()
	}
	for range goroutines {
		if f := <-failures; f != "" {
			t.Error(f)
		}
	}
}

func equal(a, b []float32) bool {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// Results of the backends in Go do not depend on the number of processors.
func TestProcessorsDoNotChangeBits(t *testing.T) {
	for _, b := range append(runnable(), gonumBackend) {
		t.Run(b.name, func(t *testing.T) {
			use(t, b)
			checkProcessors(t)
		})
	}
}

func checkProcessors(t *testing.T) {
	t.Helper()
	const rows, out, in = 33, 250, 201
	rng := rand.New(rand.NewPCG(5, 6))
	x, w := random[float32](rng, rows*in), random[float32](rng, out*in)
	products := func(processors int) [][]float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		forward, back, outer := make([]float32, rows*out), make([]float32, rows*in), make([]float32, out*in)
		MulTrans(forward, x, w, rows, out, in)
		Mul(back, forward, w, rows, out, in)
		Outer(outer, 0.5, forward, x, rows, out, in)
		all := [][]float32{forward, back, outer}
		changed, carry, sent, behind := append([]float32(nil), w...), make([]float32, len(w)), make([]float32, out), make([]float32, in)
		AccumulateOuter(changed, carry, make([]float32, len(w)), 0.5, forward, x, rows, out, in)
		for range 3 {
			AccumulateOuterMulTrans(sent, changed, carry, 0.1, forward[:out], x[:in], x[in:2*in], out, in)
			AddOuterMulTrans(sent, changed, 0.1, forward[:out], x[:in], x[in:2*in], out, in)
			AddOuter(changed, 0.1, forward[:out], x[:in], 1, out, in)
			Mul(behind, sent, changed, 1, out, in)
			Accumulate(changed, carry, 0.3, outer)
			AddScaled(changed, 0.3, outer)
			Combine(changed, changed, []float32{0.1, 0.2}, [][]float32{outer, w})
		}
		return append(all, changed, carry, sent, behind)
	}
	want := products(1)
	for _, processors := range []int{2, 3, 8} {
		for i, got := range products(processors) {
			if !equal(got, want[i]) {
				t.Errorf("product %d differs on %d processors", i, processors)
			}
		}
	}
}

// The backends differ by rounding at most, well within the tolerances.
func TestBackendsAgree(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			checkAgreement[float32](t, b, Tolerance32)
			checkAgreement[float64](t, b, Tolerance64)
		})
	}
}

func checkAgreement[F Float](t *testing.T, b *Backend, tol float64) {
	t.Helper()
	for _, s := range [][3]int{{1, 500, 784}, {32, 500, 784}, {64, 101, 2000}} {
		rows, out, in := s[0], s[1], s[2]
		rng := rand.New(rand.NewPCG(7, 8))
		x, w := random[F](rng, rows*in), random[F](rng, out*in)
		got, other := make([]F, rows*out), make([]F, rows*out)
		use(t, b)
		MulTrans(got, x, w, rows, out, in)
		use(t, gonumBackend)
		MulTrans(other, x, w, rows, out, in)
		want := sums(nil, 1, x, w, rows, in, out, false, true)
		for i := range want {
			want[i].value = float64(other[i])
		}
		near(t, fmt.Sprint(s), got, want, tol)
	}
}

// One pass over the weights leaves the same bits as two.
func TestAddOuterMulTransIsBoth(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			use(t, b)
			for _, s := range shapes() {
				out, in := s[1], s[2]
				rng := rand.New(rand.NewPCG(15, uint64(out*1000+in)))
				w, x, y, next := random[float32](rng, out*in), random[float32](rng, in), random[float32](rng, out), random[float32](rng, in)
				want, got := make([]float32, out), make([]float32, out)
				changed := append([]float32(nil), w...)
				AddOuter(w, 0.3, y, x, 1, out, in)
				MulTrans(want, next, w, 1, out, in)
				AddOuterMulTrans(got, changed, 0.3, y, x, next, out, in)
				if !equal(got, want) || !equal(changed, w) {
					t.Errorf("%d x %d: differs from AddOuter and MulTrans", out, in)
				}
			}
		})
	}
}
