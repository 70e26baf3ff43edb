package spiking

import (
	"fmt"
	"math"

	"burstsim/neuron"
)

// population is the neurons of a Population.
type population struct {
	*Population
	neuron.Compartments
	dt      float64
	seed    dice
	wait    neuron.Doubling
	above   []int32  // scratch
	echo    [2]int64 // after how many steps the current of a spike that goes back begins and ends
	plateau []float64
	current [2][]float64    // what reaches soma and dendrite in this step, in A
	open    [2][3][]float64 // conductances of each receptor, in units of the leak's; nil: none
	decayed [3]float64      // what a step leaves of them

	last    []int64   // step of the last spike
	lastAt  []float64 // the same as a sum of steps
	trace   fading    // of spikes
	inBurst []bool
	window  int64
	added   bool

	now   [3][]int32   // who has a spike, an event, a burst in this step
	lists [3][][]int32 // the same of steps before, by the step modulo how many are kept

	ownEvents, ownBursts fading // averages of each neuron, times OwnAveraging
	ownSpikes            fading // the same, times SpikeAveraging

	nudge []float64 // current into the dendrite of each neuron; nil: none can be taught

	rates  [3]float64 // averages in Hz
	latest [3]float64 // of the last step alone
	uneven func(i int) (float64, float64)
	hit    []int32 // scratch
	step   int64
	look   int64 // steps between two looks at whether it explodes
	lately int64 // spikes since the last one
}

// Reversal potentials, in V, and time constants, in s, of receptors.
const (
	reversalAMPA, reversalGABA = 0, -0.080
	timeAMPA, timeGABA         = 0.005, 0.010
)

// echo is after which steps a spike is felt in the dendrite again, from the first to
// the last; none without a current that goes back.
func (n *Network) echo(c Cells) (span [2]int64) {
	if p, ok := c.(*neuron.TwoCompartment); ok {
		const rounding = 1e-6
		return [2]int64{max(1, int64(math.Ceil(p.BackFrom/n.Step-rounding))), int64(math.Floor(p.BackTo/n.Step + rounding))}
	}
	return [2]int64{1, 0}
}

func newPopulation(p *Population, net *Network, depth int, seed uint64) population {
	n := p.Size
	echo := net.echo(p.Cells)
	depth = max(depth, int(echo[1])+1)
	out := population{
		Population: p, Compartments: p.Cells.Begin(n), dt: net.Step, seed: newDice(seed, "bursts of "+p.Name),
		wait: neuron.Waiting(n), echo: echo, above: make([]int32, 0, n),
		plateau: make([]float64, n), current: [2][]float64{make([]float64, n), make([]float64, n)},
		decayed: [3]float64{AMPA: math.Exp(-net.Step / timeAMPA), GABA: math.Exp(-net.Step / timeGABA)},
		last:    make([]int64, n), lastAt: make([]float64, n), trace: newFading(n, net.Step, p.Window), inBurst: make([]bool, n),
		window: int64(math.Floor(p.Window/net.Step + 1e-6)), added: net.TimesAdded,
	}
	for i := range n {
		out.last[i], out.lastAt[i] = math.MinInt32, math.Inf(-1)
	}
	for k := range out.lists {
		out.lists[k] = make([][]int32, depth)
		for d := range depth {
			out.lists[k][d] = make([]int32, 0, n)
		}
	}
	if p.OwnAveraging > 0 {
		out.nudge = make([]float64, n)
		out.ownEvents, out.ownBursts = newFading(n, net.Step, p.OwnAveraging), newFading(n, net.Step, p.OwnAveraging)
	}
	if p.SpikeAveraging > 0 {
		out.ownSpikes = newFading(n, net.Step, p.SpikeAveraging)
	}
	out.hit, out.look = make([]int32, 0, n), max(1, int64(math.Round(lookEvery/net.Step)))
	spread(out.Soma, p.Spread, seed, p.Name)
	return out
}

// list is who had a spike, an event or a burst in a step that is kept.
func (p *population) list(of Carried, step int64) []int32 {
	if step < 0 {
		return nil
	}
	return p.lists[of][step%int64(len(p.lists[of]))]
}

// input is where what opens a receptor adds up.
func (p *population) input(onto Compartment, opens Receptor) []float64 {
	if opens == Injected {
		return p.current[onto]
	}
	return p.open[onto][opens]
}

func (p *population) measure(m Measure) float64 {
	switch m {
	case EventRate:
		return p.rates[Events]
	case EventRateNow:
		return p.latest[Events]
	default:
		if p.rates[Events] == 0 {
			return p.Baseline
		}
		return p.rates[Bursts] / p.rates[Events]
	}
}

// ownRate is the average event rate of a neuron in Hz.
func (p *population) ownRate(i int32) float64 { return p.ownEvents.at(i) / p.OwnAveraging }

// leastRate is the rate of a neuron, in Hz, that must not be below RateMin.
func (p *population) leastRate(i int32) float64 {
	if p.SpikeAveraging > 0 {
		return p.ownSpikes.at(i) / p.SpikeAveraging
	}
	return p.ownRate(i)
}

