package spiking

import (
	"fmt"
	"math"

	"burstsim/internal/crew"
	"burstsim/neuron"
	"burstsim/sim/noise"
)

// Chance is what happens at random in a simulation.
type Chance interface {
	// Pulses appends to dst those of n neurons that train k of a network's Pulses
	// hits in a step, each with probability p.
	Pulses(dst []int32, k int, step int64, n int, p float64) []int32
}

// counters is the Chance of a seed.
type counters []dice

func (c counters) Pulses(dst []int32, k int, step int64, n int, p float64) []int32 {
	return c[k].hits(dst, step, n, p)
}

// Simulation is the memory of one run of a network.
type Simulation struct {
	net         *Network
	step        int64
	time        float64 // sum of steps
	populations []population
	connections []connection
	stimuli     []float64
	currents    []current
	pulses      []pulses
	chance      Chance
	job         crew.Job // a part for each population
	failures    []error
	plastic     bool
	neurons     int
}

// New is a simulation of a network that is checked first, at time 0, with the
// random numbers of a seed, and weights that learn.
func New(net *Network, seed uint64) (*Simulation, error) {
	if err := net.Check(); err != nil {
		return nil, err
	}
	s := &Simulation{net: net, plastic: true}
	chance := make(counters, len(net.Pulses))
	for k, p := range net.Pulses {
		chance[k] = newDice(seed, fmt.Sprintf("pulses %d of %s", k, p.To))
	}
	s.chance = chance
	s.job.Init(s.part)
	depth := int64(1)
	for _, c := range net.Connections {
		depth = max(depth, net.steps(c.Delay))
	}
	for k := range net.Populations {
		p := newPopulation(&net.Populations[k], net, int(depth)+1, seed)
		s.populations = append(s.populations, p)
		s.neurons += p.Size
	}
	s.failures = make([]error, len(s.populations))
	for _, x := range net.Stimuli {
		s.stimuli = append(s.stimuli, x.Value)
	}
	if err := s.connect(seed); err != nil {
		return nil, err
	}
	for _, c := range net.Currents {
		in := current{Current: c, to: net.population(c.To)}
		for _, f := range c.Feedback {
			in.from = append(in.from, net.population(f.From))
		}
		s.currents = append(s.currents, in)
	}
	for _, p := range net.Pulses {
		s.pulses = append(s.pulses, pulses{Pulses: p, to: net.population(p.To), chance: p.Rate * net.Step})
	}
	s.receive()
	return s, nil
}

type current struct {
	Current
	to           int
	from         []int
	target, gain float64 // Hz, A/Hz
	teaching     bool
	flowing      float64 // A, in the last step
}

type pulses struct {
	Pulses
	to     int
	chance float64
}

// connect makes the synapses, those that are tied to others last.
func (s *Simulation) connect(seed uint64) error {
	net := s.net
	s.connections = make([]connection, len(net.Connections))
	for k := range net.Connections {
		c := &s.connections[k]
		*c = connection{Connection: &net.Connections[k], from: net.population(net.Connections[k].From), to: net.population(net.Connections[k].To)}
		c.delay = net.steps(c.Delay)
		pre := 1
		if c.from < 0 {
			c.source = &s.stimuli[net.stimulus(c.From)]
		} else {
			pre = net.Populations[c.from].Size
		}
		if c.ShortTerm != nil {
			x, u := c.ShortTerm.Rested()
			for range pre {
				c.shortTerm = append(c.shortTerm, trace{x, u, math.Inf(-1)})
			}
		}
		if c.Tied != "" {
			continue
		}
		post := net.Populations[c.to].Size
		if err := c.connect(seed, pre, post); err != nil {
			return err
		}
		if r := c.Rule; r != nil {
			c.learning = &learning{Rule: r, trace: newFading(pre, net.Step, r.Trace)}
		}
	}
	for k := range s.connections {
		if c := &s.connections[k]; c.Tied != "" {
			c.tied = &s.connections[net.connection(c.Tied)]
		}
	}
	return nil
}

// receive gives populations the conductances that something opens.
func (s *Simulation) receive() {
	open := func(to int, onto Compartment, opens Receptor) {
		if p := &s.populations[to]; opens != Injected && p.open[onto][opens] == nil {
			p.open[onto][opens] = make([]float64, p.Size)
		}
	}
	for k := range s.connections {
		open(s.connections[k].to, s.connections[k].Onto, s.connections[k].Opens)
	}
	for _, p := range s.pulses {
		open(p.to, p.Onto, p.Opens)
	}
}

// Steps is the number of steps so far.
func (s *Simulation) Steps() int64 { return s.step }

// Time is the simulated time in s at which the next step begins.
func (s *Simulation) Time() float64 {
	if s.net.TimesAdded {
		return s.time
	}
	return float64(s.step) * s.net.Step
}

