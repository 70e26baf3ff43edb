package config

import (
	"strings"
	"testing"
	"time"
)

// fourModels compares all models in one file: keys that only one of them has
// stand beside the others.
const fourModels = `
[task]
kind = "xor"
hold = "2s"

[model]
kind = "burstccn"
hidden = [4]
y_mode = "random"
q_mode = "random"
q_scale = 0.5
p_baseline = 0.3
lambda_hidden = 0.2
q_plastic = true

[time]
tau_average = "3s"
tau_q = "50s"

[learning]
interneuron_lr_scale = 3

[[compare]]
name = "edn"
model.kind = "edn"
model.lambda_output = 0.3

[[compare]]
name = "burstprop"
model.kind = "burstprop"
model.beta = 2
time.phases = [{ duration = "1500ms" }, { duration = "500ms", teacher = true, learning = true }]

[[compare]]
name = "ann"
model.kind = "ann"

[[compare]]
name = "edn, discrete"
model.kind = "edn"
time.kind = "discrete"
learning.optimiser = "adam"
`

func TestFourModels(t *testing.T) {
	c, err := Parse("models.toml", []byte(fourModels), Options{StabilityLimit: limits})
	if err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, c)
	edn, burstprop, ann, discrete := c.Compare[0].Config, c.Compare[1].Config, c.Compare[2].Config, c.Compare[3].Config
	for _, tt := range []struct {
		name string
		ok   bool
	}{
		{"the experiment has its own", c.Values["model.q_scale"] == 0.5 && c.Values["model.beta"] == 4. && c.Values["model.p_baseline"] == 0.3},
		{"edn", edn.Values["model.lambda_hidden"] == 0.2 && edn.Values["model.lambda_output"] == 0.3 && edn.Model.Kind == "edn"},
		{"burstprop", burstprop.Values["model.beta"] == 2. && burstprop.Values["model.p_baseline"] == 0.3 && burstprop.Parameter("time.tau_average") == 3. &&
			len(burstprop.Time.Phases) == 2 && burstprop.Time.Phases[1].Learning && !burstprop.Time.Phases[0].Teacher},
		{"ann", ann.Model.Kind == "ann" && ann.Values["model.y_mode"] == "random"},
		{"discrete edn", discrete.Values["learning.interneuron_lr_scale"] == 3. && discrete.Learning.Optimiser == "adam"},
		{"phases are burstprop's", c.Time.Phases == nil && edn.Time.Phases == nil},
		{"same presentations", c.Period() == Duration(2*time.Second) && ann.Period() == c.Period()},
	} {
		if !tt.ok {
			t.Errorf("%s: unexpected %+v", tt.name, c)
		}
	}
}

