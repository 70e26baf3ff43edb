package integrator

import (
	"math"
	"slices"
	"testing"
)

// within are fractions of a step, neither end among them.
var within = []float64{0.05, 0.2, 0.5, 0.77, 0.95}

// The solution within steps is of the order of the method.
func TestInterpolationOrder(t *testing.T) {
	coarsest := map[int]int{1: 400, 3: 24, 4: 24, 5: 20}
	steppers := map[string]func() Stepper[float64]{
		bogackiShampine.Name: func() Stepper[float64] { return &RungeKutta[float64]{Tableau: bogackiShampine} },
	}
	for _, m := range methods {
		steppers[m.name] = func() Stepper[float64] { return newStepper[float64](m.name) }
	}
	for name, build := range steppers {
		for _, p := range problems {
			if p.name == "van der Pol" {
				continue // its solution is known from one start only
			}
			t.Run(name+"/"+p.name, func(t *testing.T) {
				stepper := build()
				var steps, errs []float64
				for n := coarsest[stepper.Order()]; len(steps) < 4; n *= 2 {
					steps = append(steps, 1/float64(n))
					errs = append(errs, worstWithin(t, stepper, p, n))
				}
				if got, want := slope(steps, errs), float64(stepper.Order()); got < want-0.2 {
					t.Errorf("order %.3f within steps, want %g; errors %.2g", got, want, errs)
				}
			})
		}
	}
}

// worstWithin is the largest error within n equal steps.
func worstWithin(t *testing.T, stepper Stepper[float64], p problem, n int) (worst float64) {
	t.Helper()
	sys := newSystem[float64](p)
	if err := stepper.Init(sys); err != nil {
		t.Fatal(err)
	}
	x := sys.initial()
	between := make([]float64, len(x))
	h := (p.end - p.start) / float64(n)
	for i := range n {
		now := p.start + float64(i)*h
		stepper.Step(now, h, x)
		for _, theta := range within {
			stepper.Interpolate(between, x, theta)
			worst = max(worst, p.errorAt(now+theta*h, between))
		}
	}
	return worst
}

// Exponential Euler is exact while the drive is constant, within its steps too.
func TestExponentialInterpolatesExactly(t *testing.T) {
	const tau, h = 0.02, 0.1
	var e Exponential[float64]
	if err := e.Init(newSystem[float64](decay(tau))); err != nil {
		t.Fatal(err)
	}
	x, between := []float64{1}, []float64{0}
	e.Step(0, h, x)
	for _, theta := range append([]float64{0, 1}, within...) {
		e.Interpolate(between, x, theta)
		if want := math.Exp(-theta * h / tau); math.Abs(between[0]-want) > 1e-15 {
			t.Errorf("at %g of the step %g, want %g", theta, between[0], want)
		}
	}
}

// The solution within a step joins the states at its ends, and looking at it
// changes nothing.
func TestInterpolationJoinsSteps(t *testing.T) {
	p := problems[4]
	for _, m := range methods {
		stepper, other := newStepper[float64](m.name), newStepper[float64](m.name)
		sys := newSystem[float64](p)
		if err := stepper.Init(sys); err != nil {
			t.Fatal(err)
		}
		if err := other.Init(newSystem[float64](p)); err != nil {
			t.Fatal(err)
		}
		x, y := sys.initial(), sys.initial()
		between := make([]float64, len(x))
		for i := range 20 {
			before, now := slices.Clone(x), 0.1*float64(i)
			stepper.Step(now, 0.1, x)
			other.Step(now, 0.1, y)
			for theta, want := range map[float64][]float64{0: before, 1: x} {
				stepper.Interpolate(between, x, theta)
				for k := range want {
					if math.Abs(between[k]-want[k]) > 1e-15*(1+math.Abs(want[k])) {
						t.Errorf("%s: at %g of step %d %g, want %g", m.name, theta, i, between, want)
					}
				}
			}
			if !slices.Equal(x, y) {
				t.Fatalf("%s: %g, unlooked at %g", m.name, x, y)
			}
		}
	}
}

