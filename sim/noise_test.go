package sim

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// noisy puts a text of one layer of so many units together.
func noisy[F Float](t testing.TB, lines string, units int, s program.Setting) *Weights[F] {
	t.Helper()
	text, err := model.Parse("", "model noisy\nparameters:\n sigma = 0.3\ntime constants:\n tau = 100 ms\n"+lines)
	if err != nil {
		t.Fatal(err)
	}
	s.Sizes, s.Usage.Presentation = []int{1, units}, 1
	net, err := program.New(text, s)
	if err != nil {
		t.Fatal(err)
	}
	return draw[F](t, net)
}

// atRest is a task that stands still, for each row.
func atRest(units, rows int) []Stream {
	tasks := make([]Stream, rows)
	for r := range tasks {
		tasks[r] = &fixture.Constant{In: []float64{0}, Out: make([]float64, units)}
	}
	return tasks
}

// spread is mean and variance of a state's units.
func spread(s *State[float64], name string) (mean, variance float64) {
	for _, c := range s.compartments {
		if c.Name == name {
			return stat.PopMeanVariance(s.machine.State()[c.At:][:c.Units], nil)
		}
	}
	return math.NaN(), math.NaN()
}

// leaky is a unit whose stationary distribution is known, with its noise in
// front of the time constant and behind it.
const leaky = `
output:
    tau dz/dt = 0.2 - z + sigma sqrt(2 tau) xi
    dy/dt = (0.2 - y)/tau + sigma sqrt(2/tau) xi
    answer = z
`

// TestStationaryDistribution compares the mean and variance of leaky units with
// those of each method, which for the exponential one are those of the equation,
// 0.2 and sigma^2, at any step. What is allowed are five standard errors.
func TestStationaryDistribution(t *testing.T) {
	const units, sigma = 20_000, 0.3
	for _, c := range []struct {
		method   string
		step     float64                          // over tau
		variance func(a float64) (shrink float64) // over sigma^2
	}{
		{"exponential", 0.1, func(float64) float64 { return 1 }},
		{"exponential", 4, func(float64) float64 { return 1 }},
		{"euler", 0.1, func(a float64) float64 { return 1 / (1 - a/2) }},
		{"euler", 1, func(a float64) float64 { return 1 / (1 - a/2) }},
		{"heun", 0.1, func(a float64) float64 { return 2 * a * math.Pow(1-a/2, 2) / (1 - math.Pow(1-a+a*a/2, 2)) }},
		{"heun", 1, func(a float64) float64 { return 2 * a * math.Pow(1-a/2, 2) / (1 - math.Pow(1-a+a*a/2, 2)) }},
	} {
		step := time.Duration(c.step * float64(100*ms))
		in := continuous(t, noisy[float64](t, leaky, units, program.Setting{}), atRest(units, 1), Method{Name: c.method, Step: step}, false)
		s := advanced(t, in, 0, 20*step+2*time.Second)
		want := sigma * sigma * c.variance(c.step)
		for _, name := range []string{"z", "y"} {
			mean, variance := spread(s, name)
			if math.Abs(mean-0.2) > 5*math.Sqrt(want/units) || math.Abs(variance/want-1) > 5*math.Sqrt(2./units) {
				t.Errorf("%s at %v: mean and variance of %s %v and %v, want 0.2 and %v", c.method, step, name, mean, variance, want)
			}
		}
	}
}

// TestColouredNoise filters noise with a correlation time of its own, an
// Ornstein-Uhlenbeck process: of its variance sigma^2 arrives tau_n/(tau + tau_n).
func TestColouredNoise(t *testing.T) {
	const units, sigma = 20_000, 0.3
	w := noisy[float64](t, `
time constants:
    tau_n = 50 ms
output:
    tau_n dη/dt = -η + sigma sqrt(2 tau_n) xi
    tau dz/dt = -z + η
    answer = z
`, units, program.Setting{})
	in := continuous(t, w, atRest(units, 1), Method{Name: "heun", Step: 2 * ms}, false)
	s := advanced(t, in, 0, time.Second)
	for name, want := range map[string]float64{"η": sigma * sigma, "z": sigma * sigma * 0.05 / 0.15} {
		if mean, variance := spread(s, name); math.Abs(mean) > 5*math.Sqrt(want/units) || math.Abs(variance/want-1) > 5*math.Sqrt(2./units)+1e-3 {
			t.Errorf("mean and variance of %s are %v and %v, want 0 and %v", name, mean, variance, want)
		}
	}
}

