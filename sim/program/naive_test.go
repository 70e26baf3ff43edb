package program

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"burstsim/sim/model"
)

// naive evaluates the text of a network unit by unit, straight from its syntax
// tree: the plainest reading of the language, against which compiled programs
// are held. It shares populations, projections and widths with them, but no
// arithmetic and no order of evaluation.
type naive struct {
	net               *Network
	discrete, teacher bool

	states           map[key][]float64 // rows x units; in discrete time states take their drives instead
	given            map[key][]float64 // quantities whose value is imposed
	stimulus, target []float64         // rows x units
	weights          [][]float64       // by matrix

	memo map[key][]float64
	tied map[*projection]*mat.Dense
	busy map[key]bool
	self *substitute

	group *naiveGroup // of rows, whose rule is read; nil: all of them
}

// naiveGroup is a part of the units of a population.
type naiveGroup struct {
	rows     *population
	from, to int
}

// substitute is a value that a state is to have in its own equation.
type substitute struct {
	of    key
	value float64
}

// in returns an evaluator for another phase, or other values, of the same
// network.
func (v *naive) in(change func(*naive)) *naive {
	w := *v
	w.memo, w.tied, w.busy = map[key][]float64{}, map[*projection]*mat.Dense{}, map[key]bool{}
	change(&w)
	return &w
}

func (v *naive) failf(format string, args ...any) {
	panic("naive: " + fmt.Sprintf(format, args...))
}

// line is the equation of a kind that holds for a name; nil if there is none.
func (v *naive) line(pop *population, name string, kind model.EquationKind) *model.Equation {
	for _, b := range v.net.Text.Blocks {
		inLayer := b.Name == "layer" && (pop.kind == "hidden" || pop.kind == "output")
		if b.Name != pop.kind && !inLayer {
			continue
		}
		for _, e := range b.Equations {
			if e.Name == name && e.Kind == kind && (e.When == nil || v.holds(pop, e.When, 0, 0)) {
				return e
			}
		}
	}
	return nil
}

// values are those of a quantity or state, rows x units.
func (v *naive) values(pop *population, name string) []float64 {
	switch {
	case name == "stimulus":
		return v.stimulus
	case name == "target":
		return v.target
	}
	defer func(group *naiveGroup) { v.group = group }(v.group)
	v.group = nil
	k := key{pop, name}
	if x := v.given[k]; x != nil {
		return x
	}
	if x := v.memo[k]; x != nil {
		return x
	}
	if v.busy[k] {
		v.failf("%s of the %s depends on itself", name, pop)
	}
	v.busy[k] = true
	defer delete(v.busy, k)
	var x []float64
	if e := v.line(pop, name, model.Changes); e != nil {
		if !v.discrete {
			return v.states[k]
		}
		x = v.drive(pop, e)
	} else if e := v.line(pop, name, model.Follows); e != nil {
		x = v.all(k, func(row, unit int) float64 { return v.eval(pop, e.Right, row, unit) })
	} else if pop.kind == "input" && v.net.Text.Block("input") == nil {
		x = v.stimulus
	} else {
		v.failf("%s of the %s is not defined", name, pop)
	}
	v.memo[k] = x
	return x
}

func (v *naive) all(k key, f func(row, unit int) float64) []float64 {
	units := v.net.width(k)
	x := make([]float64, v.net.Rows()*units)
	for i := range x {
		x[i] = f(i/units, i%units)
	}
	return x
}

// slope is the rate of change of a state.
func (v *naive) slope(pop *population, e *model.Equation) []float64 {
	return v.all(key{pop, e.Name}, func(row, unit int) float64 {
		return v.eval(pop, e.Right, row, unit) / v.tau(pop, e, row, unit)
	})
}

func (v *naive) tau(pop *population, e *model.Equation, row, unit int) float64 {
	if e.Tau == nil {
		return 1
	}
	return v.eval(pop, e.Tau, row, unit)
}

// drive is where the right-hand side of a state's equation, as a function of
// that state alone, is zero. It is linear in it: two values tell where.
func (v *naive) drive(pop *population, e *model.Equation) []float64 {
	k := key{pop, e.Name}
	at := func(x float64, row, unit int) float64 {
		old := v.self
		v.self = &substitute{k, x}
		defer func() { v.self = old }()
		return v.eval(pop, e.Right, row, unit)
	}
	return v.all(k, func(row, unit int) float64 {
		zero := at(0, row, unit)
		return -zero / (at(1, row, unit) - zero)
	})
}

// relaxation is the time constant with which a state's equation decays.
func (v *naive) relaxation(pop *population, e *model.Equation) float64 {
	return v.relaxationOf(pop, e, 0)
}

func (v *naive) relaxationOf(pop *population, e *model.Equation, unit int) float64 {
	k := key{pop, e.Name}
	at := func(x float64) float64 {
		v.self = &substitute{k, x}
		defer func() { v.self = nil }()
		return v.eval(pop, e.Right, 0, unit)
	}
	return v.tau(pop, e, 0, unit) / (at(0) - at(1))
}

