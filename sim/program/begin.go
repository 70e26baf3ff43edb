package program

import (
	"math/rand/v2"

	"burstsim/sim/model"
)

// begin is what the units of a state begin with, as its line x(0) = ... says;
// nil: 0.
func (b *builder) begin(v *variable) (out []float64) {
	e := b.net.equation(v.pop, v.name, model.Begins, b.flags())
	if e == nil {
		return nil
	}
	b.drawing = b.net.random("state", v.pop, v.name)
	defer func() { b.drawing = nil }()
	b.within(e, func() {
		n := b.expr(v.pop, e.Right)
		switch {
		case !n.known():
			b.fail("%s begins with what is no number, expected numbers, parameters, normal(...) or uniform(..., ...)", v.name)
		case n.dim != 0:
			b.fail("%s begins with %s, expected a number", v.name, unitName(n.dim))
		case n.op == opTable && n.units != v.units:
			b.fail("%s has %d units, but begins with %d numbers", v.name, v.units, n.units)
		}
		out = n.numbers
		if n.op == opConst {
			out = filled(make([]float64, v.units), n.value)
		}
	})
	return out
}

// random is normal(...) or uniform(..., ...) of as many units as a population has.
func (b *builder) random(pop *population, f string, args []*node) *node {
	numbers := make([]float64, pop.units)
	for i := range numbers {
		at := func(k int) float64 {
			switch n := args[k]; {
			case n.op == opTable && len(n.numbers) == len(numbers):
				return n.numbers[i]
			case n.op == opConst:
				return n.value
			}
			b.fail("%s of what is no number", f)
			return 0
		}
		numbers[i] = draw(f, at, b.drawing)
	}
	return b.table(numbers, args[0].dim)
}

func draw(f string, arg func(k int) float64, rng *rand.Rand) float64 {
	if f == "normal" {
		return arg(0) * rng.NormFloat64()
	}
	low, high := arg(0), arg(1)
	return low + (high-low)*rng.Float64()
}
