package model

import "slices"

// now is the word for the time in a delay, x(t - 10ms).
const now = "t"

// delay checks a reference to what was before.
func (c *checker) delay(kind string, e *Equation, r *Ref) {
	c.static(r.Delay, "the delay of "+r.Name)
	where, _ := c.text.at(kind, r.Index)
	switch {
	case r.Index == "" && (c.params[r.Name] != nil || constants[r.Name] != ""):
		c.fail(r.Pos, e.Text, "%s is the same at all times, expected a quantity or a state with a delay", r.Name)
	case slices.ContainsFunc(where, func(kind string) bool { return c.text.IsProjection(kind, r.Name) }):
		c.fail(r.Pos, e.Text, "%s is weights, which have no delay: expected a quantity or a state, as in %s x(t - 10ms)", r.Name, r.Name)
	case e.Kind == Begins || e.Kind == Bound:
		c.fail(r.Pos, e.Text, "a delay where nothing changes with time")
	}
}

// Delay is how far back a reference looks.
type Delay struct {
	Key     string  // of a parameter that says it; "" of a number
	Seconds float64 // more than 0
}

// Delays lists the delays in a network of so many hidden layers in continuous
// time, as far as its parameters say them. Of delays that vary with depth it has
// the two ends.
func (t *Text) Delays(given Values, use Usage) []Delay {
	var out []Delay
	t.inContinuousTime(given, use, func(_ string, e *Equation, env Env) {
		Walk(e.Right, func(x Expr) {
			if r, ok := x.(*Ref); ok && r.Delay != nil {
				if s, known := env.Number(r.Delay); known && s > 0 {
					out = append(out, Delay{t.timeIn(r.Delay), s})
				}
			}
		})
	})
	return out
}

// inContinuousTime visits the equations of each kind of population that may hold
// there, with what is known of the layers that differ most in depth.
func (t *Text) inContinuousTime(given Values, use Usage, visit func(kind string, e *Equation, env Env)) {
	use.Discrete = false
	values := t.complete(given, use)
	for _, kind := range t.populations(use) {
		for _, depth := range t.depths(kind, use) {
			env := Env{Values: values, Flags: use.Flags(), Constants: use.constants()}
			env.Constants["depth"] = depth
			for _, b := range t.Of(kind) {
				for _, e := range b.Equations {
					if e.When != nil {
						if holds, known := env.Holds(e.When); known && !holds {
							continue
						}
					}
					visit(kind, e, env)
				}
			}
		}
	}
}

// depths are those of the layers of a kind of population that differ most.
func (t *Text) depths(kind string, use Usage) []float64 {
	if kind == "input" || kind == "output" {
		return []float64{0}
	}
	return slices.Compact([]float64{1, float64(max(1, use.Hidden))})
}

// timeIn is the key of the first parameter with a unit in an expression; "" if
// there is none.
func (t *Text) timeIn(e Expr) (key string) {
	Walk(e, func(x Expr) {
		if ref, ok := x.(*Ref); ok && key == "" {
			if p := t.Param(ref.Name); p != nil && p.Unit != "" {
				key = p.Path()
			}
		}
	})
	return key
}
