package bench

import (
	"fmt"
	"math/rand/v2"
	"unsafe"

	"burstsim/internal/linalg"
	"burstsim/neuron"
)

// size is that of a product: samples, and units that send and receive.
type size struct{ rows, in, out int }

func (s size) String() string { return fmt.Sprintf("%dx%dx%d", s.rows, s.in, s.out) }

// kernels measures the three dense products by each backend that there is, and
// by the chosen one if that is yet another.
func (r *run) kernels() error {
	measured := map[string]bool{}
	for _, backend := range []string{"simd", "library", "gonum", r.opt.BLAS} {
		err := linalg.Use(backend)
		if err != nil && backend == r.opt.BLAS {
			return err
		}
		if name := linalg.Name(); err == nil && !measured[name] {
			measured[name] = true
			r.products(backend)
		}
	}
	return nil
}

func (r *run) products(backend string) {
	measureProducts[float32](r, backend, "float32")
	measureProducts[float64](r, backend, "float64")
}

func measureProducts[F linalg.Float](r *run, backend, precision string) {
	element := int(unsafe.Sizeof(F(0)))
	for _, s := range r.shapes {
		flops := 2 * float64(s.rows*s.in*s.out)
		weights := float64(s.out * s.in * element)
		reading := r.moving(weights, weights)
		x, y, w := random[F](r.rng, s.rows*s.in), random[F](r.rng, s.rows*s.out), random[F](r.rng, s.out*s.in)
		for _, k := range []struct {
			name    string
			reads   bool // the weights, and writes none
			product func()
		}{
			{"MulTrans", true, func() { linalg.MulTrans(y, x, w, s.rows, s.out, s.in) }},
			{"Mul", true, func() { linalg.Mul(x, y, w, s.rows, s.out, s.in) }},
			// So small a factor that the weights do not grow.
			{"AddOuter", false, func() { linalg.AddOuter(w, 1e-20, y, x, s.rows, s.out, s.in) }},
		} {
			t := r.meter.time(r.ctx, repeat(k.product))
			for i := range x {
				x[i] = F(r.rng.NormFloat64())
			}
			line := t.rate("kernels", fmt.Sprintf("%s %v %s, %s", k.name, s, precision, backend), "GFLOP/s", flops/1e9)
			if limit := max(reading, r.atPeak(flops, element)); k.reads || s.rows > 1 { // a copy is no limit to a change in place
				line.Limit = flops / 1e9 / limit
			}
			r.add(line)
		}
	}
}

// sigmoid measures the transfer function over somatic potentials as they occur.
func (r *run) sigmoid() error {
	measureSigmoid[float32](r, "float32")
	measureSigmoid[float64](r, "float64")
	return nil
}

func measureSigmoid[F linalg.Float](r *run, precision string) {
	x, y := random[F](r.rng, r.elements), make([]F, r.elements)
	t := r.meter.time(r.ctx, repeat(func() { neuron.Sigmoid(y, x) }))
	r.add(t.in("sigmoid", precision+", one element", "ns", 1e-9*float64(r.elements)))
}

func repeat(f func()) func(n int) {
	return func(n int) {
		for range n {
			f()
		}
	}
}

func random[F linalg.Float](rng *rand.Rand, n int) []F {
	x := make([]F, n)
	for i := range x {
		x[i] = F(rng.NormFloat64())
	}
	return x
}
