package sim

import (
	"math/rand/v2"

	"burstsim/synapse"
)

// ANN describes the baseline: leaky units whose weights follow the
// instantaneous gradient of the loss, by backpropagation where Y is tied, by
// feedback alignment otherwise.
type ANN struct {
	Sizes    []int         // units of the input, each hidden layer and the output
	Maps     *Convolutions // the first layers are maps that share weights; nil: none
	Rows     int           // trajectories simulated at once
	TauSoma  float64
	Coupling synapse.Coupling // of Y; there is no Q

	WeightGain float64 // initial W ~ Normal(0, WeightGain sqrt(2/(n_in+n_out)))
	TauWeight  float64 // plasticity time constant of W and c, s; > 0
}

// DefaultANN is a network of these layer sizes that follows backprop.
func DefaultANN(sizes ...int) ANN {
	return ANN{
		Sizes: sizes, Rows: 1, TauSoma: 0.1,
		Coupling:   synapse.Coupling{YMode: synapse.Tied, YScale: 1, QMode: synapse.Tied, QScale: 1},
		WeightGain: 1, TauWeight: 100,
	}
}

// NewANN builds the network and draws its weights.
func NewANN[F Float](cfg ANN, rng *rand.Rand) (*Network[F], error) {
	if err := cfg.Coupling.Validate(); err != nil {
		return nil, err
	}
	err := positive(quantity{"TauSoma", cfg.TauSoma, false},
		quantity{"WeightGain", cfg.WeightGain, false}, quantity{"TauWeight", cfg.TauWeight, false})
	if err != nil {
		return nil, err
	}
	net, err := newNetwork[F]("ann", cfg.Sizes, cfg.Maps, cfg.Rows)
	if err != nil {
		return nil, err
	}
	top := net.Layers()

	// Populations.
	for l := 1; l <= top; l++ {
		net.rates[l] = net.array(l)
	}

	// Projections.
	for l := 1; l <= top; l++ {
		net.forward[l].InitNormal(cfg.WeightGain, rng)
	}
	for l := 1; l < top; l++ {
		net.feedback[l] = synapse.NewFeedback(cfg.Coupling, net.forward[l+1], 0, net.rows, rng)
	}

	// Drives: somata forward, errors backward at once.
	for l := 1; l <= top; l++ {
		soma := relaxSoma(net, l, cfg.TauSoma, net.rates[l])
		net.signal("soma", l, "somatic potential", func() []F { return soma.x })
		net.signal("event_rate", l, "rate", func() []F { return net.rates[l] })
	}
	gradient := NewBackprop(net)
	delta := gradient.Delta
	if cfg.Coupling.YMode != synapse.Tied {
		delta = gradient.Aligned
	}
	net.follow("error", top, func() {
		if net.teaching {
			gradient.Compute()
			return
		}
		for l := 1; l <= top; l++ {
			clear(delta[l])
		}
	})

	// Plasticity: minus the gradient.
	for l := 1; l <= top; l++ {
		net.learn(plastic[F]{
			kind: Forward, layer: l, tau: cfg.TauWeight, gain: 1,
			shape: net.forward[l], w: &net.forward[l].Params().W, c: &net.forward[l].Params().C,
			post: func() []F { return delta[l] },
			pre:  func() []F { return net.from(l) },
		})
		net.signal("error", l, "error", func() []F { return delta[l] })
	}
	return net, nil
}
