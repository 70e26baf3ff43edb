// Transpose generates the transposition of a matrix whose sides are multiples
// of the number of lanes, by squares of them. AVX is all it takes.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

func main() {
	generate("transposeSingle", isa.Set{}, transposeSingle)
	generate("transposeDouble", isa.Set{Double: true}, transposeDouble)
	Generate()
}

// generate makes a function that stores the transpose of a, m x n, in dst;
// rows are lda and ldd apart.
func generate(name string, s isa.Set, transpose func(rows []reg.VecVirtual) []reg.VecVirtual) {
	f := s.Float()
	TEXT(name, NOSPLIT, "func(m, n int, a *"+f+", lda int, dst *"+f+", ldd int)")
	Pragma("noescape")
	m, lda, ldd := isa.Integer("m"), s.Stride("lda"), s.Stride("ldd")
	a, dst := isa.Integer("a"), isa.Integer("dst")
	Label("down")
	from, to, n := GP64(), GP64(), isa.Integer("n")
	MOVQ(a, from)
	MOVQ(dst, to)
	rows := isa.Addresses(s.Lanes(), from, lda)
	Label("across")
	var square []reg.VecVirtual
	for _, m := range rows {
		v := s.Vector()
		s.Load(m, v)
		square = append(square, v)
	}
	ADDQ(U8(s.Bytes()), from)
	for _, v := range transpose(square) {
		s.Store(v, Mem{Base: to})
		ADDQ(ldd, to)
	}
	SUBQ(U8(s.Lanes()), n)
	JNZ(LabelRef("across"))
	for range s.Lanes() {
		ADDQ(lda, a)
	}
	ADDQ(U8(s.Bytes()), dst)
	SUBQ(U8(s.Lanes()), m)
	JNZ(LabelRef("down"))
	VZEROUPPER()
	RET()
}

func transposeSingle(r []reg.VecVirtual) []reg.VecVirtual {
	pairs := make([]reg.VecVirtual, 8)
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPS(r[i+1], r[i], pairs[i])
		VUNPCKHPS(r[i+1], r[i], pairs[i+1])
	}
	fours := make([]reg.VecVirtual, 8) // columns 0 to 3 of rows 0 to 3 in one half, 4 to 7 in the other; then of rows 4 to 7
	for i := range fours {
		fours[i] = YMM()
		half := i &^ 3
		low, high := pairs[half+i%4/2], pairs[half+i%4/2+2]
		VSHUFPS(U8(0x44+0xaa*(i%2)), high, low, fours[i])
	}
	columns := make([]reg.VecVirtual, 8)
	for j := range columns {
		columns[j] = YMM()
		VPERM2F128(U8(0x20+0x11*(j/4)), fours[4+j%4], fours[j%4], columns[j])
	}
	return columns
}

func transposeDouble(r []reg.VecVirtual) []reg.VecVirtual {
	pairs := make([]reg.VecVirtual, 4)
	for i := 0; i < 4; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPD(r[i+1], r[i], pairs[i])
		VUNPCKHPD(r[i+1], r[i], pairs[i+1])
	}
	columns := make([]reg.VecVirtual, 4)
	for j := range columns {
		columns[j] = YMM()
		VPERM2F128(U8(0x20+0x11*(j/2)), pairs[2+j%2], pairs[j%2], columns[j])
	}
	return columns
}
