package program

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"burstsim/internal/linalg"
	"burstsim/neuron"
	"burstsim/sim/model"
	"burstsim/synapse"
)

// formula is a part of an expression that weights begin with, or equal. It is
// computed into memory of its own, without allocation but for what it draws.
type formula[F Float] struct {
	// dims are those of weights in the layout of a dense matrix, or of a bias, in
	// which they are one column; nil of a number, and of what has the layout of
	// the weights that the expression is about.
	dims    []int
	out     []F
	compute func() // out; nil: it is there
	args    []*formula[F]
}

func (f *formula[F]) eval() {
	for _, a := range f.args {
		a.eval()
	}
	if f.compute != nil {
		f.compute()
	}
}

// formulas builds the formula of an expression about weights.
type formulas[F Float] struct {
	net *Network
	b   *builder
	m   *Matrix // which the expression is about
	e   *model.Equation
	env model.Env
	// of are the weights of a projection at the time when a formula is computed.
	of func(p *projection) []F
	// rng is what normal and uniform draw from; nil where they cannot stand.
	rng *rand.Rand
}

func newFormulas[F Float](net *Network, m *Matrix, e *model.Equation) *formulas[F] {
	c := &formulas[F]{net: net, b: newBuilder(net, map[key]*variable{}, phase{}), m: m, e: e, env: net.env(m.proj.of, net.timeless())}
	c.env.Constants["n_in"], c.env.Constants["n_out"] = m.fanIn, m.fanOut
	c.b.at, c.b.line = e.Pos, e.Text
	return c
}

func (c *formulas[F]) fail(format string, args ...any) {
	panic(&model.Error{Pos: c.e.Pos, Equation: c.e.Text, Msg: fmt.Sprintf(format, args...)})
}

// whole is an expression in the layout of the weights that it is about.
func (c *formulas[F]) whole(x model.Expr) *formula[F] {
	f := c.own(x)
	if len(f.out) == 1 && c.m.Len() != 1 {
		out := make([]F, c.m.Len())
		return &formula[F]{args: []*formula[F]{f}, out: out, compute: func() { filled(out, f.out[0]) }}
	}
	return f
}

func (c *formulas[F]) number(x model.Expr) float64 {
	v, known := c.env.Number(x)
	if !known {
		c.fail("expected a number or an expression of parameters in the brackets")
	}
	return v
}

// known is an expression of parameters; nil of any other.
func (c *formulas[F]) known(x model.Expr) *formula[F] {
	if v, ok := c.env.Number(x); ok {
		return &formula[F]{out: []F{F(v)}}
	}
	model.Walk(x, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok && r.Index == "" {
			switch c.env.Values[r.Name].(type) {
			case model.Drawn, *model.Array:
				c.fail("%s has a value for each unit, expected one number in how weights begin", r.Name)
			}
		}
	})
	return nil
}

// own is an expression in the layout of the weights that it is about, or a
// number.
func (c *formulas[F]) own(x model.Expr) *formula[F] {
	if f := c.elementwise(x, c.own); f != nil {
		return f
	}
	switch x := x.(type) {
	case *model.Ref:
		return c.sum(x, c.m.proj.shape, c.m.Shape)
	case *model.Unary: // transposed
		if _, ref := x.X.(*model.Ref); ref {
			return c.sum(x, c.m.proj.shape, c.m.Shape)
		}
		return c.fitting(c.dense(x))
	case *model.Call:
		switch x.Func {
		case "normal", "uniform":
			return c.drawn(x)
		case "dot", "left_factor", "right_factor":
			return c.fitting(c.dense(x))
		case "norm":
			return c.dense(x)
		}
	}
	c.fail("weights begin with numbers, normal(...), uniform(..., ...), other weights, and sums and products of these")
	return nil
}

// fitting is a dense matrix that has the shape of the weights.
func (c *formulas[F]) fitting(f *formula[F]) *formula[F] {
	want := c.m.Shape
	if c.m.Bias {
		want = []int{c.m.Shape[0], 1}
	}
	switch {
	case !c.m.Bias && !c.m.proj.shape.dense():
		c.fail("%s has not all connections, or is maps: expected no products and factors of weights", c.m.proj.name)
	case !slices.Equal(f.dims, want):
		c.fail("%s is %s, but this is %s", c.m.proj.name, model.ShapeText(want), model.ShapeText(f.dims))
	}
	return &formula[F]{out: f.out, args: []*formula[F]{f}}
}

