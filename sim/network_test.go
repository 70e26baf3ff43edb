package sim_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/synapse"
)

// TestRowsAreIndependent checks that a batch of trajectories without learning
// is as many networks, and that with learning it follows the mean of their
// changes.
func TestRowsAreIndependent(t *testing.T) {
	tasks := []sim.Stream{
		&constant{input: []float64{0.3, -0.8, 0.5}, target: []float64{0.9, 0.2}},
		&constant{input: []float64{-0.1, 0.4, 0.9}, target: []float64{0.1, 0.7}},
		&constant{input: []float64{0.7, 0.2, -0.5}, target: []float64{0.5, 0.4}},
	}
	cfg := plasticEverywhere(3, 8, 6, 2)
	cfg.TraceDelay = 0
	m := sim.Method{Name: "rk4", Step: 10 * time.Millisecond}
	start := weightsOf(build[float64](t, cfg, 1))
	run := func(rows int, tasks []sim.Stream, learning bool) *sim.Network[float64] {
		cfg.Rows = rows
		net := build[float64](t, cfg, 1)
		sys, err := sim.NewContinuous(net, tasks, false)
		if err != nil {
			t.Fatal(err)
		}
		in, err := sim.NewIntegration(sys, m)
		if err != nil {
			t.Fatal(err)
		}
		in.SetTeaching(true, learning)
		span := 600 * time.Millisecond
		if learning {
			span = 10 * time.Millisecond // so short that changes hardly interact
		}
		if _, err := in.Advance(0, span); err != nil {
			t.Fatal(err)
		}
		in.Observe(span)
		return net
	}
	batch := run(3, tasks, false)
	learned := weightsOf(run(3, tasks, true))
	mean := make([]float64, len(start))
	for r := range tasks {
		alone := run(1, tasks[r:r+1], false)
		for k, s := range alone.Signals() {
			want := s.Value()
			got := batch.Signals()[k].Value()[r*len(want) : (r+1)*len(want)]
			if d := distance(got, want); d > 1e-13 {
				t.Errorf("row %d: %s of layer %d differs by %g", r, s.Name, s.Layer, d)
			}
		}
		for i, w := range weightsOf(run(1, tasks[r:r+1], true)) {
			mean[i] += (w - start[i]) / 3
		}
	}
	for i := range mean {
		mean[i] += start[i]
	}
	if d := distance(learned, mean); d > 1e-9 || distance(learned, start) < 1e-6 {
		t.Errorf("learning from a batch differs from the mean of its rows by %g", d)
	}
}

// TestTiedIsACopyAtAllTimes checks tied feedback, which shares W's memory,
// against weights that are copied after every step.
func TestTiedIsACopyAtAllTimes(t *testing.T) {
	task := newTask(t, false)
	run := func(coupling synapse.Coupling) *sim.Network[float64] {
		cfg := sim.DefaultBurstCCN(3, 8, 6, 2)
		cfg.Coupling = coupling
		cfg.Pyramidal.PBaseline = 0.3
		net := build[float64](t, cfg, 1)
		d, err := sim.NewDiscrete(net, sim.Learning{Rate: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		p, err := sim.NewPresentation(d, []sim.Stream{task}, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		p.SetTeaching(true, true)
		for k := range time.Duration(50) {
			if _, err := p.Advance(k*time.Second, (k+1)*time.Second); err != nil {
				t.Fatal(err)
			}
			if coupling.YMode == synapse.Tied {
				continue
			}
			for l := 1; l < net.Layers(); l++ {
				for i, w := range net.Weights(l + 1).W {
					net.Feedback(l).Y[i], net.Feedback(l).Q[i] = 0.7*w, 0.3*0.7*w
				}
			}
		}
		return net
	}
	tied := run(synapse.Coupling{YMode: synapse.Tied, YScale: 0.7, QMode: synapse.Tied, QScale: 1})
	copied := run(synapse.Coupling{YMode: synapse.SymmetricInit, YScale: 0.7, QMode: synapse.SymmetricInit, QScale: 1})
	if d := distance(weightsOf(tied), weightsOf(copied)); d > 1e-13 {
		t.Errorf("tied feedback differs from copied by %g", d)
	}
}

// TestPlasticFeedbackSilencesDendrites checks that Q, learning without a
// teacher, comes to cancel Y whatever the two start from.
func TestPlasticFeedbackSilencesDendrites(t *testing.T) {
	cfg := plasticEverywhere(3, 8, 2)
	cfg.Coupling.YPlastic = false
	net := build[float64](t, cfg, 1)
	d, err := sim.NewDiscrete(net, sim.Learning{Rates: map[sim.Kind]float64{sim.EventFeedback: 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := sim.NewPresentation(d, []sim.Stream{newTask(t, false)}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	p.SetTeaching(false, true)
	apical := func(at time.Duration) (sum float64) {
		p.Observe(at)
		for _, s := range net.Signals() {
			if s.Name == "dendrite" {
				for _, u := range s.Value() {
					sum += u * u
				}
			}
		}
		return sum
	}
	before := apical(0)
	if _, err := p.Advance(0, 500*time.Second); err != nil {
		t.Fatal(err)
	}
	if after := apical(500 * time.Second); !(after < 1e-3*before) {
		t.Errorf("apical potentials fell from %g to %g", before, after)
	}
}

func TestInvalidNetworks(t *testing.T) {
	for _, c := range []struct {
		change func(*sim.BurstCCN)
		want   string
	}{
		{func(c *sim.BurstCCN) { c.Sizes = []int{3} }, "layer sizes"},
		{func(c *sim.BurstCCN) { c.Sizes = []int{3, 0, 1} }, "layer 1 has 0 units"},
		{func(c *sim.BurstCCN) { c.Sizes = []int{3, 1 << 30, 1 << 30, 1} }, "weights"},
		{func(c *sim.BurstCCN) { c.Rows = -1 }, "rows"},
		{func(c *sim.BurstCCN) { c.Pyramidal.TauSoma = 0 }, "TauSoma"},
		{func(c *sim.BurstCCN) { c.Pyramidal.PBaseline = 0.7 }, "PBaseline"},
		{func(c *sim.BurstCCN) { c.TauWeight = -1 }, "TauWeight"},
		{func(c *sim.BurstCCN) { c.Coupling.YMode = "mirrored" }, "YMode"},
		{func(c *sim.BurstCCN) { c.Coupling.QScale = 2 }, "QScale"},
		{func(c *sim.BurstCCN) { c.Coupling.YPlastic = true }, "tied"},
	} {
		cfg := sim.DefaultBurstCCN(3, 5, 1)
		c.change(&cfg)
		_, err := sim.NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(1, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one about %q", err, c.want)
		}
	}
}
