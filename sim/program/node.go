package program

import (
	"fmt"
	"math"
	"slices"

	"burstsim/sim/model"
)

// node is an expression. Equal expressions are one node.
type node struct {
	op      op
	args    []*node
	value   float64     // of opConst
	numbers []float64   // of opTable: one for each unit
	v       *variable   // of opLoad
	w       *projection // of opBias, opForward, opBackward: one that is stored
	spread  spread
	units   int     // 1 of byRow and single
	dim     float64 // exponent of seconds; of white noise -1/2
	id      int

	weights bool // made of weights, element by element
}

// graph makes nodes.
type graph struct {
	nodes map[string]*node
	means map[*node]*node // by the load of a quantity: what it was computed as
	count int
	fail  func(format string, args ...any) // ends compiling with an error
}

func (g *graph) make(n node) *node {
	k := fmt.Sprint(n.op, n.value, math.Signbit(n.value), " ", n.dim, " ", n.units)
	if n.v != nil {
		k += fmt.Sprint("v", n.v.id)
	}
	if n.w != nil {
		k += fmt.Sprint("w", n.w.stored.index)
	}
	for _, a := range n.args {
		k += fmt.Sprint(",", a.id)
	}
	if n.op == opTable {
		k += spell(n.numbers)
	}
	if old := g.nodes[k]; old != nil {
		return old
	}
	n.id = g.count
	n.weights = n.op == opWeights || slices.ContainsFunc(n.args, func(a *node) bool { return a.weights })
	g.count++
	g.nodes[k] = &n
	return &n
}

func (g *graph) constant(v, dim float64) *node {
	return g.make(node{op: opConst, value: v, spread: single, units: 1, dim: dim})
}

func (g *graph) load(v *variable) *node {
	return g.make(node{op: opLoad, v: v, spread: v.spread, units: v.units, dim: v.dim})
}

func (n *node) is(v float64) bool { return n.op == opConst && n.value == v }

// apply makes an element-wise node of operands that fit each other.
func (g *graph) apply(o op, dim float64, args ...*node) *node {
	units, sp := 1, single
	constant := true
	for _, a := range args {
		constant = constant && (a.op == opConst || a.op == opTable)
		if a.spread != single && a.spread != byRow {
			if sp != single && sp != byRow && a.units != units {
				g.fail("%d numbers meet %d in %s", units, a.units, o)
			}
			units = a.units
		}
		sp = join(sp, a.spread)
	}
	if constant {
		return g.fold(o, dim, units, args)
	}
	return g.make(node{op: o, args: args, spread: sp, units: units, dim: dim})
}

func join(a, b spread) spread {
	switch {
	case a == single:
		return b
	case b == single || a == b:
		return a
	}
	return full
}

func (g *graph) same(what string, a, b *node) float64 {
	switch {
	case a.dim == b.dim, b.is(0):
		return a.dim
	case a.is(0):
		return b.dim
	}
	hint := ""
	if a.dim != math.Trunc(a.dim) || b.dim != math.Trunc(b.dim) {
		hint = noiseHint
	}
	g.fail("%s %s and %s%s", what, unitName(a.dim), unitName(b.dim), hint)
	return 0
}

// noiseHint is for noise whose factor has not the unit that it should.
const noiseHint = ": white noise has the unit 1/sqrt(s), expected a factor such as sigma sqrt(2 tau) before xi in tau dx/dt, with which sigma is the standard deviation of x"

func unitName(dim float64) string {
	switch dim {
	case 0:
		return "a number"
	case 1:
		return "a time"
	case -1:
		return "a rate"
	}
	return fmt.Sprintf("a quantity in s^%g", dim)
}

func (g *graph) add(a, b *node) *node {
	dim := g.same("the sum of", a, b)
	switch {
	case a.is(0):
		return b
	case b.is(0):
		return a
	}
	if n := g.merge(a, b, 1); n != nil {
		return n
	}
	if b.op == opMul {
		return g.apply(opMulAdd, dim, b.args[0], b.args[1], a)
	}
	if a.op == opMul {
		return g.apply(opMulAdd, dim, a.args[0], a.args[1], b)
	}
	return g.apply(opAdd, dim, a, b)
}

