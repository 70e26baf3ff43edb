package spiking_test

import (
	"math"
	"testing"

	"burstsim/neuron"
	"burstsim/sim/spiking"
)

// TestEnsemblesBecomeRates: the larger an ensemble, the closer are its event rate,
// its burst probability and its plasticity to those of a rate model, at 1/sqrt(n).
func TestEnsemblesBecomeRates(t *testing.T) {
	a, err := spiking.Approaching(neuron.BurstCCNNeuron(), 200e-12, 50e-12, 2, []int{8, 32, 128, 512}, 24, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("limit %+v, slopes %.3f, deviations %.4g", a.Limit, a.Slopes, a.Deviations)
	for i, slope := range a.Slopes {
		if !(math.Abs(slope+0.5) < 0.1) {
			t.Errorf("quantity %d deviates as n^%.3f, want n^-0.5: %v", i, slope, a.Deviations)
		}
	}
	// The rule of plasticity is that of a rate model: (p - p_b) e.
	if r := a.Limit; math.Abs(r.Plasticity-(r.BurstProbability-0.375)*r.EventRate) > 1e-9*r.EventRate {
		t.Errorf("plasticity %v, want (p - p_b) e = %v", r.Plasticity, (r.BurstProbability-0.375)*r.EventRate)
	}
}

// TestTransferFunctions: burst probability grows with the current into dendrites
// as a sigmoid, and event rate with that into somata.
func TestTransferFunctions(t *testing.T) {
	var last spiking.Response
	for k, current := range []float64{-300e-12, -150e-12, 0, 150e-12, 300e-12} {
		p, err := spiking.Respond(neuron.BurstCCNNeuron(), 2000, 200e-12, current, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		e, err := spiking.Respond(neuron.BurstCCNNeuron(), 2000, 200e-12+current, 0, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v pA: %+v, %+v", current*1e12, p, e)
		if k > 0 && !(p.BurstProbability > last.BurstProbability && e.EventRate > last.EventRate) {
			t.Errorf("at %v A: burst probability %v, event rate %v, not more than before: %v", current, p.BurstProbability, e.EventRate, last)
		}
		last = spiking.Response{BurstProbability: p.BurstProbability, EventRate: e.EventRate}
	}
}
