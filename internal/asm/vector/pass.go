package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

// pass is a function that passes over the rows of w in groups, and over each
// group from left to right.
type pass struct {
	isa.Set
	scaled bool // by alpha

	w       reg.GPVirtual            // the first row of the group
	stride  reg.GPVirtual            // of rows, in bytes
	beside  map[string]reg.GPVirtual // the same row of other matrices of w's shape
	down    map[string]reg.GPVirtual // vectors with an element a row, at the group
	across  map[string]reg.GPVirtual // vectors with an element a column
	mask    reg.Register             // of what a row has beyond full vectors
	rows    int                      // of the group
	here    map[string]reg.GPVirtual // w and what is in beside and across, at the column
	rowHere []Mem
}

// begin declares a function with matrices of w's shape beside it, and vectors
// down its rows and across its columns. If apart, w has ldw columns, of which n
// count.
func begin(s isa.Set, name string, beside, down, across []string, scaled, apart bool) *pass {
	arguments := strings.Join(slices.Concat([]string{"w"}, beside, down, across), ", ")
	alpha := ""
	if scaled {
		alpha = fmt.Sprintf("alpha %s, ", s.Float())
	}
	columns := []string{"n"}
	if apart {
		columns = append(columns, "ldw")
	}
	TEXT(name+s.Name(), NOSPLIT, fmt.Sprintf("func(rows, %s int, %s%s *%s, mask *byte)", strings.Join(columns, ", "), alpha, arguments, s.Float()))
	Pragma("noescape")
	p := &pass{Set: s, scaled: scaled,
		beside: map[string]reg.GPVirtual{}, down: map[string]reg.GPVirtual{}, across: map[string]reg.GPVirtual{}}
	p.mask = s.Mask(isa.Integer("mask"))
	p.w, p.stride = isa.Integer("w"), s.Stride(columns[len(columns)-1])
	for _, name := range beside {
		p.beside[name] = isa.Integer(name)
	}
	for _, name := range down {
		p.down[name] = isa.Integer(name)
	}
	for _, name := range across {
		p.across[name] = isa.Integer(name)
	}
	return p
}

// groups lets body pass over as many rows at a time as these sizes say, the
// largest first; the last is 1.
func (p *pass) groups(sizes []int, body func()) {
	rows := isa.Integer("rows")
	for _, p.rows = range sizes {
		again, after := fmt.Sprintf("rows%d", p.rows), fmt.Sprintf("after%d", p.rows)
		Label(again)
		CMPQ(rows, U8(p.rows))
		JLT(LabelRef(after))
		body()
		for range p.rows {
			ADDQ(p.stride, p.w)
			for _, name := range ordered(p.beside) {
				ADDQ(p.stride, p.beside[name])
			}
		}
		for _, name := range ordered(p.down) {
			ADDQ(U8(p.rows*p.Size()), p.down[name])
		}
		SUBQ(U8(p.rows), rows)
		JMP(LabelRef(again))
		Label(after)
	}
	VZEROUPPER()
	RET()
}

// columns lets body pass over the columns of the group, a vector at a time.
// The last may be part of one.
func (p *pass) columns(body func(part bool)) {
	p.here = map[string]reg.GPVirtual{}
	for _, name := range ordered(p.across) {
		p.here[name] = copied(p.across[name])
	}
	for _, name := range ordered(p.beside) {
		p.here[name] = copied(p.beside[name])
	}
	p.here["w"] = copied(p.w)
	p.rowHere = isa.Addresses(p.rows, p.here["w"], p.stride)
	again, last, done := fmt.Sprintf("columns%d", p.rows), fmt.Sprintf("last%d", p.rows), fmt.Sprintf("done%d", p.rows)
	left := isa.Integer("n")
	SUBQ(U8(p.Lanes()), left)
	JL(LabelRef(last))
	Label(again)
	body(false)
	for _, name := range ordered(p.here) {
		ADDQ(U8(p.Bytes()), p.here[name])
	}
	SUBQ(U8(p.Lanes()), left)
	JGE(LabelRef(again))
	Label(last)
	ADDQ(U8(p.Lanes()), left)
	JZ(LabelRef(done))
	body(true)
	Label(done)
}

// load returns a vector of what has an element a column.
func (p *pass) load(name string, part bool) reg.VecVirtual { return p.vector(p.at(name), part) }

func (p *pass) vector(m Mem, part bool) reg.VecVirtual {
	v := p.Vector()
	if part {
		p.LoadPart(m, p.mask, v)
	} else {
		p.Load(m, v)
	}
	return v
}

// element is row i of w as an operand, in memory if that is possible.
func (p *pass) element(i int, part bool) Op {
	if part {
		return p.vector(p.rowHere[i], true)
	}
	return p.rowHere[i]
}

func (p *pass) at(name string) Mem { return Mem{Base: p.here[name]} }

func (p *pass) store(v reg.VecVirtual, m Mem, part bool) {
	if part {
		p.StorePart(v, p.mask, m)
	} else {
		p.Store(v, m)
	}
}

// update adds to the rows of w and lets then use them.
func (p *pass) update(y []reg.VecVirtual, x reg.VecVirtual, part bool, then func(i int, w reg.VecVirtual)) {
	for i, m := range p.rowHere {
		w := p.vector(m, part)
		p.MulAdd(x, y[i], w)
		p.store(w, m, part)
		then(i, w)
	}
}

// accumulate is update with compensation: carry holds what the rounding of w has
// withheld so far, and is added with the next change (Kahan, CACM 8, 1965).
func (p *pass) accumulate(y []reg.VecVirtual, x reg.VecVirtual, part bool, then func(i int, w reg.VecVirtual)) {
	for i, m := range p.rowHere {
		kept := m
		kept.Base = p.here["carry"]
		w, change := p.vector(m, part), p.vector(kept, part)
		p.MulAdd(x, y[i], change)
		sum := p.Vector()
		p.Add(w, change, sum)
		p.Sub(sum, w, w) // what arrived
		p.Sub(change, w, change)
		p.store(sum, m, part)
		p.store(change, kept, part)
		then(i, sum)
	}
}

// zeros is one vector a row.
func (p *pass) zeros() []reg.VecVirtual {
	var all []reg.VecVirtual
	for range p.rows {
		v := p.Vector()
		p.Zero(v)
		all = append(all, v)
	}
	return all
}

// factors broadcasts the elements of the group's rows, times alpha.
func (p *pass) factors(name string) []reg.VecVirtual {
	var alpha reg.VecVirtual
	if p.scaled {
		alpha = p.Vector()
		p.Broadcast(isa.Scalar("alpha"), alpha)
	}
	var all []reg.VecVirtual
	for i := range p.rows {
		v := p.Vector()
		p.Broadcast(Mem{Base: p.down[name], Disp: i * p.Size()}, v)
		if p.scaled {
			p.Mul(alpha, v)
		}
		all = append(all, v)
	}
	return all
}

// sum stores the sums over the lanes of each row's vector.
func (p *pass) sum(vectors []reg.VecVirtual, name string) {
	for i := 0; i < len(vectors); i += 4 {
		p.Sum(vectors[i:min(i+4, len(vectors))], Mem{Base: p.down[name], Disp: i * p.Size()})
	}
}

func copied(r reg.GPVirtual) reg.GPVirtual {
	c := GP64()
	MOVQ(r, c)
	return c
}

func ordered(m map[string]reg.GPVirtual) []string { return slices.Sorted(maps.Keys(m)) }
