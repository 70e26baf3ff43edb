package sweep

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"burstsim/internal/linalg"
)

// short is an experiment of some milliseconds, with a continuous and a discrete
// variant.
const short = `[time]
dt = "20ms"
before = "1s"
learn = "5s"
after = "1s"
[record]
metrics = "1s"
angles = "1s"
[model]
hidden = [5]
[[compare]]
name = "discrete"
time.kind = "discrete"
`

func write(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func plan(t testing.TB, file string, vary ...string) *Plan {
	t.Helper()
	p, err := New(file, Options{Vary: vary, BLAS: linalg.BuiltIn()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begun is a plan with a folder.
func begun(t testing.TB, folder, file string, vary ...string) *Plan {
	t.Helper()
	p := plan(t, file, vary...)
	if _, err := p.Begin(folder); err != nil {
		t.Fatal(err)
	}
	return p
}

func execute(t testing.TB, p *Plan, first, count int) Outcome {
	t.Helper()
	o, err := p.Execute(context.Background(), Work{First: first, Count: count})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// aggregate writes the aggregate and returns its files, by name.
func aggregate(t testing.TB, p *Plan) map[string][]byte {
	t.Helper()
	a, err := p.Collect()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, pattern := range []string{"*.csv", "figures/*"} {
		paths, err := filepath.Glob(filepath.Join(p.Path, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(files) < 5 {
		t.Fatalf("only %d files", len(files))
	}
	return files
}

func same(t testing.TB, what string, got, want map[string][]byte) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d files, expected %d", what, len(got), len(want))
	}
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

// TestAggregateDoesNotTellHowRunsWereScheduled: on one processor and on two, in
// one process and in tasks in any order that overlap, begun at once or extended,
// the aggregate has the same bytes.
func TestAggregateDoesNotTellHowRunsWereScheduled(t *testing.T) {
	file := write(t, short)
	vary := []string{"model.beta=0.5,1,2", "seeds=1-4"}
	all := begun(t, t.TempDir(), file, vary...)
	if o := execute(t, all, 0, 12); o.Ran != 12 || o.Failed != 0 || o.Left != 0 {
		t.Fatalf("%+v", o)
	}
	want := aggregate(t, all)

	before := runtime.GOMAXPROCS(1)
	one := begun(t, t.TempDir(), file, vary...)
	execute(t, one, 0, 12)
	runtime.GOMAXPROCS(before)
	same(t, "one processor", aggregate(t, one), want)

	tasks := begun(t, t.TempDir(), file, vary...)
	for _, part := range [][2]int{{7, 5}, {0, 4}, {3, 6}} {
		again, err := Load(tasks.Path)
		if err != nil {
			t.Fatal(err)
		}
		execute(t, again, part[0], part[1])
	}
	same(t, "tasks", aggregate(t, tasks), want)

	folder := t.TempDir()
	part := begun(t, folder, file, "model.beta=2,0.5", "seeds=3,1")
	execute(t, part, 0, 4)
	extended := plan(t, file, vary...)
	if added, err := extended.Begin(folder); err != nil || added != 8 {
		t.Fatalf("%d points added, %v; expected 8", added, err)
	}
	if o := execute(t, extended, 0, 12); o.Ran != 8 {
		t.Errorf("%d runs, expected the 8 that are new", o.Ran)
	}
	same(t, "extended", aggregate(t, extended), want)
	if o := execute(t, extended, 0, 12); o.Ran != 0 {
		t.Errorf("%d runs of a finished sweep", o.Ran)
	}
}

// TestPointsAreNamedByContent: neither how values are written, nor the order of
// axes, nor what else there is changes the name of a point.
func TestPointsAreNamedByContent(t *testing.T) {
	file := write(t, short)
	ids := func(vary ...string) (ids []string) {
		for _, pt := range plan(t, file, vary...).Points {
			ids = append(ids, pt.ID)
		}
		slices.Sort(ids)
		return ids
	}
	want := ids("model.beta=1,2", "time.tau_dendrite=50ms,100ms")
	if got := ids("time.tau_dendrite=100ms,50000us", "model.beta=2.0,1e0"); !slices.Equal(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
	if more := ids("model.beta=1,2,3", "time.tau_dendrite=50ms,100ms"); len(more) != 6 || slices.ContainsFunc(want, func(id string) bool { return !slices.Contains(more, id) }) {
		t.Errorf("%v lacks some of %v", more, want)
	}
	if other := ids("model.beta=1,2", "time.tau_soma=50ms,100ms"); slices.ContainsFunc(other, func(id string) bool { return slices.Contains(want, id) }) {
		t.Errorf("%v: another key, the same name", other)
	}
}

// TestSamples: further samples leave the first ones as they are, all are in
// their ranges, and Halton's fill them more evenly than random ones.
func TestSamples(t *testing.T) {
	file := write(t, short)
	emptiest := map[string]int{} // cells of 8 by 8 without a sample
	for _, method := range []string{"random", "halton"} {
		points := func(n int) []Point {
			return plan(t, file, "model.beta=1:3", "time.tau_dendrite={from='100ms', to='10s', scale='log'}", fmt.Sprint("samples=", n), "method="+method).Points
		}
		many, few := points(128), points(16)
		for i, pt := range few {
			if many[i].ID != pt.ID {
				t.Fatalf("%s: sample %d of 16 is not that of 128", method, i)
			}
		}
		full := map[[2]int]bool{}
		for _, pt := range many {
			beta, _ := Number(pt.Values[0])
			tau, _ := Number(pt.Values[1])
			u, v := (beta-1)/2, math.Log10(tau/0.1)/2
			if u < 0 || u > 1 || v < -1e-6 || v > 1+1e-6 {
				t.Errorf("%s: %v is out of its range", method, pt.Values)
			}
			full[[2]int{int(8 * u), int(8 * v)}] = true
		}
		emptiest[method] = 64 - len(full)
	}
	if emptiest["halton"] >= emptiest["random"] {
		t.Errorf("empty cells of 64: %v", emptiest)
	}
}

// TestCountedRanges: both ends belong to a range, and values are said as people
// would say them.
func TestCountedRanges(t *testing.T) {
	file := write(t, short)
	for text, want := range map[string]string{
		"model.beta=0.1:0.7:7":                 "0.1 0.2 0.3 0.4 0.5 0.6 0.7",
		"learning.lr=1e-4:1e-1:4:log":          "0.0001 0.001 0.01 0.1",
		"time.tau_dendrite=50ms:200ms:4":       `"50ms" "100ms" "150ms" "200ms"`,
		"time.tau_dendrite=50ms:200ms:3:log":   `"50ms" "100ms" "200ms"`,
		"task.inputs=1:9:5":                    "1 3 5 7 9",
		"compare.discrete.learning.lr=0.1,0.2": "0.1 0.2",
		"model.hidden=[[5], [3, 4]]":           "[5] [3, 4]",
		"run.weight_seed=1-3":                  "1 2 3",
	} {
		var got []string
		for _, pt := range plan(t, file, text).Points {
			got = append(got, pt.Values[0])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is %v, expected %s", text, got, want)
		}
	}
}

// TestSeedsApart: the seed of the task leaves the weights as they are, and that of
// the weights the task: together they are what the seed is.
func TestSeedsApart(t *testing.T) {
	file := write(t, short)
	result := func(vary ...string) number {
		p := begun(t, t.TempDir(), file, vary...)
		execute(t, p, 0, 1)
		a, err := p.Collect()
		if err != nil || a.Missing > 0 || a.Failed > 0 {
			t.Fatalf("%+v, %v", a, err)
		}
		return a.Runs[0].Record.Variants[0].Results["loss_final"]
	}
	both := result("seeds=7")
	if apart := result("seeds=2", "task_seeds=7", "weight_seeds=7"); apart != both {
		t.Errorf("%v, expected %v as of seed 7", apart, both)
	}
	for _, one := range []string{"task_seeds=8", "weight_seeds=8"} {
		if other := result("seeds=7", one); other == both {
			t.Errorf("%s changes nothing", one)
		}
	}
}

// TestInterruptedRunsGoOn: a run that takes long and is stopped goes on from its
// checkpoint, in another process, to the same bits; nothing is left of it then.
func TestInterruptedRunsGoOn(t *testing.T) {
	file := write(t, "[checkpoint]\nsimulated = \"100s\"\n"+strings.Replace(short, `learn = "5s"`, `learn = "2000s"`, 1))
	whole := begun(t, t.TempDir(), file, "seeds=1")
	execute(t, whole, 0, 1)
	want := aggregate(t, whole)

	p := begun(t, t.TempDir(), file, "seeds=1")
	saved := func() []string {
		files, err := filepath.Glob(filepath.Join(p.Path, unfinished, "*", "0.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	for stops := range 2 {
		ctx, cancel := context.WithCancel(context.Background())
		var wait sync.WaitGroup
		wait.Go(func() { // stops it when it has saved something, or has a copy of it
			for ctx.Err() == nil && len(saved()) <= stops {
				time.Sleep(time.Millisecond)
			}
			cancel()
		})
		o, err := p.Execute(ctx, Work{First: 0, Count: 1})
		cancel()
		wait.Wait()
		if err != nil || o.Left != 1 || len(saved()) != stops+1 {
			t.Fatalf("%+v, %v, checkpoints in %v", o, err, saved())
		}
	}
	execute(t, p, 0, 1)
	same(t, "gone on", aggregate(t, p), want)
	if left, _ := filepath.Glob(filepath.Join(p.Path, unfinished, "*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestTwiceAtOnce: processes that do the same runs at the same time, as when a node
// that seemed lost goes on, leave neither failures nor folders, although the first
// to finish a run removes what the others have of it.
func TestTwiceAtOnce(t *testing.T) {
	file := write(t, short)
	p := begun(t, t.TempDir(), file, "seeds=1-4")
	execute(t, p, 0, 4)
	want := aggregate(t, p)
	for range 10 {
		p := begun(t, t.TempDir(), file, "seeds=1-4")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for i := range 4 { // one at a time, which keeps a journal of each
					if o, err := p.Execute(context.Background(), Work{First: i, Count: 1}); err != nil || o.Failed > 0 || o.Left > 0 {
						t.Errorf("%+v, %v", o, err)
					}
				}
			})
		}
		all.Wait()
		same(t, "twice at once", aggregate(t, p), want)
		if left, _ := filepath.Glob(filepath.Join(p.Path, unfinished, "*")); len(left) > 0 {
			t.Errorf("%v are left", left)
		}
	}
}

// TestTornLinesArePassedOver: what a process that was killed has not written
// whole is run again, and what it has is not.
func TestTornLinesArePassedOver(t *testing.T) {
	file := write(t, short)
	p := begun(t, t.TempDir(), file, "seeds=1-4")
	execute(t, p, 0, 4)
	want := aggregate(t, p)
	paths, err := filepath.Glob(filepath.Join(p.Path, resultsFolder, "*", "*.jsonl"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%v, %v", paths, err)
	}
	content, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(paths[0], content[:len(content)-10], 0o666); err != nil {
		t.Fatal(err)
	}
	if s, err := p.Status(); err != nil || s.Done != 3 {
		t.Errorf("%+v, %v; expected 3 done", s, err)
	}
	if o := execute(t, p, 0, 4); o.Ran != 1 {
		t.Errorf("%d runs, expected the one that was torn", o.Ran)
	}
	same(t, "after a kill", aggregate(t, p), want)
}

// TestFailures: a run whose numbers fail is not tried again, for the same program
// would fail the same; the others are not kept from running.
func TestFailures(t *testing.T) {
	file := write(t, short)
	p := begun(t, t.TempDir(), file, "model.weight_gain=1e308,1", "seeds=1,2")
	o := execute(t, p, 0, 4)
	if o.Ran != 4 || o.Failed != 2 {
		t.Fatalf("%+v, expected 2 failures of 4", o)
	}
	if o := execute(t, p, 0, 4); o.Ran != 0 {
		t.Errorf("%d runs again", o.Ran)
	}
	a, err := p.Collect()
	if err != nil || a.Failed != 2 || a.Missing != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	if table := string(aggregate(t, p)["summary.csv"]); !strings.Contains(table, "1e+308,continuous,2,2,0") {
		t.Errorf("the summary does not count failures:\n%s", table)
	}
}

// TestRefusals: bad input is said, and creates nothing.
func TestRefusals(t *testing.T) {
	file := write(t, short)
	for text, want := range map[string]string{
		"model.beta=[]":                     "empty, expected at least one value",
		"model.bta=1,2":                     `did you mean "beta"?`,
		"model.beta=1,1.0":                  "has 1 twice",
		"seeds=1-1000000000":                "more than 1000000 seeds",
		"model.beta=2:1:3":                  "expected from below to",
		"model.beta=1:2":                    "range without a count",
		"model.beta=-1,2":                   "more than 0",
		"run.name=a,b":                      "changes no result",
		"compare.continuous.model.beta=1,2": "no [[compare]] variant",
		"model.beta=0:1:4:log":              "begins at 0",
	} {
		if _, err := New(file, Options{Vary: []string{text}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", text, err, want)
		}
	}
	many := []string{"seeds=1-1000", "model.beta=1:2:1000", "model.y_scale=1:2:1000"}
	if _, err := New(file, Options{Vary: many}); err == nil || !strings.Contains(err.Error(), "1e+09 runs") {
		t.Errorf("10^9 runs: %v", err)
	}
	if _, err := New(file, Options{Vary: []string{"seeds=1-2", "run.seed=3,4"}}); err == nil || !strings.Contains(err.Error(), "one axis a key") {
		t.Errorf("two axes on one key: %v", err)
	}
	folder := t.TempDir()
	begun(t, folder, file, "seeds=1-2")
	if _, err := plan(t, file, "model.beta=1,2").Begin(folder); err == nil || !strings.Contains(err.Error(), "folder of another sweep") {
		t.Errorf("a folder of another sweep: %v", err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(short, "hidden = [5]", "hidden = [6]", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := plan(t, file, "seeds=1-2").Begin(folder); err == nil || !strings.Contains(err.Error(), "hidden = [6] instead of hidden = [5]") {
		t.Errorf("a changed file: %v", err)
	}
	mine := t.TempDir()
	if err := os.WriteFile(filepath.Join(mine, "mine"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := plan(t, file, "seeds=1-2").Begin(mine); err == nil || !strings.Contains(err.Error(), "not the folder of a sweep") {
		t.Errorf("a folder of something else: %v", err)
	}
}
