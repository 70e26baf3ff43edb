package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"burstsim/synapse"
)

// Learning says how the discrete model changes its weights.
type Learning struct {
	Rate  float64          // of W and bias; the limit of continuous time is T/tau_W
	Rates map[Kind]float64 // of all other weights that learn; 0 where not given

	Optimiser   string  // of W and bias: a name of synapse.RuleNames; "" is sgd
	Momentum    float64 // in [0, 1), for "momentum"
	WeightDecay float64 // fraction of W and bias lost at each update

	// FixedPoint lets the compartments adopt their drives again and again until
	// they stop moving. It makes a difference only for a model whose somata
	// see their apical input, EDN: its one sweep differs from the fixed point
	// by O(lambda^2).
	FixedPoint bool

	// Noise is the standard deviation of Gaussian noise on what each layer
	// receives while it learns; Random, the source it is drawn from, must be set
	// with it.
	Noise  float64
	Random *rand.PCG
}

// Discrete moves a network through the quasi-steady states of its continuous
// form: every compartment adopts its drive, and the weights make one step for
// each batch.
type Discrete[F Float] struct {
	net       *Network[F]
	learning  Learning
	noise     *noise
	rule      synapse.Rule[F]
	ruled     []*synapse.Param[F] // moved by rule
	grads     []*synapse.Param[F] // of every plastic projection, in its order
	twoPhases bool
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
	check := []quantity{{"Learning.Rate", learning.Rate, true},
		{"Learning.WeightDecay", learning.WeightDecay, true}, {"Learning.Noise", learning.Noise, true}}
	for kind, rate := range learning.Rates {
		check = append(check, quantity{fmt.Sprintf("Learning.Rates[%s]", kind), rate, true})
	}
	if err := positive(check...); err != nil {
		return nil, err
	}
	d := &Discrete[F]{net: net, learning: learning, rule: rule}
	if learning.Noise > 0 {
		if learning.Random == nil {
			return nil, fmt.Errorf("sim: Learning.Noise needs Learning.Random")
		}
		d.noise = &noise{std: learning.Noise, rng: rand.New(learning.Random)}
	}
	for _, p := range net.plastic {
		param := &synapse.Param[F]{Rows: p.rows(), W: *p.w, GradW: make([]F, len(*p.w))}
		if p.c != nil {
			param.C, param.GradC = *p.c, make([]F, len(*p.c))
		}
		d.grads = append(d.grads, param)
		if !p.plain {
			d.ruled = append(d.ruled, param)
		}
	}
	for _, s := range net.stages {
		d.twoPhases = d.twoPhases || s.held
	}
	if synapse.Compensated[F]() {
		d.compensate()
	}
	if !learning.FixedPoint {
		for _, adopt := range net.adopted {
			adopt()
		}
	}
	return d, nil
}

// compensate keeps what rounding withholds from the weights.
func (d *Discrete[F]) compensate() {
	for _, p := range d.grads {
		p.CarryW, p.CarryC = make([]F, len(p.W)), make([]F, len(p.C))
	}
}

// visit visits compartments, weights, what the optimiser keeps and the source
// of noise.
func (d *Discrete[F]) visit(visit Visit) {
	for _, s := range d.net.stages {
		if s.tau > 0 {
			visit(fmt.Sprintf("state/%s_%d", s.name, s.layer), s.x)
		}
	}
	d.net.visitWeights(visit)
	for k, p := range d.grads {
		if p.CarryW != nil {
			visit(fmt.Sprintf("carry%d/W", k), p.CarryW)
		}
		if len(p.CarryC) > 0 {
			visit(fmt.Sprintf("carry%d/c", k), p.CarryC)
		}
	}
	d.rule.Visit(d.ruled, within("optimiser", visit))
	if d.noise != nil {
		visit("noise", d.learning.Random)
	}
}

// Network is the network that is moved.
func (d *Discrete[F]) Network() *Network[F] { return d.net }

