package program

import (
	"slices"

	"burstsim/sim/model"
)

// isWeights says whether an expression is a matrix.
func (v *naive) isWeights(pop *population, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Ref:
		if _, ok := v.constant(pop, e.Name); ok && e.Index == "" {
			return false
		}
		at := v.net.at(pop, e.Index)
		return at != nil && at.projections[e.Name] != nil && at.projections[e.Name].biasOf == ""
	case *model.Unary:
		return v.isWeights(pop, e.X)
	case *model.Binary:
		x, y := v.isWeights(pop, e.X), v.isWeights(pop, e.Y)
		switch e.Op {
		case "+", "-":
			return x && y
		case "*":
			return x && v.isNumber(pop, e.Y) || y && v.isNumber(pop, e.X)
		case "/":
			return x && v.isNumber(pop, e.Y)
		}
	}
	return false
}

// isNumber says whether an expression is one of parameters alone.
func (v *naive) isNumber(pop *population, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Number:
		return true
	case *model.Ref:
		_, ok := v.constant(pop, e.Name)
		return ok && e.Index == ""
	case *model.Unary:
		return e.Op == "-" && v.isNumber(pop, e.X)
	case *model.Binary:
		return v.isNumber(pop, e.X) && v.isNumber(pop, e.Y)
	case *model.Call:
		return !slices.ContainsFunc(e.Args, func(a model.Expr) bool { return !v.isNumber(pop, a) })
	}
	return false
}

// shape of a matrix.
func (v *naive) shape(pop *population, e model.Expr) (rows, columns int) {
	switch e := e.(type) {
	case *model.Ref:
		s := v.net.at(pop, e.Index).projections[e.Name].shape
		return s.out, s.in
	case *model.Unary:
		rows, columns = v.shape(pop, e.X)
		if e.Op == "'" {
			return columns, rows
		}
		return rows, columns
	case *model.Binary:
		if v.isWeights(pop, e.X) {
			return v.shape(pop, e.X)
		}
		return v.shape(pop, e.Y)
	}
	panic("naive: no matrix")
}

func (v *naive) columns(pop *population, e model.Expr) int {
	_, n := v.shape(pop, e)
	return n
}

// element i, j of a matrix.
func (v *naive) element(pop *population, e model.Expr, i, j int) float64 {
	switch e := e.(type) {
	case *model.Ref:
		return v.weight(v.net.at(pop, e.Index).projections[e.Name], i, j)
	case *model.Unary:
		if e.Op == "'" {
			return v.element(pop, e.X, j, i)
		}
		return -v.element(pop, e.X, i, j)
	case *model.Binary:
		switch {
		case !v.isWeights(pop, e.X):
			return v.eval(pop, e.X, 0, 0) * v.element(pop, e.Y, i, j)
		case !v.isWeights(pop, e.Y):
			return arithmetic(e.Op, v.element(pop, e.X, i, j), v.eval(pop, e.Y, 0, 0))
		}
		return arithmetic(e.Op, v.element(pop, e.X, i, j), v.element(pop, e.Y, i, j))
	}
	panic("naive: no matrix")
}

// weight from unit j to unit i of a projection.
func (v *naive) weight(p *projection, i, j int) float64 {
	if p.computed {
		return v.tiedTo(p).At(i, j)
	}
	if p.stored == nil {
		return v.element(p.of, v.line(p.of, p.name, model.Follows).Right, i, j)
	}
	k := kernel(p, i, j)
	if k < 0 {
		return 0
	}
	return v.weights[p.stored.index][k]
}

// kernel is the place of the weight from unit j to unit i: in maps one of those
// that all positions share, and -1 where j is out of i's sight or not connected.
func kernel(p *projection, i, j int) int {
	m := p.shape.maps
	if connections := p.shape.pattern; connections != nil {
		for from, to := connections.Row(i); from < to; from++ {
			if connections.Column(from) == j {
				return from
			}
		}
		return -1
	}
	if m == nil {
		return i*p.shape.in + j
	}
	channel, y, x := i/(m.Height*m.Width), i/m.Width%m.Height, i%m.Width
	from, fromY, fromX := j/(m.InHeight*m.InWidth), j/m.InWidth%m.InHeight, j%m.InWidth
	dy, dx := fromY-y*m.Stride+m.Padding, fromX-x*m.Stride+m.Padding
	if dy < 0 || dx < 0 || dy >= m.Kernel || dx >= m.Kernel {
		return -1
	}
	return ((channel*m.InChannels+from)*m.Kernel+dy)*m.Kernel + dx
}

// ofBias is the place of the bias of unit i.
func ofBias(p *projection, i int) int {
	if m := p.shape.maps; m != nil {
		return i / (m.Height * m.Width)
	}
	return i
}

func (v *naive) bias(p *projection, row, unit int) float64 {
	if p.biasOf == "" {
		v.failf("%s is weights", p.name)
	}
	if p.computed {
		return v.tiedTo(p).At(unit, 0)
	}
	if p.stored == nil {
		return v.eval(p.of, v.line(p.of, p.name, model.Follows).Right, row, unit)
	}
	return v.weights[p.stored.index][ofBias(p, unit)]
}

// change is the right-hand side of a projection's rule, averaged over the
// samples, and in maps summed over their positions.
func (v *naive) change(p *projection) []float64 {
	e := v.line(p.of, p.name, model.Changes)
	out := make([]float64, p.stored.Len())
	for _, t := range split(e.Right, 1) {
		v.term(out, p, t)
	}
	return out
}

// summand is a part of a sum.
type summand struct {
	sign float64
	e    model.Expr
}

