package sim

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"burstsim/sim/program"
	"burstsim/synapse"
)

// Learning says how the discrete model changes its weights. Learning rates are
// parameters of the model.
type Learning struct {
	Optimiser   string  // a name of synapse.RuleNames; "" is sgd. Rules that are plain have none.
	Momentum    float64 // in [0, 1), for "momentum"
	WeightDecay float64 // fraction of the weights lost at each update
	// Coupled makes weight decay a part of the gradient, WeightDecay times the
	// weights, as PyTorch's optimisers do: it goes through momentum and is
	// multiplied by the learning rate.
	Coupled bool

	// FixedPoint lets the compartments of the continuous model adopt their
	// drives again and again until they stop moving. It makes a difference only
	// where a text says that the discrete model sweeps once, as EDN's, which
	// differs from the fixed point by O(lambda^2).
	FixedPoint bool

	// Noise is the standard deviation of Gaussian noise on what the text calls
	// noisy, while the network learns; it must have been compiled with noise.
	// Random, the source it is drawn from, must be set with it.
	Noise  float64
	Random *rand.PCG
}

// Discrete moves a network through the quasi-steady states of its continuous
// form: every compartment adopts its drive, and the weights make one step for
// each batch.
type Discrete[F Float] struct {
	state    *State[F]
	machine  *program.Machine[F]
	learning Learning
	noisy    bool // noise is on
	schedule Schedule
	params   []*parameter[F]
	rule     synapse.Rule[F]
	ruled    []*synapse.Param[F] // moved by rule
	plain    synapse.SGD[F]
	plains   []*synapse.Param[F] // moved by plain
}

// parameter is a projection that learns and its bias, as an optimiser sees them.
type parameter[F Float] struct {
	synapse.Param[F]
	w, c    int // rules; -1: none
	rule    program.Rule
	base    float64 // learning rate before the schedule
	decayW  float64 // and decay
	decayC  float64
	product program.Product[F]               // of rule w, while it stores what changes
	store   func(then func(lo, hi int)) bool // Store, if rule w is a product
	coupled [2]float64                       // decay of weights and bias in their gradients
}

// NewDiscrete puts a network in discrete time, with weights that begin as w,
// which stay as they are.
func NewDiscrete[F Float](w *Weights[F], learning Learning) (*Discrete[F], error) {
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
	}{{"Learning.WeightDecay", learning.WeightDecay}, {"Learning.Noise", learning.Noise}} {
		if !(v.value >= 0 && v.value <= math.MaxFloat64) {
			return nil, fmt.Errorf("sim: %s is %v, expected at least 0", v.name, v.value)
		}
	}
	if learning.Noise > 0 && (learning.Random == nil || !w.net.Setting.Noise) {
		return nil, errors.New("sim: Learning.Noise needs Learning.Random, and a network that is compiled with noise")
	}
	state, err := newState(w, (*program.Network).Discrete)
	if err != nil {
		return nil, err
	}
	d := &Discrete[F]{state: state, machine: state.machine, learning: learning, rule: rule}
	if learning.Noise > 0 {
		d.machine.Noise, d.machine.Random = learning.Noise, rand.New(learning.Random)
	}
	d.parameters()
	if synapse.Compensated[F]() {
		d.Compensate()
	}
	return d, nil
}

