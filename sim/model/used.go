package model

import (
	"maps"
	"slices"
)

// Presentation is the name under which [Text.Used] says whether how long a
// sample is presented decides on anything.
const Presentation = "presentation"

// Used says which parameters, by their names, have an effect with the values
// given (others have their defaults) and this use: those in lines that hold and
// on which something depends that learns, answers or is recorded, and those
// that decide which lines hold. If the values do not go together, all are.
func (t *Text) Used(given Values, use Usage) map[string]bool {
	if given.layered() {
		all := map[string]bool{}
		for l := range use.Hidden + 1 {
			maps.Copy(all, t.Used(given.Layer(l+1), use))
		}
		return all
	}
	if _, err := t.Resolve(given, use); err != nil {
		all := map[string]bool{Presentation: true}
		for _, p := range t.AllParams() {
			all[p.Name] = true
		}
		return all
	}
	u := &usage{text: t, given: given, values: t.complete(given, use), use: use, used: map[string]bool{}, seen: map[quantity]bool{}}
	for _, kind := range t.populations(use) {
		u.roots(kind)
	}
	for len(u.todo) > 0 {
		q := u.todo[0]
		u.todo = u.todo[1:]
		u.quantity(q)
	}
	return u.used
}

// populations are the kinds that a network has.
func (t *Text) populations(use Usage) []string {
	kinds := []string{"input", "output"}
	if use.Hidden > 0 {
		kinds = append(kinds, "hidden")
	}
	for _, b := range t.Blocks {
		if b.Beside == "layer" || b.Beside != "" && slices.Contains(kinds, b.Beside) {
			kinds = append(kinds, b.Name)
		}
	}
	return kinds
}

// quantity is a name in a kind of population.
type quantity struct{ kind, name string }

// usage walks from what counts to what that depends on.
type usage struct {
	text          *Text
	given, values Values
	use           Usage
	used          map[string]bool
	seen          map[quantity]bool
	todo          []quantity
	left          int // of expressions that may be expanded
}

// env is what is known in a kind of population; without values, what is known
// whatever the parameters are.
func (u *usage) env(kind string, values Values) Env {
	env := Env{Values: values, Flags: u.use.Flags(), Constants: u.use.constants()}
	if kind == "output" {
		env.Constants["depth"] = 0
	}
	return env
}

func (u *usage) add(kind, name string) {
	if q := (quantity{kind, name}); !u.seen[q] {
		u.seen[q] = true
		u.todo = append(u.todo, q)
	}
}

// roots adds what counts by itself.
func (u *usage) roots(kind string) {
	if kind == "output" {
		u.add(kind, answer)
	}
	for _, b := range u.text.Of(kind) {
		for _, p := range b.Projections {
			u.add(kind, p.Name)
			if p.Bias != "" {
				u.add(kind, p.Bias)
			}
			u.expr(kind, p.Density)
			u.expr(kind, p.Blocks)
			if p.Mask != nil {
				u.expr(kind, p.Mask)
			}
		}
	}
	beside := u.text.Block(kind) != nil && u.text.Block(kind).Beside != ""
	if beside {
		u.expr(kind, u.text.Block(kind).Size.Units)
	}
	for _, s := range u.text.Signals {
		if s.In == kind || s.In == "" && !beside {
			u.add(kind, s.Symbol)
		}
	}
}

// quantity looks at the lines of a name that hold.
func (u *usage) quantity(q quantity) {
	weights := u.text.IsProjection(q.kind, q.name)
	for kind := range endOfKind {
		if kind == Begins && (weights && u.use.Loaded || !weights && u.use.Discrete) {
			continue // states take their drives in discrete time
		}
		if kind == Follows && u.use.Discrete {
			if one := u.alike(q); one != nil {
				u.line(q.kind, one, weights)
				continue
			}
		}
		for _, b := range u.text.Of(q.kind) {
			if u.lines(q, b, kind, weights) {
				break
			}
		}
	}
}

// lines looks at those of a block until one certainly holds.
func (u *usage) lines(q quantity, b *Block, kind EquationKind, weights bool) (decided bool) {
	for _, e := range b.Equations {
		if e.Name != q.name || e.Kind != kind {
			continue
		}
		holds, known := true, true
		if e.When != nil {
			u.cond(q.kind, e.When)
			holds, known = u.env(q.kind, u.values).Holds(e.When)
		}
		if known && !holds {
			continue
		}
		u.line(q.kind, e, weights)
		if known && kind != Bound {
			return true
		}
	}
	return false
}

func (u *usage) line(kind string, e *Equation, weights bool) {
	right := e.Right
	switch {
	case e.Kind != Changes:
	case weights:
		u.rate(kind, e)
	case u.use.Discrete:
		if mentions(right, xi) {
			u.drawn(kind, e)
			right = quiet(right)
		}
		right = u.drive(right)
	case u.use.Limit && u.text.Held(kind, e.Name): // moving averages have a time constant of their own there
	default:
		u.expr(kind, e.Tau)
	}
	for _, x := range []Expr{right, e.Low, e.High, e.Groups} {
		u.expr(kind, x)
	}
}

