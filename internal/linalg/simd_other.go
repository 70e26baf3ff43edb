//go:build !amd64 && !arm64

package linalg

// runnable is empty: there are no kernels of our own for this processor.
func runnable() []*Backend { return nil }
