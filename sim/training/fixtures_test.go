package training

import (
	"math"
	"math/rand/v2"
	"testing"

	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// forAll runs a test for each built-in model.
func forAll(t *testing.T, test func(t *testing.T, name string)) {
	t.Helper()
	for _, name := range model.Builtins() {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// build draws the weights of a built-in model.
func build[F sim.Float](t testing.TB, name string, s program.Setting) *sim.Weights[F] {
	t.Helper()
	text, err := model.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows == 0 {
		s.Rows = 1
	}
	if s.Usage.Presentation == 0 {
		s.Usage.Presentation = 1
	}
	net, err := program.New(text, s)
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[F](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// allWeights copies all weights, of what learns and what does not.
func allWeights(w *sim.Weights[float64]) (out []float64) {
	for _, v := range w.Tensors() {
		out = append(out, v.Values...)
	}
	return out
}

func distance(a, b []float64) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	if len(a) != len(b) || d != d {
		return math.Inf(1)
	}
	return d
}