// bistable has a drive that is not linear.
const bistable = `
output:
    e = tanh(2 z)
    tau dz/dt = 0.2 - z + 1.5 e + sigma sqrt(2 tau) xi
    answer = e
`

// TestOrderWithNoise halves the step, on the same paths: the mean distance to
// what the finest step does falls with the strong order, that of the mean of
// squares with the weak one.
func TestOrderWithNoise(t *testing.T) {
	const units, span = 20_000, 120 * ms
	after := func(method string, step time.Duration) []float64 {
		in := continuous(t, noisy[float64](t, bistable, units, program.Setting{}), atRest(units, 1), Method{Name: method, Step: step}, false)
		return slices.Clone(advanced(t, in, 0, span).machine.State())
	}
	exact := after("heun", 250*time.Microsecond)
	for _, c := range []struct {
		method       string
		strong, weak float64
	}{{"euler", 1, 1}, {"exponential", 1, 1}, {"heun", 1, 2}} {
		var x, strong, weak []float64
		for _, h := range []time.Duration{20 * ms, 10 * ms, 5 * ms, 2500 * time.Microsecond} {
			got := after(c.method, h)
			var distance, mean float64
			for i, v := range got {
				distance += math.Abs(v-exact[i]) / units
				mean += (v*v - exact[i]*exact[i]) / units
			}
			x = append(x, math.Log(h.Seconds()))
			strong, weak = append(strong, math.Log(distance)), append(weak, math.Log(math.Abs(mean)))
		}
		if _, order := stat.LinearRegression(x, strong, nil, false); math.Abs(order-c.strong) > 0.1 {
			t.Errorf("%s: strong order %.2f, want %v; errors %.2f", c.method, order, c.strong, strong)
		}
		if _, order := stat.LinearRegression(x, weak, nil, false); math.Abs(order-c.weak) > 0.2 {
			t.Errorf("%s: weak order %.2f, want %v; errors %.2f", c.method, order, c.weak, weak)
		}
	}
}

// TestNoiseIsThatOfSeedStateRowAndUnit compares runs that differ in one thing at
// a time.
func TestNoiseIsThatOfSeedStateRowAndUnit(t *testing.T) {
	states := func(lines string, units int, s program.Setting) []float64 {
		in := continuous(t, noisy[float64](t, lines, units, s), atRest(units, max(s.Rows, 1)), Method{Name: "heun", Step: 10 * ms}, false)
		return slices.Clone(advanced(t, in, 0, 300*ms).machine.State())
	}
	const one = "output:\n tau dz/dt = -z + sigma sqrt(2 tau) xi\n answer = z\n"
	x := states(one, 3, program.Setting{})
	if got := states(one, 3, program.Setting{}); !slices.Equal(got, x) {
		t.Errorf("another run has %v, the first %v", got, x)
	}
	if got := states(one, 5, program.Setting{}); !slices.Equal(got[:3], x) {
		t.Errorf("with more units the first have %v, want %v", got[:3], x)
	}
	if got := states(one, 3, program.Setting{Rows: 2}); !slices.Equal(got[:3], x) || slices.Equal(got[3:], x) {
		t.Errorf("two rows have %v, one %v", got, x)
	}
	if got := states("output:\n tau dy/dt = -y + sigma sqrt(2 tau) xi\n"+one[8:], 3, program.Setting{}); !slices.Equal(got[3:], x) || slices.Equal(got[:3], x) {
		t.Errorf("with another state there is %v, without %v", got, x)
	}
	if got := states(one, 3, program.Setting{Seed: 1}); slices.Equal(got, x) {
		t.Errorf("another seed has %v too", x)
	}
	quiet := states(one, 3, program.Setting{Values: model.Values{"sigma": 0.}})
	if !slices.Equal(quiet, make([]float64, 3)) {
		t.Errorf("without noise there is %v", quiet)
	}
}

