package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"burstsim/sim/model"
)

// oja is a model that is not built in.
func oja(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("testdata/oja.model")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// folderWith is a folder with these files.
func folderWith(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestEquationsOfAFile: the parameters of a user's model are keys, with their
// values for the program, in a file, from the command line and in variants.
func TestEquationsOfAFile(t *testing.T) {
	dir := folderWith(t, map[string]string{"oja.model": oja(t), "e.toml": `
[model]
equations = "oja.model"
hidden = [4]
gain = 2
shape = "rectified"

[time]
tau_weight = "20s"

[learning]
eta = 0.5

[[compare]]
name = "discrete"
time.kind = "discrete"
model.decay = 3

[[compare]]
name = "burstccn"
model.kind = "burstccn"
model.beta = 2

[[compare]]
name = "linear"
model.shape = "linear"
`})
	c, err := Load(filepath.Join(dir, "e.toml"), Options{Set: []string{"model.slope=3", "time.tau_soma=50ms"}, StabilityLimit: limits})
	if err != nil {
		t.Fatal(err)
	}
	if c.Model.Kind != "oja" || c.Model.Text.Name != "oja" || c.Model.Equations != oja(t) {
		t.Errorf("model %q, text %v", c.Model.Kind, c.Model.Text.Name)
	}
	discrete, burstccn, linear := c.Compare[0].Config, c.Compare[1].Config, c.Compare[2].Config
	for name, tt := range map[string]struct {
		c    Config
		want model.Values
	}{
		"experiment": {c, model.Values{"gain": 2., "decay": 1., "shape": "rectified", "slope": 3., "teach": true, "tau_soma": 0.05, "tau_weight": 20., "eta": 0.5}},
		"discrete":   {discrete, model.Values{"gain": 2., "decay": 3., "shape": "rectified", "slope": 3., "teach": true, "eta": 0.5}},
		"linear":     {linear, model.Values{"gain": 2., "decay": 1., "shape": "linear", "teach": true, "tau_soma": 0.05, "tau_weight": 20.}},
	} {
		if got := tt.c.Parameters(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if _, err := tt.c.Model.Text.Resolve(tt.c.Parameters(), tt.c.Usage()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if burstccn.Model.Kind != "burstccn" || burstccn.Model.Equations != "" || burstccn.Parameters()["beta"] != 2. || burstccn.Parameters()["tau_weight"] != 20. {
		t.Errorf("burstccn: %q with %v", burstccn.Model.Kind, burstccn.Parameters())
	}
	if tau := c.Parameter("time.tau_slow"); tau != 0.1 {
		t.Errorf("tau_slow is %v, want twice tau_soma", tau)
	}
	checkRoundTrip(t, c)
	if changes := c.ChangesOf(1); len(changes) != 2 || changes[0].Key != "model.kind" || changes[1].Key != "model.beta" {
		t.Errorf("the variant changes %+v", changes)
	}
}

// TestEquationsInTheFile: a text in the experiment file is the same as a file,
// and what is written needs no other file.
func TestEquationsInTheFile(t *testing.T) {
	for name, text := range map[string]string{
		"literal":  "model.equations = '''\n" + strings.ReplaceAll(oja(t), "'", "") + "'''\n",
		"basic":    "model.equations = \"\"\"\n" + oja(t) + "\"\"\"\n",
		"windows":  "model.equations = \"\"\"\r\n" + oja(t) + "\"\"\"\r\n",
		"one line": "model.equations = " + strings.ReplaceAll(quote(oja(t)), `\u000A`, `\n`) + "\n",
	} {
		if name == "literal" {
			text = strings.Replace(text, "y y[below] -", "y y[below]' -", 1)
		}
		c, err := Parse("x.toml", []byte(text), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.Model.Kind != "oja" {
			t.Errorf("%s: model %q", name, c.Model.Kind)
		}
		checkRoundTrip(t, c)
	}
	awkward := strings.Replace(oja(t), "y[below]'", "y[below]'''", 1)
	dir := folderWith(t, map[string]string{"a.model": "\ufeff" + strings.ReplaceAll(awkward, "\n", "\r\n") + "# it's '''\\ \"\"\" the end'"})
	c, err := Parse(filepath.Join(dir, "x.toml"), []byte("model.equations = 'a.model'"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, c)
}

func TestEquationsErrors(t *testing.T) {
	text := oja(t)
	dir := folderWith(t, map[string]string{
		"oja.model": text, "typo.model": strings.Replace(text, "relu(z)", "relu(zz)", 1),
		"taken.model":   strings.Replace(text, "model oja", "model edn", 1),
		"static.model":  strings.ReplaceAll(text, "gain", "hidden"),
		"greek.model":   strings.ReplaceAll(text, "slope", "δ"),
		"latin.model":   "model x\n\xff\n",
		"large.model":   "model x\n" + strings.Repeat("#\n", maxText/2),
		"control.model": "model x\n#\x01\n",
		"empty.model":   "",
		"fast.model":    strings.ReplaceAll(text, "tau_soma", "tau_fast"),
		"number.model":  strings.NewReplacer("model oja", "model other", "shape = linear of linear, rectified", "shape = 1", "shape = rectified", "shape > 0").Replace(text),
	})
	text2 := strings.ReplaceAll(strings.Replace(text, "model oja", "model other", 1), "decay", "beta")
	if err := os.WriteFile(filepath.Join(dir, "beta.model"), []byte(strings.Replace(text2, "beta = 1 in [0, 5]", "beta = 1 s in [0, 5]", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.model"), 0o600); err != nil {
		t.Fatal(err)
	}
	const equations = "model.equations = 'oja.model'\n"
	toml := filepath.Join(dir, "x.toml")
	for name, tt := range map[string]struct {
		file string
		set  string
		want string // from the beginning, without the folder
	}{
		"absent":             {"\nmodel.equations = 'no.model'", "", `x.toml:2: model.equations: "no.model" cannot be read: no such file`},
		"folder":             {"model.equations = 'sub'", "", `x.toml:1: model.equations: "sub" cannot be read: is a directory`},
		"not text":           {"model.equations = 'latin.model'", "", "x.toml:1: model.equations: is no UTF-8 text, on line 2"},
		"large":              {"model.equations = 'large.model'", "", "x.toml:1: model.equations: is larger than 64 KiB"},
		"control":            {"model.equations = 'control.model'", "", "x.toml:1: model.equations: has the control character U+0001, on line 2"},
		"empty":              {"model.equations = 'empty.model'", "", `x.toml:1: model.equations: "empty.model" has no text`},
		"pipe":               {"model.equations = 'pipe.model'", "", `x.toml:1: model.equations: "pipe.model" is a pipe or a device from which nothing came`},
		"a number":           {"model.equations = 3", "", "x.toml:1: model.equations: is the integer 3, expected the text of a model"},
		"empty path":         {"model.equations = ''", "", `x.toml:1: model.equations: is "", expected the text of a model`},
		"both":               {equations + "model.kind = 'edn'", "", "x.toml:1: model.equations: is given beside model.kind"},
		"both, variant":      {"[[compare]]\nname = 'a'\nmodel.equations = 'oja.model'\nmodel.kind = 'edn'", "", "x.toml:3: compare[0].model.equations: is given beside"},
		"in the text":        {"model.equations = 'typo.model'", "", `typo.model:27:20: unknown name zz; did you mean "z"?`},
		"inline":             {"[model]\nhidden = [3]\nequations = '''\nmodel x\noutput:\n    y = 2 zz\n'''\n", "", "x.toml:6:11: unknown name zz"},
		"inline, first line": {"[model]\nequations = '''model x\noutput:\n    y = 2 zz\n'''\n", "", "x.toml:4:11: unknown name zz"},
		"with escapes":       {"[model]\nequations = \"model x\\noutput:\\n    y = 2 zz\\n\"\n", "", "x.toml:2: model.equations: on line 3 of the text: unknown name zz"},
		"set":                {"", "model.equations=" + filepath.Join(dir, "typo.model"), "typo.model:27:20: unknown name zz"},
		"set, absent":        {"", "model.equations=no.model", `--set: model.equations: "no.model" cannot be read`},
		"taken name":         {"model.equations = 'taken.model'", "", "taken.model:1:1: the model is named edn as one that is built in"},
		"static key":         {"model.equations = 'static.model'", "", "static.model:6:5: the key model.hidden is one of every experiment"},
		"greek key":          {"model.equations = 'greek.model'", "", `greek.model:9:5: "δ" cannot be a key of an experiment file`},
		"conflict":           {equations + "[[compare]]\nname = 'o'\nmodel.equations = 'number.model'", "", "x.toml:4: compare[0].model.equations: its parameter model.shape (number.model:8) is a number, but that of oja (oja.model:8) is a word"},
		"and built in":       {"[[compare]]\nname = 'o'\nmodel.equations = 'beta.model'", "", "x.toml:3: compare[0].model.equations: its parameter model.beta (beta.model:7) is a time, but that of burstccn (burstccn.model:7) is a number"},

		"unknown key":      {equations + "model.decai = 2", "", `x.toml:2: model.decai: unknown key, did you mean "decay"?`},
		"range":            {equations + "model.decay = 6", "", "x.toml:2: model.decay: is the integer 6, expected a number, at least 0 and at most 5"},
		"word":             {equations + "model.shape = 'liner'", "", `x.toml:2: model.shape: is "liner", expected linear or rectified; did you mean "linear"?`},
		"switch":           {equations + "model.teach = 1", "", "x.toml:2: model.teach: is the integer 1, expected true or false"},
		"time":             {equations + "time.tau_slow = 2", "", "x.toml:2: time.tau_slow: is the integer 2, expected a time with its unit"},
		"no effect":        {equations + "model.slope = 2", "", `x.toml:2: model.slope: has no effect here, only with model.shape = "rectified"`},
		"no hidden layer":  {equations + "model.hidden = []\ntime.tau_slow = '1s'", "", "x.toml:3: time.tau_slow: has no effect here, only with a hidden layer (model.hidden or model.layer)"},
		"discrete":         {equations + "time.kind = 'discrete'\ntime.tau_slow = '1s'", "", `x.toml:3: time.tau_slow: has no effect here`},
		"rate, continuous": {equations + "learning.eta = 2", "", "x.toml:2: learning.eta: has no effect here: it belongs to model.kind oja and time.kind discrete, but they are oja and continuous"},
		"time and rate":    {equations + "time.kind = 'discrete'\nlearning.eta = 2\ntime.tau_weight = '1s'", "", "x.toml:4: time.tau_weight: has no effect here, only with no learning.eta"},
		"loaded":           {equations + "model.weights = 'w'\nmodel.gain = 2", "", `x.toml:3: model.gain: has no effect here, only with model.weights = "random"`},
		"built-in's key":   {equations + "model.beta = 2", "", "x.toml:2: model.beta: has no effect here: it belongs to model.kind burstccn, burstccn2, burstccn_dales or burstprop, but that is oja"},
		"own key":          {equations + "[[compare]]\nname = 'e'\nmodel.kind = 'edn'\nmodel.decay = 2", "", "x.toml:5: compare[0].model.decay: has no effect here: it belongs to model.kind oja, but that is edn"},
		"requirement":      {equations + "model.shape = 'rectified'\nmodel.decay = 0.1", "", `x.toml:3: model.decay: is 0.1, expected at least 0.5 with shape = "rectified": weights grow without end`},
		"set kind":         {equations + "model.decay = 2", "model.kind=edn", "x.toml:2: model.decay: unknown key"},
		"leaky teacher":    {"task.teacher = 'leaky'\nmodel.equations = 'fast.model'", "", `x.toml:1: task.teacher: is "leaky", expected "instant" with the model oja, which has no parameter time.tau_soma`},
		"limit":            {"limit.ratios = [0.1]\nmodel.kind = 'burstprop'\ntime.kind = 'discrete'\nmodel.recurrent_input = true", "", "x.toml:1: limit.ratios: is given, expected none, as it compares both kinds of time: model.recurrent_input: is true, expected false"},
		"step":             {equations + "time.tau_slow = '1ms'", "", "x.toml:2: time.dt: 10ms is not below the stable limit of rk4, 2.785ms (2.79 x time.tau_slow"},
		"signal":           {equations + "record.signals = ['mean_rat']", "", `x.toml:2: record.signals[0]: is "mean_rat", expected all, rate or mean_rate; did you mean "mean_rate"?`},
	} {
		t.Run(name, func(t *testing.T) {
			opt := Options{StabilityLimit: limits}
			if tt.set != "" {
				opt.Set = []string{tt.set}
			}
			_, err := Parse(toml, []byte(tt.file), opt)
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.ReplaceAll(err.Error(), dir+"/", "")
			if !strings.HasPrefix(got, tt.want) || strings.Contains(got, "\n") {
				t.Errorf("error\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
	_, err := Parse(toml, []byte("model.equations = 'typo.model'"), Options{})
	var in *model.Error
	if !errors.As(err, &in) || in.Line != 27 {
		t.Errorf("%v wraps %v, want an error of the text", err, in)
	}
}

// TestEquationsOnTheCommandLine: they take the place of what the file chooses.
func TestEquationsOnTheCommandLine(t *testing.T) {
	c, err := Parse("x.toml", []byte("model.kind = 'edn'"), Options{Set: []string{"model.equations=testdata/oja.model", "model.decay=2"}})
	if err != nil || c.Model.Kind != "oja" || c.Values["model.decay"] != 2. {
		t.Errorf("%q, %v, %v", c.Model.Kind, c.Values, err)
	}
	c, err = Parse("testdata/x.toml", []byte("model.equations = 'oja.model'"), Options{Set: []string{"model.kind=edn"}})
	if err != nil || c.Model.Kind != "edn" || c.Model.Equations != "" {
		t.Errorf("%q, %v", c.Model.Kind, err)
	}
	checkRoundTrip(t, c)
}

// TestTemplateOfEquations: the template of a user's model has its parameters and
// is valid beside it.
func TestTemplateOfEquations(t *testing.T) {
	for _, task := range Tasks() {
		for _, kind := range []string{"", "continuous", "discrete"} {
			text, err := Template(Start{Task: task, Model: "testdata/oja.model", Time: kind, Folder: "testdata/sub"})
			if err != nil {
				t.Fatalf("%s: %v", task, err)
			}
			for _, want := range []string{"\nequations = \"../oja.model\"\n", "\n# decay of weights in units of y^2\n# Range: at least 0 and at most 5\ndecay = 1\n", "\n# One of: linear, rectified\nshape = \"linear\"\n",
				"\n# Only with model.shape = \"rectified\".\n#slope = 1\n"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: no %q in\n%s", task, want, text)
				}
			}
			if strings.Contains(text, "y_mode") || strings.Contains(text, "\nkind = \"burstccn\"") {
				t.Errorf("%s: keys of another model in\n%s", task, text)
			}
			if c, err := Parse("testdata/sub/x.toml", []byte(text), Options{StabilityLimit: limits}); err != nil || c.Model.Kind != "oja" {
				t.Errorf("%s: %v, model %q", task, err, c.Model.Kind)
			}
		}
	}
	if _, err := Template(Start{Task: "xor", Model: "no/such.model"}); err == nil || !strings.Contains(err.Error(), "or the file of a model") {
		t.Errorf("of no file: %v", err)
	}
}

// TestHostileEquations: no text costs more than it may.
func TestHostileEquations(t *testing.T) {
	many := "model x\noutput:\n" + strings.Repeat("    a = 1\n", 10)
	for i := 0; len(many) < maxText-20; i++ {
		many += "    q" + strings.Repeat("q", i%7) + string(rune('a'+i%26)) + " = 1\n"
	}
	wide := "model x\ninput:\n    y = stimulus\nlayer:\n    projection W from below\n    W(0) = 1\n    y = a\n    a = b" + strings.Repeat(" b", 900) + " if discrete\n    a = W y[below]\n"
	wide += "output:\n    answer = a\nlayer:\n    b = c" + strings.Repeat(" c", 900) + "\n    c = d" + strings.Repeat(" d", 900) + "\n    d = W y[below]\n"
	if _, err := Parse("x.toml", []byte("time.kind = 'discrete'\nmodel.equations = '''\n"+wide+"'''"), Options{}); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"a megabyte":  strings.Repeat("#\n", maxBytes/2-20),
		"deep":        "model x\noutput:\n    y = " + strings.Repeat("(", maxText-40) + "\n",
		"many lines":  many,
		"one line":    "model x\noutput:\n    y = " + strings.Repeat("y ", maxText/2-40) + "\n",
		"only breaks": strings.Repeat("\n", maxText-5),
	} {
		_, err := Parse("x.toml", []byte("model.equations = '''\n"+text+"'''"), Options{})
		if err == nil || len(err.Error()) > 700 {
			t.Errorf("%s: error of %d bytes", name, len(err.Error()))
		}
	}
}
