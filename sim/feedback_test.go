package sim_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/neuron"
	"burstsim/sim"
	"burstsim/synapse"
)

// learnFeedback presents the regression task to a discrete network whose
// random Y learns.
func learnFeedback(t *testing.T, net *sim.Network[float64], learning sim.Learning, presentations int) {
	t.Helper()
	d, err := sim.NewDiscrete(net, learning)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sim.NewPresentation(d, []sim.Stream{newTask(t, false)}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	p.SetTeaching(true, true)
	if _, err := p.Advance(0, time.Duration(presentations)*time.Second); err != nil {
		t.Fatal(err)
	}
}

var randomPlastic = synapse.Coupling{YMode: synapse.Random, YScale: 0.5, YPlastic: true, QMode: synapse.Tied, QScale: 1}

// TestBurstpropFeedbackAligns checks that Y, which changes as W does while both
// decay, comes to point where W points (Kolen and Pollack, 1994).
func TestBurstpropFeedbackAligns(t *testing.T) {
	cfg := sim.DefaultBurstprop(3, 10, 8, 2)
	cfg.Coupling = randomPlastic
	net, err := sim.NewBurstprop[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	angle := func(l int) float64 { return sim.Angle(net.Weights(l+1).W, net.Feedback(l).Y) }
	before := []float64{angle(1), angle(2)}
	learnFeedback(t, net, sim.Learning{Rate: 0.5, WeightDecay: 0.005, Rates: map[sim.Kind]float64{sim.BurstFeedback: 0.5}}, 6000)
	for l := 1; l <= 2; l++ {
		if after := angle(l); !(before[l-1] > 40) || !(after < 5) {
			t.Errorf("layer %d: W and Y were at %.1f degrees and are at %.1f", l, before[l-1], after)
		}
	}
}

// TestEDNFeedbackPredicts checks that Y of an error-dendrite network comes to
// predict a layer's rates from those above it.
func TestEDNFeedbackPredicts(t *testing.T) {
	cfg := sim.DefaultEDN(3, 10, 8, 2)
	cfg.Coupling = randomPlastic
	net, err := sim.NewEDN[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	miss := func() float64 {
		d, err := sim.NewDiscrete(net, sim.Learning{})
		if err != nil {
			t.Fatal(err)
		}
		copy(net.Input(), []float64{0.3, -0.8, 0.5})
		d.Present(false)
		rates := map[int][]float64{}
		for _, s := range net.Signals() {
			if s.Name == "event_rate" {
				rates[s.Layer] = s.Value()
			}
		}
		var sum float64
		for l := 1; l <= 2; l++ {
			guess := make([]float64, net.Size(l))
			net.Feedback(l).Bursts(guess, rates[l+1], 1)
			neuron.Sigmoid(guess, guess)
			sum += distance(guess, rates[l])
		}
		return sum
	}
	before := miss()
	learnFeedback(t, net, sim.Learning{Rates: map[sim.Kind]float64{sim.BurstFeedback: 0.5}}, 2000)
	if after := miss(); !(after < 0.5*before) {
		t.Errorf("rates were missed by %.3g and are by %.3g", before, after)
	}
}
