package spiking_test

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burstsim/neuron"
	"burstsim/sim/internal/golden"
	"burstsim/sim/spiking"
)

// goldenFile is a trajectory of the published system, of one neuron or of two
// ensembles.
type goldenFile struct {
	DT           float64
	N            int
	Noise        string
	Rate         float64 `json:"plasticity_rate"`
	Inputs       int     `json:"n_input"`
	Outputs      int     `json:"n_output"`
	Steps        int
	InputCurrent float64   `json:"I_input"`
	Extra        []float64 `json:"I_extra"`
	Target       float64
	TeachFrom    int     `json:"teach_from"`
	TeachUntil   int     `json:"teach_until"`
	TeachGain    float64 `json:"target_gain"`
	RateIn       float64 `json:"plasticity_rate_in"`
	RateOut      float64 `json:"plasticity_rate_out"`
	Initial      struct {
		W    golden.Tensor
		WIn  golden.Tensor `json:"W_in"`
		WOut golden.Tensor `json:"W_out"`
	}
	Trajectory []struct {
		ensemble
		Current float64 `json:"I_soma"`
		W       golden.Tensor
		Input   ensemble
		Output  ensemble
		WIn     golden.Tensor `json:"W_in"`
		WOut    golden.Tensor `json:"W_out"`
	}
	Uniforms [][]float64
}

type ensemble struct {
	Soma            golden.Tensor `json:"V_s"`
	Theta           golden.Tensor `json:"theta"`
	SomaAdapt       golden.Tensor `json:"w_s"`
	Dendrite        golden.Tensor `json:"V_d"`
	DendriteAdapt   golden.Tensor `json:"w_d"`
	Spike           golden.Tensor
	Event           golden.Tensor
	Burst           golden.Tensor
	Bias            float64 `json:"I_soma_bias"`
	DendriteCurrent float64 `json:"I_dendrite"`
	SpikeRate       float64 `json:"spike_rate"`
	EventRate       float64 `json:"event_rate"`
	BurstRate       float64 `json:"burst_rate"`
	BurstProb       float64 `json:"burst_prob"`
}

// recorded are uniform numbers that were drawn before, four for each neuron of a
// step, of which those of the train of a population begin at a place.
type recorded struct {
	uniforms [][]float64
	first    []int // of each train
}

func (r recorded) Pulses(dst []int32, k int, step int64, n int, p float64) []int32 {
	for i := range n {
		if r.uniforms[step][r.first[k]+4*i] < p {
			dst = append(dst, int32(i))
		}
	}
	return dst
}

func TestGolden(t *testing.T) {
	files := golden.FollowUp(t, filepath.Join("..", "testdata", "golden2"))
	tests := map[string]func(*testing.T, goldenFile){"burstccn_neuron": goldenNeuron, "burstccn": goldenEnsembles}
	seen := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if f := files[name]; f.Kind == "spiking" {
			seen++
			t.Run(name, func(t *testing.T) { tests[f.Model](t, golden.As[goldenFile](t, f)) })
		}
	}
	if seen < 7 {
		t.Errorf("%d files of spiking neurons, expected 7", seen)
	}
}

func goldenNeuron(t *testing.T, f goldenFile) {
	cells := neuron.BurstCCNNeuron()
	cells.AdaptationAsPublished = true
	net := &spiking.Network{
		Step: f.DT, TimesAdded: true,
		Populations: []spiking.Population{spiking.BurstCCNPopulation("cells", 1, cells)},
		Stimuli:     []spiking.Stimulus{{Name: "input"}},
		Connections: []spiking.Connection{{Name: "W", From: "input", To: "cells", Weights: f.Initial.W,
			Rule: &spiking.Rule{Rate: f.DT * f.Rate, Baseline: 0.375, High: 1.5}}},
		Currents: []spiking.Current{{Name: "bias", To: "cells"}, {Name: "dendrite", To: "cells", Onto: spiking.Dendrite}},
	}
	s := simulation(t, net, f, "cells")
	for k, want := range f.Trajectory {
		s.SetStimulus(0, want.Current)
		s.SetConstant(0, want.Bias)
		s.SetConstant(1, want.DendriteCurrent-10e-12)
		if f.Noise != "off" {
			s.SetConstant(1, want.DendriteCurrent)
		}
		if err := s.Step(); err != nil {
			t.Fatal(err)
		}
		compare(t, k, s, 0, want.ensemble)
		near(t, k, "W", s.Weights("W"), want.W, 1)
	}
}

