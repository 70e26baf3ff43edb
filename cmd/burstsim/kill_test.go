package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const killedRegression = `
[task]
kind = "regression"
[model]
hidden = [8, 6]
[time]
tau_weight = "20s"
before = "20s"
learn = "400s"
after = "20s"
[record]
metrics = "7s"
sample = "30ms"
windows = [{ start = "15s", length = "10s" }, { start = "200s", length = "50s" }, { start = "430s", length = "10s" }]
[checkpoint]
every = "3ms"
[plots]
figures = []
`

const killedTraining = `
[task]
kind = "mnist"
data = "embedded"
epochs = 12
batch = 10
[model]
hidden = [20, 15]
[time]
kind = "discrete"
[learning]
lr = 0.1
[record]
log_every = 3
[checkpoint]
every = "3ms"
[plots]
figures = []
`

// killed lists what is killed: every model, method of integration and kind of
// time, and every optimiser.
func killed() map[string][]string {
	out := map[string][]string{
		"phases":             {"time.phases=[{duration=\"5s\"}, {duration=\"500ms\", teacher=true, learning=true}]", "model.kind=burstprop"},
		"variants":           {"limit.ratios=[0.1, 0.03]", "limit.presentations=3"},
		"plastic":            {"model.y_mode=random", "model.q_mode=random", "model.y_plastic=true", "model.q_plastic=true", "time.trace_delay=200ms"},
		"leaky float32":      {"task.teacher=leaky", "run.precision=float32"},
		"split float32":      {"run.precision=float32", "integrator.plasticity=split", "model.y_mode=random", "model.y_plastic=true"},
		"discrete float32":   {"run.precision=float32", "time.kind=discrete", "time.learn=20000s"},
		"xor":                {"task.kind=xor"},
		"xor discrete":       {"task.kind=xor", "time.kind=discrete", "time.learn=40000s"},
		"simulated":          {"checkpoint.every=0s", "checkpoint.simulated=11s"},
		"weights":            {"record.weights=[\"every 9s\", \"123456us\", \"440s\"]"},
		"weights discrete":   {"record.weights=500s", "time.kind=discrete", "time.learn=20000s"},
		"training snapshots": {"record.weights=[\"every 3\", \"1\"]", "run.precision=float32"},
	}
	for _, model := range []string{"burstccn", "burstprop", "edn", "ann"} {
		for _, method := range []string{"euler", "rk4", "dopri5", "exponential"} {
			out[model+" "+method] = []string{"model.kind=" + model, "integrator.method=" + method}
		}
		out[model+" split"] = []string{"model.kind=" + model, "integrator.plasticity=split"}
		out[model+" split dopri5"] = []string{"model.kind=" + model, "integrator.plasticity=split", "integrator.method=dopri5"}
		out[model+" discrete"] = []string{"model.kind=" + model, "time.kind=discrete", "time.learn=20000s"}
	}
	out["edn lag"] = []string{"model.kind=edn", "model.basal_lag=true", "model.interneuron_mode=random", "model.y_mode=random", "model.y_plastic=true"}
	out["burstprop recurrent"] = []string{"model.kind=burstprop", "time.kind=discrete", "model.recurrent_input=true", "time.learn=20000s"}
	for _, model := range []string{"burstccn", "burstprop", "edn", "ann"} {
		out["training "+model] = []string{"model.kind=" + model}
	}
	for _, rule := range []string{"momentum", "adam", "sadagrad", "nadagrad", "ladagrad", "fadagrad", "global_cost"} {
		out["training "+rule] = []string{"learning.optimiser=" + rule, "learning.weight_decay=1e-4"}
	}
	out["training momentum"] = append(out["training momentum"], "learning.momentum=0.9")
	out["training weights"] = []string{"model.y_mode=random", "model.y_plastic=true", "learning.decay=gradient", "learning.optimiser=adam", "learning.adam_beta2=0.99",
		"learning.weight_decay=1e-4", "learning.weights=[{of=[\"Y\"], optimiser=\"momentum\", momentum=0.9, weight_decay=1e-3}]"}
	out["training blocks"] = []string{"model.y_mode=random", "model.y_plastic=true", "learning.y_lr=0.1", "learning.feedforward_noise=0.05",
		"learning.blocks=[{pretraining=15, batches=33, weights=[\"Y\"], feedforward_noise=0.1}, {batches=2, weights=[\"W\"], teacher=true}]",
		"learning.changes=[{kind=\"noise\", weights=[\"Y\"], sd=0.01, each=true}, {kind=\"begin\", weights=[\"Q\"], epoch=2}]", "model.q_mode=symmetric_init"}
	out["training noise"] = []string{"learning.feedforward_noise=0.1", "run.precision=float32", "task.max_stagnant_epochs=9"}
	out["training epochs"] = []string{"checkpoint.every=0s", "checkpoint.epochs=0.3"}
	out["training figures"] = []string{"record.tensorboard=true", "plots.figures=[\"all\"]"}
	out["training conv"] = []string{"model.layer=[{kind=\"conv\", channels=3, kernel=5, stride=3}]", "model.hidden=[10]", "task.epochs=3"}
	// A model that is not built in: an interrupted or killed run goes on with the
	// text that its folder has.
	own := []string{"model.equations=../../examples/oja.model", "time.tau=200ms"}
	out["own"] = own
	out["own discrete"] = append(slices.Clone(own[:1]), "time.kind=discrete", "time.learn=20000s")
	out["noise"] = []string{"model.equations=../../examples/noisy.model", "integrator.method=heun"}
	out["noise discrete"] = []string{"model.equations=../../examples/noisy.model", "time.kind=discrete", "time.learn=20000s"}
	for _, method := range []string{"rk4", "dopri5", "exponential"} {
		out["delay "+method] = []string{"model.equations=../../examples/feedback_delay.model", "integrator.method=" + method}
	}
	film := []string{"task.kind=video", "task.side=6", "task.film_frames=50", "task.films=[\"generated\", \"generated\"]", "task.film_order=shuffled", "task.teacher_hidden=[5]"}
	out["video"] = append(slices.Clone(film), "task.teacher=leaky")
	out["video steps"] = append(slices.Clone(film), "task.low_pass_step=10ms", "time.dt=10ms", "integrator.method=euler")
	out["video discrete"] = append(slices.Clone(film), "time.kind=discrete", "time.learn=4000s")
	out["images"] = []string{"task.kind=mnist", "task.data=embedded", "task.batch=3", "model.hidden=[10]",
		"time.before=2s", "time.learn=20s", "time.after=2s", "record.windows=[]"}
	data := []string{"task.kind=signals", "task.input_file=../../examples/data/signals.csv", "task.input_names=['x', 'y', 'z']",
		"task.input_scaling=standard", "task.target_scaling=unit", "task.interval=70ms"}
	out["signals"] = append(slices.Clone(data), "task.target_names=['z_ahead']")
	out["signals held dopri5"] = append(slices.Clone(out["signals"]), "task.between=held", "integrator.method=dopri5")
	out["signals discrete"] = append(slices.Clone(out["signals"]), "time.kind=discrete", "time.learn=20000s")
	data = []string{"task.kind=arrays", "task.input_file=../../examples/data/samples.csv", "task.input_names=['x', 'y']", "task.input_scaling=standard"}
	out["training arrays"] = append(slices.Clone(data), "task.target_names=['ring']", "task.validation=true", "task.validation_images=0.3")
	out["training values"] = append(slices.Clone(data), "task.target_names=['wave']", "task.targets=values", "task.target_scaling=unit", "task.max_stagnant_epochs=9")
	out["arrays"] = append(slices.Clone(data), "task.target_names=['wave']", "task.targets=values", "task.batch=3",
		"time.before=2s", "time.learn=20s", "time.after=2s", "record.windows=[]")
	return out
}

