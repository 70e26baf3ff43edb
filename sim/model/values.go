package model

import (
	"fmt"
	"maps"
	"math"
)

// Values are what a model's parameters are, by their names in equations:
// float64 (in seconds, hertz or 1), string for words, bool for switches; [Layers]
// of these, and [Drawn] or *[Array] where units differ.
type Values map[string]any

// Env is what is known when an expression or condition is evaluated before
// anything runs.
type Env struct {
	Values    Values
	Flags     map[string]bool    // teacher, discrete, ...: those that are known
	Constants map[string]float64 // depth, batch, ...
}

// Number evaluates an expression of parameters and constants; known is false if
// there is anything else in it.
func (env Env) Number(e Expr) (value float64, known bool) {
	switch e := e.(type) {
	case *Number:
		return e.Value, true
	case *Ref:
		if e.Index != "" {
			v, ok := env.Constants[e.Name+"["+e.Index+"]"]
			return v, ok
		}
		if e.Name == "pi" {
			return math.Pi, true
		}
		if v, ok := env.Values[e.Name].(float64); ok {
			return v, true
		}
		v, ok := env.Constants[e.Name]
		return v, ok
	case *Unary:
		v, ok := env.Number(e.X)
		return -v, ok && e.Op == "-"
	case *Binary:
		x, known := env.Number(e.X)
		y, also := env.Number(e.Y)
		if e.Op == "*" && (known && x == 0 || also && y == 0) {
			return 0, true // whatever the other is
		}
		if !known || !also {
			return 0, false
		}
		return arithmetic(e.Op, x, y), true
	case *Call:
		args := make([]float64, len(e.Args))
		for i, a := range e.Args {
			v, ok := env.Number(a)
			if !ok {
				return 0, false
			}
			args[i] = v
		}
		return scalar(e.Func, args)
	case *Choose:
		holds, known := env.Holds(e.Cond)
		if !known {
			return 0, false
		}
		if holds {
			return env.Number(e.X)
		}
		return env.Number(e.Y)
	}
	return 0, false
}

func arithmetic(op string, x, y float64) float64 {
	switch op {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / y
	}
	return math.Pow(x, y)
}

// scalar is a function of numbers; ok is false of those that are of
// populations or random.
func scalar(f string, x []float64) (value float64, ok bool) {
	switch f {
	case "sigmoid":
		return 1 / (1 + math.Exp(-x[0])), true
	case "tanh":
		return math.Tanh(x[0]), true
	case "relu":
		return max(x[0], 0), true
	case "softplus":
		return max(x[0], 0) + math.Log1p(math.Exp(-math.Abs(x[0]))), true
	case "exp":
		return math.Exp(x[0]), true
	case "log":
		return math.Log(x[0]), true
	case "sqrt":
		return math.Sqrt(x[0]), true
	case "abs":
		return math.Abs(x[0]), true
	case "sign":
		return float64(compareNumbers(x[0], 0)), true
	case "step":
		return float64(max(compareNumbers(x[0], 0), 0)), true
	case "logit":
		return math.Log(x[0] / (1 - x[0])), true
	case "min":
		return min(x[0], x[1]), true
	case "max":
		return max(x[0], x[1]), true
	case "clip":
		return min(max(x[0], x[1]), x[2]), true
	}
	return 0, false
}

