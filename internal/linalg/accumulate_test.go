package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Changes far below the last place of what they are added to all arrive, in
// every shape and on every backend: in float32 the sum of 100,000 changes is
// that of float64 to a unit in its last place, where plain sums lose them all.
func TestAccumulateLosesNothing(t *testing.T) {
	const steps = 100000
	for name, b := range available(t) {
		for _, s := range [][2]int{{1, 1}, {7, 3}, {5, 33}, {2, 129}, {6, 50}} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, s[0], s[1]), func(t *testing.T) {
				use(t, b)
				out, in := s[0], s[1]
				rng := rand.New(rand.NewPCG(1, uint64(in)))
				y, x, w := random[float32](rng, out), random[float32](rng, in), random[float32](rng, out*in)
				next, sent := random[float32](rng, in), make([]float32, out)
				const alpha = 1e-9
				first, want := make([]float64, len(w)), make([]float64, len(w))
				for i := range want {
					first[i] = float64(w[i])
					want[i] = first[i] + steps*float64(float32(alpha)*y[i/in])*float64(x[i%in])
				}
				plain := append([]float32(nil), w...)
				flat, change := append([]float32(nil), w...), make([]float32, len(w))
				carry, flatCarry := make([]float32, len(w)), make([]float32, len(w))
				Outer(change, alpha, y, x, 1, out, in)
				for step := range steps {
					if step%2 == 0 {
						AccumulateOuter(w, carry, nil, alpha, y, x, 1, out, in)
					} else {
						AccumulateOuterMulTrans(sent, w, carry, alpha, y, x, next, out, in)
					}
					Accumulate(flat, flatCarry, 1, change)
				}
				for range steps {
					AddOuter(plain, alpha, y, x, 1, out, in)
				}
				lost := 0
				for i, v := range want {
					near32(t, "AccumulateOuter", w[i], v)
					near32(t, "Accumulate", flat[i], v)
					// The carry has what is missing: twice the digits, of which each
					// change is rounded to the last.
					if got := float64(w[i]) + float64(carry[i]); math.Abs(got-v) > steps*0x1p-49*math.Abs(v)+1e-6*math.Abs(v-first[i]) {
						t.Fatalf("element %d with its carry is off by %g", i, got-v)
					}
					if math.Abs(float64(plain[i])-v) > 0.1*math.Abs(v-first[i]) {
						lost++
					}
				}
				if lost == 0 && len(w) > 1 {
					t.Error("plain sums would have been as good: the test shows nothing")
				}
				got := make([]float32, out)
				MulTrans(got, next, w, 1, out, in)
				for i := range got {
					if got[i] != sent[i] {
						t.Errorf("output %d of the fused pass is %v, of a product after it %v", i, sent[i], got[i])
					}
				}
			})
		}
	}
}

// The same holds of batches, and of matrices that several processors change.
func TestAccumulateBatches(t *testing.T) {
	const steps = 200
	for name, b := range available(t) {
		for _, s := range [][3]int{{2, 7, 3}, {3, 5, 33}, {32, 24, 129}, {32, 300, 201}, {300, 70, 50}, {1, 300, 201}} {
			t.Run(fmt.Sprintf("%s/%v", name, s), func(t *testing.T) {
				use(t, b)
				rows, out, in := s[0], s[1], s[2]
				rng := rand.New(rand.NewPCG(1, uint64(in)))
				y, x, w := random[float32](rng, rows*out), random[float32](rng, rows*in), random[float32](rng, out*in)
				const alpha = 1e-8
				change := sums(nil, float32(alpha), y, x, out, rows, in, true, false)
				first := append([]float32(nil), w...)
				flat, next, sent := append([]float32(nil), w...), random[float32](rng, in), make([]float32, out)
				carry, flatCarry, scratch := make([]float32, len(w)), make([]float32, len(w)), make([]float32, len(w))
				step := make([]float32, len(w))
				Outer(step, alpha, y, x, rows, out, in)
				for k := range steps {
					if rows == 1 && k%2 == 0 {
						AccumulateOuterMulTrans(sent, w, carry, alpha, y, x, next, out, in)
					} else {
						AccumulateOuter(w, carry, scratch, alpha, y, x, rows, out, in)
					}
					Accumulate(flat, flatCarry, 1, step)
				}
				for i, c := range change {
					want := float64(first[i]) + steps*c.value
					tol := steps * (1e-5*c.scale + 0x1p-47*math.Abs(want))
					for what, got := range map[string]float64{
						"AccumulateOuter": float64(w[i]) + float64(carry[i]), "Accumulate": float64(flat[i]) + float64(flatCarry[i]),
					} {
						if !(math.Abs(got-want) <= tol) {
							t.Fatalf("%s: element %d with its carry is %v, want %v within %g", what, i, got, want, tol)
						}
					}
					near32(t, "AccumulateOuter", w[i], want)
				}
			})
		}
	}
}

func near32(t *testing.T, what string, got float32, want float64) {
	t.Helper()
	ulp := math.Nextafter32(float32(math.Abs(want)), math.MaxFloat32) - float32(math.Abs(want))
	if math.Abs(float64(got)-want) > 1.01*float64(ulp)+1e-11 {
		t.Fatalf("%s: got %.10g, want %.10g", what, got, want)
	}
}

// BenchmarkUpdate compares the update of weights with and without a carry, on
// the largest layer of the examples.
func BenchmarkUpdate(b *testing.B) {
	const out, in = 500, 784
	rng := rand.New(rand.NewPCG(1, 1))
	y, x, w, next := random[float32](rng, out), random[float32](rng, in), random[float32](rng, out*in), random[float32](rng, in)
	dst, carry := make([]float32, out), make([]float32, out*in)
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			AddOuterMulTrans(dst, w, 1e-9, y, x, next, out, in)
		}
	})
	b.Run("carry", func(b *testing.B) {
		for b.Loop() {
			AccumulateOuterMulTrans(dst, w, carry, 1e-9, y, x, next, out, in)
		}
	})
}
