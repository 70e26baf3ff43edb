package course

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// noisySimulation is one of a network with noise on potentials, that learns.
func noisySimulation(t *testing.T, method string, rec Recording) *Simulation[float64] {
	t.Helper()
	text, err := model.Parse("", `model noisy
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
`)
	if err != nil {
		t.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{3, 6, 2}, Usage: model.Usage{Presentation: 1, Discrete: method == "discrete"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	s := &Simulation[float64]{Phases: phasesOf(), Sample: 50 * ms, Record: rec}
	tasks := []sim.Stream{fixture.Task(t, true)}
	if method == "discrete" {
		s.Engine = simtest.Discrete(t, w, tasks, sim.Learning{}, 50*ms)
	} else {
		s.Engine = simtest.Continuous(t, w, tasks, sim.Method{Name: method, Step: 30 * ms}, false)
	}
	return s
}

// TestNoiseIsWhateverHappens runs a network with noise on one processor and on
// many, records more or less of it, and interrupts it: its states and weights
// come out with the same bits.
func TestNoiseIsWhateverHappens(t *testing.T) {
	whole := Recording{Metrics: 250 * ms, Angles: time.Second, Sample: 20 * ms, Units: 10, Windows: []Window{{End: time.Hour}}}
	for _, method := range []string{"euler", "heun", "exponential", "discrete"} {
		run := func(s *Simulation[float64]) ([]float64, string) {
			out, err := s.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return simtest.Snapshot(s.Engine.Moved()), printed(out)
		}
		want, outcome := run(noisySimulation(t, method, whole))
		before := runtime.GOMAXPROCS(1)
		got, alone := run(noisySimulation(t, method, whole))
		runtime.GOMAXPROCS(before)
		if !slices.Equal(got, want) || alone != outcome {
			t.Errorf("%s: on one processor it is another run", method)
		}
		for _, rec := range []Recording{{Metrics: time.Hour}, {Metrics: 70 * ms, Sample: ms, Windows: []Window{{End: time.Hour}}}} {
			if got, _ := run(noisySimulation(t, method, rec)); !slices.Equal(got, want) {
				t.Errorf("%s: with other recordings it is another run", method)
			}
		}
		for _, stop := range []time.Duration{500 * ms, 1850 * ms, 3300 * ms} {
			first, journal := noisySimulation(t, method, whole), simtest.NewJournal()
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
			second := noisySimulation(t, method, whole)
			second.Journal = journal
			if got, resumed := run(second); !slices.Equal(got, want) || resumed != outcome {
				t.Errorf("%s: stopped at %v it is another run", method, stop)
			}
		}
	}
}
