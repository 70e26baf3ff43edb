package integrator

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// pairs are the embedded methods that Adaptive is tested with.
var pairs = map[string]Tableau{
	dormandPrince.Name: dormandPrince, bogackiShampine.Name: bogackiShampine, heunEuler.Name: heunEuler,
}

// adaptiveError solves a problem with the same relative and absolute tolerance.
func adaptiveError[F Float](t *testing.T, p problem, tab Tableau, tol float64) float64 {
	t.Helper()
	a := &Adaptive[F]{RelTol: tol, AbsTol: tol}
	sys := newSystem[F](p)
	if err := a.Init(sys, &RungeKutta[F]{Tableau: tab}); err != nil {
		t.Fatal(err)
	}
	x := sys.initial()
	run(t, a, p.start, p.end, x)
	return p.errorAt(p.end, widen(x))
}

func TestAdaptiveMeetsTolerance(t *testing.T) {
	for name, tab := range pairs {
		for _, p := range problems {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				var tols, errs []float64
				for _, tol := range []float64{1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8} {
					tols = append(tols, tol)
					errs = append(errs, adaptiveError[float64](t, p, tab, tol))
					// Errors of all steps add up, and the problem may enlarge them.
					if got := errs[len(errs)-1]; got > 50*tol {
						t.Errorf("error %g at tolerance %g", got, tol)
					}
				}
				if s := slope(tols, errs); s < 0.6 {
					t.Errorf("errors %.2g fall as tolerance^%.2f", errs, s)
				}
			})
		}
	}
}

func TestAdaptiveMeetsToleranceInSinglePrecision(t *testing.T) {
	for _, p := range problems {
		for _, tol := range []float64{1e-2, 1e-4, 1e-5} {
			if got := adaptiveError[float32](t, p, dormandPrince, tol); got > 50*tol {
				t.Errorf("%s: error %g at tolerance %g", p.name, got, tol)
			}
		}
	}
}

func TestAdaptiveHitsEveryEnd(t *testing.T) {
	p := problems[0]
	a := &Adaptive[float64]{}
	sys := newSystem[float64](p)
	if err := a.Init(sys, NewDormandPrince[float64]()); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	x, now := sys.initial(), p.start
	for range 300 {
		end := now + math.Pow(10, rng.Float64()*8-7) // of every size
		run(t, a, now, end, x)
		now = end
		if got := p.errorAt(now, x); got > 1e-4 {
			t.Fatalf("error %g at t = %g", got, now)
		}
	}
}

func TestAdaptiveSharesWhatIsLeft(t *testing.T) {
	const largest = 0.1
	a := &Adaptive[float64]{First: largest, Max: largest}
	if err := a.Init(newSystem[float64](decay(10)), NewDormandPrince[float64]()); err != nil {
		t.Fatal(err)
	}
	x, now := []float64{1}, 0.0
	for _, length := range []float64{0.13, 1, 0.25, 0.1, 0.30000001, 0.2001} {
		for _, h := range run(t, a, now, now+length, x) {
			if h > largest*(1+1e-9) || h < largest/2 {
				t.Errorf("a step of %g s on the way over %g s", h, length)
			}
		}
		now += length
		h, err := a.Step(now, now+10, x)
		if err != nil {
			t.Fatal(err)
		}
		if h != largest {
			t.Errorf("the step after one cut short is %g s, want %g", h, largest)
		}
		now += h
	}
}

// The first size proves far too large, or far too small.
func TestAdaptiveFindsItsStep(t *testing.T) {
	for _, first := range []float64{0, 1e-30, 1e-9, 1, 1e6} {
		for _, start := range []float64{-1e4, 0, 1e5} {
			const tau = 1e-3
			a := &Adaptive[float64]{First: first, AbsTol: 1e-6}
			if err := a.Init(newSystem[float64](decay(tau)), NewDormandPrince[float64]()); err != nil {
				t.Fatal(err)
			}
			x := []float64{1}
			run(t, a, start, start+10*tau, x)
			if got := math.Abs(x[0] - math.Exp(-10)); got > 1e-5 {
				t.Errorf("first step %g s from %g s: error %g", first, start, got)
			}
			if a.Accepted > 100 {
				t.Errorf("first step %g s from %g s: %d steps", first, start, a.Accepted)
			}
		}
	}
}

