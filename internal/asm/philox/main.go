// Philox generates eight blocks of Philox4x32-10 at once. A lane of 64 bits has
// one of the four numbers of a block in its lower half; what is in the upper half
// does not matter, as a product is of lower halves.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	steps := GLOBL("blocks", RODATA|NOPTR)
	for k := range 8 {
		DATA(8*k, U64(k))
	}
	TEXT("wordsAVX2", NOSPLIT, "func(dst *uint64, counter *uint32, key *uint32)")
	Pragma("noescape")
	Doc("wordsAVX2 is Words.")
	dst := Load(Param("dst"), GP64()).(reg.GPVirtual)
	counter := Load(Param("counter"), GP64()).(reg.GPVirtual)
	key := Load(Param("key"), GP64()).(reg.GPVirtual)

	const sets = 2
	constant := func(name string, v uint64) reg.VecVirtual {
		r := YMM()
		VPBROADCASTQ(ConstData(name, U64(v)), r)
		return r
	}
	m0, m1 := constant("m0", 0xD2511F53), constant("m1", 0xCD9E8D57)
	weyl0, weyl1 := constant("weyl0", 0x9E3779B9), constant("weyl1", 0xBB67AE85)
	number := func(base reg.GPVirtual, i int) reg.VecVirtual {
		r := YMM()
		VPBROADCASTD(Mem{Base: base, Disp: 4 * i}, r)
		return r
	}
	k0, k1 := number(key, 0), number(key, 1)
	var c [sets][4]reg.VecVirtual
	for s := range sets {
		for i := range 4 {
			c[s][i] = number(counter, i)
		}
		VPADDD(steps.Offset(32*s), c[s][2], c[s][2])
	}
	for round := range 10 {
		if round > 0 {
			VPADDD(weyl0, k0, k0)
			VPADDD(weyl1, k1, k1)
		}
		for s := range sets {
			x := &c[s]
			p0, p1 := YMM(), YMM()
			VPMULUDQ(m0, x[0], p0)
			VPMULUDQ(m1, x[2], p1)
			h0, h1 := YMM(), YMM()
			VPSRLQ(U8(32), p0, h0)
			VPSRLQ(U8(32), p1, h1)
			VPXOR(h1, x[1], x[1])
			VPXOR(k0, x[1], x[1])
			VPXOR(h0, x[3], x[3])
			VPXOR(k1, x[3], x[3])
			x[0], x[1], x[2], x[3] = x[1], p1, x[3], p0
		}
	}
	for s := range sets {
		x := c[s]
		for half := range 2 {
			high, low := x[2*half], x[2*half+1]
			VPSLLQ(U8(32), high, high)
			VPBLENDD(U8(0xAA), high, low, low)
			VMOVDQU(low, Mem{Base: dst, Disp: 64*half + 32*s})
		}
	}
	VZEROUPPER()
	RET()
	Generate()
}
