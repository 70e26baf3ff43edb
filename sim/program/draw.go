package program

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"burstsim/neuron"
	"burstsim/sim/model"
	"burstsim/synapse"
)

// Draw returns the weights that a network begins with, by matrix, as the lines
// W(0) = ... say. Projections from below are drawn first, layer by layer, then
// the others in the order of [Network.Matrices].
func Draw[F Float](net *Network, rng *rand.Rand) (w [][]F, err error) {
	defer caught(net.Text, &err)
	d := &drawer[F]{net: net, rng: rng, w: make([][]F, len(net.matrices)), begun: make([]bool, len(net.matrices))}
	for _, m := range net.matrices {
		d.matrix(m)
	}
	return d.w, nil
}

type drawer[F Float] struct {
	net   *Network
	rng   *rand.Rand
	w     [][]F
	begun []bool
}

// matrix returns the weights of a matrix, drawn if they were not.
func (d *drawer[F]) matrix(m *Matrix) []F {
	k := m.index
	if d.w[k] != nil {
		return d.w[k]
	}
	e := m.proj.begin
	if e == nil { // a bias
		d.w[k] = make([]F, m.Len())
		return d.w[k]
	}
	if d.begun[k] {
		panic(&model.Error{Pos: e.Pos, Equation: e.Text, Msg: m.proj.name + " begins with what begins with it"})
	}
	d.begun[k] = true
	d.w[k] = d.values(m, e, e.Right)
	if len(d.w[k]) == 1 && m.Len() != 1 {
		d.w[k] = filled(make([]F, m.Len()), d.w[k][0])
	}
	return d.w[k]
}

// values are an expression's: as many as the matrix has, or one for all.
func (d *drawer[F]) values(m *Matrix, e *model.Equation, x model.Expr) []F {
	env := d.net.env(m.proj.of, d.net.timeless())
	env.Constants["n_in"], env.Constants["n_out"] = m.fanIn, m.fanOut
	if v, known := env.Number(x); known {
		return []F{F(v)}
	}
	model.Walk(x, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok && r.Index == "" {
			switch env.Values[r.Name].(type) {
			case model.Drawn, *model.Array:
				panic(&model.Error{Pos: e.Pos, Equation: e.Text, Msg: r.Name + " has a value for each unit, expected one number in how weights begin"})
			}
		}
	})
	number := func(x model.Expr) float64 {
		v, known := env.Number(x)
		if !known {
			panic(&model.Error{Pos: e.Pos, Equation: e.Text, Msg: "expected a number or an expression of parameters in the brackets"})
		}
		return v
	}
	switch x := x.(type) {
	case *model.Ref:
		return d.other(m, e, x)
	case *model.Unary:
		if x.Op == "'" {
			return d.other(m, e, x)
		}
		return combine(opNeg, d.values(m, e, x.X))
	case *model.Binary:
		ops := map[string]op{"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "^": opPow}
		return combine(ops[x.Op], d.values(m, e, x.X), d.values(m, e, x.Y))
	case *model.Choose:
		if holds, known := env.Holds(x.Cond); known && holds {
			return d.values(m, e, x.X)
		}
		return d.values(m, e, x.Y)
	case *model.Call:
		w := make([]F, m.Len())
		switch x.Func {
		case "normal":
			synapse.FillNormal(w, number(x.Args[0]), d.rng)
			return w
		case "uniform":
			low, high := number(x.Args[0]), number(x.Args[1])
			for i := range w {
				w[i] = F(low + (high-low)*d.rng.Float64())
			}
			return w
		}
		ops := map[string]op{"abs": opAbs, "min": opMin, "max": opMax, "relu": opRelu, "exp": opExp, "sign": opSign, "sqrt": opSqrt}
		if o, ok := ops[x.Func]; ok {
			args := make([][]F, len(x.Args))
			for i, a := range x.Args {
				args[i] = d.values(m, e, a)
			}
			return combine(o, args...)
		}
	}
	panic(&model.Error{Pos: e.Pos, Equation: e.Text, Msg: "weights begin with numbers, normal(...), uniform(..., ...), other weights, and sums and products of these"})
}

// other are the weights that a reference names, or these transposed, through
// what they are tied to.
func (d *drawer[F]) other(m *Matrix, e *model.Equation, x model.Expr) []F {
	b := newBuilder(d.net, map[key]*variable{}, phase{})
	var out []F
	b.within(e, func() {
		sum, ok := b.weights(m.proj.of, x)
		if r, bias := x.(*model.Ref); bias && !ok {
			if p := b.projection(m.proj.of, r); p != nil {
				sum, ok = b.resolve(p), true
			}
		}
		if !ok {
			b.fail("%s is no projection", text(x))
		}
		for _, t := range sum {
			shape := t.w.stored.Shape
			if t.transpose && len(shape) == 2 {
				shape = []int{shape[1], shape[0]}
			}
			if !slices.Equal(shape, m.Shape) {
				b.fail("%s is %v, but %s, with which it begins, is %v", m.proj.name, m.Shape, text(x), shape)
			}
			if out == nil {
				out = make([]F, m.Len())
			}
			addTerm(out, m.proj.shape, t, d.matrix(t.w.stored))
		}
	})
	return out
}

