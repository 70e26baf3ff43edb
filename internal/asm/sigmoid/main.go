// Sigmoid generates the logistic function of the elements of a vector, as
// package logistic explains it.
//
// The function returns how many elements it has stored: it stops before a
// vector with an element that is too far from 0, or no number.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
	"burstsim/internal/asm/logistic"
)

func main() {
	for _, s := range isa.Sets {
		generate(s)
	}
	Generate()
}

// constants are read from memory where registers are few.
type constants struct {
	isa.Set
	data Mem
	at   int
}

func (c *constants) add(bits uint64) Op {
	m, copies := c.data.Offset(c.at), c.Lanes()
	if c.Wide {
		copies = 1
	}
	for range copies {
		if c.Double {
			DATA(c.at, U64(bits))
		} else {
			DATA(c.at, U32(bits))
		}
		c.at += c.Size()
	}
	if !c.Wide {
		return m
	}
	v := c.Vector()
	c.Broadcast(m, v)
	return v
}

// function computes vectors side by side.
type function struct {
	isa.Set
	logistic.Precision
	limit, magnitude, shifter, inverse, scale, ln2, rest, one Op
	terms                                                     []Op // of r^0, r^2, ...
}

func generate(s isa.Set) {
	name := "sigmoid" + s.Name()
	data := GLOBL(name+"Constants", 24) // RODATA, NOPTR
	TEXT(name, NOSPLIT, "func(n int, x, dst *"+s.Float()+", mask *byte) int")
	Pragma("noescape")
	f := &function{Set: s, Precision: logistic.Of(s.Double)}
	c := &constants{Set: s, data: data}
	float := func(v float64) Op { return c.add(f.Bits(v)) }
	f.limit, f.magnitude = float(f.Farthest), c.add(f.Magnitude)
	f.shifter, f.inverse = float(f.ToInteger), float(f.PerLn2)
	f.ln2, f.rest = float(f.Ln2), float(f.Ln2Rest)
	f.one, f.scale = float(1), float(logistic.Scale)
	for _, v := range f.Terms() {
		f.terms = append(f.terms, float(v))
	}

	mask := s.Mask(isa.Integer("mask"))
	x, dst, left := isa.Integer("x"), isa.Integer("dst"), isa.Integer("n")
	for _, n := range logistic.Blocks {
		f.block(n, x, dst, left)
	}

	v := []reg.VecVirtual{s.Vector()}
	TESTQ(left, left)
	JZ(LabelRef("done"))
	s.LoadPart(Mem{Base: x}, mask, v[0])
	f.goIfFar(v, "done")
	s.StorePart(f.of(v)[0], mask, Mem{Base: dst})
	XORQ(left, left)

	Label("done")
	done := isa.Integer("n")
	SUBQ(left, done)
	Store(done, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// block computes n vectors side by side as long as there are as many, and none
// of them has a far element: which has is found one by one.
func (f *function) block(n int, x, dst, left reg.Register) {
	again, end := fmt.Sprintf("block%d", n), fmt.Sprintf("behind%d", n)
	far := end
	if n == 1 {
		far = "done"
	}
	Label(again)
	CMPQ(left, U8(n*f.Lanes()))
	JLT(LabelRef(end))
	var v []reg.VecVirtual
	for i := range n {
		v = append(v, f.Vector())
		f.Load(Mem{Base: x, Disp: i * f.Bytes()}, v[i])
	}
	f.goIfFar(v, far)
	for i, y := range f.of(v) {
		f.Store(y, Mem{Base: dst, Disp: i * f.Bytes()})
	}
	ADDQ(U32(n*f.Bytes()), x)
	ADDQ(U32(n*f.Bytes()), dst)
	SUBQ(U8(n*f.Lanes()), left)
	JMP(LabelRef(again))
	Label(end)
}

// goIfFar goes to label if an element is not within the limit.
func (f *function) goIfFar(v []reg.VecVirtual, label string) {
	const notLessOrEqual = U8(0x16) // or unordered
	var any reg.Register
	for i := range v {
		size := f.Vector()
		if f.Wide {
			VPANDQ(v[i], f.magnitude, size)
			k := K()
			f.Pick(VCMPPS, VCMPPD, notLessOrEqual, f.limit, size, k)
			if any == nil {
				any = k
			} else {
				KORW(k, any, any)
			}
			continue
		}
		VPAND(f.magnitude, v[i], size)
		f.Pick(VCMPPS, VCMPPD, notLessOrEqual, f.limit, size, size)
		if any == nil {
			any = size
		} else {
			VPOR(size, any, any)
		}
	}
	if f.Wide {
		KORTESTW(any, any)
	} else {
		bits := GP32()
		if f.Double {
			VMOVMSKPD(any, bits)
		} else {
			VMOVMSKPS(any, bits)
		}
		TESTL(bits, bits)
	}
	JNZ(LabelRef(label))
}

// of takes all vectors through each operation before the next, and needs x no
// longer.
func (f *function) of(x []reg.VecVirtual) []reg.VecVirtual {
	vectors := func() []reg.VecVirtual {
		v := make([]reg.VecVirtual, len(x))
		for i := range v {
			v[i] = f.Vector()
		}
		return v
	}
	each := func(do func(i int)) {
		for i := range x {
			do(i)
		}
	}
	power, n := vectors(), vectors()
	each(func(i int) { f.Pick(VMOVUPS, VMOVUPD, f.shifter, power[i]) })
	each(func(i int) { f.MulAdd(f.inverse, x[i], power[i]) })
	each(func(i int) { f.Sub(power[i], f.shifter, n[i]) })
	r, product := x, vectors()
	each(func(i int) { f.MulTo(f.ln2, n[i], product[i]) })
	each(func(i int) { f.Pick(VFNMSUB132PS, VFNMSUB132PD, f.scale, product[i], r[i]) })
	each(func(i int) { f.Pick(VPSLLD, VPSLLQ, U8(f.Mantissa), power[i], power[i]) })
	each(func(i int) { f.Pick(VFNMADD231PS, VFNMADD231PD, f.rest, n[i], r[i]) })
	each(func(i int) { f.Pick(VPADDD, VPADDQ, f.one, power[i], power[i]) })
	square, d := n, vectors()
	each(func(i int) { f.MulTo(r[i], r[i], square[i]) })
	last := len(f.terms) - 1
	each(func(i int) { f.Pick(VMOVUPS, VMOVUPD, f.terms[last], d[i]) })
	for k := last - 1; k >= 0; k-- {
		each(func(i int) { f.ScaleAdd(f.terms[k], square[i], d[i]) })
	}
	sum := square
	each(func(i int) { f.Add(f.one, power[i], sum[i]) })
	each(func(i int) { f.Sub(d[i], r[i], d[i]) })
	each(func(i int) { f.Add(r[i], r[i], r[i]) })
	each(func(i int) { f.Mul(power[i], r[i]) })
	each(func(i int) { f.MulAdd(d[i], sum[i], r[i]) })
	each(func(i int) { f.Div(d[i], r[i], d[i]) })
	return d
}
