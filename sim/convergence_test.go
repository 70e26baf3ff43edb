package sim_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/integrator"
	"burstsim/sim"
	"burstsim/synapse"
	"burstsim/tasks/regression"
	"gonum.org/v1/gonum/stat"
)

func newTask(t testing.TB, leaky bool) sim.Stream {
	t.Helper()
	task, err := regression.New(regression.Config{
		Inputs: 3, Outputs: 2, ShortestPeriod: 4, TeacherHidden: []int{25}, TeacherGain: 3,
		Leaky: leaky, TauTeacher: 0.1, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// plasticEverywhere is a network in which all that can learn does.
func plasticEverywhere(sizes ...int) sim.BurstCCN {
	cfg := sim.DefaultBurstCCN(sizes...)
	cfg.Coupling = synapse.Coupling{
		YMode: synapse.Random, YScale: 0.5, YPlastic: true,
		QMode: synapse.Random, QScale: 0.3, QPlastic: true,
	}
	cfg.TauWeight, cfg.TauY, cfg.TauQ = 2, 3, 4 // fast, so that learning shows
	cfg.TraceDelay = 0.2
	return cfg
}

func build[F sim.Float](t testing.TB, cfg sim.BurstCCN, seed uint64) *sim.Network[F] {
	t.Helper()
	net, err := sim.NewBurstCCN[F](cfg, rand.New(rand.NewPCG(seed, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// integrate returns state and weights after the given time, learning.
func integrate(t testing.TB, cfg sim.BurstCCN, task sim.Stream, m sim.Method, split bool, span time.Duration) []float64 {
	t.Helper()
	net := build[float64](t, cfg, 1)
	sys, err := sim.NewContinuous(net, []sim.Stream{task}, split)
	if err != nil {
		t.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	in.SetTeaching(true, true)
	if _, err := in.Advance(0, span); err != nil {
		t.Fatal(err)
	}
	return snapshot(net)
}

// snapshot copies potentials and feedforward weights.
func snapshot[F sim.Float](net *sim.Network[F]) []float64 {
	var out []float64
	add := func(x []F) {
		for _, v := range x {
			out = append(out, float64(v))
		}
	}
	for _, s := range net.Signals() {
		if s.Name == "soma" || s.Name == "dendrite" {
			add(s.Value())
		}
	}
	for l := 1; l <= net.Layers(); l++ {
		add(net.Weights(l).W)
		add(net.Weights(l).C)
		if back := net.Feedback(l); back != nil {
			add(back.Y)
			add(back.Q)
		}
	}
	return out
}

func distance(a, b []float64) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// TestConvergenceOrder halves the step of each method on the network's own
// equations, learning included.
func TestConvergenceOrder(t *testing.T) {
	cfg := plasticEverywhere(3, 8, 6, 2)
	const span = 960 * time.Millisecond
	for _, leaky := range []bool{false, true} {
		task := newTask(t, leaky)
		exact := integrate(t, cfg, task, sim.Method{Name: "dopri5", Step: time.Millisecond, RelTol: 1e-13, AbsTol: 1e-14}, false, span)
		for _, c := range []struct {
			method string
			order  float64
			steps  []time.Duration
		}{
			{"euler", 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
			{"exponential", 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
			{"layerwise", 1, []time.Duration{4e6, 2e6, 1e6, 5e5}},
			{"rk4", 4, []time.Duration{48e6, 24e6, 12e6, 6e6}},
		} {
			t.Run(fmt.Sprintf("%s/leaky teacher %v", c.method, leaky), func(t *testing.T) {
				var x, y []float64
				for _, h := range c.steps {
					got := integrate(t, cfg, task, sim.Method{Name: c.method, Step: h}, false, span)
					x, y = append(x, math.Log(h.Seconds())), append(y, math.Log(distance(got, exact)))
				}
				if _, order := stat.LinearRegression(x, y, nil, false); math.Abs(order-c.order) > 0.2 {
					t.Errorf("order %.3f, want %v; errors %v", order, c.order, y)
				}
			})
		}
	}
}

// TestAdaptiveTolerance checks that error control works on the network: the
// error falls with the tolerance.
func TestAdaptiveTolerance(t *testing.T) {
	cfg, task := plasticEverywhere(3, 8, 6, 2), newTask(t, false)
	const span = 2 * time.Second
	run := func(tol float64) []float64 {
		return integrate(t, cfg, task, sim.Method{Name: "dopri5", Step: time.Millisecond, RelTol: tol, AbsTol: tol / 100}, false, span)
	}
	exact := run(1e-13)
	for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
		if d := distance(run(tol), exact); d > 10*tol {
			t.Errorf("tolerance %g: error %g", tol, d)
		}
	}
}

// TestSplitPlasticity checks that weights moved once a step by Euler are those
// of Euler over all, and that with RK4 they converge to the joint ones.
func TestSplitPlasticity(t *testing.T) {
	cfg, task := plasticEverywhere(3, 8, 6, 2), newTask(t, true)
	const span = 500 * time.Millisecond
	for _, method := range []string{"euler", "exponential", "layerwise"} {
		m := sim.Method{Name: method, Step: 5 * time.Millisecond}
		if d := distance(integrate(t, cfg, task, m, true, span), integrate(t, cfg, task, m, false, span)); d > 1e-13 {
			t.Errorf("%s: split differs from joint by %g", method, d)
		}
	}
	for _, method := range []string{"rk4", "dopri5"} {
		fine := sim.Method{Name: "rk4", Step: time.Millisecond}
		exact := integrate(t, cfg, task, fine, false, span)
		var last float64
		for _, h := range []time.Duration{20e6, 10e6, 5e6} {
			m := sim.Method{Name: method, Step: h}
			d := distance(integrate(t, cfg, task, m, true, span), exact)
			if last > 0 && d > 0.7*last {
				t.Errorf("%s: halving the step to %v changes the distance to the joint solution from %g to %g", method, h, last, d)
			}
			last = d
		}
	}
}

// Thousands of weights that hardly move must not hide the errors of a few
// somata: dopri5 makes the same steps as with weights that are no part of the
// state at all.
func TestWeightsDoNotDiluteErrors(t *testing.T) {
	cfg := sim.DefaultBurstCCN(3, 60, 60, 2)
	cfg.TauWeight = 1e9
	var steps [2]int
	for k, split := range []bool{false, true} {
		sys, err := sim.NewContinuous(build[float64](t, cfg, 3), []sim.Stream{newTask(t, true)}, split)
		if err != nil {
			t.Fatal(err)
		}
		in, err := sim.Integrate(sys, integrator.NewDormandPrince[float64](), &integrator.Adaptive[float64]{RelTol: 1e-5, AbsTol: 1e-7, First: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, true)
		if steps[k], err = in.Advance(0, 20*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if steps[0] != steps[1] {
		t.Errorf("%d steps with weights in the state, %d without", steps[0], steps[1])
	}
}
