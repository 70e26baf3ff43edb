package course

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/xor"
)

// noisy has noise on potentials, of its own time and white.
const noisy = `model noisy
parameters:
    sigma = 0.2
time constants:
    tau = 50 ms
    tau_n = 200 ms
    tau_weight = 2 s rate lr
layer:
    projection W, c from below
    W(0) = normal(0.5)
    tau_n dη/dt = -η + sigma sqrt(2 tau_n) xi
    tau dz/dt = -z + W e[below] + c + η + 0.1 sqrt(2 tau) xi
    e = sigmoid(z)
output:
    tau_weight dW/dt = (target - e if teacher else 0) e[below]'
    answer = e
signals:
    z soma
`

// delayed looks back at quantities and states, forward, back and at itself.
const delayed = `model delayed
time constants:
    tau = 50 ms
    forth = 30 ms
    back = 110 ms
    tau_weight = 2 s rate lr
layer:
    projection W, c from below
    W(0) = normal(0.5)
    tau dz/dt = -z + W e[below](t - forth) + c + 0.1 e(t - 75ms)
    e = sigmoid(z)
    tau_weight dW/dt = d e[below](t - forth)'
hidden:
    d = W[above]' d[above](t - back) + 0.1 mean(z(t - 1s))
output:
    d = target - e if teacher else 0
    answer = e
signals:
    z soma
`

// simulationOf is one of a text that is not built in.
func simulationOf(t *testing.T, source, method string, split bool, rec Recording) *Simulation[float64] {
	t.Helper()
	text, err := model.Parse("", source)
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{2, 6, 1}, Usage: model.Usage{Presentation: 1, Discrete: method == "discrete"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	s := &Simulation[float64]{Phases: phasesOf(), Sample: 50 * ms, Record: rec}
	cfg := xor.DefaultConfig()
	cfg.Hold = 0.35
	task, err := xor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	tasks := []sim.Stream{task}
	if method == "discrete" {
		s.Engine = simtest.Discrete(t, w, tasks, sim.Learning{}, 50*ms)
	} else {
		s.Engine = simtest.Continuous(t, w, tasks, sim.Method{Name: method, Step: 30 * ms, RelTol: 1e-4, AbsTol: 1e-6}, split)
	}
	return s
}

// TestNoiseIsWhateverHappens runs networks with noise, and with delays, on one
// processor and on many, records more or less of them, and interrupts them: their
// states and weights come out with the same bits.
func TestNoiseIsWhateverHappens(t *testing.T) {
	for _, method := range []string{"euler", "heun", "exponential", "discrete"} {
		t.Run(method, func(t *testing.T) { alwaysTheSame(t, of(noisy, method, false)) })
	}
	alwaysTheSame(t, of(noisy, "heun", true))
}

func TestDelaysAreWhateverHappens(t *testing.T) {
	for _, method := range []string{"euler", "heun", "exponential", "rk4", "dopri5"} {
		for _, split := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/split=%v", method, split), func(t *testing.T) { alwaysTheSame(t, of(delayed, method, split)) })
		}
	}
}

// of builds simulations of a text.
func of(text, method string, split bool) func(*testing.T, Recording) *Simulation[float64] {
	return func(t *testing.T, rec Recording) *Simulation[float64] {
		return simulationOf(t, text, method, split, rec)
	}
}

func alwaysTheSame(t *testing.T, build func(*testing.T, Recording) *Simulation[float64]) {
	t.Helper()
	simulation := func(rec Recording) *Simulation[float64] { return build(t, rec) }
	run := func(s *Simulation[float64]) ([]float64, string) {
		out, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return simtest.Snapshot(s.Engine.Moved()), printed(out)
	}
	whole := Recording{Metrics: 250 * ms, Angles: time.Second, Sample: 20 * ms, Units: 10, Windows: []Window{{End: time.Hour}}}
	want, outcome := run(simulation(whole))
	before := runtime.GOMAXPROCS(1)
	got, alone := run(simulation(whole))
	runtime.GOMAXPROCS(before)
	if !slices.Equal(got, want) || alone != outcome {
		t.Error("on one processor it is another run")
	}
	for _, rec := range []Recording{{Metrics: time.Hour}, {Metrics: 70 * ms, Sample: ms, Windows: []Window{{End: time.Hour}}}} {
		if got, _ := run(simulation(rec)); !slices.Equal(got, want) {
			t.Error("with other recordings it is another run")
		}
	}
	for _, stop := range []time.Duration{0, 500 * ms, 1850 * ms, 3300 * ms} {
		first, journal := simulation(whole), simtest.NewJournal()
		ctx, cancel := context.WithCancel(t.Context())
		first.Journal = journal
		first.Watch = func(at time.Duration, _ *sim.State[float64]) {
			if at >= stop {
				cancel()
			}
		}
		if _, err := first.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at %v: %v", stop, err)
		}
		second := simulation(whole)
		second.Journal = journal
		if got, resumed := run(second); !slices.Equal(got, want) || resumed != outcome {
			t.Errorf("stopped at %v it is another run", stop)
		}
	}
}
