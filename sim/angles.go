package sim

import (
	"fmt"
	"math"
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
type Comparison[F Float] struct {
	Angles
	backprop *Backprop[F]
	events   bool // whether the model has Q

	sums    []layerSums[F]
	n       int // moments added
	scratch [2][]F
}

// layerSums are sums over moments: of what plasticity changes in a layer, and
// of minus the gradients.
type layerSums[F Float] struct {
	change, backprop, aligned []F // of W; aligned is nil without feedback
	bias, biasBackprop        []F
}

// NewComparison prepares the computation for a network.
func NewComparison[F Float](net *Network[F]) *Comparison[F] {
	c := &Comparison[F]{backprop: NewBackprop(net), events: net.model == "burstccn"}
	layers, largest := net.Layers(), 0
	for l := 1; l <= layers; l++ {
		w := net.forward[l].Params()
		largest = max(largest, len(w.W))
		sums := layerSums[F]{
			change: make([]F, len(w.W)), backprop: make([]F, len(w.W)),
			bias: make([]F, len(w.C)), biasBackprop: make([]F, len(w.C)),
		}
		if c.backprop.Aligned != nil {
			sums.aligned = make([]F, len(w.W))
		}
		c.sums = append(c.sums, sums)
	}
	c.scratch = [2][]F{make([]F, largest), make([]F, largest)}
	c.Backprop, c.BiasBackprop, c.Magnitude = make([]float64, layers), make([]float64, layers), make([]float64, layers)
	if c.backprop.Aligned != nil {
		c.Alignment, c.AlignmentToBackprop = make([]float64, layers), make([]float64, layers)
		c.WeightFeedback = make([]float64, layers-1)
		if c.events {
			c.EventFeedback = make([]float64, layers-1)
		}
	}
	return c
}

// products accumulates the inner products of two vectors that come in parts.
type products struct{ ab, aa, bb float64 }

func inner[F Float](sum *products, a, b []F) products {
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
	net, bp := c.backprop.net, c.backprop
	bp.Compute()
	c.n++
	scale := 1 / F(net.rows)
	for _, p := range net.plastic {
		if p.kind != Forward {
			continue
		}
		sums, post := &c.sums[p.layer-1], p.post()
		p.shape.AddCorrelation(sums.change, p.gain*scale, post, p.pre(), net.rows)
		p.shape.AddBiasCorrelation(sums.bias, p.gain*scale, post, net.rows)
		pre := net.from(p.layer)
		p.shape.AddCorrelation(sums.backprop, scale, bp.Delta[p.layer], pre, net.rows)
		p.shape.AddBiasCorrelation(sums.biasBackprop, scale, bp.Delta[p.layer], net.rows)
		if bp.Aligned != nil {
			p.shape.AddCorrelation(sums.aligned, scale, bp.Aligned[p.layer], pre, net.rows)
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
	c.feedback()
	c.clear()
}

// visit visits the sums.
func (c *Comparison[F]) visit(visit Visit) {
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

func (c *Comparison[F]) feedback() {
	net := c.backprop.net
	var weights, events products
	for k := range c.WeightFeedback {
		back := net.feedback[k+1]
		w := back.Forward.Params().W
		y := back.BurstWeights(c.scratch[0][:len(w)])
		c.WeightFeedback[k] = inner(&weights, w, y).angle()
		if c.events {
			c.EventFeedback[k] = inner(&events, back.EventWeights(c.scratch[1][:len(w)]), y).angle()
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
