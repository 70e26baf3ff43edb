package spiking

import "burstsim/neuron"

const (
	mV, pA, ms = 1e-3, 1e-12, 1e-3
	// baseline is the burst probability without error of spiking BurstCCN.
	baseline = 0.375
)

// BurstCCNPopulation is a population of spiking BurstCCN.
func BurstCCNPopulation(name string, size int, cells *neuron.TwoCompartment) Population {
	return Population{Name: name, Size: size, Cells: cells, Window: 16 * ms, Averaging: 1, Baseline: baseline}
}

// BurstCCNNoise is what its somata and dendrites receive from elsewhere.
func BurstCCNNoise(population string) []Pulses {
	const soma, dendrite = 300 * pA / 0.150, 400 * pA / 0.300 // A
	return []Pulses{
		{To: population, Onto: Soma, Rate: 150, Weight: soma},
		{To: population, Onto: Soma, Rate: 150, Weight: -soma},
		{To: population, Onto: Dendrite, Rate: 300, Weight: dendrite},
		{To: population, Onto: Dendrite, Rate: 300, Weight: -dendrite},
	}
}

// BurstCCN is the network of the spiking experiment of the follow-up: an input
// population that a stimulus drives through plastic weights W_1, an output
// population that its events drive through fixed weights W_2, and back, onto the
// dendrites of the former, the output's bursts through Y and its events through Q,
// which balance as long as the output bursts with probability p_b. Controllers
// keep burst probabilities and rates where a teacher can move them.
//
// Greedy et al., Cell-type-specific cortical feedback coordinates hierarchical
// credit assignment, 2026.
func BurstCCN(inputs, outputs int) *Network {
	const (
		step     = 1 * ms
		feedback = 0.75 * 0.70 * 800 // of what W_2 passes forward
	)
	bias := func(name, population string) Current {
		return Current{Name: name, To: population, Constant: 50 * pA,
			Feedback: []Feedback{{From: population, Measure: BurstProbability, Gain: -143 * pA}}}
	}
	cells := neuron.BurstCCNNeuron()
	net := &Network{
		Step: step,
		Populations: []Population{
			BurstCCNPopulation("input", inputs, cells),
			BurstCCNPopulation("output", outputs, cells),
		},
		Stimuli: []Stimulus{{Name: "stimulus", Value: 200 * pA}},
		Connections: []Connection{
			{Name: "W_1", From: "stimulus", To: "input", Probability: 1, Weights: []float64{0.4},
				Rule: &Rule{Rate: step * 2.3e11, Baseline: baseline, High: 1.5}},
			{Name: "W_2", From: "input", To: "output", Carries: Events, Delay: step, Probability: 1, Weights: []float64{0.55 * 4e-8 / float64(inputs)}},
			{Name: "Q", From: "output", To: "input", Onto: Dendrite, Carries: Events, Delay: 2 * step, Tied: "W_2", Gain: -feedback * baseline / float64(inputs)},
			{Name: "Y", From: "output", To: "input", Onto: Dendrite, Carries: Bursts, Delay: 2 * step, Tied: "W_2", Gain: feedback / float64(inputs)},
		},
		Currents: []Current{
			bias("bias of input", "input"),
			bias("bias of output", "output"),
			{Name: "dendrite", To: "output", Onto: Dendrite, Constant: 42 * pA,
				Feedback: []Feedback{{From: "output", Measure: EventRateNow, Gain: -1.71 * pA}}},
		},
	}
	for _, p := range net.Populations {
		net.Pulses = append(net.Pulses, BurstCCNNoise(p.Name)...)
		net.Currents = append(net.Currents, Current{Name: "noise of " + p.Name, To: p.Name, Onto: Dendrite, Constant: -10 * pA})
	}
	return net
}

// BurstCCNPhases is the protocol of the published experiment: 20 s without teacher,
// 20 s with a target of 10 Hz, 20 s without, 20 s with a target of 5 Hz, 20 s
// without. The input's weights learn all the time.
func BurstCCNPhases() []Phase {
	phase := func(name string, teachers ...Teacher) Phase {
		return Phase{Name: name, Duration: 20, Learning: true, Teachers: teachers}
	}
	return []Phase{
		phase("before"),
		phase("10 Hz", Teacher{Current: "dendrite", Rate: 10, Gain: 80 * pA}),
		phase("between"),
		phase("5 Hz", Teacher{Current: "dendrite", Rate: 5, Gain: 100 * pA}),
		phase("after"),
	}
}