// evidence tells whether all is to be tried, which takes minutes: see
// scripts/evidence.sh.
func evidence() bool { return os.Getenv("BURSTSIM_EVIDENCE") != "" }

// killedAlways are tried without evidence: a few that differ in most of what
// checkpoints hold.
var killedAlways = map[string]bool{
	"variants": true, "plastic": true, "phases": true, "edn split dopri5": true, "ann exponential": true,
	"xor discrete": true, "images": true, "training conv": true, "training adam": true, "training weights": true, "training blocks": true, "training burstprop": true,
	"signals": true, "signals held dopri5": true, "signals discrete": true, "training arrays": true, "training values": true, "arrays": true,
	"own": true, "own discrete": true, "noise": true, "video": true, "delay rk4": true,
}

// TestKilledRunsGoOn kills the real program at random moments, and lets it go
// on, until it is over: all that it leaves must be what an unbroken run leaves.
// BURSTSIM_KILLS is the number of kills a run, 2 unless it is set.
func TestKilledRunsGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	kills := 2
	if s := os.Getenv("BURSTSIM_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	for name := range killedAlways {
		if _, ok := killed()[name]; !ok {
			t.Errorf("%q is no kind of run", name)
		}
	}
	bin := program0(t)
	var total atomic.Int64
	t.Cleanup(func() { t.Logf("%d kills survived", total.Load()) }) // subtests end after this function
	for name, set := range killed() {
		if !evidence() && !killedAlways[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			text := killedRegression
			if strings.HasPrefix(name, "training") {
				text = killedTraining
			}
			if strings.Contains(strings.Join(set, " "), "task.kind=arrays") {
				text = strings.Replace(text, "data = \"embedded\"\n", "", 1)
			}
			if name == "variants" {
				text += "[[compare]]\nname = \"discrete\"\ntime.kind = \"discrete\"\n[[compare]]\nname = \"euler\"\nintegrator.method = \"euler\"\n"
			}
			args := []string{"run", filepath.Join(dir, "e.toml"), "--quiet"}
			if err := os.WriteFile(args[1], []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			for _, s := range set {
				args = append(args, "--set", s)
			}
			want, got := filepath.Join(dir, "unbroken"), filepath.Join(dir, "killed")
			begin := time.Now()
			if out, err := exec.Command(bin, append(args, "--out", want)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			total.Add(killOften(t, bin, append(args, "--out", got), got, kills, time.Since(begin)))
			sameRuns(t, got, want)
		})
	}
}

