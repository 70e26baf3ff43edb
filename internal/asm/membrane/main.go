// Membrane generates a step of 32 neurons of two compartments, and what flows
// through conductances. Products and sums are rounded one by one, as in Go.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	advance()
	conduct()
	Generate()
}

// fields of a membrane, in its order.
const (
	rest = iota
	leakSoma
	stepSoma
	leakDend
	stepDend
	theta
	stepTheta
	fadeSoma
	stepAdapt
	slope
	fields
)

func pointer(name string) reg.Register { return Load(Param(name), GP64()) }

func advance() {
	TEXT("advanceAVX2", NOSPLIT, "func(m, soma, dendrite, threshold, somaAdapt, dendriteAdapt, intoSoma, intoDendrite *float64) uint32")
	Pragma("noescape")
	Doc("advanceAVX2 moves 32 neurons by a step, and has a bit for each that is at or above threshold.")
	m := pointer("m")
	var p [fields]reg.VecVirtual
	for k := range p {
		if k == theta || k == stepTheta || k == fadeSoma {
			continue // read where they are used: there are 16 registers
		}
		p[k] = YMM()
		VBROADCASTSD(Mem{Base: m, Disp: 8 * k}, p[k])
	}
	var x [7]reg.Register
	for k, name := range []string{"soma", "dendrite", "threshold", "somaAdapt", "dendriteAdapt", "intoSoma", "intoDendrite"} {
		x[k] = pointer(name)
	}
	hits := GP32()
	XORL(hits, hits)
	for group := range 8 {
		at := func(k int) Mem { return Mem{Base: x[k], Disp: 32 * group} }
		load := func(k int) reg.VecVirtual {
			r := YMM()
			VMOVUPD(at(k), r)
			return r
		}
		constant := func(k int) reg.VecVirtual {
			r := YMM()
			VBROADCASTSD(Mem{Base: m, Disp: 8 * k}, r)
			return r
		}
		// potential is v + leak (rest - v) + step (in - w)
		potential := func(v, w reg.VecVirtual, leak, step, in int) {
			a := YMM()
			VSUBPD(v, p[rest], a)
			VMULPD(p[leak], a, a)
			VADDPD(a, v, v)
			VMOVUPD(at(in), a)
			VSUBPD(w, a, a)
			VMULPD(p[step], a, a)
			VADDPD(a, v, v)
		}
		v, w := load(0), load(3)
		potential(v, w, leakSoma, stepSoma, 5)
		VMULPD(constant(fadeSoma), w, w)
		VMOVUPD(w, at(3))
		VMOVUPD(v, at(0))
		th, a := load(2), YMM()
		VSUBPD(th, constant(theta), a)
		VMULPD(constant(stepTheta), a, a)
		VADDPD(a, th, th)
		VMOVUPD(th, at(2))
		VCMPPD(U8(0x1d), th, v, v) // at or above, and no NaN
		bit := GP32()
		VMOVMSKPD(v, bit)
		SHLL(U8(4*group), bit)
		ORL(bit, hits)
		d, wd := load(1), load(4)
		potential(d, wd, leakDend, stepDend, 6)
		VMOVUPD(d, at(1))
		VSUBPD(p[rest], d, d)
		VMULPD(p[slope], d, d)
		VSUBPD(wd, d, d)
		VMULPD(p[stepAdapt], d, d)
		VADDPD(d, wd, wd)
		VMOVUPD(wd, at(4))
	}
	VZEROUPPER()
	Store(hits, ReturnIndex(0))
	RET()
}

func conduct() {
	TEXT("conductAVX2", NOSPLIT, "func(n int, leak, reversal, fade float64, open, v, in *float64)")
	Pragma("noescape")
	Doc("conductAVX2 is Conduct for a multiple of 4 conductances.")
	n := Load(Param("n"), GP64())
	number := func(name string) reg.VecVirtual {
		r, x := YMM(), XMM()
		Load(Param(name), x)
		VBROADCASTSD(x, r)
		return r
	}
	leak, reversal, fade := number("leak"), number("reversal"), number("fade")
	open, v, in := pointer("open"), pointer("v"), pointer("in")
	Label("loop")
	g, a := YMM(), YMM()
	VMOVUPD(Mem{Base: open}, g)
	VMULPD(leak, g, a)
	VMULPD(fade, g, g)
	VMOVUPD(g, Mem{Base: open})
	VSUBPD(Mem{Base: v}, reversal, g)
	VMULPD(g, a, a)
	VADDPD(Mem{Base: in}, a, a)
	VMOVUPD(a, Mem{Base: in})
	for _, x := range []reg.Register{open, v, in} {
		ADDQ(U8(32), x)
	}
	SUBQ(U8(4), n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