// rate looks at what decides how fast weights change.
func (u *usage) rate(kind string, e *Equation) {
	if u.use.Limit {
		return
	}
	if !u.use.Discrete {
		u.expr(kind, e.Tau)
		return
	}
	if ref, ok := e.Tau.(*Ref); ok {
		if ref.Name == Presentation {
			return // over itself it is 1
		}
		if p := u.text.Param(ref.Name); p != nil && p.Rate != nil {
			u.param(p.Rate)
			return
		}
	}
	u.used[Presentation] = true
	u.expr(kind, e.Tau)
}

// drive is what a state takes in discrete time, if the equation divides by a
// time constant: that has no effect there.
func (u *usage) drive(right Expr) Expr {
	if d, ok := right.(*Binary); ok && d.Op == "/" {
		if _, static := u.env("", u.values).Number(d.Y); static {
			return d.X
		}
	}
	return right
}

// Held says whether a quantity of a kind of population keeps its value while
// the network is taught. Without an index, "hold x" means that of layers.
func (t *Text) Held(kind, name string) bool {
	b := t.Block(kind)
	beside := b != nil && b.Beside != ""
	return slices.ContainsFunc(t.Discrete.Hold, func(r Ref) bool {
		return r.Name == name && (r.Index == "" && !beside || r.Index == kind)
	})
}

// isState says whether a name is that of a state, with some values of parameters.
func (t *Text) isState(kind, name string) bool {
	return slices.ContainsFunc(t.Of(kind), func(b *Block) bool {
		return slices.ContainsFunc(b.Equations, func(e *Equation) bool { return e.Name == name && e.Kind == Changes })
	})
}

// IsProjection says whether a name is that of a projection onto a kind of
// population, or of its bias.
func (t *Text) IsProjection(kind, name string) bool {
	for _, b := range t.Of(kind) {
		for _, p := range b.Projections {
			if p.Name == name || p.Bias == name {
				return true
			}
		}
	}
	return false
}

// runsAlong says whether a name is that of weights of a kind of population that
// run along others.
func (t *Text) runsAlong(kind, name string) bool {
	return slices.ContainsFunc(t.Of(kind), func(b *Block) bool {
		return slices.ContainsFunc(b.Projections, func(p *Projection) bool { return p.Name == name && p.Along != nil })
	})
}

// param uses a parameter, and what its default follows from unless it is given.
func (u *usage) param(p *Param) {
	if u.used[p.Name] {
		return
	}
	u.used[p.Name] = true
	_, given := u.given[p.Name]
	switch {
	case given || p.Choices != nil || p.Switch || p.File:
	case p.Drawn != nil:
		u.expr("", p.Drawn.A)
		u.expr("", p.Drawn.B)
	case p.Default != nil:
		u.expr("", p.Default)
	default: // a learning rate
		u.used[Presentation] = true
		for _, q := range u.text.Params {
			if q.Rate == p {
				u.param(q)
			}
		}
	}
}

func (u *usage) expr(kind string, e Expr) {
	switch e := e.(type) {
	case *Ref:
		u.ref(kind, e)
		if !u.use.Discrete && !u.use.Limit { // delays have passed there
			u.expr(kind, e.Delay)
		}
	case *Unary:
		u.expr(kind, e.X)
	case *Binary:
		u.expr(kind, e.X)
		u.expr(kind, e.Y)
	case *Call:
		for _, a := range e.Args {
			u.expr(kind, a)
		}
	case *Choose:
		u.cond(kind, e.Cond)
		holds, known := u.env(kind, u.values).Holds(e.Cond)
		if !known || holds {
			u.expr(kind, e.X)
		}
		if !known || !holds {
			u.expr(kind, e.Y)
		}
	}
}

func (u *usage) ref(kind string, r *Ref) {
	if r.Index == "" {
		if p := u.text.Param(r.Name); p != nil {
			u.param(p)
			return
		}
		if r.Name == Presentation {
			u.used[Presentation] = true
		}
	}
	if kind == "" || r.Name == "n" {
		return
	}
	there, err := u.text.at(kind, r.Index)
	if err != nil {
		return
	}
	present := u.text.populations(u.use)
	for _, k := range there {
		if slices.Contains(present, k) {
			u.add(k, r.Name)
		}
	}
}

// cond uses the parameters that a condition looks at. What is decided without
// them is not their doing; otherwise it looks at its parts in their order until
// it is decided.
func (u *usage) cond(kind string, c Cond) {
	if _, known := u.env(kind, nil).Holds(c); known {
		return
	}
	switch c := c.(type) {
	case *Flag:
		if p := u.text.Param(c.Name); p != nil {
			u.param(p)
		}
	case *Not:
		u.cond(kind, c.X)
	case *Compare:
		u.expr(kind, c.X)
		if ref, ok := c.X.(*Ref); !ok || u.text.Param(ref.Name) == nil || u.text.Param(ref.Name).Choices == nil {
			u.expr(kind, c.Y)
		}
	case *Joined:
		u.cond(kind, c.X)
		holds, known := u.env(kind, u.values).Holds(c.X)
		if !known || holds != (c.Op == "or") {
			u.cond(kind, c.Y)
		}
	}
}
