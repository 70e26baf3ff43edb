package program

import (
	"burstsim/sim/model"
)

// rule is a projection's equation dW/dt as a sum of changes.
type rule struct {
	e       *model.Equation
	tau     float64 // s
	rate    float64 // of one presentation in discrete time
	changes []change
}

// change is a part of a rule: factor post_i pre_j f(W_ij), averaged over the
// samples of a batch. What is nil is 1.
type change struct {
	factor    float64
	dim       float64
	post, pre *node
	weights   *node // element by element
}

// rule builds the rule of a projection; nil if it does not learn.
func (b *builder) rule(p *projection) *rule {
	pop := p.of
	e := b.net.equation(pop, p.name, model.Changes, b.flags())
	if e == nil {
		return nil
	}
	r := &rule{e: e}
	b.within(e, func() {
		if p.stored == nil || p.computed {
			b.fail("%s cannot learn: it equals other weights at all times, or has no beginning", p.name)
		}
		b.rates(r, pop)
		r.changes = b.grouped(p, e)
		want := -1.0
		if e.Tau != nil {
			want = 0
		}
		for _, c := range r.changes {
			if c.dim != want && c.factor != 0 {
				b.fail("the right-hand side is %s, expected %s", unitName(c.dim), unitName(want))
			}
		}
	})
	return r
}

// learnable fails where there is a rule for weights that cannot learn.
func (b *builder) learnable() {
	for _, pop := range b.net.all {
		for _, block := range b.net.Text.Of(pop.kind) {
			for _, d := range block.Projections {
				for _, name := range []string{d.Name, d.Bias} {
					if p := pop.projections[name]; p != nil && (p.stored == nil || p.computed) {
						b.rule(p)
					}
				}
			}
		}
	}
}

// rates finds the time constant of a rule, and the learning rate of discrete
// time that belongs to it: that of its parameter where it has one.
func (b *builder) rates(r *rule, pop *population) {
	presentation := b.net.Setting.Usage.Presentation
	r.tau, r.rate = 1, presentation
	if r.e.Tau == nil {
		return
	}
	tau := b.expr(pop, r.e.Tau)
	if tau.dim != 1 {
		b.fail("the time constant of %s is %s, expected a time such as 100 s", r.e.Name, unitName(tau.dim))
	}
	if tau.op != opConst {
		b.fail("the time constant of weights must be a number or an expression of parameters, the same for all units")
	}
	r.tau, r.rate = tau.value, presentation/tau.value
	ref, ok := r.e.Tau.(*model.Ref)
	if !ok {
		return
	}
	if ref.Name == "presentation" {
		r.rate = 1
	}
	if p := b.net.Text.Param(ref.Name); p != nil && p.Rate != nil {
		if r.rate, ok = b.net.env(pop, nil).Values[p.Rate.Name].(float64); !ok {
			b.fail("the learning rate %s must be one number, the same for all units", p.Rate.Name)
		}
	}
}

// changes multiplies an expression out. In a rule, a quantity stands for one
// factor a row of the weights, a transposed one for a factor a column, and the
// weights for themselves.
func (b *builder) changes(p *projection, e model.Expr) []change {
	if !b.mentions(p, e) {
		n := b.expr(p.of, e)
		if n.spread == single && p.shape.maps != nil && !n.is(0) { // summed over positions
			n = b.widen(n, b.net.widthOf(p.of, e))
		}
		if n.spread == single {
			return []change{{factor: n.value, dim: n.dim}}
		}
		return []change{b.rows(p, n)}
	}
	switch e := e.(type) {
	case *model.Unary:
		if e.Op == "'" {
			n := b.expr(p.of, e.X)
			if p.biasOf != "" {
				b.fail("a bias has no columns: expected no transposed quantity")
			}
			if n.is(0) {
				return []change{{factor: 0, dim: n.dim}}
			}
			n = b.wide(p.of, e.X)
			if n.units != p.shape.in || n.spread == single {
				b.fail("%s' has %d numbers, but %s sees %d", text(e.X), n.units, p.name, p.shape.in)
			}
			k, n := factor(n)
			return []change{{factor: k, dim: n.dim, pre: n}}
		}
		return scale(b.changes(p, e.X), -1)
	case *model.Ref: // weights
		return b.elements(p, b.projection(p.of, e))
	case *model.Binary:
		switch e.Op {
		case "+":
			return append(b.changes(p, e.X), b.changes(p, e.Y)...)
		case "-":
			return append(b.changes(p, e.X), scale(b.changes(p, e.Y), -1)...)
		case "*":
			return b.expand(p, e.X, e.Y)
		case "/":
			if b.mentions(p, e.Y) {
				break
			}
			return b.expand(p, e.X, &model.Binary{Pos: e.Pos, Op: "/", X: &model.Number{Pos: e.Pos, Value: 1}, Y: e.Y})
		case "^":
			if x := b.changes(p, e.X); len(x) == 1 && x[0].post == nil && x[0].pre == nil && !b.mentions(p, e.Y) {
				return []change{{factor: 1, weights: b.pow(x[0].elements(b), b.expr(p.of, e.Y))}}
			}
		}
	case *model.Call:
		args := make([]*node, len(e.Args))
		for i, a := range e.Args {
			x := b.changes(p, a)
			if len(x) != 1 || x[0].post != nil || x[0].pre != nil {
				b.fail("%s of weights and quantities together", e.Func)
			}
			args[i] = x[0].elements(b)
		}
		switch e.Func {
		case "sum", "mean", "softmax", "batch_mean", "noisy":
			b.fail("%s of weights, expected a function that works element by element", e.Func)
		}
		return []change{{factor: 1, weights: b.function(e.Func, args)}}
	case *model.Choose:
		if holds, known := b.net.env(p.of, b.flags()).Holds(e.Cond); known {
			if holds {
				return b.changes(p, e.X)
			}
			return b.changes(p, e.Y)
		}
	}
	b.fail("a rule is a sum of products of quantities, transposed quantities and functions of the weights")
	return nil
}

