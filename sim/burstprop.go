package sim

import (
	"math/rand/v2"

	"burstsim/neuron"
	"burstsim/synapse"
)

// Burstprop describes a network of the model of Payeur et al. (Nat. Neurosci.
// 2021): one feedback path, of bursts, and plasticity that compares the burst
// probability with its own moving average. It learns in two phases, a
// prediction, in which the average settles, and teaching.
type Burstprop struct {
	Sizes     []int         // units of the input, each hidden layer and the output
	Maps      *Convolutions // the first layers are maps that share weights; nil: none
	Rows      int           // trajectories simulated at once
	Pyramidal neuron.Pyramidal
	Coupling  synapse.Coupling // of Y; there is no Q

	WeightGain float64 // initial W ~ Normal(0, WeightGain sqrt(2/(n_in+n_out)))

	TauWeight  float64 // plasticity time constant of W and c, s; > 0
	TauY       float64 // that of Y where it learns, s; > 0
	TauAverage float64 // of the moving averages of events and bursts, s; > 0
	TraceDelay float64 // presynaptic trace, as in BurstCCN, s

	// Recurrent gives hidden layers an input R from their own bursts that
	// takes away the part of the feedback that can be foreseen. It has a
	// discrete form only.
	Recurrent         bool
	RecurrentScale    float64 // standard deviation of the initial R
	RecurrentLearning bool
}

// DefaultBurstprop is the published continuous-time network for these layer
// sizes.
func DefaultBurstprop(sizes ...int) Burstprop {
	cell := neuron.DefaultPyramidal()
	cell.Beta, cell.Transfer = 1, neuron.Published
	return Burstprop{
		Sizes: sizes, Rows: 1,
		Pyramidal:  cell,
		Coupling:   synapse.Coupling{YMode: synapse.Tied, YScale: 1, QMode: synapse.Tied, QScale: 1},
		WeightGain: 1,
		TauWeight:  100, TauY: 100, TauAverage: 5,
		RecurrentScale: 0.01,
	}
}

// averages are the moving averages of a population's events and bursts, and
// the burst probability they amount to.
type averages[F Float] struct {
	events, bursts *stage[F]
	p              []F // p_a = b_a / e_a
	seen           []F // p_a, or in the layer-by-layer order p_a before the step
}

// NewBurstprop builds the network and draws its weights.
func NewBurstprop[F Float](cfg Burstprop, rng *rand.Rand) (*Network[F], error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	net, err := newNetwork[F]("burstprop", cfg.Sizes, cfg.Maps, cfg.Rows)
	if err != nil {
		return nil, err
	}
	cell, top := cfg.Pyramidal, net.Layers()

	// Populations.
	pops := newPopulations(net)
	average := make([]*averages[F], top+1)

	// Projections.
	for l := 1; l <= top; l++ {
		net.forward[l].InitNormal(cfg.WeightGain, rng)
	}
	recurrent := make([]*recurrence[F], top)
	for l := 1; l < top; l++ {
		net.feedback[l] = synapse.NewFeedback(cfg.Coupling, net.forward[l+1], cell.PBaseline, net.rows, rng)
		if cfg.Recurrent {
			recurrent[l] = newRecurrence(net, l, cfg.RecurrentScale, rng)
			net.keep(Recurrent, l, recurrent[l].r.WeightShape(), &recurrent[l].r.W, nil)
		}
	}

	// Drives: somata forward, dendrites backward. A population's averages
	// follow it.
	for l := 1; l <= top; l++ {
		pops[l].soma = relaxSoma(net, l, cell.TauSoma, pops[l].e)
		pops[l].soma.held = true
	}
	out := pops[top]
	net.follow("dendrite", top, func() {
		if net.teaching {
			// The teacher meets the average rate: p_b + p_b (t - e_a)(1 - e_a).
			neuron.TeacherBurstProbability(out.p, cell.PBaseline, net.target, average[top].events.x)
		} else {
			filled(out.p, cell.PBaseline)
		}
		neuron.BurstRate(out.b, out.p, out.e)
	})
	average[top] = newAverages(net, top, pops[top], &cfg)
	for l := top - 1; l >= 1; l-- {
		pop, above, back, own := pops[l], pops[l+1], net.feedback[l], recurrent[l]
		if own != nil {
			own.relax(net, l, pop, above)
		}
		pop.apical = func() []F {
			back.Bursts(pop.a, above.seen.b, net.rows) // b Y
			return pop.a
		}
		pop.dendrite = net.compartment("dendrite", l, cell.TauDendrite,
			func(dst []F) {
				neuron.DendriticDrive(dst, cell.Beta, pop.e, pop.apical())
				if own != nil {
					own.subtract(dst)
				}
			},
			func() {
				neuron.BurstProbability(pop.p, &cell, pop.dendrite.x)
				neuron.BurstRate(pop.b, pop.p, pop.e)
			})
		average[l] = newAverages(net, l, pop, &cfg)
	}

	// Plasticity: (p - p_a) e times the events, or their trace, of the layer
	// below. Y, where it learns, changes as W does (Kolen and Pollack, 1994).
	for l := 1; l <= top; l++ {
		post := pops[l].deviation(func() []F { return average[l].seen })
		net.learn(plastic[F]{
			kind: Forward, layer: l, tau: cfg.TauWeight, gain: 1,
			shape: net.forward[l], w: &net.forward[l].Params().W, c: &net.forward[l].Params().C,
			post: post, pre: presynaptic(net, l, cfg.TraceDelay),
		})
		if l > 1 && cfg.Coupling.YPlastic {
			back := net.feedback[l-1]
			net.learn(plastic[F]{
				kind: BurstFeedback, layer: l - 1, tau: cfg.TauY, gain: 1,
				shape: back.Forward, w: &back.Y,
				post: post, pre: func() []F { return net.from(l) },
			})
		}
	}
	for l := 1; l < top; l++ {
		if cfg.Recurrent && cfg.RecurrentLearning {
			recurrent[l].learn(net, l)
		}
	}

	for l := 1; l <= top; l++ {
		pops[l].record(net, l)
		average[l].record(net, l)
	}
	net.biasDecay = false
	if cfg.Recurrent {
		net.discreteOnly = "the recurrent input"
	}
	return net, nil
}

