package synapse

import (
	"fmt"
	"math"

	"burstsim/internal/linalg"
)

// Param is the trainable part of a projection and the gradient of what it
// should minimise. C and GradC are empty where there is no bias. CarryW and
// CarryC keep what rounding withholds from W and C, see [Accumulate]; they are
// nil where nothing is kept.
type Param[F Float] struct {
	Rows           int // of W: neurons or channels, one bias each
	W, C           []F
	GradW, GradC   []F
	CarryW, CarryC []F
}

// Rule turns gradients into steps for a learning rate of one. An optimiser
// then moves every weight by -rate times its step.
type Rule[F Float] interface {
	// Steps replaces the gradients in params by steps. It must be called with
	// the same parameters every time. loss is that of the batch.
	Steps(params []*Param[F], loss float64)
	// Visit calls visit with a name for, and a reference to, all that Steps
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
		return SGD[F]{}, nil
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
		return GlobalCost[F]{}, nil
	}
	return nil, fmt.Errorf("synapse: unknown optimiser %q, expected one of %v", name, RuleNames)
}

// Descend moves a parameter by its step: w += -rate step - decay w. The bias
// decays where decayBias says so. The steps are lost.
func Descend[F Float](p *Param[F], rate, decay float64, decayBias bool) {
	descend(p.W, p.CarryW, p.GradW, F(rate), F(decay))
	if !decayBias {
		decay = 0
	}
	descend(p.C, p.CarryC, p.GradC, F(rate), F(decay))
}

func descend[F Float](w, carry, step []F, rate, decay F) {
	step = step[:len(w)]
	if carry != nil {
		if decay != 0 {
			for i := range w {
				step[i] = rate*step[i] + decay*w[i]
			}
			rate = 1
		}
		linalg.Accumulate(w, carry, -rate, step)
		return
	}
	if decay == 0 {
		for i := range w {
			w[i] -= rate * step[i]
		}
		return
	}
	for i := range w {
		w[i] -= rate*step[i] + decay*w[i]
	}
}

// SGD is plain stochastic gradient descent.
type SGD[F Float] struct{}

// Steps leaves the gradients as they are.
func (SGD[F]) Steps([]*Param[F], float64) {}

// Visit has nothing to visit.
func (SGD[F]) Visit([]*Param[F], func(string, any)) {}

// GlobalCost scales the gradient with the loss.
type GlobalCost[F Float] struct{}

// Steps multiplies the gradients by the loss.
func (GlobalCost[F]) Steps(params []*Param[F], loss float64) {
	for _, p := range params {
		for _, g := range [][]F{p.GradW, p.GradC} {
			for i := range g {
				g[i] *= F(loss)
			}
		}
	}
}

// Visit has nothing to visit.
func (GlobalCost[F]) Visit([]*Param[F], func(string, any)) {}

// Momentum keeps a decaying sum of gradients, m = mu m + g, and steps along it
// (Polyak's heavy ball).
type Momentum[F Float] struct {
	Mu float64

	m [][]F
}

// Steps replaces each gradient by the sum it joins.
func (r *Momentum[F]) Steps(params []*Param[F], _ float64) {
	r.allocate(params)
	mu := F(r.Mu)
	each(params, func(k int, g []F) {
		m := r.m[k][:len(g)]
		for i := range g {
			m[i] = mu*m[i] + g[i]
			g[i] = m[i]
		}
	})
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
}

