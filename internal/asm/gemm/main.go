// Gemm generates the micro-kernels of the matrix product. Each computes a tile
// of up to 8 x 3 vectors of the result, which stays in registers while the
// kernel passes along k:
//
//	c[i][j] (+)= alpha sum over l of a[i rs + l cs] b[l ldb + j]
//
// With a carry, of the shape of c, what is added takes along what rounding has
// withheld from c before, and leaves there what c could not take.
//
// One row of b is loaded and multiplied by broadcast elements of a, so that a
// may be stored either way around and neither needs to be copied. Every
// element is summed in the same order, by fused multiplications, whatever the
// shape of the tile and the width of the vectors.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"burstsim/internal/asm/isa"
)

func main() {
	for _, s := range isa.Sets {
		// With 16 registers, 4 x 3 vectors are what fits, or 3 x 4: the latter
		// for batches of 32 in float32, whose columns they take all at once.
		rows := 4
		if s.Wide {
			rows = 8
		} else {
			for rows := 3; rows > 0; rows-- {
				generate(s, rows, 4)
			}
		}
		for ; rows > 0; rows /= 2 {
			for columns := 3; columns > 0; columns-- {
				generate(s, rows, columns)
			}
		}
		panel(s)
	}
	Generate()
}

// panel: dst[l][j] = b[l ldb + j], for as many columns as a tile of three
// vectors has. Rows of dst have no gaps: tiles read it without missing caches.
func panel(s isa.Set) {
	TEXT("panel"+s.Name(), NOSPLIT, fmt.Sprintf("func(k int, b *%[1]s, ldb int, dst *%[1]s)", s.Float()))
	Pragma("noescape")
	k, b, ldb, dst := isa.Integer("k"), isa.Integer("b"), s.Stride("ldb"), isa.Integer("dst")
	Label("rows")
	for j := range 3 {
		v := s.Vector()
		s.Load(Mem{Base: b, Disp: j * s.Bytes()}, v)
		s.Store(v, Mem{Base: dst, Disp: j * s.Bytes()})
	}
	ADDQ(ldb, b)
	ADDQ(I32(3*s.Bytes()), dst)
	DECQ(k)
	JNZ(LabelRef("rows"))
	end()
}

func generate(s isa.Set, rows, columns int) {
	name := fmt.Sprintf("tile%s%dx%d", s.Name(), rows, columns)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, a *%[1]s, rs, cs int, b *%[1]s, ldb int, c *%[1]s, ldc int, alpha %[1]s, add bool, carry *%[1]s, mask *byte)",
		s.Float()))
	Pragma("noescape")
	t := tile{Set: s, rows: rows, columns: columns}
	// More than two vectors of AVX2 leave no register for a mask.
	t.masked = s.Wide || columns < 3
	t.load()
	t.fetch()
	t.sum()
	t.store()
	RET()
}

type tile struct {
	isa.Set
	rows, columns int
	masked        bool // the last vector of a row
	mask          reg.Register
	sums          [][]reg.VecVirtual
}

func (t *tile) load() {
	if t.masked {
		t.mask = t.Mask(isa.Integer("mask"))
	}
	for range t.rows {
		var row []reg.VecVirtual
		for range t.columns {
			v := t.Vector()
			t.Zero(v)
			row = append(row, v)
		}
		t.sums = append(t.sums, row)
	}
}

// fetch asks for what a carry is added to, and for the carry, while the sums are
// computed: where k is small, waiting for them would take longer than that.
func (t *tile) fetch() {
	c, ldc, carry := isa.Integer("c"), t.Stride("ldc"), isa.Integer("carry")
	TESTQ(carry, carry)
	JZ(LabelRef("fetched"))
	for _, from := range []reg.Register{c, carry} {
		for i := range t.rows {
			if i > 0 {
				ADDQ(ldc, from)
			}
			for at := 0; at < t.columns*t.Bytes(); at += 64 {
				PREFETCHT0(Mem{Base: from, Disp: at})
			}
			PREFETCHT0(Mem{Base: from, Disp: t.columns*t.Bytes() - t.Size()})
		}
	}
	Label("fetched")
}

// part says that vector j of a row is masked.
func (t *tile) part(j int) bool { return t.masked && j == t.columns-1 }

