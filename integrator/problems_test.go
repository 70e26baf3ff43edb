package integrator

import (
	"math"
	"testing"
)

// problem is an initial value problem with a solution to compare with. Every
// method must solve every one.
type problem struct {
	name       string
	start, end float64
	leak       []float64 // one entry a variable
	derivative func(dst []float64, t float64, x []float64)
	solution   func(t float64) []float64 // known at least at start and end
	linear     bool
}

var problems = []problem{
	{
		name: "oscillator", start: 0, end: 2, linear: true,
		leak: []float64{0, 0},
		derivative: func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = x[1], -x[0]
		},
		solution: func(t float64) []float64 { return []float64{math.Cos(t), -math.Sin(t)} },
	},
	{
		name: "leaky chain", start: 0, end: 1.5, linear: true,
		leak: []float64{1, 2},
		derivative: func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = 1-x[0], 2*(x[0]-x[1])
		},
		solution: func(t float64) []float64 {
			return []float64{1 - math.Exp(-t), 1 - 2*math.Exp(-t) + math.Exp(-2*t)}
		},
	},
	{
		name: "forced leak", start: 1, end: 4, linear: true,
		leak: []float64{1},
		derivative: func(dst []float64, t float64, x []float64) {
			dst[0] = math.Cos(t) - x[0]
		},
		solution: func(t float64) []float64 { return []float64{(math.Cos(t)+math.Sin(t))/2 + math.Exp(-t)} },
	},
	{
		name: "logistic growth", start: -2, end: 1,
		leak: []float64{1},
		derivative: func(dst []float64, _ float64, x []float64) {
			dst[0] = x[0] * (1 - x[0])
		},
		solution: func(t float64) []float64 { return []float64{1 / (1 + 4*math.Exp(-t))} },
	},
	{
		name: "van der Pol", start: 0, end: 2,
		leak: []float64{0, 0.5},
		derivative: func(dst []float64, _ float64, x []float64) {
			dst[0], dst[1] = x[1], (1-x[0]*x[0])*x[1]-x[0]
		},
		solution: func(t float64) []float64 {
			x, v := vanDerPol(t, 0, 1)
			return []float64{x, v}
		},
	},
}

// vanDerPol solves x' = v, v' = (1 - x^2) v - x from 0 to t by Taylor series of
// order 24, which shares nothing with Runge-Kutta methods. Terms fall below
// 1e-20 at its steps of at most 0.02.
func vanDerPol(t, x0, v0 float64) (x, v float64) {
	const order = 24
	steps := max(1, math.Ceil(t/0.02))
	h := t / steps
	for range int(steps) {
		var xs, vs, damp [order + 1]float64 // coefficients of x, v and 1 - x^2
		xs[0], vs[0] = x0, v0
		for n := range order {
			damped := 0.0
			for i := 0; i <= n; i++ {
				damp[n] -= xs[i] * xs[n-i]
			}
			if n == 0 {
				damp[0]++
			}
			for i := 0; i <= n; i++ {
				damped += damp[i] * vs[n-i]
			}
			xs[n+1] = vs[n] / float64(n+1)
			vs[n+1] = (damped - xs[n]) / float64(n+1)
		}
		x0, v0 = 0, 0
		for n := order; n >= 0; n-- {
			x0, v0 = x0*h+xs[n], v0*h+vs[n]
		}
	}
	return x0, v0
}

// system makes a problem a System that is Leaky and, with a block a variable,
// Blocked.
type system[F Float] struct {
	problem
	calls int // of Derivative
	x, dx []float64
}

func newSystem[F Float](p problem) *system[F] {
	n := len(p.leak)
	return &system[F]{problem: p, x: make([]float64, n), dx: make([]float64, n)}
}

func (s *system[F]) Dim() int { return len(s.leak) }

func (s *system[F]) Derivative(dst []F, t float64, x []F) {
	s.calls++
	for i := range s.x {
		s.x[i] = float64(x[i])
	}
	s.derivative(s.dx, t, s.x)
	for i := range dst {
		dst[i] = F(s.dx[i])
	}
}

func (s *system[F]) Leak(dst []F) {
	for i := range dst {
		dst[i] = F(s.leak[i])
	}
}

func (s *system[F]) Blocks() []int {
	ends := make([]int, len(s.leak))
	for i := range ends {
		ends[i] = i + 1
	}
	return ends
}

func (s *system[F]) BlockDerivative(dst []F, k int, t float64, x []F) {
	for i := range s.x {
		s.x[i] = float64(x[i])
	}
	s.derivative(s.dx, t, s.x)
	dst[0] = F(s.dx[k])
}

// initial is the state at the start, in the precision of the solver.
func (s *system[F]) initial() []F {
	x := make([]F, len(s.leak))
	for i, v := range s.solution(s.start) {
		x[i] = F(v)
	}
	return x
}

// errorAt is the largest error of x over all variables.
func (p problem) errorAt(t float64, x []float64) float64 {
	var worst float64
	for i, want := range p.solution(t) {
		worst = max(worst, math.Abs(x[i]-want))
	}
	return worst
}

func widen[F Float](x []F) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}

// newStepper is the stepper of that name in methods.
func newStepper[F Float](name string) Stepper[F] {
	return map[string]Stepper[F]{
		"euler": &Euler[F]{}, "exponential": &Exponential[F]{}, "heun": &Heun[F]{},
		"rk4": NewRK4[F](), "dopri5": NewDormandPrince[F](),
	}[name]
}

// solve takes a problem from start to end in n equal steps.
func solve[F Float](t *testing.T, method string, p problem, n int) []float64 {
	t.Helper()
	stepper := newStepper[F](method)
	sys := newSystem[F](p)
	if err := stepper.Init(sys); err != nil {
		t.Fatal(err)
	}
	x := sys.initial()
	h := (p.end - p.start) / float64(n)
	for i := range n {
		stepper.Step(p.start+float64(i)*h, h, x)
	}
	return widen(x)
}

// run takes x from start to end with error control and returns the step sizes.
func run[F Float](t *testing.T, a *Adaptive[F], start, end float64, x []F) []float64 {
	t.Helper()
	var steps []float64
	for now := start; now < end; {
		h, err := a.Step(now, end, x)
		if err != nil {
			t.Fatal(err)
		}
		if !(h > 0 && h <= end-now) {
			t.Fatalf("a step of %g s with %g s to go", h, end-now)
		}
		steps = append(steps, h)
		if h == end-now {
			return steps
		}
		now += h
		if len(steps) > 1e6 {
			t.Fatal("no end after 1e6 steps")
		}
	}
	t.Fatal("end was passed")
	return nil
}

// slope is that of the straight line fitted to the logarithms of x and y.
func slope(x, y []float64) float64 {
	var mx, my, sxy, sxx float64
	for i := range x {
		mx += math.Log(x[i]) / float64(len(x))
		my += math.Log(y[i]) / float64(len(x))
	}
	for i := range x {
		sxy += (math.Log(x[i]) - mx) * (math.Log(y[i]) - my)
		sxx += (math.Log(x[i]) - mx) * (math.Log(x[i]) - mx)
	}
	return sxy / sxx
}
