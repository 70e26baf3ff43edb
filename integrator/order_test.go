package integrator

import (
	"math"
	"reflect"
	"testing"
)

// methods lists every stepper, with what is known of it.
var methods = []struct {
	name      string
	order     int
	stability float64
}{
	{"euler", 1, 2},
	{"exponential", 1, math.Inf(1)},
	{"heun", 2, 2},
	{"rk4", 4, 2.785293563405},
	{"dopri5", 5, 3.306567892634},
}

func TestConvergenceOrder(t *testing.T) {
	// Steps that leave errors well above rounding and well below one.
	coarsest := map[int]int{1: 400, 2: 100, 4: 24, 5: 20}
	for _, m := range methods {
		for _, p := range problems {
			t.Run(m.name+"/"+p.name, func(t *testing.T) {
				var steps, errs []float64
				for n := coarsest[m.order]; len(steps) < 4; n *= 2 {
					steps = append(steps, 1/float64(n))
					errs = append(errs, p.errorAt(p.end, solve[float64](t, m.name, p, n)))
				}
				if got := slope(steps, errs); math.Abs(got-float64(m.order)) > 0.2 {
					t.Errorf("order %.3f, want %d; errors %.2g", got, m.order, errs)
				}
			})
		}
	}
}

func TestSinglePrecisionFollowsDouble(t *testing.T) {
	for _, m := range methods {
		for _, p := range problems {
			t.Run(m.name+"/"+p.name, func(t *testing.T) {
				const n = 100
				single, double := solve[float32](t, m.name, p, n), solve[float64](t, m.name, p, n)
				for i := range single {
					if math.Abs(single[i]-double[i]) > n*0x1p-23 {
						t.Errorf("variable %d is %g, in double precision %g", i, single[i], double[i])
					}
				}
			})
		}
	}
}

// decay is dx/dt = -x/tau.
func decay(tau float64) problem {
	return problem{
		leak:       []float64{1 / tau},
		derivative: func(dst []float64, _ float64, x []float64) { dst[0] = -x[0] / tau },
		solution:   func(t float64) []float64 { return []float64{math.Exp(-t / tau)} },
	}
}

func TestStabilityLimit(t *testing.T) {
	const tau = 0.02
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			stepper := newStepper[float64](m.name)
			limit := stepper.StabilityLimit()
			if !(limit == m.stability || math.Abs(limit-m.stability) < 1e-11) {
				t.Errorf("limit %.13g, want %.13g", limit, m.stability)
			}
			if got := stepper.Order(); got != m.order {
				t.Errorf("order %d, want %d", got, m.order)
			}
			if err := stepper.Init(newSystem[float64](decay(tau))); err != nil {
				t.Fatal(err)
			}
			after := func(h float64) float64 {
				x := []float64{1}
				for i := range 1000 {
					stepper.Step(float64(i)*h, h, x)
				}
				return math.Abs(x[0])
			}
			for _, part := range []float64{0.01, 0.3, 0.6, 0.9, 0.99} {
				if x := after(part * min(limit, 1e6) * tau); !(x < 1) {
					t.Errorf("a decay grew to %g at %g of the limit", x, part)
				}
			}
			if x := after(1.01 * limit * tau); !math.IsInf(limit, 1) && !(x > 1) {
				t.Errorf("a decay fell to %g above the limit", x)
			}
		})
	}
}

func TestRungeKuttaDefaultsToRK4(t *testing.T) {
	p := problems[4]
	var r RungeKutta[float64]
	if err := r.Init(newSystem[float64](p)); err != nil {
		t.Fatal(err)
	}
	x := newSystem[float64](p).initial()
	r.Step(0, p.end, x)
	if want := solve[float64](t, "rk4", p, 1); !reflect.DeepEqual(x, want) {
		t.Errorf("the zero value gives %g, the classical method %g", x, want)
	}
}

// Initialising again must leave nothing behind, nor may any step depend on
// what the stepper did before Reset.
func TestStepsRepeatBitForBit(t *testing.T) {
	p := problems[4]
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			stepper := newStepper[float64](m.name)
			sys := newSystem[float64](p)
			var first []float64
			for _, before := range []func(){
				func() { stepper.Init(sys) },
				func() { stepper.Init(sys) },
				stepper.Reset,
			} {
				before()
				x := sys.initial()
				for i := range 10 {
					stepper.Step(0.1*float64(i), 0.1, x)
				}
				if first == nil {
					first = x
				}
				if !reflect.DeepEqual(x, first) {
					t.Fatalf("got %g, the first time %g", x, first)
				}
			}
		})
	}
}

func TestNoStepperTakesAnEmptySystem(t *testing.T) {
	for _, m := range methods {
		stepper := newStepper[float64](m.name)
		if stepper.Init(nil) == nil {
			t.Errorf("%s takes no system", m.name)
		}
		if stepper.Init(newSystem[float64](problem{})) == nil {
			t.Errorf("%s takes a system without variables", m.name)
		}
	}
}
