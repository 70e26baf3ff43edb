// Sigmoid generates the logistic function of the elements of a vector for
// arm64, as package logistic explains it.
//
// The function returns how many elements it has stored: it stops before a
// vector, or a part of one, with an element that is too far from 0, or no
// number.
package main

import (
	"fmt"

	"burstsim/internal/asm/logistic"
	"burstsim/internal/asm/neon"
)

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			generate(file, p)
		}
	})
}

// function computes vectors side by side.
type function struct {
	*neon.Function
	logistic.Precision
	limit, shifter, inverse, ln2, rest, one, scale neon.Vector
	terms                                          []neon.Vector // of r^0, r^2, ...
}

func generate(file *neon.File, p neon.Precision) {
	file.Function(p, "sigmoid"+p.Name(), "func(n int, x, dst *"+p.Float()+", mask *byte) int", func(text *neon.Function) {
		f := &function{Function: text, Precision: logistic.Of(p.Double)}
		var bits []uint64
		for _, v := range append([]float64{f.Farthest, f.ToInteger, f.PerLn2, f.Ln2, f.Ln2Rest, 1, logistic.Scale}, f.Terms()...) {
			bits = append(bits, f.Bits(v))
		}
		v := f.Constants(bits)
		f.limit, f.shifter, f.inverse, f.ln2, f.rest, f.one, f.scale, f.terms = v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7:]

		x, dst, left := f.Integer("x"), f.Integer("dst"), f.Integer("n")
		for _, n := range logistic.Blocks {
			if p.Double {
				n = min(n, 3) // with six terms, there are no registers for four
			}
			f.blocks(n, x, dst, left)
		}
		for _, lanes := range f.Pieces()[1:] {
			after := fmt.Sprintf("after%d", lanes)
			f.Do("TBZ", lanes/2, left, after)
			f.block(1, lanes, x, dst, left, "done")
			f.Label(after)
		}
		f.Label("done")
		n := f.Integer("n")
		f.Do("SUB", left, n)
		f.Return(n)
	})
}

// blocks computes n vectors side by side as long as there are as many, and none
// of them has a far element: which has is found one by one.
func (f *function) blocks(n int, x, dst, left neon.Register) {
	again, end := fmt.Sprintf("block%d", n), fmt.Sprintf("behind%d", n)
	far := end
	if n == 1 {
		far = "done"
	}
	f.Label(again)
	f.Do("CMP", n*f.Lanes(), left)
	f.Do("BLT", end)
	f.block(n, f.Lanes(), x, dst, left, far)
	f.Do("B", again)
	f.Label(end)
}

// block computes lanes elements each of n vectors, or goes to far.
func (f *function) block(n, lanes int, x, dst, left neon.Register, far string) {
	f.Scope(func() {
		bytes := lanes * f.Size()
		var v []neon.Vector
		for i := range n {
			v = append(v, f.Vector())
			f.Load(neon.Address{Base: x, Offset: i * bytes}, lanes, v[i])
		}
		f.GoIfLarger(v, f.limit, far)
		for i, y := range f.of(v) {
			f.Store(y, lanes, neon.Address{Base: dst, Offset: i * bytes})
		}
		f.Do("ADD", n*bytes, x)
		f.Do("ADD", n*bytes, dst)
		f.Do("SUB", n*lanes, left)
	})
}

// of takes all vectors through each operation before the next, and needs x no
// longer.
func (f *function) of(x []neon.Vector) []neon.Vector {
	vectors := func() []neon.Vector {
		v := make([]neon.Vector, len(x))
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
	each(func(i int) { f.Copy(f.shifter, power[i]) })
	each(func(i int) { f.MulAdd(f.inverse, x[i], power[i]) })
	each(func(i int) { f.Sub(power[i], f.shifter, n[i]) })
	r := vectors()
	each(func(i int) { f.Mul(f.ln2, n[i], r[i]) })
	each(func(i int) { f.Negate(r[i], r[i]) })
	each(func(i int) { f.MulSub(f.scale, x[i], r[i]) })
	each(func(i int) { f.ShiftLeft(power[i], f.Mantissa, power[i]) })
	each(func(i int) { f.MulSub(f.rest, n[i], r[i]) })
	each(func(i int) { f.AddIntegers(f.one, power[i], power[i]) })
	square, d, next := n, x, vectors()
	each(func(i int) { f.Mul(r[i], r[i], square[i]) })
	// What a product is added to is replaced: d and next take turns.
	last := len(f.terms) - 1
	horner := func(from func(i int) neon.Vector, term neon.Vector) {
		each(func(i int) { f.Copy(term, next[i]) })
		each(func(i int) { f.MulAdd(from(i), square[i], next[i]) })
		d, next = next, d
	}
	horner(func(int) neon.Vector { return f.terms[last] }, f.terms[last-1])
	for k := last - 2; k >= 0; k-- {
		horner(func(i int) neon.Vector { return d[i] }, f.terms[k])
	}
	sum := square
	each(func(i int) { f.Add(f.one, power[i], sum[i]) })
	each(func(i int) { f.Sub(d[i], r[i], d[i]) })
	each(func(i int) { f.Add(r[i], r[i], r[i]) })
	each(func(i int) { f.Mul(power[i], r[i], r[i]) })
	each(func(i int) { f.MulAdd(d[i], sum[i], r[i]) })
	each(func(i int) { f.Div(d[i], r[i], d[i]) })
	return d
}
