package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
)

// digest is a run of one variant with this loss, of an experiment file.
func digest(t *testing.T, dir, file string, loss float64) *rundir.Digest {
	t.Helper()
	cfg, err := config.Parse("test.toml", []byte(file), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &rundir.Digest{
		Dir: dir, Status: rundir.Finished, Began: time.Date(2026, 1, len(dir), 0, 0, 0, 0, time.Local), Config: cfg,
		Labels: []string{"continuous"},
		Summary: &experiment.Summary{Name: "test", Variants: map[string]experiment.VariantSummary{
			"continuous": {LossInitial: 1, LossFinal: loss, TestError: math.NaN()},
		}},
	}
}

func sweep(t *testing.T) []*rundir.Digest {
	unreadable := &rundir.Digest{Dir: "bad", Status: rundir.Unreadable, Reason: "bad/summary.json is missing"}
	return []*rundir.Digest{
		digest(t, "a", "model.beta = 10\ntime.dt = '2ms'", 0.3),
		unreadable,
		digest(t, "bbbb", "model.beta = 9\ntime.dt = '1500us'", math.NaN()),
		digest(t, "cc", "model.kind = 'ann'\ntime.dt = '2ms'\nrun.seed = 3", 0.1),
	}
}

func TestSort(t *testing.T) {
	for by, want := range map[string]string{
		"began":      "bbbb cc a bad",
		"name":       "a bad bbbb cc",
		"loss":       "cc a bad bbbb",
		"error":      "a bad bbbb cc",
		"model.beta": "bbbb a bad cc",
		"time.dt":    "bbbb a cc bad",
		"model.kind": "cc a bbbb bad",
	} {
		runs := sweep(t)
		if err := Sort(runs, by); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range runs {
			got = append(got, d.Dir)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", by, got, want)
		}
	}
	if err := Sort(sweep(t), "size"); err == nil || !strings.Contains(err.Error(), "began, name, loss, error") {
		t.Errorf("error %v", err)
	}
}

func TestVarying(t *testing.T) {
	if got, want := Varying(sweep(t)), []string{"model.beta", "time.dt"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Varying(sweep(t)[:2]); got != nil {
		t.Errorf("%q differ in one run", got)
	}
	derived := []*rundir.Digest{digest(t, "a", "", 1), digest(t, "b", "model.weight_gain = 1", 1)}
	if got := Varying(derived); !slices.Equal(got, []string{"model.weight_gain"}) {
		t.Errorf("%q, want a key that one run leaves out", got)
	}
}

func TestListingIsRectangular(t *testing.T) {
	runs := sweep(t)
	images := digest(t, "images", "task.kind = 'mnist'\ntime.kind = 'discrete'", 0.2)
	v := images.Summary.Variants["continuous"]
	v.TestError = 0
	images.Summary.Variants["continuous"] = v
	for _, test := range []struct {
		runs []*rundir.Digest
		keys []string
	}{{nil, nil}, {runs, nil}, {runs, []string{"model.beta"}}, {append(runs, images), []string{"task.batch", "model.beta"}}} {
		table := Listing(test.runs, test.keys)
		for _, row := range table.Rows {
			if len(row) != len(table.Header) {
				t.Errorf("row %q under %q", row, table.Header)
			}
		}
	}
	table := Listing([]*rundir.Digest{images}, nil)
	if column := slices.Index(table.Header, "error"); column < 0 || table.Rows[0][column] != "0.00 %" {
		t.Errorf("no error of 0 in %q", table.Rows)
	}
}

func TestNote(t *testing.T) {
	for _, test := range []struct {
		d    rundir.Digest
		want string
	}{
		{rundir.Digest{Dir: "a", Status: rundir.Finished}, ""},
		{rundir.Digest{Dir: "a", Status: rundir.Failed, Reason: "no memory"}, "no memory"},
		{rundir.Digest{Dir: "a b/", Status: rundir.Unreadable, Reason: "a b/summary.json is missing"}, "summary.json is missing"},
		{rundir.Digest{Dir: "a b", Status: rundir.Interrupted}, "burstsim resume 'a b' goes on"},
		{rundir.Digest{Dir: "é/it's", Status: rundir.Interrupted, Reason: "stopped"}, `stopped; burstsim resume 'é/it'\''s' goes on`},
		{rundir.Digest{Dir: "a", Status: rundir.Running, Progress: []rundir.Progress{{Reached: 10, End: 40, Unit: "s", Loss: 0.0125}}}, "25 %, loss 0.0125"},
		{rundir.Digest{Dir: "a", Status: rundir.Running, Progress: []rundir.Progress{{Reached: 1, End: 3, Loss: math.NaN()}}}, "33 %"},
		{rundir.Digest{Dir: "a", Status: rundir.Interrupted, Progress: []rundir.Progress{{Reached: 10, End: 40, Unit: "s", Loss: 0.0125}}},
			"25 %, loss 0.0125; burstsim resume a goes on"},
		{rundir.Digest{Dir: "é", Status: rundir.Interrupted}, "burstsim resume é goes on"},
	} {
		if got := Note(&test.d); got != test.want {
			t.Errorf("%+v: %q, want %q", test.d, got, test.want)
		}
	}
}

// No wrong answer is an error of 0, not a missing one.
func TestOutcomeShowsATestErrorOfZero(t *testing.T) {
	for _, test := range []struct {
		err  float64
		want bool
	}{{0, true}, {0.25, true}, {math.NaN(), false}} {
		losses, _ := Outcome([]string{"a"}, &experiment.Summary{Variants: map[string]experiment.VariantSummary{"a": {TestError: test.err}}})
		column := slices.Index(losses.Header, "test error")
		if (column >= 0) != test.want || test.err == 0 && losses.Rows[0][column] != "0.00 %" {
			t.Errorf("error %v: %q under %q", test.err, losses.Rows, losses.Header)
		}
	}
}

func TestOutcomeNeedsNoSummaryOfAVariant(t *testing.T) {
	for _, labels := range [][]string{nil, {"gone"}} {
		losses, answers := Outcome(labels, &experiment.Summary{})
		if losses != nil || answers != nil {
			t.Errorf("%q: %v and %v", labels, losses, answers)
		}
	}
	sum := &experiment.Summary{Variants: map[string]experiment.VariantSummary{
		"a": {Answers: &experiment.Answers{Inputs: [][]float64{{0}, {1}}, Outputs: []float64{0.5}}},
		"b": {Answers: &experiment.Answers{Inputs: [][]float64{{2}}, Outputs: []float64{0.1, 0.2, 0.3}}},
	}}
	_, answers := Outcome([]string{"a", "b"}, sum)
	if got := fmt.Sprint(answers.Rows); got != "[[a 0.50 - - 0.00] [b - - 0.10 0.00]]" {
		t.Errorf("answers %s", got)
	}
}