// What is saved between the steps of Adaptive meets the tolerance, and its
// steps are the same whatever is saved.
func TestSolveSavesBetweenSteps(t *testing.T) {
	p := problems[3]
	var all []float64
	for i := range 101 {
		all = append(all, p.start+(p.end-p.start)*float64(i)/100)
	}
	var last []float64
	for _, at := range [][]float64{nil, all, all[3:5], {p.start, p.start, p.end, p.end}} {
		for _, method := range []string{"dopri5", "rk4"} {
			s := Settings[float64]{Stepper: newStepper[float64](method), SaveAt: at}
			if method == "rk4" {
				s.Control = &Fixed[float64]{Size: 0.02}
			} else {
				s.Control = &Adaptive[float64]{RelTol: 1e-6, AbsTol: 1e-6}
			}
			var end []float64
			s.OnStep = func(s Step[float64]) error {
				end = append(end[:0], s.X...)
				return nil
			}
			sys := newSystem[float64](p)
			sol, err := Solve(sys, sys.initial(), p.start, p.end, s)
			if err != nil {
				t.Fatal(err)
			}
			if at != nil && !slices.Equal(sol.T, at) {
				t.Errorf("%s: saved at %g, want %g", method, sol.T, at)
			}
			for k, now := range sol.T {
				if got := p.errorAt(now, sol.X[k]); got > 1e-5 {
					t.Errorf("%s: error %g at %g s", method, got, now)
				}
			}
			if method == "dopri5" {
				if last != nil && !slices.Equal(end, last) {
					t.Errorf("%d times saved: %v at the end, otherwise %v", len(at), end, last)
				}
				last = slices.Clone(end)
			}
		}
	}
}

func TestSolveRefuses(t *testing.T) {
	sys := newSystem[float64](problems[0])
	x := sys.initial()
	for name, call := range map[string]func() error{
		"state": func() error { _, err := Solve(sys, x[:1], 0, 1, Settings[float64]{}); return err },
		"end":   func() error { _, err := Solve(sys, x, 1, 1, Settings[float64]{}); return err },
		"NaN":   func() error { _, err := Solve(sys, x, 0, math.NaN(), Settings[float64]{}); return err },
		"time":  func() error { _, err := Solve(sys, x, 0, 1, Settings[float64]{SaveAt: []float64{2}}); return err },
		"order": func() error { _, err := Solve(sys, x, 0, 1, Settings[float64]{SaveAt: []float64{1, 0.5}}); return err },
		"size": func() error {
			_, err := Solve(sys, x, 0, 1, Settings[float64]{Control: &Fixed[float64]{}})
			return err
		},
		"no estimate": func() error { _, err := Solve(sys, x, 0, 1, Settings[float64]{Stepper: NewRK4[float64]()}); return err },
	} {
		if call() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// crowd is one fast variable beside many that do not move.
type crowd struct {
	still int
	parts []int
}

func (c crowd) Dim() int { return 1 + c.still }

func (c crowd) Derivative(dst []float64, t float64, x []float64) {
	clear(dst)
	dst[0] = 100 * (math.Cos(10*t) - x[0])
}

func (c crowd) Parts() []int { return c.parts }

// A hundred thousand variables at rest hide nothing of the one that moves.
func TestErrorsAreJudgedByPart(t *testing.T) {
	const still, tol = 100_000, 1e-5
	solve := func(sys System[float64]) (steps int, x float64) {
		sol, err := Solve(sys, make([]float64, sys.Dim()), 0, 1,
			Settings[float64]{Control: &Adaptive[float64]{RelTol: tol, AbsTol: tol}})
		if err != nil {
			t.Fatal(err)
		}
		return sol.Steps, sol.X[0][0]
	}
	steps, x := solve(crowd{0, []int{1}})
	for _, parts := range [][]int{{1, 1 + still}, {0, 1, 1, 1 + still, 1 + still}} {
		if n, y := solve(crowd{still, parts}); n != steps || y != x {
			t.Errorf("parts %d: %d steps to %v, alone %d to %v", parts, n, y, steps, x)
		}
	}
	for _, parts := range [][]int{nil, {1}, {2, 1}, {-1, 2}, {3}} {
		if err := (&Adaptive[float64]{}).Init(crowd{1, parts}, NewDormandPrince[float64]()); err == nil {
			t.Errorf("parts %d of two variables are accepted", parts)
		}
	}
}
