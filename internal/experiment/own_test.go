package experiment

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/config"
	"burstsim/sim"
)

// ownConfig is an experiment beside files, as the command line loads it.
func ownConfig(t *testing.T, text string, files map[string]string, set ...string) (config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return config.Parse(filepath.Join(dir, "x.toml"), []byte(text), config.Options{Data: CheckData, Weights: CheckWeights, Model: CheckModel, Set: set})
}

const (
	signalsText = "task.kind = 'signals'\ntask.input_file = 'd.csv'\n"
	arraysText  = "task.kind = 'arrays'\ntime.kind = 'discrete'\ntask.batch = 1\ntask.input_file = 'd.csv'\n"
)

func TestOwnDataErrors(t *testing.T) {
	const timed = "t,a,targets\n0,1,2\n1,2,3\n2,3,4\n3,4,5\n"
	const labelled = "a,b,labels\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,8,1\n"
	for name, tt := range map[string]struct{ text, data, want string }{
		"no file":             {"task.kind = 'signals'\n", timed, ":1: task.input_file: is missing, expected a file of numbers: .npz, .npy or .csv"},
		"absent":              {"task.kind = 'signals'\ntask.input_file = 'e.csv'\n", timed, "e.csv cannot be read: no such file or directory, expected a file of numbers"},
		"another ending":      {"task.kind = 'signals'\ntask.input_file = 'x.mat'\n", timed, "x.mat"},
		"another file":        {signalsText[:len(signalsText)-2] + "@sha256:" + strings.Repeat("0", 64) + "'\n", timed, "expected 0000"},
		"half a sum":          {signalsText[:len(signalsText)-2] + "@sha256:12'\n", timed, `:2: task.input_file: has "12" behind @sha256:, expected 64 digits`},
		"NaN":                 {signalsText, "t,a,targets\n0,1,2\n1,nan,3\n", `:2: task.input_file: `},
		"place of NaN":        {signalsText, "t,a,targets\n0,1,2\n1,nan,3\n", `d.csv: line 3, column 2 ("a"): "nan", expected a finite number`},
		"no such column":      {signalsText + "task.input_names = ['c']\n", timed, `:3: task.input_names: `},
		"columns there are":   {signalsText + "task.input_names = ['c']\n", timed, `has no column "c", expected one of "t", "a", "targets"`},
		"no targets":          {signalsText, "t,a,b\n0,1,2\n1,2,3\n", `task.target_names: is missing, and`},
		"no times":            {signalsText, "a,targets\n0,1\n1,2\n", `has no column "t", expected one of "a", "targets"; or task.interval`},
		"times go back":       {signalsText, "t,a,targets\n0,1,2\n1,2,3\n0.5,3,4\n", `"t", row 2 (from 0): 0.5 s behind 1 s, expected at least 1 ns later`},
		"nothing to test":     {signalsText + "task.test_fraction = 0.1\n", timed, "task.test_fraction: is 0.1 of 4 rows, which is 0, expected 2 or more, or 0"},
		"nothing to learn":    {signalsText + "task.test_fraction = 0.9\n", timed, "which leaves 0 to learn from, expected 2 or more"},
		"rows":                {signalsText + "task.target_file = 'e.csv'\n", timed, `has 2 rows, expected 4 as the inputs have`},
		"no teacher":          {signalsText + "task.teacher_file = 'e.csv'\n", timed, `:3: task.teacher_file: `},
		"targets, no labels":  {arraysText, "a,labels\n1,0\n2,0.5\n3,1\n4,0\n5,1\n", `has the label 0.5 in row`},
		"labels from 1":       {arraysText, "a,labels\n1,1\n2,2\n3,1\n4,2\n5,1\n", `has labels up to 2 but none is 0`},
		"one label":           {arraysText, "a,labels\n1,0\n2,0\n3,0\n4,0\n5,0\n", `has one label only`},
		"negative label":      {arraysText, "a,labels\n1,0\n2,-1\n3,0\n4,0\n5,0\n", `has the label -1 in row`},
		"two labels":          {arraysText + "task.target_names = ['a', 'b']\n", labelled, `has 2 numbers a row, expected one, the label, or task.targets = "values"`},
		"tests of a text":     {arraysText + "task.test_input_names = ['a']\ntask.test_target_names = ['b']\n", labelled, `is no .npz, which can have arrays of other samples`},
		"tests without":       {arraysText + "task.test_input_names = ['a']\n", labelled, `task.test_target_names: is missing, expected the arrays with the labels that belong to task.test_input_names`},
		"no tests":            {arraysText + "task.test_fraction = 0\n", labelled, `task.test_fraction: is 0, expected more, or task.test_input_names`},
		"batch":               {strings.Replace(arraysText, "batch = 1", "batch = 7", 1), labelled, `task.batch: is 7, expected at most 4, the number of training samples`},
		"no image":            {arraysText + "model.layer = [{ kind = 'conv', channels = 2, kernel = 1 }]\n", labelled, `is "conv", expected "dense": an input is 2 numbers, not an image`},
		"all are targets":     {arraysText + "task.targets = 'values'\ntask.target_names = ['a', 'b', '3']\n", labelled, `has no columns beside`},
		"not to be scaled":    {arraysText + "task.input_scaling = 'unit'\ntask.split = 'last'\n", "a,labels\n-1e308,0\n1e308,1\n1,0\n1,1\n1,0\n", `task.input_scaling: column 0 has numbers from`},
		"unnamed column":      {arraysText, ",a,labels\n0,1,1\n", `line 1 does not name column 1`},
		"teacher of too many": {"task.inputs = 5\ntask.teacher_file = 'w.safetensors'\n", "", ":2: task.teacher_file: "},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"d.csv": tt.data, "x.mat": "", "w.safetensors": string(teacherBytes(t))}
			if !strings.Contains(name, "absent") {
				files["e.csv"] = "1\n2\n"
			}
			_, err := ownConfig(t, tt.text, files)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
		})
	}
}

