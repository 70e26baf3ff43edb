// Transpose generates the transposition of a matrix whose sides are multiples
// of the number of lanes, by squares of them, for arm64.
package main

import "burstsim/internal/asm/neon"

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			generate(file, p)
		}
	})
}

// generate makes a function that stores the transpose of a, m x n, in dst;
// rows are lda and ldd apart.
func generate(file *neon.File, p neon.Precision) {
	float := p.Float()
	file.Function(p, "transpose"+p.Name(), "func(m, n int, a *"+float+", lda int, dst *"+float+", ldd int)", func(f *neon.Function) {
		m, lda, ldd := f.Integer("m"), f.Stride("lda"), f.Stride("ldd")
		a, dst := f.Integer("a"), f.Integer("dst")
		rows := make([]neon.Register, f.Lanes())
		for i := range rows {
			rows[i] = f.Register()
		}
		f.Label("down")
		from := a
		for _, r := range rows {
			if from == a {
				f.Do("MOVD", a, r)
			} else {
				f.Do("ADD", lda, from, r)
			}
			from = r
		}
		f.Do("ADD", lda, from, a)
		to, n := f.Register(), f.Integer("n")
		f.Do("MOVD", dst, to)
		f.Label("across")
		var square []neon.Vector
		for _, r := range rows {
			v := f.Vector()
			f.Load(neon.Address{Base: r}, f.Lanes(), v)
			f.Do("ADD", 16, r)
			square = append(square, v)
		}
		for _, v := range transposed(f, square) {
			f.Store(v, f.Lanes(), neon.Address{Base: to})
			f.Do("ADD", ldd, to)
		}
		f.Do("SUBS", f.Lanes(), n)
		f.Do("BNE", "across")
		f.Do("ADD", 16, dst)
		f.Do("SUBS", f.Lanes(), m)
		f.Do("BNE", "down")
		f.Do("RET")
	})
}

// transposed are the columns of a square.
func transposed(f *neon.Function, rows []neon.Vector) []neon.Vector {
	// Of rows 0 and 1, elements 0 and 2, then 1 and 3, side by side.
	var pairs []neon.Vector
	for i := 0; i < len(rows); i += 2 {
		even, odd := f.Vector(), f.Vector()
		f.Interleave(rows[i], rows[i+1], even, odd)
		pairs = append(pairs, even, odd)
	}
	if f.Double {
		return pairs
	}
	columns := []neon.Vector{f.Vector(), f.Vector(), f.Vector(), f.Vector()}
	f.Double = true // halves move together
	for j := range 2 {
		f.Interleave(pairs[j], pairs[j+2], columns[j], columns[j+2])
	}
	f.Double = false
	return columns
}
