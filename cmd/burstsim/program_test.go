package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/sim/record"
)

// fixture is a program without science: its run and its figures are given.
type fixture struct {
	program
	out, err bytes.Buffer
	file     string // a valid experiment
	dir      string // where --out may go
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{dir: filepath.Join(t.TempDir(), "out"), file: filepath.Join(t.TempDir(), "demo.toml")}
	if err := os.WriteFile(f.file, []byte("[plots]\nfigures = [\"dynamics\"]\nformats = [\"svg\"]\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	f.program = program{
		out: &f.out,
		err: &f.err,
		now: time.Now,
		run: func(context.Context, config.Config, experiment.Options) (*record.Result, *experiment.Summary, error) {
			res, sum := recorded()
			return res, sum, nil
		},
		draw: func(string, *record.Result, config.Config) (runner.WriteFigure, error) {
			return func(w io.Writer, format string) error { _, err := io.WriteString(w, format); return err }, nil
		},
	}
	return f
}

func (f *fixture) execute(args ...string) int {
	return f.program.execute(context.Background(), args)
}

// recorded is a run of two variants, the second without a final loss.
func recorded() (*record.Result, *experiment.Summary) {
	metrics := record.NewTable("time", "loss")
	metrics.Append(0, 0.5)
	res := &record.Result{Name: "demo", Variants: []record.Variant{
		{Label: "continuous", Metrics: metrics, Trajectory: &record.Trajectory{}},
		{Label: "discrete", Metrics: metrics},
	}}
	sum := &experiment.Summary{Name: "demo", Variants: map[string]experiment.VariantSummary{
		"continuous": {LossInitial: 0.5, LossFinal: 0.01, AngleWeights: map[string]float64{"W2": 1.25, "W10": 2, "W1": 3}},
		"discrete":   {LossInitial: 0.5, LossFinal: math.NaN(), AngleWeights: map[string]float64{"W1": 4}},
	}}
	return res, sum
}

func TestTable(t *testing.T) {
	res, sum := recorded()
	sum.Limit = &experiment.LimitSummary{Slope: 1.02}
	var out strings.Builder
	if err := writeTable(&out, res, sum); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	want := [][]string{
		{"variant", "loss before", "loss after", "after/before", "angle W1", "angle W2", "angle W10"},
		{"continuous", "0.5", "0.01", "2.00 %", "3.0 deg", "1.2 deg", "2.0 deg"},
		{"discrete", "0.5", "-", "-", "4.0 deg", "-", "-"},
	}
	for i, cells := range want {
		rest := lines[i]
		for _, cell := range cells {
			_, after, ok := strings.Cut(rest, cell)
			if !ok {
				t.Errorf("line %d is %q, expected %q in it, in this order", i, lines[i], cell)
			}
			rest = after
		}
		if len(lines[i]) != len(lines[0]) {
			t.Errorf("line %d is not aligned:\n%s", i, out.String())
		}
	}
	if !strings.Contains(out.String(), "1.02") {
		t.Errorf("no slope in\n%s", out.String())
	}
}

func TestNumericalFailureKeepsTheRecord(t *testing.T) {
	f := newFixture(t)
	f.run = func(context.Context, config.Config, experiment.Options) (*record.Result, *experiment.Summary, error) {
		res, sum := recorded()
		return res, sum, errors.New("not a number at 3.2 s in layer 1")
	}
	f.draw = func(string, *record.Result, config.Config) (runner.WriteFigure, error) {
		return nil, errors.New("nothing after learning")
	}
	if status := f.execute("run", f.file, "--out", f.dir); status != statusFailure {
		t.Errorf("exit status %d, expected %d", status, statusFailure)
	}
	want := "burstsim: warning: skipped figure dynamics: nothing after learning\n" +
		"burstsim: not a number at 3.2 s in layer 1; what was recorded until then is in " + f.dir + "\n"
	if f.err.String() != want {
		t.Errorf("stderr %q, expected %q", f.err.String(), want)
	}
	if !strings.HasSuffix(f.out.String(), "\n"+f.dir+"\n") {
		t.Errorf("stdout %q, expected the folder at its end", f.out.String())
	}
	run, err := rundir.Open(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	if run.Summary.Failure != "not a number at 3.2 s in layer 1" || run.Result.Variants[0].Metrics.Len() != 1 {
		t.Errorf("kept %+v", run.Summary)
	}
}

func TestFailureBeforeAnythingIsRecorded(t *testing.T) {
	f := newFixture(t)
	f.run = func(context.Context, config.Config, experiment.Options) (*record.Result, *experiment.Summary, error) {
		return nil, nil, errors.New("no such task")
	}
	if status := f.execute("run", f.file, "--out", f.dir); status != statusFailure {
		t.Errorf("exit status %d, expected %d", status, statusFailure)
	}
	if want := "burstsim: no such task\n"; f.err.String() != want {
		t.Errorf("stderr %q, expected %q", f.err.String(), want)
	}
	if _, err := os.Stat(f.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was left: %v", err)
	}
}

// A run that ends well is one, though a figure has nothing to show: a line says
// so. A figure that cannot be written is a failure, of which nothing is left.
func TestFigureFailure(t *testing.T) {
	for name, c := range map[string]struct {
		draw   error // of what there is to show
		write  error
		status int
		want   string
	}{
		"nothing": {errors.New("no teacher"), nil, 0, "burstsim: warning: skipped figure dynamics: no teacher\n"},
		"no font": {nil, errors.New("no font"), statusFailure, "burstsim: figure dynamics: cannot write "},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.draw = func(figure string, _ *record.Result, _ config.Config) (runner.WriteFigure, error) {
				if figure != "dynamics" {
					return func(io.Writer, string) error { return nil }, nil
				}
				return func(io.Writer, string) error { return c.write }, c.draw
			}
			if status := f.execute("run", f.file, "--out", f.dir, "--set", `plots.figures=["dynamics","learning"]`); status != c.status {
				t.Errorf("exit status %d, expected %d", status, c.status)
			}
			if !strings.HasPrefix(f.err.String(), c.want) || strings.Count(f.err.String(), "\n") != 1 {
				t.Errorf("stderr %q, expected %q", f.err.String(), c.want)
			}
			if _, err := rundir.Open(f.dir); err != nil {
				t.Error(err)
			}
			left, _ := os.ReadDir(filepath.Join(f.dir, "figures"))
			if len(left) != 1 || left[0].Name() != "learning.svg" {
				t.Errorf("figures: %v, expected learning.svg", left)
			}
		})
	}
}

