package images

import (
	"math/bits"
	"math/rand/v2"
)

// Order returns the numbers 0 to n-1 in the random order that belongs to a seed
// and an epoch, in dst's memory if that suffices.
func Order(seed uint64, epoch, n int, dst []int) []int {
	if cap(dst) < n {
		dst = make([]int, n)
	}
	dst = dst[:n]
	for i := range dst {
		dst[i] = i
	}
	// rand.Shuffle would allocate its generator, which a stream must not.
	var source rand.PCG
	source.Seed(seed^ordering, uint64(epoch))
	for i := n - 1; i > 0; i-- {
		j, _ := bits.Mul64(source.Uint64(), uint64(i+1)) // uniform but for 1 in 2^64/n
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}