// drawn draws weights when it is computed.
func (c *formulas[F]) drawn(x *model.Call) *formula[F] {
	if c.rng == nil {
		c.fail("%s is for how weights begin", x.Func)
	}
	out := make([]F, c.m.Len())
	if x.Func == "normal" {
		sd := c.number(x.Args[0])
		return &formula[F]{out: out, compute: func() { synapse.FillNormal(out, sd, c.rng) }}
	}
	low, high := c.number(x.Args[0]), c.number(x.Args[1])
	return &formula[F]{out: out, compute: func() {
		for i := range out {
			out[i] = F(low + (high-low)*c.rng.Float64())
		}
	}}
}

var elementwiseOps = map[string]op{"abs": opAbs, "min": opMin, "max": opMax, "relu": opRelu, "exp": opExp, "sign": opSign, "sqrt": opSqrt,
	"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "^": opPow}

// elementwise is an expression that is computed element by element from parts;
// nil of any other.
func (c *formulas[F]) elementwise(x model.Expr, part func(model.Expr) *formula[F]) *formula[F] {
	if f := c.known(x); f != nil {
		return f
	}
	switch x := x.(type) {
	case *model.Unary:
		if x.Op == "-" {
			return c.apply(opNeg, part(x.X))
		}
	case *model.Binary:
		return c.apply(elementwiseOps[x.Op], part(x.X), part(x.Y))
	case *model.Choose:
		if holds, known := c.env.Holds(x.Cond); known && holds {
			return part(x.X)
		}
		return part(x.Y)
	case *model.Call:
		if o, ok := elementwiseOps[x.Func]; ok {
			args := make([]*formula[F], len(x.Args))
			for i, a := range x.Args {
				args[i] = part(a)
			}
			return c.apply(o, args...)
		}
	}
	return nil
}

// apply is an operation on arrays of one shape. A number stands for as many of
// it as there are in the others.
func (c *formulas[F]) apply(o op, args ...*formula[F]) *formula[F] {
	f := &formula[F]{args: args}
	n := 1
	for _, a := range args {
		if len(a.out) == 1 && a.dims == nil {
			continue
		}
		if f.dims != nil && !slices.Equal(f.dims, a.dims) || n > 1 && len(a.out) != n {
			c.fail("%s and %s weights meet, expected those of one shape", model.ShapeText(f.dims), model.ShapeText(a.dims))
		}
		f.dims, n = a.dims, max(n, len(a.out))
	}
	f.out = make([]F, n)
	operands := make([][]F, 3)
	for i := range operands {
		operands[i] = args[min(i, len(args)-1)].out
		if len(operands[i]) < n {
			operands[i] = make([]F, n)
		}
	}
	kernels := neuron.ElementwiseOf[F]()
	f.compute = func() {
		for i := range operands {
			if a := args[min(i, len(args)-1)]; len(a.out) < n {
				filled(operands[i], a.out[0])
			}
		}
		apply(kernels, o, f.out, operands[0], operands[1], operands[2])
	}
	return f
}

// terms are the weights that a reference, or a transposed one, stands for: those
// that others begin with as they were drawn.
func (c *formulas[F]) terms(x model.Expr) []term {
	r, transpose := x, false
	if u, ok := x.(*model.Unary); ok {
		r, transpose = u.X, true
	}
	ref, ok := r.(*model.Ref)
	if !ok {
		c.fail("%s is no projection", text(x))
	}
	p := c.b.projection(c.m.proj.of, ref)
	if p == nil {
		c.fail("%s is no projection", text(x))
	}
	sum := []term{{factor: 1, w: p}}
	if p.draft == nil || c.rng == nil {
		sum = slices.Clone(c.b.resolve(p))
	}
	for i := range sum {
		sum[i].transpose = sum[i].transpose != transpose
	}
	return sum
}

// sum adds the weights of a reference up, in a layout.
func (c *formulas[F]) sum(x model.Expr, to shape, want []int) *formula[F] {
	terms := c.terms(x)
	n := c.m.Len()
	for _, t := range terms {
		given := array(t.w).Shape
		if t.transpose && len(given) == 2 {
			given = []int{given[1], given[0]}
		}
		if !slices.Equal(given, want) {
			c.fail("%s is %v, but %s, with which it begins, is %v", c.m.proj.name, want, text(x), given)
		}
	}
	out := make([]F, n)
	return &formula[F]{out: out, compute: func() {
		clear(out)
		for _, t := range terms {
			addTerm(out, to, t, c.of(t.w))
		}
	}}
}

// array describes the weights of a projection that has some.
func array(p *projection) *Matrix {
	if p.stored != nil {
		return p.stored
	}
	return p.draft
}

// dense is an expression as a dense matrix, or a number.
func (c *formulas[F]) dense(x model.Expr) *formula[F] {
	if f := c.elementwise(x, c.dense); f != nil {
		return f
	}
	switch x := x.(type) {
	case *model.Ref:
		return c.matrix(x)
	case *model.Unary:
		if _, ref := x.X.(*model.Ref); ref {
			return c.matrix(x)
		}
		return c.transposed(c.dense(x.X))
	case *model.Call:
		switch x.Func {
		case "dot":
			return c.dot(c.dense(x.Args[0]), c.dense(x.Args[1]))
		case "norm":
			a := c.dense(x.Args[0])
			f := &formula[F]{out: make([]F, 1), args: []*formula[F]{a}}
			f.compute = func() { f.out[0] = F(math.Sqrt(float64(linalg.Dot(a.out, a.out)))) }
			return f
		case "left_factor", "right_factor":
			return c.factor(x)
		}
	}
	c.fail("expected weights, and sums, products and factors of these, in the brackets")
	return nil
}

// matrix is a reference to weights as a dense matrix, or a bias as one column.
func (c *formulas[F]) matrix(x model.Expr) *formula[F] {
	terms := c.terms(x)
	s := terms[0].w.shape
	if s.maps != nil {
		c.fail("%s is maps, expected weights between all units", text(x))
	}
	to := shape{out: s.out, in: s.in}
	if terms[0].w.biasOf != "" {
		to.in = 1
	}
	if terms[0].transpose {
		to.out, to.in = to.in, to.out
	}
	out := make([]F, to.out*to.in)
	return &formula[F]{dims: []int{to.out, to.in}, out: out, compute: func() {
		clear(out)
		for _, t := range terms {
			addTerm(out, to, t, c.of(t.w))
		}
	}}
}

func (c *formulas[F]) transposed(a *formula[F]) *formula[F] {
	if a.dims == nil {
		return a
	}
	rows, columns := a.dims[0], a.dims[1]
	out := make([]F, len(a.out))
	return &formula[F]{dims: []int{columns, rows}, out: out, args: []*formula[F]{a}, compute: func() {
		for i := range rows {
			for j := range columns {
				out[j*rows+i] = a.out[i*columns+j]
			}
		}
	}}
}

// dot is the product of two matrices. A number stands for a column of it.
func (c *formulas[F]) dot(a, b *formula[F]) *formula[F] {
	if a.dims == nil {
		c.fail("a number before what it is multiplied with, expected weights: dot(W, 1)")
	}
	rows, inner := a.dims[0], a.dims[1]
	if b.dims == nil {
		one, column := b, make([]F, inner)
		b = &formula[F]{dims: []int{inner, 1}, out: column, args: []*formula[F]{one}, compute: func() { filled(column, one.out[0]) }}
	}
	if b.dims[0] != inner {
		c.fail("a product of %s and %s weights, expected as many columns of the one as rows of the other", model.ShapeText(a.dims), model.ShapeText(b.dims))
	}
	columns := b.dims[1]
	out := make([]F, rows*columns)
	return &formula[F]{dims: []int{rows, columns}, out: out, args: []*formula[F]{a, b},
		compute: func() { linalg.Mul(out, a.out, b.out, rows, inner, columns) }}
}

// factor is left or right of the two that weights are split into.
func (c *formulas[F]) factor(x *model.Call) *formula[F] {
	a, k := c.dense(x.Args[0]), c.number(x.Args[1])
	if a.dims == nil || k != math.Trunc(k) || k < 1 || k > float64(maxUnits) {
		c.fail("%s of weights and a rank, expected a whole number from 1, found %v", x.Func, k)
	}
	rank, rows, columns := int(k), a.dims[0], a.dims[1]
	left := x.Func == "left_factor"
	dims := []int{rank, columns}
	if left {
		dims = []int{rows, rank}
	}
	f := &formula[F]{dims: dims, out: make([]F, dims[0]*dims[1]), args: []*formula[F]{a}}
	switch {
	case rank == rows && left:
		f.args = nil
		for i := range rows {
			f.out[i*rows+i] = 1
		}
	case rank == rows:
		f.out = a.out
	default:
		s := newSVD(rows, columns)
		f.compute = func() { splitInto(s, f.out, a.out, rank, left) }
	}
	return f
}