// combine computes an element-wise operation. An array of one number stands for
// as many of it as there are in the others.
func combine[F Float](o op, args ...[]F) []F {
	n := 1
	for _, a := range args {
		n = max(n, len(a))
	}
	for i, a := range args {
		if len(a) < n {
			args[i] = filled(make([]F, n), a[0])
		}
	}
	out := make([]F, n)
	for len(args) < 3 {
		args = append(args, args[0])
	}
	apply(neuron.ElementwiseOf[F](), o, out, args[0], args[1], args[2])
	return out
}

// Mixture is weights as a sum of others that are stored, each times a factor:
// what a projection is that is tied to others, or itself.
type Mixture struct {
	terms []term
	shape shape
}

// Mixture returns what the projection of this symbol onto a layer is; false of
// one that the network does not have.
func (net *Network) Mixture(layer int, symbol string) (Mixture, bool) {
	for _, pop := range net.all {
		p := pop.projections[symbol]
		if pop.layer != layer || p == nil || p.stored == nil && p.tied == nil {
			continue
		}
		return Mixture{newBuilder(net, map[key]*variable{}, phase{}).resolve(p), p.shape}, true
	}
	return Mixture{}, false
}

// Of returns the mixture of the weights w, by matrix: in dst, of their length,
// unless it is one of w as it stands.
func Of[F Float](m Mixture, dst []F, w [][]F) []F {
	if len(m.terms) == 1 && m.terms[0].factor == 1 && !m.terms[0].transpose && m.terms[0].w.shape.pattern == m.shape.pattern {
		return w[m.terms[0].w.stored.index]
	}
	clear(dst)
	for _, t := range m.terms {
		addTerm(dst, m.shape, t, w[t.w.stored.index])
	}
	return dst
}

// Along lists the symbols of the feedback onto a layer: the projections that the
// text's first such line says run back beside the weights of the layer above.
func (net *Network) Along(layer int) []string {
	if layer >= net.Layers() {
		return nil
	}
	var names []string
	line := 0
	pop := net.layers[layer]
	for _, b := range net.Text.Of(pop.kind) {
		for _, d := range b.Projections {
			p := pop.projections[d.Name]
			if len(names) > 0 && d.Line != line {
				return names
			}
			if p != nil && p.along != nil && p.along.forward && p.along.of == net.layers[layer+1] && (p.stored != nil || p.tied != nil) {
				names, line = append(names, d.Name), d.Line
			}
		}
	}
	return names
}

// Forward is the symbol of the projection from below onto a layer: the first
// that it has.
func (net *Network) Forward(layer int) *Matrix {
	for _, m := range net.matrices {
		if m.Forward && !m.Bias && m.Layer == layer {
			return m
		}
	}
	return nil
}

// Index is the place of the matrix among those of its network.
func (m *Matrix) Index() int { return m.index }

// Kind is the symbol of the weights, without the layer.
func (m *Matrix) Kind() string { return m.proj.name }

// Units is the number of units of layer l, from 0, the input, to Layers.
func (net *Network) Units(l int) int { return net.layers[l].units }

// BiasOf is the name of the weights whose bias this is; "" of others.
func (m *Matrix) BiasOf() string {
	if m.proj.biasOf == "" {
		return ""
	}
	return m.proj.biasOf + strconv.Itoa(m.Layer)
}

// Projection is the name of the projection in the text, of which a bias is that
// of its weights.
func (m *Matrix) Projection() string {
	if m.proj.biasOf != "" {
		return m.proj.biasOf
	}
	return m.proj.name
}

// Averages lists the parameters that are the time constants of what keeps the
// prediction's value in a discrete model of two phases: moving averages.
func (net *Network) Averages() []string {
	var out []string
	flags := net.timeless()
	for _, h := range net.Text.Discrete.Hold {
		for _, pop := range net.all {
			if !net.Text.Held(pop.kind, h.Name) {
				continue
			}
			flags["discrete"] = false
			e := net.equation(pop, h.Name, model.Changes, flags)
			if e == nil {
				continue
			}
			if ref, ok := e.Tau.(*model.Ref); ok && !slices.Contains(out, ref.Name) {
				out = append(out, ref.Name)
			}
		}
	}
	return out
}

// Fastest and slowest time constants of the compartments of continuous time,
// those of moving averages left out, s.
func (p *Program) TimeConstants() (fastest, slowest float64) {
	averages := p.net.Averages()
	for _, c := range p.Compartments {
		if c.Held && len(averages) > 0 {
			continue
		}
		for _, tau := range append(c.Taus, c.Tau) {
			if tau > 0 && (fastest == 0 || tau < fastest) {
				fastest = tau
			}
			slowest = max(slowest, tau)
		}
	}
	return fastest, slowest
}
