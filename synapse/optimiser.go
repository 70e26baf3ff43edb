package synapse

import (
	"fmt"
	"math"
)

// Param is the trainable part of a projection, and the gradient of what it
// should minimise. C and GradC are empty where there is no bias. CarryW and
// CarryC keep what rounding withholds from W and C, see [Accumulate]; they are
// nil where nothing is kept.
type Param[F Float] struct {
	Rows           int   // of W: neurons or channels, one bias each
	Starts         []int // of each row in W, and the end of the last; nil: all are as long
	W, C           []F
	GradW, GradC   []F
	CarryW, CarryC []F

	Rate           float64 // learning rate
	DecayW, DecayC float64 // fraction that is lost at each update

	// Store, if not nil, computes GradW, which is not up to date until then. If it
	// can, it calls then with the bounds of each part as soon as that is stored,
	// from several goroutines, and returns true. then may be nil.
	Store func(then func(lo, hi int)) bool
}

// Rule is an optimiser: it makes a step of a gradient.
type Rule[F Float] interface {
	// Update moves every weight of params by -Rate step - Decay weight, spread
	// over the processors, whose number does not change a bit. It must be called
	// with the same parameters every time. loss is that of the batch.
	Update(params []*Param[F], loss float64)
	// Visit calls visit with a name for, and a reference to, all that Update
	// keeps from one call to the next with these parameters.
	Visit(params []*Param[F], visit func(name string, ref any))
}

// RuleNames lists the names NewRule knows.
var RuleNames = []string{"sgd", "momentum", "adam", "sadagrad", "nadagrad", "ladagrad", "fadagrad", "global_cost"}

// NewRule returns the rule of that name. mu is the coefficient of momentum, in
// [0, 1); the other rules ignore it.
func NewRule[F Float](name string, mu float64) (Rule[F], error) {
	switch name {
	case "sgd":
		return &SGD[F]{}, nil
	case "momentum":
		return &Momentum[F]{Mu: mu}, nil
	case "adam":
		return &Adam[F]{}, nil
	case "sadagrad":
		return &Adagrad[F]{Scope: PerSynapse}, nil
	case "nadagrad":
		return &Adagrad[F]{Scope: PerNeuron}, nil
	case "ladagrad":
		return &Adagrad[F]{Scope: PerLayer}, nil
	case "fadagrad":
		return &Adagrad[F]{Scope: PerNetwork}, nil
	case "global_cost":
		return &GlobalCost[F]{}, nil
	}
	return nil, fmt.Errorf("synapse: unknown optimiser %q, expected one of %v", name, RuleNames)
}

// SGD is plain stochastic gradient descent: the gradient is the step.
type SGD[F Float] struct{ pass pass[F] }

// Update descends along the gradients.
func (r *SGD[F]) Update(params []*Param[F], _ float64) {
	r.pass.prepare(params)
	r.pass.run(descend, params)
}

// Visit has nothing to visit.
func (*SGD[F]) Visit([]*Param[F], func(string, any)) {}

// GlobalCost scales the gradient with the loss.
type GlobalCost[F Float] struct{ pass pass[F] }

// Update descends along the gradients times the loss.
func (r *GlobalCost[F]) Update(params []*Param[F], loss float64) {
	r.pass.prepare(params)
	for k := range r.pass.slabs {
		r.pass.slabs[k].alpha *= F(loss)
	}
	r.pass.run(descend, params)
}

// Visit has nothing to visit.
func (*GlobalCost[F]) Visit([]*Param[F], func(string, any)) {}

// Momentum keeps a decaying sum of gradients, m = mu m + g, and steps along it
// (Polyak's heavy ball).
type Momentum[F Float] struct {
	Mu float64

	m    [][]F
	pass pass[F]
}

// Update adds the gradients to the sums, and descends along these.
func (r *Momentum[F]) Update(params []*Param[F], _ float64) {
	r.allocate(params)
	r.pass.prepare(params)
	for k := range r.pass.slabs {
		r.pass.slabs[k].m = r.m[k]
	}
	r.pass.factors = factors[F]{F(r.Mu)}
	r.pass.run(momentum, params)
}

func (r *Momentum[F]) allocate(params []*Param[F]) {
	if r.m == nil {
		r.m = zeros(params)
	}
}

// Visit visits the sums.
func (r *Momentum[F]) Visit(params []*Param[F], visit func(name string, ref any)) {
	r.allocate(params)
	visitAll("m", r.m, visit)
}

// The constants of Adam as Kingma and Ba propose them (arXiv 1412.6980).
const (
	adamBeta1 = 0.9
	adamBeta2 = 0.999
	adamEps   = 1e-8
)

// Adam divides a decaying mean of gradients by the root of that of their
// squares, both corrected for their start at zero (Kingma and Ba, ICLR 2015).
type Adam[F Float] struct {
	m, v [][]F
	n    int
	pass pass[F]
}

// Update adds the gradients to the means, and descends along the ratios.
func (r *Adam[F]) Update(params []*Param[F], _ float64) {
	r.allocate(params)
	r.pass.prepare(params)
	r.n++
	c1 := 1 - math.Pow(adamBeta1, float64(r.n))
	c2 := 1 - math.Pow(adamBeta2, float64(r.n))
	for k := range r.pass.slabs {
		s := &r.pass.slabs[k]
		s.m, s.v = r.m[k], r.v[k]
		s.alpha = -F(params[k/2].Rate / c1) // the ratio's numerator is corrected here
	}
	r.pass.factors = factors[F]{adamBeta1, 1 - adamBeta1, adamBeta2, 1 - adamBeta2, F(1 / c2), adamEps}
	r.pass.run(adam, params)
}

func (r *Adam[F]) allocate(params []*Param[F]) {
	if r.m == nil {
		r.m, r.v = zeros(params), zeros(params)
	}
}

// Visit visits the means and the number of steps.
func (r *Adam[F]) Visit(params []*Param[F], visit func(name string, ref any)) {
	r.allocate(params)
	visit("n", &r.n)
	visitAll("m", r.m, visit)
	visitAll("v", r.v, visit)
}

func visitAll[F Float](name string, slices [][]F, visit func(name string, ref any)) {
	for k, s := range slices {
		visit(fmt.Sprint(name, k), s)
	}
}

// zeros allocates a slice for the weights and one for the bias of each
// parameter.
func zeros[F Float](params []*Param[F]) [][]F {
	var out [][]F
	for _, p := range params {
		out = append(out, make([]F, len(p.W)), make([]F, len(p.C)))
	}
	return out
}