// newAverages adds tau_a de_a/dt = e - e_a and the same for bursts.
func newAverages[F Float](net *Network[F], l int, pop *pyramids[F], cfg *Burstprop) *averages[F] {
	avg := &averages[F]{p: net.array(l)}
	avg.seen = avg.p
	net.lag(avg.p, &avg.seen)
	avg.events = net.compartment("event_rate_average", l, cfg.TauAverage,
		func(dst []F) { copy(dst, pop.seen.e) }, func() {})
	avg.bursts = net.compartment("burst_rate_average", l, cfg.TauAverage,
		func(dst []F) { copy(dst, pop.seen.b) }, func() {})
	probability := net.follow("burst_prob_average", l, func() {
		neuron.AverageBurstProbability(avg.p, avg.bursts.x, avg.events.x, pop.p)
	})
	avg.events.held, avg.bursts.held, probability.held = true, true, true
	return avg
}

func (avg *averages[F]) record(net *Network[F], l int) {
	net.signal("event_rate_average", l, "average event rate", func() []F { return avg.events.x })
	net.signal("burst_rate_average", l, "average burst rate", func() []F { return avg.bursts.x })
	net.signal("burst_prob_average", l, "average burst probability", func() []F { return avg.p })
}

// recurrence is what the bursts of a hidden layer's prediction take away from
// its dendrites: k = b_pre Rᵀ with b_pre = sigmoid(b_{l+1} Y) e.
type recurrence[F Float] struct {
	r      *synapse.Dense[F] // from the layer to itself, without bias
	bursts []F               // b_pre
	k      []F
	left   []F // b_{l+1} Y h(e) - k: what is not foreseen
}

func newRecurrence[F Float](net *Network[F], l int, std float64, rng *rand.Rand) *recurrence[F] {
	own := &recurrence[F]{
		r:      synapse.NewDense[F](net.sizes[l], net.sizes[l]),
		bursts: net.array(l), k: net.array(l), left: net.array(l),
	}
	own.r.FillNormal(std, rng)
	return own
}

// relax adds the recurrent input, which stays as in the prediction while the
// network is taught.
func (own *recurrence[F]) relax(net *Network[F], l int, pop, above *pyramids[F]) {
	back := net.feedback[l]
	s := net.follow("recurrent", l, func() {
		back.Bursts(pop.a, above.seen.b, net.rows)
		neuron.DendriticDrive(own.left, 1, pop.e, pop.a)
		neuron.Sigmoid(own.bursts, pop.a)
		neuron.BurstRate(own.bursts, own.bursts, pop.e)
		own.r.Transmit(own.k, own.bursts, net.rows)
		own.subtract(own.left)
	})
	s.held = true
}

// subtract takes the recurrent input from dst.
func (own *recurrence[F]) subtract(dst []F) {
	for i, k := range own.k {
		dst[i] -= k
	}
}

func (own *recurrence[F]) learn(net *Network[F], l int) {
	net.learn(plastic[F]{
		// The published rule sums over a batch where the others take the mean.
		kind: Recurrent, layer: l, tau: 1, gain: F(net.rows), plain: true,
		shape: own.r, w: &own.r.W,
		post: func() []F { return own.left }, pre: func() []F { return own.bursts },
	})
}

func (cfg *Burstprop) validate() error {
	if err := cfg.Pyramidal.Validate(); err != nil {
		return err
	}
	if err := cfg.Coupling.Validate(); err != nil {
		return err
	}
	return positive(
		quantity{"WeightGain", cfg.WeightGain, false}, quantity{"TauWeight", cfg.TauWeight, false},
		quantity{"TauY", cfg.TauY, !cfg.Coupling.YPlastic}, quantity{"TauAverage", cfg.TauAverage, false},
		quantity{"TraceDelay", cfg.TraceDelay, true}, quantity{"RecurrentScale", cfg.RecurrentScale, true},
	)
}