// remember adds what neurons did in this step to their own averages.
func (p *population) remember() {
	if p.SpikeAveraging > 0 {
		for _, i := range p.now[Spikes] {
			p.ownSpikes.add(i)
		}
		p.ownSpikes.decay()
	}
	if p.OwnAveraging == 0 {
		return
	}
	for _, i := range p.now[Events] {
		p.ownEvents.add(i)
	}
	for _, i := range p.now[Bursts] {
		p.ownBursts.add(i)
	}
	p.ownEvents.decay()
	p.ownBursts.decay()
}

// conduct turns conductances into currents, and lets them decay.
func (p *population) conduct(onto Compartment, leak float64, potential []float64) {
	for _, r := range [...]struct {
		Receptor
		reversal float64
	}{{AMPA, reversalAMPA}, {GABA, reversalGABA}} {
		if open := p.open[onto][r.Receptor]; open != nil {
			neuron.Conduct(leak, r.reversal, p.decayed[r.Receptor], open, potential, p.current[onto])
		}
	}
}

// mostVolt is a potential, in V, that no compartment has: a hundred times what synapses
// and plateaus lead to.
const mostVolt = 10

// lookEvery is how often, in s, it is looked at whether a population explodes.
const lookEvery = 0.1

// explosion is a rate of spikes, in Hz, that neurons have only where their input
// explodes: one that no cortical population has, or almost what a refractory period
// allows.
func explosion(c Cells) float64 {
	if p, ok := c.(*neuron.BurstPoisson); ok {
		return min(500, 0.9/p.Refractory)
	}
	return 500
}

// explodes says whether, and how, the population left the range in which its
// equations make sense since it was last looked at.
func (p *population) explodes(s *Simulation) error {
	p.lately += int64(len(p.now[Spikes]))
	if (s.step+1)%p.look != 0 {
		return nil
	}
	const almost = 0.9 // of the steps: where these are long, no rate is above a limit in Hz
	rate, most := float64(p.lately)/(float64(p.look)*p.dt*float64(p.Size)), min(explosion(p.Cells), almost/p.dt)
	p.lately = 0
	at := float64(s.step+1) * p.dt
	if rate > most {
		return fmt.Errorf("spiking: at %.4g s population %q spikes at %.3g Hz, more than %.3g: its input explodes", at, p.Name, rate, most)
	}
	for i, v := range p.Soma {
		if d := p.Dendrite[i]; !(math.Abs(v) <= mostVolt && math.Abs(d) <= mostVolt) { // or no number
			return fmt.Errorf("spiking: at %.4g s the potentials of population %q, soma %v and dendrite %v V of neuron %d, leave all bounds: its input explodes", at, p.Name, v, d, i)
		}
	}
	return nil
}

// advance moves the neurons by a step, and finds out what their spikes are.
func (p *population) advance(s *Simulation) error {
	driving := p.Dendrite
	if p.SomaticDriving {
		driving = p.Soma
	}
	leakSoma, leakDendrite := p.Cells.Leaks()
	p.conduct(Soma, leakSoma, p.Soma)
	p.conduct(Dendrite, leakDendrite, driving)
	fired := p.lists[Spikes][s.step%int64(len(p.lists[Spikes]))][:0]
	switch cells := p.Cells.(type) {
	case *neuron.TwoCompartment:
		for after := p.echo[0]; after <= p.echo[1]; after++ {
			for _, i := range p.list(Spikes, s.step-after) {
				p.current[Dendrite][i] += cells.BackPropagating
			}
		}
		fired = cells.Step(p.dt, &p.Compartments, p.current[Soma], p.current[Dendrite], p.plateau, fired)
	case *neuron.BurstPoisson:
		p.step = s.step
		if p.uneven == nil {
			p.uneven = func(i int) (float64, float64) { return p.seed.pair(p.step, i) }
		}
		fired = cells.Step(p.dt, s.step+1, &p.Compartments, &p.wait, p.current[Soma], p.current[Dendrite], p.uneven, p.above[:0], fired)
	}
	p.now[Spikes] = fired
	p.tell(s.step, s.time)
	for k := range p.rates {
		p.latest[k] = float64(len(p.now[k])) / (float64(p.Size) * p.dt)
		p.rates[k] += p.dt / p.Averaging * (p.latest[k] - p.rates[k])
	}
	return p.explodes(s)
}

// tell says which spikes are events and which are bursts.
func (p *population) tell(step int64, at float64) {
	for _, k := range [...]Carried{Events, Bursts} {
		p.now[k] = p.lists[k][step%int64(len(p.lists[k]))][:0]
	}
	const near = 1 / math.E // of a trace, one time constant after a spike
	for _, i := range p.now[Spikes] {
		follows := step-p.last[i] <= p.window
		switch {
		case p.Filtered:
			follows = p.trace.at(i) >= near
		case p.added:
			follows = at <= p.lastAt[i]+p.Window
		}
		switch {
		case !follows:
			p.inBurst[i] = false
			p.now[Events] = append(p.now[Events], i)
		case !p.inBurst[i]:
			p.inBurst[i] = true
			p.now[Bursts] = append(p.now[Bursts], i)
		}
		p.last[i], p.lastAt[i] = step, at
		p.trace.add(i)
	}
	p.trace.decay()
	for k := range p.now {
		p.lists[k][step%int64(len(p.lists[k]))] = p.now[k]
	}
}
