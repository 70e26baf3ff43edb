package spiking

import (
	"math"
	"math/bits"

	"burstsim/sim/noise"
)

// dice are random numbers for one purpose, by counters: a step or a neuron has
// the same numbers whatever was drawn before.
type dice struct {
	key     [2]uint32
	counter [4]uint32 // of the words that follow
	words   [16]uint64
	used    int // of words
}

func newDice(seed uint64, purpose string) dice { return dice{key: noise.Key(seed, purpose)} }

// uniform is a number in (0, 1) made of 64 random bits.
func uniform(a, b uint32) float64 {
	return (float64(uint64(a)<<20|uint64(b)>>12) + 0.5) / (1 << 52)
}

// pair is two numbers for a neuron in a step.
func (d *dice) pair(step int64, neuron int) (float64, float64) {
	x := noise.Philox([4]uint32{uint32(step), uint32(step >> 32), uint32(neuron), 1}, d.key)
	return uniform(x[0], x[1]), uniform(x[2], x[3])
}

// hits appends to dst those of n neurons that something happens to in a step, to
// each with probability p. What seldom happens is found by skips, at the cost of
// what happens; what often does, for 64 neurons at a time.
func (d *dice) hits(dst []int32, step int64, n int, p float64) []int32 {
	switch {
	case p >= 1:
		for i := range n {
			dst = append(dst, int32(i))
		}
		return dst
	case p <= 0:
		return dst
	case p < 1./32:
		return d.skip(dst, step, n, p)
	}
	threshold := uint64(p * (1 << 53)) // p, bit by bit
	d.counter, d.used = [4]uint32{uint32(step), uint32(step >> 32), 0, 2}, len(d.words)
	for first := 0; first < n; first += 64 {
		for hit := d.word(threshold); hit != 0; hit &= hit - 1 {
			i := first + bits.TrailingZeros64(hit)
			if i >= n {
				break
			}
			dst = append(dst, int32(i))
		}
	}
	return dst
}

// word is 64 bits, each 1 with a probability of threshold/2^53. Random numbers are
// compared with it for all bits at once, from their first digit on, until none can
// be equal any more: after some 8 digits.
func (d *dice) word(threshold uint64) (hit uint64) {
	undecided := ^uint64(0)
	for digit := uint64(1) << 52; digit != 0 && undecided != 0; digit >>= 1 {
		if d.used == len(d.words) {
			noise.Words(&d.words, d.counter, d.key)
			d.counter[2] += 8
			d.used = 0
		}
		w := d.words[d.used]
		d.used++
		if threshold&digit != 0 {
			hit |= undecided &^ w
			undecided &= w
		} else {
			undecided &^= w
		}
	}
	return hit
}

// skip draws how many neurons are passed over until the next.
func (d *dice) skip(dst []int32, step int64, n int, p float64) []int32 {
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
