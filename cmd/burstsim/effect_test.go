package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/linalg"
	"burstsim/internal/runner"
)

// settled are keys that say where and how a run is kept, not what it is: they
// are accepted everywhere and must change no file but config.toml.
var settled = []string{"run.out", "checkpoint.every", "checkpoint.simulated", "checkpoint.epochs"}

// otherValues are values of keys that are neither words nor flags; at least one
// of them must have an effect wherever any of them is accepted.
var otherValues = map[string][]string{
	"run.name": {"other"}, "run.label": {"other"}, "run.seed": {"2"}, "run.task_seed": {"2"}, "run.weight_seed": {"2"}, "run.out": {"elsewhere"},
	"task.sample": {"200ms"}, "task.inputs": {"2"}, "task.outputs": {"2"}, "task.shortest_period": {"3s"},
	"task.teacher_hidden": {"[3]"}, "task.teacher_gain": {"2"}, "task.hold": {"700ms"}, "task.blank": {"300ms", "1s"}, "task.test_shown": {"3"}, "learning.teacher_strength": {"0.5"}, "learning.schedule": {"[{factor=0.5}]", "[{at='2s', factor=0, shape='linear'}]", "[{epoch=2, factor=0, shape='cosine'}]", "[{factor=0.5, weights=['W']}]"},
	"task.input_file": {"absent"}, "task.target_file": {"absent"}, "task.teacher_file": {"absent"}, "task.input_names": {"['a']"}, "task.target_names": {"['other']"},
	"task.targets": {"values"}, "task.interval": {"70ms"}, "task.times": {"u"}, "task.test_fraction": {"0.4"},
	"task.test_input_names": {"absent"}, "task.test_target_names": {"absent"},
	"task.teacher_bias": {"0.5"}, "task.films": {`["generated", "generated", "generated"]`}, "task.film_frames": {"9"}, "task.frame": {"140ms"}, "task.crop": {"40"},
	"task.crop_at": {"[3, 40]"}, "task.crop_seed": {"7"}, "task.side": {"3"}, "task.low_pass": {"400ms"}, "task.low_pass_step": {"20ms"},
	"task.label_smoothing": {"0.1"}, "task.target_low": {"0.2"}, "task.target_high": {"0.8"}, "task.data": {"/nowhere"}, "task.files": {`["a", "b", "c", "d"]`},
	"task.epochs": {"1"}, "task.batch": {"7"}, "task.max_stagnant_epochs": {"1"}, "task.train_images": {"50"}, "task.validation_images": {"50"}, "task.test_images": {"50", "41", "33"},
	"model.hidden": {"[5]"}, "model.layer": {`[{ kind = "dense", units = 3 }]`, `[{ kind = "conv", channels = 2, kernel = 9, stride = 6 }]`},
	"model.equations": {"absent"}, "model.p_baseline": {"0.3"}, "model.beta": {"2"}, "model.weight_gain": {"2"}, "model.weights": {"absent"},
	"model.y_scale": {"0.5"}, "model.q_scale": {"0.5"}, "model.recurrent_scale": {"0.5"},
	"model.lambda_output": {"0.3"}, "model.lambda_interneuron": {"0.3"}, "model.lambda_hidden": {"0.3"}, "model.interneuron_scale": {"0.5"},
	"model.error_scale": {"0.8"}, "model.feedback_scale": {"2"}, "model.sst": {"1", "2"},
	"model.output_shift": {"0.5"}, "model.branches": {"2"},
	"time.tau_pv": {"70ms"}, "time.tau_vip": {"70ms"}, "time.tau_sst": {"70ms"}, "time.tau_ndnf": {"70ms"}, "time.tau_bias": {"3s"}, "learning.bias_lr": {"0.3"},
	"model.sigma": {"0.3"}, "time.tau_noise": {"300ms"},
	"time.tau_to_interneuron": {"3s"}, "time.tau_from_interneuron": {"3s"}, "learning.to_interneuron_lr": {"0.3"}, "learning.from_interneuron_lr": {"0.3"},
	"time.dt": {"20ms"}, "time.tau_soma": {"150ms"}, "time.tau_dendrite": {"150ms"}, "time.tau_average": {"2s"}, "time.tau_weight": {"3s"},
	"time.tau_y": {"3s"}, "time.tau_q": {"3s"}, "time.tau_interneuron": {"3s"}, "time.trace_delay": {"300ms"}, "time.tau_trace": {"250ms"},
	"time.before": {"600ms"}, "time.learn": {"2500ms"}, "time.after": {"600ms"}, "time.phases": {`[{ duration = "300ms" }, { duration = "200ms", learning = true }]`},
	"learning.lr": {"0.3"}, "learning.y_lr": {"0.3"}, "learning.q_lr": {"0.3"}, "learning.recurrent_lr": {"0.3"}, "learning.interneuron_lr_scale": {"3"},
	"learning.interneuron_lr": {"0.3"}, "learning.momentum": {"0.5"}, "learning.weight_decay": {"0.1"}, "learning.adam_beta1": {"0.5"}, "learning.adam_beta2": {"0.9"},
	"learning.changes":           {"[{kind='zero', weights=['W']}]"},
	"learning.blocks":            {"[{batches=2, weights=['W'], teacher=true}]", "[{batches=2, weights=['Y']}]"},
	"learning.weights":           {"[{of=['W'], optimiser='momentum', momentum=0.5}]"},
	"learning.feedforward_noise": {"0.1"},
	"integrator.rtol":            {"1e-3"}, "integrator.atol": {"1e-2"},
	"record.metrics": {"1s"}, "record.angles": {"1s"}, "record.sample": {"2s"}, "record.units": {"2"}, "record.chosen_units": {"[1]"}, "record.signals": {`["soma"]`},
	"record.weights": {`["every 1s", "2s"]`, `["every 1"]`}, "record.log_every": {"2"}, "record.ranks": {"20"}, "record.windows": {`[{ start = "1s", length = "2s" }]`},
	"checkpoint.every": {"1h"}, "checkpoint.simulated": {"1s"}, "checkpoint.epochs": {"1"},
	"plots.figures": {"[]"}, "plots.formats": {`["pdf"]`}, "plots.units": {"1"},
	"spiking.population": {`[{ name = "a", size = 5, own_average = "300ms" }, { name = "b", size = 4 }]`}, "spiking.stimulus": {`[{ name = "s", current = 300 }]`},
	"spiking.connection": {"[]"}, "spiking.pulses": {"[]"}, "spiking.current": {`[{ name = "c", to = "a", constant = 200 }]`},
	"spiking.feedback": {"[]"}, "spiking.phase": {`[{ name = "p", duration = "300ms", learning = true }, { name = "q", duration = "300ms" }]`},
	"spiking.setting": {"[]"}, "spiking.teacher": {"[]"}, "spiking.nudge": {"[]"}, "spiking.protocol": {`["q"]`},
	"limit.ratios": {"[0.1, 0.05]", "[]"}, "limit.presentations": {"3"},
}