// parameters pairs the rules of projections with those of their biases.
func (d *Discrete[F]) parameters() {
	rules := d.machine.Program().Rules
	biases := map[string]int{} // rules of biases, by the name of the projection
	for k, r := range rules {
		if r.Bias {
			biases[r.BiasOf()] = k
		}
	}
	add := func(w, c int) {
		p := &parameter[F]{w: w, c: c}
		if w >= 0 {
			p.rule = rules[w]
			p.W = d.state.weights.values[p.rule.Index()]
			p.Rows, p.GradW = p.rule.Shape[0], make([]F, len(p.W))
			p.store = func(then func(lo, hi int)) bool { return d.machine.ChangeThen(p.GradW, w, -1, p.product, then) }
			if pattern := p.rule.Pattern(); pattern != nil {
				p.Starts = pattern.Starts()
			}
		}
		if c >= 0 {
			p.C = d.state.weights.values[rules[c].Index()]
			p.GradC = make([]F, len(p.C))
			if w < 0 {
				p.rule, p.Rows = rules[c], len(p.C)
			}
		}
		p.Rate, p.base = p.rule.Rate, p.rule.Rate
		d.params = append(d.params, p)
		if p.rule.Plain {
			d.plains = append(d.plains, &p.Param)
			return
		}
		d.ruled = append(d.ruled, &p.Param)
		if !p.rule.Keeps {
			p.decayW = d.learning.WeightDecay
			if c >= 0 && !rules[c].Keeps {
				p.decayC = p.decayW
			}
		}
		if d.learning.Coupled {
			p.coupled, p.decayW, p.decayC = [2]float64{p.decayW, p.decayC}, 0, 0
		}
		p.DecayW, p.DecayC = p.decayW, p.decayC
	}
	for k, r := range rules {
		if r.Bias {
			continue
		}
		c, ok := biases[r.Name]
		if !ok || rules[c].Rate != r.Rate || rules[c].Plain != r.Plain {
			c = -1 // a bias that learns otherwise stands alone
		} else {
			delete(biases, r.Name)
		}
		add(k, c)
	}
	for k, r := range rules {
		if _, alone := biases[r.BiasOf()]; r.Bias && alone {
			add(-1, k)
		}
	}
}

// Compensate keeps what rounding withholds from the weights from now on, as is
// done in float32 without being asked.
func (d *Discrete[F]) Compensate() {
	for _, p := range d.params {
		p.CarryW, p.CarryC = make([]F, len(p.W)), make([]F, len(p.C))
	}
}

// Withheld is what rounding has withheld from the weights of rule k of the
// network's program, element by element; nil if nothing is kept.
func (d *Discrete[F]) Withheld(k int) []F {
	for _, p := range d.params {
		switch k {
		case p.w:
			return p.CarryW
		case p.c:
			return p.CarryC
		}
	}
	return nil
}

// SetRates gives all weights that learn this learning rate, whatever the text
// says.
func (d *Discrete[F]) SetRates(rate float64) {
	for _, p := range d.params {
		p.Rate, p.base = rate, rate
	}
}

// Visit visits compartments, weights, what the optimiser keeps and the source of
// noise.
func (d *Discrete[F]) Visit(visit Visit) {
	visit("state", d.machine.State())
	d.state.weights.visit(visit)
	for k, p := range d.params {
		if len(p.CarryW) > 0 {
			visit(fmt.Sprintf("carry%d/W", k), p.CarryW)
		}
		if len(p.CarryC) > 0 {
			visit(fmt.Sprintf("carry%d/c", k), p.CarryC)
		}
	}
	d.rule.Visit(d.ruled, Within("optimiser", visit))
	if d.learning.Noise > 0 {
		visit("noise", d.learning.Random)
	}
}

// Moved is what is moved.
func (d *Discrete[F]) Moved() *State[F] { return d.state }

// SetWeights sets all weights, learning or not, to copies of w, which must have
// their names and shapes and be finite; otherwise none changes. What the
// optimiser has gathered stays.
func (d *Discrete[F]) SetWeights(w *Weights[F]) error {
	if err := d.state.Weights().copied(w); err != nil {
		return err
	}
	for _, p := range d.params {
		clear(p.CarryW)
		clear(p.CarryC)
	}
	return nil
}

// Present lets every compartment adopt its drive for the network's present
// Input and, with a teacher, its Target. It returns the loss of the batch. A
// model of two phases predicts first and is taught then. The error, if any, is
// that of a search for a fixed point.
func (d *Discrete[F]) Present(teacher bool) (float64, error) {
	d.state.teaching = teacher
	d.machine.Present(teacher, d.noisy)
	if d.learning.FixedPoint && !d.machine.Program().TwoPhases() {
		if err := d.settle(teacher); err != nil {
			return math.NaN(), err
		}
	}
	return d.state.Loss(), nil
}