// One run that fails does not keep the next from running.
func TestSeveralRunsGoOnAfterAFailure(t *testing.T) {
	f := newFixture(t)
	second := filepath.Join(t.TempDir(), "second.toml")
	if err := os.WriteFile(second, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	f.run = func(_ context.Context, cfg config.Config, _ experiment.Options) (*record.Result, *experiment.Summary, error) {
		res, sum := recorded()
		if cfg.Run.Name == "demo" {
			return res, sum, errors.New("unstable")
		}
		return res, sum, nil
	}
	if status := f.execute("run", f.file, second, "--out", f.dir); status != statusFailure {
		t.Errorf("exit status %d, expected %d", status, statusFailure)
	}
	for name, failure := range map[string]string{"demo": "unstable", "second": ""} {
		run, err := rundir.Open(filepath.Join(f.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if run.Summary.Failure != failure {
			t.Errorf("%s: failure %q, expected %q", name, run.Summary.Failure, failure)
		}
	}
}

func TestSignalsKeepTheRecord(t *testing.T) {
	for signal, status := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			f := newFixture(t)
			var runs atomic.Int64
			f.run = func(ctx context.Context, _ config.Config, _ experiment.Options) (*record.Result, *experiment.Summary, error) {
				if runs.Add(1) == 1 { // a second signal would end the test
					self, err := os.FindProcess(os.Getpid())
					if err != nil {
						return nil, nil, err
					}
					if err := self.Signal(signal); err != nil {
						return nil, nil, err
					}
				}
				<-ctx.Done()
				res, sum := recorded()
				return res, sum, ctx.Err()
			}
			args := []string{"run", f.file, "--out", f.dir}
			atOnce := runtime.GOMAXPROCS(0)
			for k := range atOnce + 1 {
				file := filepath.Join(t.TempDir(), fmt.Sprintf("more%d.toml", k))
				if err := os.WriteFile(file, nil, 0o666); err != nil {
					t.Fatal(err)
				}
				args = append(args, file)
			}
			if got := f.execute(args...); got != status {
				t.Errorf("exit status %d, expected %d", got, status)
			}
			if n := runs.Load(); n > int64(atOnce) {
				t.Errorf("%d runs were started, expected the signal to stop all but %d", n, atOnce)
			}
			run, err := rundir.Open(filepath.Join(f.dir, "demo"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(run.Summary.Failure, signal.String()) || run.Result.Variants[0].Metrics.Len() != 1 {
				t.Errorf("kept %+v", run.Summary)
			}
		})
	}
}

// TestAllFigures checks that "all" stands for what the experiment can show, and
// that a list is taken as it is.
func TestAllFigures(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want string
	}{
		{nil, "[dynamics learning]"},
		{[]string{"limit.ratios=[0.1]"}, "[dynamics learning limit]"},
		{[]string{"plots.figures=[\"learning\"]", "limit.ratios=[0.1]"}, "[learning]"},
		{[]string{"task.kind=mnist", "time.kind=discrete"}, "[training filters confusion states]"},
		{[]string{"task.kind=mnist", "time.kind=discrete", "record.log_mode=minimal"}, "[training filters confusion]"},
		{[]string{"task.kind=mnist"}, "[dynamics learning]"},
	} {
		cfg, err := config.Parse("x.toml", nil, config.Options{Set: c.set})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(runner.Figures(cfg)); got != c.want {
			t.Errorf("%v: figures %s, expected %s", c.set, got, c.want)
		}
	}
}

func TestStabilityLimitOfEveryMethod(t *testing.T) {
	for _, method := range config.Choices("integrator.method") {
		if limit := experiment.StabilityLimit(method); !(limit > 0) {
			t.Errorf("%s: limit %v, expected more than 0", method, limit)
		}
	}
	if limit := experiment.StabilityLimit("euler"); limit != 2 {
		t.Errorf("euler: limit %v, expected 2", limit)
	}
}
