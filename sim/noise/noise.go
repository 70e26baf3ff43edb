// Package noise has random numbers that depend on what they are for, and on
// nothing else: on a seed, the name of what is noisy, a row, a unit, and a time
// or the number of a presentation. There is no state that would have to be kept,
// and no order in which they must be drawn.
//
//   - [Stream] draws normal numbers for the units of a population;
//   - [Path] is Brownian motion of such streams, known at every nanosecond.
package noise

import (
	"hash/fnv"
	"math"
)

// Stream is normal numbers for rows x units, in this order.
type Stream struct {
	key         [2]uint32
	Rows, Units int
}

// NewStream is the stream of a name. Streams of other names or seeds are
// independent of it; rows and units have the same numbers however many others
// there are.
func NewStream(seed uint64, name string, rows, units int) Stream {
	return Stream{key: Key(seed, name), Rows: rows, Units: units}
}

// Key is the key of [Philox] for numbers of a seed and a name. Those of other seeds
// or names are independent.
func Key(seed uint64, name string) [2]uint32 {
	h := fnv.New64a()
	h.Write([]byte(name))
	k := seed ^ h.Sum64()
	return [2]uint32{uint32(k), uint32(k >> 32)}
}

// Len is the number of units in all rows.
func (s Stream) Len() int { return s.Rows * s.Units }

// A counter has 64 bits of when; the highest tells presentations from times.
const presentation = 1 << 63

// Draw stores, for presentation n, independent numbers with mean 0 and standard
// deviation 1 in dst, of length Len. Those of the times of a [Path] are others.
func (s Stream) Draw(dst []float64, n uint64) { s.at(dst, n|presentation) }

// at is the normal numbers of one counter. Two units share a block: what Box and
// Muller (Ann. Math. Stat. 29, 1958) make of two uniform numbers is two normal
// ones.
func (s Stream) at(dst []float64, when uint64) {
	counter := [4]uint32{uint32(when), uint32(when >> 32), 0, 0}
	for row := range s.Rows {
		own := dst[row*s.Units:][:s.Units]
		counter[3] = uint32(row)
		for i := 0; i < len(own); i += 2 {
			counter[2] = uint32(i / 2)
			x := Philox(counter, s.key)
			radius := math.Sqrt(-2 * math.Log(positive(x[0], x[1])))
			sin, cos := math.Sincos(2 * math.Pi * positive(x[2], x[3]))
			own[i] = radius * cos
			if i+1 < len(own) {
				own[i+1] = radius * sin
			}
		}
	}
}

// positive is a uniform number in (0, 1] of 53 bits.
func positive(hi, lo uint32) float64 {
	return float64((uint64(hi)<<32|uint64(lo))>>11+1) * 0x1p-53
}
