package program

import (
	"fmt"
	"math"

	"burstsim/sim/model"
	"burstsim/synapse"
)

// projection is a declared projection of a population.
type projection struct {
	name    string
	of      *population // the population that declares it
	shape   shape
	biasOf  string  // the projection whose bias this is; "" for weights
	stored  *Matrix // nil where it is a sum of others, or has no weights
	draft   *Matrix // of weights that only others begin with, which are forgotten then
	begin   *model.Equation
	tied    *model.Equation
	along   *projection
	forward bool // onto a layer from the one below
	// computed says that it is tied, and no sum of others: stored is what was
	// computed last, behind all matrices.
	computed bool
}

// shape is that of weights: to out units from in.
type shape struct {
	out, in int
	maps    *synapse.MapShape // nil: no maps
	pattern *synapse.Pattern  // nil: all connections
	biases  int
}

// dense says that every unit sees every other, with a weight of its own.
func (s shape) dense() bool { return s.maps == nil && s.pattern == nil }

// Matrix is an array of weights of a network.
type Matrix struct {
	Name  string // W1, c1, Y1, W_PI1, ...: the symbol and the layer
	Layer int    // of the population that declares it
	Shape []int  // of a projection; one number for a bias
	// Forward says that it is a projection from the layer below.
	Forward bool
	Bias    bool

	index  int
	proj   *projection
	bound  [2]*float64
	fanIn  float64 // mean number of connections onto a unit
	fanOut float64
}

// Pattern says which connections there are; nil: all that Shape has.
func (m *Matrix) Pattern() *synapse.Pattern {
	if m.Bias {
		return nil
	}
	return m.proj.shape.pattern
}

// Bounds are what the weights are kept within; nil: nothing.
func (m *Matrix) Bounds() (low, high *float64) { return m.bound[0], m.bound[1] }

// Len is the number of weights: of connections, where there is a pattern.
func (m *Matrix) Len() int {
	if p := m.Pattern(); p != nil {
		return p.Len()
	}
	n := 1
	for _, s := range m.Shape {
		n *= s
	}
	return n
}

// connect makes the projections: those from below first.
func (net *Network) connect() error {
	maps, err := net.Setting.maps()
	if err != nil {
		return err
	}
	for _, first := range []bool{true, false} {
		for _, pop := range net.all {
			for _, b := range net.Text.Of(pop.kind) {
				for _, d := range b.Projections {
					if (d.From == "below") == first {
						net.declare(pop, d, maps)
					}
				}
			}
		}
	}
	return net.compute()
}

func (net *Network) declare(pop *population, d *model.Projection, maps []synapse.MapShape) {
	p := &projection{name: d.Name, of: pop, forward: d.From == "below" && pop.host == nil}
	switch {
	case d.Along != nil:
		other := net.at(pop, d.Along.Index)
		if other == nil {
			return // of a layer that has none above
		}
		p.along = other.projections[d.Along.Name]
		p.shape = p.along.shape
	default:
		from := net.at(pop, d.From)
		if from == nil {
			return
		}
		p.shape = shape{out: pop.units, in: from.units, biases: pop.units}
		if p.forward && pop.layer <= len(maps) {
			m := maps[pop.layer-1]
			p.shape.maps, p.shape.biases = &m, m.Channels
		}
		p.shape.pattern = net.pattern(p, d)
	}
	net.store(p)
	pop.projections[d.Name] = p
	if d.Bias != "" {
		c := &projection{name: d.Bias, of: pop, biasOf: d.Name, shape: p.shape, forward: p.forward}
		c.shape.pattern = nil
		net.store(c)
		pop.projections[d.Bias] = c
	}
	var total float64 // which may be more than an int holds
	for _, m := range net.matrices {
		total += float64(m.Len())
	}
	if total > maxWeights {
		panic(&model.Error{Pos: d.Pos, Msg: fmt.Sprintf("with %s of the %s the network has %.3g weights, expected at most %.3g", d.Name, pop, total, float64(maxWeights))})
	}
}

// store gives a projection weights of its own, unless it is tied to others, or
// says nowhere how they begin.
func (net *Network) store(p *projection) {
	flags := net.timeless()
	p.tied = net.equation(p.of, p.name, model.Follows, flags)
	p.begin = net.equation(p.of, p.name, model.Begins, flags)
	switch draft := net.draft(p); {
	case p.tied != nil && p.begin != nil && !draft:
		panic(&model.Error{Pos: p.begin.Pos, Equation: p.begin.Text, Msg: fmt.Sprintf("%s equals other weights at all times, so that it has no beginning, unless others begin with it", p.name)})
	case p.begin != nil && draft:
		p.draft = net.matrix(p)
	case p.tied == nil && (p.begin != nil || p.biasOf != ""):
		p.stored = net.matrix(p)
		p.stored.index, p.stored.bound = len(net.matrices), net.bounds(p)
		net.matrices = append(net.matrices, p.stored)
	}
}

// matrix describes an array of a projection's weights.
func (net *Network) matrix(p *projection) *Matrix {
	m := &Matrix{Name: fmt.Sprint(p.name, p.of.layer), Layer: p.of.layer, Forward: p.forward, Bias: p.biasOf != "", proj: p}
	switch s := p.shape; {
	case m.Bias:
		m.Shape = []int{s.biases}
	case s.maps != nil:
		k := s.maps.Kernel
		m.Shape = []int{s.maps.Channels, s.maps.InChannels, k, k}
		m.fanIn, m.fanOut = float64(s.maps.InChannels*k*k), float64(s.maps.Channels*k*k)
	default:
		m.Shape = []int{s.out, s.in}
		connections := float64(s.out * s.in)
		if s.pattern != nil {
			connections = float64(s.pattern.Len())
		}
		m.fanIn, m.fanOut = connections/float64(s.out), connections/float64(s.in)
	}
	return m
}

// bounds are what the lines keep W >= ... say.
func (net *Network) bounds(p *projection) (out [2]*float64) {
	env := net.env(p.of, net.timeless())
	for _, b := range net.Text.Of(p.of.kind) {
		for _, e := range b.Equations {
			if e.Kind != model.Bound || e.Name != p.name {
				continue
			}
			if e.When != nil {
				if holds, _ := env.Holds(e.When); !holds {
					continue
				}
			}
			for k, x := range []model.Expr{e.Low, e.High} {
				if x == nil {
					continue
				}
				v, known := env.Number(x)
				if !known || math.IsNaN(v) {
					panic(&model.Error{Pos: e.Pos, Equation: e.Text, Msg: "a bound must be a number or an expression of parameters"})
				}
				out[k] = &v
			}
		}
	}
	return out
}
