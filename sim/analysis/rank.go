package analysis

import (
	"fmt"
	"maps"
	"math"
	"slices"

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
	classes  map[int]*moments // of the burst probabilities of a class
	together float64          // sum of products of apical input and gradient
	sent     []F              // the gradient with respect to what the layer sends
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

// mostClassed is how many numbers the moments of all classes of a layer may take.
const mostClassed = mostRanked * mostRanked

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
				l.bursts, l.p, l.classes = y.Value, newMoments(y.Units), map[int]*moments{}
			}
		}
		r.layers = append(r.layers, l)
	}
	if len(r.layers) == 0 {
		return nil
	}
	return r
}

// Add adds the first rows of what was last presented, as many as labels of their
// classes; labels of -1 are of no class.
func (r *Ranks[F]) Add(labels []int) {
	r.gradients = r.state.Machine().Gradients(r.gradients)
	for k := range r.layers {
		l := &r.layers[k]
		r.send(l)
		apical, units := l.apical(), len(l.a.sum)
		scratch := mat.NewVecDense(units, nil)
		for row, label := range labels {
			a, g := apical[row*units:][:units], l.sent[row*units:][:units]
			addRow(&l.a, a, scratch)
			addRow(&l.g, g, scratch)
			for i := range a {
				l.together += float64(a[i]) * float64(g[i])
			}
			if l.bursts != nil {
				p := l.bursts()[row*units:][:units]
				addRow(&l.p, p, scratch)
				if m := l.class(label); m != nil {
					addRow(m, p, scratch)
				}
			}
		}
	}
}

// class is the moments of a class; nil: it has none.
func (l *layerRanks[F]) class(label int) *moments {
	if label < 0 || l.classes == nil {
		return nil
	}
	m := l.classes[label]
	if m == nil {
		units := len(l.p.sum)
		if (len(l.classes)+1)*units*units > mostClassed {
			l.classes = nil // no class rather than some
			return nil
		}
		of := newMoments(units)
		m = &of
		l.classes[label] = m
	}
	return m
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
var rankMeasures = []string{"participation", "effective_rank", "stable_rank", "backprop_share", "backprop_cosine", "burst_participation",
	"principal_angle", "burst_participation_within"}

// Columns are the names of what Row has, eight a hidden layer:
//
//   - participation_1: of the apical input, about its mean, the participation ratio
//     1/sum w^2, w being the shares of its principal components in its variance;
//   - effective_rank_1: exp(-sum w ln w), and stable_rank_1: 1/max w;
//   - backprop_share_1: the share of its variance in the components that have 95 %
//     of the variance of minus the gradient with respect to the layer's rates;
//   - backprop_cosine_1: the cosine of both, as matrices of examples and units;
//   - burst_participation_1: the participation ratio of burst probabilities;
//   - principal_angle_1: the mean of the principal angles, in degrees, between the
//     spaces that have 95 % of the variance of each of both;
//   - burst_participation_within_1: the mean over classes of the participation ratio
//     of burst probabilities within a class; NaN without classes, or with too many
//     for their moments (classes x units x units above 2048 x 2048).
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
		const most = 0.95 // of the variance
		a, g := l.a.centred(), l.g.centred()
		sent := components(g, most)
		w := shares(a)
		participation, effective, stable := spectrum(w)
		product := l.together
		for i := range l.a.sum {
			product -= l.a.sum[i] * l.g.sum[i] / l.a.n
		}
		cosine := product / math.Sqrt(mat.Trace(a)*mat.Trace(g))
		bursts, classes := math.NaN(), math.NaN()
		if l.bursts != nil {
			bursts, _, _ = spectrum(shares(l.p.centred()))
			classes = l.withinClasses()
		}
		row = append(row, participation, effective, stable, within(a, sent), cosine, bursts, principalAngle(components(a, most), sent), classes)
		l.a, l.g, l.together = newMoments(len(l.a.sum)), newMoments(len(l.g.sum)), 0
		if l.bursts != nil {
			l.p, l.classes = newMoments(len(l.p.sum)), map[int]*moments{}
		}
	}
	return row
}

// withinClasses is the mean over classes of the participation ratio of burst
// probabilities, of those in which they vary.
func (l *layerRanks[F]) withinClasses() float64 {
	sum, n := 0.0, 0
	for _, label := range slices.Sorted(maps.Keys(l.classes)) {
		if p, _, _ := spectrum(shares(l.classes[label].centred())); !math.IsNaN(p) {
			sum += p
			n++
		}
	}
	return sum / float64(n)
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

// within is the share of the variance of a in a space of components; NaN if that is
// nil or a does not vary.
func within(a *mat.SymDense, space *mat.Dense) float64 {
	if space == nil || !(mat.Trace(a) > 0) {
		return math.NaN()
	}
	share := 0.0
	_, n := space.Dims()
	for i := range n {
		v := space.ColView(i)
		share += mat.Inner(v, a, v)
	}
	return share / mat.Trace(a)
}

// components are the principal components, a column each, that have a part of the
// variance; nil if nothing varies.
func components(centred *mat.SymDense, part float64) *mat.Dense {
	total := mat.Trace(centred)
	var eigen mat.EigenSym
	if !(total > 0) || math.IsInf(total, 1) || !eigen.Factorize(centred, true) {
		return nil
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	first, left := len(values), part*total
	for first > 0 && left > 0 {
		first--
		left -= values[first]
	}
	return vectors.Slice(0, len(values), first, len(values)).(*mat.Dense)
}

// principalAngle is the mean of the principal angles, in degrees, between two spaces
// of components; NaN if one is nil.
func principalAngle(x, y *mat.Dense) float64 {
	if x == nil || y == nil {
		return math.NaN()
	}
	var product mat.Dense
	product.Mul(x.T(), y)
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		return math.NaN()
	}
	cosines := svd.Values(nil)
	sum := 0.0
	for _, c := range cosines {
		sum += math.Acos(min(c, 1)) // rounding can make it more
	}
	return sum / float64(len(cosines)) * 180 / math.Pi
}
