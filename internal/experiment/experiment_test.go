package experiment_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/sim"
	"burstsim/sim/record"
)

func load(t testing.TB, file string, set ...string) config.Config {
	t.Helper()
	cfg, err := config.Load(filepath.Join("..", "..", "examples", file), config.Options{Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// long leaves learning out of the race run, which looks for races only.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("learning takes long")
	}
}

// seeds is how many of these are tried: all of them take minutes, see
// scripts/evidence.sh.
func seeds(all, few int) int {
	if os.Getenv("BURSTSIM_EVIDENCE") != "" {
		return all
	}
	return few
}

// TestExampleLearns runs the main example over five seeds.
func TestExampleLearns(t *testing.T) {
	long(t)
	for seed := range seeds(5, 1) {
		t.Run(fmt.Sprintf("seed %d", seed+1), func(t *testing.T) {
			t.Parallel()
			cfg := load(t, "regression.toml", fmt.Sprintf("run.seed=%d", seed+1), "limit.ratios=[]")
			_, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, label := range []string{"continuous", "discrete"} {
				v := sum.Variants[label]
				if !(v.LossFinal < 0.05*v.LossInitial) {
					t.Errorf("%s: loss %.5f after learning, %.5f before", label, v.LossFinal, v.LossInitial)
				}
			}
		})
	}
}

// short is the main example in a few thousand steps.
var (
	brief = []string{"time.before=5s", "time.learn=40s", "time.after=5s", "record.metrics=5s"}
	short = slices.Concat(brief, []string{"limit.ratios=[0.1, 0.01]", "limit.presentations=3"})
)

// TestDeterminism checks that the number of processors changes no bit.
func TestDeterminism(t *testing.T) {
	cfg := load(t, "regression.toml", short...)
	run := func(procs int) *record.Result {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		res, _, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	one, two := run(1), run(2)
	for i, v := range one.Variants {
		w := two.Variants[i]
		if v.Metrics.Len() != 10 || v.Metrics.Len() != w.Metrics.Len() {
			t.Fatalf("%s: %d and %d rows of metrics, want 10", v.Label, v.Metrics.Len(), w.Metrics.Len())
		}
		for r := range v.Metrics.Len() {
			for c, x := range v.Metrics.Row(r) {
				if math.Float64bits(x) != math.Float64bits(w.Metrics.Row(r)[c]) {
					t.Fatalf("%s: row %d, column %d: %v and %v", v.Label, r, c, x, w.Metrics.Row(r)[c])
				}
			}
		}
		if len(v.Trajectory.Time) == 0 || !reflect.DeepEqual(v.Trajectory, w.Trajectory) {
			t.Errorf("%s: trajectories of %d and %d samples differ", v.Label, len(v.Trajectory.Time), len(w.Trajectory.Time))
		}
	}
	if !reflect.DeepEqual(one.Limit, two.Limit) {
		t.Errorf("limits differ: %v and %v", one.Limit, two.Limit)
	}
}

// TestVariantsShareWeightsAndData checks that a comparison starts where the
// experiment does: before learning, the discrete twin answers as the
// continuous network does, but for its lag.
func TestVariantsShareWeightsAndData(t *testing.T) {
	cfg := load(t, "regression.toml", append(short, "time.tau_soma=1ms", "time.tau_dendrite=1ms", "time.dt=500us", "time.learn=1s")...)
	res, _, err := experiment.Run(context.Background(), cfg, experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, d := res.Variants[0].Trajectory, res.Variants[1].Trajectory
	at := map[float64]int{}
	for i, time := range c.Time {
		at[time] = i
	}
	compared := 0
	for j, time := range d.Time {
		i, ok := at[time]
		if !ok || time < 3 || time > 4 {
			continue
		}
		compared++
		for _, name := range []string{"input", "target", "output"} {
			got, want := c.Signal(name).At(i, 0), d.Signal(name).At(j, 0)
			if math.Abs(got-want) > 0.01 {
				t.Errorf("%s at %v s: continuous %v, discrete %v", name, time, got, want)
			}
		}
	}
	if compared < 5 {
		t.Errorf("only %d common times", compared)
	}
}

// TestFailureKeepsRecord checks that a run that leaves the finite numbers says
// when and where, and keeps what it had recorded.
func TestFailureKeepsRecord(t *testing.T) {
	for _, method := range []string{"euler", "rk4"} {
		cfg := load(t, "regression.toml", append(brief, "integrator.method="+method, "limit.ratios=[]",
			// Plastic feedback far beyond its stable rate.
			"model.y_mode=symmetric_init", "model.y_plastic=true", "time.tau_y=1ns")...)
		res, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		var failure *sim.NumericalError
		if !errors.As(err, &failure) {
			t.Fatalf("%s: error %v, want a NumericalError", method, err)
		}
		if failure.Time < 5 || !strings.Contains(failure.Where, "layer") {
			t.Errorf("%s: failed at %v s in %s; learning starts at 5 s", method, failure.Time, failure.Where)
		}
		if res.Variants[0].Metrics.Len() < 1 || len(res.Variants[0].Trajectory.Time) < 10 || sum.Failure == "" {
			t.Errorf("%s: %d rows of metrics, %d samples kept", method, res.Variants[0].Metrics.Len(), len(res.Variants[0].Trajectory.Time))
		}
	}
}

// TestFailureOfAdaptiveSteps checks that error control, which would otherwise
// go on with ever smaller steps, says where numbers leave their range.
func TestFailureOfAdaptiveSteps(t *testing.T) {
	cfg := load(t, "regression.toml", append(brief, "integrator.method=dopri5", "limit.ratios=[]", "model.weight_gain=1e308")...)
	_, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
	var failure *sim.NumericalError
	if !errors.As(err, &failure) || !strings.Contains(failure.Where, "layer 1") || sum.Failure == "" {
		t.Errorf("error %v, want a NumericalError in layer 1", err)
	}
}

// TestCancel checks that a run that is stopped keeps its record.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg := load(t, "regression.toml", "time.learn=10000000s", "limit.ratios=[]")
	res, _, err := experiment.Run(ctx, cfg, experiment.Options{Observe: func(p experiment.Progress) {
		if p.Variant == "continuous" && p.Time > 100 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if n := res.Variants[0].Metrics.Len(); n < 5 {
		t.Errorf("%d rows of metrics kept", n)
	}
}

// TestPrecision checks that float32 follows float64 for a while.
func TestPrecision(t *testing.T) {
	var outputs [2]*record.Signal
	for i, precision := range []string{"float64", "float32"} {
		cfg := load(t, "regression.toml", append(brief, "run.precision="+precision, "limit.ratios=[]")...)
		res, _, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		outputs[i] = res.Variants[0].Trajectory.Signal("output")
	}
	last := len(outputs[0].Values) - 1
	if outputs[0].Values[last] == outputs[1].Values[last] {
		t.Error("float32 gives the bits of float64")
	}
	for i, want := range outputs[0].Values {
		if got := outputs[1].Values[i]; math.Abs(got-want) > 1e-4 {
			t.Fatalf("sample %d: float32 %v, float64 %v", i, got, want)
		}
	}
}