// TestModelErrors shows what is said of keys that do not suit the model.
func TestModelErrors(t *testing.T) {
	const nowhere = "has no effect here: it belongs to "
	tests := map[string]struct {
		file string
		line int
		key  string
		msg  string
	}{
		"another model's":           {"[model]\nlambda_hidden = 0.2", 2, "model.lambda_hidden", nowhere + "model.kind edn or edn2, but that is burstccn"},
		"no variant's":              {"[model]\nlambda_hidden = 0.2\n[[compare]]\nname = \"a\"\nmodel.kind = \"ann\"", 2, "model.lambda_hidden", "that is burstccn, nor in any [[compare]] variant"},
		"in a variant":              {"[[compare]]\nname = \"e\"\nmodel.kind = \"edn\"\nmodel.q_scale = 1", 4, "compare[0].model.q_scale", nowhere + "model.kind burstccn, burstccn2 or burstccn_dales, but that is edn"},
		"Y of ann does not learn":   {"[model]\nkind = \"ann\"\ny_plastic = false", 3, "model.y_plastic", nowhere + "model.kind burstccn, burstccn_dales, burstprop or edn"},
		"no time constant either":   {"model.kind = \"ann\"\ntime.tau_y = \"1s\"", 2, "time.tau_y", nowhere + "model.kind"},
		"two kinds, one missing":    {"model.kind = \"edn\"\nlearning.interneuron_lr = 1", 2, "learning.interneuron_lr", nowhere + "model.kind edn and time.kind discrete, but they are edn and continuous"},
		"two kinds, never together": {"learning.interneuron_lr = 1\n[[compare]]\nname = \"e\"\nmodel.kind = \"edn\"\n[[compare]]\nname = \"d\"\ntime.kind = \"discrete\"", 1, "learning.interneuron_lr", "no [[compare]] variant has both"},
		"another task's":            {"task.kind = \"xor\"\ntask.sample = \"1s\"", 2, "task.sample", nowhere + "task.kind regression, signals or video, but that is xor"},
		"learning of no time":       {"learning.no_teaching_signal = true", 1, "learning.no_teaching_signal", "time.kind discrete"},
		"phases of no time":         {"time.kind = \"discrete\"\ntime.phases = [{duration=\"1s\", learning=true}]", 2, "time.phases", "time.kind continuous"},

		"baseline of the variant":  {"[model]\nkind = \"burstprop\"\n[[compare]]\nname = \"c\"\n\nmodel.p_baseline = 0.6", 6, "compare[0].model.p_baseline", "is 0.6, expected at most 0.5"},
		"float32, relative":        {"run.precision = \"float32\"\n[integrator]\nmethod = \"dopri5\"\nrtol = 1e-7", 4, "integrator.rtol", "is 1e-07, expected at least 1e-06 with precision = \"float32\""},
		"float32, absolute":        {"run.precision = \"float32\"\n[integrator]\nmethod = \"dopri5\"\natol = 1e-13", 4, "integrator.atol", "expected at least 1e-09"},
		"float64, absolute":        {"[integrator]\nmethod = \"dopri5\"\natol = 1e-30", 3, "integrator.atol", "expected at least 1e-18"},
		"recurrent, continuous":    {"[model]\nkind = \"burstprop\"\nrecurrent_input = true", 3, "model.recurrent_input", "discrete form only"},
		"recurrent, variant":       {"model.kind = \"burstprop\"\ntime.kind = \"discrete\"\nmodel.recurrent_input = true\n[[compare]]\nname = \"c\"\ntime.kind = \"continuous\"", 6, "compare[0].model.recurrent_input", "discrete form only"},
		"interneurons scaled":      {"[model]\nkind = \"edn\"\ninterneuron_scale = 0.5", 3, "model.interneuron_scale", "is 0.5, expected 1 with interneuron_mode = \"symmetric_init\""},
		"tied interneurons":        {"[model]\nkind = \"edn\"\ninterneuron_scale = 2\ninterneuron_mode = \"tied\"", 3, "model.interneuron_scale", "interneuron_mode = \"tied\""},
		"scaled in the experiment": {"model.interneuron_scale = 2\n[[compare]]\nname = \"e\"\nmodel.kind = \"edn\"", 1, "compare[0].model.interneuron_scale", "expected 1"},
		"learning Y of edn":        {"model.kind = \"edn\"\nmodel.y_plastic = true", 2, "model.y_plastic", "expected false with y_mode = \"tied\""},
		"step against the average": {"[model]\nkind = \"burstprop\"\n[time]\ntau_average = \"1ms\"", 4, "time.dt", "2.785ms (2.79 x time.tau_average"},
		"step against the trace":   {"[time]\n\ntrace_delay = \"1ms\"", 3, "time.dt", "2.785ms (2.79 x time.trace_delay"},
		"step of the variant":      {"time.tau_average = \"1ms\"\n[[compare]]\nname = \"p\"\nmodel.kind = \"burstprop\"", 4, "compare[0].time.dt", "time.tau_average"},

		"targets swapped": {"[task]\nkind = \"xor\"\ntarget_low = 0.9\ntarget_high = 0.1", 3, "task.target_low", "is 0.9, expected less than target_high, 0.1"},
		"targets equal":   {"[task]\nkind = \"xor\"\ntarget_high = 0.01", 3, "task.target_low", "less than target_high"},

		"no phase learns":       {"[time]\nphases = [\n{ duration = \"1s\", teacher = true }]", 2, "time.phases", "expected learning = true in at least one"},
		"phase without end":     {"[time]\nphases = [{ duration = \"1s\", learning = true },\n{ learning = true }]", 3, "time.phases[1].duration", "missing"},
		"phase of no duration":  {"[time]\nphases = [{ duration = \"0s\", learning = true }]", 2, "time.phases[0].duration", "more than 0s"},
		"phase, near key":       {"[[time.phases]]\nduration = \"1s\"\nlearnin = true", 3, "time.phases[0].learnin", `did you mean "learning"?`},
		"learns after learning": {"[time]\nlearn = \"5s\"\nphases = [{ duration = \"5s\" }, { duration = \"1s\", learning = true }]", 3, "time.phases", "begins after 5 s, expected it within learn, 5s"},
		"phases without end":    {"[time]\nphases = [{ duration = \"2500000h\", learning = true }, { duration = \"2500000h\" }]", 2, "time.phases", "less than 292 years"},
		"phases in the variant": {"[[compare]]\nname = \"a\"\ntime.phases = [{ duration = \"1s\" }]", 3, "compare[0].time.phases", "no phase learns"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.toml", []byte(tt.file), Options{StabilityLimit: limits})
			checkError(t, err, "x.toml", tt.line, tt.key, tt.msg)
		})
	}
}

