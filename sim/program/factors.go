package program

// factors builds the rules, and returns what they multiply, to be stored.
func (p *Program) factors(b *builder) (stores []target, rules []learned) {
	p.Rules = nil
	b.learnable()
	seen := map[*node]operand{}
	place := func(n *node, rows int) *operand {
		if n == nil {
			return nil
		}
		if n.op == opLoad {
			at := n.v.operand()
			return &at
		}
		at, ok := seen[n]
		if !ok {
			at = operand{space: spaceWork, at: p.reserve(rows * n.units), units: n.units, spread: full}
			seen[n] = at
			stores = append(stores, target{n: n, dst: at, own: n.spread == full})
		}
		return &at
	}
	for _, m := range p.net.matrices {
		r := b.rule(m.proj)
		if r == nil {
			continue
		}
		p.Rules = append(p.Rules, Rule{Matrix: m, Tau: r.tau, Rate: r.rate, Plain: r.e.Plain, Keeps: r.e.Keeps})
		l := learned{projection: m.proj}
		for _, c := range r.changes {
			if c.factor == 0 {
				continue
			}
			l.borrows = p.borrow(m, c.weights) || l.borrows
			k := compiledChange{factor: c.factor, post: place(c.post, p.net.Rows()), pre: place(c.pre, p.net.Rows())}
			if c.weights != nil && c.weights.op == opWeights {
				k.weights = &operand{space: spaceWeights, at: c.weights.w.stored.index, units: m.Len(), spread: full}
			} else {
				k.weights = place(c.weights, 1)
			}
			k.classify(m, p.net.Rows())
			if k.kind == changeMixed && m.proj.shape.maps != nil {
				b.within(r.e, func() { b.fail("a rule for maps is a sum of products post pre' and of functions of the weights") })
			}
			l.changes = append(l.changes, k)
		}
		rules = append(rules, l)
	}
	return stores, rules
}

// borrow notes which weights the rule of others reads, and says whether it reads
// any.
func (p *Program) borrow(m *Matrix, n *node) bool {
	if n == nil {
		return false
	}
	borrows := n.op == opWeights && n.w.stored != m
	if borrows {
		if p.borrowed == nil {
			p.borrowed = map[int]bool{}
		}
		p.borrowed[n.w.stored.index] = true
	}
	for _, a := range n.args {
		borrows = p.borrow(m, a) || borrows
	}
	return borrows
}

// compileRules compiles what the rules multiply, of quantities that are in
// memory: those that present built.
func (p *Program) compileRules(present *builder, ph phase, tag string) *section {
	ph.held = p.Discrete && p.net.Text.Discrete.TwoPhases
	b := newBuilder(p.net, p.vars, ph)
	for v := range present.known {
		b.known[v] = b.load(v)
	}
	stores, rules := p.factors(b)
	s := p.emit(tag, stores)
	s.learned = rules
	return s
}
