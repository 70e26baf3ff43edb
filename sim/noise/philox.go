package noise

//go:generate go -C ../../internal/asm run ./philox -out ../../sim/noise/philox_amd64.s -stubs ../../sim/noise/philox_amd64.go -pkg noise

import "math/bits"

// Philox is the counter-based generator Philox4x32-10: a bijection of 128 bits,
// chosen by a key, whose output is random to all tests of TestU01. Whoever knows
// counter and key has the number, whatever was drawn before.
//
// Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3,
// SC 2011.
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	const (
		rounds       = 10
		m0, m1       = 0xD2511F53, 0xCD9E8D57
		weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
	)
	for range rounds {
		hi0, lo0 := bits.Mul32(m0, counter[0])
		hi1, lo1 := bits.Mul32(m1, counter[2])
		counter = [4]uint32{hi1 ^ counter[1] ^ key[0], lo1, hi0 ^ counter[3] ^ key[1], lo0}
		key[0] += weyl0
		key[1] += weyl1
	}
	return counter
}

// Words are 16 words of random bits: the halves of the eight blocks that begin with
// a counter and differ in its third number, all first halves before the second
// ones.
func Words(dst *[16]uint64, counter [4]uint32, key [2]uint32) { words(dst, counter, key) }

// words is wordsOneByOne, or the same by instructions that not every processor has.
var words = wordsOneByOne

func wordsOneByOne(dst *[16]uint64, counter [4]uint32, key [2]uint32) {
	for k := range 8 {
		x := Philox(counter, key)
		dst[k], dst[8+k] = uint64(x[0])<<32|uint64(x[1]), uint64(x[2])<<32|uint64(x[3])
		counter[2]++
	}
}
