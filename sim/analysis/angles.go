// Package analysis measures networks against what theory says of them: the
// angles between what plasticity changes and the gradients of backprop and of
// feedback alignment, and the approach of continuous to discrete time.
package analysis

import (
	"fmt"
	"math"

	"burstsim/sim"
	"burstsim/sim/program"
)

// Angles compares what plasticity changes with what gradient descent would, and
// feedback with feedforward weights. All angles are in degrees, NaN where one
// of the two is zero; elements 0 are the first layer's.
type Angles struct {
	Backprop            []float64 // change of W and -gradient by backprop
	Alignment           []float64 // change of W and -gradient by feedback alignment; nil without feedback
	AlignmentToBackprop []float64 // the two gradients of W; nil without feedback
	BiasBackprop        []float64 // change of the bias and -gradient by backprop

	// Of all weights W together, as one vector.
	GlobalBackprop, GlobalAlignment float64

	WeightFeedback []float64 // W of the layer above and Y onto each hidden layer
	EventFeedback  []float64 // Q and Y onto each hidden layer; nil without Q
	// Of all of them together; NaN where there are none.
	GlobalWeightFeedback, GlobalEventFeedback float64

	Magnitude []float64 // norm of the change of W, per unit of rate
}

// Comparison computes Angles for a network, at one moment or between what adds
// up over many.
type Comparison[F sim.Float] struct {
	Angles
	state     *sim.State[F]
	gradients []program.Gradient[F]
	aligned   bool

	// Feedback onto each hidden layer, and the weights that it runs along.
	bursts, events, along []program.Mixture
	scratch               [3][]F

	sums []layerSums[F]
	n    int // moments added
}

// layerSums are sums over moments: of what plasticity changes in a layer, and
// of minus the gradients.
type layerSums[F sim.Float] struct {
	change, backprop, aligned []F // of W; aligned is nil without feedback
	bias, biasBackprop        []F
}

// NewComparison prepares the computation for a network.
func NewComparison[F sim.Float](s *sim.State[F]) *Comparison[F] {
	c := &Comparison[F]{state: s, aligned: s.Machine().Program().Aligned()}
	layers := s.Layers()
	c.sums = make([]layerSums[F], layers)
	for _, m := range s.Network().Matrices() {
		if !m.Forward {
			continue
		}
		sums := &c.sums[m.Layer-1]
		if m.Bias {
			sums.bias, sums.biasBackprop = make([]F, m.Len()), make([]F, m.Len())
			continue
		}
		sums.change, sums.backprop = make([]F, m.Len()), make([]F, m.Len())
		if c.aligned {
			sums.aligned = make([]F, m.Len())
		}
	}
	c.Backprop, c.BiasBackprop, c.Magnitude = make([]float64, layers), make([]float64, layers), make([]float64, layers)
	if c.aligned {
		c.Alignment, c.AlignmentToBackprop = make([]float64, layers), make([]float64, layers)
		c.findFeedback()
	}
	return c
}

// products accumulates the inner products of two vectors that come in parts.
type products struct{ ab, aa, bb float64 }

func inner[F sim.Float](sum *products, a, b []F) products {
	b = b[:len(a)]
	var p products
	for i, v := range a {
		x, y := float64(v), float64(b[i])
		p.ab += x * y
		p.aa += x * x
		p.bb += y * y
	}
	if sum != nil {
		sum.ab += p.ab
		sum.aa += p.aa
		sum.bb += p.bb
	}
	return p
}

func (p products) angle() float64 { return degrees(p.ab, p.aa, p.bb) }

// Update computes all angles at the network's present rates, target and
// weights.
func (c *Comparison[F]) Update() {
	c.clear()
	c.Add()
	c.Mean()
}

// Add adds the present changes and gradients to the sums.
func (c *Comparison[F]) Add() {
	s := c.state
	c.n++
	s.Machine().Factors(s.Teaching())
	for k, r := range s.Machine().Program().Rules {
		switch sums := &c.sums[r.Layer-1]; {
		case !r.Forward:
		case r.Bias:
			s.Machine().AddChange(sums.bias, k, 1)
		default:
			s.Machine().AddChange(sums.change, k, 1)
		}
	}
	scale := 1 / F(s.Rows())
	c.gradients = s.Machine().Gradients(c.gradients)
	for _, g := range c.gradients {
		sums := &c.sums[g.Layer-1]
		g.Shape.AddCorrelation(sums.backprop, scale, g.Delta, g.Pre, s.Rows())
		if len(sums.biasBackprop) > 0 {
			g.Shape.AddBiasCorrelation(sums.biasBackprop, scale, g.Delta, s.Rows())
		}
		if g.Aligned != nil {
			g.Shape.AddCorrelation(sums.aligned, scale, g.Aligned, g.Pre, s.Rows())
		}
	}
}