// elements are weights as a factor of each element: the projection's own, or
// others that connect the same units.
func (b *builder) elements(p, of *projection) []change {
	var out []change
	for _, t := range b.resolve(of) {
		if t.transpose || t.w.computed || t.w.stored.Len() != p.stored.Len() || t.w.shape != p.shape {
			b.fail("%s of the %s connects other units than %s, or is more than a sum of weights: expected such as run along it", of.name, of.of, p.name)
		}
		out = append(out, change{factor: t.factor, weights: b.make(node{op: opWeights, w: t.w, spread: full, units: p.stored.Len()})})
	}
	return out
}

// rows is a quantity as a factor of each row.
func (b *builder) rows(p *projection, n *node) change {
	if n.spread == byRow { // one number for all units
		n = b.widen(n, p.shape.out)
	}
	if n.units != p.shape.out {
		b.fail("a factor of %d numbers, but %s leads to %d units", n.units, p.name, p.shape.out)
	}
	k, n := factor(n)
	return change{factor: k, dim: n.dim, post: n}
}

// elements is a change without quantities as a function of the weights.
func (c change) elements(b *builder) *node {
	if c.weights == nil {
		return b.constant(c.factor, c.dim)
	}
	return b.mul(b.constant(c.factor, c.dim), c.weights)
}

func (b *builder) expand(p *projection, x, y model.Expr) []change {
	var out []change
	for _, a := range b.changes(p, x) {
		for _, c := range b.changes(p, y) {
			out = append(out, change{
				factor: a.factor * c.factor, dim: a.dim + c.dim,
				post: b.times(a.post, c.post), pre: b.times(a.pre, c.pre), weights: b.times(a.weights, c.weights),
			})
		}
	}
	return out
}

func (b *builder) times(x, y *node) *node {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return b.mul(x, y)
}

func scale(changes []change, by float64) []change {
	for i := range changes {
		changes[i].factor *= by
	}
	return changes
}

// mentions says whether an expression has a transposed quantity or the weights
// themselves in it, and so no meaning outside of a rule.
func (b *builder) mentions(p *projection, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Ref:
		other := b.projection(p.of, e)
		return other != nil && (other == p || p.biasOf == "" && other.biasOf == "")
	case *model.Unary:
		if e.Op == "'" {
			_, weights := b.weights(p.of, e.X)
			return !weights
		}
		return b.mentions(p, e.X)
	case *model.Binary:
		if e.Op == "*" {
			if _, ok := b.weights(p.of, e.X); ok && !b.isOwn(p, e.X) {
				return b.mentions(p, e.Y)
			}
		}
		return b.mentions(p, e.X) || b.mentions(p, e.Y)
	case *model.Call:
		for _, a := range e.Args {
			if b.mentions(p, a) {
				return true
			}
		}
	case *model.Choose:
		return b.mentions(p, e.X) || b.mentions(p, e.Y)
	}
	return false
}

// isOwn says whether the projection's own weights stand in an expression of
// weights, not transposed: in its rule they stand for themselves.
func (b *builder) isOwn(p *projection, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Ref:
		return e.Index == "" && e.Name == p.name
	case *model.Unary:
		return e.Op == "-" && b.isOwn(p, e.X)
	case *model.Binary:
		return b.isOwn(p, e.X) || b.isOwn(p, e.Y)
	}
	return false
}

// text is what an expression was written as, where that is short.
func text(e model.Expr) string {
	switch e := e.(type) {
	case *model.Ref:
		name := e.Name
		if e.Index != "" {
			name += "[" + e.Index + "]"
		}
		if e.Delay != nil {
			name += "(t - ...)"
		}
		return name
	case *model.Unary:
		if e.Op == "'" {
			return text(e.X) + "'"
		}
	}
	return "(...)"
}
