package integrator

import (
	"math"
	"strings"
	"testing"
)

// shaken is dx = -leak x dt + dN(t) with a path that is known: N(t) is a
// polygon through the values of noise at multiples of spacing, times scale.
type shaken struct {
	leak, scale []float64
	spacing     float64
	noise       []float64
}

func (s shaken) Dim() int { return len(s.leak) }

func (s shaken) Derivative(dst []float64, _ float64, x []float64) {
	for i, l := range s.leak {
		dst[i] = -l * x[i]
	}
}

func (s shaken) Leak(dst []float64) { copy(dst, s.leak) }

func (s shaken) Driven() int { return len(s.scale) }

func (s shaken) at(t float64) float64 {
	k := min(int(t/s.spacing), len(s.noise)-2)
	part := t/s.spacing - float64(k)
	return s.noise[k]*(1-part) + s.noise[k+1]*part
}

func (s shaken) Increment(dst []float64, from, to float64) {
	for i, scale := range s.scale {
		dst[i] = scale * (s.at(to) - s.at(from))
	}
}

func newShaken() shaken {
	return shaken{leak: []float64{0, 2, 2}, scale: []float64{1, 3}, spacing: 0.25, noise: []float64{0, 0.7, -0.4, 0.2, 0.9}}
}

// TestStepsWithNoise compares a step, and what lies within it, with the formulas
// of the methods. The last variable
// has no noise.
func TestStepsWithNoise(t *testing.T) {
	const h, a = 0.25, 2.0 // step, leak
	sys := newShaken()
	// From x: what a step over h leaves of it, and what it makes of N(h) - N(0).
	for name, after := range map[string]func(h float64) (keep, gain float64){
		"euler": func(h float64) (float64, float64) { return 1 - a*h, 1 },
		"exponential": func(h float64) (float64, float64) {
			return math.Exp(-a * h), math.Sqrt(-math.Expm1(-2*a*h) / (2 * a * h))
		},
		"heun": func(h float64) (float64, float64) { return 1 - a*h + a*a*h*h/2, 1 - a*h/2 },
	} {
		stepper := newStepper[float64](name)
		if err := stepper.Init(sys); err != nil {
			t.Fatal(err)
		}
		x := []float64{1, 1, 1}
		stepper.Step(h, h, x)
		keep, gain := after(h)
		dN := sys.at(2*h) - sys.at(h)
		for i, want := range []float64{1 + dN, keep + gain*3*dN, keep} {
			if math.Abs(x[i]-want) > 1e-14 {
				t.Errorf("%s: variable %d is %v after a step, want %v", name, i, x[i], want)
			}
		}
		within := make([]float64, 3)
		for _, theta := range []float64{0, 0.3, 1} {
			stepper.Interpolate(within, x, theta)
			if want := 1 + sys.at(h+theta*h) - sys.at(h); math.Abs(within[0]-want) > 1e-14 {
				t.Errorf("%s: at %v of a step it is %v without a leak, want %v", name, theta, within[0], want)
			}
			for i, want := range x {
				if theta == 0 {
					want = 1
				}
				if theta != 0.3 && math.Abs(within[i]-want) > 1e-14 {
					t.Errorf("%s: variable %d is %v at %v of a step, want %v", name, i, within[i], theta, want)
				}
			}
		}
		if name == "heun" {
			continue // within a step it is no shorter step
		}
		keep, gain = after(0.3 * h)
		want := keep + gain*3*(sys.at(1.3*h)-sys.at(h))
		if stepper.Interpolate(within, x, 0.3); math.Abs(within[1]-want) > 1e-14 {
			t.Errorf("%s: at 0.3 of a step it is %v, want %v", name, within[1], want)
		}
	}
}

func TestOtherMethodsRefuseNoise(t *testing.T) {
	for name, refuses := range map[string]bool{"euler": false, "exponential": false, "heun": false, "rk4": true, "dopri5": true} {
		err := newStepper[float64](name).Init(newShaken())
		switch {
		case refuses && (err == nil || !strings.Contains(err.Error(), "expected Euler, Heun or Exponential")):
			t.Errorf("%s takes a system with noise: %v", name, err)
		case !refuses && err != nil:
			t.Errorf("%s: %v", name, err)
		}
		quiet := newShaken()
		quiet.scale = nil
		if err := newStepper[float64](name).Init(quiet); err != nil {
			t.Errorf("%s without noise: %v", name, err)
		}
	}
}
