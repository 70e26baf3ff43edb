package main

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"burstsim/internal/safetensors"
)

const unstableRegression = `
[model]
hidden = [5]
[time]
before = "2s"
learn = "50s"
after = "2s"
[record]
metrics = "5s"
sample = "20ms"
[checkpoint]
every = "0s"
[plots]
figures = []
`

const unstableTraining = `
[task]
kind = "mnist"
data = "embedded"
epochs = 20
batch = 20
[model]
kind = "ann"
hidden = [10]
[time]
kind = "discrete"
[learning]
lr = 1e30
weight_decay = 1e3
[checkpoint]
every = "0s"
[plots]
figures = []
`

// TestNumericalFailure lets numbers leave their range in each kind of time. The
// message says when, in which layer and unit, and what the last checkpoint is,
// which holds nothing but finite numbers; going on from it ends in the same way.
func TestNumericalFailure(t *testing.T) {
	const regression, training = unstableRegression, unstableTraining
	for name, c := range map[string]struct {
		text string
		set  []string
		want string // the message up to the checkpoint
		last string // the checkpoint; "": none
	}{
		"continuous at once": {regression, []string{"model.weight_gain=1e308", "checkpoint.simulated=10ms"},
			`continuous: not finite at t = 0\.1 s in layer 1 \(soma\), unit \d+`, ""},
		"continuous later": {regression, []string{"model.weight_gain=1.4e307", "run.seed=3", "checkpoint.simulated=10ms"},
			`continuous: not finite at t = [\d.]+ s in layer \d \(soma\), unit \d+`, `at t = [\d.]+ s`},
		"continuous without": {regression, []string{"model.weight_gain=1.4e307", "run.seed=3"},
			`continuous: not finite at t = [\d.]+ s in layer \d \(soma\), unit \d+`, ""},
		"collapsed step": {regression, []string{"integrator.method=dopri5", "time.tau_soma=100ns", "time.before=50ms", "time.learn=1000000000s", "checkpoint.simulated=20ms"},
			`continuous: step size collapsed at t = [\d.]+ s in layer 1 \(soma\), unit \d+`, `at t = [\d.]+ s`},
		"derivative": {regression, []string{"integrator.method=dopri5", "model.weight_gain=1.6e307", "checkpoint.simulated=10ms"},
			`continuous: derivative is not finite at t = 0 s in layer 1 \(soma\), unit \d+`, ""},
		"discrete": {regression, []string{"time.kind=discrete", "model.weight_gain=1e308", "checkpoint.simulated=1s"},
			`discrete: not finite at t = [\d.]+ s in layer 1 \(soma\), unit \d+`, `at t = [\d.]+ s`},
		"discrete without": {regression, []string{"time.kind=discrete", "model.weight_gain=1e308"},
			`discrete: not finite at t = [\d.]+ s in layer 1 \(soma\), unit \d+`, ""},
		"training": {training, []string{"checkpoint.epochs=0.01"},
			`discrete: not finite at t = [\d.]+ epochs in layer 1 \(soma\), unit \d+`, `after [\d.]+ epochs`},
		"training without": {training, nil,
			`discrete: not finite at t = [\d.]+ epochs in layer 1 \(soma\), unit \d+`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			file, dir := filepath.Join(home, "e.toml"), filepath.Join(home, "run")
			if err := os.WriteFile(file, []byte(c.text), 0o666); err != nil {
				t.Fatal(err)
			}
			bin := program0(t)
			args := []string{bin, "run", file, "--quiet", "--out", dir, "--blas", "gonum"}
			for _, s := range c.set {
				args = append(args, "--set", s)
			}
			last := "no checkpoint had been saved"
			if c.last != "" {
				last = "the last checkpoint is " + regexp.QuoteMeta(filepath.Join(dir, "checkpoint", "0.safetensors")) + ", " + c.last
			}
			want := regexp.MustCompile("^burstsim: " + c.want + "; " + last + "; what was recorded until then is in " + regexp.QuoteMeta(dir) + "\n$")
			status, _, stderr := execute(t, args...)
			if status != 1 || !want.MatchString(stderr) {
				t.Fatalf("exit status %d, %q; expected 1 and %s", status, stderr, want)
			}
			finiteCheckpoints(t, dir, c.last != "")
			resume := []string{bin, "resume", dir, "--quiet"}
			if c.last == "" { // otherwise the checkpoint says by what it was written
				resume = append(resume, "--blas", "gonum")
			}
			if status, _, again := execute(t, resume...); status != 1 || again != stderr {
				t.Errorf("going on: exit status %d, %q; expected 1 and %q again", status, again, stderr)
			}
			if status, out, stderr := execute(t, bin, "show", dir); status != 0 || !strings.Contains(out, "failed") {
				t.Errorf("the folder is not that of a run that failed: %s%s", out, stderr)
			}
		})
	}
}

func finiteCheckpoints(t *testing.T, dir string, some bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "checkpoint", "*.safetensors"))
	if err != nil || (len(files) > 0) != some {
		t.Fatalf("checkpoints %v, %v", files, err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		c, err := safetensors.Read(f, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range c.Tensors() {
			// What has not been measured yet is NaN.
			if tensor.DType != safetensors.F64 || strings.HasPrefix(tensor.Name, "state/run/") || strings.HasPrefix(tensor.Name, "state/angles/") {
				continue
			}
			values, _, err := safetensors.Values[float64](c, tensor.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: %s has %v", file, tensor.Name, v)
				}
			}
		}
	}
}
