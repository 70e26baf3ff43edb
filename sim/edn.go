package sim

import (
	"fmt"
	"math/rand/v2"

	"burstsim/neuron"
	"burstsim/synapse"
)

// EDN describes an error-dendrite network after Sacramento et al. (NeurIPS
// 2018): the apical dendrite v_A compares the rates of the layer above with
// what interneurons predict of them, and pulls the soma z away from its basal
// dendrite v_B, which is where the weights' error comes from.
type EDN struct {
	Sizes []int // units of the input, each hidden layer and the output
	Rows  int   // trajectories simulated at once

	TauSoma  float64          // time constant of somata and interneurons, s; > 0
	Coupling synapse.Coupling // of Y; there is no Q

	// LambdaOutput, LambdaInterneuron and LambdaHidden are the weights, in
	// [0, 1), of the target in output somata, of the layer above in
	// interneurons, and of the apical dendrite in hidden somata.
	LambdaOutput, LambdaInterneuron, LambdaHidden float64

	// Interneurons says where the weights of interneurons come from: tied and
	// symmetric_init copy W and c of the layer above (onto them) and Y (from
	// them), at all times or at the start; random draws both from
	// Normal(0, InterneuronScale), and then both learn.
	Interneurons     synapse.Mode
	InterneuronScale float64

	// BasalLag lets plasticity compare a soma with its basal dendrite as the
	// soma saw it, low-passed with the same time constant: without it, the lag
	// of the soma behind a moving input counts as error.
	BasalLag bool

	WeightGain     float64 // initial W ~ Normal(0, WeightGain sqrt(2/(n_in+n_out)))
	TauWeight      float64 // plasticity time constant of W and c, s; > 0
	TauInterneuron float64 // of interneurons' weights unless they are tied, s; > 0
	TauY           float64 // of Y where it learns, s; > 0
}

// DefaultEDN is the published network for these layer sizes, with the time
// constants of the other models.
func DefaultEDN(sizes ...int) EDN {
	return EDN{
		Sizes: sizes, Rows: 1, TauSoma: 0.1,
		Coupling:     synapse.Coupling{YMode: synapse.Tied, YScale: 1, QMode: synapse.Tied, QScale: 1},
		LambdaOutput: 0.1, LambdaInterneuron: 0.1, LambdaHidden: 0.1,
		Interneurons: synapse.SymmetricInit, InterneuronScale: 1,
		WeightGain: 1, TauWeight: 100, TauInterneuron: 50, TauY: 100,
	}
}

// errorPyramids is a pyramidal population of an EDN and its interneurons.
type errorPyramids[F Float] struct {
	soma *stage[F]

	basal, basalRate []F // v_B and sigmoid(v_B)
	rate             []F // r = sigmoid(z)
	out              []F // what goes forward: r, or in the one-sweep discrete model sigmoid(v_B)
	apical           []F // v_A
	expected         []F // sigmoid(v_B), or of v_B low-passed
	d                []F // r - expected

	interneuron         *stage[F]
	onto                synapse.Projection[F] // W_PI
	from                []F                   // W_IP, of the shape of Y; nil if it is Y at all times
	predicted           []F                   // W_PI r + c_I: what the interneurons' dendrites say
	predictedRate, intn []F                   // sigmoid of it, and r_I = sigmoid(z_I)
	dIntn               []F                   // r_I - sigmoid(W_PI r + c_I)
	guess               []F                   // r_l - sigmoid(r_{l+1} Y), for learning Y
}

