package model

import (
	"cmp"
	"math"
)

// Leak is a time constant with which a state relaxes.
type Leak struct {
	Key string  // of the parameter that says it
	Tau float64 // s
}

// Leaks lists the time constants with which the states of a network of so many
// hidden layers relax in continuous time, as far as its parameters say them.
// Weights have none, and of
// states whose units differ only a compiled program knows. Of time constants that vary with depth it has the two ends.
func (t *Text) Leaks(given Values, use Usage) []Leak {
	if given.layered() {
		var all []Leak
		for l := range use.Hidden + 1 {
			all = append(all, t.Leaks(given.Layer(l+1), use)...)
		}
		return all
	}
	var out []Leak
	t.inContinuousTime(given, use, func(kind string, e *Equation, env Env) {
		if leak, ok := t.leak(kind, e, env); ok {
			out = append(out, leak)
		}
	})
	return out
}

// leak is that of an equation tau dx/dt = -x + ..., or dx/dt = (-x + ...)/tau.
func (t *Text) leak(kind string, e *Equation, env Env) (Leak, bool) {
	if e.Kind != Changes || t.IsProjection(kind, e.Name) {
		return Leak{}, false
	}
	tau, known := 1.0, true
	if e.Tau != nil {
		tau, known = env.Number(e.Tau)
	}
	slope, linear := env.slope(e.Right, e.Name)
	if !known || !linear || !(slope < 0) || !(tau > 0) {
		return Leak{}, false
	}
	leak := Leak{Key: cmp.Or(t.timeIn(e.Tau), t.timeIn(e.Right)), Tau: tau / -slope}
	return leak, leak.Key != ""
}

// slope is the factor of a name in an expression that is linear in it.
func (env Env) slope(e Expr, name string) (slope float64, linear bool) {
	if !mentions(e, name) {
		return 0, true
	}
	switch e := e.(type) {
	case *Ref:
		return 1, true
	case *Unary:
		s, ok := env.slope(e.X, name)
		return -s, ok && e.Op == "-"
	case *Binary:
		x, okX := env.slope(e.X, name)
		y, okY := env.slope(e.Y, name)
		switch e.Op {
		case "+":
			return x + y, okX && okY
		case "-":
			return x - y, okX && okY
		case "*":
			if v, ok := env.Number(e.X); ok {
				return v * y, okY
			}
			v, ok := env.Number(e.Y)
			return x * v, ok && okX
		case "/":
			v, ok := env.Number(e.Y)
			return x / v, ok && okX
		}
	case *Choose:
		if holds, known := env.Holds(e.Cond); known {
			if holds {
				return env.slope(e.X, name)
			}
			return env.slope(e.Y, name)
		}
		x, okX := env.slope(e.X, name)
		y, okY := env.slope(e.Y, name)
		return math.Min(x, y), okX && okY
	}
	return 0, false
}
