package program

import (
	"slices"

	"burstsim/sim/model"
)

// backward computes what gradient descent would change. It goes backwards
// through what the answer without a teacher depends on, at present values: a
// state counts as the value that it relaxes to, and what comes from the layer
// above as given.
type backward struct {
	p       *Program
	b       *builder
	aligned bool // feedback alignment: backwards through feedback weights

	defs     map[*variable]*node
	order    []*variable       // each behind those it depends on
	position map[*variable]int // in order
	state    map[*variable]int
	leads    map[*variable]bool // to weights that are wanted
	wanted   map[*projection]bool
	adj      map[*variable]*node
	found    map[*projection][2]*node // delta and presynaptic factor
}

// compileGradient compiles minus the gradient of half the squared error with
// respect to the drives behind each projection from below that learns. Products
// of that and the presynaptic factor are minus the gradient of the weights. With
// weights that run along those projections, it compiles feedback alignment too
// (Lillicrap et al., Nat. Commun. 2016).
func (p *Program) compileGradient() {
	b := newBuilder(p.net, p.vars, phase{discrete: p.Discrete})
	b.surrogates = true
	b.means = nil // values are the present ones, whatever they were computed as
	g := p.descent(b, false)
	a := p.descent(b, true)
	var stores []target
	place := func(n *node) operand {
		if n.op == opLoad {
			return n.v.operand()
		}
		at := operand{space: spaceWork, at: p.reserve(p.net.Rows() * n.units), units: n.units, spread: full}
		stores = append(stores, target{n: n, dst: at})
		return at
	}
	for _, m := range slices.Backward(p.net.matrices) { // what is further up is needed below
		found, ok := g.found[m.proj]
		if !ok {
			continue
		}
		one := gradient{projection: m.proj, delta: place(found[0]), pre: place(found[1])}
		if other, ok := a.found[m.proj]; ok {
			one.aligned = one.delta
			if other[0] != found[0] {
				one.aligned = place(other[0])
			}
		}
		p.gradient = append(p.gradient, one)
	}
	slices.Reverse(p.gradient)
	p.sections.gradient = p.emit("gradient", stores)
}

func (p *Program) descent(b *builder, aligned bool) *backward {
	g := &backward{p: p, b: b, aligned: aligned, defs: map[*variable]*node{}, position: map[*variable]int{}, state: map[*variable]int{},
		leads: map[*variable]bool{}, wanted: map[*projection]bool{}, adj: map[*variable]*node{}, found: map[*projection][2]*node{}}
	for _, r := range p.Rules {
		if r.Forward && !r.Bias {
			g.wanted[r.proj] = true
		}
	}
	out := p.net.layers[p.net.Layers()]
	answer := b.value(out, answerName)
	if answer.op != opLoad {
		return g // it answers the same whatever it sees
	}
	g.visit(answer.v)
	g.adj[answer.v] = b.sub(b.load(b.variable(out, targetName)), answer)
	for _, v := range slices.Backward(g.order) {
		if a := g.adj[v]; a != nil && g.leads[v] && !(aligned && g.broken()) {
			g.through(v, a)
		}
	}
	if aligned && g.broken() {
		clear(g.found)
	}
	return g
}

// broken says that a hidden layer has no feedback weights to go back through.
func (g *backward) broken() bool {
	for w := range g.wanted {
		if feedback, _ := g.feedback(w); w.of.layer > 1 && feedback == nil {
			return true
		}
	}
	return false
}

// define is what a variable is, or relaxes to; nil of what is given.
func (g *backward) define(v *variable) *node {
	if n, ok := g.defs[v]; ok {
		return n
	}
	var n *node
	switch {
	case v.source != nil:
		n = g.b.value(v.source.pop, v.source.name) // as if the delay had passed
	case v.name != stimulusName && v.name != targetName:
		if e := g.p.net.equation(v.pop, v.name, model.Changes, g.b.flags()); e != nil {
			g.b.within(e, func() { n = g.b.compartment(v, e).drive })
		} else {
			g.b.value(v.pop, v.name)
			for _, s := range g.b.out {
				if s.v == v {
					n = s.n
				}
			}
		}
	}
	g.defs[v] = n
	return n
}

