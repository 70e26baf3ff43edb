// Package synapse holds what joins populations: dense and convolutional
// projections, and the optimisers of the discrete-time models.
//
// Matrices are row-major slices; a batch has one sample a row.
package synapse

import (
	"math/rand/v2"

	"burstsim/internal/linalg"
)

// Float is the precision of weights.
type Float = linalg.Float

// Projection carries a quantity of one population to another, and signals of
// the other back through weights of the same shape. It has a shape, but no
// weights: they are handed to each call. Arrays of units have one sample a row.
// [Dense] and [Conv] are the two.
type Projection[F Float] interface {
	// Units are the numbers of neurons it reaches and starts from.
	Units() (out, in int)
	// Forward stores what the out neurons receive of x (rows x in) through
	// weights w, plus the bias c unless it is nil, in dst (rows x out).
	Forward(dst, x, w, c []F, rows int)
	// Backward stores what the in neurons receive of y (rows x out) through
	// weights w in dst (rows x in).
	Backward(dst, y, w []F, rows int)
	// Correlate stores alpha times the derivative of the sum of post times
	// Forward(pre) with respect to the weights in dst: in a dense projection,
	// alpha post' pre. AddCorrelation adds it.
	Correlate(dst []F, alpha F, post, pre []F, rows int)
	AddCorrelation(dst []F, alpha F, post, pre []F, rows int)
	// CorrelateBias does the same for the bias. AddBiasCorrelation adds it.
	CorrelateBias(dst []F, alpha F, post []F, rows int)
	AddBiasCorrelation(dst []F, alpha F, post []F, rows int)
}

var _ Projection[float64] = Dense[float64]{}

// Dense is a projection from every one of In neurons to every one of Out, with
// weights of Out x In and one bias a neuron.
type Dense[F Float] struct{ Out, In int }

// Units are Out and In.
func (d Dense[F]) Units() (out, in int) { return d.Out, d.In }

// Forward stores x w' + c in dst.
func (d Dense[F]) Forward(dst, x, w, c []F, rows int) {
	linalg.MulTrans(dst, x, w, rows, d.Out, d.In)
	if c != nil {
		linalg.AddRows(dst, c)
	}
}

// Backward stores y w in dst: signals of the Out neurons on their way back.
func (d Dense[F]) Backward(dst, y, w []F, rows int) { linalg.Mul(dst, y, w, rows, d.Out, d.In) }

// Correlate stores alpha post' pre in dst, of the shape of the weights, summed
// over the rows of post (rows x Out) and pre (rows x In).
func (d Dense[F]) Correlate(dst []F, alpha F, post, pre []F, rows int) {
	linalg.Outer(dst, alpha, post, pre, rows, d.Out, d.In)
}

// AddCorrelation adds what Correlate would store.
func (d Dense[F]) AddCorrelation(dst []F, alpha F, post, pre []F, rows int) {
	linalg.AddOuter(dst, alpha, post, pre, rows, d.Out, d.In)
}

// CorrelateBias stores alpha times the sum of the rows of post in dst, of
// length Out.
func (d Dense[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	linalg.ColumnSums(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (d Dense[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	linalg.AddColumnSums(dst, alpha, post, rows)
}

// FillNormal draws weights from Normal(0, std).
func FillNormal[F Float](w []F, std float64, rng *rand.Rand) {
	for i := range w {
		w[i] = F(std * rng.NormFloat64())
	}
}

// CorrelateThen is p.Correlate that calls then with the bounds of each part of
// dst as soon as it is stored, from several goroutines. Where that is not
// possible, or then is nil, it is Correlate, and returns false.
func CorrelateThen[F Float](p Projection[F], dst []F, alpha F, post, pre []F, rows int, then func(lo, hi int)) bool {
	if d, ok := p.(Dense[F]); ok && then != nil && linalg.OuterThen(dst, alpha, post, pre, rows, d.Out, d.In, then) {
		return true
	}
	p.Correlate(dst, alpha, post, pre, rows)
	return false
}