// TestModelsAccepted shows what no rule of another model forbids.
func TestModelsAccepted(t *testing.T) {
	for name, file := range map[string]string{
		"default tolerances in float32":   "run.precision = \"float32\"\nintegrator.method = \"dopri5\"",
		"tight tolerances in float64":     "integrator.method = \"dopri5\"\nintegrator.rtol = 1e-14\nintegrator.atol = 1e-18",
		"recurrent in discrete time":      "model.kind = \"burstprop\"\nmodel.recurrent_input = true\ntime.kind = \"discrete\"",
		"random interneurons, scaled":     "model.kind = \"edn\"\nmodel.interneuron_mode = \"random\"\nmodel.interneuron_scale = 0.5",
		"no dendrite, no limit":           "model.kind = \"edn\"\n[[compare]]\nname = \"c\"\nmodel.kind = \"burstccn\"\ntime.dt = \"1ms\"\ntime.tau_dendrite = \"1ms\"",
		"no average, no limit":            "time.tau_average = \"1ms\"\n[[compare]]\nname = \"p\"\nmodel.kind = \"burstprop\"\ntime.dt = \"1ms\"",
		"a variant learns Y, ann cannot":  "model.y_mode = \"random\"\nmodel.y_plastic = true\n[[compare]]\nname = \"a\"\nmodel.kind = \"ann\"\nmodel.y_mode = \"tied\"",
		"one phase":                       "time.phases = [{ duration = \"1s\", teacher = true, learning = true }]",
		"phases beside the discrete form": "model.kind = \"burstprop\"\ntime.kind = \"discrete\"\ntime.phases = [{ duration = \"1s\", learning = true }]\n[[compare]]\nname = \"c\"\ntime.kind = \"continuous\"",
		"targets of false and true":       "task.kind = \"xor\"\ntask.target_low = 0\ntask.target_high = 1",
		"momentum of burstprop":           "model.kind = \"burstprop\"\ntime.kind = \"discrete\"\nlearning.optimiser = \"momentum\"\nlearning.momentum = 0.9",
		"adam of burstprop":               "model.kind = \"burstprop\"\ntime.kind = \"discrete\"\nlearning.optimiser = \"adam\"",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(file), Options{StabilityLimit: limits})
			if err != nil {
				t.Fatal(err)
			}
			checkRoundTrip(t, c)
		})
	}
}

// TestDerivedIsWritten: config.toml says what a value is that follows from other
// keys, and the key still follows when the file is read again.
func TestDerivedIsWritten(t *testing.T) {
	c, err := Parse("x.toml", []byte(`
time.tau_weight = "25s"
[[compare]]
name = "d"
time.kind = "discrete"
[[compare]]
name = "burstprop"
model.kind = "burstprop"
[[compare]]
name = "edn"
model.kind = "edn"
[[compare]]
name = "images"
task.kind = "mnist"
time.kind = "discrete"
time.tau_weight = "50s"
`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, c)
	var b strings.Builder
	if err := c.WriteTOML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\np_baseline = 0.5\n", "\nbeta = 4\n", "\n# weight_gain = 1 follows: initial W",
		"\"discrete\"\n# learning.lr = 0.004 follows: ", "\nmodel.p_baseline = 0.2\n", "\nmodel.beta = 1\n",
		"# time.tau_interneuron = \"12500ms\" follows: ", "# model.weight_gain = 3.6 follows: ", "# learning.lr = 0.02 follows: ",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestDerived(t *testing.T) {
	for _, tt := range []struct {
		set  []string
		key  string
		want any
	}{
		{nil, "model.beta", 4.}, {[]string{"model.kind=burstprop"}, "model.beta", 1.}, {[]string{"model.kind=burstprop", "model.beta=7"}, "model.beta", 7.},
		{[]string{"time.kind=discrete"}, "learning.lr", 0.001}, {[]string{"time.tau_weight=10s", "time.kind=discrete"}, "learning.lr", 0.01},
		{[]string{"model.kind=edn", "time.tau_weight=10s"}, "time.tau_interneuron", 5.},
		{[]string{"model.kind=edn", "time.kind=discrete", "learning.lr=0.1"}, "learning.interneuron_lr", 0.2},
		{[]string{"model.kind=edn"}, "model.beta", nil},
	} {
		c, err := Parse("x.toml", nil, Options{Set: tt.set})
		if got := c.Parameter(tt.key); err != nil || got != tt.want {
			t.Errorf("%q: %s is %v (%v), want %v", tt.set, tt.key, got, err, tt.want)
		}
	}
	for set, want := range map[string]float64{"task.sample=50ms": 0.05, "task.kind=xor": 1} {
		c, err := Parse("x.toml", nil, Options{Set: []string{set}})
		if err != nil || c.Period().Seconds() != want {
			t.Errorf("%s: period %v (%v), want %v s", set, c.Period(), err, want)
		}
	}
}
