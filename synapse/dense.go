// Package synapse holds what joins populations: feedforward projections,
// feedback onto apical dendrites and how it is coupled to the feedforward
// weights, and the optimisers of the discrete-time models.
//
// Matrices are row-major slices; a batch has one sample a row.
package synapse

import (
	"math"
	"math/rand/v2"

	"burstsim/internal/linalg"
)

// Float is the precision of weights.
type Float = linalg.Float

// Weights are the numbers of a projection that can learn. Their storage may
// move: read the fields anew after a step.
type Weights[F Float] struct {
	W []F // row-major, one row for each bias
	C []F // bias
}

// Projection carries the events of one population to another, and signals of
// the other back through weights of the same shape. Arrays of units have one
// sample a row. [Dense] and [Conv] are the two.
type Projection[F Float] interface {
	// Params are the weights.
	Params() *Weights[F]
	// Units are the numbers of neurons it reaches and starts from.
	Units() (out, in int)
	// WeightShape is that of W; its product is their number.
	WeightShape() []int
	// InitNormal draws the weights from Normal(0, gain sqrt(2/(n_in+n_out))),
	// with the numbers of connections of a neuron, and sets the biases to
	// zero.
	InitNormal(gain float64, rng *rand.Rand)
	// Forward stores what the out neurons receive of x (rows x in), the bias
	// included, in dst (rows x out).
	Forward(dst, x []F, rows int)
	// Backward stores what the in neurons receive of y (rows x out) through
	// weights w in dst (rows x in).
	Backward(dst, y, w []F, rows int)
	// Correlate stores alpha times the derivative of the sum of post times
	// Forward(pre) with respect to the weights in dst, of the shape of W: in a
	// dense projection, alpha postᵀ pre. AddCorrelation adds it.
	Correlate(dst []F, alpha F, post, pre []F, rows int)
	AddCorrelation(dst []F, alpha F, post, pre []F, rows int)
	// CorrelateBias does the same for the bias. AddBiasCorrelation adds it.
	CorrelateBias(dst []F, alpha F, post []F, rows int)
	AddBiasCorrelation(dst []F, alpha F, post []F, rows int)
}

var _ Projection[float64] = (*Dense[float64])(nil)

// Dense is a projection from every one of In neurons to every one of Out.
type Dense[F Float] struct {
	Out, In    int
	Weights[F] // W is Out x In

	// The change of W that waits for Forward; see Defer.
	waiting          bool
	rate             F
	post, pre, carry []F
}

// NewDense returns a projection of zero weights.
func NewDense[F Float](out, in int) *Dense[F] {
	return &Dense[F]{Out: out, In: in, Weights: Weights[F]{W: make([]F, out*in), C: make([]F, out)}}
}

// Params are the weights, W of Out x In.
func (d *Dense[F]) Params() *Weights[F] {
	d.Flush()
	return &d.Weights
}

// Units are Out and In.
func (d *Dense[F]) Units() (out, in int) { return d.Out, d.In }

// WeightShape is Out by In.
func (d *Dense[F]) WeightShape() []int { return []int{d.Out, d.In} }

// InitNormal draws the weights from Normal(0, gain sqrt(2/(In+Out))), after
// Glorot and Bengio (AISTATS 2010), and sets the biases to zero.
func (d *Dense[F]) InitNormal(gain float64, rng *rand.Rand) {
	FillNormal(d.W, gain*math.Sqrt(2/float64(d.In+d.Out)), rng)
	clear(d.C)
}

// FillNormal draws the weights from Normal(0, std).
func (d *Dense[F]) FillNormal(std float64, rng *rand.Rand) { FillNormal(d.W, std, rng) }

// Transmit stores x Wᵀ in dst, without the bias.
func (d *Dense[F]) Transmit(dst, x []F, rows int) {
	if d.waiting && rows == 1 {
		d.waiting = false
		if d.carry == nil {
			linalg.AddOuterMulTrans(dst, d.W, d.rate, d.post, d.pre, x, d.Out, d.In)
		} else {
			linalg.AccumulateOuterMulTrans(dst, d.W, d.carry, d.rate, d.post, d.pre, x, d.Out, d.In)
		}
		return
	}
	d.Flush()
	linalg.MulTrans(dst, x, d.W, rows, d.Out, d.In)
}

// Forward stores x Wᵀ + c in dst. x is rows x In, dst is rows x Out.
func (d *Dense[F]) Forward(dst, x []F, rows int) {
	d.Transmit(dst, x, rows)
	linalg.AddRows(dst, d.C)
}

// Backward stores y w in dst: signals of the Out neurons on their way back
// through weights w of this projection's shape. y is rows x Out, dst is
// rows x In.
func (d *Dense[F]) Backward(dst, y, w []F, rows int) {
	d.Flush()
	linalg.Mul(dst, y, w, rows, d.Out, d.In)
}

// Correlate stores alpha postᵀ pre in dst, of the shape of W, summed over the
// rows of post (rows x Out) and pre (rows x In).
func (d *Dense[F]) Correlate(dst []F, alpha F, post, pre []F, rows int) {
	linalg.Outer(dst, alpha, post, pre, rows, d.Out, d.In)
}

// AddCorrelation adds what Correlate would store.
func (d *Dense[F]) AddCorrelation(dst []F, alpha F, post, pre []F, rows int) {
	linalg.AddOuter(dst, alpha, post, pre, rows, d.Out, d.In)
}

// Defer lets W wait for what Accumulate would add to it for one sample, with
// that carry or without, until the weights are next used: a Forward takes both
// in one pass over W, with the same bits. Until then, post and pre must not
// change, and who looks at the field W calls Flush before.
func (d *Dense[F]) Defer(carry []F, alpha F, post, pre []F) {
	d.Flush()
	d.waiting, d.rate, d.post, d.pre, d.carry = true, alpha, post, pre, carry
}

// Flush makes a change that waits.
func (d *Dense[F]) Flush() {
	if d.waiting {
		d.waiting = false
		Accumulate(d, d.W, d.carry, nil, d.rate, d.post, d.pre, 1)
	}
}

// CorrelateBias stores alpha times the sum of the rows of post in dst, of
// length Out.
func (d *Dense[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	linalg.ColumnSums(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (d *Dense[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	linalg.AddColumnSums(dst, alpha, post, rows)
}

// FillNormal draws weights from Normal(0, std).
func FillNormal[F Float](w []F, std float64, rng *rand.Rand) {
	for i := range w {
		w[i] = F(std * rng.NormFloat64())
	}
}
