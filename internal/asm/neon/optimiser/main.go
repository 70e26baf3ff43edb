// Optimiser generates the updates of weights for arm64: one pass over weights,
// gradient, what the rule keeps, and what rounding withheld. Products are rounded
// before they are added, as plain Go does it where it is told so: all processors
// give the same bits. Kernels take whole vectors only.
package main

import (
	"fmt"

	"burstsim/internal/asm/neon"
)

// rule is how a step follows from a gradient g and the arrays m and v that the
// rule keeps. step may change g, m and v, and returns the step.
type rule struct {
	name    string
	kept    int // of m and v
	factors int // each the first element of a vector
	step    func(f *neon.Function, g, m, v neon.Vector, factors []neon.Vector) neon.Vector
}

var rules = []rule{
	{"descend", 0, 0, func(_ *neon.Function, g, _, _ neon.Vector, _ []neon.Vector) neon.Vector { return g }},
	// m = f0 m + g
	{"momentum", 1, 1, func(f *neon.Function, g, m, _ neon.Vector, k []neon.Vector) neon.Vector {
		f.MulFirst(m, k[0], m)
		f.Add(m, g, m)
		return m
	}},
	// m = f0 m + f1 g, v = f2 v + (f3 g) g; m / (sqrt(f4 v) + f5)
	{"adam", 2, 6, func(f *neon.Function, g, m, v neon.Vector, k []neon.Vector) neon.Vector {
		t := f.Vector()
		f.MulFirst(g, k[1], t)
		f.MulFirst(m, k[0], m)
		f.Add(m, t, m)
		f.MulFirst(g, k[3], t)
		f.Mul(t, g, g)
		f.MulFirst(v, k[2], v)
		f.Add(v, g, v)
		f.MulFirst(v, k[4], t)
		f.Sqrt(t, t)
		epsilon := f.Vector()
		f.Broadcast(k[5], epsilon)
		f.Add(t, epsilon, t)
		f.Div(m, t, g)
		return g
	}},
	// m += g g; g / (sqrt(m) + f0)
	{"adagrad", 1, 1, func(f *neon.Function, g, m, _ neon.Vector, k []neon.Vector) neon.Vector {
		t, epsilon := f.Vector(), f.Vector()
		f.Mul(g, g, t)
		f.Add(m, t, m)
		f.Sqrt(m, t)
		f.Broadcast(k[0], epsilon)
		f.Add(t, epsilon, t)
		f.Div(g, t, g)
		return g
	}},
}

func main() {
	neon.Generate(func(file *neon.File) {
		for _, p := range neon.Precisions {
			for _, r := range rules {
				generate(file, p, r, false)
				generate(file, p, r, true)
			}
			squares(file, p)
		}
	})
}

// generate: w += alpha step - decay w, and with a carry what rounding withheld
// before is added as well, and what it withholds now is kept (Kahan, CACM 8,
// 1965).
func generate(file *neon.File, p neon.Precision, r rule, carries bool) {
	name := r.name
	if carries {
		name += "Carry"
	}
	signature := fmt.Sprintf("func(n int, alpha, decay %[1]s, w, carry, grad, m, v, f *%[1]s)", p.Float())
	file.Function(p, name+p.Name(), signature, func(f *neon.Function) {
		n, alpha, decay := f.Integer("n"), f.Scalar("alpha"), f.Scalar("decay")
		var factors []neon.Vector
		if r.factors > 0 {
			from := f.Integer("f")
			for j := range r.factors {
				factors = append(factors, f.Vector())
				f.Load(neon.Address{Base: from, Offset: j * f.Size()}, 1, factors[j])
			}
		}
		names := append([]string{"w", "grad"}, []string{"m", "v"}[:r.kept]...)
		if carries {
			names = append(names, "carry")
		}
		at := map[string]neon.Address{}
		offset := f.Register()
		f.Do("MOVD", "ZR", offset)
		for _, name := range names {
			at[name] = neon.At(f.Integer(name), offset)
		}
		load := func(name string) neon.Vector {
			v := f.Vector()
			if m, ok := at[name]; ok {
				f.Load(m, f.Lanes(), v)
			}
			return v
		}
		store := func(v neon.Vector, name string) {
			if m, ok := at[name]; ok {
				f.Store(v, f.Lanes(), m)
			}
		}

		f.Label("next")
		f.Do("SUBS", f.Lanes(), n)
		f.Do("BLT", "done")
		// All is loaded before anything is stored, as on amd64.
		m, v, w, kept := load("m"), load("v"), load("w"), load("carry")
		step := r.step(f, load("grad"), m, v, factors)
		change, lost, sum := f.Vector(), f.Vector(), f.Vector()
		f.MulFirst(step, alpha, change)
		f.MulFirst(w, decay, lost)
		f.Sub(change, lost, change)
		if carries {
			f.Add(kept, change, change)
		}
		f.Add(w, change, sum)
		store(sum, "w")
		if carries {
			f.Sub(sum, w, w) // what arrived
			f.Sub(change, w, change)
			store(change, "carry")
		}
		store(m, "m")
		store(v, "v")
		f.Do("ADD", f.Lanes()*f.Size(), offset)
		f.Do("B", "next")
		f.Label("done")
		f.Do("RET")
	})
}

// chains are the sums that squares adds up, side by side. Kernels of all
// processors have as many.
const chains = 16

// squares: sums[i mod 16] += g[i]^2 in float64, of whole groups of 16.
func squares(file *neon.File, p neon.Precision) {
	file.Function(p, "squares"+p.Name(), fmt.Sprintf("func(n int, grad *%s, sums *float64)", p.Float()), func(f *neon.Function) {
		n, g, to := f.Integer("n"), f.Integer("grad"), f.Integer("sums")
		vectors := chains * f.Size() / 16 // of a group
		f.Double = true
		var sums []neon.Vector
		for i := range chains / 2 {
			sums = append(sums, f.Vector())
			f.Load(neon.Address{Base: to, Offset: 16 * i}, 2, sums[i])
		}
		f.Label("next")
		f.Do("SUBS", chains, n)
		f.Do("BLT", "done")
		var group []neon.Vector
		for i := range vectors {
			v := f.Vector()
			f.Load(neon.Address{Base: g, Offset: 16 * i}, 2, v)
			if p.Double {
				group = append(group, v)
				continue
			}
			low, high := f.Vector(), f.Vector()
			f.Widen(v, low, high)
			group = append(group, low, high)
		}
		for i, v := range group {
			f.Mul(v, v, v)
			f.Add(v, sums[i], sums[i])
		}
		f.Do("ADD", 16*vectors, g)
		f.Do("B", "next")
		f.Label("done")
		for i, v := range sums {
			f.Store(v, 2, neon.Address{Base: to, Offset: 16 * i})
		}
		f.Do("RET")
	})
}