const (
	unseen = iota
	inProgress
	seen
)

func (g *backward) visit(v *variable) {
	g.state[v] = inProgress
	n := g.define(v)
	if n != nil {
		g.leads[v] = g.search(v, n, map[*node]bool{})
	}
	g.state[v] = seen
	g.position[v] = len(g.order)
	g.order = append(g.order, v)
}

// search visits what n depends on, and says whether weights that are wanted are
// behind it.
func (g *backward) search(v *variable, n *node, known map[*node]bool) bool {
	if leads, ok := known[n]; ok {
		return leads
	}
	leads := n.op == opForward && g.wanted[n.w]
	if n.op == opLoad && g.follows(v, n.v) {
		if g.state[n.v] == unseen {
			g.visit(n.v)
		}
		leads = leads || g.leads[n.v]
	}
	for _, a := range n.args {
		if g.search(v, a, known) {
			leads = true
		}
	}
	known[n] = leads
	return leads
}

// follows says whether the gradient goes from v to what it depends on: not to
// the layer above, nor around a loop.
func (g *backward) follows(v, to *variable) bool {
	return to.pop.layer <= v.pop.layer && g.state[to] != inProgress
}

// through passes the derivative with respect to v on to what v depends on.
func (g *backward) through(v *variable, derivative *node) {
	def := g.define(v)
	at := map[*node]*node{def: derivative}
	known := map[*node]bool{}
	for _, n := range slices.Backward(def.inOrder()) {
		d := at[n]
		if d == nil {
			continue
		}
		if n.op == opLoad {
			if to := n.v; to.pop.layer <= v.pop.layer && g.position[to] < g.position[v] && g.leads[to] {
				g.adj[to] = g.plus(g.adj[to], d)
			}
			continue
		}
		if n.op == opForward && g.wanted[n.w] {
			if old, twice := g.found[n.w]; twice && old[1] == n.args[0] {
				d = g.b.add(old[0], d)
			}
			g.found[n.w] = [2]*node{d, n.args[0]}
		}
		value := n
		if n == def {
			value = g.b.load(v)
		}
		for i, a := range n.args {
			if !g.matters(v, a, known) {
				continue
			}
			if part := g.partial(n, value, i, d); part != nil {
				if a.spread == byRow && part.spread == full {
					part = g.b.reduction("sum", part)
				}
				if a.spread == full && part.spread != full {
					part = g.b.make(node{op: opCopy, args: []*node{part}, spread: full, units: a.units, dim: part.dim})
				}
				at[a] = g.plus(at[a], part)
			}
		}
	}
}

func (g *backward) matters(v *variable, n *node, known map[*node]bool) bool {
	if yes, ok := known[n]; ok {
		return yes
	}
	known[n] = n.op == opForward && g.wanted[n.w] || n.op == opLoad && n.v.pop.layer <= v.pop.layer && g.leads[n.v] ||
		slices.ContainsFunc(n.args, func(a *node) bool { return g.matters(v, a, known) })
	return known[n]
}

func (g *backward) plus(a, b *node) *node {
	if a == nil {
		return b
	}
	return g.b.add(a, b)
}

// feedback are the weights that run along a projection: the first declared. They
// may run along what several projections amount to, as W = W_exc - W_inh: then
// first says whether w is the first of these, which stands for all of them.
func (g *backward) feedback(w *projection) (feedback []term, first bool) {
	for _, pop := range g.p.net.all {
		for _, block := range g.p.net.Text.Of(pop.kind) {
			for _, d := range block.Projections {
				p := pop.projections[d.Name]
				if p == nil || p.along == nil || p.stored == nil && p.tied == nil {
					continue
				}
				if p.along == w {
					return g.b.resolve(p), true
				}
				if p.along.tied == nil {
					continue
				}
				for i, t := range g.b.resolve(p.along) {
					if t.w == w {
						return g.b.resolve(p), i == 0
					}
				}
			}
		}
	}
	return nil, false
}

