// Sigmoid generates the logistic function, 1 / (1 + exp(-x)), of the elements
// of a vector. Both precisions compute in float64:
//
//	exp(-x) = 2^n (1 + p), where n is the integer nearest to -x/ln2,
//	r = -x - n ln2 and p = exp(r) - 1 = r + r^2 (1/2 + r/6 + ...)
//	1 + exp(-x) = (1 + 2^n) + 2^n p
//
// The first bracket is exact where it matters, so that the denominator is
// rounded once. The function returns how many elements it has stored: it stops
// before a vector with an element beyond 700, or with one that is no number.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

const (
	farthest = 700
	// Adding 1.5 2^52 to a number leaves its nearest integer in the lowest bits.
	toInteger = 3 << 51
	// ln2High has 33 significant bits: its product with n is exact.
	ln2High = 0x1.62e42feep-1
	ln2Low  = 1.90821492927058770002e-10
	// Terms of exp(r) - 1 that leave out less than 2^-57 and 2^-31 of it, for
	// |r| <= ln2/2.
	doubleTerms, singleTerms = 13, 8
)

func main() {
	for _, s := range isa.Sets {
		generate(s)
	}
	Generate()
}

// constants are stored once each, and kept in registers where there are enough.
type constants struct {
	isa.Set // of float64
	data    Mem
	at      int
}

func (c *constants) add(bits uint64) func() reg.VecVirtual {
	m := c.data.Offset(c.at)
	DATA(c.at, U64(bits))
	c.at += 8
	load := func() reg.VecVirtual {
		v := c.Vector()
		c.Broadcast(m, v)
		return v
	}
	if !c.Wide {
		return load
	}
	v := load()
	return func() reg.VecVirtual { return v }
}

func (c *constants) float(v float64) func() reg.VecVirtual { return c.add(math.Float64bits(v)) }

// function is what computes a vector of float64.
type function struct {
	isa.Set
	perLn2, toInteger, ln2High, ln2Low, one func() reg.VecVirtual
	terms                                   []func() reg.VecVirtual // 1/2!, 1/3!, ...
}

func generate(s isa.Set) {
	name := "sigmoid" + s.Name()
	data := GLOBL(name+"Constants", 24) // RODATA, NOPTR
	TEXT(name, NOSPLIT, "func(n int, x, dst *"+s.Float()+", mask *byte) int")
	Pragma("noescape")
	c := &constants{Set: isa.Set{Wide: s.Wide, Double: true}, data: data}
	f := &function{Set: c.Set, perLn2: c.float(-1 / math.Ln2), toInteger: c.float(toInteger),
		ln2High: c.float(ln2High), ln2Low: c.float(ln2Low), one: c.float(1)}
	most, factorial := singleTerms, 1.0
	if s.Double {
		most = doubleTerms
	}
	for i := 2; i <= most; i++ {
		factorial *= float64(i)
		f.terms = append(f.terms, c.float(1/factorial))
	}
	far, magnitude := math.Float64bits(farthest), uint64(math.MaxInt64)
	if !s.Double { // pairs of float32
		far, magnitude = 0x100000001*uint64(math.Float32bits(farthest)), 0x100000001*math.MaxInt32
	}
	limit, sign := c.add(far), c.add(magnitude)

	mask := s.Mask(isa.Integer("mask"))
	x, dst, left := isa.Integer("x"), isa.Integer("dst"), isa.Integer("n")
	SUBQ(U8(s.Lanes()), left)
	JL(LabelRef("last"))
	Label("vectors")
	v := s.Vector()
	s.Load(Mem{Base: x}, v)
	stopIfFar(s, v, limit(), sign(), "far")
	s.Store(f.of(s, v), Mem{Base: dst})
	ADDQ(U8(s.Bytes()), x)
	ADDQ(U8(s.Bytes()), dst)
	SUBQ(U8(s.Lanes()), left)
	JGE(LabelRef("vectors"))

	Label("last")
	ADDQ(U8(s.Lanes()), left)
	JZ(LabelRef("done"))
	v = s.Vector()
	s.LoadPart(Mem{Base: x}, mask, v)
	stopIfFar(s, v, limit(), sign(), "stop")
	s.StorePart(f.of(s, v), mask, Mem{Base: dst})
	XORQ(left, left)
	JMP(LabelRef("done"))

	Label("far")
	ADDQ(U8(s.Lanes()), left)
	Label("stop")
	Label("done")
	done := isa.Integer("n")
	SUBQ(left, done)
	Store(done, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// stopIfFar goes to label if an element is not within the limit.
func stopIfFar(s isa.Set, v, limit, sign reg.VecVirtual, label string) {
	const notLessOrEqual = U8(0x16) // or unordered
	size := s.Vector()
	if s.Wide {
		VPANDQ(v, sign, size)
		k := K()
		if s.Double {
			VCMPPD(notLessOrEqual, limit, size, k)
		} else {
			VCMPPS(notLessOrEqual, limit, size, k)
		}
		KORTESTW(k, k)
		JNZ(LabelRef(label))
		return
	}
	VPAND(v, sign, size)
	bits := GP32()
	if s.Double {
		VCMPPD(notLessOrEqual, limit, size, size)
		VMOVMSKPD(size, bits)
	} else {
		VCMPPS(notLessOrEqual, limit, size, size)
		VMOVMSKPS(size, bits)
	}
	TESTL(bits, bits)
	JNZ(LabelRef(label))
}

// of is the function of a vector of s.
func (f *function) of(s isa.Set, v reg.VecVirtual) reg.VecVirtual {
	if s.Double {
		return f.double(v)
	}
	if s.Wide {
		upper := YMM()
		VEXTRACTF64X4(U8(1), v, upper)
		low, high := ZMM(), ZMM()
		VCVTPS2PD(v.AsY(), low)
		VCVTPS2PD(upper, high)
		low, high = f.double(low), f.double(high)
		VCVTPD2PS(low, low.AsY())
		VCVTPD2PS(high, high.AsY())
		VINSERTF64X4(U8(1), high.AsY(), low, low)
		return low
	}
	upper := XMM()
	VEXTRACTF128(U8(1), v, upper)
	low, high := YMM(), YMM()
	VCVTPS2PD(v.AsX(), low)
	VCVTPS2PD(upper, high)
	low, high = f.double(low), f.double(high)
	VCVTPD2PSY(low, low.AsX())
	VCVTPD2PSY(high, high.AsX())
	VINSERTF128(U8(1), high.AsX(), low, low)
	return low
}

func (f *function) double(x reg.VecVirtual) reg.VecVirtual {
	shifted, n, r := f.Vector(), f.Vector(), f.Vector()
	VMOVUPD(f.perLn2(), shifted)
	VFMADD213PD(f.toInteger(), x, shifted)
	VSUBPD(f.toInteger(), shifted, n)
	VMOVUPD(n, r)
	VFNMSUB213PD(x, f.ln2High(), r)
	VFNMADD231PD(f.ln2Low(), n, r)

	last := len(f.terms) - 1
	p := f.Vector()
	VMOVUPD(f.terms[last](), p)
	for i := last - 1; i >= 0; i-- {
		VFMADD213PD(f.terms[i](), r, p)
	}
	square := f.Vector()
	VMULPD(r, r, square)
	VFMADD213PD(r, square, p)

	power, sum := f.Vector(), f.Vector()
	VPSLLQ(U8(52), shifted, power)
	VPADDQ(f.one(), power, power)
	VADDPD(f.one(), power, sum)
	VFMADD231PD(p, power, sum)
	y := f.Vector()
	VDIVPD(sum, f.one(), y)
	return y
}
