package program

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"burstsim/sim/model"
)

// variable is an array of a population: a state, a quantity, or what comes from
// outside.
type variable struct {
	id    int
	name  string
	pop   *population
	units int
	dim   float64
	state bool

	// What a delay looks back at is a variable of its own: source, so many
	// seconds before. It is first referred to at a place of the text.
	source   *variable
	seconds  float64
	referred model.Pos
	// spread is byRow of one number for all units, otherwise full.
	spread spread

	space space // where a program keeps it, once it is laid out
	at    int
}

func (v *variable) String() string { return fmt.Sprint(v.name, v.pop.layer) }

// phase is what holds while a section of a program is run.
type phase struct {
	discrete bool
	teacher  bool
	still    bool // the states of continuous time at rest: all delays have passed
	noise    bool
	// held is the second phase of a discrete model of two: what is held keeps
	// its value.
	held bool
}

// builder turns equations into statements, each behind those it depends on.
type builder struct {
	graph
	net   *Network
	phase phase
	// adopt lets states take their drives, as in discrete time; otherwise they
	// are given.
	adopt bool

	vars  map[key]*variable
	known map[*variable]*node // what a reference yields
	stack []*variable         // being built
	built []*variable         // in their order
	noisy *variable           // the state whose equation is built
	at    model.Pos           // of what is being built
	line  string
	out   []statement

	surrogates bool   // derivatives are wanted, of which some are others than the true ones
	group      *group // of rows, whose rule is built; nil: all rows

	drawing *rand.Rand // what normal and uniform draw from; nil where they cannot stand
}

// statement stores a node in a variable.
type statement struct {
	v *variable
	n *node
}

func newBuilder(net *Network, vars map[key]*variable, p phase) *builder {
	b := &builder{net: net, phase: p, vars: vars, known: map[*variable]*node{}}
	b.nodes, b.means = map[string]*node{}, map[*node]*node{}
	b.fail = failing(b)
	return b
}

// failing ends compiling with an error about what b is building.
func failing(b *builder) func(format string, args ...any) {
	return func(format string, args ...any) {
		panic(&model.Error{Pos: b.at, Equation: b.line, Msg: fmt.Sprintf(format, args...)})
	}
}

func (b *builder) flags() map[string]bool {
	return map[string]bool{"discrete": b.phase.discrete, "images": b.net.Setting.Usage.Images, "teacher": b.phase.teacher}
}

// variable of a population.
func (b *builder) variable(pop *population, name string) *variable {
	k := key{pop, name}
	v := b.vars[k]
	if v == nil {
		v = &variable{id: len(b.vars), name: name, pop: pop, units: b.net.width(k)}
		if b.net.widths[k] == perRow {
			v.spread = byRow
		}
		b.vars[k] = v
	}
	return v
}

// within builds something of an equation, so that errors name it.
func (b *builder) within(e *model.Equation, build func()) {
	at, line := b.at, b.line
	b.at, b.line = e.Pos, e.Text
	build()
	b.at, b.line = at, line
}

// held says whether a name keeps the value of the prediction.
func (b *builder) held(pop *population, name string) bool {
	return b.phase.held && b.net.Text.Held(pop.kind, name)
}

// value is what a reference to a population's quantity or state yields. What it
// depends on is built first.
func (b *builder) value(pop *population, name string) *node {
	v := b.variable(pop, name)
	if n := b.known[v]; n != nil {
		return n
	}
	group := b.group
	b.group = nil // of what stands in the rule itself
	defer func() { b.group = group }()
	if name == targetName {
		b.known[v] = b.taught(v)
		return b.known[v]
	}
	if name == stimulusName {
		return b.load(v)
	}
	flags := b.flags()
	if e := b.net.equation(pop, name, model.Changes, flags); e != nil {
		v.state = true
		own := len(b.stack) > 0 && b.stack[len(b.stack)-1] == v
		if !b.adopt || own || b.held(pop, name) {
			return b.load(v) // in its own equation it is itself: the leak
		}
		b.enter(v)
		b.within(e, func() {
			c := b.compartment(v, e)
			if c.drive == nil {
				b.fail("%s has no leak: in discrete time there is no value that it takes", name)
			}
			b.out = append(b.out, statement{v, b.drawn(c)})
		})
		b.leave()
		b.known[v] = b.load(v)
		return b.known[v]
	}
	if b.held(pop, name) {
		return b.load(v)
	}
	e := b.net.equation(pop, name, model.Follows, flags)
	if e == nil {
		if pop.kind == "input" && len(b.net.Text.Of("input")) == 0 {
			return b.value(pop, stimulusName)
		}
		b.fail("%s of the %s has no equation for these parameters", name, pop)
	}
	b.enter(v)
	b.within(e, func() {
		n := b.expr(pop, e.Right)
		v.dim = n.dim
		if n.op == opConst || n.op == opLoad && n.v.units == v.units {
			b.known[v] = n // another name for it
			return
		}
		b.out = append(b.out, statement{v, n})
		b.known[v] = b.load(v)
		if b.means != nil {
			b.means[b.known[v]] = n
		}
	})
	b.leave()
	return b.known[v]
}

// taught is what the equations call target.
func (b *builder) taught(v *variable) *node {
	strength := b.net.Setting.Strength
	if strength == 0 || strength == 1 {
		return b.load(v)
	}
	b.enter(v)
	answer := b.value(v.pop, answerName)
	b.leave()
	return b.add(answer, b.mul(b.constant(strength, 0), b.sub(b.load(v), answer)))
}

