// Combination generates weighted sums of arrays for arm64, as the steps of
// Runge-Kutta methods take them: dst = x + (w0 k0 + w1 k1 + ...). Terms are
// summed by pairs, then the pairs from the left, and then added to x, without
// fusing products and sums, as plain Go does it. dst may be x.
package main

import (
	"fmt"
	"strings"

	"burstsim/internal/asm/neon"
)

const most = 6 // terms

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			for terms := 1; terms <= most; terms++ {
				generate(file, p, terms)
			}
		}
	})
}

func generate(file *neon.File, p neon.Precision, terms int) {
	var names []string
	for j := range most {
		names = append(names, fmt.Sprint("k", j))
	}
	signature := fmt.Sprintf("func(n int, w, dst, x, %s *%s, mask *byte)", strings.Join(names, ", "), p.Float())
	file.Function(p, fmt.Sprint("combine", terms, p.Name()), signature, func(f *neon.Function) {
		weights, dst, x := f.Integer("w"), f.Integer("dst"), f.Integer("x")
		var w []neon.Vector
		var k []neon.Register
		for j := range terms {
			v := f.Vector()
			f.Load(neon.Address{Base: weights, Offset: j * f.Size()}, 1, v)
			w, k = append(w, v), append(k, f.Integer(names[j]))
		}
		f.Elements(func(lanes int, offset neon.Register) {
			product := func(j int) neon.Vector {
				v := f.Vector()
				f.Load(neon.At(k[j], offset), lanes, v)
				f.MulFirst(v, w[j], v)
				return v
			}
			var total neon.Vector
			for j := 0; j < terms; j += 2 {
				pair := product(j)
				if j+1 < terms {
					f.Add(pair, product(j+1), pair)
				}
				if j > 0 {
					f.Add(total, pair, pair)
				}
				total = pair
			}
			v := f.Vector()
			f.Load(neon.At(x, offset), lanes, v)
			f.Add(v, total, total)
			f.Store(total, lanes, neon.At(dst, offset))
		})
		f.Do("RET")
	})
}
