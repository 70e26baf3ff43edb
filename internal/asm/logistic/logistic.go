// Package logistic says how the kernels of all processors compute the logistic
// function, 1 / (1 + exp(-x)): by the same operations, so that they give the same
// bits. With n the integer nearest to -x/ln2, r = -x - n ln2, s = 2^n and R an
// even function of r, 2 + r^2/6 - r^4/360 + ..., that is r coth(r/2),
//
//	exp(-x) = s (R + r) / (R - r) = s (1 + 2 r/d), where d = R - r
//	1 / (1 + exp(-x)) = d / ((1 + s) d + 2 r s)
//
// R needs half the terms of a polynomial for exp(r), and its division is the one
// that is made anyway. Where exp(r) enters without d its share is small, as r
// is, so that what matters is rounded in the sum below and in the division.
//
// All but s is scaled by 3/4. Unscaled, d and the sum would be next to 2 and 4
// where x is next to 0, and numbers beyond have half as many digits behind the
// point: rounding would be biased upwards, which differences of sigmoids add up.
//
// Each precision computes in itself. Vectors go side by side in blocks: each
// operation waits for the one before, and processors of one vector after
// another do not look ahead far enough to fill the time.
package logistic

import "math"

// Precision is what the two precisions differ in.
type Precision struct {
	Farthest     float64 // up to which s d is finite
	ToInteger    float64 // adding it to a number leaves its nearest integer in the lowest bits
	Mantissa     int     // its bits
	PerLn2       float64
	Ln2, Ln2Rest float64   // scaled; the first has so few digits that its product with n is exact
	even         []float64 // of r^2, r^4, ... in R, not scaled
	Magnitude    uint64    // all bits but the sign
	Bits         func(float64) uint64
}

// Scale is what all but s is scaled by.
const Scale = 3. / 4

// The coefficients of R are those of the least largest error of exp(r) for
// |r| <= ln2/2: 2^-30 with two of them, 2^-62 with five (Remez).
var (
	Single = Precision{
		Farthest: 87, ToInteger: 3 << 22, Mantissa: 23,
		PerLn2: -1 / math.Ln2, Ln2: 0x1.0a2bp-1, Ln2Rest: Scale*math.Ln2 - 0x1.0a2bp-1,
		even:      []float64{0x1.555513b1d30cfp-3, -0x1.6a8b4782a809ap-9},
		Magnitude: math.MaxInt32, Bits: func(v float64) uint64 { return uint64(math.Float32bits(float32(v))) },
	}
	Double = Precision{
		Farthest: 700, ToInteger: 3 << 51, Mantissa: 52,
		PerLn2: -1 / math.Ln2, Ln2: 0x1.0a2b23f3bap-1, Ln2Rest: Scale*math.Ln2 - 0x1.0a2b23f3bap-1,
		even: []float64{0x1.555555555552dp-3, -0x1.6c16c16bd9fc1p-9, 0x1.1566aac07bb46p-14,
			-0x1.bbd3aa9b49a59p-20, 0x1.6348e952e6f1ap-25},
		Magnitude: math.MaxInt64, Bits: math.Float64bits,
	}
)

// Terms are the scaled coefficients of R, of r^0, r^2, ...
func (p Precision) Terms() []float64 {
	terms := []float64{2 * Scale}
	factor := float64(Scale)
	for _, v := range p.even {
		factor /= Scale * Scale
		terms = append(terms, factor*v)
	}
	return terms
}

// Of is that of float64 or float32.
func Of(double bool) Precision {
	if double {
		return Double
	}
	return Single
}

// Blocks are how many vectors go side by side. Four take all registers of AVX2,
// and of NEON, whose constants stay in registers, in float32.
var Blocks = []int{4, 2, 1}
