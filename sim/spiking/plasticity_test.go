package spiking_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"burstsim/neuron"
	"burstsim/sim/spiking"
)

// TestPlasticityOfPoissonSpikes: neurons that pass Poisson trains on change weights
// as the closed form of such trains says. With q the probability that no spike
// came within the window before, events come at r q, bursts at r q (1 - q), and a
// weight changes by r q (1 - q - P).
func TestPlasticityOfPoissonSpikes(t *testing.T) {
	const (
		step, window, size, seconds = 1e-4, 16e-3, 200, 20
		p                           = 0.5
	)
	relay := neuron.BurstCCNNeuron()
	relay.SomaPlateau, relay.DendritePlateau, relay.BackPropagating, relay.SomaAdaptation, relay.ThresholdRise = 0, 0, 0, 0, 0
	for _, rate := range []float64{5, 25, 43.3, 80} {
		net := &spiking.Network{
			Step:        step,
			Populations: []spiking.Population{{Name: "relay", Size: size, Cells: relay, Window: window, Averaging: 1, Baseline: p}},
			Stimuli:     []spiking.Stimulus{{Name: "presynaptic", Value: 1e-30}},
			Connections: []spiking.Connection{{Name: "W", From: "presynaptic", To: "relay", Weights: []float64{0},
				Rule: &spiking.Rule{Rate: 1e30, Baseline: p, Low: math.Inf(-1), High: math.Inf(1)}}},
			Pulses: []spiking.Pulses{{To: "relay", Rate: rate, Weight: 1e-7}},
		}
		s, err := spiking.New(net, 1)
		if err != nil {
			t.Fatal(err)
		}
		for range int(math.Round(seconds / step)) {
			if err := s.Step(); err != nil {
				t.Fatal(err)
			}
		}
		mean, sd := stat.MeanStdDev(s.Weights("W"), nil)
		q := math.Pow(1-rate*step, math.Round(window/step)) // exp(-window rate), but for the step
		want := seconds * rate * q * (1 - q - p)
		if z := (mean - want) / (sd / math.Sqrt(size)); !(math.Abs(z) < 4) {
			t.Errorf("%v Hz: weights change by %.3f in %v s, want %.3f: %.1f standard errors apart", rate, mean, seconds, want, z)
		} else {
			t.Logf("%v Hz: weights change by %.3f in %v s, want %.3f: %.1f standard errors apart", rate, mean, seconds, want, z)
		}
	}
}

// TestRateMin: what arrives strengthens synapses onto neurons that are too silent, by
// Rate (RateMin - r), and no others. An average of spikes over long sees the second
// spikes of bursts and is steady, where one of events over short is not.
func TestRateMin(t *testing.T) {
	const size, seconds = 200, 12
	bursting := neuron.BurstpropNeuron()
	bursting.BurstHalf = -1 // all spikes are doubled
	grown := func(least, events, spikes float64) (changes []float64, rate float64) {
		net := &spiking.Network{
			Step: 1e-4,
			Populations: []spiking.Population{
				{Name: "pre", Size: 1, Cells: neuron.BurstpropNeuron(), Window: 16e-3, Averaging: 1},
				{Name: "post", Size: size, Cells: bursting, Window: 16e-3, Averaging: 4, OwnAveraging: events, SpikeAveraging: spikes},
			},
			Connections: []spiking.Connection{{Name: "W", From: "pre", To: "post", Carries: spiking.Events, Delay: 1e-4, Weights: []float64{0},
				Rule: &spiking.Rule{Rate: 1e-30, Trace: 1e-9, RateMin: least, High: math.Inf(1)}}}, // in A, so that they drive nobody
			Pulses: []spiking.Pulses{{To: "pre", Rate: 20, Weight: 1e-7}, {To: "post", Rate: 5, Weight: 1e-7}},
		}
		s := begun(t, net, 3)
		s.SetPlastic(false)
		steps(t, s, seconds/1e-4)
		s.SetPlastic(true)
		steps(t, s, 1e4)
		return s.Weights("W"), s.Rate(1, spiking.Events)
	}
	if changes, rate := grown(2, 0.2, 8); !(rate > 3 && rate < 6) || stat.Mean(changes, nil) != 0 {
		t.Errorf("at %.2f events and twice as many spikes per second, bounded from below by 2 Hz of spikes over 8 s: weights changed by %.3g on average, want 0",
			rate, stat.Mean(changes, nil))
	}
	if changes, rate := grown(2, 0.2, 0); !(stat.Mean(changes, nil) > 0) {
		t.Errorf("at %.2f events per second, bounded from below by 2 Hz of events over 0.2 s: weights changed by %.3g on average, want more than 0",
			rate, stat.Mean(changes, nil))
	}
}
