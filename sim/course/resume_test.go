package course

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// TestSimulationResumes interrupts a simulation at several times, in phases of
// every kind: from its checkpoint, and from weights drawn otherwise, another
// goes on to the same bits.
func TestSimulationResumes(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, method := range []string{"euler", "exponential", "rk4", "dopri5", "discrete"} {
			for _, split := range []bool{false, true} {
				if split && method == "discrete" {
					continue
				}
				t.Run(fmt.Sprintf("%s/split=%v", method, split), func(t *testing.T) {
					t.Parallel()
					resumes[float64](t, name, method, split, nil)
					resumes[float32](t, name, method, split, nil)
					if name == "burstccn" {
						resumes[float64](t, name, method, split, ramps)
						resumes[float32](t, name, method, split, ramps)
					}
				})
			}
		}
	})
}

// ramps is a schedule for phasesOf, that is interrupted within a ramp, at a knot
// and between.
var ramps = sim.Schedule{
	{At: 1.7, Factor: 0.3, Shape: "step"}, {At: 1.95, Factor: 2, Shape: "linear"},
	{At: 2.8333, Factor: 0, Shape: "step", Weights: []string{"Y"}}, {At: 3.3, Factor: 1, Shape: "step"},
	{At: 4.9, Factor: 0.1, Shape: "cosine"},
}

// resumes follows a schedule, with decay of weights, if there is one.
func resumes[F sim.Float](t *testing.T, name, method string, split bool, schedule sim.Schedule) {
	t.Helper()
	simulation := func(seed uint64) *Simulation[F] {
		text, err := model.Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		net, err := program.New(text, program.Setting{Sizes: []int{3, 6, 5, 2}, Rows: 1, Values: fixture.Everything[name], Usage: model.Usage{Presentation: 1}})
		if err != nil {
			t.Fatal(err)
		}
		w, err := sim.Draw[F](net, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		s := &Simulation[F]{Phases: phasesOf(), Sample: 50 * ms, Record: Recording{
			Metrics: 250 * ms, Angles: time.Second, Sample: 20 * ms, Units: 10, Windows: []Window{{End: time.Hour}}}}
		tasks := []sim.Stream{fixture.Task(t, true)}
		if method == "discrete" {
			learning := sim.Learning{Optimiser: "adam"}
			if schedule != nil {
				learning.WeightDecay = 0.01
			}
			engine := simtest.Discrete(t, w, tasks, learning, 50*ms)
			if err := engine.Discrete.SetSchedule(schedule); err != nil {
				t.Fatal(err)
			}
			s.Engine = engine
		} else {
			engine := simtest.Continuous(t, w, tasks, sim.Method{Name: method, Step: 30 * ms, RelTol: 1e-4, AbsTol: 1e-6}, split)
			if schedule != nil {
				engine.System.SetDecay(0.2)
				if err := engine.SetSchedule(schedule); err != nil {
					t.Fatal(err)
				}
			}
			s.Engine = engine
			if s.Replay, err = sim.NewReplay(w, []sim.Stream{fixture.Task(t, true)}, 30*ms); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	weights := func(s *Simulation[F]) (out []F) {
		for _, v := range s.Engine.Moved().Weights().Tensors() {
			out = append(out, v.Values...)
		}
		return append(out, s.Engine.Moved().Machine().State()...)
	}
	whole := simulation(1)
	want, err := whole.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wanted := printed(want)
	unmeasured := simulation(1)
	unmeasured.Replay = nil
	if _, err := unmeasured.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(weights(unmeasured), weights(whole)) {
		t.Errorf("%T: with the gradient through time, other weights and compartments", F(0))
	}
	for _, stop := range []time.Duration{0, 500 * ms, 1850 * ms, 3300 * ms, 6 * time.Second} {
		first, journal := simulation(1), simtest.NewJournal()
		ctx, cancel := context.WithCancel(t.Context())
		first.Journal = journal
		first.Watch = func(at time.Duration, _ *sim.State[F]) {
			if at >= stop {
				cancel()
			}
		}
		if _, err := first.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at %v: %v", stop, err)
		}
		second := simulation(2)
		second.Journal = journal
		got, err := second.Run(t.Context())
		if err != nil {
			t.Fatalf("stopped at %v: %v", stop, err)
		}
		if !slices.Equal(weights(second), weights(whole)) {
			t.Errorf("%T, stopped at %v: other weights and compartments", F(0), stop)
		}
		if printed(got) != wanted {
			t.Errorf("%T, stopped at %v: another outcome", F(0), stop)
		}
	}
}

// printed is all of an outcome but the time that it took: NaN is not equal to
// itself.
func printed(o *Outcome) string {
	out := []any{*o.Metrics, o.Trajectory.Time, o.PhaseLoss, o.Angles, o.FirstLoss, o.LastLoss, o.Steps, o.Phases}
	for _, s := range o.Trajectory.Signals {
		out = append(out, *s)
	}
	return fmt.Sprintf("%+v", out)
}
