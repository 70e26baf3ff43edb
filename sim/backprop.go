package sim

import "math"

// Backprop computes what gradient descent on the loss would change at a
// network's present rates, and compares plasticity with it. The loss it
// descends is half the squared error, summed over outputs and averaged over
// rows.
type Backprop[F Float] struct {
	net *Network[F]

	// Delta holds minus the gradient with respect to the somatic potentials,
	// by layer, rows x units; Aligned the same with the feedback weights Y in
	// place of W (feedback alignment; Lillicrap et al., Nat. Commun. 2016). It
	// is nil in a network without feedback weights.
	Delta, Aligned [][]F

	y []F // scratch of the largest projection
}

// NewBackprop prepares the computation for a network.
func NewBackprop[F Float](net *Network[F]) *Backprop[F] {
	g := &Backprop[F]{net: net, Delta: make([][]F, net.Layers()+1)}
	largest := 0
	for l := 1; l <= net.Layers(); l++ {
		g.Delta[l] = net.array(l)
		largest = max(largest, len(net.forward[l].Params().W))
	}
	if net.feedback[1] != nil || net.Layers() == 1 {
		g.Aligned = make([][]F, net.Layers()+1)
		for l := 1; l <= net.Layers(); l++ {
			g.Aligned[l] = net.array(l)
		}
	}
	g.y = make([]F, largest)
	return g
}

// Compute sets Delta and Aligned from the network's present rates and target:
// (target - e) f'(z) at the output, (delta_{l+1} W_{l+1}) f'(z) below.
func (g *Backprop[F]) Compute() {
	net, top := g.net, g.net.Layers()
	for i, e := range net.Output() {
		g.Delta[top][i] = (net.target[i] - e) * e * (1 - e)
	}
	for l := top - 1; l >= 1; l-- {
		w := net.forward[l+1]
		w.Backward(g.Delta[l], g.Delta[l+1], w.Params().W, net.rows)
		timesSlope(g.Delta[l], net.rates[l])
	}
	if g.Aligned == nil {
		return
	}
	copy(g.Aligned[top], g.Delta[top])
	for l := top - 1; l >= 1; l-- {
		w := net.forward[l+1]
		w.Backward(g.Aligned[l], g.Aligned[l+1], net.feedback[l].BurstWeights(g.y[:len(w.Params().W)]), net.rows)
		timesSlope(g.Aligned[l], net.rates[l])
	}
}

// timesSlope multiplies by f'(z) = e (1 - e) of the logistic function.
func timesSlope[F Float](delta, e []F) {
	e = e[:len(delta)]
	for i := range delta {
		delta[i] *= e[i] * (1 - e[i])
	}
}

// Gradient stores the gradient that delta (one of Delta or Aligned, of layer
// l) stands for: of the weights in w and of the biases in c.
func (g *Backprop[F]) Gradient(w, c []F, delta []F, l int) {
	net, scale := g.net, -1/F(g.net.rows)
	net.forward[l].Correlate(w, scale, delta, net.from(l), net.rows)
	net.forward[l].CorrelateBias(c, scale, delta, net.rows)
}

// Angle is the angle between two tensors of as many elements, in degrees; NaN
// if one of them is zero.
func Angle[F Float](a, b []F) float64 {
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
