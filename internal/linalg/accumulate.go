package linalg

// What accumulates slowly loses every change below half a unit in its last
// place, and of larger ones what rounding cuts off. The functions here keep that
// in a carry, zero at first, which has an element for each of dst and joins the
// next change: dst, rounded from a sum of twice the digits, follows the exact
// sum to about one unit in the last place however many changes it takes
// (compensated summation: Kahan, Further remarks on reducing truncation errors,
// CACM 8, 1965).

// Accumulate adds alpha x and carry to dst, and leaves in carry what dst could
// not take.
func Accumulate[F Float](dst, carry []F, alpha F, x []F) {
	if len(dst) > 0 {
		inUse[F]().axpyCarry(alpha, x, dst, carry)
	}
}

// AccumulateOuter is AddOuter with a carry, which is out x in, as dst is. scratch
// is of the same shape and overwritten; one sample needs none.
func AccumulateOuter[F Float](dst, carry, scratch []F, alpha F, y, x []F, rows, out, in int) {
	if rows == 1 {
		inUse[F]().gerCarry(out, in, alpha, y, x, dst, carry)
		return
	}
	inUse[F]().gemmCarry(out, in, rows, alpha, y, x, dst, carry, scratch)
}

// AccumulateOuterMulTrans is AccumulateOuter into w, followed by MulTrans with
// the new weights, in one pass over them where the backend can.
func AccumulateOuterMulTrans[F Float](dst, w, carry []F, alpha F, y, x, next []F, out, in int) {
	inUse[F]().gervCarry(out, in, alpha, y, x, w, carry, next, dst)
}

// accumulateOuter serves the backends without assembly, and what is too small
// for it.
func accumulateOuter[F Float](out, in int, alpha F, y, x, w, carry []F) {
	for i := range out {
		accumulate(alpha*y[i], x[:in], w[i*in:][:in], carry[i*in:][:in])
	}
}

func accumulate[F Float](alpha F, x, dst, carry []F) {
	x, carry = x[:len(dst)], carry[:len(dst)]
	for i := range dst {
		change := carry[i] + alpha*x[i]
		sum := dst[i] + change
		carry[i] = change - (sum - dst[i])
		dst[i] = sum
	}
}

func (gonumSingle) gerCarry(out, in int, alpha float32, y, x, w, carry []float32) {
	accumulateOuter(out, in, alpha, y, x, w, carry)
}

func (g gonumSingle) gervCarry(out, in int, alpha float32, y, x, w, carry, next, dst []float32) {
	g.gerCarry(out, in, alpha, y, x, w, carry)
	g.gemv(false, out, in, w, next, dst)
}

func (gonumDouble) gerCarry(out, in int, alpha float64, y, x, w, carry []float64) {
	accumulateOuter(out, in, alpha, y, x, w, carry)
}

func (g gonumDouble) gervCarry(out, in int, alpha float64, y, x, w, carry, next, dst []float64) {
	g.gerCarry(out, in, alpha, y, x, w, carry)
	g.gemv(false, out, in, w, next, dst)
}

func (gonumSingle) axpyCarry(alpha float32, x, dst, carry []float32) {
	accumulate(alpha, x, dst, carry)
}

func (gonumDouble) axpyCarry(alpha float64, x, dst, carry []float64) {
	accumulate(alpha, x, dst, carry)
}

func (g gonumSingle) gemmCarry(out, in, rows int, alpha float32, y, x, w, carry, scratch []float32) {
	throughScratch(g, out, in, rows, alpha, y, x, w, carry, scratch)
}

func (g gonumDouble) gemmCarry(out, in, rows int, alpha float64, y, x, w, carry, scratch []float64) {
	throughScratch(g, out, in, rows, alpha, y, x, w, carry, scratch)
}

// throughScratch is gemmCarry by a product and a sum.
func throughScratch[F Float](k kernels[F], out, in, rows int, alpha F, y, x, w, carry, scratch []F) {
	change := scratch[:out*in]
	k.gemm(true, false, out, in, rows, alpha, y, x, 0, change)
	k.axpyCarry(1, change, w[:out*in], carry)
}
