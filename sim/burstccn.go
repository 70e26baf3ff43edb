package sim

import (
	"fmt"
	"math/rand/v2"

	"burstsim/neuron"
	"burstsim/synapse"
)

// BurstCCN describes a network of the bursting cortico-cortical model: two
// feedback paths, of bursts (Y) and of events (Q), balance at the apical
// dendrites unless the layer above bursts more or less than its baseline
// (Greedy et al., NeurIPS 2022).
type BurstCCN struct {
	Sizes     []int // units of the input, each hidden layer and the output
	Rows      int   // trajectories simulated at once; 0 means 1
	Pyramidal neuron.Pyramidal
	Coupling  synapse.Coupling

	WeightGain float64 // initial W ~ Normal(0, WeightGain sqrt(2/(n_in+n_out)))

	TauWeight  float64 // plasticity time constant of W and c, s; > 0
	TauY, TauQ float64 // those of Y and Q where they learn, s; > 0
	// TraceDelay makes the presynaptic factor of plasticity an eligibility
	// trace: events low-passed with this time constant (s) for each layer
	// between the postsynaptic one and the output. 0: none.
	TraceDelay float64
}

// DefaultBurstCCN is the published continuous-time network for these layer
// sizes: tied feedback, tau_W = 100 s.
func DefaultBurstCCN(sizes ...int) BurstCCN {
	return BurstCCN{
		Sizes: sizes, Rows: 1,
		Pyramidal:  neuron.DefaultPyramidal(),
		Coupling:   synapse.Coupling{YMode: synapse.Tied, YScale: 1, QMode: synapse.Tied, QScale: 1},
		WeightGain: 1,
		TauWeight:  100, TauY: 100, TauQ: 100,
	}
}

// pyramids is what others see of a pyramidal population.
type pyramids[F Float] struct {
	soma, dendrite *stage[F]

	e, p, b []F // event rate, burst probability, burst rate
	a       []F // net feedback onto the apical dendrites
	d       []F // (p - p_b) e

	// What reaches other layers and plasticity: e, p and b themselves, or in
	// the layer-by-layer order their values before the step.
	seen struct{ e, p, b []F }
}

func newPyramids[F Float](net *Network[F], layer int) *pyramids[F] {
	pop := &pyramids[F]{}
	for _, v := range []*[]F{&pop.e, &pop.p, &pop.b, &pop.a, &pop.d} {
		*v = net.array(layer)
	}
	pop.seen.e, pop.seen.p, pop.seen.b = pop.e, pop.p, pop.b
	net.rates[layer] = pop.e
	net.lags = append(net.lags, lag[F]{pop.p, &pop.seen.p}, lag[F]{pop.b, &pop.seen.b})
	if layer == net.Layers() {
		net.lags = append(net.lags, lag[F]{pop.e, &pop.seen.e})
	}
	return pop
}

