package model

import "fmt"

// Bounds on how far definitions are followed, and on how large it all gets.
const (
	maxExpanded = 8
	maxForm     = 10_000
)

// alike returns the last of several lines for a name that say the same in
// discrete time, where states are what they are driven to, so that it does not
// matter which of them holds; nil if there are none. So it is with a trace of
// what does not change.
func (u *usage) alike(q quantity) *Equation {
	var lines []*Equation
	for _, b := range u.text.Of(q.kind) {
		for _, e := range b.Equations {
			if e.Name == q.name && e.Kind == Follows {
				lines = append(lines, e)
			}
		}
	}
	if len(lines) < 2 || lines[len(lines)-1].When != nil {
		return nil
	}
	last := lines[len(lines)-1]
	u.left = maxForm
	want := form(u.expand(q.kind, last.Right, maxExpanded))
	for _, e := range lines {
		if form(u.expand(q.kind, e.Right, maxExpanded)) != want {
			return nil
		}
	}
	return last
}

// expand puts definitions in the place of names, as far as these have one only.
func (u *usage) expand(kind string, e Expr, deep int) Expr {
	u.left--
	switch e := e.(type) {
	case *Ref:
		if deep == 0 || u.left < 0 {
			return e
		}
		if d := u.definition(kind, e); d != nil {
			return u.expand(kind, d, deep-1)
		}
	case *Unary:
		return &Unary{e.Pos, e.Op, u.expand(kind, e.X, deep)}
	case *Binary:
		return &Binary{e.Pos, e.Op, u.expand(kind, e.X, deep), u.expand(kind, e.Y, deep)}
	case *Call:
		args := make([]Expr, len(e.Args))
		for i, a := range e.Args {
			args[i] = u.expand(kind, a, deep)
		}
		return &Call{e.Pos, e.Func, args}
	}
	return e
}

// definition is what the one line for a name says it is; of a state x with
// tau dx/dt = -x + y, y, whichever of several time constants it has.
func (u *usage) definition(kind string, r *Ref) Expr {
	if r.Index != "" || u.text.Param(r.Name) != nil || u.text.IsProjection(kind, r.Name) || u.text.Held(kind, r.Name) {
		return nil
	}
	var one *Equation
	for _, b := range u.text.Of(kind) {
		for _, e := range b.Equations {
			if e.Name != r.Name || e.Kind != Follows && e.Kind != Changes {
				continue
			}
			if one == nil {
				one = e
			} else if e.Kind != Changes || one.Kind != Changes || form(e.Right) != form(one.Right) {
				return nil
			}
		}
	}
	switch {
	case one == nil:
		return nil
	case one.Kind == Follows && one.When == nil:
		return one.Right
	case one.Kind == Changes: // where it does not hold, nothing refers to it
		if sum, ok := u.drive(one.Right).(*Binary); ok && sum.Op == "+" {
			if leak, ok := sum.X.(*Unary); ok && leak.Op == "-" && form(leak.X) == form(&Ref{Name: r.Name}) {
				return sum.Y
			}
		}
	}
	return nil
}

// form is an expression without ambiguity, whatever its places are.
func form(e Expr) string {
	switch e := e.(type) {
	case *Number:
		return fmt.Sprint(e.Value, e.Unit)
	case *Ref:
		return e.Name + "[" + e.Index + "]"
	case *Unary:
		return e.Op + "(" + form(e.X) + ")"
	case *Binary:
		return e.Op + "(" + form(e.X) + "," + form(e.Y) + ")"
	case *Call:
		out := e.Func
		for _, a := range e.Args {
			out += "(" + form(a) + ")"
		}
		return out
	}
	return fmt.Sprintf("%p", e) // like nothing else
}
