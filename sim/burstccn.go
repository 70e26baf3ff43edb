package sim

import (
	"math/rand/v2"

	"burstsim/neuron"
	"burstsim/synapse"
)

// BurstCCN describes a network of the bursting cortico-cortical model: two
// feedback paths, of bursts (Y) and of events (Q), balance at the apical
// dendrites unless the layer above bursts more or less than its baseline
// (Greedy et al., NeurIPS 2022).
type BurstCCN struct {
	Sizes     []int         // units of the input, each hidden layer and the output
	Maps      *Convolutions // the first layers are maps that share weights; nil: none
	Rows      int           // trajectories simulated at once
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

// NewBurstCCN builds the network and draws its weights.
func NewBurstCCN[F Float](cfg BurstCCN, rng *rand.Rand) (*Network[F], error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	net, err := newNetwork[F]("burstccn", cfg.Sizes, cfg.Maps, cfg.Rows)
	if err != nil {
		return nil, err
	}
	cell, top := cfg.Pyramidal, net.Layers()

	// Populations.
	pops := newPopulations(net)
	baseline := make([][]F, top+1)
	for l := 1; l <= top; l++ {
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
		pops[l].soma = relaxSoma(net, l, cell.TauSoma, pops[l].e)
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
		pop.apical = func() []F {
			back.Apical(pop.a, above.seen.b, above.seen.e, net.rows) // b Y - e Q
			return pop.a
		}
		pop.dendrite = net.compartment("dendrite", l, cell.TauDendrite,
			func(dst []F) { neuron.DendriticDrive(dst, cell.Beta, pop.e, pop.apical()) },
			func() {
				neuron.BurstProbability(pop.p, &cell, pop.dendrite.x)
				neuron.BurstRate(pop.b, pop.p, pop.e)
			})
	}

	// Plasticity: (p - p_b) e times the events, or their trace, of the layer
	// below. Y and Q minimise the apical input: dY = -e_{l+1} a, dQ = e_{l+1} a.
	for l := 1; l <= top; l++ {
		net.learn(plastic[F]{
			kind: Forward, layer: l, tau: cfg.TauWeight, gain: 1,
			shape: net.forward[l], w: &net.forward[l].Params().W, c: &net.forward[l].Params().C,
			post: pops[l].deviation(func() []F { return baseline[l] }),
			pre:  presynaptic(net, l, cfg.TraceDelay),
		})
	}
	for l := 1; l < top; l++ {
		back, above := net.feedback[l], pops[l+1]
		events := func() []F { return above.seen.e }
		apical := func() []F { return pops[l].a }
		if back.YPlastic {
			net.learn(plastic[F]{kind: BurstFeedback, layer: l, tau: cfg.TauY, gain: -1,
				shape: back.Forward, w: &back.Y, post: events, pre: apical, plain: true})
		}
		if back.QPlastic {
			net.learn(plastic[F]{kind: EventFeedback, layer: l, tau: cfg.TauQ, gain: 1,
				shape: back.Forward, w: &back.Q, post: events, pre: apical, plain: true})
		}
	}

	for l := 1; l <= top; l++ {
		pops[l].record(net, l)
	}
	return net, nil
}

func (cfg BurstCCN) validate() error {
	if err := cfg.Pyramidal.Validate(); err != nil {
		return err
	}
	if err := cfg.Coupling.Validate(); err != nil {
		return err
	}
	return positive(
		quantity{"WeightGain", cfg.WeightGain, false}, quantity{"TauWeight", cfg.TauWeight, false},
		quantity{"TauY", cfg.TauY, !cfg.Coupling.YPlastic}, quantity{"TauQ", cfg.TauQ, !cfg.Coupling.QPlastic},
		quantity{"TraceDelay", cfg.TraceDelay, true},
	)
}
