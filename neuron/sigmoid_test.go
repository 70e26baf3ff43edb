package neuron

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactSigmoid is 1/(1+exp(-x)) to about 40 digits.
func exactSigmoid(x float64) *big.Float {
	const precision, halvings = 160, 12
	// exp(-x) = exp(-x/2^s)^(2^s), the first factor by its series.
	r := new(big.Float).SetPrec(precision).SetFloat64(-x)
	s := max(0, r.MantExp(nil)+halvings)
	if r.Sign() != 0 {
		r.SetMantExp(r, -s)
	}
	one := new(big.Float).SetPrec(precision).SetInt64(1)
	sum, term := new(big.Float).Set(one), new(big.Float).Set(one)
	for n := int64(1); n <= 14; n++ {
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetInt64(n))
		sum.Add(sum, term)
	}
	for range s {
		sum.Mul(sum, sum)
	}
	return sum.Quo(one, sum.Add(sum, one))
}

// ulps is the distance of got from the exact value in units of the last place
// that a number of this precision has there.
func ulps[F Float](got F, exact *big.Float) float64 {
	digits, lowest := 53, -1074
	if _, single := any(got).(float32); single {
		digits, lowest = 24, -149
	}
	diff := new(big.Float).SetPrec(160).SetFloat64(float64(got))
	diff.Sub(diff, exact)
	diff.SetMantExp(diff, -max(exact.MantExp(nil)-digits, lowest))
	d, _ := diff.Float64()
	return math.Abs(d)
}

// eachWay runs a test with each set of instructions that this processor has.
func eachWay(t *testing.T, test func(t *testing.T)) {
	all := instructions()
	t.Cleanup(all[0].use)
	for _, way := range all {
		way.use()
		t.Run(way.name, test)
	}
}

func TestSigmoidAccuracy(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		t.Run("float64", testSigmoidAccuracy[float64])
		t.Run("float32", testSigmoidAccuracy[float32])
	})
}

func testSigmoidAccuracy[F Float](t *testing.T) {
	for _, span := range []struct{ from, to float64 }{
		{-1, 1}, {-10, 10}, {-40, 0}, {0, 40}, {30, 40}, {-104, -80},
		{-37.1, -36.3}, {-17, -16.2}, {-88, -86}, {-745.2, -700}, {-709, -707}, {-745, 40}, {-1e-8, 1e-8}, {-1e-300, 1e-300}, {-2000, 2000},
	} {
		t.Run(fmt.Sprintf("%g to %g", span.from, span.to), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			x := make([]F, 2000)
			for i := range x {
				x[i] = F(span.from + rng.Float64()*(span.to-span.from))
			}
			x[0], x[1] = F(span.from), F(span.to)
			y := make([]F, len(x))
			Sigmoid(y, x)
			for i := range y {
				if d, most := ulps(y[i], exactSigmoid(float64(x[i]))), mostUlps(x[i]); !(d <= most) {
					t.Fatalf("Sigmoid(%v) = %v is %.2f ulp off, want at most %g", x[i], y[i], d, most)
				}
			}
		})
	}
}

// mostUlps is larger where exp(-x) is nearest to the power of two beside which
// 1 is half a unit in the last place.
func mostUlps[F Float](x F) float64 {
	digits := 53.
	if _, single := any(x).(float32); single {
		digits = 24
	}
	if math.Abs(float64(x)/math.Ln2+digits) < 0.51 {
		return 2.5
	}
	return 2
}

// Rounding has no direction where sums of differences from 0.5 would show it: the
// mean error is far below that of a unit in the last place.
func TestSigmoidIsUnbiased(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		for _, width := range []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1} {
			rng := rand.New(rand.NewPCG(1, 2))
			x, y := make([]float32, 200000), make([]float32, 200000)
			for i := range x {
				x[i] = float32(width * rng.NormFloat64())
			}
			Sigmoid(y, x)
			var mean float64
			for i := range x {
				mean += (float64(y[i]) - 1/(1+math.Exp(-float64(x[i])))) / float64(len(x))
			}
			if mean /= 0x1p-24; math.Abs(mean) > 0.05 {
				t.Errorf("x about %g: the mean error is %.3f ulp", width, mean)
			}
		}
	})
}