// NewBurstCCN builds the network and draws its weights.
func NewBurstCCN[F Float](cfg BurstCCN, rng *rand.Rand) (*Network[F], error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	net, err := newNetwork[F]("burstccn", cfg.Sizes, max(cfg.Rows, 1))
	if err != nil {
		return nil, err
	}
	cell, top := cfg.Pyramidal, net.Layers()

	// Populations.
	pops := make([]*pyramids[F], top+1)
	baseline := make([][]F, top+1)
	for l := 1; l <= top; l++ {
		pops[l] = newPyramids(net, l)
		baseline[l] = filled(net.array(l), cell.PBaseline)
	}

	// Projections.
	for l := 1; l <= top; l++ {
		net.forward[l].InitNormal(cfg.WeightGain, rng)
	}
	for l := 1; l < top; l++ {
		net.feedback[l] = synapse.NewFeedback(cfg.Coupling, net.forward[l+1], cell.PBaseline, net.rows, rng)
	}

	// Drives: somata forward, dendrites backward.
	for l := 1; l <= top; l++ {
		pop, w, below := pops[l], net.forward[l], net.rates[l-1]
		pop.soma = net.compartment("soma", l, cell.TauSoma,
			func(dst []F) { w.Forward(dst, below, net.rows) }, // W e_{l-1} + c
			func() { neuron.Sigmoid(pop.e, pop.soma.x) })
	}
	out := pops[top]
	net.follow("dendrite", top, func() {
		if net.teaching {
			neuron.TeacherBurstProbability(out.p, cell.PBaseline, net.target, out.e)
		} else {
			copy(out.p, baseline[top])
		}
		neuron.BurstRate(out.b, out.p, out.e)
	})
	for l := top - 1; l >= 1; l-- {
		pop, above, back := pops[l], pops[l+1], net.feedback[l]
		pop.dendrite = net.compartment("dendrite", l, cell.TauDendrite,
			func(dst []F) {
				back.Apical(pop.a, above.seen.b, above.seen.e, net.rows) // b Y - e Q
				neuron.DendriticDrive(dst, cell.Beta, pop.e, pop.a)
			},
			func() {
				neuron.BurstProbability(pop.p, &cell, pop.dendrite.x)
				neuron.BurstRate(pop.b, pop.p, pop.e)
			})
	}

	// Plasticity: (p - p_b) e times the events, or their trace, of the layer
	// below.
	for l := 1; l <= top; l++ {
		pop := pops[l]
		net.learn(plastic[F]{
			kind: Forward, layer: l, tau: cfg.TauWeight, gain: 1,
			shape: net.forward[l], w: &net.forward[l].W, c: &net.forward[l].C,
			post: func() []F {
				neuron.Deviation(pop.d, pop.seen.p, baseline[l], pop.seen.e)
				return pop.d
			},
			pre: presynaptic(net, l, cfg.TraceDelay),
		})
	}
	for l := 1; l < top; l++ {
		learnFeedback(net, l, pops[l], pops[l+1], cfg.TauY, cfg.TauQ)
	}

	for l := 1; l <= top; l++ {
		pops[l].record(net, l)
	}
	return net, nil
}

// presynaptic returns the presynaptic factor of the weights onto layer l: the
// events of layer l-1, low-passed where the error comes late. The output's own
// comes at once, and so it needs no trace.
func presynaptic[F Float](net *Network[F], l int, delay float64) func() []F {
	events := net.rates[l-1]
	late := float64(net.Layers() - l)
	if delay*late == 0 {
		return func() []F { return events }
	}
	trace := net.trace(l, delay*late, events)
	return func() []F { return trace.x }
}

// learnFeedback adds the plasticity of Y and Q, which together minimise the
// net apical input of a layer: dY = -e_{l+1} a, dQ = e_{l+1} a.
func learnFeedback[F Float](net *Network[F], l int, pop, above *pyramids[F], tauY, tauQ float64) {
	back := net.feedback[l]
	events := func() []F { return above.seen.e }
	apical := func() []F { return pop.a }
	if back.YPlastic {
		net.learn(plastic[F]{kind: BurstFeedback, layer: l, tau: tauY, gain: -1,
			shape: back.Forward, w: &back.Y, post: events, pre: apical})
	}
	if back.QPlastic {
		net.learn(plastic[F]{kind: EventFeedback, layer: l, tau: tauQ, gain: 1,
			shape: back.Forward, w: &back.Q, post: events, pre: apical})
	}
}

// record declares what can be recorded of the population.
func (pop *pyramids[F]) record(net *Network[F], l int) {
	net.signal("soma", l, "somatic potential", func() []F { return pop.soma.x })
	if pop.dendrite != nil {
		net.signal("dendrite", l, "dendritic potential", func() []F { return pop.dendrite.x })
	}
	net.signal("event_rate", l, "event rate", func() []F { return pop.e })
	net.signal("burst_prob", l, "burst probability", func() []F { return pop.p })
	net.signal("burst_rate", l, "burst rate", func() []F { return pop.b })
}

func (cfg BurstCCN) validate() error {
	if err := cfg.Pyramidal.Validate(); err != nil {
		return err
	}
	if err := cfg.Coupling.Validate(); err != nil {
		return err
	}
	for _, v := range []struct {
		name  string
		value float64
		zero  bool
	}{
		{"WeightGain", cfg.WeightGain, false}, {"TauWeight", cfg.TauWeight, false},
		{"TauY", cfg.TauY, !cfg.Coupling.YPlastic}, {"TauQ", cfg.TauQ, !cfg.Coupling.QPlastic},
		{"TraceDelay", cfg.TraceDelay, true},
	} {
		if !(v.value > 0 || v.zero && v.value == 0) {
			return fmt.Errorf("sim: %s is %v, expected more than 0", v.name, v.value)
		}
	}
	return nil
}

func filled[F Float](x []F, v float64) []F {
	for i := range x {
		x[i] = F(v)
	}
	return x
}