// startWeights begins with the weights of a run without this line.
const startWeights = "model.weights = 'w.safetensors'\n"

// startTeacher has a teacher with the weights of a run without this line.
const startTeacher = "task.teacher_file = 'w.safetensors'\n"

// ownData are rows that can be signals and samples.
func ownData() string {
	var b strings.Builder
	b.WriteString("t,u,a,b,targets,label,other\n")
	for k := range 40 {
		x := float64(k)
		fmt.Fprintf(&b, "%v,%v,%v,%v,%v,%d,%d\n", 0.07*x, 0.06*x+0.001*x*x, math.Sin(x), math.Cos(2*x), 0.5+0.4*math.Sin(3*x), k%3, k*k%3%2)
	}
	return b.String()
}

// effectKinds are what a key can be given in: every task, model and kind of
// time, and the values under which other keys come into their own.
func effectKinds() map[string]string {
	const (
		begin     = "model.p_baseline = 0.4\n" // at 0.5 both forms of burst_probability are the same
		span      = "time.before = '500ms'\ntime.learn = '3s'\ntime.after = '500ms'\nrecord.metrics = '500ms'\n"
		simulated = span + "time.tau_weight = '5s'\n"
		hidden    = "model.hidden = [4]\n"
		discrete  = "time.kind = 'discrete'\n"
		images    = "task.kind = 'mnist'\ntask.data = 'embedded'\ntask.batch = 10\n"
		film      = "task.kind = 'video'\ntask.films = ['generated', 'generated']\ntask.film_frames = 4\ntask.side = 4\ntask.teacher_hidden = [5]\ntask.outputs = 2\n"
		training  = images + discrete + "task.epochs = 9\n"
		signals   = "task.kind = 'signals'\ntask.input_file = 'd.csv'\ntask.input_names = ['a', 'b']\n"
		arrays    = "task.kind = 'arrays'\ntask.input_file = 'd.csv'\ntask.input_names = ['a', 'b']\ntask.target_names = ['label']\ntask.batch = 10\n"
	)
	const spiking = `time.kind = "spiking"
time.dt = "1ms"
record.metrics = "100ms"
record.sample = "10ms"
[spiking]
population = [{ name = "a", size = 6, own_average = "300ms" }, { name = "b", size = 4 }]
stimulus = [{ name = "s", current = 200 }]
connection = [{ name = "W", from = "s", to = "a", weight = 0.4, rule = "fixed", rate = 2e-4, high = 1.5 }, { name = "V", from = "a", to = "b", carries = "events", weight = 300 }]
pulses = [{ to = "a", rate = 150, weight = 2000 }, { to = "b", rate = 150, weight = 2000 }]
current = [{ name = "c", to = "a", constant = 100 }]
feedback = [{ current = "c", from = "a", gain = -10 }]
phase = [{ name = "p", duration = "400ms", learning = true }, { name = "q", duration = "200ms" }]
setting = [{ phase = "q", current = "c", constant = 500 }]
teacher = [{ phase = "p", current = "c", rate = 30, gain = 50 }]
nudge = [{ phase = "q", population = "a", high = true }]
`
	kinds := map[string]string{
		"dopri5":             begin + simulated + hidden + "integrator.method = 'dopri5'\nintegrator.rtol = 1e-11\n",
		"split":              begin + simulated + hidden + "integrator.plasticity = 'split'\n",
		"trace":              begin + simulated + hidden + "time.trace_delay = '200ms'\n",
		"leaky":              begin + simulated + hidden + "task.teacher = 'leaky'\n",
		"chosen units":       begin + simulated + hidden + "record.chosen_units = [0, 2]\n",
		"rate":               begin + span + hidden + discrete + "learning.lr = 0.2\n",
		"momentum":           begin + simulated + hidden + discrete + "learning.optimiser = 'momentum'\nlearning.momentum = 0.9\n",
		"adam":               begin + simulated + hidden + discrete + "learning.optimiser = 'adam'\nlearning.weight_decay = 0.1\n",
		"limit":              begin + simulated + hidden + "limit.ratios = [0.1]\nlimit.presentations = 2\n",
		"limit, discrete":    begin + simulated + hidden + discrete + "limit.ratios = [0.1]\nlimit.presentations = 2\n",
		"no layer":           begin + simulated + "model.hidden = []\n",
		"no layer, limit":    begin + simulated + "model.hidden = []\nlimit.ratios = [0.1]\nlimit.presentations = 2\n",
		"no layer, training": begin + training + "model.hidden = []\n",
		"minimal log":        begin + training + hidden + "record.log_mode = 'minimal'\n",
		"training, rate":     begin + training + hidden + "learning.lr = 0.2\n",
		"variants":           begin + simulated + hidden + "[[compare]]\nname = 'edn'\nmodel.kind = 'edn'\n[[compare]]\nname = 'd'\ntime.kind = 'discrete'\n",
		"weights":            begin + simulated + hidden + startWeights,
		"signals":            begin + signals + simulated + hidden,
		"signals, discrete":  begin + signals + discrete + simulated + hidden,
		"signals, interval":  begin + signals + "task.interval = '60ms'\n" + simulated + hidden,
		"signals, teacher":   begin + signals + simulated + hidden + startTeacher,
		"teacher":            begin + simulated + hidden + startTeacher,
		"arrays":             begin + arrays + discrete + "task.epochs = 9\nrecord.log_every = 2\n" + hidden + "task.validation_images = 0.3\ntask.validation = true\n",
		"arrays, values":     begin + arrays + "task.targets = 'values'\n" + discrete + "task.epochs = 9\nrecord.log_every = 2\n" + hidden,
		"arrays, continuous": begin + arrays + simulated + hidden,
		"spiking":            spiking,
		"recurrent":          "model.kind = 'burstprop'\nmodel.recurrent_input = true\n" + discrete + simulated + hidden,
	}
	plastic := map[string]string{
		"burstccn_dales": "model.y_plastic = true\nmodel.bias_plastic = true\n",
		"burstccn":       "model.y_mode = 'random'\nmodel.y_plastic = true\nmodel.q_mode = 'random'\nmodel.q_plastic = true\n",
		"burstprop":      "model.y_mode = 'random'\nmodel.y_plastic = true\n",
		"burstccn2":      "model.activation = 'relu_rms'\nmodel.y_rule = 'apical'\nmodel.q_rule = 'kolen_pollack'\n",
		"ann2":           "model.activation = 'relu'\nmodel.y_rule = 'kolen_pollack'\n",
		"edn":            "model.y_mode = 'random'\nmodel.y_plastic = true\nmodel.interneuron_mode = 'random'\n",
	}
	followUp := map[string]bool{"burstccn_dales": true, "burstccn2": true, "ann2": true, "edn2": true, "burstprop2": true, "node_perturbation": true}
	for _, model := range config.Choices("model.kind") {
		own := "model.kind = '" + model + "'\n"
		if model == "burstccn" {
			own += begin
		}
		for name, text := range map[string]string{
			"regression":           simulated,
			"regression, discrete": discrete + simulated,
			"video":                film + simulated,
			"video, discrete":      film + discrete + simulated,
			"xor":                  "task.kind = 'xor'\n" + simulated,
			"xor, discrete":        "task.kind = 'xor'\n" + discrete + simulated,
			"images":               images + simulated,
			"training":             training + "record.log_every = 5\ntime.tau_weight = '5s'\n",
		} {
			if (followUp[model] || model != "burstccn" && strings.HasPrefix(name, "video")) && !strings.HasPrefix(name, "regression") && name != "training" {
				continue // the same keys in as many runs again
			}
			if model == "node_perturbation" && !strings.Contains(text, "discrete") {
				text += "integrator.method = 'euler'\n" // its states have noise
			}
			kinds[model+", "+name] = own + text + hidden
			if p := plastic[model]; p != "" && !strings.HasPrefix(name, "xor") {
				if model == "burstccn2" && strings.HasPrefix(name, "regression") {
					p += "task.outputs = 2\n" // for branches to see
				}
				kinds[model+", "+name+", plastic"] = own + text + hidden + p
			}
		}
		if model == "edn" || model == "burstprop" {
			kinds[model+", no layer"] = own + simulated + "model.hidden = []\n"
			kinds[model+", no layer, discrete"] = own + discrete + simulated + "model.hidden = []\n"
		}
	}
	return kinds
}