// SetPresentation says which presentation, of those that there are in all, the
// next ones are: the noise of states in discrete time is one draw for each
// number, and the same whenever the number is.
func (d *Discrete[F]) SetPresentation(n uint64) { d.machine.Presentation = n }

// Predict computes the network's answer to its Input, without a teacher and
// without what leads to learning.
func (d *Discrete[F]) Predict() {
	d.state.teaching = false
	d.machine.Predict()
}

// maxSweeps bounds the search for a fixed point: each sweep brings a
// contraction by lambda.
const maxSweeps = 10000

// settle lets the compartments of the continuous model adopt their drives until
// they stop moving.
func (d *Discrete[F]) settle(teacher bool) error {
	x, drives := d.machine.State(), d.machine.Slope()
	for range maxSweeps {
		if !d.machine.Drives(teacher) {
			return fmt.Errorf("sim: the model %s has states without a leak, and so no fixed point", d.state.Text().Name)
		}
		var moved F
		for i, drive := range drives {
			moved = max(moved, x[i]-drive, drive-x[i])
		}
		copy(x, drives)
		if moved < 1e-14 {
			d.machine.Rest(teacher)
			return nil
		}
	}
	return fmt.Errorf("sim: the compartments of the model %s do not come to rest in %d sweeps", d.state.Text().Name, maxSweeps)
}

// SetNoise says whether there is noise on what the text calls noisy.
func (d *Discrete[F]) SetNoise(on bool) { d.noisy = on && d.learning.Noise > 0 }

// Gradients computes what plasticity would change for what was last presented,
// as gradients: minus the right-hand side of each rule, the mean over the batch.
func (d *Discrete[F]) Gradients() {
	d.machine.Factors(d.state.teaching)
	for _, p := range d.params {
		if p.w >= 0 {
			d.machine.Change(p.GradW, p.w, -1)
		}
		if p.c >= 0 {
			d.machine.Change(p.GradC, p.c, -1)
		}
	}
}

// Gradient is what Gradients last computed for the weights of a name, such as
// "W1", and their bias; nil if they do not learn. Learn may change it.
func (d *Discrete[F]) Gradient(name string) *synapse.Param[F] {
	for _, p := range d.params {
		if p.rule.Name == name {
			return &p.Param
		}
	}
	return nil
}

// Learn makes one update of all plastic weights for what was last presented;
// loss is what Present returned.
func (d *Discrete[F]) Learn(loss float64) {
	d.machine.Factors(d.state.teaching)
	if d.direct() {
		d.descend()
	} else {
		d.prepare()
		d.rule.Update(d.ruled, loss)
		d.plain.Update(d.plains, 0)
	}
	d.machine.Constrain()
}

// direct says whether plain descent needs no gradients: products add to the
// weights.
func (d *Discrete[F]) direct() bool {
	_, sgd := d.rule.(*synapse.SGD[F])
	return sgd && d.learning.WeightDecay == 0 && !d.machine.Program().Borrows()
}

// prepare computes the gradients that may depend on weights. Those that are a
// product of factors are left to the optimiser, which can use them as they
// come.
func (d *Discrete[F]) prepare() {
	for _, p := range d.params {
		p.Store = nil
		if p.w >= 0 {
			if product, ok := d.machine.Product(p.w); ok && product.Pre != nil && p.coupled[0] == 0 {
				p.product, p.Store = product, p.store
			} else {
				d.machine.Change(p.GradW, p.w, -1)
				d.machine.AddWeights(p.GradW, p.w, p.coupled[0])
			}
		}
		if p.c >= 0 {
			d.machine.Change(p.GradC, p.c, -1)
			d.machine.AddWeights(p.GradC, p.c, p.coupled[1])
		}
	}
}

// descend is an update by plain gradient descent: the weights take their change
// in one pass where they can, without storing a gradient.
func (d *Discrete[F]) descend() {
	for _, p := range d.params {
		if p.w >= 0 {
			d.machine.Learn(p.w, p.Rate, p.CarryW, p.GradW)
		}
		if p.c >= 0 {
			d.machine.Learn(p.c, p.Rate, p.CarryC, p.GradC)
		}
	}
}
