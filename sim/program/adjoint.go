package program

import "slices"

// adjoint is what a program of continuous time computes to go backwards through
// its dynamics. With the loss l(x), half the squared error of the answer summed
// over outputs, and rates of change f(x, W), a costate m of as many numbers as
// the state obeys
//
//	-dm/dt = (df/dx)' m + dl/dx
//
// and the gradient of the integral of l over time with respect to W is that of
// (df/dW)' m + dl/dW (Pontryagin; Chen et al., NeurIPS 2018, appendix B).
type adjoint struct {
	costate, rate int // of work memory: m, and -dm/dt
	products      []adjointProduct
}

// adjointProduct is a part of the derivative with respect to weights: post pre',
// or of a bias post.
type adjointProduct struct {
	w         *projection
	post, pre operand
}

// Adjoint compiles the network for continuous time, and the way back through it
// without a teacher: [Machine.Adjoint].
func (net *Network) Adjoint() (p *Program, err error) {
	if p, err = net.compile(false); err != nil { // of its own, to which something is added
		return nil, err
	}
	defer caught(net.Text, &err)
	p.compileAdjoint()
	return p, nil
}

func (p *Program) compileAdjoint() {
	b := newBuilder(p.net, p.vars, phase{})
	b.surrogates = true
	b.means = nil // values are the present ones, whatever they were computed as
	states := p.compartments(b)
	top := p.net.layers[p.net.Layers()]
	answer := b.value(top, answerName)
	d := &differential{backward: backward{p: p, b: b}, adj: map[*variable]*node{}, wanted: map[*projection]bool{}}
	for _, r := range p.Rules {
		if r.Forward {
			d.wanted[r.proj] = true
		}
	}
	a := &adjoint{costate: p.reserve(p.Dim), rate: p.reserve(p.Dim)}
	for _, c := range states {
		costate := &variable{id: len(p.vars), name: "costate of " + c.v.name, pop: c.v.pop, units: c.v.units, dim: c.v.dim,
			spread: c.v.spread, space: spaceWork, at: a.costate + c.v.at}
		p.vars[key{c.v.pop, costate.name}] = costate
		d.pass(c.slope, c.slope, b.load(costate))
	}
	if answer.op == opLoad {
		// The loss adds up over time: it is 1/s that its derivatives are.
		error := b.sub(answer, b.load(b.variable(top, targetName)))
		d.reach(answer.v, b.mul(b.constant(1, -1), error))
	}
	for _, s := range slices.Backward(b.out) {
		if at := d.adj[s.v]; at != nil {
			d.pass(s.n, b.load(s.v), at)
		}
	}
	var stores []target
	for _, c := range states {
		if n := d.adj[c.v]; n != nil {
			at := operand{space: spaceWork, at: a.rate + c.v.at, units: c.v.units, spread: c.v.spread}
			if at.spread == full {
				n = d.whole(n, at.units)
			}
			stores = append(stores, target{n: n, dst: at})
		}
	}
	place := func(n *node, units int) operand {
		if n.op == opLoad {
			return n.v.operand()
		}
		at := operand{space: spaceWork, at: p.reserve(p.net.Rows() * units), units: units, spread: full}
		stores = append(stores, target{n: d.whole(n, units), dst: at})
		return at
	}
	for _, f := range d.products {
		one := adjointProduct{w: f.w, post: place(f.post, f.w.shape.out)}
		if f.pre != nil {
			one.pre = place(f.pre, f.w.shape.in)
		}
		a.products = append(a.products, one)
	}
	p.adjoint, p.sections.adjoint = a, p.emit("adjoint", stores)
}

// differential collects derivatives with respect to variables and weights.
type differential struct {
	backward
	adj      map[*variable]*node
	wanted   map[*projection]bool
	products []product
}

// product is a derivative with respect to w: post pre', or of a bias post.
type product struct {
	w         *projection
	post, pre *node
}

// reach adds d to the derivative with respect to v.
func (f *differential) reach(v *variable, d *node) {
	if v.name == stimulusName || v.name == targetName {
		return
	}
	f.adj[v] = f.plus(f.adj[v], d)
}

func (f *differential) product(w *projection, post, pre *node) {
	if f.wanted[w] {
		f.products = append(f.products, product{w, post, pre})
	}
}

// whole is n with a number for each unit and row.
func (f *differential) whole(n *node, units int) *node {
	if n.spread == full {
		return n
	}
	return f.b.make(node{op: opCopy, args: []*node{n}, spread: full, units: units, dim: n.dim})
}

// pass passes a derivative with respect to n, whose value is y, on to all that n
// is made of.
func (f *differential) pass(n, y, derivative *node) {
	at := map[*node]*node{n: derivative}
	for _, m := range slices.Backward(n.inOrder()) {
		d := at[m]
		if d == nil {
			continue
		}
		value := m
		if m == n {
			value = y
		}
		switch m.op {
		case opLoad:
			f.reach(m.v, d)
			continue
		case opBias:
			f.product(m.w, f.whole(d, m.units), nil)
			continue
		case opForward:
			f.product(m.w, f.whole(d, m.w.shape.out), m.args[0])
		case opBackward:
			f.product(m.w, m.args[0], f.whole(d, m.w.shape.in))
		}
		for i, a := range m.args {
			if !f.varies(a) {
				continue
			}
			part := f.partial(m, value, i, d)
			if part == nil {
				continue
			}
			switch {
			case a.spread == byRow && part.spread == full:
				part = f.b.reduction("sum", part)
			case a.spread == full && part.spread != full:
				part = f.whole(part, a.units)
			}
			at[a] = f.plus(at[a], part)
		}
	}
}

// varies says whether a node depends on anything but constants.
func (f *differential) varies(n *node) bool {
	return n.op == opLoad || n.op == opBias || slices.ContainsFunc(n.args, f.varies)
}

// Adjoint computes the rates at which a costate changes backwards in time, at the
// present state, which [Machine.Observe] has read without a teacher, and what
// [Machine.AddAdjoint] adds. Both are as long as the state. The program must come
// from [Network.Adjoint].
func (m *Machine[F]) Adjoint(rate, costate []F) {
	a, n := m.p.adjoint, m.p.Dim
	work := m.memory[spaceWork]
	copy(work[a.costate:][:n], costate)
	m.run(m.p.sections.adjoint)
	copy(rate, work[a.rate:][:n])
}

// AddAdjoint adds factor times the derivatives that Adjoint computed last, summed
// over rows, to those of the weights that learn, by the index of their matrix.
// Those of others may be nil.
func (m *Machine[F]) AddAdjoint(dst [][]F, factor float64) {
	for _, f := range m.p.adjoint.products {
		k := f.w.stored.index
		if f.w.biasOf != "" {
			m.projections[k].AddBiasCorrelation(dst[k], F(factor), m.array(f.post), m.rows)
			continue
		}
		m.projections[k].AddCorrelation(dst[k], F(factor), m.array(f.post), m.array(f.pre), m.rows)
	}
}
