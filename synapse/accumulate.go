package synapse

import "burstsim/internal/linalg"

// Accumulate is p.AddCorrelation for weights that change slowly: carry, of the
// shape of dst and zero at first, keeps what rounding withholds from them, so
// that no change is too small to count. Without a carry it is AddCorrelation.
// scratch, as long as dst, is overwritten; a dense projection and one sample
// need none.
func Accumulate[F Float](p Projection[F], dst, carry, scratch []F, alpha F, post, pre []F, rows int) {
	if carry == nil {
		p.AddCorrelation(dst, alpha, post, pre, rows)
		return
	}
	if d, ok := p.(Dense[F]); ok {
		linalg.AccumulateOuter(dst, carry, scratch, alpha, post, pre, rows, d.Out, d.In)
		return
	}
	change := scratch[:len(dst)]
	p.Correlate(change, alpha, post, pre, rows)
	linalg.Accumulate(dst, carry, 1, change)
}

// AccumulateBias is p.AddBiasCorrelation in the same way. It always needs
// scratch with a carry.
func AccumulateBias[F Float](p Projection[F], dst, carry, scratch []F, alpha F, post []F, rows int) {
	if carry == nil {
		p.AddBiasCorrelation(dst, alpha, post, rows)
		return
	}
	change := scratch[:len(dst)]
	p.CorrelateBias(change, alpha, post, rows)
	linalg.Accumulate(dst, carry, 1, change)
}

// Compensated reports whether weights of this precision need a carry to learn
// slowly: a change of 6e-8 of a float32 is already lost without.
func Compensated[F Float]() bool {
	_, single := any(F(0)).(float32)
	return single
}