// constant is a parameter or a word that stands for a number.
func (v *naive) constant(pop *population, name string) (float64, bool) {
	value := v.net.Values[name]
	if list, ok := value.(model.Layers); ok {
		value = list[max(pop.layer, 1)-1]
	}
	if x, ok := value.(float64); ok {
		return x, true
	}
	switch name {
	case "pi":
		return math.Pi, true
	case "n":
		return float64(pop.units), true
	case "n_group":
		return float64(v.group.to - v.group.from), true
	case "depth":
		return float64(len(v.net.Setting.Sizes) - 1 - pop.layer), true
	case "batch":
		return float64(v.net.Setting.Rows), true
	case "presentation":
		return v.net.Setting.Usage.Presentation, true
	}
	return 0, false
}

// eval is the value of an expression of a population at one unit.
func (v *naive) eval(pop *population, e model.Expr, row, unit int) float64 {
	switch e := e.(type) {
	case *model.Number:
		return e.Value
	case *model.Ref:
		return v.ref(pop, e, row, unit)
	case *model.Unary:
		if e.Op != "-" {
			v.failf("a transposed quantity outside of a rule")
		}
		return -v.eval(pop, e.X, row, unit)
	case *model.Binary:
		if e.Op == "*" && v.isWeights(pop, e.X) {
			sum := 0.0
			for j := range v.columns(pop, e.X) {
				if v.outside(pop, e.X, j) {
					continue
				}
				sum += v.element(pop, e.X, unit, j) * v.eval(pop, e.Y, row, j)
			}
			return sum
		}
		return arithmetic(e.Op, v.eval(pop, e.X, row, unit), v.eval(pop, e.Y, row, unit))
	case *model.Choose:
		if v.holds(pop, e.Cond, row, unit) {
			return v.eval(pop, e.X, row, unit)
		}
		return v.eval(pop, e.Y, row, unit)
	case *model.Call:
		return v.call(pop, e, row, unit)
	}
	panic("naive: an unknown expression")
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

func (v *naive) ref(pop *population, e *model.Ref, row, unit int) float64 {
	if e.Index == "" {
		if e.Name == noiseName {
			return 0 // what is drawn is tested elsewhere
		}
		if x, ok := v.constant(pop, e.Name); ok {
			return x
		}
		if drawn, ok := v.net.Values[e.Name].(model.Drawn); ok {
			b := newBuilder(v.net, nil, phase{})
			return b.perUnit(pop, v.net.Text.Param(e.Name), drawn)[unit]
		}
	}
	at := v.net.at(pop, e.Index)
	if e.Name == "n" {
		return float64(at.units)
	}
	if p := at.projections[e.Name]; p != nil {
		return v.bias(p, row, unit)
	}
	k := key{at, e.Name}
	if v.self != nil && v.self.of == k {
		return v.self.value
	}
	units := v.net.width(k)
	if at.kind == "input" && v.net.Text.Block("input") == nil {
		units = at.units
	}
	if v.net.widths[k] == perRow {
		unit = 0
	}
	if unit >= units {
		v.failf("unit %d of %s, which has %d", unit, e.Name, units)
	}
	return v.values(at, e.Name)[row*units+unit]
}

func (v *naive) call(pop *population, e *model.Call, row, unit int) float64 {
	over := func(units int, f func(x float64)) {
		for i := range units {
			f(v.eval(pop, e.Args[0], row, i))
		}
	}
	switch e.Func {
	case "noisy", "surrogate": // which differs in what gradients take its derivative to be
		return v.eval(pop, e.Args[0], row, unit)
	case "batch_mean":
		sum := 0.0
		for r := range v.net.Rows() {
			sum += v.eval(pop, e.Args[0], r, unit)
		}
		return sum / float64(v.net.Rows())
	case "sum", "mean":
		sum, units := 0.0, v.size(pop, e.Args[0])
		over(units, func(x float64) { sum += x })
		if e.Func == "mean" {
			sum /= float64(units)
		}
		return sum
	case "softmax":
		sum := 0.0
		over(v.size(pop, e.Args[0]), func(x float64) { sum += math.Exp(x) })
		return math.Exp(v.eval(pop, e.Args[0], row, unit)) / sum
	}
	var x []float64
	for _, a := range e.Args {
		x = append(x, v.eval(pop, a, row, unit))
	}
	return called(e.Func, x)
}

// called is a function of numbers, by its definition.
func called(name string, x []float64) float64 {
	switch name {
	case "sigmoid":
		return 1 / (1 + math.Exp(-x[0]))
	case "tanh":
		return math.Tanh(x[0])
	case "relu":
		return math.Max(x[0], 0)
	case "softplus":
		return math.Log(1 + math.Exp(x[0]))
	case "exp":
		return math.Exp(x[0])
	case "log":
		return math.Log(x[0])
	case "sqrt":
		return math.Sqrt(x[0])
	case "abs":
		return math.Abs(x[0])
	case "sign":
		switch {
		case x[0] > 0:
			return 1
		case x[0] < 0:
			return -1
		}
		return 0
	case "step":
		if x[0] > 0 {
			return 1
		}
		return 0
	case "logit":
		return math.Log(x[0] / (1 - x[0]))
	case "min":
		return math.Min(x[0], x[1])
	case "max":
		return math.Max(x[0], x[1])
	case "clip":
		return math.Min(math.Max(x[0], x[1]), x[2])
	}
	panic("naive: unknown function " + name)
}
