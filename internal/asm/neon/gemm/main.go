// Gemm generates the micro-kernels of the matrix product for arm64. Each
// computes a tile of up to 8 x 3 vectors of the result, which stays in registers
// while the kernel passes along k:
//
//	c[i][j] (+)= alpha sum over l of a[i rs + l cs] b[l ldb + j]
//
// With a carry, of the shape of c, what is added takes along what rounding has
// withheld from c before, and leaves there what c could not take.
//
// One row of b is loaded and multiplied by elements of a, so that a may be stored
// either way around and neither needs to be copied. Every element is summed in
// the same order, by fused multiplications, whatever the shape of the tile: the
// order of the kernels for amd64.
package main

import (
	"fmt"

	"burstsim/internal/asm/neon"
)

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			for rows := 8; rows > 0; rows /= 2 {
				for columns := 3; columns > 0; columns-- {
					generate(file, p, fmt.Sprintf("%dx%d", rows, columns), rows, columns, p.Lanes())
				}
				for _, lanes := range p.Pieces()[1:] {
					generate(file, p, fmt.Sprintf("%dxPart%d", rows, lanes), rows, 1, lanes)
				}
			}
			panel(file, p)
		}
	})
}

// panel: dst[l][j] = b[l ldb + j], for as many columns as a tile of three
// vectors has. Rows of dst have no gaps: tiles read it without missing caches.
func panel(file *neon.File, p neon.Precision) {
	file.Function(p, "panel"+p.Name(), fmt.Sprintf("func(k int, b *%[1]s, ldb int, dst *%[1]s)", p.Float()), func(f *neon.Function) {
		k, b, ldb, dst := f.Integer("k"), f.Integer("b"), f.Stride("ldb"), f.Integer("dst")
		f.Label("rows")
		var row []neon.Vector
		for j := range 3 {
			row = append(row, f.Vector())
			f.Load(neon.Address{Base: b, Offset: 16 * j}, f.Lanes(), row[j])
		}
		for j, v := range row {
			f.Store(v, f.Lanes(), neon.Address{Base: dst, Offset: 16 * j})
		}
		f.Do("ADD", ldb, b)
		f.Do("ADD", 48, dst)
		f.Do("SUBS", 1, k)
		f.Do("BNE", "rows")
		f.Do("RET")
	})
}

// generate makes the kernel of a tile with so many vectors a row, of which so
// many lanes are used.
func generate(file *neon.File, p neon.Precision, shape string, rows, columns, lanes int) {
	signature := fmt.Sprintf("func(k int, a *%[1]s, rs, cs int, b *%[1]s, ldb int, c *%[1]s, ldc int, alpha %[1]s, add bool, carry *%[1]s, mask *byte)", p.Float())
	file.Function(p, "tile"+p.Name()+shape, signature, func(f *neon.Function) {
		t := tile{Function: f, rows: rows, columns: columns, lanes: lanes}
		for range rows * columns {
			v := f.Vector()
			f.Zero(v)
			t.sums = append(t.sums, v)
		}
		f.Scope(t.sum)
		f.Scope(t.store)
	})
}

type tile struct {
	*neon.Function
	rows, columns, lanes int
	sums                 []neon.Vector // row by row
}

func (t *tile) sum() {
	k, a, b := t.Integer("k"), t.Integer("a"), t.Integer("b")
	rs, cs, ldb := t.Stride("rs"), t.Stride("cs"), t.Stride("ldb")
	rows := []neon.Register{a}
	for i := 1; i < t.rows; i++ {
		r := t.Register()
		t.Do("ADD", rs, rows[i-1], r)
		rows = append(rows, r)
	}
	offset := t.Register()
	t.Do("MOVD", "ZR", offset)
	t.Label("loop")
	t.Scope(func() {
		var b0 []neon.Vector
		for j := range t.columns {
			v := t.Vector()
			t.Load(neon.Address{Base: b, Offset: j * 16}, t.lanes, v)
			b0 = append(b0, v)
		}
		// Loads run ahead of the multiplications that wait for them.
		ahead := min(t.rows, 32-t.rows*t.columns-t.columns)
		elements := make([]neon.Vector, ahead)
		for i := range elements {
			elements[i] = t.Vector()
			t.Load(neon.At(rows[i], offset), 1, elements[i])
		}
		for i := range t.rows {
			for j, v := range b0 {
				t.MulAddFirst(v, elements[i%ahead], t.sums[i*t.columns+j])
			}
			if next := i + ahead; next < t.rows {
				t.Load(neon.At(rows[next], offset), 1, elements[i%ahead])
			}
		}
	})
	t.Do("ADD", cs, offset)
	t.Do("ADD", ldb, b)
	t.Do("SUBS", 1, k)
	t.Do("BNE", "loop")
}

func (t *tile) store() {
	c, ldc, alpha := t.Integer("c"), t.Stride("ldc"), t.Scalar("alpha")
	carry := t.Integer("carry")
	t.Do("CBNZ", carry, "accumulate")
	t.Do("CBZ", t.Integer("add"), "replace")
	t.each(c, ldc, func(v neon.Vector, at neon.Address) {
		t.Scope(func() {
			old := t.Vector()
			t.Load(at, t.lanes, old)
			t.MulAddFirst(v, alpha, old)
			t.Store(old, t.lanes, at)
		})
	})
	t.Do("RET")
	t.Label("replace")
	t.each(c, ldc, func(v neon.Vector, at neon.Address) {
		t.MulFirst(v, alpha, v)
		t.Store(v, t.lanes, at)
	})
	t.Do("RET")
	t.Label("accumulate")
	t.Do("SUB", c, carry) // the way from an element of c to its carry
	t.each(c, ldc, func(v neon.Vector, at neon.Address) {
		t.Scope(func() {
			place, change, old, sum := t.Register(), t.Vector(), t.Vector(), t.Vector()
			t.Do("ADD", carry, c, place)
			kept := neon.Address{Base: place, Offset: at.Offset}
			t.Load(kept, t.lanes, change)
			t.Load(at, t.lanes, old)
			t.MulAddFirst(v, alpha, change)
			t.Add(old, change, sum)
			t.Sub(sum, old, old) // what arrived
			t.Sub(change, old, change)
			t.Store(sum, t.lanes, at)
			t.Store(change, t.lanes, kept)
		})
	})
	t.Do("RET")
}

func (t *tile) each(c, ldc neon.Register, do func(v neon.Vector, at neon.Address)) {
	for i, v := range t.sums {
		if i > 0 && i%t.columns == 0 {
			t.Do("ADD", ldc, c)
		}
		do(v, neon.Address{Base: c, Offset: i % t.columns * 16})
	}
}
