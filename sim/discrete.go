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
	Optimiser   string     // a name of synapse.RuleNames; "" is sgd. Rules that are plain have none.
	Momentum    float64    // in [0, 1), for "momentum"
	Betas       [2]float64 // for "adam": in [0, 1) and (0, 1); zero: 0.9 and 0.999
	WeightDecay float64    // fraction of the weights lost at each update
	// Coupled makes weight decay a part of the gradient, WeightDecay times the
	// weights, as PyTorch's optimisers do: it goes through momentum and is
	// multiplied by the learning rate. It holds for Updates too.
	Coupled bool
	// Updates are for weights that follow their gradients otherwise, even where
	// their rules are plain.
	Updates []Update

	// FixedPoint lets the compartments of the continuous model adopt their
	// drives again and again until they stop moving. It makes a difference only
	// where a text says that the discrete model sweeps once, as EDN's, which
	// differs from the fixed point by O(lambda^2).
	FixedPoint bool

	// Noise is the standard deviation of Gaussian noise on what the text calls
	// noisy, while the network learns; it must have been compiled with noise.
	// Random, the source it is drawn from, must be set with it, and with any that
	// SetNoiseLevel asks for later.
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
	groups   []*group[F] // of all parameters: by Learning, plainly, by each of its Updates
	direct   bool        // plain descent needs no gradients: products add to the weights
	learners []string    // the names of projections that learn at present; nil: all that have rules
}

// NewDiscrete puts a network in discrete time, with weights that begin as w,
// which stay as they are.
func NewDiscrete[F Float](w *Weights[F], learning Learning) (*Discrete[F], error) {
	groups, err := newGroups[F](learning)
	if err != nil {
		return nil, err
	}
	if !(learning.Noise >= 0 && learning.Noise <= math.MaxFloat64) {
		return nil, fmt.Errorf("sim: Learning.Noise is %v, expected at least 0", learning.Noise)
	}
	if learning.Noise > 0 && (learning.Random == nil || !w.net.Setting.Noise) {
		return nil, errors.New("sim: Learning.Noise needs Learning.Random, and a network that is compiled with noise")
	}
	state, err := newState(w, (*program.Network).Discrete)
	if err != nil {
		return nil, err
	}
	d := &Discrete[F]{state: state, machine: state.machine, learning: learning, groups: groups}
	if d.mayBeNoisy() {
		d.machine.Noise, d.machine.Random = learning.Noise, rand.New(learning.Random)
	}
	if err := d.parameters(); err != nil {
		return nil, err
	}
	if synapse.Compensated[F]() {
		d.Compensate()
	}
	return d, nil
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
	for k, g := range d.groups {
		g.rule.Visit(g.params, Within(fmt.Sprint("optimiser", k), visit))
	}
	if d.mayBeNoisy() {
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

// SetNoiseLevel makes the standard deviation of that noise another one than
// Learning.Noise from now on. Above 0 it needs a source of noise, and a network
// that is compiled with it.
func (d *Discrete[F]) SetNoiseLevel(sd float64) error {
	if !(sd >= 0 && sd <= math.MaxFloat64) {
		return fmt.Errorf("sim: a noise of %v, expected at least 0", sd)
	}
	if sd > 0 && !d.mayBeNoisy() {
		return errors.New("sim: noise needs Learning.Random, and a network that is compiled with noise")
	}
	d.learning.Noise, d.machine.Noise = sd, sd
	return nil
}

// NoiseLevel is the standard deviation of that noise.
func (d *Discrete[F]) NoiseLevel() float64 { return d.learning.Noise }

func (d *Discrete[F]) mayBeNoisy() bool {
	return d.learning.Random != nil && d.state.Network().Setting.Noise
}

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
