package program

import (
	"burstsim/sim/model"
)

// term is weights in an expression: a factor times a projection that is stored.
type term struct {
	factor    float64
	w         *projection
	transpose bool
}

// weights of an expression, as a sum of terms; ok is false if it is none.
func (b *builder) weights(pop *population, e model.Expr) (sum []term, ok bool) {
	switch e := e.(type) {
	case *model.Ref:
		p := b.projection(pop, e)
		if p == nil || p.biasOf != "" {
			return nil, false
		}
		return b.resolve(p), true
	case *model.Unary:
		sum, ok = b.weights(pop, e.X)
		for i := range sum {
			if e.Op == "-" {
				sum[i].factor = -sum[i].factor
			} else {
				sum[i].transpose = !sum[i].transpose
			}
		}
		return sum, ok
	case *model.Binary:
		x, left := b.weights(pop, e.X)
		y, right := b.weights(pop, e.Y)
		switch {
		case left && right && (e.Op == "+" || e.Op == "-"):
			for _, t := range y {
				if e.Op == "-" {
					t.factor = -t.factor
				}
				x = append(x, t)
			}
			return x, true
		case left && right:
			b.fail("weights %s weights: expected a quantity between them", map[string]string{"*": "times", "/": "over", "^": "to the power of"}[e.Op])
		case right && e.Op == "*":
			return b.scaled(pop, y, e.X, 1)
		case left && (e.Op == "*" || e.Op == "/"):
			return b.scaled(pop, x, e.Y, map[string]float64{"*": 1, "/": -1}[e.Op])
		}
	}
	return nil, false
}

// scaled multiplies weights by a number that is known; ok is false of anything
// else.
func (b *builder) scaled(pop *population, sum []term, by model.Expr, power float64) ([]term, bool) {
	k, known := b.net.env(pop, b.flags()).Number(by)
	if !known {
		return nil, false
	}
	for i := range sum {
		if power > 0 {
			sum[i].factor *= k
		} else {
			sum[i].factor /= k
		}
	}
	return sum, true
}

// projection is that of a reference; nil if it is something else.
func (b *builder) projection(pop *population, r *model.Ref) *projection {
	at := b.net.at(pop, r.Index)
	if at == nil {
		return nil
	}
	return at.projections[r.Name]
}

// resolve follows what a projection is tied to, down to weights that are
// stored.
func (b *builder) resolve(p *projection) []term {
	if p.stored != nil {
		return []term{{factor: 1, w: p}}
	}
	if p.tied == nil {
		b.fail("%s of the %s has no weights for these parameters: say how they begin, as in %s(0) = normal(1)", p.name, p.of, p.name)
	}
	if len(b.stack) > 1000 {
		b.fail("%s is tied to itself", p.name)
	}
	b.stack = append(b.stack, &variable{name: p.name, pop: p.of})
	defer func() { b.stack = b.stack[:len(b.stack)-1] }()
	var sum []term
	ok := false
	b.within(p.tied, func() {
		if p.biasOf != "" {
			if r, is := p.tied.Right.(*model.Ref); is {
				if c := b.projection(p.of, r); c != nil && c.biasOf != "" {
					sum, ok = b.resolve(c), true
				}
			}
		} else {
			sum, ok = b.weights(p.of, p.tied.Right)
		}
		if !ok {
			b.fail("%s is tied to what is no weights", p.name)
		}
		for _, t := range sum {
			out, in := t.w.shape.out, t.w.shape.in
			if t.transpose {
				out, in = in, out
			}
			if out != p.shape.out || in != p.shape.in {
				b.fail("%s is %d x %d, but what it equals is %d x %d", p.name, p.shape.out, p.shape.in, out, in)
			}
		}
		b.sameConnections(p, sum)
	})
	return sum
}

// expr builds an expression of a population.
func (b *builder) expr(pop *population, e model.Expr) *node {
	switch e := e.(type) {
	case *model.Number:
		return b.constant(e.Value, map[string]float64{"s": 1, "Hz": -1}[e.Unit])
	case *model.Ref:
		return b.reference(pop, e)
	case *model.Unary:
		if e.Op == "'" {
			b.fail("a transposed quantity stands in rules of plasticity only, as in dW/dt = post pre'")
		}
		return b.neg(b.expr(pop, e.X))
	case *model.Binary:
		return b.binary(pop, e)
	case *model.Call:
		return b.call(pop, e)
	case *model.Choose:
		return b.choice(pop, e)
	}
	b.fail("an expression that cannot be computed")
	return nil
}

func (b *builder) reference(pop *population, r *model.Ref) *node {
	if r.Index == "" {
		if r.Name == noiseName {
			return b.white()
		}
		if r.Name == "n_group" {
			return b.constant(float64(b.group.size), 0)
		}
		if n := b.named(pop, r.Name); n != nil {
			return n
		}
	}
	at := b.net.at(pop, r.Index)
	if at == nil {
		b.fail("%s[%s]: there is no such population", r.Name, r.Index)
	}
	if r.Name == "n" { // of another population
		return b.constant(float64(at.units), 0)
	}
	if p := at.projections[r.Name]; p != nil {
		if p.biasOf == "" {
			b.fail("%s is weights, expected a quantity that it is multiplied with", r.Name)
		}
		t := b.resolve(p)[0]
		return b.mul(b.constant(t.factor, 0), b.make(node{op: opBias, w: t.w, spread: byUnit, units: t.w.shape.out}))
	}
	if r.Delay != nil {
		if n := b.earlier(pop, at, r); n != nil {
			return n
		}
	}
	return b.value(at, r.Name)
}

