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

	Magnitude []float64 // norm of the change of W, per unit of rate
}

// Comparison computes Angles for a network.
type Comparison[F Float] struct {
	Angles
	backprop *Backprop[F]
	events   bool // whether the model has Q

	change, gradient, aligned, bias []F // scratch of the largest projection
}

// NewComparison prepares the computation for a network.
func NewComparison[F Float](net *Network[F]) *Comparison[F] {
	c := &Comparison[F]{backprop: NewBackprop(net), events: net.model == "burstccn"}
	layers, largest := net.Layers(), 0
	for l := 1; l <= layers; l++ {
		largest = max(largest, len(net.forward[l].Params().W))
	}
	for _, v := range []*[]F{&c.change, &c.gradient, &c.aligned, &c.bias} {
		*v = make([]F, largest)
	}
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
	net, bp := c.backprop.net, c.backprop
	bp.Compute()
	var toBackprop, toAlignment products
	for _, p := range net.plastic {
		if p.kind != Forward {
			continue
		}
		k, n, out := p.layer-1, len(*p.w), len(*p.c)
		change, gradient := c.change[:n], c.gradient[:n]
		post := p.post()
		p.shape.Correlate(change, p.gain/F(net.rows), post, p.pre(), net.rows)
		bp.descent(gradient, bp.Delta[p.layer], p.layer)
		pair := inner(&toBackprop, change, gradient)
		c.Backprop[k], c.Magnitude[k] = pair.angle(), math.Sqrt(pair.aa)
		if bp.Aligned != nil {
			aligned := c.aligned[:n]
			bp.descent(aligned, bp.Aligned[p.layer], p.layer)
			c.Alignment[k] = inner(&toAlignment, change, aligned).angle()
			c.AlignmentToBackprop[k] = Angle(aligned, gradient)
		}
		p.shape.CorrelateBias(c.change[:out], 1, post, net.rows)
		p.shape.CorrelateBias(c.bias[:out], 1, bp.Delta[p.layer], net.rows)
		c.BiasBackprop[k] = Angle(c.change[:out], c.bias[:out])
	}
	c.GlobalBackprop, c.GlobalAlignment = toBackprop.angle(), toAlignment.angle()
	c.feedback()
}

func (c *Comparison[F]) feedback() {
	net := c.backprop.net
	for k := range c.WeightFeedback {
		back := net.feedback[k+1]
		w := back.Forward.Params().W
		c.WeightFeedback[k] = Angle(w, back.BurstWeights(c.change[:len(w)]))
		if c.events {
			c.EventFeedback[k] = Angle(back.EventWeights(c.gradient[:len(w)]), back.BurstWeights(c.change[:len(w)]))
		}
	}
}

// descent stores minus the gradient of the weights onto layer l.
func (g *Backprop[F]) descent(dst []F, delta []F, l int) {
	g.net.forward[l].Correlate(dst, 1/F(g.net.rows), delta, g.net.from(l), g.net.rows)
}

// Columns names the values that Row returns: "angle_W1", "angle_c1" and so on
// for the angles to backprop, "angle_fa_W1" to feedback alignment,
// "angle_fa_bp_W1" between the two, "angle_W" and "angle_fa_W" for all weights
// together, "angle_WY1" and "angle_QY1" between weights, "change_W1" for
// magnitudes.
func (a *Angles) Columns() []string {
	var out []string
	for _, g := range a.groups() {
		for k := range g.values {
			out = append(out, fmt.Sprint(g.name, k+1))
		}
	}
	return append(out, "angle_W", "angle_fa_W")
}

// Row appends the values to row, in the order of Columns.
func (a *Angles) Row(row []float64) []float64 {
	for _, g := range a.groups() {
		row = append(row, g.values...)
	}
	return append(row, a.GlobalBackprop, a.GlobalAlignment)
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
