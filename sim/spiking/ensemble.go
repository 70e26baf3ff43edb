package spiking

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"burstsim/neuron"
)

// Response is what an ensemble does under constant currents, as a rate model would
// say it.
type Response struct {
	EventRate        float64 // Hz
	BurstProbability float64
	// Plasticity is what a weight of 1 onto the ensemble's neurons changes by in a
	// second, in units of the rule's Rate and the trace: b - p_b e in a rate model.
	Plasticity float64
}

// Respond measures the response of so many neurons of spiking BurstCCN, which do
// not know of each other, to currents into their somata and dendrites, in A, over
// some seconds after the first.
func Respond(cells *neuron.TwoCompartment, size int, soma, dendrite, seconds float64, seed uint64) (Response, error) {
	const settle = 1 // s
	net := &Network{
		Step:        1 * ms,
		Populations: []Population{BurstCCNPopulation("ensemble", size, cells)},
		Stimuli:     []Stimulus{{Name: "trace", Value: 1}},
		// Its current, 1 A times a weight of 0 that learns little, reaches nobody's spikes.
		Connections: []Connection{{Name: "W", From: "trace", To: "ensemble", Weights: []float64{0},
			Rule: &Rule{Rate: tiny, Baseline: baseline, Low: math.Inf(-1), High: math.Inf(1)}}},
		Pulses: BurstCCNNoise("ensemble"),
		Currents: []Current{
			{Name: "soma", To: "ensemble", Constant: soma},
			{Name: "dendrite", To: "ensemble", Onto: Dendrite, Constant: dendrite - 10*pA},
		},
	}
	s, err := New(net, seed)
	if err != nil {
		return Response{}, err
	}
	var before, events, bursts float64
	for k := range net.wholeSteps(settle + seconds) {
		if k == net.wholeSteps(settle) {
			before = stat.Mean(s.Weights("W"), nil)
			events, bursts = 0, 0
		}
		if err := s.Step(); err != nil {
			return Response{}, err
		}
		events += float64(len(s.Fired(0, Events)))
		bursts += float64(len(s.Fired(0, Bursts)))
	}
	r := Response{EventRate: events / (seconds * float64(size)), BurstProbability: bursts / events}
	r.Plasticity = (stat.Mean(s.Weights("W"), nil) - before) / (tiny * seconds)
	return r, nil
}

// tiny is a learning rate by which weights change too little to matter: all
// currents are far above 1e-24 A.
const tiny = 1e-30

// Approach is how the response of ensembles tends to that of a very large one as
// they grow.
type Approach struct {
	Sizes []int
	// Deviations are root mean squares, over repetitions, of the distance from the
	// large ensemble: of event rate, burst probability and plasticity, by size.
	Deviations [][3]float64
	// Slopes are those of the logarithm of deviation against the logarithm of
	// size: -1/2 for independent neurons.
	Slopes [3]float64
	Limit  Response // of the large ensemble
}

// Approaching measures an Approach with so many repetitions of each size; the
// large ensemble has as many neurons as all repetitions of the largest size.
func Approaching(cells *neuron.TwoCompartment, soma, dendrite, seconds float64, sizes []int, repetitions int, seed uint64) (*Approach, error) {
	if len(sizes) < 2 || repetitions < 2 {
		return nil, fmt.Errorf("spiking: %d sizes and %d repetitions, expected at least 2 of each", len(sizes), repetitions)
	}
	a := &Approach{Sizes: sizes}
	largest := 0
	for _, n := range sizes {
		largest = max(largest, n)
	}
	var err error
	if a.Limit, err = Respond(cells, largest*repetitions, soma, dendrite, seconds, seed); err != nil {
		return nil, err
	}
	logs := make([][]float64, 4)
	for _, n := range sizes {
		var squares [3]float64
		for k := range repetitions {
			r, err := Respond(cells, n, soma, dendrite, seconds, seed+uint64(k+1))
			if err != nil {
				return nil, err
			}
			for i, d := range [3]float64{r.EventRate - a.Limit.EventRate, r.BurstProbability - a.Limit.BurstProbability, r.Plasticity - a.Limit.Plasticity} {
				squares[i] += d * d / float64(repetitions)
			}
		}
		var rms [3]float64
		logs[3] = append(logs[3], math.Log(float64(n)))
		for i, v := range squares {
			rms[i] = math.Sqrt(v)
			logs[i] = append(logs[i], math.Log(rms[i]))
		}
		a.Deviations = append(a.Deviations, rms)
	}
	for i := range a.Slopes {
		_, a.Slopes[i] = stat.LinearRegression(logs[3], logs[i], nil, false)
	}
	return a, nil
}