func (g *graph) sub(a, b *node) *node {
	dim := g.same("the difference of", a, b)
	switch {
	case b.is(0):
		return a
	case a.is(0):
		return g.neg(b)
	}
	if n := g.merge(a, b, -1); n != nil {
		return n
	}
	if n := g.common(a, b); n != nil {
		return n
	}
	return g.apply(opSub, dim, a, b)
}

// merge makes one product of two with the same weights: W x + k W y is
// W (x + k y), as where Q is tied to Y.
func (g *graph) merge(a, b *node, sign float64) *node {
	ka, a := factor(a)
	kb, b := factor(b)
	if a.op != b.op || a.w != b.w || a.op != opForward && a.op != opBackward || ka == 0 {
		return nil
	}
	x, y := a.args[0], g.mul(g.constant(kb/ka, 0), b.args[0])
	sum := g.add(x, y)
	if sign < 0 {
		sum = g.sub(x, y)
	}
	return g.mul(g.constant(ka, 0), g.product(a.op, a.w, sum))
}

// common makes one product of x y - k y: (x - k) y, as bursts less the baseline
// of events, which rules of plasticity have too. It returns nil of anything else.
func (g *graph) common(a, b *node) *node {
	if product := g.means[a]; product != nil {
		a = product
	}
	if a.op != opMul || b.op != opMul || b.args[0].op != opConst || a.args[0].op == opConst {
		return nil
	}
	k, y := b.args[0], b.args[1]
	for i, x := range a.args {
		if a.args[1-i] == y && x.dim == k.dim {
			return g.apply(opSubMul, a.dim, x, k, y)
		}
	}
	return nil
}

// factor splits a constant factor off.
func factor(n *node) (float64, *node) {
	if n.op == opMul && n.args[0].op == opConst {
		return n.args[0].value, n.args[1]
	}
	if n.op == opNeg {
		k, x := factor(n.args[0])
		return -k, x
	}
	return 1, n
}

func (g *graph) mul(a, b *node) *node {
	dim := a.dim + b.dim
	if b.op == opConst && a.op != opConst {
		a, b = b, a
	}
	switch {
	case a.is(0):
		return g.constant(0, dim)
	case a.is(1) && a.dim == 0:
		return b
	case a.is(-1) && a.dim == 0 && b.op != opConst:
		return g.neg(b)
	}
	if a.op == opConst && b.op == opMul && b.args[0].op == opConst {
		return g.mul(g.constant(a.value*b.args[0].value, a.dim+b.args[0].dim), b.args[1])
	}
	for _, side := range [][2]*node{{a, b}, {b, a}} {
		if x := side[0]; x.op == opSub {
			if x.args[0].is(1) {
				return g.apply(opRSubMul, dim, x.args[1], side[1])
			}
			return g.apply(opSubMul, dim, x.args[0], x.args[1], side[1])
		}
	}
	return g.apply(opMul, dim, a, b)
}

func (g *graph) div(a, b *node) *node {
	if b.is(1) && b.dim == 0 {
		return a
	}
	return g.apply(opDiv, a.dim-b.dim, a, b)
}

func (g *graph) neg(a *node) *node {
	if a.op == opNeg {
		return a.args[0]
	}
	if a.op == opMul && a.args[0].op == opConst {
		return g.mul(g.constant(-a.args[0].value, a.args[0].dim), a.args[1])
	}
	return g.apply(opNeg, a.dim, a)
}

func (g *graph) pow(a, b *node) *node {
	switch {
	case b.op != opConst && (a.dim != 0 || b.dim != 0):
		g.fail("%s to the power of %s", unitName(a.dim), unitName(b.dim))
	case b.is(2):
		return g.mul(a, a)
	case b.is(1):
		return a
	case a.dim != 0 && 2*b.value != math.Trunc(2*b.value):
		g.fail("%s to a power that is no whole number and no half of one", unitName(a.dim))
	}
	return g.apply(opPow, a.dim*b.value, a, b)
}