// Mean computes all angles between the sums, which it clears. All are NaN, and
// magnitudes zero, if nothing was added.
func (c *Comparison[F]) Mean() {
	var toBackprop, toAlignment products
	for k := range c.sums {
		s := &c.sums[k]
		pair := inner(&toBackprop, s.change, s.backprop)
		c.Backprop[k], c.Magnitude[k] = pair.angle(), math.Sqrt(pair.aa)/float64(max(c.n, 1))
		c.BiasBackprop[k] = Angle(s.bias, s.biasBackprop)
		if s.aligned != nil {
			c.Alignment[k] = inner(&toAlignment, s.change, s.aligned).angle()
			c.AlignmentToBackprop[k] = Angle(s.aligned, s.backprop)
		}
	}
	c.GlobalBackprop, c.GlobalAlignment = toBackprop.angle(), toAlignment.angle()
	c.Feedback()
	c.clear()
}

// Visit visits the sums, and Angles those that Mean last computed.
func (c *Comparison[F]) Visit(visit sim.Visit) {
	visit("n", &c.n)
	for k := range c.sums {
		s, layer := &c.sums[k], fmt.Sprint(k+1)
		visit("change_W"+layer, s.change)
		visit("backprop_W"+layer, s.backprop)
		if s.aligned != nil {
			visit("alignment_W"+layer, s.aligned)
		}
		visit("change_c"+layer, s.bias)
		visit("backprop_c"+layer, s.biasBackprop)
	}
}

func (c *Comparison[F]) clear() {
	c.n = 0
	for _, s := range c.sums {
		for _, v := range [][]F{s.change, s.backprop, s.aligned, s.bias, s.biasBackprop} {
			clear(v)
		}
	}
}

// findFeedback looks up the feedback onto each hidden layer.
func (c *Comparison[F]) findFeedback() {
	net, largest := c.state.Network(), 0
	c.WeightFeedback = make([]float64, net.Layers()-1)
	for l := 1; l < net.Layers(); l++ {
		names := net.Along(l)
		y, _ := net.Mixture(l, names[0])
		c.bursts, c.along = append(c.bursts, y), append(c.along, net.Alongside(l))
		largest = max(largest, c.along[l-1].Len())
		if len(names) > 1 {
			q, _ := net.Mixture(l, names[1])
			c.events = append(c.events, q)
		}
	}
	if len(c.events) > 0 {
		c.EventFeedback = make([]float64, len(c.events))
	}
	for k := range c.scratch {
		c.scratch[k] = make([]F, largest)
	}
}

// Feedback computes the angles between weights only: of feedback and what it
// runs along, and of events and bursts. Mean does so too.
func (c *Comparison[F]) Feedback() {
	w := c.state.Machine().Weights()
	var weights, events products
	for k, m := range c.along {
		y := program.Of(c.bursts[k], c.scratch[0][:m.Len()], w)
		c.WeightFeedback[k] = inner(&weights, program.Of(m, c.scratch[2][:m.Len()], w), y).angle()
		if c.EventFeedback != nil {
			c.EventFeedback[k] = inner(&events, program.Of(c.events[k], c.scratch[1][:m.Len()], w), y).angle()
		}
	}
	c.GlobalWeightFeedback, c.GlobalEventFeedback = weights.angle(), events.angle()
}

// Columns names the values that Row returns: "angle_W1", "angle_c1" and so on
// for the angles to backprop, "angle_fa_W1" to feedback alignment,
// "angle_fa_bp_W1" between the two, "angle_WY1" and "angle_QY1" between weights,
// "change_W1" for magnitudes, and without a number for all layers together.
func (a *Angles) Columns() []string {
	var out []string
	for _, g := range a.groups() {
		for k := range g.values {
			out = append(out, fmt.Sprint(g.name, k+1))
		}
	}
	return append(out, "angle_W", "angle_fa_W", "angle_WY", "angle_QY")
}

// Row appends the values to row, in the order of Columns.
func (a *Angles) Row(row []float64) []float64 {
	for _, g := range a.groups() {
		row = append(row, g.values...)
	}
	return append(row, a.GlobalBackprop, a.GlobalAlignment, a.GlobalWeightFeedback, a.GlobalEventFeedback)
}

// Visit visits the angles for a checkpoint, without those between weights of all
// layers together: Feedback computes these anew.
func (a *Angles) Visit(visit sim.Visit) {
	for _, g := range a.groups() {
		visit(g.name, g.values)
	}
	visit("W", &a.GlobalBackprop)
	visit("fa_W", &a.GlobalAlignment)
}

type angleGroup struct {
	name   string
	values []float64
}

func (a *Angles) groups() []angleGroup {
	return []angleGroup{
		{"angle_W", a.Backprop}, {"angle_c", a.BiasBackprop},
		{"angle_fa_W", a.Alignment}, {"angle_fa_bp_W", a.AlignmentToBackprop},
		{"angle_WY", a.WeightFeedback}, {"angle_QY", a.EventFeedback},
		{"change_W", a.Magnitude},
	}
}

// Angle is the angle between two tensors of as many elements, in degrees; NaN
// if one of them is zero.
func Angle[F sim.Float](a, b []F) float64 {
	return inner(nil, a, b).angle()
}

// degrees is the angle that belongs to an inner product and two squared norms.
func degrees(ab, aa, bb float64) float64 {
	if aa == 0 || bb == 0 {
		return math.NaN()
	}
	cosine := ab / (math.Sqrt(aa) * math.Sqrt(bb))
	return math.Acos(min(max(cosine, -1), 1)) * 180 / math.Pi
}