func TestSigmoidValues(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		t.Run("float64", testSigmoidValues[float64])
		t.Run("float32", testSigmoidValues[float32])
	})
}

func testSigmoidValues[F Float](t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct{ x, want float64 }{
		{0, 0.5}, {math.Copysign(0, -1), 0.5}, {5e-324, 0.5}, {-5e-324, 0.5}, {1e-45, 0.5},
		{inf, 1}, {-inf, 0}, {math.NaN(), math.NaN()},
		{1e300, 1}, {-1e300, 0}, {50, 1}, {700, 1}, {710, 1}, {-800, 0},
		{0x1p51, 1}, {0x1p52, 1}, {0x1p53, 1}, {-0x1p51, 0}, {-0x1p52, 0}, {-0x1p53, 0},
	} {
		got := []F{F(c.x)}
		Sigmoid(got, got)
		if float64(got[0]) != c.want && !(math.IsNaN(c.want) && math.IsNaN(float64(got[0]))) {
			t.Errorf("Sigmoid(%v) = %v, want %v", c.x, got[0], c.want)
		}
	}
}

// A NaN's sign and payload do not matter.
func TestSigmoidNaN(t *testing.T) { eachWay(t, testSigmoidNaN) }

func testSigmoidNaN(t *testing.T) {
	for _, bits := range []uint64{0x7ff8000000000001, 0xfff8000000000000, 0x7ff0000000000001, 0xffffffffffffffff} {
		x := []float64{math.Float64frombits(bits)}
		if Sigmoid(x, x); !math.IsNaN(x[0]) {
			t.Errorf("Sigmoid of NaN %#x = %v", bits, x[0])
		}
	}
}

func TestSigmoidShape(t *testing.T) { eachWay(t, testSigmoidShape) }

func testSigmoidShape(t *testing.T) {
	var x, y, mirrored []float64
	for v := -705.0; v < 30; v += 0.0037 {
		x = append(x, v)
		mirrored = append(mirrored, -v)
	}
	y = make([]float64, len(x))
	Sigmoid(y, x)
	Sigmoid(mirrored, mirrored)
	for i := range x {
		if i > 0 && y[i] <= y[i-1] {
			t.Fatalf("not increasing: %v at %v, %v at %v", y[i-1], x[i-1], y[i], x[i])
		}
		if sum := y[i] + mirrored[i]; math.Abs(sum-1) > 0x1p-52 {
			t.Fatalf("Sigmoid(%v) + Sigmoid(%v) - 1 = %v, want 0", x[i], -x[i], sum-1)
		}
	}
}

// An element's bits depend on its value only, not on its neighbours, on the
// length of the slice or on whether dst is x.
func TestSigmoidIsElementwise(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		t.Run("float64", testSigmoidIsElementwise[float64])
		t.Run("float32", testSigmoidIsElementwise[float32])
	})
}

func testSigmoidIsElementwise[F Float](t *testing.T) {
	x := []F{0.3, -1e4, 2, 1e4, -0.7, -1, 3.5, -4, 10, -12, 0.01, -700, 700, 5, -40, 1, -1, 0, -2, -701, 6, 7}
	alone := make([]F, len(x))
	for i := range x {
		Sigmoid(alone[i:i+1], x[i:i+1])
	}
	for n := range len(x) + 1 {
		for lo := range n + 1 {
			dst := make([]F, n-lo)
			Sigmoid(dst, x[lo:])
			inPlace := append([]F(nil), x[lo:n]...)
			Sigmoid(inPlace, inPlace)
			for i := range dst {
				if dst[i] != alone[lo+i] || inPlace[i] != alone[lo+i] {
					t.Fatalf("element %d of x[%d:%d]: %v, in place %v, alone %v", i, lo, n, dst[i], inPlace[i], alone[lo+i])
				}
			}
		}
	}
}

