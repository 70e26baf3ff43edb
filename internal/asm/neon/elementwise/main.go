// Elementwise generates sums and products of arrays, element by element, for
// arm64. dst may be one of the operands. Products are rounded before they are
// added, as plain Go does it where it is told so.
package main

import (
	"burstsim/internal/asm/neon"
)

// kernel is a function of some of the operands a, b and c. All have the same
// parameters.
type kernel struct {
	name     string
	operands int
	one      bool // needs a vector of ones
	compute  func(f *neon.Function, v []neon.Vector, one neon.Vector)
}

// kernels leave their result in the first vector.
var kernels = []kernel{
	{"add", 2, false, func(f *neon.Function, v []neon.Vector, _ neon.Vector) { f.Add(v[0], v[1], v[0]) }},
	{"sub", 2, false, func(f *neon.Function, v []neon.Vector, _ neon.Vector) { f.Sub(v[0], v[1], v[0]) }},
	{"mul", 2, false, func(f *neon.Function, v []neon.Vector, _ neon.Vector) { f.Mul(v[0], v[1], v[0]) }},
	{"div", 2, false, func(f *neon.Function, v []neon.Vector, _ neon.Vector) { f.Div(v[0], v[1], v[0]) }},
	{"mulAdd", 3, false, func(f *neon.Function, v []neon.Vector, _ neon.Vector) {
		f.Mul(v[0], v[1], v[0])
		f.Add(v[0], v[2], v[0])
	}},
	{"subMul", 3, false, func(f *neon.Function, v []neon.Vector, _ neon.Vector) {
		f.Sub(v[0], v[1], v[0])
		f.Mul(v[0], v[2], v[0])
	}},
	{"oneMinusMul", 2, true, func(f *neon.Function, v []neon.Vector, one neon.Vector) {
		f.Sub(one, v[0], v[0])
		f.Mul(v[0], v[1], v[0])
	}},
	{"oneMinusMulMul", 3, true, func(f *neon.Function, v []neon.Vector, one neon.Vector) {
		f.Sub(one, v[0], v[0])
		f.Mul(v[0], v[1], v[0])
		f.Mul(v[0], v[2], v[0])
	}},
}

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			for _, k := range kernels {
				k.generate(file, p)
			}
		}
	})
}

func (k kernel) generate(file *neon.File, p neon.Precision) {
	file.Function(p, k.name+p.Name(), "func(n int, dst, a, b, c *"+p.Float()+", mask *byte)", func(f *neon.Function) {
		dst := f.Integer("dst")
		var operands []neon.Register
		for _, name := range []string{"a", "b", "c"}[:k.operands] {
			operands = append(operands, f.Integer(name))
		}
		one := f.Vector()
		if k.one {
			f.One(one)
		}
		f.Elements(func(lanes int, offset neon.Register) {
			var v []neon.Vector
			for _, r := range operands {
				v = append(v, f.Vector())
				f.Load(neon.At(r, offset), lanes, v[len(v)-1])
			}
			k.compute(f, v, one)
			f.Store(v[0], lanes, neon.At(dst, offset))
		})
		f.Do("RET")
	})
}
