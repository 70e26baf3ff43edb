package model

import (
	"maps"
	"math"
)

// xi is the word for the white noise of a state.
const xi = "xi"

// Noisy says whether a state of a network of these parameters has noise in its
// equation.
func (t *Text) Noisy(given Values, use Usage) bool {
	values := t.complete(given, use)
	for _, kind := range t.populations(use) {
		env := Env{Values: values, Flags: use.Flags(), Constants: use.constants()}
		for _, b := range t.Of(kind) {
			for _, e := range b.Equations {
				if e.Kind != Changes || !mentions(e.Right, xi) || t.IsProjection(kind, e.Name) {
					continue
				}
				holds, known := true, true
				if e.When != nil {
					holds, known = env.Holds(e.When)
				}
				if !holds && known {
					continue
				}
				for _, teacher := range []bool{false, true} {
					env.Flags["teacher"] = teacher
					if strength, linear := env.slope(e.Right, xi); !linear || strength != 0 {
						return true
					}
				}
				delete(env.Flags, "teacher")
			}
		}
	}
	return false
}

// Dithered says whether the text has anything that is noisy while it learns in
// discrete time.
func (t *Text) Dithered() bool {
	found := false
	for _, b := range t.Blocks {
		for _, e := range b.Equations {
			Walk(e.Right, func(x Expr) {
				c, ok := x.(*Call)
				found = found || ok && c.Func == "noisy"
			})
		}
	}
	return found
}

// drawn looks at what decides how far the draws of a state with noise spread in
// discrete time. That is the strength of the noise over the root of the leak:
// a time constant in both may cancel out, and then has no effect.
func (u *usage) drawn(kind string, e *Equation) {
	deviation := func(values Values) float64 {
		env := u.env(kind, values)
		tau, known := 1.0, true
		if e.Tau != nil {
			tau, known = env.Number(e.Tau)
		}
		leak, linear := env.slope(e.Right, e.Name)
		strength, also := env.slope(e.Right, xi)
		if !known || !linear || !also {
			return math.NaN()
		}
		return strength / math.Sqrt(-2*leak*tau)
	}
	now := deviation(u.values)
	for _, p := range u.text.AllParams() {
		v, number := u.values[p.Name].(float64)
		if !number || !mentions(e.Right, p.Name) && (e.Tau == nil || !mentions(e.Tau, p.Name)) {
			continue
		}
		other := maps.Clone(u.values)
		other[p.Name] = 2*v + 1
		if then := deviation(other); !(math.Abs(then-now) <= 1e-12*math.Abs(now)) {
			u.param(p)
		}
	}
}

// quiet is an expression without the terms that have noise in them.
func quiet(e Expr) Expr {
	if !mentions(e, xi) {
		return e
	}
	nothing := &Number{}
	isNothing := func(e Expr) bool { n, ok := e.(*Number); return ok && n.Value == 0 }
	switch e := e.(type) {
	case *Binary:
		x, y := quiet(e.X), quiet(e.Y)
		switch {
		case (e.Op == "+" || e.Op == "-") && isNothing(y):
			return x
		case e.Op == "+" && isNothing(x):
			return y
		case (e.Op == "*" || e.Op == "/") && (isNothing(x) || isNothing(y)):
			return nothing
		}
		return &Binary{e.Pos, e.Op, x, y}
	case *Unary:
		if x := quiet(e.X); !isNothing(x) {
			return &Unary{e.Pos, e.Op, x}
		}
	case *Choose:
		return &Choose{e.Pos, e.Cond, quiet(e.X), quiet(e.Y)}
	}
	return nothing
}
