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
func ExampleNew() {
	const tau, h, steps = 0.1, 0.01, 10
	for _, method := range []string{"euler", "exponential"} {
		stepper, err := integrator.New[float64](method)
		if err != nil {
			log.Fatal(err)
		}
		if err := stepper.Init(soma{tau: tau, drive: 1}); err != nil {
			log.Fatal(err)
		}
		x := []float64{0}
		for i := range steps {
			stepper.Step(float64(i)*h, h, x)
		}
		fmt.Printf("%s: %.4f\n", method, x[0])
	}
	fmt.Printf("exact: %.4f\n", 1-math.Exp(-1))
	// Output:
	// euler: 0.6513
	// exponential: 0.6321
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
	if err := a.Init(pendulum{}); err != nil {
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