// partial is d times the derivative of n, whose value is y, with respect to
// argument i; nil if that is zero everywhere.
func (g *backward) partial(n, y *node, i int, d *node) *node {
	b := g.b
	one := b.constant(1, 0)
	x := n.args[0]
	switch n.op {
	case opForward:
		var feedback []term
		first := true
		if g.aligned {
			feedback, first = g.feedback(n.w)
		}
		switch {
		case !first && feedback != nil: // it goes back with the first
			return nil
		case !g.aligned || !g.wanted[n.w]:
			return b.product(opBackward, n.w, d)
		}
		var sum *node
		for _, t := range feedback {
			o := opBackward
			if t.transpose {
				o = opForward
			}
			sum = g.plus(sum, b.mul(b.constant(t.factor, 0), b.product(o, t.w, d)))
		}
		return sum
	case opBackward:
		return b.product(opForward, n.w, d)
	case opNoise, opCopy:
		return d
	case opAdd:
		return d
	case opSub:
		if i == 1 {
			return b.neg(d)
		}
		return d
	case opNeg:
		return b.neg(d)
	case opMul:
		return b.mul(d, n.args[1-i])
	case opDiv:
		if i == 0 {
			return b.div(d, n.args[1])
		}
		return b.neg(b.div(b.mul(d, y), n.args[1]))
	case opMulAdd:
		if i == 2 {
			return d
		}
		return b.mul(d, n.args[1-i])
	case opSubMul:
		switch i {
		case 0:
			return b.mul(d, n.args[2])
		case 1:
			return b.neg(b.mul(d, n.args[2]))
		}
		return b.mul(d, b.sub(n.args[0], n.args[1]))
	case opRSubMul:
		if i == 0 {
			return b.neg(b.mul(d, n.args[1]))
		}
		return b.mul(d, b.sub(one, x))
	case opSigmoid:
		return b.mul(d, b.mul(y, b.sub(one, y)))
	case opTanh:
		return b.mul(d, b.sub(one, b.mul(y, y)))
	case opRelu:
		return b.mul(d, b.apply(opStep, 0, x))
	case opSoftplus:
		return b.mul(d, b.apply(opSigmoid, 0, x))
	case opExp:
		return b.mul(d, y)
	case opLog:
		return b.div(d, x)
	case opSqrt:
		return b.div(b.mul(b.constant(0.5, 0), d), y)
	case opAbs:
		return b.mul(d, b.apply(opSign, 0, x))
	case opLogit:
		return b.div(d, b.mul(x, b.sub(one, x)))
	case opPow:
		if i == 0 && n.args[1].op == opConst {
			k := n.args[1].value
			return b.mul(d, b.mul(b.constant(k, 0), b.pow(x, b.constant(k-1, 0))))
		}
	case opMin:
		return b.mul(d, b.apply(opAtMost, 0, n.args[i], n.args[1-i]))
	case opMax:
		return b.mul(d, b.apply(opAtMost, 0, n.args[1-i], n.args[i]))
	case opSelect:
		zero := b.constant(0, 0)
		switch i {
		case 1:
			return b.choose(x, d, zero)
		case 2:
			return b.choose(x, zero, d)
		}
	case opSurrogate:
		if i == 1 {
			return b.mul(d, n.args[2])
		}
	case opSum:
		return d
	case opMean:
		return b.mul(b.constant(1/float64(x.units), 0), d)
	case opBatchMean: // of all samples' derivatives
		return b.reduction("batch_mean", d)
	case opSoftmax:
		return b.mul(y, b.sub(d, b.reduction("sum", b.mul(d, y))))
	}
	return nil
}