func compareNumbers(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// Holds evaluates a condition; known is false if it depends on what is not
// known beforehand.
func (env Env) Holds(c Cond) (holds, known bool) {
	switch c := c.(type) {
	case *Flag:
		if v, ok := env.Values[c.Name].(bool); ok {
			return v, true
		}
		if c.Name == "continuous" {
			v, ok := env.Flags["discrete"]
			return !v, ok
		}
		v, ok := env.Flags[c.Name]
		return v, ok
	case *Compare:
		return env.compare(c)
	case *Not:
		v, ok := env.Holds(c.X)
		return !v, ok
	case *Joined:
		x, known := env.Holds(c.X)
		y, also := env.Holds(c.Y)
		decides := c.Op == "or"
		switch {
		case known && x == decides, also && y == decides:
			return decides, true
		}
		return !decides, known && also
	}
	return false, false
}

func (env Env) compare(c *Compare) (holds, known bool) {
	if ref, ok := c.X.(*Ref); ok && ref.Index == "" {
		if word, ok := env.Values[ref.Name].(string); ok {
			return (word == c.Y.(*Ref).Name) == (c.Op == "="), true
		}
	}
	x, known := env.Number(c.X)
	y, also := env.Number(c.Y)
	if !known || !also {
		return false, false
	}
	switch c.Op {
	case "=":
		return x == y, true
	case "!=":
		return x != y, true
	case "<":
		return x < y, true
	case "<=":
		return x <= y, true
	case ">":
		return x > y, true
	}
	return x >= y, true
}

// Usage is how a model is used, as far as its parameters depend on it.
type Usage struct {
	Discrete, Images bool
	Presentation     float64 // how long a sample is presented, s

	Hidden int // hidden layers

	// Of interest to [Text.Used] alone:
	Loaded bool // the weights are given, so that how they begin is not looked at
	Limit  bool // measured is how it tends to discrete time: learning rates are those of the measurement
}

// Flags are the conditions of a usage that are words of the language.
func (use Usage) Flags() map[string]bool {
	return map[string]bool{"discrete": use.Discrete, "images": use.Images}
}

func (use Usage) constants() map[string]float64 {
	return map[string]float64{"presentation": use.Presentation}
}

// ValueError says why the values of parameters cannot be: the first of Params
// is the one to change, the others decide with it.
type ValueError struct {
	Params []*Param
	Msg    string // what is wrong and what was expected
}

// Error begins with the section and the key of the parameter.
func (e *ValueError) Error() string {
	if len(e.Params) == 0 {
		return "model.kind: " + e.Msg
	}
	return e.Params[0].Path() + ": " + e.Msg
}

// Path is the full key of the parameter in experiment files.
func (p *Param) Path() string { return p.Section + "." + p.Key }

// Resolve completes what was given of the parameters with their defaults, and
// checks ranges and requirements. Learning rates, which are known by their
// names too, follow from the time constants unless given. What differs between
// layers, or follows from what does, is [Layers]. Errors about values are of
// type [*ValueError].
func (t *Text) Resolve(given Values, use Usage) (Values, error) {
	for name, v := range given {
		p := t.Param(name)
		if p == nil {
			return nil, fmt.Errorf("model %s has no parameter %s%s", t.Name, name, near(name, paramNames(t.AllParams())))
		}
		if err := p.Accepts(v); err != nil {
			return nil, err
		}
		if list, ok := v.(Layers); ok && len(list) != use.Hidden+1 {
			return nil, &ValueError{[]*Param{p}, fmt.Sprintf("is %s, expected %d values, one for each layer above the input", p.shownList(list), use.Hidden+1)}
		}
	}
	if !given.layered() {
		return t.resolve(given, use)
	}
	var layers []Values
	for l := range use.Hidden + 1 {
		v, err := t.resolve(given.Layer(l+1), use)
		if err != nil {
			return nil, err
		}
		layers = append(layers, v)
	}
	return join(layers), nil
}

// resolve is Resolve of values that are the same in all layers.
func (t *Text) resolve(given Values, use Usage) (Values, error) {
	env := Env{Values: t.complete(given, use), Flags: use.Flags(), Constants: use.constants()}
	for _, p := range t.AllParams() {
		v, ok := env.Values[p.Name]
		switch {
		case !ok && p.File: // without a file, all is connected
			continue
		case !ok:
			return nil, &ValueError{[]*Param{p}, "has no value: its default depends on itself, or on what has a value for each unit"}
		}
		if err := p.Accepts(v); err != nil {
			return nil, err
		}
	}
	for _, r := range t.Requires {
		if when, _ := env.Holds(r.When); r.When != nil && !when {
			continue
		}
		if holds, known := env.Holds(r.Cond); known && !holds {
			return nil, t.broken(r, env)
		}
	}
	return env.Values, nil
}

// complete adds the defaults to what was given. They may be expressions of
// parameters that come later: it goes round until nothing is added.
func (t *Text) complete(given Values, use Usage) Values {
	out := maps.Clone(given)
	if out == nil {
		out = Values{}
	}
	env := Env{Values: out, Flags: use.Flags(), Constants: use.constants()}
	for added := true; added; {
		added = false
		for _, p := range t.AllParams() {
			if _, ok := out[p.Name]; ok {
				continue
			}
			if v, ok := t.defaultOf(p, env); ok {
				out[p.Name], added = v, true
			}
		}
	}
	return out
}

// Param returns the parameter, or learning rate, of that name; nil if there is
// none.
func (t *Text) Param(name string) *Param {
	for _, p := range t.Params {
		if p.Name == name {
			return p
		}
		if p.Rate != nil && p.Rate.Name == name {
			return p.Rate
		}
	}
	return nil
}
