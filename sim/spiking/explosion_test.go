package spiking_test

import (
	"strings"
	"testing"

	"burstsim/neuron"
	"burstsim/sim/spiking"
)

// TestExplosions: whatever a step is, an input that makes neurons spike in nearly all of
// them, or potentials that no neuron has, end a run, which says which population and
// when; an input that drives hard does not.
func TestExplosions(t *testing.T) {
	for name, c := range map[string]struct {
		step, ampere float64
		onto         spiking.Compartment
		want         string
	}{
		"a strong input":         {1e-3, 2e-9, spiking.Soma, ""},
		"spikes":                 {1e-3, 1e-6, spiking.Soma, `at 0.1 s population "hot" spikes at 1e+03 Hz`},
		"spikes, short steps":    {1e-4, 1e-5, spiking.Soma, `at 0.1 s population "hot" spikes at`},
		"spikes, long steps":     {2.5e-3, 1e-6, spiking.Soma, `at 0.1 s population "hot" spikes at 400 Hz, more than 360`},
		"dendrites out of range": {1e-3, 1, spiking.Dendrite, `at 0.1 s the potentials of population "hot"`},
	} {
		net := &spiking.Network{
			Step:        c.step,
			Populations: []spiking.Population{spiking.BurstCCNPopulation("cold", 3, neuron.BurstCCNNeuron()), spiking.BurstCCNPopulation("hot", 3, neuron.BurstCCNNeuron())},
			Currents:    []spiking.Current{{Name: "c", To: "hot", Onto: c.onto, Constant: c.ampere}},
		}
		s, err := spiking.New(net, 1)
		if err != nil {
			t.Fatal(err)
		}
		for s.Time() < 0.3 && err == nil {
			err = s.Step()
		}
		if got := err == nil; got != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