func TestAdaptiveKeepsItsStepOverAShortEnd(t *testing.T) {
	a := &Adaptive[float64]{First: 0.1, Max: 0.1}
	if err := a.Init(newSystem[float64](decay(10)), NewDormandPrince[float64]()); err != nil {
		t.Fatal(err)
	}
	x, now := []float64{1}, 0.0
	for _, length := range []float64{1e-6, 1, 1e-9, 0.05, 1e-3} {
		run(t, a, now, now+length, x)
		now += length
		if a.next != a.Max {
			t.Errorf("after an end %g s away the step is %g s, want %g", length, a.next, a.Max)
		}
	}
}

func TestAdaptiveNeverExceedsMax(t *testing.T) {
	const largest = 1e-3
	for _, first := range []float64{0, 1e-5, 1} {
		a := &Adaptive[float64]{First: first, Max: largest}
		if err := a.Init(newSystem[float64](decay(100)), NewDormandPrince[float64]()); err != nil {
			t.Fatal(err)
		}
		if h := slices.Max(run(t, a, 0, 1, []float64{1})); h > largest*(1+1e-9) {
			t.Errorf("first step %g s: a step of %g s, the largest is %g", first, h, largest)
		}
	}
}

// A trial that tells no more than that it failed is cut down blindly; the next
// step must not go straight back.
func TestAdaptiveDoesNotGrowAfterRejection(t *testing.T) {
	for name, tab := range pairs {
		p := decay(100)
		p.derivative = func(dst []float64, now float64, x []float64) {
			if dst[0] = -x[0] / 100; now > 0.5 {
				dst[0] = math.NaN()
			}
		}
		a := &Adaptive[float64]{First: 1, AbsTol: 1e-3}
		if err := a.Init(newSystem[float64](p), &RungeKutta[float64]{Tableau: tab}); err != nil {
			t.Fatal(err)
		}
		h, err := a.Step(0, 10, []float64{1})
		if err != nil || a.Rejected == 0 {
			t.Fatalf("%s: %d rejected, error %v", name, a.Rejected, err)
		}
		if a.next > h {
			t.Errorf("%s: %g s after %d rejections, then %g s", name, h, a.Rejected, a.next)
		}
	}
}

// The rule of Hairer's DOPRI5 with its beta of 0.04.
func TestAdaptiveController(t *testing.T) {
	for _, tt := range []struct{ norm, past, want float64 }{
		{0.5, 0.2, 0.9 * math.Pow(0.5, -0.17) * math.Pow(0.2, 0.04)},
		{1, 1, 0.9},
		{0.01, 1e-4, 0.9 * math.Pow(0.01, -0.17) * math.Pow(1e-4, 0.04)},
		{0, 1, 5},
	} {
		const h = 0.1
		a := &Adaptive[float64]{stepper: &RungeKutta[float64]{Tableau: dormandPrince}, Max: 1, next: h, past: tt.past}
		a.adapt(h, tt.norm, growth)
		if math.Abs(a.next/h-tt.want) > 1e-14 {
			t.Errorf("errors %g, then %g: step times %g, want %g", tt.past, tt.norm, a.next/h, tt.want)
		}
		if want := max(tt.norm, 1e-4); a.past != want {
			t.Errorf("error %g kept as %g, want %g", tt.norm, a.past, want)
		}
	}
}

