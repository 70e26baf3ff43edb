package experiment_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
)

// TestBlanks: with a blank behind each pattern, losses and answers are those of
// the ends of patterns, and learning leaves blanks out.
func TestBlanks(t *testing.T) {
	run := func(set ...string) *experiment.VariantSummary {
		t.Helper()
		cfg := load(t, "xor.toml", append([]string{"time.before=40s", "time.learn=400s", "time.after=40s", "time.dt=20ms", "record.metrics=40s", "record.angles=40s"}, set...)...)
		cfg.Compare = nil
		_, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := sum.Variants[cfg.Run.Label]
		return &v
	}
	// Long against the time constants, a blank changes nothing that is seen.
	fixed := []string{"time.tau_weight=1000000000s", "task.hold=2s"}
	plain := run(append(slices.Clone(fixed), "time.before=16s")...)
	blank := run(append(fixed, "time.before=32s", "task.blank=2s", "time.reset=presentation")...)
	if d := math.Abs(plain.LossInitial - blank.LossInitial); d > 1e-6 {
		t.Errorf("losses of the same weights differ by %.2g", d)
	}
	for k, answer := range plain.Answers.Outputs {
		if d := math.Abs(answer - blank.Answers.Outputs[k]); d > 1e-6 {
			t.Errorf("answers to pattern %d differ by %.2g", k, d)
		}
	}
	// Half of the time is blank: half as much is learned.
	half, whole := run("time.learn=400s", "task.blank=1s", "time.reset=presentation"), run("time.learn=200s", "time.reset=presentation")
	if a, b := half.LossFinal, whole.LossFinal; math.Abs(a-b) > 0.02*b {
		t.Errorf("the loss after 200 presentations with blanks is %v, and %v without", a, b)
	}
}

// TestShownInTime: to images held long enough the continuous network answers as
// its steady state does.
func TestShownInTime(t *testing.T) {
	cfg := load(t, "mnist_continuous.toml", "task.data=embedded", "task.hold=1s", "task.test_shown=50", "task.test_images=50", "time.before=2s", "time.learn=10s", "time.after=2s", "time.reset=presentation", "task.blank=100ms", "time.before=1100ms")
	cfg.Compare = nil
	_, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := sum.Variants[cfg.Run.Label]
	if v.ShownError == nil || math.Abs(*v.ShownError-v.TestError) > 0.021 { // one image may be a tie
		t.Errorf("error of images shown: %v, expected about %v", v.ShownError, v.TestError)
	}
}

// TestShownInRows: where states begin anew at each image, the answers are the same
// however many are shown at once, with a blank behind them and without; and where
// they do not, images before have their effect.
func TestShownInRows(t *testing.T) {
	// Hardly anything is learned, so that all have the same weights.
	still := func(set ...string) float64 {
		t.Helper()
		cfg := load(t, "mnist_continuous.toml", append([]string{"run.precision=float64", "task.data=embedded", "task.hold=200ms", "task.test_shown=60",
			"time.before=2s", "time.learn=10s", "time.after=2s", "record.metrics=2s", "time.tau_weight=1000000000s"}, set...)...)
		cfg.Compare = nil
		cfg.Time.Learn = config.Duration(float64(cfg.Time.Learn) / float64(cfg.Task.Batch))
		_, sum, err := experiment.Run(context.Background(), cfg, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return *sum.Variants[cfg.Run.Label].ShownError
	}
	alone := still("time.reset=presentation")
	for _, set := range [][]string{
		{"time.reset=presentation", "task.batch=7"},
		{"time.reset=presentation", "task.batch=5", "task.blank=50ms"},
		{"time.reset=phase", "task.batch=1", "task.blank=50ms"},
		{"time.reset=phase", "task.batch=60", "time.phases=[{ duration = '100ms' }, { duration = '100ms', learning = true }]"},
	} {
		if got := still(set...); got != alone {
			t.Errorf("%q: error %v, and %v one by one", set, got, alone)
		}
	}
	if alone, rows := still(), still("task.batch=60"); alone == rows {
		t.Errorf("error %v whether images come one by one, each behind another, or all at once", alone)
	}
}