// Present lets every compartment adopt its drive for the network's present
// Input and, with a teacher, its Target. It returns the loss of the batch. A
// model of two phases predicts first and is taught then.
func (d *Discrete[F]) Present(teacher bool) float64 {
	d.net.teaching = teacher && !d.twoPhases
	d.settle()
	if d.twoPhases && teacher {
		d.net.teaching = true
		d.sweep(true)
	}
	return d.net.Loss()
}

// Predict computes the network's answer to its Input, without a teacher and
// without what leads to learning.
func (d *Discrete[F]) Predict() {
	d.net.teaching = false
	for _, s := range d.net.stages {
		if !s.answers {
			continue
		}
		if s.tau > 0 {
			s.drive(s.x)
		}
		s.read()
	}
}

// maxSweeps bounds the search for a fixed point: each sweep brings a
// contraction by lambda.
const maxSweeps = 1000

// settle sweeps once, or until the fixed point is reached to rounding.
func (d *Discrete[F]) settle() {
	d.sweep(false)
	if !d.learning.FixedPoint || len(d.net.adopted) == 0 {
		return
	}
	last := make([][]F, len(d.net.stages))
	for range maxSweeps {
		for k, s := range d.net.stages {
			last[k] = append(last[k][:0], s.x...)
		}
		d.sweep(false)
		var moved F
		for k, s := range d.net.stages {
			for i, x := range s.x {
				moved = max(moved, x-last[k][i], last[k][i]-x)
			}
		}
		if moved < 1e-14 {
			return
		}
	}
}

// sweep visits the compartments in their order; the second time those that are
// held keep what they have.
func (d *Discrete[F]) sweep(again bool) {
	for _, s := range d.net.stages {
		if again && s.held {
			continue
		}
		if s.tau > 0 {
			s.drive(s.x)
		}
		s.read()
	}
}

// SetNoise says whether there is noise on what each layer receives.
func (d *Discrete[F]) SetNoise(on bool) {
	d.net.noise = nil
	if on {
		d.net.noise = d.noise
	}
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

// Gradient is what Gradients last computed for weights of a kind of layer l;
// nil if they do not learn. Learn changes it.
func (d *Discrete[F]) Gradient(kind Kind, l int) *synapse.Param[F] {
	k := slices.IndexFunc(d.net.plastic, func(p *plastic[F]) bool { return p.kind == kind && p.layer == l })
	if k < 0 {
		return nil
	}
	return d.grads[k]
}

// Learn makes one update of all plastic weights for what was last presented;
// loss is what Present returned.
func (d *Discrete[F]) Learn(loss float64) {
	if _, sgd := d.rule.(synapse.SGD[F]); sgd && d.learning.WeightDecay == 0 {
		d.descend()
		return
	}
	d.Gradients()
	d.rule.Steps(d.ruled, loss)
	for k, p := range d.net.plastic {
		decay := 0.0
		if !p.plain {
			decay = d.learning.WeightDecay
		}
		synapse.Descend(d.grads[k], d.rate(p), decay, d.net.biasDecay)
	}
}

// descend is Learn by plain gradient descent: the weights take their change in
// one pass where they can, without storing a gradient.
func (d *Discrete[F]) descend() {
	for k, p := range d.net.plastic {
		scale := p.gain * F(d.rate(p)/float64(d.net.rows))
		post, g := p.post(), d.grads[k]
		synapse.Accumulate(p.shape, *p.w, g.CarryW, g.GradW, scale, post, p.pre(), d.net.rows)
		if p.c != nil {
			synapse.AccumulateBias(p.shape, *p.c, g.CarryC, g.GradC, scale, post, d.net.rows)
		}
	}
}

// rate is the learning rate of a projection.
func (d *Discrete[F]) rate(p *plastic[F]) float64 {
	if p.kind == Forward {
		return d.learning.Rate
	}
	return d.learning.Rates[p.kind]
}
