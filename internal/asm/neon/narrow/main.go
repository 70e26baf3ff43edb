// Narrow generates products of matrices of float64 that have three columns for
// arm64, two rows at a time, which NEON loads and stores column by column. n is a
// multiple of 2. Products are rounded before they are added, as plain Go does it
// where it is told so.
package main

import "burstsim/internal/asm/neon"

var double = neon.Precision{Double: true}

func main() {
	neon.Generate(func(file *neon.File) {
		product(file)
		outer(file, "storeOuterBy3", false)
		outer(file, "addOuterBy3", true)
	})
}

// columns are the elements of x, each the first of a vector.
func columns(f *neon.Function) [3]neon.Vector {
	var v [3]neon.Vector
	x := f.Integer("x")
	for j := range v {
		v[j] = f.Vector()
		f.Load(neon.Address{Base: x, Offset: 8 * j}, 1, v[j])
	}
	return v
}

// pairs lets body pass over the rows, two by two.
func pairs(f *neon.Function, body func()) {
	n := f.Integer("n")
	f.Label("rows")
	f.Do("SUBS", 2, n)
	f.Do("BLT", "done")
	f.Scope(body)
	f.Do("B", "rows")
	f.Label("done")
	f.Do("RET")
}

// product is dst = w x.
func product(file *neon.File) {
	file.Function(double, "dotsBy3", "func(n int, w, x, dst *float64)", func(f *neon.Function) {
		w, dst, x := f.Integer("w"), f.Integer("dst"), columns(f)
		pairs(f, func() {
			column := f.Vectors3()
			f.Load3(w, column)
			f.Do("ADD", 48, w)
			for j := range column {
				f.MulFirst(column[j], x[j], column[j])
			}
			f.Add(column[0], column[1], column[0])
			f.Add(column[0], column[2], column[0])
			f.Store(column[0], 2, neon.Address{Base: dst})
			f.Do("ADD", 16, dst)
		})
	})
}

// outer is w = alpha y x', or adds that to w.
func outer(file *neon.File, name string, add bool) {
	file.Function(double, name, "func(n int, alpha float64, w, y, x *float64)", func(f *neon.Function) {
		w, y, alpha, x := f.Integer("w"), f.Integer("y"), f.Scalar("alpha"), columns(f)
		pairs(f, func() {
			rows, old, column := f.Vector(), f.Vectors3(), f.Vectors3()
			f.Load(neon.Address{Base: y}, 2, rows)
			f.Do("ADD", 16, y)
			f.MulFirst(rows, alpha, rows)
			if add {
				f.Load3(w, old)
			}
			for j := range column {
				f.MulFirst(rows, x[j], column[j])
				if add {
					f.Add(old[j], column[j], column[j])
				}
			}
			f.Store3(column, w)
			f.Do("ADD", 48, w)
		})
	})
}