// SetPlastic says whether weights learn from now on.
func (s *Simulation) SetPlastic(on bool) { s.plastic = on }

// SetStimulus changes a stimulus, by its place in the network.
func (s *Simulation) SetStimulus(k int, value float64) { s.stimuli[k] = value }

// SetConstant changes the constant part of a current, by its place in the network.
func (s *Simulation) SetConstant(k int, ampere float64) { s.currents[k].Constant = ampere }

// SetTeacher lets a current, by its place in the network, pull the average event
// rate of its population to a target from now on, or no longer.
func (s *Simulation) SetTeacher(k int, target, gain float64, on bool) {
	s.currents[k].target, s.currents[k].gain, s.currents[k].teaching = target, gain, on
}

// OwnRate is the average event rate of a neuron, in Hz, of a population whose
// neurons have averages of their own.
func (s *Simulation) OwnRate(population, neuron int) float64 {
	return s.populations[population].ownRate(int32(neuron))
}

// Neurons are the states of a population, by its place in the network, to read.
func (s *Simulation) Neurons(population int) *neuron.Compartments {
	return &s.populations[population].Compartments
}

// Fired is who had a spike, an event or a burst in the last step, in the order of
// neurons. It is valid until the next step.
func (s *Simulation) Fired(population int, of Carried) []int32 {
	return s.populations[population].now[of]
}

// Rate is the average rate of spikes, events or bursts per neuron of a population,
// in Hz.
func (s *Simulation) Rate(population int, of Carried) float64 {
	return s.populations[population].rates[of]
}

// BurstProbability is the average burst rate of a population over its average
// event rate.
func (s *Simulation) BurstProbability(population int) float64 {
	return s.populations[population].measure(BurstProbability)
}

// Weights are those of a connection with weights of its own, to read, in the
// order of the neurons that they come from.
func (s *Simulation) Weights(connection string) []float64 {
	return s.connections[s.net.connection(connection)].weights
}

// Step moves all populations by one step of time. What a population does reaches
// others, and itself, after the delays of connections, in a later step.
//
// An error says which population left the range in which the equations make
// sense, and when.
func (s *Simulation) Step() error {
	if s.neurons < alone {
		s.job.Alone(len(s.populations))
	} else {
		s.job.Run(len(s.populations))
	}
	for _, err := range s.failures {
		if err != nil {
			return err
		}
	}
	for k := range s.connections {
		if s.connections[k].learning != nil {
			s.learn(&s.connections[k])
		}
	}
	for k := range s.populations {
		s.populations[k].remember()
	}
	s.step++
	s.time += s.net.Step
	return nil
}

// alone is how many neurons one processor moves faster than two that have to agree.
const alone = 1000

// part moves a population by a step. It reads what others did in steps before.
func (s *Simulation) part(number int) {
	p := &s.populations[number]
	clear(p.current[Soma])
	if p.nudge != nil {
		copy(p.current[Dendrite], p.nudge)
	} else {
		clear(p.current[Dendrite])
	}
	for k := range s.currents {
		if c := &s.currents[k]; c.to == number {
			s.inject(c)
		}
	}
	for k := range s.connections {
		c := &s.connections[k]
		if c.to != number {
			continue
		}
		c.deliver(s, p.input(c.Onto, c.Opens))
		if l := c.learning; l != nil && c.source != nil {
			l.trace.values[0] = *c.source
		}
	}
	for k := range s.pulses {
		train := &s.pulses[k]
		if train.to != number {
			continue
		}
		p.hit = s.chance.Pulses(p.hit[:0], k, s.step, p.Size, train.chance)
		in := p.input(train.Onto, train.Opens)
		for _, i := range p.hit {
			in[i] += train.Weight
		}
	}
	s.failures[number] = p.advance(s)
}

// inject adds a current to the input of its population.
func (s *Simulation) inject(c *current) {
	sum := c.Constant
	for k, f := range c.Feedback {
		sum += f.Gain * s.populations[c.from[k]].measure(f.Measure)
	}
	if c.teaching {
		sum += c.gain * (c.target - s.populations[c.to].measure(EventRate))
	}
	c.flowing = sum
	in := s.populations[c.to].current[c.Onto]
	for i := range in {
		in[i] += sum
	}
}

// spread moves the potentials of somata away from rest, at random.
func spread(soma []float64, sd float64, seed uint64, name string) {
	if sd == 0 {
		return
	}
	z := make([]float64, len(soma))
	noise.NewStream(seed, "potentials of "+name, 1, len(soma)).Draw(z, 0)
	for i, z := range z {
		soma[i] += sd * z
	}
}

var _ Cells = (*neuron.TwoCompartment)(nil)
