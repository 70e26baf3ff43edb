package integrator

import (
	"fmt"
	"testing"
)

// leaks is n variables that relax with time constants around 0.1 s. Its
// derivative is as cheap as one can be, so that the stepper shows.
type leaks[F Float] int

func (n leaks[F]) Dim() int { return int(n) }

func (n leaks[F]) Derivative(dst []F, _ float64, x []F) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = 10 * (1 - x[i])
	}
}

func (n leaks[F]) Leak(dst []F) {
	for i := range dst {
		dst[i] = 10
	}
}

func (n leaks[F]) Blocks() []int { return []int{int(n) / 2, int(n)} }

func (n leaks[F]) BlockDerivative(dst []F, k int, t float64, x []F) {
	n.Derivative(dst, t, x[k*(int(n)/2):])
}

func allocations[F Float](t *testing.T) {
	const n = 9
	for _, m := range methods {
		stepper := newStepper[F](m.name)
		if err := stepper.Init(leaks[F](n)); err != nil {
			t.Fatal(err)
		}
		x, now := make([]F, n), 0.0
		step := func() {
			h := 0.001 + 1e-6*now // never the same
			stepper.Step(now, h, x)
			now += h
			stepper.Reset()
		}
		if got := testing.AllocsPerRun(100, step); got != 0 {
			t.Errorf("%s: %g allocations a step", m.name, got)
		}
	}
	for name, tab := range pairs {
		a := &Adaptive[F]{RelTol: 1e-4, AbsTol: 1e-4, First: 1}
		if err := a.Init(leaks[F](n), &RungeKutta[F]{Tableau: tab}); err != nil {
			t.Fatal(err)
		}
		x, now := make([]F, n), 0.0
		// Every other step guesses its size, the rest begin with a rejection.
		step := func() {
			a.next = float64(a.Accepted % 2)
			h, err := a.Step(now, now+10, x)
			if err != nil {
				t.Fatal(err)
			}
			now += h
			clear(x)
			a.Reset()
		}
		if got := testing.AllocsPerRun(100, step); got != 0 {
			t.Errorf("adaptive, %s: %g allocations a step", name, got)
		}
		if a.Rejected == 0 {
			t.Errorf("adaptive, %s: no step was rejected", name)
		}
	}
}

func TestStepsDoNotAllocate(t *testing.T) {
	t.Run("float32", allocations[float32])
	t.Run("float64", allocations[float64])
}

func benchmarkStep[F Float](b *testing.B, stepper Stepper[F], n int) {
	if err := stepper.Init(leaks[F](n)); err != nil {
		b.Fatal(err)
	}
	x, now := make([]F, n), 0.0
	b.ReportAllocs()
	for b.Loop() {
		stepper.Step(now, 0.01, x)
		now += 0.01
	}
}

func BenchmarkStep(b *testing.B) {
	for _, m := range methods {
		for _, n := range []int{64, 4096} {
			b.Run(fmt.Sprintf("%s/float64/%d", m.name, n), func(b *testing.B) {
				stepper := newStepper[float64](m.name)
				benchmarkStep(b, stepper, n)
			})
			b.Run(fmt.Sprintf("%s/float32/%d", m.name, n), func(b *testing.B) {
				stepper := newStepper[float32](m.name)
				benchmarkStep(b, stepper, n)
			})
		}
	}
}

func BenchmarkAdaptiveStep(b *testing.B) {
	for _, n := range []int{64, 4096} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := &Adaptive[float64]{Max: 0.01}
			if err := a.Init(leaks[float64](n), NewDormandPrince[float64]()); err != nil {
				b.Fatal(err)
			}
			x, now := make([]float64, n), 0.0
			b.ReportAllocs()
			for b.Loop() {
				h, err := a.Step(now, now+1, x)
				if err != nil {
					b.Fatal(err)
				}
				now += h
			}
		})
	}
}

func BenchmarkStabilityLimit(b *testing.B) {
	r := NewDormandPrince[float64]()
	for b.Loop() {
		r.StabilityLimit()
	}
}
