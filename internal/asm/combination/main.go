// Combination generates weighted sums of arrays, as the steps of Runge-Kutta
// methods take them: dst = x + (w0 k0 + w1 k1 + ...). Terms are summed by pairs,
// then the pairs from the left, and then added to x, without fusing products
// and sums, as plain Go does it. dst may be x.
package main

import (
	"fmt"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

const most = 6 // terms

func main() {
	for _, s := range isa.Sets {
		for terms := 1; terms <= most; terms++ {
			generate(s, terms)
		}
	}
	Generate()
}

func generate(s isa.Set, terms int) {
	var names []string
	for j := range most {
		names = append(names, fmt.Sprint("k", j))
	}
	TEXT(fmt.Sprint("combine", terms, s.Name()), NOSPLIT,
		fmt.Sprintf("func(n int, w, dst, x, %s *%s, mask *byte)", strings.Join(names, ", "), s.Float()))
	Pragma("noescape")
	n, dst, x := isa.Integer("n"), isa.Integer("dst"), isa.Integer("x")
	mask := s.Mask(isa.Integer("mask"))
	weights := isa.Integer("w")
	var w []reg.VecVirtual
	var k []reg.GPVirtual
	for j := range terms {
		v := s.Vector()
		s.Broadcast(Mem{Base: weights, Disp: j * s.Size()}, v)
		w, k = append(w, v), append(k, isa.Integer(names[j]))
	}
	offset := GP64()
	XORQ(offset, offset)
	at := func(p reg.Register) Mem { return Mem{Base: p, Index: offset, Scale: 1} }
	sum := func(load func(m Mem, v Op)) reg.VecVirtual {
		var total reg.VecVirtual
		product := func(j int) reg.VecVirtual {
			v := s.Vector()
			load(at(k[j]), v)
			s.Mul(w[j], v)
			return v
		}
		for j := 0; j < terms; j += 2 {
			pair := product(j)
			if j+1 < terms {
				s.Add(pair, product(j+1), pair)
			}
			if j > 0 {
				s.Add(total, pair, pair)
			}
			total = pair
		}
		v := s.Vector()
		load(at(x), v)
		s.Add(v, total, total)
		return total
	}

	Label("whole")
	SUBQ(U32(s.Lanes()), n)
	JLT(LabelRef("rest"))
	s.Store(sum(s.Load), at(dst))
	ADDQ(U32(s.Bytes()), offset)
	JMP(LabelRef("whole"))

	Label("rest")
	ADDQ(U32(s.Lanes()), n)
	JZ(LabelRef("done"))
	s.StorePart(sum(func(m Mem, v Op) { s.LoadPart(m, mask, v) }), mask, at(dst))
	Label("done")
	VZEROUPPER()
	RET()
}
