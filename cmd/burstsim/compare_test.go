package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/sim/record"
)

// finished is a run of these variants, each with one row of a metric.
func finished(name, metric string, labels ...string) finishedRun {
	run := &rundir.Run{Result: &record.Result{Name: name}, Summary: &experiment.Summary{Name: name,
		Variants: map[string]experiment.VariantSummary{}}}
	for _, label := range labels {
		metrics := record.NewTable("time", metric)
		metrics.Append(1, 0.5)
		run.Result.Variants = append(run.Result.Variants, record.Variant{Label: label, Metrics: metrics})
		run.Summary.Variants[label] = experiment.VariantSummary{LossFinal: 0.5, TestError: math.NaN()}
	}
	return finishedRun{run, name}
}

func TestComparisonLabels(t *testing.T) {
	tests := []struct {
		name string
		runs []finishedRun
		want []string
	}{
		{"unique variants", []finishedRun{finished("a", "loss", "x", "y"), finished("b", "loss", "z")}, []string{"x", "y", "z"}},
		{"single variants", []finishedRun{finished("a", "loss", "x"), finished("b", "loss", "x")}, []string{"a", "b"}},
		{"shared variants", []finishedRun{finished("a", "loss", "x", "y"), finished("b", "loss", "x", "z")},
			[]string{"a: x", "y", "b: x", "z"}},
		{"a run named as a variant", []finishedRun{finished("a", "loss", "x", "b"), finished("b", "loss", "x")},
			[]string{"a: x", "a: b", "b: x"}},
	}
	for _, test := range tests {
		if got := comparisonLabels(test.runs); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestRunsAreNamedApart(t *testing.T) {
	tests := []struct {
		names, paths, want []string
	}{
		{[]string{"a", "b"}, []string{"r/1", "r/2"}, []string{"a", "b"}},
		{[]string{"a", "a"}, []string{"r/1", "r/2/"}, []string{"1", "2"}},
		{[]string{"a", ""}, []string{"r/1", "r/2"}, []string{"1", "2"}},
		{[]string{"a", "a"}, []string{"r/1", "s/1"}, []string{"r/1", "s/1"}},
	}
	for _, test := range tests {
		runs := make([]finishedRun, len(test.names))
		for i, name := range test.names {
			runs[i] = finished(name, "loss", "x")
		}
		nameRuns(runs, test.paths)
		for i, run := range runs {
			if run.name != test.want[i] {
				t.Errorf("%q in %q: %q, want %q", test.names, test.paths, run.name, test.want[i])
			}
		}
	}
}

func TestComparisonKeepsEveryVariantsOutcome(t *testing.T) {
	runs := []finishedRun{finished("a", "loss", "x", "y"), finished("b", "loss", "x")}
	runs[0].Config.Compare = []config.Variant{{Config: config.Config{Time: config.Time{Kind: "discrete"}}}}
	c := newComparison(runs)
	for _, v := range c.res.Variants {
		if _, ok := c.sum.Variants[v.Label]; !ok {
			t.Errorf("no outcome of %q", v.Label)
		}
	}
	if want := []bool{false, true, false}; !slices.Equal(c.opt.Discrete, want) {
		t.Errorf("in discrete time: %v, want %v", c.opt.Discrete, want)
	}
	if runs[0].Result.Variants[0].Label != "x" {
		t.Error("the run itself was renamed")
	}
}

func TestCommonColumn(t *testing.T) {
	if !newComparison([]finishedRun{finished("a", "loss", "x"), finished("b", "loss", "x")}).haveCommonColumn() {
		t.Error("loss is not common")
	}
	empty := finished("b", "loss", "x")
	empty.Result.Variants[0].Metrics = nil
	for name, other := range map[string]finishedRun{"other metric": finished("b", "accuracy", "x"), "no metrics": empty} {
		for _, runs := range [][]finishedRun{{finished("a", "loss", "x"), other}, {other, finished("a", "loss", "x")}} {
			if newComparison(runs).haveCommonColumn() {
				t.Errorf("%s: a common column", name)
			}
		}
	}
}

// writeRun leaves the folder of a run with this metric.
func writeRun(t *testing.T, name, metric string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file := path + ".toml"
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir, err := rundir.CreateAt(path)
	if err != nil {
		t.Fatal(err)
	}
	run := finished(name, metric, "continuous")
	run.Result.Variants[0].Trajectory = &record.Trajectory{}
	if err := dir.WriteConfig(cfg); err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteRecord(run.Result, run.Summary); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCompareNeedsSomethingInCommon(t *testing.T) {
	f := newFixture(t)
	status := f.execute("compare", writeRun(t, "a", "loss"), writeRun(t, "b", "accuracy"), "--out", f.dir)
	if status != statusFailure || f.err.String() != "burstsim: the runs have no column of metrics in common\n" {
		t.Errorf("exit status %d: %q", status, f.err.String())
	}
	if _, err := os.Stat(f.dir); err == nil {
		t.Error("a folder was made")
	}
}

func TestCompareRefusesARunWithoutARecord(t *testing.T) {
	f := newFixture(t)
	path := writeRun(t, "b", "loss")
	if err := os.WriteFile(filepath.Join(path, "summary.json"), []byte(`{"name":"b"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	status := f.execute("compare", writeRun(t, "a", "loss"), path, "--out", f.dir)
	if status != statusFailure || !strings.Contains(f.err.String(), "failed before anything was recorded") {
		t.Errorf("exit status %d: %q", status, f.err.String())
	}
}

// A shell lists seed 10 before seed 2, and lines of seeds hide one another.
func TestSeedsAreOneLine(t *testing.T) {
	var runs []finishedRun
	for _, seed := range []int64{1, 10, 2, 3} {
		run := finished(fmt.Sprintf("a-seed%d", seed), "loss", "x", "y")
		run.Config.Run.Seed, run.Config.Run.Name = seed, run.name
		runs = append(runs, run)
	}
	alone := finished("b", "loss", "z")
	alone.Config.Values = map[string]any{"model.beta": 3.0}
	runs = slices.Insert(runs, 2, alone)
	sortSeeds(runs)
	var names []string
	for _, run := range runs {
		names = append(names, run.name)
	}
	if want := []string{"a-seed1", "a-seed2", "b", "a-seed3", "a-seed10"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	want := []string{"a: x", "a: y", "a: x", "a: y", "", "a: x", "a: y", "a: x", "a: y"}
	if got := seedGroups(runs); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := seedGroups(runs[:2]); !slices.Equal(got, make([]string, 4)) {
		t.Errorf("two seeds share lines: %q", got)
	}
}

func TestCompareSaysWhichRunsFailed(t *testing.T) {
	f := newFixture(t)
	path := writeRun(t, "b", "loss")
	summary := filepath.Join(path, "summary.json")
	text, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	failed := strings.Replace(string(text), `"name": "b",`, `"name": "b", "failure": "not a number",`, 1)
	if err := os.WriteFile(summary, []byte(failed), 0o666); err != nil || failed == string(text) {
		t.Fatal(err, string(text))
	}
	f.execute("compare", writeRun(t, "a", "loss"), path, "--out", f.dir)
	if !strings.Contains(f.err.String(), "warning: b did not finish: not a number; ") {
		t.Errorf("stderr %q", f.err.String())
	}
}

func TestTableOfAnswers(t *testing.T) {
	res, sum := recorded()
	v := sum.Variants["discrete"]
	v.Answers = &experiment.Answers{Inputs: [][]float64{{0, 1}, {0.5, 1}}, Targets: []float64{1, 0},
		Outputs: []float64{0.934, math.NaN()}, Margin: -0.25}
	sum.Variants["discrete"] = v
	var out strings.Builder
	if err := writeTable(&out, res, sum); err != nil {
		t.Fatal(err)
	}
	_, answers, ok := strings.Cut(out.String(), "\n\n")
	if !ok {
		t.Fatalf("no second table in\n%s", out.String())
	}
	var got [][]string
	for line := range strings.Lines(answers) {
		got = append(got, strings.Fields(line))
	}
	want := [][]string{{"variant", "(0", "1)", "->", "(0.5", "1)", "->", "margin"}, {"discrete", "0.93", "-", "-0.25"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Each variant's figure shades its own phases.
func TestFiguresKnowThePhasesOfVariants(t *testing.T) {
	const text = `
[time]
before = "2s"
learn = "20s"
after = "1s"
[[compare]]
name = "phases"
model.kind = "burstprop"
time.phases = [{ duration = "5s" }, { duration = "500ms", teacher = true, learning = true }]
`
	cfg, err := config.Parse("a.toml", []byte(text), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	phases := runner.FigureOptions(cfg).Phases
	if len(phases) != 2 || len(phases[0]) != 3 || phases[0][1].Cycle != nil || !phases[0][1].Teacher {
		t.Fatalf("%+v", phases)
	}
	learn := phases[1][1]
	want := []record.Part{{Duration: 5}, {Duration: 0.5, Teacher: true}}
	if learn.Start != 2 || learn.End != 22 || !slices.Equal(learn.Cycle, want) {
		t.Errorf("%+v, want a cycle of %v from 2 to 22 s", learn, want)
	}
}

func TestFigureOptions(t *testing.T) {
	cfg := config.Config{Model: config.Model{Kind: "burstprop"}, Plots: config.Plots{Units: 4},
		Compare: []config.Variant{{Config: config.Config{Time: config.Time{Kind: "discrete"}}}}}
	opt := runner.FigureOptions(cfg)
	if opt.PBaseline != runner.Baseline(cfg) || opt.Units != 4 || !slices.Equal(opt.Discrete, []bool{false, true}) {
		t.Errorf("%+v", opt)
	}
}
