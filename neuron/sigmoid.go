package neuron

import "math"

// Float is the precision of a state.
type Float interface{ float32 | float64 }

// Sigmoid stores the logistic function 1/(1+exp(-x)) of every element of x in
// dst. dst may be x; x has at least the length of dst.
//
// The error is below 2 units in the last place in both precisions, subnormal
// results included, and below 2.5 where exp(-x) is nearest to 2^53, or to 2^24
// in float32: x from -37.1 to -36.3 and from -17 to -16.2. A NaN stays one and
// the sigmoid of 0 is exactly 0.5. An element's result depends on that element
// alone, so the same binary gives the same bits at any position in a slice.
// AVX2, AVX-512 and NEON (arm64) give the same bits, but where exp(-|x|) is too
// small for them, about 1e-38 in float32 and 1e-304: there it comes from
// math.Exp, which some processors have their own of. Others may differ in the
// last place.
func Sigmoid[F Float](dst, x []F) {
	switch dst := any(dst).(type) {
	case []float64:
		vectors64.sigmoid(dst, any(x).([]float64))
	case []float32:
		vectors32.sigmoid(dst, any(x).([]float32))
	}
}

// Logit stores log(x/(1-x)), the inverse of Sigmoid, of every element of x in
// dst. dst may be x. 0 gives -Inf, 1 gives +Inf, what lies outside gives NaN.
func Logit[F Float](dst, x []F) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = F(logit(float64(v)))
	}
}

// logit avoids the cancellation that log(x) - log(1-x) suffers near 0.5,
// where 1 - 2x is exact.
func logit(x float64) float64 {
	switch {
	case x < 0.25:
		return math.Log(x) - math.Log1p(-x)
	case x < 0.5:
		return -math.Log1p((1 - 2*x) / x)
	default:
		return math.Log1p((2*x - 1) / (1 - x))
	}
}

// Near 0, exp(-x) = power exp(r), where power is within 2^-25 of 2^(-k/steps)
// for an integer k and |r| <= ln2/(2 steps): it comes from a table and exp(r)
// from a short polynomial. That is the plan of Tang, "Table-driven
// implementation of the exponential function in IEEE floating-point
// arithmetic", ACM TOMS 15 (1989). As in Gal's accurate tables (ACM TOMS 17,
// 1991) an entry is a short number, here a float32, whose deviation from the
// exact power goes into r: adding 1 to it loses nothing, so that the
// denominator 1 + power + power (exp(r) - 1) is rounded once.
const (
	stepBits = 8
	steps    = 1 << stepBits

	// step = ln2/steps in two parts: the high one has 32 significant bits, so
	// that its product with k is exact.
	step     = math.Ln2 / steps
	stepHigh = 0x1.62e42feep-9
	stepLow  = step - stepHigh

	// exp(r) = 1 + r + r^2/2 + cubic r^3 + r^4/24, where cubic is not 1/6 but
	// absorbs most of the missing r^5/120: the error is 5e-18.
	cubic = 1./6 + 0.87*(step/2)*(step/2)/120

	// Adding 1.5 2^52 to a number leaves its nearest integer in the lowest bits.
	toInteger     = 3 << 51
	toIntegerBits = 0x4338 << 48

	// farthest is the largest |k|, reached at |x| = 20. Up to there 1 + power
	// is exact.
	farthest = 7386
)

// powerOfTwo is 2^(-j/steps). bits are those of the nearest float32, as a float64,
// with j added to the exponent field in units of 1/steps: taking k off gives
// 2^(-k/steps) for every k = j mod steps. rest is the logarithm of what the
// nearest float32 lacks as a factor.
type powerOfTwo struct {
	bits uint64
	rest float64
}

var powers = tabulate()

func tabulate() (table [steps]powerOfTwo) {
	const ( // 2^(-1/steps) in two parts
		root     = 0.99729605608547012625765991384792260112
		rootHigh = 0x1.fe9d96b2a23d9p-1
		rootLow  = root - rootHigh
	)
	high, low := 1.0, 0.0
	for j := range table {
		short := float64(float32(high))
		table[j] = powerOfTwo{
			bits: math.Float64bits(short) + uint64(j)<<(52-stepBits),
			rest: math.Log1p((high - short + low) / short),
		}
		product := float64(high * rootHigh) // rounded: fused into what follows, it would cancel nothing
		missing := math.FMA(high, rootHigh, -product) + (high*rootLow + low*rootHigh)
		high = product + missing
		low = missing - (high - product)
	}
	return table
}

func sigmoid64(dst, x []float64) {
	x = x[:len(dst)]
	for i, v := range x {
		shifted := v*(1/step) + toInteger
		k := math.Float64bits(shifted)
		if k-(toIntegerBits-farthest) > 2*farthest { // also if v is no number
			dst[i] = farSigmoid(v)
			continue
		}
		n := shifted - toInteger
		entry := &powers[k%steps]
		r := n*stepHigh - v + n*stepLow + entry.rest
		r2 := r * r
		expm1 := r + r2*(1./2+r*cubic+r2*(1./24))
		power := math.Float64frombits(entry.bits - k<<(52-stepBits))
		dst[i] = 1 / ((1 + power) + power*expm1)
	}
}

// sigmoid32 computes in float64, where the first terms suffice for float32.
func sigmoid32(dst, x []float32) {
	x = x[:len(dst)]
	for i, v32 := range x {
		v := float64(v32)
		shifted := v*(1/step) + toInteger
		k := math.Float64bits(shifted)
		if k-(toIntegerBits-farthest) > 2*farthest {
			dst[i] = float32(farSigmoid(v))
			continue
		}
		r := (shifted-toInteger)*step - v
		power := math.Float64frombits(powers[k%steps].bits - k<<(52-stepBits))
		dst[i] = float32(1 / ((1 + power) + power*(r+r*r*(1./2))))
	}
}

// farSigmoid is the sigmoid where exp(-2|x|) vanishes beside 1.
func farSigmoid(x float64) float64 {
	y := math.Exp(-math.Abs(x))
	if x > 0 {
		return 1 - y
	}
	return y - y*y
}
