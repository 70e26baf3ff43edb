package neuron

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// Vectors give the bits of plainSigmoid on every processor: on amd64 of any
// width, and on arm64.
func TestSigmoidBits(t *testing.T) {
	all := instructions()
	t.Cleanup(all[0].use)
	for _, way := range all[:len(all)-1] { // the last is one by one
		way.use()
		t.Run(way.name, func(t *testing.T) {
			t.Run("float64", func(t *testing.T) { testSigmoidBits[float64](t, 700) })
			t.Run("float32", func(t *testing.T) { testSigmoidBits[float32](t, 87) })
		})
	}
}

func testSigmoidBits[F Float](t *testing.T, farthest float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := make([]F, 3001), make([]F, 3001)
	for i := range x {
		x[i] = F((2*rng.Float64() - 1) * farthest)
		if i%2 == 0 {
			x[i] = F(8 * rng.NormFloat64())
		}
	}
	Sigmoid(y, x)
	for i := range y {
		if want := plainSigmoid(x[i]); y[i] != want {
			t.Fatalf("Sigmoid(%v) = %v, element %d, want %v", x[i], y[i], i, want)
		}
	}
}

// plainSigmoid is what internal/asm/logistic explains, in plain Go: every
// product that something is added to is fused with the sum, and no other is.
func plainSigmoid[F Float](x F) F {
	const scale = 3. / 4
	ln2, rest, toInteger := 0x1.0a2b23f3bap-1, scale*math.Ln2-0x1.0a2b23f3bap-1, F(3<<51)
	even := []float64{0x1.555555555552dp-3, -0x1.6c16c16bd9fc1p-9, 0x1.1566aac07bb46p-14, -0x1.bbd3aa9b49a59p-20, 0x1.6348e952e6f1ap-25}
	if _, single := any(x).(float32); single {
		ln2, rest, toInteger = 0x1.0a2bp-1, scale*math.Ln2-0x1.0a2bp-1, 3<<22
		even = []float64{0x1.555513b1d30cfp-3, -0x1.6a8b4782a809ap-9}
	}
	terms, factor := []F{2 * scale}, scale
	for _, v := range even {
		factor /= scale * scale
		terms = append(terms, F(factor*v))
	}
	n := fused(F(-1/math.Ln2), x, toInteger) - toInteger
	r := fused(-F(rest), n, fused(-scale, x, -F(F(ln2)*n)))
	square := r * r
	d := terms[len(terms)-1]
	for i := len(terms) - 2; i >= 0; i-- {
		d = fused(d, square, terms[i])
	}
	d -= r
	power := F(math.Ldexp(1, int(n)))
	return d / fused(d, 1+power, F(power*(r+r)))
}

// fused is a b + c, rounded once.
func fused[F Float](a, b, c F) F {
	if a, double := any(a).(float64); double {
		return F(math.FMA(a, float64(b), float64(c)))
	}
	exact := new(big.Float).SetPrec(1000).SetFloat64(float64(a) * float64(b)) // which 53 bits hold
	rounded, _ := exact.Add(exact, big.NewFloat(float64(c))).Float32()
	return F(rounded)
}
