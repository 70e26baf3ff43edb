// Package simtest builds the simulations that tests of the packages below sim
// share.
package simtest

import (
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
)

// Build draws the weights of a built-in model.
func Build[F sim.Float](t testing.TB, name string, s program.Setting) *sim.Weights[F] {
	t.Helper()
	w, err := sim.Draw[F](fixture.Network(t, name, s), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Everywhere are the weights of a small network of three inputs and two outputs
// in which all learns that can.
func Everywhere(t testing.TB, name string) *sim.Weights[float64] {
	t.Helper()
	return Build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Values: fixture.Everything[name]})
}

// Continuous puts a network in continuous time.
func Continuous[F sim.Float](t testing.TB, w *sim.Weights[F], tasks []sim.Stream, m sim.Method, split bool) *sim.Integration[F] {
	t.Helper()
	sys, err := sim.NewContinuous(w, tasks, split)
	if err != nil {
		t.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Discrete puts a network in discrete time, a sample each period.
func Discrete[F sim.Float](t testing.TB, w *sim.Weights[F], tasks []sim.Stream, l sim.Learning, period time.Duration) *sim.Presentation[F] {
	t.Helper()
	d, err := sim.NewDiscrete(w, l)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sim.NewPresentation(d, tasks, period)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Advancing is an engine that goes over many steps at once.
type Advancing interface {
	sim.Engine[float64]
	Advance(from, to time.Duration) (int, error)
}

// Advanced is the state of an engine after some time.
func Advanced[F sim.Float, E interface {
	Advance(from, to time.Duration) (int, error)
	Moved() *sim.State[F]
}](t testing.TB, e E, from, to time.Duration) *sim.State[F] {
	t.Helper()
	if _, err := e.Advance(from, to); err != nil {
		t.Fatal(err)
	}
	return e.Moved()
}

// Snapshot copies all compartments and all weights.
func Snapshot(s *sim.State[float64]) []float64 {
	return append(append([]float64(nil), s.Machine().State()...), Weights(s.Weights())...)
}

// Weights copies all weights, of what learns and what does not.
func Weights(w *sim.Weights[float64]) (out []float64) {
	for _, v := range w.Tensors() {
		out = append(out, v.Values...)
	}
	return out
}