// named is a parameter or a word of the language; nil if it is neither.
func (b *builder) named(pop *population, name string) *node {
	p := b.net.Text.Param(name)
	if p != nil {
		switch v := b.net.env(pop, nil).Values[name].(type) {
		case model.Drawn, *model.Array:
			return b.table(b.perUnit(pop, p, v), p.Dim())
		}
	}
	if v, known := b.net.env(pop, nil).Number(&model.Ref{Name: name}); known {
		dim := 0.0
		if name == "presentation" {
			dim = 1
		}
		if p != nil {
			dim = p.Dim()
		}
		return b.constant(v, dim)
	}
	if p != nil {
		b.fail("%s is no number: it can stand in a condition only", name)
	}
	return nil
}

// wide builds an expression that has a number for each unit, even where it is
// the same for all of them.
func (b *builder) wide(pop *population, e model.Expr) *node {
	n := b.expr(pop, e)
	if n.spread != single && n.spread != byRow {
		return n
	}
	return b.widen(n, b.net.widthOf(pop, e))
}

// widen gives each of so many units the same number; 0 units leave it alone.
func (b *builder) widen(n *node, units int) *node {
	if units == 0 {
		return n
	}
	return b.make(node{op: opCopy, args: []*node{n}, spread: full, units: units, dim: n.dim})
}

func (b *builder) binary(pop *population, e *model.Binary) *node {
	if e.Op == "*" {
		if sum, ok := b.weights(pop, e.X); ok {
			x := b.expr(pop, e.Y)
			if !x.is(0) {
				x = b.wide(pop, e.Y)
			}
			total := b.constant(0, x.dim)
			for _, t := range sum {
				o, want := opForward, t.w.shape.in
				if t.transpose {
					o, want = opBackward, t.w.shape.out
				}
				if !x.is(0) && (x.spread == single || x.spread == byRow || x.units != want) {
					b.at = e.Pos
					b.fail("%s expects %d numbers, but %s has %d", text(e.X), want, text(e.Y), x.units)
				}
				part := x
				if o == opBackward {
					part = b.group.part(b, t.w, x)
				}
				total = b.add(total, b.mul(b.constant(t.factor, 0), b.product(o, t.w, part)))
			}
			return total
		}
		if _, ok := b.weights(pop, e.Y); ok {
			b.fail("a quantity before weights, expected it behind them, as in W x")
		}
	}
	x, y := b.expr(pop, e.X), b.expr(pop, e.Y)
	switch e.Op {
	case "+":
		return b.add(x, y)
	case "-":
		return b.sub(x, y)
	case "*":
		return b.mul(x, y)
	case "/":
		return b.div(x, y)
	}
	return b.pow(x, y)
}

func (b *builder) call(pop *population, e *model.Call) *node {
	args := make([]*node, len(e.Args))
	for i, a := range e.Args {
		if e.Func == "sum" || e.Func == "softmax" {
			args[i] = b.wide(pop, a)
		} else {
			args[i] = b.expr(pop, a)
		}
	}
	if e.Func == "noisy" && !b.phase.noise {
		if b.surrogates && b.net.Setting.Noise && !args[0].known() { // what was drawn has a name of its own
			return b.apply(opCopy, args[0].dim, args[0])
		}
		return args[0]
	}
	if e.Func == "surrogate" {
		if !b.surrogates {
			return args[0]
		}
		return b.apply(opSurrogate, args[0].dim, args...)
	}
	if e.Func == "normal" || e.Func == "uniform" {
		if b.drawing != nil {
			return b.random(pop, e.Func, args)
		}
		b.fail("%s is for how weights and states begin", e.Func)
	}
	return b.function(e.Func, args)
}

// choice takes one side where the condition is known, and chooses unit by unit
// where it is not.
func (b *builder) choice(pop *population, e *model.Choose) *node {
	if holds, known := b.net.env(pop, b.flags()).Holds(e.Cond); known {
		if holds {
			return b.expr(pop, e.X)
		}
		return b.expr(pop, e.Y)
	}
	return b.choose(b.mask(pop, e.Cond), b.expr(pop, e.X), b.expr(pop, e.Y))
}

// mask is 1 where a condition holds and 0 elsewhere.
func (b *builder) mask(pop *population, c model.Cond) *node {
	if holds, known := b.net.env(pop, b.flags()).Holds(c); known {
		return b.constant(truth(holds), 0)
	}
	switch c := c.(type) {
	case *model.Compare:
		return b.compare(c, b.expr(pop, c.X), b.expr(pop, c.Y))
	case *model.Not:
		return b.sub(b.constant(1, 0), b.mask(pop, c.X))
	case *model.Joined:
		x, y := b.mask(pop, c.X), b.mask(pop, c.Y)
		if c.Op == "and" {
			return b.apply(opMin, 0, x, y)
		}
		return b.apply(opMax, 0, x, y)
	}
	b.fail("a condition that is not known")
	return nil
}
