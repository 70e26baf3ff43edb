// Peak generates a loop of fused multiplications and additions that wait for
// nothing, for arm64: as many accumulators as hide their latency, and no memory.
package main

import "burstsim/internal/asm/neon"

// accumulators are more than four units of four cycles take.
const accumulators = 24

func main() {
	neon.Generate(func(file *neon.File) {
		single := neon.Precision{}
		// Numbers are zeros: they take as long as all that are not subnormal.
		file.Function(single, "peakNEON", "func(n int)", func(f *neon.Function) {
			n, a, b := f.Integer("n"), f.Vector(), f.Vector()
			f.Zero(a)
			f.Zero(b)
			var sums []neon.Vector
			for i := range accumulators {
				sums = append(sums, f.Vector())
				f.Zero(sums[i])
			}
			f.Label("round")
			for _, v := range sums {
				f.MulAdd(a, b, v)
			}
			f.Do("SUBS", 1, n)
			f.Do("BNE", "round")
			f.Do("RET")
		})
	})
}