// Steps replaces each gradient by the ratio.
func (r *Adam[F]) Steps(params []*Param[F], _ float64) {
	r.allocate(params)
	r.n++
	c1 := F(1 - math.Pow(adamBeta1, float64(r.n)))
	c2 := F(1 - math.Pow(adamBeta2, float64(r.n)))
	each(params, func(k int, g []F) {
		m, v := r.m[k][:len(g)], r.v[k][:len(g)]
		for i := range g {
			m[i] = adamBeta1*m[i] + (1-adamBeta1)*g[i]
			v[i] = adamBeta2*v[i] + (1-adamBeta2)*g[i]*g[i]
			g[i] = (m[i] / c1) / (F(math.Sqrt(float64(v[i]/c2))) + adamEps)
		}
	})
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

// Scope is the group of synapses that share one sum of squared gradients.
type Scope int

const (
	PerSynapse Scope = iota
	PerNeuron        // a row of [W | c]
	PerLayer         // [W | c] of a projection
	PerNetwork
)

const adagradEps = 1e-8

// Adagrad divides a gradient by the root of the sum, over all updates so far,
// of the squared gradient, or of its mean over a neuron, layer or network
// (after Duchi, Hazan and Singer, JMLR 2011).
type Adagrad[F Float] struct {
	Scope Scope

	// sums has a slice for each that each visits with PerSynapse, for each
	// parameter with PerNeuron and PerLayer, and one with PerNetwork.
	sums [][]F
}

// Steps replaces each gradient by the ratio.
func (r *Adagrad[F]) Steps(params []*Param[F], _ float64) {
	r.allocate(params)
	switch r.Scope {
	case PerSynapse:
		each(params, r.perSynapse)
	case PerNeuron:
		for k, p := range params {
			r.perNeuron(p, r.sums[k])
		}
	case PerLayer:
		for k, p := range params {
			r.perGroup(params[k:k+1], r.sums[k], squares(p.GradW)+squares(p.GradC))
		}
	case PerNetwork:
		var total F
		for _, p := range params {
			total += squares(p.GradW) + squares(p.GradC)
		}
		r.perGroup(params, r.sums[0], total)
	}
}

func (r *Adagrad[F]) perSynapse(k int, g []F) {
	sum := r.sums[k][:len(g)]
	for i := range g {
		sum[i] += g[i] * g[i]
		g[i] /= root(sum[i])
	}
}

func (r *Adagrad[F]) perNeuron(p *Param[F], sums []F) {
	in := len(p.GradW) / p.Rows
	for j := range p.Rows {
		row, bias := p.GradW[j*in:(j+1)*in], p.GradC[min(j, len(p.GradC)):min(j+1, len(p.GradC))]
		sums[j] += (squares(row) + squares(bias)) / F(len(row)+len(bias))
		divide(row, root(sums[j]))
		divide(bias, root(sums[j]))
	}
}

// perGroup adds the mean of the squares, whose sum is total, to sum, and
// divides by its root.
func (r *Adagrad[F]) perGroup(params []*Param[F], sum []F, total F) {
	n := 0
	for _, p := range params {
		n += len(p.GradW) + len(p.GradC)
	}
	sum[0] += total / F(n)
	for _, p := range params {
		divide(p.GradW, root(sum[0]))
		divide(p.GradC, root(sum[0]))
	}
}

func (r *Adagrad[F]) allocate(params []*Param[F]) {
	if r.sums != nil {
		return
	}
	switch r.Scope {
	case PerSynapse:
		r.sums = zeros(params)
	case PerNeuron:
		for _, p := range params {
			r.sums = append(r.sums, make([]F, p.Rows))
		}
	case PerLayer:
		for range params {
			r.sums = append(r.sums, make([]F, 1))
		}
	case PerNetwork:
		r.sums = [][]F{make([]F, 1)}
	}
}

// Visit visits the sums.
func (r *Adagrad[F]) Visit(params []*Param[F], visit func(name string, ref any)) {
	r.allocate(params)
	visitAll("sum", r.sums, visit)
}

func root[F Float](sum F) F { return F(math.Sqrt(float64(sum))) + adagradEps }

// squares sums in float64: a float32 ran out of digits over a large layer.
func squares[F Float](g []F) F {
	var s float64
	for _, v := range g {
		s += float64(v) * float64(v)
	}
	return F(s)
}

func divide[F Float](g []F, by F) {
	for i := range g {
		g[i] /= by
	}
}

// each visits the weights' and the biases' gradients of all parameters.
func each[F Float](params []*Param[F], visit func(k int, grad []F)) {
	for k, p := range params {
		visit(2*k, p.GradW)
		visit(2*k+1, p.GradC)
	}
}

func visitAll[F Float](name string, slices [][]F, visit func(name string, ref any)) {
	for k, s := range slices {
		visit(fmt.Sprint(name, k), s)
	}
}

// zeros allocates one slice for each slice that each visits.
func zeros[F Float](params []*Param[F]) [][]F {
	var out [][]F
	each(params, func(_ int, g []F) { out = append(out, make([]F, len(g))) })
	return out
}
