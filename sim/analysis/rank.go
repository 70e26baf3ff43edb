package analysis

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"burstsim/sim"
	"burstsim/sim/program"
)

// Ranks measures in how many directions the signals of hidden layers vary over
// examples, and how well apical input follows what backpropagation would send. It
// adds up moments: examples need not be kept.
//
// Greedy et al., Cell-type-specific cortical feedback coordinates hierarchical
// credit assignment, 2026, which take them for the apical input of each hidden
// layer over the test set.
type Ranks[F sim.Float] struct {
	state     *sim.State[F]
	layers    []layerRanks[F]
	gradients []program.Gradient[F]
	weights   []F
}

// layerRanks are the moments of a hidden layer.
type layerRanks[F sim.Float] struct {
	layer    int
	apical   func() []F
	bursts   func() []F // nil: the model has none
	a, g, p  moments
	together float64 // sum of products of apical input and gradient
	sent     []F     // the gradient with respect to what the layer sends
}

// moments of a signal over rows.
type moments struct {
	n     float64
	sum   []float64
	cross *mat.SymDense // sums of products
}

func newMoments(units int) moments {
	return moments{sum: make([]float64, units), cross: mat.NewSymDense(units, nil)}
}

func addRow[F sim.Float](m *moments, row []F, scratch *mat.VecDense) {
	m.n++
	for i, v := range row {
		m.sum[i] += float64(v)
		scratch.SetVec(i, float64(v))
	}
	m.cross.SymRankOne(m.cross, 1, scratch)
}

// centred is the matrix of products of columns about their means, n times the
// covariance.
func (m *moments) centred() *mat.SymDense {
	out := mat.NewSymDense(len(m.sum), nil)
	out.SymRankOne(m.cross, -1/m.n, mat.NewVecDense(len(m.sum), m.sum))
	return out
}

// mostRanked is the number of units above which a layer is left out: its moments
// would take more memory than its weights.
const mostRanked = 2048

// NewRanks begins to measure the hidden layers that have the signal "apical", and
// no more than 2048 units; nil if there is none.
func NewRanks[F sim.Float](s *sim.State[F]) *Ranks[F] {
	r := &Ranks[F]{state: s}
	for _, x := range s.Signals() {
		if x.Name != "apical" || x.Layer >= s.Layers() || x.Units > mostRanked {
			continue
		}
		l := layerRanks[F]{layer: x.Layer, apical: x.Value, sent: make([]F, s.Rows()*x.Units)}
		l.a, l.g = newMoments(x.Units), newMoments(x.Units)
		for _, y := range s.Signals() {
			if y.Name == "burst_prob" && y.Layer == x.Layer {
				l.bursts, l.p = y.Value, newMoments(y.Units)
			}
		}
		r.layers = append(r.layers, l)
	}
	if len(r.layers) == 0 {
		return nil
	}
	return r
}

// Add adds the first rows of what was last presented.
func (r *Ranks[F]) Add(rows int) {
	r.gradients = r.state.Machine().Gradients(r.gradients)
	for k := range r.layers {
		l := &r.layers[k]
		r.send(l)
		apical, units := l.apical(), len(l.a.sum)
		scratch := mat.NewVecDense(units, nil)
		for row := range rows {
			a, g := apical[row*units:][:units], l.sent[row*units:][:units]
			addRow(&l.a, a, scratch)
			addRow(&l.g, g, scratch)
			for i := range a {
				l.together += float64(a[i]) * float64(g[i])
			}
			if l.bursts != nil {
				addRow(&l.p, l.bursts()[row*units:][:units], scratch)
			}
		}
	}
}