// simulation is one with the pulses of a file and its random numbers.
func simulation(t *testing.T, net *spiking.Network, f goldenFile, populations ...string) *spiking.Simulation {
	var chance recorded
	if f.Noise != "off" {
		neurons := 0
		for _, name := range populations {
			net.Pulses = append(net.Pulses, spiking.BurstCCNNoise(name)...)
			for k := range 4 {
				chance.first = append(chance.first, 4*neurons+k)
			}
			for _, p := range net.Populations {
				if p.Name == name {
					neurons += p.Size
				}
			}
		}
		for _, name := range populations {
			net.Currents = append(net.Currents, spiking.Current{Name: "noise " + name, To: name, Onto: spiking.Dendrite, Constant: -10e-12})
		}
		chance.uniforms = f.Uniforms
	}
	s, err := spiking.New(net, 1)
	if err != nil {
		t.Fatal(err)
	}
	if f.Noise != "off" {
		spiking.SetChance(s, chance)
	}
	return s
}

// near compares with the published system: 1e-12 in mV and pA, relative where
// above 1.
func near(t *testing.T, k int, what string, got, want []float64, unit float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("step %d: %d of %s, want %d", k, len(got), what, len(want))
	}
	for i, w := range want {
		if d := math.Abs(got[i]-w) / unit; !(d <= golden.Tolerance*max(1, math.Abs(w)/unit)) {
			t.Fatalf("step %d: %s of neuron %d is %v, want %v", k, what, i, got[i], w)
		}
	}
}

func compare(t *testing.T, k int, s *spiking.Simulation, population int, want ensemble) {
	t.Helper()
	const mV, pA = 1e-3, 1e-12
	x := s.Neurons(population)
	near(t, k, "V_s", x.Soma, want.Soma, mV)
	near(t, k, "theta", x.Threshold, want.Theta, mV)
	near(t, k, "w_s", x.SomaAdapt, want.SomaAdapt, pA)
	near(t, k, "V_d", x.Dendrite, want.Dendrite, mV)
	near(t, k, "w_d", x.DendriteAdapt, want.DendriteAdapt, pA)
	for c, want := range []golden.Tensor{want.Spike, want.Event, want.Burst} {
		got := make([]float64, len(want))
		for _, i := range s.Fired(population, spiking.Carried(c)) {
			got[i] = 1
		}
		near(t, k, [...]string{"spikes", "events", "bursts"}[c], got, want, 1)
	}
	for c, want := range []float64{want.SpikeRate, want.EventRate, want.BurstRate} {
		near(t, k, "rate", []float64{s.Rate(population, spiking.Carried(c))}, []float64{want}, 1)
	}
	near(t, k, "burst probability", []float64{s.BurstProbability(population)}, []float64{want.BurstProb}, 1)
}

func goldenEnsembles(t *testing.T, f goldenFile) {
	net := spiking.BurstCCN(f.Inputs, f.Outputs)
	net.TimesAdded = true
	cells := neuron.BurstCCNNeuron()
	cells.AdaptationAsPublished = true
	for k := range net.Populations {
		net.Populations[k].Cells = cells
	}
	net.Stimuli[0].Value = f.InputCurrent
	in, out := &net.Connections[0], &net.Connections[1]
	in.Weights, out.Weights = f.Initial.WIn, f.Initial.WOut
	in.Rule.Rate = f.DT * f.RateIn
	if f.RateOut != 0 {
		out.Rule = &spiking.Rule{Rate: f.DT * f.RateOut, Baseline: 0.375, High: 1.5}
	}
	for k := range 2 {
		net.Currents[k].Constant += f.Extra[min(k, len(f.Extra)-1)]
	}
	net.Currents = slices.DeleteFunc(net.Currents, func(c spiking.Current) bool { return strings.HasPrefix(c.Name, "noise") })
	net.Pulses = nil
	if f.Noise == "off" {
		for _, name := range []string{"input", "output"} {
			net.Currents = append(net.Currents, spiking.Current{Name: "noise " + name, To: name, Onto: spiking.Dendrite, Constant: -10e-12})
		}
	}
	s := simulation(t, net, f, "input", "output")
	for k, want := range f.Trajectory {
		teaching := k >= f.TeachFrom && k < f.TeachUntil
		s.SetTeacher(2, f.Target, f.TeachGain, teaching)
		if err := s.Step(); err != nil {
			t.Fatal(err)
		}
		compare(t, k, s, 0, want.Input)
		compare(t, k, s, 1, want.Output)
		near(t, k, "W_in", s.Weights("W_1"), want.WIn, 1)
		if want.WOut != nil {
			near(t, k, "W_out", s.Weights("W_2"), want.WOut, 1e-12)
		}
	}
}
