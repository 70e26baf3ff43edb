package sim

import (
	"fmt"
	"math"

	"burstsim/synapse"
)

// Learning says how the discrete model changes its weights.
type Learning struct {
	Rate         float64 // of W and bias; the limit of continuous time is T/tau_W
	YRate, QRate float64 // of Y and Q where they learn, by plain gradient descent
	Optimiser    string  // of W and bias: a name of synapse.RuleNames; "" is sgd
	Momentum     float64 // in [0, 1), for "momentum"
	WeightDecay  float64 // fraction of W and bias lost at each update
}

// Discrete moves a network through the quasi-steady states of its continuous
// form: every compartment adopts its drive, and the weights make one step for
// each batch.
type Discrete[F Float] struct {
	net      *Network[F]
	learning Learning
	rule     synapse.Rule[F]
	forward  []*synapse.Param[F] // moved by rule
	feedback []*synapse.Param[F] // by plain gradient descent
	grads    []*synapse.Param[F] // of every plastic projection, in its order
}

// NewDiscrete puts a network in discrete time.
func NewDiscrete[F Float](net *Network[F], learning Learning) (*Discrete[F], error) {
	if learning.Optimiser == "" {
		learning.Optimiser = "sgd"
	}
	rule, err := synapse.NewRule[F](learning.Optimiser, learning.Momentum)
	if err != nil {
		return nil, err
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"Rate", learning.Rate}, {"YRate", learning.YRate}, {"QRate", learning.QRate}, {"WeightDecay", learning.WeightDecay}} {
		if !(v.value >= 0) || math.IsInf(v.value, 0) {
			return nil, fmt.Errorf("sim: Learning.%s is %v, expected 0 or more", v.name, v.value)
		}
	}
	d := &Discrete[F]{net: net, learning: learning, rule: rule}
	for _, p := range net.plastic {
		param := &synapse.Param[F]{Out: p.shape.Out, W: *p.w, GradW: make([]F, len(*p.w))}
		if p.c != nil {
			param.C, param.GradC = *p.c, make([]F, len(*p.c))
		}
		d.grads = append(d.grads, param)
		if p.kind == Forward {
			d.forward = append(d.forward, param)
		} else {
			d.feedback = append(d.feedback, param)
		}
	}
	return d, nil
}

// Network is the network that is moved.
func (d *Discrete[F]) Network() *Network[F] { return d.net }

// Present lets every compartment adopt its drive for the network's present
// Input and, with a teacher, its Target. It returns the loss of the batch.
func (d *Discrete[F]) Present(teacher bool) float64 {
	d.net.teaching = teacher
	for _, s := range d.net.stages {
		if s.tau > 0 {
			s.drive(s.x)
		}
		s.read()
	}
	return d.net.Loss()
}

// Gradients computes what plasticity would change for what was last presented,
// as gradients: of a projection, -gain postᵀ pre / rows.
func (d *Discrete[F]) Gradients() {
	for k, p := range d.net.plastic {
		g := d.grads[k]
		scale := -p.gain / F(d.net.rows)
		post := p.post()
		p.shape.Correlate(g.GradW, scale, post, p.pre(), d.net.rows)
		if p.c != nil {
			p.shape.CorrelateBias(g.GradC, scale, post, d.net.rows)
		}
	}
}

// Gradient is what Gradients last computed for the weights and biases onto
// layer l, from 1 to Layers. Learn turns them into steps.
func (d *Discrete[F]) Gradient(l int) *synapse.Param[F] { return d.forward[l-1] }

// Learn makes one update of all plastic weights for what was last presented;
// loss is what Present returned.
func (d *Discrete[F]) Learn(loss float64) {
	d.Gradients()
	d.rule.Steps(d.forward, loss)
	synapse.Descend(d.forward, d.learning.Rate, d.learning.WeightDecay, true)
	at := 0
	for _, p := range d.net.plastic {
		if p.kind == Forward {
			continue
		}
		rate := d.learning.YRate
		if p.kind == EventFeedback {
			rate = d.learning.QRate
		}
		synapse.Descend(d.feedback[at:at+1], rate, 0, false)
		at++
	}
}