// send computes minus the gradient with respect to what a layer sends: that of the
// drives above, back through their weights.
func (r *Ranks[F]) send(l *layerRanks[F]) {
	net := r.state.Network()
	for _, g := range r.gradients {
		if g.Layer != l.layer+1 {
			continue
		}
		weights := r.state.Weights().Of(g.Name)
		if len(net.Along(l.layer)) > 0 {
			m := net.Alongside(l.layer)
			if len(r.weights) < m.Len() {
				r.weights = make([]F, m.Len())
			}
			weights = program.Of(m, r.weights[:m.Len()], r.state.Machine().Weights())
		}
		g.Shape.Backward(l.sent, g.Delta, weights, r.state.Rows())
		return
	}
}

// rankMeasures are the columns of a hidden layer.
var rankMeasures = []string{"participation", "effective_rank", "stable_rank", "backprop_share", "backprop_cosine", "burst_participation"}

// Columns are the names of what Row has, six a hidden layer:
//
//   - participation_1: of the apical input, about its mean, the participation ratio
//     1/sum w^2, w being the shares of its principal components in its variance;
//   - effective_rank_1: exp(-sum w ln w), and stable_rank_1: 1/max w;
//   - backprop_share_1: the share of its variance in the components that have 95 %
//     of the variance of minus the gradient with respect to the layer's rates;
//   - backprop_cosine_1: the cosine of both, as matrices of examples and units;
//   - burst_participation_1: the participation ratio of burst probabilities.
func (r *Ranks[F]) Columns() (columns []string) {
	for _, l := range r.layers {
		for _, name := range rankMeasures {
			columns = append(columns, fmt.Sprintf("%s_%d", name, l.layer))
		}
	}
	return columns
}

// Row appends the measures of all that was added to row, and forgets it. What does
// not vary has none: NaN.
func (r *Ranks[F]) Row(row []float64) []float64 {
	for k := range r.layers {
		l := &r.layers[k]
		a, g := l.a.centred(), l.g.centred()
		w := shares(a)
		participation, effective, stable := spectrum(w)
		product := l.together
		for i := range l.a.sum {
			product -= l.a.sum[i] * l.g.sum[i] / l.a.n
		}
		cosine := product / math.Sqrt(mat.Trace(a)*mat.Trace(g))
		bursts := math.NaN()
		if l.bursts != nil {
			bursts, _, _ = spectrum(shares(l.p.centred()))
		}
		row = append(row, participation, effective, stable, within(a, g, 0.95), cosine, bursts)
		l.a, l.g, l.together = newMoments(len(l.a.sum)), newMoments(len(l.g.sum)), 0
		if l.bursts != nil {
			l.p = newMoments(len(l.p.sum))
		}
	}
	return row
}

// shares are those of the principal components in the variance, from the smallest;
// nil if nothing varies.
func shares(centred *mat.SymDense) []float64 {
	total := mat.Trace(centred)
	var eigen mat.EigenSym
	if !(total > 0) || math.IsInf(total, 1) || !eigen.Factorize(centred, false) {
		return nil
	}
	w := eigen.Values(nil)
	for i := range w {
		w[i] = max(0, w[i]) / total // rounding can make them negative
	}
	return w
}

// spectrum is how many components matter, by three measures.
func spectrum(w []float64) (participation, effective, stable float64) {
	if len(w) == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	squares, entropy, largest := 0.0, 0.0, 0.0
	for _, v := range w {
		squares += v * v
		if v > 0 {
			entropy -= v * math.Log(v)
		}
		largest = max(largest, v)
	}
	return 1 / squares, math.Exp(entropy), 1 / largest
}

// within is the share of the variance of a in the components of g that have a part
// of the variance of g.
func within(a, g *mat.SymDense, part float64) float64 {
	total := mat.Trace(g)
	var eigen mat.EigenSym
	if !(total > 0) || !(mat.Trace(a) > 0) || math.IsInf(total, 1) || !eigen.Factorize(g, true) {
		return math.NaN()
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	share, left := 0.0, part*total
	for i := len(values) - 1; i >= 0 && left > 0; i-- {
		v := vectors.ColView(i)
		share += mat.Inner(v, a, v)
		left -= values[i]
	}
	return share / mat.Trace(a)
}
