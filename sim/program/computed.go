package program

import (
	"fmt"
	"slices"

	"burstsim/sim/model"
)

// draft says whether weights are only there for others to begin with: some line
// x(0) = ... of other weights names them, and they are tied, or no line but such
// names them.
func (net *Network) draft(p *projection) bool {
	begins, used := false, p.biasOf != ""
	for _, pop := range net.all {
		for _, b := range net.Text.Of(pop.kind) {
			for _, e := range b.Equations {
				own := pop.kind == p.of.kind && e.Name == p.name
				named := net.names(pop, e.Right, p)
				begins = begins || named && e.Kind == model.Begins && !own
				if e.Kind == model.Begins || own && p.tied != nil || e.Kind == model.Bound {
					continue
				}
				used = used || (named || own) && net.mayHold(pop, e)
			}
		}
	}
	return begins && (p.tied != nil || !used)
}

// mayHold says whether a line holds at some time for these parameters: its
// condition does, and that of no line before it with its name.
func (net *Network) mayHold(pop *population, e *model.Equation) bool {
	env := net.env(pop, net.timeless())
	for _, b := range net.Text.Of(pop.kind) {
		for _, other := range b.Equations {
			if other.Name != e.Name || other.Kind != e.Kind {
				continue
			}
			holds, known := true, true
			if other.When != nil {
				holds, known = env.Holds(other.When)
			}
			if other == e || known && holds {
				return other == e && (holds || !known)
			}
		}
	}
	return false
}

// names says whether an expression of a population refers to weights of the
// kind of a projection: it may be of another layer.
func (net *Network) names(pop *population, x model.Expr, p *projection) (found bool) {
	model.Walk(x, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok && r.Name == p.name {
			at := net.at(pop, r.Index)
			found = found || at != nil && (at.kind == p.of.kind || at.host == nil && p.of.host == nil && net.Text.IsProjection(at.kind, r.Name))
		}
	})
	return found
}

// compute finds the tied projections that are no sums of others, and orders them
// by what they follow from.
func (net *Network) compute() error {
	state := map[*projection]int{}
	var visit func(p *projection)
	visit = func(p *projection) {
		if p == nil || p.tied == nil || state[p] == seen {
			return
		}
		if state[p] == inProgress {
			panic(&model.Error{Pos: p.tied.Pos, Equation: p.tied.Text, Msg: p.name + " is tied to itself"})
		}
		state[p] = inProgress
		calls := false
		model.Walk(p.tied.Right, func(x model.Expr) {
			switch x := x.(type) {
			case *model.Ref:
				if at := net.at(p.of, x.Index); at != nil {
					visit(at.projections[x.Name])
				}
			case *model.Call:
				_, known := net.env(p.of, net.timeless()).Number(x)
				calls = calls || !known
			}
		})
		_, ref := p.tied.Right.(*model.Ref)
		if calls || p.biasOf != "" && !ref {
			p.computed = true
			if !p.shape.dense() {
				panic(&model.Error{Pos: p.tied.Pos, Equation: p.tied.Text, Msg: fmt.Sprintf("%s must have all connections, and be no maps, to be computed from other weights", p.name)})
			}
			p.stored = net.matrix(p)
			p.stored.index = len(net.matrices) + len(net.computed)
			net.computed = append(net.computed, p)
			newFormulas[float64](net, p.stored, p.tied).whole(p.tied.Right) // what does not fit is an error now
		}
		state[p] = seen
	}
	for _, pop := range net.all {
		for _, b := range net.Text.Of(pop.kind) {
			for _, d := range b.Projections {
				for _, name := range []string{d.Name, d.Bias} {
					visit(pop.projections[name])
				}
			}
		}
	}
	return nil
}

// behind lists the computed projections that instructions need, those that they
// follow from among them, in the order in which they are computed.
func (net *Network) behind(code []instruction) []*projection {
	need := map[*projection]bool{}
	index := func(k int) {
		if k >= len(net.matrices) {
			need[net.computed[k-len(net.matrices)]] = true
		}
	}
	for _, i := range code {
		for _, w := range []*projection{i.w, i.bias} {
			if w != nil {
				index(w.stored.index)
			}
		}
		if i.loop == nil {
			continue
		}
		for _, o := range i.loop.ops {
			for _, a := range o.args {
				if a.space == spaceWeights {
					index(a.at)
				}
			}
		}
	}
	var out []*projection
	for _, p := range slices.Backward(net.computed) {
		if need[p] {
			out = append(out, p)
			net.follows(p, func(q *projection) { need[q] = true })
		}
	}
	slices.Reverse(out)
	return out
}

// follows visits the computed projections that one is tied to.
func (net *Network) follows(p *projection, visit func(*projection)) {
	model.Walk(p.tied.Right, func(x model.Expr) {
		r, ok := x.(*model.Ref)
		if !ok {
			return
		}
		at := net.at(p.of, r.Index)
		if at == nil || at.projections[r.Name] == nil {
			return
		}
		switch q := at.projections[r.Name]; {
		case q.computed:
			visit(q)
		case q.tied != nil:
			net.follows(q, visit)
		}
	})
}

// formulas prepares the computed projections of a machine.
func (m *Machine[F]) prepareFormulas() {
	net := m.p.net
	if len(net.computed) == 0 {
		return
	}
	m.weights = slices.Clone(m.weights) // these arrays are the machine's own
	for _, p := range net.computed {
		c := newFormulas[F](net, p.stored, p.tied)
		c.of = func(q *projection) []F {
			m.flush(q.stored.index)
			return m.weights[q.stored.index]
		}
		f := c.whole(p.tied.Right)
		m.formulas = append(m.formulas, f)
		m.weights = append(m.weights, f.out)
	}
}

// refresh computes projections from those that they are tied to.
func (m *Machine[F]) refresh(computed []*projection) {
	for _, p := range computed {
		m.formulas[p.stored.index-len(m.p.net.matrices)].eval()
	}
}

// array describes the weights of an index: stored ones, or computed ones behind
// these.
func (net *Network) array(k int) *Matrix {
	if n := len(net.matrices); k >= n {
		return net.computed[k-n].stored
	}
	return net.matrices[k]
}