// program0 is the path of the program itself: the test's binary under its name.
func program0(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "burstsim")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	return bin
}

// execute runs a command to its end.
func execute(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// killOften runs a command and kills it at a random moment, as often as asked,
// goes on each time, and lets the last run come to its end. It returns how many
// were killed before they ended by themselves.
func killOften(t *testing.T, bin string, run []string, dir string, kills int, lasts time.Duration) (killed int64) {
	t.Helper()
	for k := 0; ; k++ {
		args := run
		if _, err := os.Stat(filepath.Join(dir, "config.toml")); err == nil {
			args = []string{"resume", dir, "--quiet"}
		}
		var stderr bytes.Buffer
		cmd := exec.Command(bin, args...)
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if k < kills {
			timer := time.AfterFunc(time.Duration(rand.Float64()*float64(lasts)), func() { cmd.Process.Kill() })
			defer timer.Stop()
		}
		err := cmd.Wait()
		if err == nil {
			return killed
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatalf("%v after %d kills: %s", err, killed, &stderr)
		}
		killed++
	}
}

// sameRuns compares all files of two run folders. In the summary, times on the
// clock may differ.
func sameRuns(t *testing.T, got, want string) {
	t.Helper()
	for _, pair := range [][2]string{{want, got}, {got, want}} {
		err := filepath.WalkDir(pair[0], func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			rel, err := filepath.Rel(pair[0], path)
			if err != nil {
				return err
			}
			a, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b, err := os.ReadFile(filepath.Join(pair[1], rel))
			if err != nil {
				return err
			}
			if rel == "summary.json" {
				if !reflect.DeepEqual(timeless(t, a), timeless(t, b)) {
					return fmt.Errorf("summaries differ:\n%s\n%s", a, b)
				}
			} else if !bytes.Equal(a, b) {
				return fmt.Errorf("%s differs", rel)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// timeless is a summary without times on the clock.
func timeless(t *testing.T, content []byte) any {
	t.Helper()
	var doc any
	if err := json.Unmarshal(content, &doc); err != nil {
		t.Fatal(err)
	}
	var strip func(any)
	strip = func(v any) {
		m, _ := v.(map[string]any)
		for _, key := range []string{"wall_seconds", "steps_per_second", "examples_per_second", "seconds_per_epoch"} {
			delete(m, key)
		}
		for _, inner := range m {
			strip(inner)
		}
	}
	strip(doc)
	return doc
}
