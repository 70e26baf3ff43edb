package course

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"burstsim/integrator"
	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

const ms = time.Millisecond

// failing is a task of which one part fails from t = 0.5 s on.
type failing struct {
	fixture.Constant
	part string // input, target or teacher
}

func (f *failing) value(part string, t, v float64) float64 {
	if f.part == part && t > 0.5 {
		return math.NaN()
	}
	return v
}

func (f *failing) Input(dst []float64, t float64) {
	for i, v := range f.In {
		dst[i] = f.value("input", t, v)
	}
}

func (f *failing) Target(dst []float64, t float64, state []float64) {
	for i, v := range f.Out {
		dst[i] = f.value("target", t, v) + 0.1*state[0]
	}
}

func (f *failing) StateDim() int { return 1 }

func (f *failing) StateDerivative(dst []float64, t float64, state []float64) {
	dst[0] = f.value("teacher", t, -state[0])
}

func (f *failing) StateLeak(dst []float64) { dst[0] = 1 }

func (f *failing) SteadyState(dst []float64, _ float64) { dst[0] = 0 }

// What made a simulation fail is named: the task, where it was that, or a weight
// or a compartment. The error is ErrNotFinite.
func TestFailureNamesItsCause(t *testing.T) {
	text := func(source string) *model.Text {
		text, err := model.Parse("", source)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	const begin = "model failing\ntime constants:\n  tau = 50 ms in (0, inf)\n  tau_weight = 1 s in (0, inf)\n" +
		"input:\n  e = stimulus\noutput:\n  answer = e\n"
	weight := text(begin + "layer:\n  projection W, c from below\n  tau dz/dt = -z + W e[below] + c\n  e = sigmoid(z)\n" +
		"  tau_weight dW/dt = exp(10 e) e[below]' + W^3\n  W(0) = normal(1)\n") // explodes in finite time
	compartment := text(begin + "layer:\n  projection W from below\n  tau dz/dt = -z + z^3 + 4 + W e[below]\n  e = sigmoid(z)\n" +
		"  tau_weight dW/dt = e e[below]'\n  W(0) = normal(1)\nsignals:\n  z soma\n")
	plain := text(begin + "layer:\n  projection W from below\n  tau dz/dt = -z + W e[below]\n  e = sigmoid(z)\n" +
		"  W(0) = normal(1)\noutput:\n  d = target - e if teacher else 0\n  tau_weight dW/dt = d e[below]'\nsignals:\n  z soma\n")
	for _, c := range []struct {
		text *model.Text
		part string
		want string
		only string // method
	}{
		{plain, "teacher", "the teacher of the task", ""},
		{plain, "input", "the input of the task", "dopri5"},
		{plain, "target", "the target of the task", "dopri5"},
		{weight, "", "layer 1 (weights W)", "dopri5"}, // others find both not finite
		{compartment, "", "layer 1 (soma)", ""},
	} {
		for _, method := range []string{"euler", "rk4", "dopri5"} {
			if c.only != "" && c.only != method {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", c.want, method), func(t *testing.T) {
				net, err := program.New(c.text, program.Setting{Sizes: []int{2, 1}, Rows: 1, Usage: model.Usage{Presentation: 1}})
				if err != nil {
					t.Fatal(err)
				}
				w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
				if err != nil {
					t.Fatal(err)
				}
				task := &failing{fixture.Constant{In: []float64{0.7, -0.4}, Out: []float64{0.6}}, c.part}
				s := &Simulation[float64]{
					Engine: simtest.Continuous(t, w, []sim.Stream{task}, sim.Method{Name: method, Step: 10 * ms}, false),
					Phases: []Phase{{Duration: 10 * time.Second, Teacher: true, Learning: true}}, Sample: 10 * ms, Record: Recording{Metrics: time.Second},
				}
				_, err = s.Run(context.Background())
				var failure *sim.NumericalError
				if !errors.As(err, &failure) {
					t.Fatalf("error %v, want a NumericalError", err)
				}
				if !strings.HasPrefix(failure.Where, c.want) {
					t.Errorf("it is said to be in %s, want %s", failure.Where, c.want)
				}
				// An explosion in finite time leaves dopri5 with ever shorter steps.
				if !errors.Is(err, sim.ErrNotFinite) && !(c.part == "" && errors.Is(err, integrator.ErrStepCollapsed)) {
					t.Errorf("%v is not ErrNotFinite", err)
				}
			})
		}
	}
}

// A derivative that is no number ends dopri5 with ErrNotFinite as any other
// method, for every model.
func TestNotFiniteWithAnyMethod(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, method := range []string{"euler", "exponential", "rk4", "dopri5"} {
			for _, split := range []bool{false, true} {
				task := &failing{fixture.Constant{In: []float64{0.7, -0.4, 0.1}, Out: []float64{0.6, 0.2}}, "input"}
				s := &Simulation[float64]{
					Engine: simtest.Continuous(t, simtest.Everywhere(t, name), []sim.Stream{task}, sim.Method{Name: method, Step: 10 * ms}, split),
					Phases: []Phase{{Duration: time.Second, Teacher: true, Learning: true}}, Sample: 10 * ms, Record: Recording{Metrics: time.Second},
				}
				_, err := s.Run(context.Background())
				var failure *sim.NumericalError
				if !errors.Is(err, sim.ErrNotFinite) || !errors.As(err, &failure) || math.Abs(failure.Time-0.5) > 0.021 {
					t.Errorf("%s, split %v: error %v, want ErrNotFinite at t = 0.5 s", method, split, err)
				}
			}
		}
	})
}
