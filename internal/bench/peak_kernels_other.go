//go:build !amd64 && !arm64

package bench

// peakKernel is nil: the peak is not measured on this processor.
func peakKernel() (kernel func(n int), roundFlops float64) { return nil, 0 }