const (
	stimulusName = "stimulus"
	targetName   = "target"
	answerName   = "answer"
)

// enter finds loops.
func (b *builder) enter(v *variable) {
	for i, other := range b.stack {
		if other != v {
			continue
		}
		var names []string
		for _, s := range append(b.stack[i:], v) {
			names = append(names, s.String())
		}
		what := "an algebraic loop"
		if b.adopt {
			what = "a loop, which discrete time cannot take in one sweep"
		}
		b.fail("%s: %s", what, strings.Join(names, " <- "))
	}
	b.stack = append(b.stack, v)
}

func (b *builder) leave() {
	last := len(b.stack) - 1
	b.built = append(b.built, b.stack[last])
	b.stack = b.stack[:last]
}

// compartment is a state's equation: tau dx/dt = -x + drive.
type compartment struct {
	v     *variable
	tau   *node // s, a number or one for each unit; nil where it has no leak of a constant rate
	drive *node // nil where the equation is not linear in x, or has no leak
	slope *node
	noise float64 // strength of white noise, 1/sqrt(s)
}

// compartment builds the right-hand side of a state's equation.
func (b *builder) compartment(v *variable, e *model.Equation) compartment {
	tau := b.constant(1, 0)
	if e.Tau != nil {
		tau = b.expr(v.pop, e.Tau)
		if tau.dim != 1 {
			b.fail("the time constant of %s is %s, expected a time such as 100 ms", v.name, unitName(tau.dim))
		}
	}
	outer := b.noisy
	b.noisy = v
	right := b.expr(v.pop, e.Right)
	b.noisy = outer
	for right.op == opDiv && right.args[1].known() {
		tau, right = b.mul(tau, right.args[1]), right.args[0]
	}
	if right.dim != tau.dim-1 && !right.is(0) {
		hint := ""
		if right.dim != math.Trunc(right.dim) {
			hint = noiseHint
		}
		b.fail("the right-hand side is %s, expected %s%s", unitName(right.dim), unitName(tau.dim-1), hint)
	}
	if tau.known() {
		tau.each(func(s float64) bool {
			if !(s > 0) {
				b.fail("the time constant of %s is %v s, expected more than 0", v.name, s)
			}
			return true
		})
	}
	x := b.load(v)
	c := compartment{v: v}
	right, c.noise = b.withoutNoise(v, right, tau)
	leak, rest, linear := b.linear(right, x)
	if linear && leak.is(-1) && tau.known() {
		c.tau, c.drive = tau, rest
		c.slope = b.mul(b.div(b.constant(1, 0), tau), b.sub(rest, x))
		return c
	}
	c.slope = b.div(right, tau)
	negative := func(k float64) bool { return k < 0 }
	grows := leak != nil && leak.known() && !leak.each(negative)
	if linear && !grows {
		c.drive = b.div(rest, b.neg(leak))
		if leak.known() && tau.known() {
			c.tau = b.div(tau, b.neg(leak))
		}
	}
	return c
}

// linear splits n into leak x + rest.
func (b *builder) linear(n, x *node) (leak, rest *node, ok bool) {
	zero := b.constant(0, 0)
	if !depends(n, x, map[*node]bool{}) {
		return zero, n, true
	}
	if n == x {
		return b.constant(1, 0), zero, true
	}
	part := func(k int) (leak, rest *node) {
		var linear bool
		leak, rest, linear = b.linear(n.args[k], x)
		ok = ok && linear
		return leak, rest
	}
	ok = true
	switch n.op {
	case opNeg:
		if l, r := part(0); ok {
			return b.neg(l), b.neg(r), true
		}
	case opAdd, opSub:
		l0, r0 := part(0)
		l1, r1 := part(1)
		switch {
		case ok && n.op == opSub:
			return b.sub(l0, l1), b.sub(r0, r1), true
		case ok:
			return b.add(l0, l1), b.add(r0, r1), true
		}
	case opMul:
		if depends(n.args[0], x, map[*node]bool{}) && depends(n.args[1], x, map[*node]bool{}) {
			return nil, nil, false
		}
		l0, r0 := part(0)
		l1, r1 := part(1)
		if !ok {
			return nil, nil, false
		}
		if l0.is(0) {
			return b.mul(r0, l1), b.mul(r0, r1), true
		}
		return b.mul(r1, l0), b.mul(r1, r0), true
	case opMulAdd:
		return b.linear(b.sum(b.apply(opMul, n.dim, n.args[0], n.args[1]), n.args[2], 1), x)
	case opSubMul:
		return b.linear(b.apply(opMul, n.dim, b.sum(n.args[0], n.args[1], -1), n.args[2]), x)
	case opRSubMul:
		return b.linear(b.apply(opMul, n.dim, b.sum(b.constant(1, 0), n.args[0], -1), n.args[1]), x)
	case opDiv:
		if depends(n.args[1], x, map[*node]bool{}) {
			return nil, nil, false
		}
		if l, r := part(0); ok {
			return b.div(l, n.args[1]), b.div(r, n.args[1]), true
		}
	}
	return nil, nil, false
}

// sum is a + sign b without any simplification.
func (b *builder) sum(x, y *node, sign float64) *node {
	if sign < 0 {
		return b.apply(opSub, x.dim, x, y)
	}
	return b.apply(opAdd, x.dim, x, y)
}

func depends(n, x *node, seen map[*node]bool) bool {
	if n == x {
		return true
	}
	if seen[n] {
		return false
	}
	seen[n] = true
	for _, a := range n.args {
		if depends(a, x, seen) {
			return true
		}
	}
	return false
}
