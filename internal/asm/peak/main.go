// Peak generates loops of fused multiplications and additions that wait for
// nothing: as many accumulators as hide their latency, and no memory.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

// accumulators are more than two units of four or five cycles take, and leave
// AVX2 registers for the factors.
const accumulators = 12

func main() {
	generate("peakAVX512", ZMM)
	generate("peakAVX2", YMM)
	Generate()
}

// generate makes a function that does n rounds of a fused multiplication in each
// accumulator, of zeros: they take as long as all numbers that are not subnormal.
func generate(name string, vector func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(n int)")
	n := isa.Integer("n")
	a, b := vector(), vector()
	clear := func(v reg.VecVirtual) { VXORPS(v.AsX(), v.AsX(), v.AsX()) }
	clear(a)
	clear(b)
	var sums []reg.VecVirtual
	for range accumulators {
		v := vector()
		clear(v)
		sums = append(sums, v)
	}
	Label("round")
	for _, v := range sums {
		VFMADD231PS(a, b, v)
	}
	DECQ(n)
	JNZ(operand.LabelRef("round"))
	VZEROUPPER()
	RET()
}
