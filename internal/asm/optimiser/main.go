// Optimiser generates the updates of weights: one pass over weights, gradient,
// what the rule keeps, and what rounding withheld. Products are rounded before
// they are added, as plain Go does it: all processors give the same bits.
// Kernels take whole vectors only.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

// rule is how a step follows from a gradient g and the arrays m and v that the
// rule keeps. step may change g, m and v, and returns the step.
type rule struct {
	name    string
	kept    int // of m and v
	factors int
	step    func(s isa.Set, g, m, v reg.VecVirtual, f []reg.VecVirtual) reg.VecVirtual
}

var rules = []rule{
	{"descend", 0, 0, func(_ isa.Set, g, _, _ reg.VecVirtual, _ []reg.VecVirtual) reg.VecVirtual { return g }},
	// m = f0 m + g
	{"momentum", 1, 1, func(s isa.Set, g, m, _ reg.VecVirtual, f []reg.VecVirtual) reg.VecVirtual {
		s.Mul(f[0], m)
		s.Add(m, g, m)
		return m
	}},
	// m = f0 m + f1 g, v = f2 v + (f3 g) g; m / (sqrt(f4 v) + f5)
	{"adam", 2, 6, func(s isa.Set, g, m, v reg.VecVirtual, f []reg.VecVirtual) reg.VecVirtual {
		t := s.Vector()
		s.MulTo(f[1], g, t)
		s.Mul(f[0], m)
		s.Add(m, t, m)
		s.MulTo(f[3], g, t)
		s.Mul(t, g)
		s.Mul(f[2], v)
		s.Add(v, g, v)
		s.MulTo(f[4], v, t)
		s.Sqrt(t, t)
		s.Add(t, f[5], t)
		s.Div(m, t, g)
		return g
	}},
	// m += g g; g / (sqrt(m) + f0)
	{"adagrad", 1, 1, func(s isa.Set, g, m, _ reg.VecVirtual, f []reg.VecVirtual) reg.VecVirtual {
		t := s.Vector()
		s.MulTo(g, g, t)
		s.Add(m, t, m)
		s.Sqrt(m, t)
		s.Add(t, f[0], t)
		s.Div(g, t, g)
		return g
	}},
}

func main() {
	for _, s := range isa.Sets {
		for _, r := range rules {
			generate(s, r, false)
			generate(s, r, true)
		}
		squares(s)
	}
	Generate()
}

// generate: w += alpha step - decay w, and with a carry what rounding withheld
// before is added as well, and what it withholds now is kept (Kahan, CACM 8,
// 1965).
func generate(s isa.Set, r rule, carries bool) {
	name := r.name
	if carries {
		name += "Carry"
	}
	float := s.Float()
	TEXT(name+s.Name(), NOSPLIT, fmt.Sprintf("func(n int, alpha, decay %s, w, carry, grad, m, v, f *%s)", float, float))
	Pragma("noescape")
	n := isa.Integer("n")
	alpha, decay := s.Vector(), s.Vector()
	s.Broadcast(isa.Scalar("alpha"), alpha)
	s.Broadcast(isa.Scalar("decay"), decay)
	var f []reg.VecVirtual
	if r.factors > 0 {
		from := isa.Integer("f")
		for j := range r.factors {
			v := s.Vector()
			s.Broadcast(Mem{Base: from, Disp: j * s.Size()}, v)
			f = append(f, v)
		}
	}
	at := map[string]Mem{}
	offset := GP64()
	XORQ(offset, offset)
	names := append([]string{"w", "grad"}, []string{"m", "v"}[:r.kept]...)
	if carries {
		names = append(names, "carry")
	}
	for _, name := range names {
		at[name] = Mem{Base: isa.Integer(name), Index: offset, Scale: 1}
	}
	load := func(name string) reg.VecVirtual {
		v := s.Vector()
		if m, ok := at[name]; ok {
			s.Load(m, v)
		}
		return v
	}

	Label("next")
	SUBQ(U32(s.Lanes()), n)
	JLT(LabelRef("done"))
	// All is loaded before anything is stored: arrays mostly begin at a page, and a
	// load waits for a store at the same place of another page.
	m, v, w, kept := load("m"), load("v"), load("w"), load("carry")
	step := r.step(s, load("grad"), m, v, f)
	change, lost := s.Vector(), s.Vector()
	s.MulTo(alpha, step, change)
	s.MulTo(decay, w, lost)
	s.Sub(change, lost, change)
	if carries {
		s.Add(kept, change, change)
		s.Add(w, change, kept)
		s.Sub(kept, w, w) // what arrived
		s.Sub(change, w, change)
		s.Store(change, at["carry"])
		s.Store(kept, at["w"])
	} else {
		s.Add(w, change, w)
		s.Store(w, at["w"])
	}
	if r.kept > 0 {
		s.Store(m, at["m"])
	}
	if r.kept > 1 {
		s.Store(v, at["v"])
	}
	ADDQ(U32(s.Bytes()), offset)
	JMP(LabelRef("next"))

	Label("done")
	VZEROUPPER()
	RET()
}

// chains are the sums that squares adds up, side by side. Kernels of all sets
// have as many.
const chains = 16

// squares: sums[i mod 16] += g[i]^2 in float64, of whole groups of 16.
func squares(s isa.Set) {
	TEXT("squares"+s.Name(), NOSPLIT, fmt.Sprintf("func(n int, grad *%s, sums *float64)", s.Float()))
	Pragma("noescape")
	n, g, to := isa.Integer("n"), isa.Integer("grad"), isa.Integer("sums")
	wide := isa.Set{Wide: s.Wide, Double: true}
	var sums []reg.VecVirtual
	for i := range chains / wide.Lanes() {
		v := wide.Vector()
		wide.Load(Mem{Base: to, Disp: i * wide.Bytes()}, v)
		sums = append(sums, v)
	}
	Label("next")
	SUBQ(U32(chains), n)
	JLT(LabelRef("done"))
	for i, sum := range sums {
		v, m := wide.Vector(), Mem{Base: g, Disp: i * wide.Lanes() * s.Size()}
		if s.Double {
			wide.Load(m, v)
		} else {
			VCVTPS2PD(m, v)
		}
		wide.Mul(v, v)
		wide.Add(v, sum, sum)
	}
	ADDQ(U32(chains*s.Size()), g)
	JMP(LabelRef("next"))

	Label("done")
	for i, sum := range sums {
		wide.Store(sum, Mem{Base: to, Disp: i * wide.Bytes()})
	}
	VZEROUPPER()
	RET()
}