// teacherBytes is a file of weights of a network 3-4-2.
func teacherBytes(t *testing.T) []byte {
	t.Helper()
	cfg := parseText(t, "model.hidden = [4]\ntask.outputs = 2")
	w := drawn[float64](t, cfg, shapeOf(cfg))
	var b bytes.Buffer
	if err := WriteWeights(&b, w, "teacher"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// weightsAfter are those that an experiment ends with.
func weightsAfter(t *testing.T, cfg config.Config) []byte {
	t.Helper()
	res, _, err := Run(t.Context(), cfg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return weightBytes(t, res.Variants[0].Weights)
}

// TestHeldSignalsArePresentations: the patterns that the XOR task shows, written as
// held signals, are learned to the same bits, in both kinds of time.
func TestHeldSignalsArePresentations(t *testing.T) {
	const common = "model.hidden = [4]\ntime = { kind = %q, before = '2s', learn = '20s', after = '2s', tau_weight = '3s' }\n"
	for _, kind := range []string{"continuous", "discrete"} {
		text := fmt.Sprintf(common, kind)
		xorConfig := parseText(t, "task.kind = 'xor'\n"+text)
		stream, err := newTask(xorConfig, NewData())
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		x, y := make([]float64, 2), make([]float64, 1)
		for k := range 24 {
			at := float64(k) + 0.5
			stream.Input(x, at)
			stream.Target(y, at, nil)
			fmt.Fprintf(&b, "%v,%v,%v\n", x[0], x[1], y[0])
		}
		cfg, err := ownConfig(t, "task = { kind = 'signals', input_file = 'd.csv', target_names = ['3'], interval = '1s', sample = '1s', between = 'held', test_fraction = 0 }\n"+text,
			map[string]string{"d.csv": b.String()})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := weightsAfter(t, xorConfig), weightsAfter(t, cfg); !bytes.Equal(weightsIn(t, a), weightsIn(t, b)) {
			t.Errorf("%s: other weights than with the XOR task", kind)
		}
	}
}

// weightsIn are the numbers of a file of weights without its header.
func weightsIn(t *testing.T, file []byte) []byte {
	t.Helper()
	i := bytes.Index(file, []byte("}}"))
	if i < 0 {
		t.Fatal("no header")
	}
	return file[i:]
}

// TestLinearSignalsTendToTheTask: with the teacher of the regression task written to
// a file, and its inputs sampled ever more densely, the weights that are learned
// tend to those of the task itself with the square of the interval.
func TestLinearSignalsTendToTheTask(t *testing.T) {
	const text = "model.hidden = [6]\ntime = { dt = '10ms', before = '0s', learn = '8s', after = '0s', tau_weight = '2s' }\nintegrator.method = 'rk4'\n"
	teacher := teacherBytes(t)
	files := map[string]string{"w.safetensors": string(teacher)}
	for _, dynamics := range []string{"instant", "leaky"} {
		own := "task.teacher_file = 'w.safetensors'\ntask.teacher = '" + dynamics + "'\n"
		cfg, err := ownConfig(t, own+text, files)
		if err != nil {
			t.Fatal(err)
		}
		want := finalWeights(t, cfg)
		stream, err := newTask(cfg, NewData())
		if err != nil {
			t.Fatal(err)
		}
		distance := func(steps int) (sum float64) {
			var b strings.Builder
			x := make([]float64, 3)
			for k := range 8*steps + 1 {
				stream.Input(x, float64(k)/float64(steps))
				fmt.Fprintf(&b, "%v,%v,%v\n", x[0], x[1], x[2])
			}
			files["d.csv"] = b.String()
			interval := fmt.Sprintf("task.interval = '%dms'\n", 1000/steps)
			cfg, err := ownConfig(t, signalsText+own+interval+"task.test_fraction = 0\n"+text, files)
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range finalWeights(t, cfg) {
				sum += (w - want[i]) * (w - want[i])
			}
			return math.Sqrt(sum)
		}
		coarse, fine := distance(5), distance(20)
		if ratio := coarse / fine; !(ratio > 12 && ratio < 20) { // 16 with intervals a fourth as long
			t.Errorf("%s: distances %v and %v, ratio %v", dynamics, coarse, fine, ratio)
		}
	}
}

func finalWeights(t *testing.T, cfg config.Config) (all []float64) {
	t.Helper()
	s, err := newSimulation[float64](cfg, NewData())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.run(t.Context(), nil, func(Progress) {}); err != nil {
		t.Fatal(err)
	}
	for _, tensor := range tensorsOf(s) {
		all = append(all, tensor.Values...)
	}
	return all
}

func tensorsOf(s *simulation[float64]) []sim.Tensor[float64] {
	return s.Engine.Moved().Weights().Tensors()
}

// TestTeacherOfTheTask: the random teacher of the regression task, from a file,
// makes the same targets.
func TestTeacherOfTheTask(t *testing.T) {
	cfg, err := ownConfig(t, "task.teacher_file = 'w.safetensors'\n", map[string]string{"w.safetensors": string(teacherBytes(t))})
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Task.Found; got.Inputs != 3 || got.Outputs != 2 {
		t.Errorf("found %+v, want a teacher of 3 inputs and 2 outputs", got)
	}
	if _, sum := config.SplitSum(cfg.Task.TeacherFile); len(sum) != 64 {
		t.Errorf("%s has no sum", cfg.Task.TeacherFile)
	}
}

// TestArraysArePartedOnce: samples for tests and those that are learned from are all
// there, each once, and the same with the same seed; scales are those of the
// latter.
func TestArraysArePartedOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,labels\n")
	for k := range 50 {
		fmt.Fprintf(&b, "%d,%d\n", k, k%2)
	}
	files := map[string]string{"d.csv": b.String()}
	inputs := func(set ...string) (train, test []float64) {
		cfg, err := ownConfig(t, arraysText, files, set...)
		if err != nil {
			t.Fatal(err)
		}
		o, err := readOwn(cfg)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, 1)
		for i := range o.set.Len() {
			o.set.Input(x, i)
			train = append(train, x[0])
		}
		for i := range o.tests.Len() {
			o.tests.Input(x, i)
			test = append(test, x[0])
			if label := o.tests.Label(i); len(set) == 0 && label != int(x[0])%2 {
				t.Errorf("label %d of sample %v", label, x[0])
			}
		}
		return train, test
	}
	train, test := inputs()
	seen := map[float64]int{}
	for _, x := range append(train, test...) {
		seen[x]++
	}
	if len(train) != 40 || len(test) != 10 || len(seen) != 50 {
		t.Errorf("%d to learn from and %d to test, %d different", len(train), len(test), len(seen))
	}
	_, again := inputs()
	_, other := inputs("run.seed=2")
	_, last := inputs("task.split=last")
	if fmt.Sprint(test) != fmt.Sprint(again) || fmt.Sprint(test) == fmt.Sprint(other) || last[0] != 40 {
		t.Errorf("tests %v, again %v, with another seed %v, the last %v", test, again, other, last)
	}
	scaled, beyond := inputs("task.split=last", "task.input_scaling=unit")
	if scaled[0] != 0 || scaled[39] != 1 || beyond[9] != 49./39 {
		t.Errorf("scaled from %v to %v, and tests to %v", scaled[0], scaled[39], beyond[9])
	}
}

// TestValuesAreLearned: a smooth function of two numbers is learned, in both
// precisions, and its errors are losses.
func TestValuesAreLearned(t *testing.T) {
	cfg, err := ownConfig(t, "", nil, "task.kind=arrays", "task.input_file=../../examples/data/samples.csv", "task.input_names=['x', 'y']",
		"task.target_names=['wave']", "task.targets=values", "task.target_scaling=unit", "task.input_scaling=standard",
		"task.epochs=20", "time.kind=discrete", "model.hidden=[20]", "learning.optimiser=adam", "learning.lr=0.01", "task.max_stagnant_epochs=15")
	if err != nil {
		t.Fatal(err)
	}
	for _, precision := range []string{"float64", "float32"} {
		cfg.Run.Precision = precision
		res, sum, err := Run(t.Context(), cfg, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := sum.Variants[res.Variants[0].Label]
		if !(v.LossFinal < v.LossInitial/10) || !math.IsNaN(v.TestError) || v.Training.BestEpoch < 10 {
			t.Errorf("%s: loss %v, then %v; error %v; best epoch %d", precision, v.LossInitial, v.LossFinal, v.TestError, v.Training.BestEpoch)
		}
		if res.Variants[0].Training.Confusion != nil {
			t.Error("values have a confusion matrix")
		}
	}
}
