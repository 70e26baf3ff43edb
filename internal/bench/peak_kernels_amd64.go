package bench

import "golang.org/x/sys/cpu"

// peakKernel runs n rounds of fused multiplications and additions, and roundFlops
// is the number of both in a round, in float32. It is nil where there is none.
func peakKernel() (kernel func(n int), roundFlops float64) {
	const accumulators = 12
	switch {
	case cpu.X86.HasAVX512F:
		return peakAVX512, 2 * 16 * accumulators
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return peakAVX2, 2 * 8 * accumulators
	}
	return nil, 0
}