// product is W x, or backwards W' x, of an x that fits.
func (g *graph) product(o op, w *projection, x *node) *node {
	units := w.shape.out
	if o == opBackward {
		units = w.shape.in
	}
	if x.is(0) {
		return g.constant(0, x.dim)
	}
	return g.make(node{op: o, w: w, args: []*node{x}, spread: full, units: units, dim: x.dim})
}

// function applies one of the language's element-wise functions.
func (g *graph) function(name string, args []*node) *node {
	ops := map[string]op{"sigmoid": opSigmoid, "tanh": opTanh, "relu": opRelu, "softplus": opSoftplus,
		"exp": opExp, "log": opLog, "sqrt": opSqrt, "abs": opAbs, "sign": opSign, "step": opStep, "logit": opLogit}
	switch name {
	case "min":
		return g.apply(opMin, g.same("the smaller of", args[0], args[1]), args...)
	case "max":
		return g.apply(opMax, g.same("the larger of", args[0], args[1]), args...)
	case "clip":
		low := g.function("max", args[:2])
		return g.function("min", []*node{low, args[2]})
	case "mean", "sum", "softmax", "batch_mean", "noisy":
		return g.reduction(name, args[0])
	}
	x, dim := args[0], 0.0
	switch name {
	case "abs", "relu":
		dim = x.dim
	case "sqrt":
		dim = x.dim / 2
	case "sign", "step":
	default:
		if x.dim != 0 {
			g.fail("%s of %s, expected a number", name, unitName(x.dim))
		}
	}
	return g.apply(ops[name], dim, x)
}

func (g *graph) reduction(name string, x *node) *node {
	if x.spread == single {
		if name == "softmax" || name == "sum" {
			g.fail("%s of one number, expected a quantity of a population", name)
		}
		return x
	}
	if x.spread == byRow {
		if name != "mean" {
			g.fail("%s of what is one number for all units, expected a quantity of a population", name)
		}
		return x
	}
	switch name {
	case "mean":
		return g.make(node{op: opMean, args: []*node{x}, spread: byRow, units: 1, dim: x.dim})
	case "sum":
		return g.make(node{op: opSum, args: []*node{x}, spread: byRow, units: 1, dim: x.dim})
	case "batch_mean":
		return g.make(node{op: opBatchMean, args: []*node{x}, spread: byUnit, units: x.units, dim: x.dim})
	case "softmax":
		return g.make(node{op: opSoftmax, args: []*node{x}, spread: full, units: x.units})
	}
	return g.make(node{op: opNoise, args: []*node{x}, spread: full, units: x.units, dim: x.dim})
}

// compare is 1 where a comparison holds and 0 elsewhere.
func (g *graph) compare(c *model.Compare, a, b *node) *node {
	g.same("a comparison of", a, b)
	one := g.constant(1, 0)
	switch c.Op {
	case "<":
		return g.apply(opLess, 0, a, b)
	case ">":
		return g.apply(opLess, 0, b, a)
	case "<=":
		return g.apply(opAtMost, 0, a, b)
	case ">=":
		return g.apply(opAtMost, 0, b, a)
	case "=":
		return g.apply(opEqual, 0, a, b)
	}
	return g.apply(opSub, 0, one, g.apply(opEqual, 0, a, b))
}

func (g *graph) choose(mask, a, b *node) *node {
	switch {
	case mask.op == opConst && mask.value != 0, a == b:
		return a
	case mask.op == opConst:
		return b
	}
	return g.apply(opSelect, g.same("a choice between", a, b), mask, a, b)
}

// inOrder is all that n is made of and n itself, each once and behind its own
// operands.
func (n *node) inOrder() []*node {
	var order []*node
	seen := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, a := range n.args {
			visit(a)
		}
		order = append(order, n)
	}
	visit(n)
	return order
}
