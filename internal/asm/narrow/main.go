// Narrow generates products of matrices of float64 that have three columns,
// four rows, that is three vectors, at a time. n is a multiple of 4. Products
// are rounded before they are added, as plain Go does it.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

func main() {
	product()
	outer("storeOuterBy3", false)
	outer("addOuterBy3", true)
	Generate()
}

// columns fills a vector with each element of x.
func columns(x reg.Register) [3]reg.VecVirtual {
	var v [3]reg.VecVirtual
	for j := range v {
		v[j] = YMM()
		VBROADCASTSD(Mem{Base: x, Disp: 8 * j}, v[j])
	}
	return v
}

// product is dst = w x.
func product() {
	TEXT("dotsBy3", NOSPLIT, "func(n int, w, x, dst *float64)")
	Pragma("noescape")
	n, w, dst := isa.Integer("n"), isa.Integer("w"), isa.Integer("dst")
	x := columns(isa.Integer("x"))
	Label("rows")
	SUBQ(U8(4), n)
	JLT(LabelRef("done"))
	// Two numbers of the first two rows, and those of the other two behind.
	pairs := func(at int) reg.VecVirtual {
		v := YMM()
		VMOVUPD(Mem{Base: w, Disp: 8 * at}, v.AsX())
		VINSERTF128(U8(1), Mem{Base: w, Disp: 8 * (at + 6)}, v, v)
		return v
	}
	first, middle, last := pairs(0), pairs(2), pairs(4) // 00 01, 02 10, 11 12
	column := [3]reg.VecVirtual{YMM(), YMM(), YMM()}
	VBLENDPD(U8(0b1010), middle, first, column[0])
	VSHUFPD(U8(0b0101), last, first, column[1])
	VBLENDPD(U8(0b1010), last, middle, column[2])
	for j := range column {
		VMULPD(x[j], column[j], column[j])
	}
	VADDPD(column[1], column[0], column[0])
	VADDPD(column[2], column[0], column[0])
	VMOVUPD(column[0], Mem{Base: dst})
	ADDQ(U8(96), w)
	ADDQ(U8(32), dst)
	JMP(LabelRef("rows"))
	Label("done")
	VZEROUPPER()
	RET()
}

// outer is w = alpha y x', or adds that to w.
func outer(name string, add bool) {
	TEXT(name, NOSPLIT, "func(n int, alpha float64, w, y, x *float64)")
	Pragma("noescape")
	n, w, y := isa.Integer("n"), isa.Integer("w"), isa.Integer("y")
	alpha := YMM()
	VBROADCASTSD(isa.Scalar("alpha"), alpha)
	x := columns(isa.Integer("x"))
	var repeated [3]reg.VecVirtual // x, x, x, x
	for k := range repeated {
		v := YMM()
		VBLENDPD(U8(0b0010), x[(k+1)%3], x[k], v)
		VBLENDPD(U8(0b0100), x[(k+2)%3], v, v)
		repeated[k] = v
	}
	Label("rows")
	SUBQ(U8(4), n)
	JLT(LabelRef("done"))
	rows := YMM()
	VMULPD(Mem{Base: y}, alpha, rows)
	for k, which := range []int{0b01_00_00_00, 0b10_10_01_01, 0b11_11_11_10} {
		v, at := YMM(), Mem{Base: w, Disp: 32 * k}
		VPERMPD(U8(which), rows, v)
		VMULPD(repeated[k], v, v)
		if add {
			VADDPD(at, v, v)
		}
		VMOVUPD(v, at)
	}
	ADDQ(U8(96), w)
	ADDQ(U8(32), y)
	JMP(LabelRef("rows"))
	Label("done")
	VZEROUPPER()
	RET()
}
