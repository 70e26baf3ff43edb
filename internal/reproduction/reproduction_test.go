package reproduction

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"burstsim/internal/config"
	"burstsim/internal/linalg"
	"burstsim/internal/sweep"
	"burstsim/reproduce"
)

func all(t *testing.T) []*Reproduction {
	t.Helper()
	list, err := List(reproduce.Files)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReproductionsCanRun: whole and quick, the experiments are accepted, and the
// quick version is a smaller one.
func TestReproductionsCanRun(t *testing.T) {
	for _, r := range all(t) {
		t.Run(r.Name, func(t *testing.T) {
			file := filepath.Join("..", "..", "reproduce", r.Name, ExperimentFile)
			whole, err := sweep.New(file, sweep.Options{})
			if err != nil {
				t.Fatal(err)
			}
			quick, err := sweep.New(file, sweep.Options{Set: r.Quick.Set, Vary: r.Quick.Sweep})
			if err != nil {
				t.Fatal(err)
			}
			if len(quick.Points) > len(whole.Points) || len(quick.Points) == len(whole.Points) && len(r.Quick.Set) == 0 {
				t.Errorf("the quick version has %d runs of %d, and changes nothing else", len(quick.Points), len(whole.Points))
			}
			cfg, err := whole.Config(whole.Points[0])
			if err != nil {
				t.Fatal(err)
			}
			short, err := quick.Config(quick.Points[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range r.Values {
				_, stretch, measured := strings.Cut(v.Result, " in ")
				if measured && (!slices.Contains(stretches(cfg), stretch) || !slices.Contains(stretches(short), stretch)) {
					t.Errorf("value %q is measured in %q, which the whole or the quick version does not go through", v.Name, stretch)
				}
			}
			variants := []string{"", cfg.Run.Label}
			for _, v := range cfg.Compare {
				variants = append(variants, v.Name)
			}
			for _, v := range r.Values {
				if !slices.Contains(variants, v.Variant) {
					t.Errorf("value %q is of variant %q, and there are %q", v.Name, v.Variant, variants)
				}
				for key := range v.Where {
					if !slices.Contains(whole.Keys, key) {
						t.Errorf("value %q is where %s is something, which does not vary", v.Name, key)
					}
				}
			}
		})
	}
}

// stretches are the phases that an experiment goes through, and the parts of those
// with a cycle.
func stretches(cfg config.Config) (names []string) {
	for _, p := range cfg.Routine() {
		names = append(names, p.Name)
		for _, part := range p.Cycle {
			names = append(names, p.Name+"/"+part)
		}
	}
	return names
}

// TestResultsDocument: each reproduction has its place in docs/results.md, which
// scripts/results.sh fills.
func TestResultsDocument(t *testing.T) {
	doc, err := os.ReadFile("../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, m := range regexp.MustCompile(`(?m)^<!-- reproduce (\w+)( --quick)? -->$`).FindAllStringSubmatch(string(doc), -1) {
		there = append(there, m[1])
		if !bytes.Contains(doc, []byte("\n    burstsim reproduce "+m[1]+m[2]+"\n")) {
			t.Errorf("the place of %s%s is empty, expected what scripts/results.sh writes", m[1], m[2])
		}
	}
	var names []string
	for _, r := range all(t) {
		names = append(names, r.Name)
	}
	slices.Sort(there)
	if !slices.Equal(there, names) {
		t.Errorf("docs/results.md has places for %q, expected %q", there, names)
	}
}

// a small sweep of two seeds and two values.
const experiment = `
[task]
kind = "regression"
[model]
hidden = [3]
[time]
kind = "discrete"
before = "1s"
learn = "4s"
after = "1s"
[record]
metrics = "1s"
angles = "1s"
[sweep]
learning.lr = [0.0, 0.5]
seeds = "1-2"
`

const publishedText = `
title = "T"
paper = "P"
figure = "F"
takes = "1 s"
columns = 2
[quick]
takes = "1 s"
[[panel]]
name = "curves"
column = "loss"
y = "loss"
[[panel]]
name = "over"
result = "loss_final"
over = "learning.lr"
y = "loss"
[[panel]]
name = "values"
y = "loss"
[[value]]
name = "nothing is learned"
where = { "learning.lr" = "0.0" }
result = "angle_W1"
[[value]]
name = "loss"
where = { "learning.lr" = "0.5" }
result = "loss_final"
relative_to = "loss_final"
scale = 100
unit = "%"
published = 99.0
spread = 2.0
spread_of = "sd"
source = "nowhere"
panel = "values"
[[value]]
name = "in the middle"
where = { "learning.lr" = "0.5" }
column = "loss"
from = 2
to = 3
panel = "values"
[[value]]
name = "of another value"
where = { "learning.lr" = "7" }
result = "loss_final"
`

func ran(t *testing.T) (*Reproduction, *sweep.Aggregate) {
	t.Helper()
	files := fstest.MapFS{"small/" + ExperimentFile: {Data: []byte(experiment)}, "small/" + PublishedFile: {Data: []byte(publishedText)}}
	r, err := Load(files, "small")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, r.Experiment, 0o666); err != nil {
		t.Fatal(err)
	}
	plan, err := sweep.New(file, sweep.Options{BLAS: linalg.BuiltIn()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Begin(filepath.Join(t.TempDir(), "s")); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Execute(t.Context(), sweep.Work{Count: len(plan.Points)}); err != nil {
		t.Fatal(err)
	}
	a, err := plan.Collect()
	if err != nil {
		t.Fatal(err)
	}
	return r, a
}

// TestMeasure: values are those of their runs, ratios are taken run by run, and
// what there is no run for has no value.
func TestMeasure(t *testing.T) {
	r, a := ran(t)
	rows := r.Measure(a)
	if got := rows[1].Here; got.N != 2 || math.Abs(got.Mean-100) > 1e-9 || math.Abs(got.SD) > 1e-9 {
		t.Errorf("a loss relative to itself is %+v, expected 100 %% in both runs", got)
	}
	var want []float64
	for _, g := range a.Groups() {
		if g.Value("learning.lr") == "0.5" {
			runs := g.CurveOf("discrete", "loss").Runs
			for _, run := range runs {
				for i, at := range run[0] {
					if at == 3 {
						want = append(want, run[1][i])
					}
				}
			}
		}
	}
	if got := rows[2].Here; len(want) != 2 || math.Abs(got.Mean-(want[0]+want[1])/2) > 1e-12 {
		t.Errorf("the loss from 2 s to 3 s is %+v, expected the mean of %v", got, want)
	}
	if rows[3].Here.N != 0 {
		t.Errorf("a value that no run has is %+v", rows[3].Here)
	}
}

// TestTables: published values stand beside ours, what is quick says so, and no
// value is made up.
func TestTables(t *testing.T) {
	r, a := ran(t)
	rows := r.Measure(a)
	var text, markdown, table bytes.Buffer
	if err := r.WriteText(&text, rows, true); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteMarkdown(&markdown, rows, false); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteCSV(&table, rows); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"QUICK", "99 ± 2 (sd)", "not published"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, &text)
		}
	}
	if strings.Contains(markdown.String(), "QUICK") || !strings.Contains(markdown.String(), "| of another value |  | not published | - | 0 |") {
		t.Errorf("the table:\n%s", &markdown)
	}
	if !strings.Contains(table.String(), "\nof another value,,,,,0,,,\n") {
		t.Errorf("the CSV:\n%s", &table)
	}
	if _, err := r.Draw(a, rows, true); err != nil {
		t.Error(err)
	}
}

// TestSays: a spread decides how many digits are shown.
func TestSays(t *testing.T) {
	for _, c := range []struct {
		mean, spread float64
		want         string
	}{
		{1.2345, 0.0123, "1.234 ± 0.012"}, {123.4, 20, "123 ± 20"}, {2.5e-4, 1e-5, "(2.50 ± 0.10)e-4"},
		{0.12345, math.NaN(), "0.123"}, {math.NaN(), 1, "-"}, {5, 0, "5"},
	} {
		if got := says(c.mean, c.spread); got != c.want {
			t.Errorf("%v with spread %v is %q, expected %q", c.mean, c.spread, got, c.want)
		}
	}
}

// TestZero: the zero of a curve is on the line between the results around the last
// change of sign, and a curve without one has none.
func TestZero(t *testing.T) {
	for _, c := range []struct {
		y    []float64
		want float64
	}{
		{[]float64{-1, -3, 1}, 35},
		{[]float64{2, -2, -6}, 15},
		{[]float64{1, -1, 3}, 25},
		{[]float64{-1, 0, 1}, 20},
		{[]float64{1, 2, 3}, math.NaN()},
		{[]float64{math.NaN(), -1, -2}, math.NaN()},
	} {
		if got := zero([]float64{10, 20, 40}, c.y); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("the zero of %v is at %v, expected %v", c.y, got, c.want)
		}
	}
}

// TestBadFiles: what is wrong with a file is said with its name.
func TestBadFiles(t *testing.T) {
	for _, c := range []struct{ change, to, want string }{
		{`title = "T"`, `titel = "T"`, "titel: unknown key"},
		{`paper = "P"`, ``, "paper: is missing"},
		{`source = "nowhere"`, ``, "source: is missing"},
		{`panel = "values"`, `panel = "other"`, `panel: is "other", expected curves, over, values`},
		{`result = "angle_W1"`, ``, "expected a result, a column or zero_of"},
		{`result = "angle_W1"`, `zero_of = "over"`, `zero_of: "over" is no panel of two results or more`},
		{`title = "T"`, `title = `, "published.toml"},
	} {
		text := strings.Replace(publishedText, c.change, c.to, 1)
		_, err := Load(fstest.MapFS{"x/" + ExperimentFile: {}, "x/" + PublishedFile: {Data: []byte(text)}}, "x")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x/published.toml") {
			t.Errorf("%q in place of %q: %v, expected %q", c.to, c.change, err, c.want)
		}
	}
}
