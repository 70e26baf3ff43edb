package spiking

import (
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
	count   binomial
	taken   []uint64 // scratch: a bit a neuron
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

// hits appends to dst, in any order, those of n neurons that something happens to in
// a step, to each with probability p. What seldom happens is drawn at the cost of
// what happens; what often does, for 64 neurons at a time.
func (d *dice) hits(dst []int32, step int64, n int, p float64) []int32 {
	switch {
	case p >= 1:
		for i := range n {
			dst = append(dst, int32(i))
		}
		return dst
	case p <= 0 || n < 1:
		return dst
	}
	d.counter, d.used = [4]uint32{uint32(step), uint32(step >> 32), 0, 2}, len(d.words)
	if p < 1./8 {
		return d.few(dst, n, p)
	}
	threshold := uint64(p * (1 << 53)) // p, bit by bit
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

// few is hits by drawing how many there are first, and then which.
func (d *dice) few(dst []int32, n int, p float64) []int32 {
	if d.count.n != n || d.count.p != p {
		d.count, d.taken = newBinomial(n, p), make([]uint64, (n+63)/64)
	}
	w := d.next()
	left := d.count.draw(uniform(uint32(w), uint32(w>>32)))
	width := max(1, bits.Len(uint(n-1)))
	first, mask := len(dst), uint64(1)<<width-1
	for w, some := uint64(0), 0; left > 0; some-- {
		if some == 0 {
			w, some = d.next(), 64/width
		}
		i := w & mask
		w >>= width
		bit := uint64(1) << (i & 63)
		if i >= uint64(n) || d.taken[i>>6]&bit != 0 {
			continue
		}
		d.taken[i>>6] |= bit
		dst = append(dst, int32(i))
		left--
	}
	for _, i := range dst[first:] {
		d.taken[i>>6] = 0
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
			d.refill()
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

// next is 64 random bits.
func (d *dice) next() uint64 {
	if d.used == len(d.words) {
		d.refill()
	}
	d.used++
	return d.words[d.used-1]
}

func (d *dice) refill() {
	noise.Words(&d.words, d.counter, d.key)
	d.counter[2] += 8
	d.used = 0
}
