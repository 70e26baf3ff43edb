package spiking

import (
	"hash/fnv"
	"math"

	"burstsim/sim/noise"
)

// dice are random numbers for one purpose, by counters: a step or a neuron has
// the same numbers whatever was drawn before.
type dice struct{ key [2]uint32 }

func newDice(seed uint64, purpose string) dice {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	k := seed ^ h.Sum64()
	return dice{[2]uint32{uint32(k), uint32(k >> 32)}}
}

// uniform is a number in (0, 1) made of 64 random bits.
func uniform(a, b uint32) float64 {
	return (float64(uint64(a)<<20|uint64(b)>>12) + 0.5) / (1 << 52)
}

// pair is two numbers for a neuron in a step.
func (d dice) pair(step int64, neuron int) (float64, float64) {
	x := noise.Philox([4]uint32{uint32(step), uint32(step >> 32), uint32(neuron), 1}, d.key)
	return uniform(x[0], x[1]), uniform(x[2], x[3])
}

// hits appends to dst those of n neurons that something happens to in a step, to
// each with probability p. It draws how many are passed over until the next: the
// work is that of what happens.
func (d dice) hits(dst []int32, step int64, n int, p float64) []int32 {
	if p >= 1 {
		for i := range n {
			dst = append(dst, int32(i))
		}
		return dst
	}
	if p <= 0 {
		return dst
	}
	scale := 1 / math.Log1p(-p)
	counter := [4]uint32{uint32(step), uint32(step >> 32), 0, 0}
	for i := -1; ; counter[2]++ {
		x := noise.Philox(counter, d.key)
		for _, u := range [2]float64{uniform(x[0], x[1]), uniform(x[2], x[3])} {
			gap := math.Log(u) * scale
			if gap >= float64(n) {
				return dst
			}
			if i += 1 + int(gap); i >= n {
				return dst
			}
			dst = append(dst, int32(i))
		}
	}
}