// fewKinds are tried unless BURSTSIM_KINDS=all asks for every kind.
var fewKinds = []string{"signals", "signals, interval", "signals, teacher", "arrays", "burstccn, regression, plastic", "edn, xor, discrete", "burstprop, training, plastic", "burstccn, video, plastic", "dopri5", "adam", "variants", "spiking"}

// TestEveryKeyCounts gives every key another value in every kind of experiment:
// either that changes a file of the run, or it is refused. All kinds are
// thousands of runs.
func TestEveryKeyCounts(t *testing.T) {
	kinds := effectKinds()
	if os.Getenv("BURSTSIM_KINDS") != "all" {
		maps.DeleteFunc(kinds, func(name, _ string) bool { return !slices.Contains(fewKinds, name) })
	}
	for name, text := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			e := &effects{t: t, file: filepath.Join(dir, "e.toml"), dir: dir}
			e.write("d.csv", ownData())
			e.write("e.toml", strings.NewReplacer(startWeights, "", startTeacher, "").Replace(text))
			if strings.Contains(text, startWeights) || strings.Contains(text, startTeacher) {
				e.write("w.safetensors", e.run("plots.figures=[]")["/weights/continuous.safetensors"].(string))
				e.write("e.toml", text)
			}
			plain := e.run("plots.figures=[]")
			drawn := e.run("plots.formats=['svg']")
			for _, key := range config.Keys() {
				before, base := plain, "plots.figures=[]"
				if strings.HasPrefix(key, "plots.") {
					before, base = drawn, "plots.formats=['svg']"
				}
				e.check(key, base, before)
			}
		})
	}
}

