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

// Dense is a projection from every one of In neurons to every one of Out.
type Dense[F Float] struct {
	Out, In int
	W       []F // Out x In
	C       []F // bias, Out
}

// NewDense returns a projection of zero weights.
func NewDense[F Float](out, in int) *Dense[F] {
	return &Dense[F]{Out: out, In: in, W: make([]F, out*in), C: make([]F, out)}
}

// InitNormal draws the weights from Normal(0, gain sqrt(2/(In+Out))), after
// Glorot and Bengio (AISTATS 2010), and sets the biases to zero.
func (d *Dense[F]) InitNormal(gain float64, rng *rand.Rand) {
	fillNormal(d.W, gain*math.Sqrt(2/float64(d.In+d.Out)), rng)
	clear(d.C)
}

// FillNormal draws the weights from Normal(0, std).
func (d *Dense[F]) FillNormal(std float64, rng *rand.Rand) { fillNormal(d.W, std, rng) }

// Transmit stores x Wᵀ in dst, without the bias.
func (d *Dense[F]) Transmit(dst, x []F, rows int) {
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

// CorrelateBias stores alpha times the sum of the rows of post in dst, of
// length Out.
func (d *Dense[F]) CorrelateBias(dst []F, alpha F, post []F, rows int) {
	linalg.ColumnSums(dst, alpha, post, rows)
}

// AddBiasCorrelation adds what CorrelateBias would store.
func (d *Dense[F]) AddBiasCorrelation(dst []F, alpha F, post []F, rows int) {
	linalg.AddColumnSums(dst, alpha, post, rows)
}

func fillNormal[F Float](w []F, std float64, rng *rand.Rand) {
	for i := range w {
		w[i] = F(std * rng.NormFloat64())
	}
}