func split(e model.Expr, sign float64) []summand {
	switch e := e.(type) {
	case *model.Unary:
		if e.Op == "-" {
			return split(e.X, -sign)
		}
	case *model.Binary:
		switch e.Op {
		case "+":
			return append(split(e.X, sign), split(e.Y, sign)...)
		case "-":
			return append(split(e.X, sign), split(e.Y, -sign)...)
		}
	}
	return []summand{{sign, e}}
}

func (v *naive) term(out []float64, p *projection, t summand) {
	rows, columns := p.shape.out, p.shape.in
	if p.biasOf != "" {
		columns = 1
	}
	done := map[int]bool{}
	for i := range rows {
		v.group = v.groupOf(p, i)
		for j := range columns {
			k := kernel(p, i, j)
			if p.biasOf != "" {
				k = ofBias(p, i)
			}
			// What has no quantity in it is the same at all positions, and
			// counts once.
			if k < 0 || done[k] && !v.hasQuantity(p, t.e) {
				continue
			}
			done[k] = true
			for row := range v.net.Rows() {
				out[k] += t.sign * v.rule(p, t.e, row, i, j) / float64(v.net.Rows())
			}
		}
	}
}

// groupOf is the group of rows that a rule is read for at row i.
func (v *naive) groupOf(p *projection, i int) *naiveGroup {
	e := v.line(p.of, p.name, model.Changes)
	if e.Groups == nil {
		return nil
	}
	g := &naiveGroup{rows: p.of}
	if p.along != nil {
		g.rows = p.along.of
	}
	n, k := p.shape.out, int(v.eval(p.of, e.Groups, 0, 0))
	for r := 0; g.to <= i; r++ {
		size := n / k
		if r < n%k {
			size++
		}
		g.from, g.to = g.to, g.to+size
	}
	return g
}

// outside says whether unit j, which transposed weights see, is not in the
// group that a rule is read for.
func (v *naive) outside(pop *population, e model.Expr, j int) bool {
	x, ok := e.(*model.Unary)
	if !ok || v.group == nil || x.Op != "'" {
		return false
	}
	ref, ok := x.X.(*model.Ref)
	if !ok {
		v.failf("transposed weights that are more than a name")
	}
	p := v.net.at(pop, ref.Index).projections[ref.Name]
	rows := p.of
	if p.along != nil {
		rows = p.along.of
	}
	return rows == v.group.rows && (j < v.group.from || j >= v.group.to)
}

func (v *naive) hasQuantity(p *projection, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Ref:
		_, ok := v.constant(p.of, e.Name)
		return !ok && !v.isWeights(p.of, e) && (e.Name != p.name || e.Index != "")
	case *model.Unary:
		return v.hasQuantity(p, e.X)
	case *model.Binary:
		return v.hasQuantity(p, e.X) || v.hasQuantity(p, e.Y)
	case *model.Call:
		return slices.ContainsFunc(e.Args, func(a model.Expr) bool { return v.hasQuantity(p, a) })
	case *model.Choose:
		return v.hasQuantity(p, e.X) || v.hasQuantity(p, e.Y)
	}
	return false
}

// rule is the value of an expression in the rule of weight i, j: quantities are
// those of unit i, transposed ones those of unit j, and the weights are that
// weight.
func (v *naive) rule(p *projection, e model.Expr, row, i, j int) float64 {
	switch e := e.(type) {
	case *model.Ref:
		if e.Name == p.name && e.Index == "" {
			if p.biasOf != "" {
				return v.bias(p, row, i)
			}
			return v.weight(p, i, j)
		}
		if v.isWeights(p.of, e) {
			return v.element(p.of, e, i, j)
		}
	case *model.Unary:
		if e.Op == "'" {
			return v.eval(p.of, e.X, row, j)
		}
		return -v.rule(p, e.X, row, i, j)
	case *model.Binary:
		if e.Op == "*" && v.isWeights(p.of, e.X) && !ownIn(p, e.X) {
			break
		}
		return arithmetic(e.Op, v.rule(p, e.X, row, i, j), v.rule(p, e.Y, row, i, j))
	case *model.Call:
		if !v.special(p, e) {
			break
		}
		var x []float64
		for _, a := range e.Args {
			x = append(x, v.rule(p, a, row, i, j))
		}
		return called(e.Func, x)
	case *model.Choose:
		if v.holds(p.of, e.Cond, row, i) {
			return v.rule(p, e.X, row, i, j)
		}
		return v.rule(p, e.Y, row, i, j)
	}
	return v.eval(p.of, e, row, i)
}

// ownIn says whether the projection's own weights stand in an expression,
// except transposed.
func ownIn(p *projection, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Ref:
		return e.Name == p.name && e.Index == ""
	case *model.Unary:
		return e.Op == "-" && ownIn(p, e.X)
	case *model.Binary:
		return ownIn(p, e.X) || ownIn(p, e.Y)
	case *model.Call:
		return slices.ContainsFunc(e.Args, func(a model.Expr) bool { return ownIn(p, a) })
	}
	return false
}

// special says whether an expression has something in it that only rules have.
func (v *naive) special(p *projection, e model.Expr) bool {
	switch e := e.(type) {
	case *model.Ref:
		return e.Name == p.name && e.Index == ""
	case *model.Unary:
		return e.Op == "'" && !v.isWeights(p.of, e.X) || e.Op == "-" && v.special(p, e.X)
	case *model.Binary:
		return v.special(p, e.X) || v.special(p, e.Y)
	case *model.Call:
		return slices.ContainsFunc(e.Args, func(a model.Expr) bool { return v.special(p, a) })
	}
	return false
}