func TestLogitValues(t *testing.T) {
	for _, c := range []struct{ x, want, tolerance float64 }{
		{0, math.Inf(-1), 0}, {1, math.Inf(1), 0}, {0.5, 0, 0},
		{-0.1, math.NaN(), 0}, {1.1, math.NaN(), 0}, {math.NaN(), math.NaN(), 0},
		{0.75, math.Log(3), 4e-16}, {0.9, math.Log(9), 9e-16}, {0.25, -math.Log(3), 4e-16}, {0.2, -math.Log(4), 4e-16},
		// Close to 0.5 the function is 4 (x - 0.5).
		{0.5 + 0x1p-30, 0x1p-28, 0x1p-80}, {0.5 - 0x1p-30, -0x1p-28, 0x1p-80},
		// Close to 0 it is log(x).
		{1e-300, math.Log(1e-300), 1e-13}, {5e-324, math.Log(5e-324), 1e-13},
	} {
		got := []float64{c.x}
		Logit(got, got)
		same := got[0] == c.want || math.Abs(got[0]-c.want) <= c.tolerance || math.IsNaN(got[0]) && math.IsNaN(c.want)
		if !same {
			t.Errorf("Logit(%v) = %v, want %v within %v", c.x, got[0], c.want, c.tolerance)
		}
	}
}

func TestLogitInvertsSigmoid(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testLogitInvertsSigmoid[float64](t, 0x1p-52) })
	t.Run("float32", func(t *testing.T) { testLogitInvertsSigmoid[float32](t, 0x1p-23) })
}

func testLogitInvertsSigmoid[F Float](t *testing.T, epsilon float64) {
	for x := -80.0; x < 10; x += 0.0917 {
		y := []F{F(x)}
		Sigmoid(y, y)
		Logit(y, y)
		// dx = dy / (y(1-y)): rounding y to a relative epsilon moves x by this.
		tolerance := 3 * epsilon * (1 + math.Exp(x) + math.Abs(x))
		if got := float64(y[0]); !(math.Abs(got-float64(F(x))) <= tolerance) {
			t.Errorf("Logit(Sigmoid(%v)) = %v, want it within %v", x, got, tolerance)
		}
	}
}

func TestSigmoidDoesNotAllocate(t *testing.T) {
	x, single := make([]float64, 50), make([]float32, 50)
	allocs := testing.AllocsPerRun(100, func() {
		Sigmoid(x, x)
		Logit(x, x)
		Sigmoid(single, single)
		Logit(single, single)
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}

func ExampleSigmoid() {
	x := []float64{-2, 0, 2}
	Sigmoid(x, x)
	fmt.Printf("%.4f\n", x)
	// Output: [0.1192 0.5000 0.8808]
}

func ExampleLogit() {
	x := []float64{0.2, 0.5, 0.8}
	Logit(x, x)
	fmt.Printf("%.4f\n", x)
	// Output: [-1.3863 0.0000 1.3863]
}

func BenchmarkSigmoid(b *testing.B) {
	b.Run("float64", func(b *testing.B) { benchmarkSigmoid(b, Sigmoid[float64]) })
	b.Run("float32", func(b *testing.B) { benchmarkSigmoid(b, Sigmoid[float32]) })
	b.Run("math.Exp", func(b *testing.B) {
		benchmarkSigmoid(b, func(dst, x []float64) {
			for i, v := range x {
				dst[i] = 1 / (1 + math.Exp(-v))
			}
		})
	})
}

func benchmarkSigmoid[F Float](b *testing.B, sigmoid func(dst, x []F)) {
	for _, n := range []int{50, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			x, y := make([]F, n), make([]F, n)
			for i := range x {
				x[i] = F(3 * rng.NormFloat64())
			}
			b.ReportAllocs()
			for b.Loop() {
				sigmoid(y, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/element")
		})
	}
}
