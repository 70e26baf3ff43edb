package sim

import (
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
)

var everyMethod = []struct {
	name  string
	order float64
}{{"euler", 1}, {"exponential", 1}, {"heun", 2}, {"rk4", 4}}

// TestOrderWithDelay integrates the delay equation whose solution is known,
// with steps that fit the delay and with steps that do not. Its variable is
// 1 - u, as states begin at 0.
func TestOrderWithDelay(t *testing.T) {
	const lines = `
time constants:
    delay = 1 s
output:
    delay dx/dt = 1 - x(t - delay)
    answer = x
`
	for _, m := range everyMethod {
		for _, largest := range []time.Duration{250 * ms, 270 * ms} {
			var x, y []float64
			for k := range 4 {
				h := largest >> k
				in := continuous(t, single(t, lines, false), atRest(1, 1), Method{Name: m.name, Step: h}, false)
				worst := 0.0
				for at := time.Duration(0); at < 4500*ms; {
					to, _, err := in.Step(at, 4500*ms)
					if err != nil {
						t.Fatal(err)
					}
					for _, look := range []time.Duration{at + (to-at)/3, to} {
						in.Observe(look)
						worst = max(worst, math.Abs(1-in.Moved().Output()[0]-steps(look.Seconds())))
					}
					at = to
				}
				x, y = append(x, math.Log(h.Seconds())), append(y, math.Log(worst))
			}
			if _, order := stat.LinearRegression(x, y, nil, false); !(math.Abs(order-m.order) <= 0.35) {
				t.Errorf("%s, steps from %v: order %.2f, want %v; errors %.2f", m.name, largest, order, m.order, y)
			}
		}
	}
	for _, tol := range []float64{1e-4, 1e-6, 1e-8} {
		in := continuous(t, single(t, lines, false), atRest(1, 1), Method{Name: "dopri5", Step: ms, RelTol: tol, AbsTol: tol}, false)
		if d := math.Abs(1 - advanced(t, in, 0, 4500*ms).machine.State()[0] - steps(4.5)); d > 10*tol {
			t.Errorf("dopri5 with tolerance %g: error %g", tol, d)
		}
	}
}

// stepping is an input that jumps, and is something else at every time.
type stepping struct {
	every float64
	began float64
}

func (j *stepping) Inputs() int  { return 1 }
func (j *stepping) Outputs() int { return 1 }
func (j *stepping) Input(dst []float64, t float64) {
	k := math.Floor(j.began/j.every + 1e-9)
	dst[0] = math.Cos(5*k) + (t-k*j.every)*math.Sin(3*k)
}
func (j *stepping) Target(dst []float64, t float64, _ []float64)  { dst[0] = 0 }
func (j *stepping) StateDim() int                                 { return 0 }
func (j *stepping) StateDerivative([]float64, float64, []float64) {}
func (j *stepping) StateLeak([]float64)                           {}
func (j *stepping) SteadyState([]float64, float64)                {}
func (j *stepping) Enter(t float64)                               { j.began = t }
func (j *stepping) NextChange(t float64) float64 {
	return (math.Floor(t/j.every+1e-9) + 1) * j.every
}

// TestDelayOfWhatJumps looks back at an input that jumps: what a delay brings is
// the input of that time, to rounding, on both sides of a jump, and of a chain
// of two the sum of both.
func TestDelayOfWhatJumps(t *testing.T) {
	w := single(t, `
input:
    e = stimulus
output:
    tau dz/dt = -z + e[below](t - 70ms)
    once = 2 e[below](t - 70ms)
    twice = once(t - 55ms)
    answer = twice
signals:
    once first
`, false)
	for _, method := range []string{"euler", "heun", "exponential", "rk4", "dopri5"} {
		in := continuous(t, w, []Stream{&stepping{every: 0.13}}, Method{Name: method, Step: 30 * ms}, false)
		input := func(at time.Duration, later bool) float64 {
			before := &stepping{every: 0.13}
			at = max(at, 0)
			k := at / (130 * ms)
			if !later && at%(130*ms) == 0 && at > 0 {
				k--
			}
			before.Enter(0.13 * float64(k))
			x := make([]float64, 1)
			before.Input(x, at.Seconds())
			return x[0]
		}
		once := in.Moved().Signals()[0]
		for at := time.Duration(0); at < 2*time.Second; {
			to, _, err := in.Step(at, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			for _, look := range []time.Duration{at + (to-at)/3, to} {
				in.Observe(look)
				if got, want := once.Value()[0], 2*input(look-70*ms, false); math.Abs(got-want) > 1e-12 {
					t.Fatalf("%s: at %v it brings %v, want %v", method, look, got, want)
				}
				if got, want := in.Moved().Output()[0], 2*input(look-125*ms, false); math.Abs(got-want) > 1e-12 {
					t.Fatalf("%s: at %v both bring %v, want %v", method, look, got, want)
				}
			}
			at = to
			in.Begin(at)
			in.Observe(at)
			if got, want := once.Value()[0], 2*input(at-70*ms, true); math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s: from %v on it brings %v, want %v", method, at, got, want)
			}
		}
	}
}

// TestOrderOfDelayedFeedback is the order on a network whose layers look back at
// each other's quantities while they learn, and whose input jumps.
func TestOrderOfDelayedFeedback(t *testing.T) {
	after := func(method string, step time.Duration, tol float64, split bool) []float64 {
		in := continuous(t, delayedNetwork[float64](t, false), []Stream{&stepping{every: 0.13}}, Method{Name: method, Step: step, RelTol: tol, AbsTol: tol}, split)
		in.SetTeaching(false, true)
		advanced(t, in, 0, 150*ms)
		in.SetTeaching(true, true)
		return snapshot(advanced(t, in, 150*ms, 600*ms))
	}
	exact := after("dopri5", ms, 1e-12, false)
	for _, m := range everyMethod {
		var x, y []float64
		for k := range 4 {
			h := 12 * ms >> k
			x = append(x, math.Log(h.Seconds()))
			y = append(y, math.Log(distance(after(m.name, h, 0, false), exact)))
		}
		if _, order := stat.LinearRegression(x, y, nil, false); !(math.Abs(order-m.order) <= 0.3) {
			t.Errorf("%s: order %.2f, want %v; errors %.2f", m.name, order, m.order, y)
		}
	}
	if d := distance(after("euler", ms, 0, true), after("euler", ms, 0, false)); d > 1e-13 {
		t.Errorf("split plasticity differs by %g", d)
	}
}

func distance(a, b []float64) (d float64) {
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}
