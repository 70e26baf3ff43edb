// Elementwise generates sums and products of arrays, element by element. dst may
// be one of the operands. Products are rounded before they are added, as plain
// Go does it.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

// kernel is a function of some of the operands a, b and c. All have the same
// parameters.
type kernel struct {
	name     string
	operands int
	one      bool // needs a vector of ones
	compute  func(s isa.Set, v []reg.VecVirtual, one reg.VecVirtual)
}

// kernels leave their result in the first vector.
var kernels = []kernel{
	{"add", 2, false, func(s isa.Set, v []reg.VecVirtual, _ reg.VecVirtual) { s.Add(v[0], v[1], v[0]) }},
	{"sub", 2, false, func(s isa.Set, v []reg.VecVirtual, _ reg.VecVirtual) { s.Sub(v[0], v[1], v[0]) }},
	{"mul", 2, false, func(s isa.Set, v []reg.VecVirtual, _ reg.VecVirtual) { s.Mul(v[1], v[0]) }},
	{"div", 2, false, func(s isa.Set, v []reg.VecVirtual, _ reg.VecVirtual) { s.Div(v[0], v[1], v[0]) }},
	{"mulAdd", 3, false, func(s isa.Set, v []reg.VecVirtual, _ reg.VecVirtual) {
		s.Mul(v[1], v[0])
		s.Add(v[0], v[2], v[0])
	}},
	{"subMul", 3, false, func(s isa.Set, v []reg.VecVirtual, _ reg.VecVirtual) {
		s.Sub(v[0], v[1], v[0])
		s.Mul(v[2], v[0])
	}},
	{"oneMinusMul", 2, true, func(s isa.Set, v []reg.VecVirtual, one reg.VecVirtual) {
		s.Sub(one, v[0], v[0])
		s.Mul(v[1], v[0])
	}},
	{"oneMinusMulMul", 3, true, func(s isa.Set, v []reg.VecVirtual, one reg.VecVirtual) {
		s.Sub(one, v[0], v[0])
		s.Mul(v[1], v[0])
		s.Mul(v[2], v[0])
	}},
}

func main() {
	for _, s := range isa.Sets {
		unity := s.One()
		for _, k := range kernels {
			k.generate(s, unity)
		}
	}
	Generate()
}

func (k kernel) generate(s isa.Set, unity Mem) {
	name := k.name + s.Name()
	TEXT(name, NOSPLIT, fmt.Sprintf("func(n int, dst, a, b, c *%s, mask *byte)", s.Float()))
	Pragma("noescape")
	n := isa.Integer("n")
	operands := []string{"a", "b", "c"}[:k.operands]
	pointers := map[string]reg.GPVirtual{}
	for _, p := range append([]string{"dst"}, operands...) {
		pointers[p] = isa.Integer(p)
	}
	mask := s.Mask(isa.Integer("mask"))
	one := s.Vector()
	if k.one {
		s.Broadcast(unity, one)
	}
	offset := GP64()
	XORQ(offset, offset)
	at := func(p string) Mem { return Mem{Base: pointers[p], Index: offset, Scale: 1} }
	vectors := func(load func(m Mem, v Op)) []reg.VecVirtual {
		var out []reg.VecVirtual
		for _, p := range operands {
			v := s.Vector()
			load(at(p), v)
			out = append(out, v)
		}
		return out
	}

	Label("whole")
	SUBQ(U32(s.Lanes()), n)
	JLT(LabelRef("rest"))
	v := vectors(s.Load)
	k.compute(s, v, one)
	s.Store(v[0], at("dst"))
	ADDQ(U32(s.Bytes()), offset)
	JMP(LabelRef("whole"))

	Label("rest")
	ADDQ(U32(s.Lanes()), n)
	JZ(LabelRef("done"))
	v = vectors(func(m Mem, v Op) { s.LoadPart(m, mask, v) })
	k.compute(s, v, one)
	s.StorePart(v[0], mask, at("dst"))
	Label("done")
	VZEROUPPER()
	RET()
}
