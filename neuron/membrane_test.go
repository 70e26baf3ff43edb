package neuron

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMembraneKernels: neurons have the same bits whether they are moved several
// at once or one by one.
func TestMembraneKernels(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	random := func(n int, around, width float64) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = around + width*rnd.NormFloat64()
		}
		return x
	}
	m := membrane{rest: -0.07, leakSoma: 0.01, stepSoma: 2e6, leakDend: 0.02, stepDend: 5e6, theta: -0.05, stepTheta: 0.003, fadeSoma: 0.99, stepAdapt: 0.004, slope: 1.3e-8}
	for _, n := range []int{0, 1, 31, 32, 33, 100} {
		x := Compartments{
			Soma: random(n, -0.06, 0.01), Dendrite: random(n, -0.05, 0.01), Threshold: random(n, -0.05, 0.01),
			SomaAdapt: random(n, 0, 1e-10), DendriteAdapt: random(n, 0, 1e-10),
		}
		soma, dendrite := random(n, 0, 1e-9), random(n, 0, 1e-9)
		if n > 7 {
			x.Soma[7] = math.NaN() // does not spike
		}
		y := Compartments{
			Soma: slices.Clone(x.Soma), Dendrite: slices.Clone(x.Dendrite), Threshold: slices.Clone(x.Threshold),
			SomaAdapt: slices.Clone(x.SomaAdapt), DendriteAdapt: slices.Clone(x.DendriteAdapt),
		}
		got := m.advance(&x, soma, dendrite, nil)
		var want []int32
		for i := range n {
			one := Compartments{
				Soma: y.Soma[i : i+1], Dendrite: y.Dendrite[i : i+1], Threshold: y.Threshold[i : i+1],
				SomaAdapt: y.SomaAdapt[i : i+1], DendriteAdapt: y.DendriteAdapt[i : i+1],
			}
			if len(m.advance(&one, soma[i:i+1], dendrite[i:i+1], nil)) > 0 {
				want = append(want, int32(i))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d neurons: %v spike, want %v", n, got, want)
		}
		for k, pair := range [][2][]float64{{x.Soma, y.Soma}, {x.Dendrite, y.Dendrite}, {x.Threshold, y.Threshold}, {x.SomaAdapt, y.SomaAdapt}, {x.DendriteAdapt, y.DendriteAdapt}} {
			sameBits(t, n, k, pair[0], pair[1])
		}

		open, v, in := random(n, 1, 1), random(n, -0.06, 0.01), random(n, 0, 1e-9)
		open1, in1 := slices.Clone(open), slices.Clone(in)
		Conduct(2.3e-8, -0.08, 0.97, open, v, in)
		for i := range n {
			Conduct(2.3e-8, -0.08, 0.97, open1[i:i+1], v[i:i+1], in1[i:i+1])
		}
		sameBits(t, n, 5, open, open1)
		sameBits(t, n, 6, in, in1)
	}
}

func sameBits(t *testing.T, n, k int, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if math.Float64bits(got[i]) != math.Float64bits(w) && !(math.IsNaN(got[i]) && math.IsNaN(w)) {
			t.Fatalf("%d neurons: state %d of neuron %d is %v, want %v", n, k, i, got[i], w)
		}
	}
}