type effects struct {
	t         *testing.T
	file, dir string
	runs      int
}

func (e *effects) write(name, text string) {
	if err := os.WriteFile(filepath.Join(e.dir, name), []byte(text), 0o666); err != nil {
		e.t.Fatal(err)
	}
}

// check gives a key its other values.
func (e *effects) check(key, base string, before map[string]any) {
	values := otherValues[key]
	if values == nil {
		for _, w := range config.Choices(key) {
			if values = append(values, w); strings.HasSuffix(key, "s") { // a list
				values[len(values)-1] = "['" + w + "']"
			}
		}
	}
	if len(values) == 0 {
		e.t.Errorf("%s has no other value to try", key)
	}
	present, err := config.Load(e.file, runner.Checks(config.Options{Set: []string{base}}))
	if err != nil {
		e.t.Fatal(err)
	}
	accepted, changed := []string{}, false
	for _, v := range values {
		set := key + "=" + v
		cfg, err := config.Load(e.file, runner.Checks(config.Options{Set: []string{base, set}}))
		elsewhere := v == "absent" || v == "/nowhere" || cfg.Task.Images() && !cfg.Task.Own() && cfg.Task.Data == "auto"
		if err != nil || elsewhere || reflect.DeepEqual(cfg, present) {
			continue
		}
		files := e.run(base, set)
		if files == nil { // refused: weights or data do not fit
			continue
		}
		accepted = append(accepted, v)
		if changed = !reflect.DeepEqual(files, before); changed {
			break
		}
	}
	if keeps := slices.Contains(settled, key); len(accepted) > 0 && changed == keeps {
		e.t.Errorf("%s = %s is accepted, and changes a file: %t", key, strings.Join(accepted, ", "), changed)
	}
}

// run runs the experiment and returns what it leaves, by the names of the files;
// nil if weights or data do not fit.
func (e *effects) run(set ...string) map[string]any {
	e.t.Helper()
	var out, errs bytes.Buffer
	p := newProgram()
	p.out, p.err, p.terminal, p.width, p.now = &out, &errs, false, 0, time.Now
	e.runs++
	dir := filepath.Join(e.dir, fmt.Sprint("run", e.runs))
	// Kinds run side by side in one process, which has one backend: what "auto"
	// measures for one must not reach the others.
	args := []string{"run", e.file, "--quiet", "--out", dir, "--blas", linalg.BuiltIn()}
	for _, s := range set {
		args = append(args, "--set", s)
	}
	status := p.execute(context.Background(), args)
	if status == statusFailure && strings.Contains(errs.String(), "model.weights: ") || status == statusUsage && strings.Contains(errs.String(), ": task.") {
		return nil
	}
	if status != statusOK {
		e.t.Errorf("%q: exit status %d: %s", set, status, &errs)
	}
	defer os.RemoveAll(dir)
	files := map[string]any{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "config.toml" {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(data)
		if entry.Name() == "summary.json" {
			files["/summary.json"] = timeless(e.t, data)
		}
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return files
}
