package program

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"burstsim/sim/model"
	"burstsim/synapse"
)

// random is a source of its own for what the network draws under a name: the
// same whatever else is drawn, in any precision.
func (net *Network) random(what string, pop *population, name string) *rand.Rand {
	net.seeded.Store(true)
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%d/%s", what, pop.kind, pop.layer, name)
	return rand.New(rand.NewPCG(net.Setting.Seed, h.Sum64()))
}

// perUnit are the values of a parameter that differ between the units of a
// population.
func (b *builder) perUnit(pop *population, p *model.Param, v any) []float64 {
	values, err := p.Units(v, pop.units, b.net.random("parameter", pop, p.Name))
	if err != nil {
		b.fail("%v of the %s", err, pop)
	}
	return values
}

// pattern is which connections a projection has; nil: all.
func (net *Network) pattern(p *projection, d *model.Projection) *synapse.Pattern {
	fail := func(format string, args ...any) {
		panic(&model.Error{Pos: d.Pos, Msg: fmt.Sprintf("%s of the %s: %s", d.Name, p.of, fmt.Sprintf(format, args...))})
	}
	number := func(e model.Expr, what string) float64 {
		v, known := net.env(p.of, net.timeless()).Number(e)
		if !known {
			fail("the %s must be a number or an expression of parameters, the same for all units", what)
		}
		return v
	}
	out, in := p.shape.out, p.shape.in
	if d.Density == nil && d.Blocks == nil && d.Mask == nil {
		return nil
	}
	if float64(out)*float64(in) > maxWeights {
		fail("%d x %d connections to choose from, expected at most %.3g", out, in, float64(maxWeights))
	}
	var pattern *synapse.Pattern
	switch {
	case d.Density != nil:
		density := number(d.Density, "density")
		switch {
		case !(density > 0 && density <= 1):
			fail("the density is %v, expected more than 0 and at most 1", density)
		case density == 1:
			return nil
		}
		pattern = synapse.RandomPattern(out, in, density, net.random("connections", p.of, p.name))
	case d.Blocks != nil:
		blocks := number(d.Blocks, "number of blocks")
		switch {
		case blocks != math.Trunc(blocks) || blocks < 1 || blocks > float64(min(out, in)):
			fail("%v blocks, expected a whole number from 1 to %d, the units of the smaller population", blocks, min(out, in))
		case blocks == 1:
			return nil
		}
		pattern = synapse.BlockPattern(out, in, int(blocks))
	case d.Mask != nil:
		a, ok := net.env(p.of, nil).Values[d.Mask.Name].(*model.Array)
		if !ok {
			fail("the mask %s has no file", d.Mask.Name)
		}
		if a.Numbers == nil { // not read, by whoever only asks what there is
			return nil
		}
		if len(a.Shape) != 2 || a.Shape[0] != out || a.Shape[1] != in {
			fail("the mask %s has the shape %s, expected %d x %d: a row for each unit that is reached, a column for each that is seen", a.File, model.ShapeText(a.Shape), out, in)
		}
		var err error
		if pattern, err = synapse.MaskPattern(out, in, a.Numbers); err != nil {
			fail("%v", err)
		}
	}
	switch {
	case p.shape.maps != nil:
		fail("a layer of maps shares its weights, so that it has all of them: expected no density, blocks or mask there, such as a density of 1 in this layer")
	case pattern.Len() == 0:
		fail("nothing is connected: expected at least one of %d x %d connections", out, in)
	}
	return pattern
}

// sameConnections fails where weights that run along others equal what has other
// connections.
func (b *builder) sameConnections(p *projection, sum []term) {
	if p.along == nil {
		return
	}
	for _, t := range sum {
		if !t.connects(p.shape.pattern) {
			b.fail("%s has the connections of %s, along which it runs, but what it equals has others", p.name, p.along.name)
		}
	}
}

// connects says whether the weights of a term are where a pattern has
// connections.
func (t term) connects(p *synapse.Pattern) bool {
	own := t.w.shape.pattern
	switch {
	case p == nil || own == p && !t.transpose:
		return true
	case own == nil:
		return false
	}
	for k := range own.Len() {
		i, j := own.RowOf(k), own.Column(k)
		if t.transpose {
			i, j = j, i
		}
		if _, ok := p.Index(i, j); !ok {
			return false
		}
	}
	return true
}

// addTerm adds the weights w of a term to dst, weights of another projection:
// where that has connections.
func addTerm[F Float](dst []F, to shape, t term, w []F) {
	own := t.w.shape.pattern
	if own == to.pattern && !t.transpose {
		for k, v := range w {
			dst[k] += F(t.factor) * v
		}
		return
	}
	width := t.w.shape.in
	for k, v := range w {
		i, j := k/width, k%width
		if own != nil {
			i, j = own.RowOf(k), own.Column(k)
		}
		if t.transpose {
			i, j = j, i
		}
		at, ok := i*to.in+j, true
		if to.pattern != nil {
			at, ok = to.pattern.Index(i, j)
		}
		if ok {
			dst[at] += F(t.factor) * v
		}
	}
}
