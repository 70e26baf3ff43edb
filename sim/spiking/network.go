// Package spiking simulates populations of two-compartment neurons that spike in
// events and bursts, connected by synapses that tell the two apart.
//
// A [Network] describes populations and what reaches them. A [Simulation] is the
// memory of one run of it: it moves in steps of fixed length. All random numbers
// are those of a seed and of what they are for, so a run has the same bits on any
// number of processors, recorded or not, in one piece or resumed.
//
// All quantities are in SI units: seconds, volts, amperes, siemens, hertz.
package spiking

import (
	"burstsim/neuron"
	"burstsim/synapse"
)

// Network describes populations of neurons and all that drives them. It does not
// change while it is simulated.
type Network struct {
	Step        float64 // of time, in s
	Populations []Population
	Stimuli     []Stimulus
	Connections []Connection
	Pulses      []Pulses
	Currents    []Current
	// TimesAdded compares times of spikes as the published code does: as sums of
	// steps in floating point, by whose rounding two spikes a whole window apart
	// are one burst or two events. Otherwise steps are counted, and they are one
	// burst.
	TimesAdded bool
}

// Population is neurons of one kind.
type Population struct {
	Name string
	Size int
	// Cells are the equations: *neuron.TwoCompartment or *neuron.BurstPoisson.
	Cells Cells
	// Window is how long after a spike another belongs to the same burst.
	Window float64
	// Filtered says that the time since the last spike is read from a trace of
	// all spikes that decays with time constant Window, not from the last alone.
	Filtered bool
	// Averaging is the time constant of the averages of event, burst and spike
	// rates over the population.
	Averaging float64
	// OwnAveraging is the time constant of the averages that each neuron has of its
	// own events and bursts; 0: none.
	OwnAveraging float64
	// SpikeAveraging is the time constant of the average that each neuron has of its
	// own spikes, second ones of bursts too; then that is what RateMin of a [Rule]
	// bounds, in place of its events; 0: none.
	SpikeAveraging float64
	// Baseline is the burst probability of the population before its first event.
	Baseline float64
	// Spread is the standard deviation of the potentials at which somata begin.
	Spread float64
	// SomaticDriving lets conductances of the dendrite pull at the potential of the
	// soma, as the published code of Burstprop does, not at the dendrite's.
	SomaticDriving bool
}

// Cells are the equations of neurons.
type Cells interface {
	// Begin is n neurons at rest.
	Begin(n int) neuron.Compartments
	// Leaks are the conductances of the leaks of soma and dendrite.
	Leaks() (soma, dendrite float64)
}

// Compartment is where an input arrives.
type Compartment int

const (
	Soma Compartment = iota
	Dendrite
)

// Receptor is what an input opens.
type Receptor int

const (
	// Injected is a current, in A, that lasts one step.
	Injected Receptor = iota
	// AMPA is an excitatory conductance, in units of the leak's, that decays
	// within 5 ms and pulls to 0 V.
	AMPA
	// GABA is an inhibitory one that decays within 10 ms and pulls to -80 mV.
	GABA
)

// Carried is what a connection transmits.
type Carried int

const (
	Spikes Carried = iota
	Events         // the first spikes of groups: what bursts and single spikes have in common
	Bursts         // the second spikes of groups
)

// Stimulus is a current, in A, that a connection multiplies by its weights and
// passes on at every step. Its value can be changed between steps.
type Stimulus struct {
	Name  string
	Value float64
}

// Connection is synapses from one population, or a stimulus, to another.
type Connection struct {
	Name    string
	From    string // a population or a stimulus
	To      string
	Onto    Compartment
	Opens   Receptor
	Carries Carried
	Delay   float64 // s, at least one step
	// Weights are the initial ones: of all pairs, row by row of the neurons they
	// come from; or one, of all synapses. Their unit is that of Opens, or 1
	// behind a stimulus.
	Weights []float64
	// Probability is that of a synapse between two neurons; 0 stands for 1.
	Probability float64
	// Tied: weights are at all times those of another connection, in the opposite
	// direction, times Gain. It has no Weights and no Probability of its own.
	Tied string
	Gain float64
	// ShortTerm is how transmission depends on the last spikes; nil: it does not.
	ShortTerm *synapse.ShortTerm
	// Rule is how weights learn; nil: not at all.
	Rule *Rule
}

// Pulses are independent Poisson trains, one for each neuron.
type Pulses struct {
	To     string
	Onto   Compartment
	Opens  Receptor
	Rate   float64 // Hz; at most one pulse a step
	Weight float64 // of a pulse, in the unit of Opens
}

// Current is injected into all neurons of a population:
//
//	Constant + sum over Feedback of Gain x measure
//
// of what the populations did until the last step.
type Current struct {
	Name     string
	To       string
	Onto     Compartment
	Constant float64 // A
	Feedback []Feedback
}

// Feedback is a term of a current that follows a population.
type Feedback struct {
	From    string
	Measure Measure
	Gain    float64 // A, or A/Hz
}

// Measure is something that a population is known by.
type Measure int

const (
	// BurstProbability is the average burst rate over the average event rate.
	BurstProbability Measure = iota
	// EventRate is the average rate of events per neuron, in Hz.
	EventRate
	// EventRateNow is the rate of the last step alone.
	EventRateNow
)