// NewEDN builds the network and draws its weights.
func NewEDN[F Float](cfg EDN, rng *rand.Rand) (*Network[F], error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	net, err := newNetwork[F]("edn", cfg.Sizes, nil, cfg.Rows)
	if err != nil {
		return nil, err
	}
	top := net.Layers()

	// Populations.
	pops := make([]*errorPyramids[F], top+1)
	for l := 1; l <= top; l++ {
		pops[l] = newErrorPyramids(net, l)
	}
	net.output = pops[top].basalRate // what the network says without the teacher

	// Projections.
	for l := 1; l <= top; l++ {
		net.forward[l].InitNormal(cfg.WeightGain, rng)
	}
	for l := 1; l < top; l++ {
		net.feedback[l] = synapse.NewFeedback(cfg.Coupling, net.forward[l+1], 0, net.rows, rng)
		pops[l].connectInterneurons(net, l, &cfg, rng)
	}

	// Drives: basal dendrites forward, then from the output's soma backward.
	for l := 1; l <= top; l++ {
		pop, w := pops[l], net.forward[l]
		net.follow("basal", l, func() {
			w.Forward(pop.basal, net.send(l), net.rows)
			neuron.Sigmoid(pop.basalRate, pop.basal)
		}).answers = true
	}
	out := pops[top]
	out.soma = net.compartment("soma", top, cfg.TauSoma,
		func(dst []F) {
			if !net.teaching {
				copy(dst, out.basal)
				return
			}
			neuron.NudgePotential(dst, net.target)
			neuron.Mix(dst, cfg.LambdaOutput, out.basal, dst)
		},
		func() { neuron.Sigmoid(out.rate, out.soma.x) })
	for l := top - 1; l >= 1; l-- {
		pop, above, back := pops[l], pops[l+1], net.feedback[l]
		net.follow("interneuron_dendrite", l, func() {
			pop.onto.Forward(pop.predicted, pop.out, net.rows)
			neuron.Sigmoid(pop.predictedRate, pop.predicted)
		})
		pop.interneuron = net.compartmentOf("interneuron", l, net.sizes[l+1], cfg.TauSoma,
			func(dst []F) { neuron.Mix(dst, cfg.LambdaInterneuron, pop.predicted, above.soma.x) },
			func() { neuron.Sigmoid(pop.intn, pop.interneuron.x) })
		net.follow("apical", l, func() { // v_A = r_{l+1} Y - r_I W_IP
			if pop.from == nil {
				back.Bursts(pop.guess, pop.intn, net.rows)
			} else {
				back.Forward.Backward(pop.guess, pop.intn, pop.from, net.rows)
			}
			back.Bursts(pop.apical, above.rate, net.rows)
			for i, v := range pop.guess {
				pop.apical[i] -= v
			}
		})
		pop.soma = net.compartment("soma", l, cfg.TauSoma,
			func(dst []F) {
				for i, v := range pop.basal {
					dst[i] = v + F(cfg.LambdaHidden)*pop.apical[i]
				}
			},
			func() { neuron.Sigmoid(pop.rate, pop.soma.x) })
	}
	for l := 1; l <= top && cfg.BasalLag; l++ {
		pop := pops[l]
		pop.expected = net.array(l)
		var lagged *stage[F]
		lagged = net.compartment("basal_lag", l, cfg.TauSoma,
			func(dst []F) { copy(dst, pop.basal) },
			func() { neuron.Sigmoid(pop.expected, lagged.x) })
	}
	// The one-sweep discrete model passes on what somata would do without
	// their apical dendrites; the true fixed point differs by O(lambda^2).
	net.adopted = append(net.adopted, func() {
		for l := 1; l <= top; l++ {
			pops[l].out, net.rates[l] = pops[l].basalRate, pops[l].basalRate
		}
	})

	// Plasticity: somata teach basal dendrites, interneurons learn to predict
	// the layer above, and their output to cancel its feedback.
	for l := 1; l <= top; l++ {
		pop := pops[l]
		net.learn(plastic[F]{
			kind: Forward, layer: l, tau: cfg.TauWeight, gain: 1,
			shape: net.forward[l], w: &net.forward[l].Params().W, c: &net.forward[l].Params().C,
			post: func() []F { return difference(pop.d, pop.rate, pop.expected) },
			pre:  func() []F { return net.from(l) },
		})
	}
	for l := 1; l < top; l++ {
		if cfg.Interneurons != synapse.Tied {
			pops[l].learnInterneurons(net, l, cfg.TauInterneuron)
		}
		if cfg.Coupling.YPlastic {
			pops[l].learnFeedback(net, l, pops[l+1], cfg.TauY)
		}
	}

	for l := 1; l <= top; l++ {
		pops[l].record(net, l)
	}
	return net, nil
}

func newErrorPyramids[F Float](net *Network[F], l int) *errorPyramids[F] {
	pop := &errorPyramids[F]{}
	for _, v := range []*[]F{&pop.basal, &pop.basalRate, &pop.rate, &pop.apical, &pop.d, &pop.guess} {
		*v = net.array(l)
	}
	pop.out, net.rates[l] = pop.rate, pop.rate
	pop.expected = pop.basalRate
	if l < net.Layers() {
		for _, v := range []*[]F{&pop.predicted, &pop.predictedRate, &pop.intn, &pop.dIntn} {
			*v = net.array(l + 1)
		}
	}
	return pop
}