// Where stability alone limits the step, a controller that forgets the error
// before swings about the limit.
func TestAdaptiveSettlesAtTheStabilityLimit(t *testing.T) {
	const tau = 1e-3
	a := &Adaptive[float64]{RelTol: 1e-4, AbsTol: 1e-4}
	p := decay(tau)
	p.derivative = func(dst []float64, now float64, x []float64) { dst[0] = (math.Cos(now) - x[0]) / tau }
	if err := a.Init(newSystem[float64](p), NewDormandPrince[float64]()); err != nil {
		t.Fatal(err)
	}
	steps := run(t, a, 0, 5, []float64{1})
	limit := tau * NewDormandPrince[float64]().StabilityLimit()
	var mean float64
	for _, h := range steps {
		mean += h / float64(len(steps))
	}
	if math.Abs(mean/limit-1) > 0.05 || a.Rejected > len(steps)/50 {
		t.Errorf("%d steps of %g s on average, limit %g, and %d rejected", len(steps), mean, limit, a.Rejected)
	}
}

func TestAdaptiveNorm(t *testing.T) {
	a := &Adaptive[float64]{AbsTol: 0.5, RelTol: 0.25, parts: []int{2}}
	v, small, large := []float64{3, -4}, []float64{0, 1}, []float64{-2, -6} // scales 1 and 2
	want := math.Sqrt((9 + 4) / 2.)
	for _, got := range []float64{a.norm(v, small, large), a.norm(v, large, small)} {
		if math.Abs(got-want) > 1e-15 {
			t.Errorf("norm %g, want %g", got, want)
		}
	}
}

func TestAdaptiveCounts(t *testing.T) {
	for name, tab := range pairs {
		t.Run(name, func(t *testing.T) {
			p := problems[4]
			a := &Adaptive[float64]{First: 1.9, RelTol: 1e-4, AbsTol: 1e-4}
			sys := newSystem[float64](p)
			var before []float64
			for range 2 { // Init starts afresh
				if err := a.Init(sys, &RungeKutta[float64]{Tableau: tab}); err != nil {
					t.Fatal(err)
				}
				sys.calls = 0
				x := sys.initial()
				steps := run(t, a, p.start, p.end, x)
				if a.Accepted != len(steps) || a.Rejected == 0 {
					t.Errorf("%d accepted, %d rejected in %d steps", a.Accepted, a.Rejected, len(steps))
				}
				// The first stage is shared by all trials of a step, and if
				// the last can be reused, by all steps.
				want := (len(tab.B) - 1) * (a.Accepted + a.Rejected)
				if tab.FSAL() {
					want++
				} else {
					want += a.Accepted
				}
				if sys.calls != want {
					t.Errorf("%d derivatives, want %d", sys.calls, want)
				}
				if before != nil && !slices.Equal(x, before) {
					t.Errorf("got %g, the first time %g", x, before)
				}
				before = x
			}
		})
	}
}

// jumping is dx/dt = input - x, whose input the test changes between steps.
func jumping(input *float64) problem {
	return problem{
		leak:       []float64{1},
		derivative: func(dst []float64, _ float64, x []float64) { dst[0] = *input - x[0] },
		solution:   func(float64) []float64 { return []float64{0} },
	}
}

func TestAdaptiveReset(t *testing.T) {
	input := 0.0
	sys := newSystem[float64](jumping(&input))
	a := &Adaptive[float64]{}
	if err := a.Init(sys, NewDormandPrince[float64]()); err != nil {
		t.Fatal(err)
	}
	x, want := []float64{1}, 1.0
	for i := range 10 {
		start := float64(i)
		input = float64(i % 3)
		a.Reset()
		run(t, a, start, start+1, x)
		want = input + (want-input)*math.Exp(-1)
		if got := math.Abs(x[0] - want); got > 1e-5 {
			t.Fatalf("error %g after %d jumps", got, i)
		}
	}

	sys.calls = 0
	for _, wanted := range []int{6, 7} { // the first goes on from the step before
		if _, err := a.Step(10, 10+1e-6, x); err != nil {
			t.Fatal(err)
		}
		if sys.calls != wanted {
			t.Errorf("%d derivatives in a step, want %d", sys.calls, wanted)
		}
		sys.calls = 0
		a.Reset()
	}
}
