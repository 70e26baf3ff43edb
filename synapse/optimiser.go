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

	// Frozen parameters stay as they are, and so does what a rule keeps of them.
	Frozen bool

	// Store, if not nil, computes GradW, which is not up to date until then. If it
	// can, it calls then with the bounds of each part as soon as that is stored,
	// from several goroutines, and returns true. then may be nil.
	Store func(then func(lo, hi int)) bool
}

// Rule is an optimiser: it makes a step of a gradient.
type Rule[F Float] interface {
	// Update moves every weight of params by -Rate step - Decay weight but those
	// that are frozen, spread over the processors, whose number does not change a
	// bit. It must be called
	// with the same parameters every time. loss is that of the batch.
	Update(params []*Param[F], loss float64)
	// Visit calls visit with a name for, and a reference to, all that Update
	// keeps from one call to the next with these parameters.
	Visit(params []*Param[F], visit func(name string, ref any))
}

// RuleNames lists the names NewRule knows.
var RuleNames = []string{"sgd", "momentum", "adam", "sadagrad", "nadagrad", "ladagrad", "fadagrad", "global_cost"}

// NewRule returns the rule of that name. mu is the coefficient of momentum, in
// [0, 1); the other rules ignore it. Adam has the constants that its authors
// propose.
func NewRule[F Float](name string, mu float64) (Rule[F], error) {
	switch name {
	case "sgd":
		return &SGD[F]{}, nil
	case "momentum":
		return &Momentum[F]{Mu: mu}, nil
	case "adam":
		return &Adam[F]{Beta1: AdamBeta1, Beta2: AdamBeta2}, nil
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
		s := &r.pass.slabs[k]
		s.m, s.factors = r.m[k], factors[F]{F(r.Mu)}
	}
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
	AdamBeta1 = 0.9
	AdamBeta2 = 0.999
	adamEps   = 1e-8
)

// Adam divides a decaying mean of gradients by the root of that of their
// squares, both corrected for their start at zero (Kingma and Ba, ICLR 2015).
type Adam[F Float] struct {
	Beta1 float64 // what stays of the mean at each update, in [0, 1)
	Beta2 float64 // and of that of the squares, in (0, 1)

	m, v [][]F
	n    []int // updates of each parameter
	pass pass[F]
}

// Update adds the gradients to the means, and descends along the ratios.
func (r *Adam[F]) Update(params []*Param[F], _ float64) {
	r.allocate(params)
	r.pass.prepare(params)
	for k, p := range params {
		if p.Frozen {
			continue
		}
		r.n[k]++
		c1 := 1 - math.Pow(r.Beta1, float64(r.n[k]))
		c2 := 1 - math.Pow(r.Beta2, float64(r.n[k]))
		for i := range 2 {
			s := &r.pass.slabs[2*k+i]
			s.m, s.v = r.m[2*k+i], r.v[2*k+i]
			s.alpha = -F(p.Rate / c1) // the ratio's numerator is corrected here
			s.factors = factors[F]{F(r.Beta1), F(1 - r.Beta1), F(r.Beta2), F(1 - r.Beta2), F(1 / c2), adamEps}
		}
	}
	r.pass.run(adam, params)
}

func (r *Adam[F]) allocate(params []*Param[F]) {
	if r.m == nil {
		r.m, r.v, r.n = zeros(params), zeros(params), make([]int, len(params))
	}
}

// Visit visits the means and the numbers of updates.
func (r *Adam[F]) Visit(params []*Param[F], visit func(name string, ref any)) {
	r.allocate(params)
	for k := range r.n {
		visit(fmt.Sprint("n", k), &r.n[k])
	}
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