// connectInterneurons makes the projections onto and from the interneurons
// beside layer l, of which there are as many as units above.
func (pop *errorPyramids[F]) connectInterneurons(net *Network[F], l int, cfg *EDN, rng *rand.Rand) {
	above, back := net.forward[l+1], net.feedback[l]
	if cfg.Interneurons == synapse.Tied {
		pop.onto = above
		return
	}
	out, in := above.Units()
	onto := synapse.NewDense[F](out, in)
	pop.onto, pop.from = onto, make([]F, out*in)
	net.keep(OntoInterneuron, l, onto.WeightShape(), &onto.W, &onto.C)
	net.keep(FromInterneuron, l, back.Forward.WeightShape(), &pop.from, nil)
	if cfg.Interneurons == synapse.Random {
		onto.FillNormal(cfg.InterneuronScale, rng)
		synapse.FillNormal(pop.from, cfg.InterneuronScale, rng)
		return
	}
	copy(onto.W, above.Params().W)
	copy(onto.C, above.Params().C)
	copy(pop.from, back.BurstWeights(pop.from))
}

// learnInterneurons adds dW_PI = (r_I - sigmoid(W_PI r + c_I)) rᵀ and
// dW_IP = r_I v_Aᵀ.
func (pop *errorPyramids[F]) learnInterneurons(net *Network[F], l int, tau float64) {
	net.learn(plastic[F]{
		kind: OntoInterneuron, layer: l, tau: tau, gain: 1, plain: true,
		shape: pop.onto, w: &pop.onto.Params().W, c: &pop.onto.Params().C,
		post: func() []F { return difference(pop.dIntn, pop.intn, pop.predictedRate) },
		pre:  func() []F { return pop.rate },
	})
	net.learn(plastic[F]{
		kind: FromInterneuron, layer: l, tau: tau, gain: 1, plain: true,
		shape: net.feedback[l].Forward, w: &pop.from,
		post: func() []F { return pop.intn }, pre: func() []F { return pop.apical },
	})
}

// learnFeedback lets Y predict the layer's rates from those above,
// dY = r_{l+1} (r - sigmoid(r_{l+1} Y))ᵀ (Sacramento et al. 2018, section 2.2).
func (pop *errorPyramids[F]) learnFeedback(net *Network[F], l int, above *errorPyramids[F], tau float64) {
	back := net.feedback[l]
	net.learn(plastic[F]{
		kind: BurstFeedback, layer: l, tau: tau, gain: 1, plain: true,
		shape: back.Forward, w: &back.Y,
		post: func() []F { return above.rate },
		pre: func() []F {
			back.Bursts(pop.guess, above.rate, net.rows)
			neuron.Sigmoid(pop.guess, pop.guess)
			return difference(pop.guess, pop.rate, pop.guess)
		},
	})
}

func (pop *errorPyramids[F]) record(net *Network[F], l int) {
	net.signal("soma", l, "somatic potential", func() []F { return pop.soma.x })
	net.signal("basal", l, "basal potential", func() []F { return pop.basal })
	net.signal("event_rate", l, "rate", func() []F { return pop.rate })
	net.signal("basal_rate", l, "basal rate", func() []F { return pop.basalRate })
	if pop.interneuron != nil {
		net.signal("dendrite", l, "apical potential", func() []F { return pop.apical })
		net.signalOf("interneuron", l, net.sizes[l+1], "interneuron potential", func() []F { return pop.interneuron.x })
	}
}

func difference[F Float](dst, a, b []F) []F {
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
	return dst
}

func (cfg *EDN) validate() error {
	if err := cfg.Coupling.Validate(); err != nil {
		return err
	}
	switch cfg.Interneurons {
	case synapse.Tied, synapse.SymmetricInit:
		if cfg.InterneuronScale != 1 {
			return fmt.Errorf("sim: InterneuronScale is %v, expected 1 when interneurons are %s", cfg.InterneuronScale, cfg.Interneurons)
		}
	case synapse.Random:
	default:
		return fmt.Errorf("sim: Interneurons is %q, expected tied, symmetric_init or random", cfg.Interneurons)
	}
	for _, v := range []struct {
		name   string
		lambda float64
	}{{"LambdaOutput", cfg.LambdaOutput}, {"LambdaInterneuron", cfg.LambdaInterneuron}, {"LambdaHidden", cfg.LambdaHidden}} {
		if !(v.lambda >= 0 && v.lambda < 1) {
			return fmt.Errorf("sim: %s is %v, expected at least 0 and less than 1", v.name, v.lambda)
		}
	}
	return positive(
		quantity{"TauSoma", cfg.TauSoma, false}, quantity{"WeightGain", cfg.WeightGain, false},
		quantity{"TauWeight", cfg.TauWeight, false},
		quantity{"TauInterneuron", cfg.TauInterneuron, cfg.Interneurons == synapse.Tied},
		quantity{"TauY", cfg.TauY, !cfg.Coupling.YPlastic},
	)
}
