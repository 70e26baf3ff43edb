package sim

import (
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
)

const ms = time.Millisecond

// build draws the weights of a built-in model.
func build[F Float](t testing.TB, name string, s program.Setting) *Weights[F] {
	t.Helper()
	return draw[F](t, fixture.Network(t, name, s))
}

// draw draws the weights of a network.
func draw[F Float](t testing.TB, net *program.Network) *Weights[F] {
	t.Helper()
	w, err := Draw[F](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// everywhere are the weights of a small network of three inputs and two outputs
// in which all learns that can, within its bounds.
func everywhere(t testing.TB, name string) *Weights[float64] {
	t.Helper()
	w := build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Values: fixture.Everything[name]})
	inside(w)
	return w
}

// inside moves weights that are kept above 0 away from there, where equations are
// not smooth.
func inside[F Float](w *Weights[F]) {
	for _, m := range w.net.Matrices() {
		if low, _ := m.Bounds(); low != nil {
			for i := range w.values[m.Index()] {
				w.values[m.Index()][i] += 0.3
			}
		}
	}
}

// continuous puts a network in continuous time.
func continuous[F Float](t testing.TB, w *Weights[F], tasks []Stream, m Method, split bool) *Integration[F] {
	t.Helper()
	sys, err := NewContinuous(w, tasks, split)
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// discrete puts a network in discrete time, a sample each period.
func discrete[F Float](t testing.TB, w *Weights[F], tasks []Stream, l Learning, period time.Duration) *Presentation[F] {
	t.Helper()
	d := inDiscreteTime(t, w, l)
	p, err := NewPresentation(d, tasks, period)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func inDiscreteTime[F Float](t testing.TB, w *Weights[F], l Learning) *Discrete[F] {
	t.Helper()
	d, err := NewDiscrete(w, l)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// present presents what the input and target are.
func present[F Float](t testing.TB, d *Discrete[F], teacher bool) float64 {
	t.Helper()
	loss, err := d.Present(teacher)
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// advancing is an engine that goes over many steps at once.
type advancing interface {
	Engine[float64]
	Advance(from, to time.Duration) (int, error)
}

func advanced[F Float, E interface {
	Advance(from, to time.Duration) (int, error)
	Moved() *State[F]
}](t testing.TB, e E, from, to time.Duration) *State[F] {
	t.Helper()
	if _, err := e.Advance(from, to); err != nil {
		t.Fatal(err)
	}
	return e.Moved()
}

// snapshot copies all compartments and all weights.
func snapshot(s *State[float64]) []float64 {
	return append(append([]float64(nil), s.machine.State()...), allWeights(s.Weights())...)
}

// allWeights copies all weights, of what learns and what does not.
func allWeights(w *Weights[float64]) (out []float64) {
	for _, v := range w.Tensors() {
		out = append(out, v.Values...)
	}
	return out
}

// forward copies the weights from below, and their biases.
func forward(w *Weights[float64]) (out []float64) {
	for _, m := range w.net.Matrices() {
		if m.Forward {
			out = append(out, w.values[m.Index()]...)
		}
	}
	return out
}