func (t *tile) at(base reg.Register, j int) Mem { return Mem{Base: base, Disp: j * t.Bytes()} }

func (t *tile) sum() {
	k, a, b := isa.Integer("k"), isa.Integer("a"), isa.Integer("b")
	rs, cs, ldb := t.Stride("rs"), t.Stride("cs"), t.Stride("ldb")
	rows := isa.Addresses(t.rows, a, rs)
	label := "loop"
	Label(label)
	if t.columns == 4 {
		t.sumWide(rows, b)
	} else {
		t.sumTall(rows, b)
	}
	ADDQ(cs, a)
	ADDQ(ldb, b)
	DECQ(k)
	JNZ(LabelRef(label))
}

// sumWide keeps the elements of a, and loads the vectors of b one by one.
func (t *tile) sumWide(rows []Mem, b reg.Register) {
	var elements []reg.VecVirtual
	for _, m := range rows {
		e := t.Vector()
		t.Broadcast(m, e)
		elements = append(elements, e)
	}
	for j := range t.columns {
		v := t.Vector()
		t.Load(t.at(b, j), v)
		for i, e := range elements {
			t.MulAdd(v, e, t.sums[i][j])
		}
	}
}

// sumTall keeps the vectors of b.
func (t *tile) sumTall(rows []Mem, b reg.Register) {
	var vectors []reg.VecVirtual
	for j := range t.columns {
		v := t.Vector()
		if t.part(j) {
			t.LoadPart(t.at(b, j), t.mask, v)
		} else {
			t.Load(t.at(b, j), v)
		}
		vectors = append(vectors, v)
	}
	for i, m := range rows {
		element := t.Vector()
		t.Broadcast(m, element)
		for j, v := range vectors {
			t.MulAdd(v, element, t.sums[i][j])
		}
	}
}

func (t *tile) store() {
	c, ldc, carry := isa.Integer("c"), t.Stride("ldc"), isa.Integer("carry")
	alpha := t.Vector()
	t.Broadcast(isa.Scalar("alpha"), alpha)
	TESTQ(carry, carry)
	JNZ(LabelRef("accumulate"))
	add := GP8()
	Load(Param("add"), add)
	TESTB(add, add)
	JZ(LabelRef("replace"))
	t.each(c, ldc, func(v reg.VecVirtual, m Mem, part bool) {
		if part {
			old := t.Vector()
			t.LoadPart(m, t.mask, old)
			t.ScaleAdd(old, alpha, v)
			t.StorePart(v, t.mask, m)
			return
		}
		t.ScaleAdd(m, alpha, v)
		t.Store(v, m)
	})
	end()
	Label("replace")
	t.each(c, ldc, func(v reg.VecVirtual, m Mem, part bool) {
		t.Mul(alpha, v)
		if part {
			t.StorePart(v, t.mask, m)
			return
		}
		t.Store(v, m)
	})
	end()
	Label("accumulate")
	SUBQ(c, carry) // the way from an element of c to its carry
	t.each(c, ldc, func(v reg.VecVirtual, m Mem, part bool) {
		kept := Mem{Base: c, Index: carry, Scale: 1, Disp: m.Disp}
		old, sum := t.Vector(), t.Vector()
		if part {
			t.LoadPart(kept, t.mask, old)
			t.ScaleAdd(old, alpha, v)
			t.LoadPart(m, t.mask, old)
		} else {
			t.ScaleAdd(kept, alpha, v)
			t.Load(m, old)
		}
		t.Add(old, v, sum)
		t.Sub(sum, old, old) // what arrived
		t.Sub(v, old, v)
		if part {
			t.StorePart(sum, t.mask, m)
			t.StorePart(v, t.mask, kept)
			return
		}
		t.Store(sum, m)
		t.Store(v, kept)
	})
	VZEROUPPER()
}

func end() {
	VZEROUPPER()
	RET()
}

func (t *tile) each(c, ldc reg.Register, do func(v reg.VecVirtual, m Mem, part bool)) {
	for i, row := range t.sums {
		if i > 0 {
			ADDQ(ldc, c)
		}
		for j, v := range row {
			do(v, t.at(c, j), t.part(j))
		}
	}
}
