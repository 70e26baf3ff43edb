package integrator_test

import (
	"fmt"
	"log"
	"math"

	"burstsim/integrator"
)

// soma is a leaky integrator under a constant drive, tau dx/dt = drive - x.
type soma struct{ tau, drive float64 }

func (s soma) Dim() int { return 1 }

func (s soma) Derivative(dst []float64, _ float64, x []float64) {
	dst[0] = (s.drive - x[0]) / s.tau
}

func (s soma) Leak(dst []float64) { dst[0] = 1 / s.tau }

// A leaky integrator reaches 1 - 1/e of its drive after one time constant.
// Exponential Euler, unlike Euler, does so at any step.
func ExampleStepper() {
	const tau, h, steps = 0.1, 0.01, 10
	for _, stepper := range []integrator.Stepper[float64]{&integrator.Euler[float64]{}, &integrator.Exponential[float64]{}} {
		if err := stepper.Init(soma{tau: tau, drive: 1}); err != nil {
			log.Fatal(err)
		}
		x := []float64{0}
		for i := range steps {
			stepper.Step(float64(i)*h, h, x)
		}
		fmt.Printf("%T: %.4f\n", stepper, x[0])
	}
	fmt.Printf("exact: %.4f\n", 1-math.Exp(-1))
	// Output:
	// *integrator.Euler[float64]: 0.6513
	// *integrator.Exponential[float64]: 0.6321
	// exact: 0.6321
}

// pendulum swings without friction.
type pendulum struct{}

func (pendulum) Dim() int { return 2 }

func (pendulum) Derivative(dst []float64, _ float64, x []float64) {
	dst[0], dst[1] = x[1], -math.Sin(x[0])
}

// Adaptive is given an error instead of a step. Its steps end where they are
// told to, here every second, to print the conserved energy.
func ExampleAdaptive() {
	a := &integrator.Adaptive[float64]{RelTol: 1e-8, AbsTol: 1e-8}
	if err := a.Init(pendulum{}, integrator.NewDormandPrince[float64]()); err != nil {
		log.Fatal(err)
	}
	x := []float64{1, 0}
	t := 0.0
	for end := 1.0; end <= 3; end++ {
		for t < end {
			h, err := a.Step(t, end, x)
			if err != nil {
				log.Fatal(err)
			}
			if h == end-t {
				t = end
			} else {
				t += h
			}
		}
		fmt.Printf("t = %g s: angle %.3f, energy %.5f\n", t, x[0], x[1]*x[1]/2-math.Cos(x[0]))
	}
	// Output:
	// t = 1 s: angle 0.600, energy -0.54030
	// t = 2 s: angle -0.306, energy -0.54030
	// t = 3 s: angle -0.949, energy -0.54030
}

// Any system, in three lines: where it starts, when it is looked at, and what
// went wrong.
func ExampleSolve() {
	sol, err := integrator.Solve(pendulum{}, []float64{1, 0}, 0, 3, integrator.Settings[float64]{SaveAt: []float64{1, 2, 3}})
	if err != nil {
		log.Fatal(err)
	}
	for k, t := range sol.T {
		fmt.Printf("t = %g s: angle %.3f\n", t, sol.X[k][0])
	}
	// Output:
	// t = 1 s: angle 0.600
	// t = 2 s: angle -0.306
	// t = 3 s: angle -0.949
}

// midpoint is a stepper of one's own, the explicit midpoint rule.
type midpoint struct {
	sys         integrator.System[float64]
	slope, half []float64
	h           float64
}

func (m *midpoint) Init(sys integrator.System[float64]) error {
	m.sys, m.slope, m.half = sys, make([]float64, sys.Dim()), make([]float64, sys.Dim())
	return nil
}

func (m *midpoint) Step(t, h float64, x []float64) {
	m.sys.Derivative(m.slope, t, x)
	for i, dx := range m.slope {
		m.half[i] = x[i] + h/2*dx
	}
	m.sys.Derivative(m.slope, t+h/2, m.half)
	for i, dx := range m.slope {
		x[i] += h * dx
	}
	m.h = h
}

func (m *midpoint) Interpolate(dst, x []float64, theta float64) {
	for i, dx := range m.slope {
		dst[i] = x[i] - (1-theta)*m.h*dx
	}
}

func (m *midpoint) Reset()                  {}
func (m *midpoint) Order() int              { return 2 }
func (m *midpoint) StabilityLimit() float64 { return 2 }

// A stepper of one's own goes wherever those of the package go.
func ExampleSettings() {
	sol, err := integrator.Solve(soma{tau: 0.1, drive: 1}, []float64{0}, 0, 0.1, integrator.Settings[float64]{
		Stepper: &midpoint{}, Control: &integrator.Fixed[float64]{Size: 0.01},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d steps: %.4f\n", sol.Steps, sol.X[0][0])
	// Output:
	// 10 steps: 0.6315
}
