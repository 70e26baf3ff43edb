package bench

// peakKernel runs n rounds of fused multiplications and additions, and roundFlops
// is the number of both in a round, in float32.
func peakKernel() (kernel func(n int), roundFlops float64) { return peakNEON, 2 * 4 * 24 }
