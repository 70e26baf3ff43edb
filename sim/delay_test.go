package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// steps is the solution of du/dt = -u(t - 1) with u = 1 until t = 0, by the
// method of steps: a sum over k of (-1)^k (t - k + 1)^k / k! as long as the
// bracket is not negative.
func steps(t float64) float64 {
	u, factorial := 0.0, 1.0
	for k := 0; t-float64(k)+1 >= 0; k++ {
		if k > 0 {
			factorial *= -float64(k)
		}
		u += math.Pow(t-float64(k)+1, float64(k)) / factorial
	}
	return u
}

// single is a network of one unit without weights.
func single(t testing.TB, lines string, discrete bool) *Weights[float64] {
	t.Helper()
	text, err := model.Parse("", "model single\ntime constants:\n tau = 100 ms\nhidden:\n tau de/dt = -e\n"+lines)
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{1, 1}, Usage: model.Usage{Discrete: discrete, Presentation: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return draw[float64](t, net)
}

// delayedNetwork has delays forward and back, and of a population to itself.
func delayedNetwork[F Float](t testing.TB, discrete bool) *Weights[F] {
	t.Helper()
	text, err := model.Parse("", `model delayed
time constants:
    tau = 50 ms
    forth = 30 ms in [0, inf)
    back = 60 ms in [0, inf)
    tau_weight = 2 s rate lr
layer:
    projection W, c from below
    W(0) = normal(1)
    tau dz/dt = -z + W e[below](t - forth) + c
    e = sigmoid(z)
    tau_weight dW/dt = d e[below](t - forth)'
hidden:
    a = W[above]' d[above](t - back depth)
    d = a e (1 - e) + 0.1 mean(d(t - 90ms))
output:
    d = target - e if teacher else 0
    answer = e
`)
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{1, 4, 3, 1}, Usage: model.Usage{Discrete: discrete, Presentation: 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	return draw[F](t, net)
}

// TestHistoryBeforeTheStart holds what there was: the input of the start, and
// states at 0.
func TestHistoryBeforeTheStart(t *testing.T) {
	w := single(t, "output:\n tau dz/dt = -z + 1\n y = z(t - 100ms) + 3\n x = y(t - 50ms) + e[below](t - 100ms)\n answer = x\n", false)
	in := continuous(t, w, []Stream{&stepping{every: 10}}, Method{Name: "rk4", Step: 10 * ms}, false)
	start := make([]float64, 1)
	(&stepping{every: 10}).Input(start, 0)
	for _, at := range []time.Duration{0, 90 * ms} {
		s := advanced(t, in, max(0, at-90*ms), at)
		in.Begin(at)
		in.Observe(at)
		if got, want := s.Output()[0], 3+start[0]; math.Abs(got-want) > 1e-14 {
			t.Errorf("at %v it brings %v, want %v", at, got, want)
		}
	}
}

// TestDelaysInDiscreteTime: there, all have passed.
func TestDelaysInDiscreteTime(t *testing.T) {
	lines := "output:\n tau dz/dt = -z + 2 e[below]%s\n y = 3 z%s\n answer = y\n"
	answer := func(delay string) []float64 {
		d := inDiscreteTime(t, single(t, fmt.Sprintf(lines, delay, delay), true), Learning{})
		d.Moved().Input()[0] = 0.7
		present(t, d, false)
		return slices.Clone(d.Moved().Output())
	}
	if got, want := answer("(t - 5ms)"), answer(""); !slices.Equal(got, want) || math.Abs(want[0]-6*0.7) > 1e-14 {
		t.Errorf("%v with delays, %v without", got, want)
	}
}

// TestDelaysAddUp: t - a - b is a and b before.
func TestDelaysAddUp(t *testing.T) {
	at := func(delay string) float64 {
		w := single(t, "output:\n tau dz/dt = 1 - z\n y = z("+delay+")\n answer = y\n", false)
		in := continuous(t, w, atRest(1, 1), Method{Name: "rk4", Step: 10 * ms}, false)
		s := advanced(t, in, 0, 200*ms)
		in.Observe(200 * ms)
		return s.Output()[0]
	}
	for delay, want := range map[string]string{"t - 30ms - 20ms": "t - 50ms", "t - 90ms + 40ms": "t - 50ms", "t - 2 20ms - tau / 10": "t - 50ms"} {
		if got, want := at(delay), at(want); math.Abs(got-want) > 1e-12 || got == 0 {
			t.Errorf("%s brings %v, want %v", delay, got, want)
		}
	}
}

// TestDelayOfZeroIsNone: both are the same network.
func TestDelayOfZeroIsNone(t *testing.T) {
	after := func(delay string) []float64 {
		w := single(t, "input:\n e = stimulus\noutput:\n tau dz/dt = -z + e[below]"+delay+"\n y = z"+delay+"\n answer = y\n", false)
		return slices.Clone(advanced(t, continuous(t, w, []Stream{&stepping{every: 0.13}}, Method{Name: "rk4", Step: 30 * ms}, false), 0, time.Second).machine.State())
	}
	if got, want := after("(t - 0s)"), after(""); !slices.Equal(got, want) {
		t.Errorf("%v with a delay of 0 s, %v without", got, want)
	}
}

func TestStepsMustNotPassDelays(t *testing.T) {
	sys, err := NewContinuous(delayedNetwork[float64](t, false), []Stream{&stepping{every: 0.13}}, false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewIntegration(sys, Method{Name: "rk4", Step: 31 * ms})
	if want := "sim: the time step is 31ms, expected at most the shortest delay, 30ms"; fmt.Sprint(err) != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestDelaysThatCannotBe lists what is refused, and why.
func TestDelaysThatCannotBe(t *testing.T) {
	for line, want := range map[string]string{
		"y = x(t - 5)":        "the delay of x is a number, expected a time such as 10ms",
		"y = x(t - 0s + tau)": "the delay of x is -0.1 s, expected at least 0",
		"y = x(t + 5ms)":      `expected "-" and how long before, as in x(t - 10ms)`,
		"y = x(t - x)":        "unknown name x in the delay of x, expected a parameter",
		"y = W(t - 5ms) x":    "W is weights, which have no delay",
		"y = sigma(t - 5ms)":  "sigma is the same at all times",
		"y = pi(t - 5ms)":     "pi is the same at all times",
		"t = x":               "t is a word of the language, expected another name",
		"y = q(t - 5ms)":      "unknown name q",
		"y = x(t - 5ms":       "this bracket is not closed",
	} {
		text, err := model.Parse("", "model x\nparameters:\n sigma = 1\ntime constants:\n tau = 100 ms\nhidden:\n projection W from hidden\n W(0) = 0\n x = sigma\n "+line+"\noutput:\n tau dz/dt = -z + e[below]\n answer = z\nhidden:\n e = 0\n")
		if err == nil {
			var net *program.Network
			if net, err = program.New(text, program.Setting{Sizes: []int{1, 1, 1}}); err == nil {
				_, err = net.Continuous()
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", line, err, want)
		}
	}
}

func TestStepWithDelaysAllocatesNothing(t *testing.T) {
	for _, method := range []string{"euler", "heun", "exponential", "rk4", "dopri5"} {
		in := continuous(t, delayedNetwork[float64](t, false), []Stream{&stepping{every: 0.13}}, Method{Name: method, Step: 7 * ms}, false)
		in.SetTeaching(true, true)
		at := time.Duration(0)
		step := func() {
			to, _, err := in.Step(at, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			in.Observe(at + (to-at)/2)
			at = to
		}
		for range 300 {
			step()
		}
		if n := testing.AllocsPerRun(100, step); n > 0 {
			t.Errorf("%s: %v allocations a step", method, n)
		}
	}
}

// TestNoGradientThroughDelaysAndNoise: going back through either is refused.
func TestNoGradientThroughDelaysAndNoise(t *testing.T) {
	_, err := NewReplay(delayedNetwork[float64](t, false), []Stream{&stepping{every: 0.13}}, ms)
	if err == nil || !strings.Contains(err.Error(), "the model delayed has delays, through which there is no way back") {
		t.Errorf("with delays: %v", err)
	}
	_, err = NewReplay(noisy[float64](t, leaky, 1, program.Setting{}), atRest(1, 1), ms)
	if err == nil || !strings.Contains(err.Error(), "noise") {
		t.Errorf("with noise: %v", err)
	}
}

// TestGradientPassesDelays: of a network at rest under a constant input it is
// what it is without delays.
func TestGradientPassesDelays(t *testing.T) {
	gradients := func(delay time.Duration) (out []float64) {
		text, err := model.Parse("", fmt.Sprintf(`model late
time constants:
    tau = 20 ms
    tau_weight = 1 s
layer:
    projection W from below
    W(0) = normal(1)
    tau dz/dt = -z + W x(t - %v)
    x = e[below]
    e = sigmoid(z(t - %v))
    tau_weight dW/dt = e x'
output:
    answer = 2 e
`, delay, delay))
		if err != nil {
			t.Fatal(err)
		}
		net, err := program.New(text, program.Setting{Sizes: []int{1, 4, 3, 1}})
		if err != nil {
			t.Fatal(err)
		}
		w := draw[float64](t, net)
		task := &fixture.Constant{In: []float64{0.7}, Out: []float64{0.1}}
		in := continuous(t, w, []Stream{task}, Method{Name: "rk4", Step: 5 * ms}, false)
		s := advanced(t, in, 0, 3*time.Second)
		in.Observe(3 * time.Second)
		for _, g := range s.Machine().Gradients(nil) {
			out = append(append(out, g.Delta...), g.Pre...)
		}
		return out
	}
	got, want := gradients(15*ms), gradients(0)
	if len(got) != len(want) || len(want) != 1+4+4+3+3+1 {
		t.Fatalf("%d numbers with delays, %d without", len(got), len(want))
	}
	if d := distance(got, want); d > 1e-12 {
		t.Errorf("%v with delays, %v without", got, want)
	}
	if slices.Contains(want, 0) {
		t.Errorf("%v has zeros", want)
	}
}
