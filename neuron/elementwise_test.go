package neuron

import (
	"math/rand/v2"
	"testing"
)

// TestElementwise compares each operation with its plain form, to the bit, for
// all ways that this processor has, lengths around those of vectors, and a
// result in place of each operand.
func TestElementwise(t *testing.T) {
	for _, set := range instructions() {
		t.Run(set.name, func(t *testing.T) {
			set.use()
			t.Cleanup(func() { instructions()[0].use() })
			testElementwise[float32](t)
			testElementwise[float64](t)
		})
	}
}

func testElementwise[F Float](t *testing.T) {
	t.Helper()
	e := ElementwiseOf[F]()
	rng := rand.New(rand.NewPCG(1, 2))
	plain := map[Operation]func(a, b, c F) F{
		Add:            func(a, b, _ F) F { return a + b },
		Sub:            func(a, b, _ F) F { return a - b },
		Mul:            func(a, b, _ F) F { return a * b },
		Div:            func(a, b, _ F) F { return a / b },
		MulAdd:         func(a, b, c F) F { return F(a*b) + c },
		SubMul:         func(a, b, c F) F { return (a - b) * c },
		OneMinusMul:    func(a, b, _ F) F { return (1 - a) * b },
		OneMinusMulMul: func(a, b, c F) F { return (1 - a) * b * c },
	}
	for o := range operations {
		for n := 1; n < 40; n++ {
			for in := range 4 { // 0: dst is none of the operands
				var x [4][]F
				for k := range x {
					x[k] = make([]F, n+3)
					for i := range x[k] {
						x[k][i] = F(rng.NormFloat64())
					}
				}
				want := make([]F, n)
				for i := range want {
					want[i] = plain[o](x[1][i], x[2][i], x[3][i])
				}
				dst := x[in]
				behind := dst[n]
				e.Kernel(o)(n, &dst[0], &x[1][0], &x[2][0], &x[3][0], e.Mask(n))
				for i := range want {
					if dst[i] != want[i] {
						t.Fatalf("operation %d of %d elements, dst %d: element %d is %v, want %v", o, n, in, i, dst[i], want[i])
					}
				}
				if dst[n] != behind {
					t.Fatalf("operation %d of %d elements wrote behind them", o, n)
				}
			}
		}
	}
}
