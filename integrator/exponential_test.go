package integrator

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// driven is dx/dt = drive - leak x with a constant drive, and solution at t
// from zero.
func driven(leak, drive []float64) problem {
	return problem{
		leak: leak,
		derivative: func(dst []float64, _ float64, x []float64) {
			for i := range dst {
				dst[i] = drive[i] - leak[i]*x[i]
			}
		},
		solution: func(t float64) []float64 {
			x := make([]float64, len(leak))
			for i, l := range leak {
				if x[i] = drive[i] * t; l != 0 {
					x[i] = -drive[i] / l * math.Expm1(-l*t)
				}
			}
			return x
		},
	}
}

func TestExponentialIsExactForTheLeak(t *testing.T) {
	// Equal neighbours, none, slow enough for cancellation, growing.
	p := driven([]float64{10, 10, 0, 1e-13, 1, 1, -0.02}, []float64{1, -2, 3, 4, 0, 6, 7})
	sys := newSystem[float64](p)
	var e Exponential[float64]
	if err := e.Init(sys); err != nil {
		t.Fatal(err)
	}
	x, now := sys.initial(), 0.0
	for _, h := range []float64{1e-6, 0.1, 0.1, 1, 100, 0.1} { // the size may change
		e.Step(now, h, x)
		now += h
		for i, want := range p.solution(now) {
			if math.Abs(x[i]-want) > 1e-13*math.Abs(want) {
				t.Errorf("t = %g: variable %d is %.17g, want %.17g", now, i, x[i], want)
			}
		}
	}
}

func TestExponentialWithoutLeakIsEuler(t *testing.T) {
	p := problems[4]
	p.leak = []float64{0, 0}
	if got, want := solve[float64](t, "exponential", p, 50), solve[float64](t, "euler", p, 50); !slices.Equal(got, want) {
		t.Errorf("got %g, want %g", got, want)
	}
}

func TestExponentialResetReadsRates(t *testing.T) {
	leak := []float64{1}
	sys := newSystem[float64](driven(leak, []float64{1}))
	var e Exponential[float64]
	if err := e.Init(sys); err != nil {
		t.Fatal(err)
	}
	for _, leak[0] = range []float64{1, 5, 0} {
		e.Reset()
		x := []float64{0}
		e.Step(0, 2, x)
		if want := sys.solution(2)[0]; math.Abs(x[0]-want) > 1e-15 {
			t.Errorf("rate %g: got %g, want %g", leak[0], x[0], want)
		}
	}
}

func TestExponentialInitErrors(t *testing.T) {
	var e Exponential[float64]
	plain := struct{ System[float64] }{newSystem[float64](problems[0])}
	if err := e.Init(plain); err == nil || !strings.Contains(err.Error(), "decay rates") {
		t.Errorf("a system without rates: error %v", err)
	}
	for _, rate := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		err := e.Init(newSystem[float64](driven([]float64{1, rate}, []float64{0, 0})))
		if err == nil || !strings.Contains(err.Error(), "variable 1") {
			t.Errorf("rate %g: error %v", rate, err)
		}
	}
}