// TestNoiseOfPhases lets noise be there with the teacher only.
func TestNoiseOfPhases(t *testing.T) {
	w := noisy[float64](t, "output:\n tau dz/dt = -z + (sigma sqrt(2 tau) xi if teacher else 0)\n answer = z\n", 3, program.Setting{})
	in := continuous(t, w, atRest(3, 1), Method{Name: "euler", Step: 10 * ms}, false)
	if x := advanced(t, in, 0, 100*ms).machine.State(); !slices.Equal(x, []float64{0, 0, 0}) {
		t.Errorf("%v without a teacher, want 0", x)
	}
	in.SetTeaching(true, false)
	if x := advanced(t, in, 100*ms, 200*ms).machine.State(); slices.Contains(x, 0) {
		t.Errorf("%v with a teacher, want noise", x)
	}
}

// TestNoiseInSinglePrecision follows the same path as in double precision.
func TestNoiseInSinglePrecision(t *testing.T) {
	for _, method := range []string{"euler", "heun", "exponential"} {
		m := Method{Name: method, Step: 10 * ms}
		double := advanced(t, continuous(t, noisy[float64](t, bistable, 5, program.Setting{}), atRest(5, 1), m, false), 0, time.Second).machine.State()
		single := advanced(t, continuous(t, noisy[float32](t, bistable, 5, program.Setting{}), atRest(5, 1), m, false), 0, time.Second).machine.State()
		for i, v := range double {
			if math.Abs(v-float64(single[i])) > 1e-5 {
				t.Errorf("%s: unit %d is at %v, in double precision at %v", method, i, single[i], v)
			}
		}
	}
}

// TestNoiseInDiscreteTime draws from the stationary distribution, once a
// presentation.
func TestNoiseInDiscreteTime(t *testing.T) {
	const units, sigma = 20_000, 0.3
	d := inDiscreteTime(t, noisy[float64](t, leaky, units, program.Setting{Usage: model.Usage{Discrete: true}}), Learning{})
	p, err := NewPresentation(d, atRest(units, 1), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	p.Observe(3 * time.Second)
	x := slices.Clone(d.machine.State())
	for _, name := range []string{"z", "y"} {
		mean, variance := spread(d.state, name)
		if math.Abs(mean-0.2) > 5*sigma/math.Sqrt(units) || math.Abs(variance/sigma/sigma-1) > 5*math.Sqrt(2./units) {
			t.Errorf("mean and variance of %s are %v and %v, want 0.2 and %v", name, mean, variance, sigma*sigma)
		}
	}
	p.Observe(4 * time.Second)
	if slices.Equal(d.machine.State(), x) {
		t.Error("the next presentation has the same noise")
	}
	p.Observe(3 * time.Second)
	if !slices.Equal(d.machine.State(), x) {
		t.Error("the same presentation has other noise")
	}
	if d.Predict(); !slices.Equal(d.machine.Answer(), x[:units]) {
		t.Error("the prediction has other noise than the presentation")
	}
}

func TestStepWithNoiseAllocatesNothing(t *testing.T) {
	for _, method := range []string{"euler", "heun", "exponential"} {
		in := continuous(t, noisy[float64](t, bistable, 5, program.Setting{}), atRest(5, 1), Method{Name: method, Step: 7 * ms}, false)
		at := time.Duration(0)
		if n := testing.AllocsPerRun(100, func() {
			if _, _, err := in.Step(at, time.Hour); err != nil {
				t.Fatal(err)
			}
			in.Observe(at + 3*ms)
			at += 7 * ms
		}); n > 0 {
			t.Errorf("%s: %v allocations a step", method, n)
		}
	}
}

// TestNoiseThatCannotBe lists what is refused.
func TestNoiseThatCannotBe(t *testing.T) {
	_, err := NewIntegration(must(NewContinuous(noisy[float64](t, leaky, 1, program.Setting{}), atRest(1, 1), false))(t), Method{Name: "rk4", Step: ms})
	if want := "integrator: the classical Runge-Kutta method has the order of smooth solutions, which those with noise are not: expected Euler, Heun or Exponential"; fmt.Sprint(err) != want {
		t.Errorf("rk4 with noise: %v, want %s", err, want)
	}
}

// must is a value that comes with no error.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
