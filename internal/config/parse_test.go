package config

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func limits(method string) float64 {
	return map[string]float64{"euler": 2, "rk4": 2.785293563405282}[method]
}

// TestErrors shows where each kind of fault is found and what is said of it.
func TestErrors(t *testing.T) {
	long := strings.Repeat("x", 500)
	tests := map[string]struct {
		file string
		line int
		key  string
		msg  string // part of the message
	}{
		"syntax":                  {"[run]\nseed = \n[task]", 2, "", "expected value"},
		"duplicate key":           {"[run]\nseed = 1\nseed = 2", 3, "", "already been defined"},
		"duplicate table":         {"[run]\nseed = 1\n[run]\n", 3, "", "already been defined"},
		"bare word":               {"[time]\nkind = discrete", 2, "", `discrete needs quotes, expected kind = "discrete"`},
		"bare time":               {"[time]\ntau_soma = 1m30s # comment", 2, "", `1m30s needs quotes, expected tau_soma = "1m30s"`},
		"bare number":             {"[model]\nbeta = .5", 2, "", "floats must start with a digit"},
		"value behind its keys":   {"[[compare]]\nname = \"a\"\ntime.dt = \"1ms\"\ntime = \"discrete\"", 4, "compare[0].time", "has already been defined, on line 3"},
		"key behind its list":     {"model.hidden = [50]\nmodel.hidden.x = 3", 2, "model.hidden", "has already been defined, on line 1"},
		"key behind tables":       {"[time]\nphases = [{ duration = \"1s\" }]\nphases.duration = \"2s\"", 3, "time.phases", "has already been defined, on line 2"},
		"in an inline table":      {"compare = [{ name = \"a\",\n time.dt = \"1ms\",\n time = \"discrete\" }]", 3, "time", "has already been defined, on line 2"},
		"closed table":            {"run = {}\nrun.seed = 3", 2, "run", "has already been defined"},
		"header behind a value":   {"model = { beta = 1 }\n[model.x]", 2, "model", "already been defined"},
		"units of time":           {"[time]\ndt = \"1d\"", 2, "time.dt", "(ns, us, ms, s, m or h)"},
		"unknown section":         {"[quuxquuxquux]", 1, "quuxquuxquux", "unknown key, expected run, task, model, time, spiking, learning"},
		"key of the wrong kind":   {"task.kind = \"mnist\"\n[[model.layer]]\nkind = \"dense\"\nunts = 3\nkernels = 3", 4, "model.layer[0].unts", `did you mean "units"?`},
		"key of run in a variant": {"[[compare]]\nname = \"a\"\nseed = 3", 3, "compare[0].seed", "expected name, task, model, time"},
		"figures of a variant":    {"[[compare]]\nname = \"a\"\nplots.figures = []", 3, "compare[0].plots", "cannot differ"},
		"tensorboard, variant":    {"[[compare]]\nname = \"a\"\nrecord.tensorboard = true", 3, "compare[0].record.tensorboard", "cannot differ"},
		"control character":       {"[run]\nname = \"a\x01\"", 2, "", "control characters"},
		"not text":                {"[run]\n\xff\xfe", 2, "", "UTF-8"},
		"two marks":               {"\ufeff\ufeff[run]", 1, "", "byte order"},
		"deep value":              {"\nx = " + strings.Repeat("[", 1000), 2, "", "within each other"},
		"deep table":              {"x = " + strings.Repeat("{a=", 1000), 1, "", "within each other"},
		"many parts":              {"[a]\n" + strings.Repeat("a.", 100) + "a = 1", 2, "", "16 parts"},
		"long key":                {"[a]\n" + long + " = 1", 2, "", "256 bytes"},
		"near key":                {"[time]\n\ntau_some = \"1s\"", 3, "time.tau_some", `unknown key, did you mean "tau_soma"?`},
		"near section":            {"[modell]\nbeta = 1", 1, "modell", `did you mean "model"?`},
		"near compare":            {"[[compar]]\nname = \"a\"", 1, "compar", `did you mean "compare"?`},
		"key of another section":  {"[model]\nkind = \"burstccn\"\ntau_soma = \"1s\"", 3, "model.tau_soma", `did you mean "time.tau_soma"?`},
		"key before its section":  {"seed = 3", 1, "seed", `did you mean "run.seed"?`},
		"far key, few choices":    {"[limit]\nquuxquuxquux = 3", 2, "limit.quuxquuxquux", "expected ratios or presentations"},
		"quoted key":              {"[limit]\n\"a\\nb \\u00e9\" = 3", 2, `limit."a\nb é"`, "unknown key"},
		"dotted key":              {"model.beta = 1\nmodel.gamma = 2", 2, "model.gamma", "unknown key"},
		"inline table":            {"model = { beta = 1, gamma = 2 }", 1, "model.gamma", "unknown key"},
		"inline table over lines": {"model = {\n  beta = 1,\n  gamma = 2,\n}", 3, "model.gamma", "unknown key"},
		"after a long string":     {"[run]\nname = \"\"\"\na\"\"\"\nsed = 1", 4, "run.sed", `did you mean "seed"?`},
		"section is a value":      {"model = 3", 1, "model", "is the integer 3, expected a table: [model]"},
		"section is an array":     {"[[model]]\nbeta = 1", 1, "model", "is a list, expected a table"},
		"value is a section":      {"[model.beta]\nx = 1", 1, "model.beta", "is a table, expected a number, more than 0"},
		"text for a number":       {"[model]\nbeta = \"4\"", 2, "model.beta", `is the text "4", expected a number`},
		"float for an integer":    {"[task]\ninputs = 3.0", 2, "task.inputs", "is the number 3.0, expected a whole number, at least 1"},
		"number for a time":       {"[time]\ndt = 10", 2, "time.dt", `is the integer 10, expected a time with its unit (ns, us, ms, s, m or h), such as "100ms"`},
		"time without unit":       {"[time]\ndt = \"10\"", 2, "time.dt", "with its unit"},
		"zero without unit":       {"[time]\ntrace_delay = \"0\"", 2, "time.trace_delay", "with its unit"},
		"unknown unit":            {"[time]\ndt = \"10 lightyears\"", 2, "time.dt", "with its unit"},
		"number for a flag":       {"[model]\ny_plastic = 1", 2, "model.y_plastic", "expected true or false"},
		"number for text":         {"[run]\nname = 1", 2, "run.name", "is the integer 1, expected a name"},
		"date":                    {"[run]\nname = 2020-01-01", 2, "run.name", "is a date"},
		"nan":                     {"[model]\nbeta = nan", 2, "model.beta", "is the number NaN, expected a number"},
		"inf":                     {"[model]\nteacher_gain = 1\n[task]\nteacher_gain = -inf", 2, "model.teacher_gain", "unknown key"},
		"inf alone":               {"[task]\nteacher_gain = -inf", 2, "task.teacher_gain", "is the number -Inf"},
		"negative tau":            {"[time]\ntau_soma = \"-1s\"", 2, "time.tau_soma", "more than 0s"},
		"zero tau":                {"[time]\ntau_soma = \"0s\"", 2, "time.tau_soma", "more than 0s"},
		"negative phase":          {"[time]\nbefore = \"-1ns\"", 2, "time.before", "at least 0s"},
		"open interval":           {"[model]\np_baseline = 1", 2, "model.p_baseline", "more than 0 and less than 1"},
		"half-open interval":      {"[[compare]]\nname=\"d\"\ntime.kind=\"discrete\"\n[learning]\nmomentum = 1.0", 5, "learning.momentum", "at least 0 and less than 1"},
		"explicit derived value":  {"time.kind = \"discrete\"\nlearning.lr = -1", 2, "learning.lr", "at least 0"},
		"element out of range":    {"[model]\nhidden = [\n 3,\n 0]", 4, "model.hidden[1]", "is the integer 0, expected a whole number, at least 1"},
		"element of wrong type":   {"[model]\nhidden = [3, [4]]", 2, "model.hidden[1]", "is a list, expected a whole number"},
		"value for a list":        {"[model]\nhidden = 50", 2, "model.hidden", "is the integer 50, expected a list such as [50]"},
		"near word":               {"[integrator]\nmethod = \"rk5\"", 2, "integrator.method", `expected euler, heun, rk4, dopri5 or exponential; did you mean "rk4"?`},
		"far word":                {"[run]\nprecision = \"double-double\"", 2, "run.precision", "expected float32 or float64"},
		"word in a list":          {"[plots]\nformats = [\"png\", \"sgv\"]", 2, "plots.formats[1]", `did you mean "svg"?`},
		"unsafe name":             {"[run]\nname = \"../x\"", 2, "run.name", "expected a name of letters"},
		"no name":                 {"[run]\nname = \"\"", 2, "run.name", "expected a name of letters"},
		"no folder":               {"[run]\nout = \"\"", 2, "run.out", "not empty"},
		"window key":              {"[[record.windows]]\nstart = \"1s\"\nlength = \"1s\"\n[[record.windows]]\nstart = \"2s\"\nlenght = \"1s\"", 6, "record.windows[1].lenght", `did you mean "length"?`},
		"window without length":   {"[record]\nwindows = [{start = \"1s\", length = \"1s\"},\n{start = \"1s\"}]", 3, "record.windows[1].length", "missing"},
		"window, bad start":       {"[record]\nwindows = [{start = 1, length = \"1s\"}]", 2, "record.windows[0].start", "with its unit"},
		"windows are a time":      {"[record]\nwindows = \"1s\"", 2, "record.windows", "expected a list such as [{ start"},
		"far key, many choices":   {"[model]\nquuxquuxquux = 3", 2, "model.quuxquuxquux", "none in [model] is close"},
		"long unknown key":        {"[limit]\n" + strings.Repeat("k", 200) + " = 3", 2, "limit." + strings.Repeat("k", 40) + "...", "unknown key"},
		"path with nul":           {"[run]\nout = \"a\\u0000\"", 2, "run.out", "not empty"},
		"window is a number":      {"[record]\nwindows = [1]", 2, "record.windows[0]", "expected a table with the keys start or length"},
		"first of several":        {"[time]\ndt = 1\ntau_soma = 2\n[run]\nx = 1", 2, "time.dt", "time with its unit"},
		"first, sections swapped": {"[run]\nx = 1\n[model]\nx = 2\n[a]", 2, "run.x", "unknown key"},
		"learning in vain":        {"[run]\nseed = 1\n[learning]\nlr = 0.1", 4, "learning.lr", "has no effect here: it belongs to time.kind discrete, but that is continuous"},
		"in vain before a typo":   {"[learning]\nlr = 0.1\n[model]\nbta = 2", 2, "learning.lr", "belongs to time.kind discrete"},
		"kind unknown":            {"[learning]\nlr = 0.1\n[time]\nkind = \"discreet\"", 4, "time.kind", `did you mean "discrete"?`},
		"above half":              {"[model]\n\np_baseline = 0.6", 3, "model.p_baseline", "at most 0.5"},
		"published above half":    {"[model]\nburst_probability = \"published\"\np_baseline = 0.8", 3, "model.p_baseline", "would exceed 1"},
		"burstprop above half":    {"[model]\nkind = \"burstprop\"\np_baseline = 0.8", 3, "model.p_baseline", "would exceed 1"},
		"tied Q scaled":           {"[model]\nq_scale = 2", 2, "model.q_scale", "expected 1 with q_mode = \"tied\""},
		"symmetric Q scaled":      {"[model]\nq_mode = \"symmetric_init\"\nq_scale = 2", 3, "model.q_scale", "expected 1"},
		"negative deviation of Y": {"[model]\ny_mode = \"random\"\ny_scale = -1", 3, "model.y_scale", "at least 0"},
		"negative deviation of Q": {"[model]\nq_mode = \"random\"\nq_scale = -1", 3, "model.q_scale", "at least 0"},
		"tied Y learns":           {"[model]\ny_mode = \"tied\"\ny_plastic = true", 3, "model.y_plastic", "expected false"},
		"tied Q learns":           {"[model]\nq_plastic = true", 2, "model.q_plastic", "expected false"},
		"momentum of sgd":         {"time.kind = \"discrete\"\n[learning]\nmomentum = 0.5", 3, "learning.momentum", "no effect with optimiser = \"sgd\""},
		"momentum without":        {"time.kind = \"discrete\"\n[learning]\noptimiser = \"momentum\"", 3, "learning.momentum", "such as 0.9"},
		"step of euler":           {"[time]\ndt = \"300ms\"\n[integrator]\nmethod = \"euler\"", 2, "time.dt", "300ms is not below the stable limit of euler, 200ms (2 x time.tau_soma, the shortest time constant)"},
		"step at the limit":       {"[time]\ndt = \"200ms\"\n[integrator]\nmethod = \"euler\"", 2, "time.dt", "200ms is not below the stable limit of euler, 200ms"},
		"step by default":         {"[time]\ntau_dendrite = \"1ms\"", 2, "time.dt", "10ms is not below the stable limit of rk4, 2.785ms (2.79 x time.tau_dendrite, the shortest"},
		"window after the run":    {"[record]\nwindows = [{start=\"1s\",length=\"1s\"},\n {start = \"1190s\", length = \"11s\"}]", 3, "record.windows[1]", "within the run of 1200s"},
		"sample beyond windows":   {"[record]\nsample = \"7000s\"", 2, "record.sample", "is 7000s, which leaves no sample in the windows that are recorded, 20s each"},
		"phases overflow":         {"[time]\nlearn = \"2500000h\"\nbefore = \"2500000h\"", 2, "time.learn", "less than 292 years"},
		"compare is a table":      {"[compare]\nname = \"a\"", 1, "compare", "[[compare]]"},
		"compare is a list":       {"compare = [1]", 1, "compare[0]", "expected a table"},
		"variant without name":    {"[[compare]]\ntime.kind = \"discrete\"", 1, "compare[0].name", "missing"},
		"variant with bad name":   {"[[compare]]\nname = \"a/b\"", 2, "compare[0].name", "expected a name of letters"},
		"variant named twice":     {"[[compare]]\nname = \"a\"\n[[compare]]\nname = \"A\"", 4, "compare[1].name", `"A" is taken by compare[0].name`},
		"variant named as base":   {"[[compare]]\nname = \"continuous\"", 2, "compare[0].name", "taken by run.label"},
		"variant changes run":     {"[[compare]]\nname = \"a\"\nrun.seed = 2", 3, "compare[0].run", "cannot differ"},
		"variant in variant":      {"[[compare]]\nname = \"a\"\n[[compare.compare]]\nname = \"b\"", 3, "compare[0].compare", "cannot differ"},
		"variant, unknown key":    {"[[compare]]\nname = \"a\"\nmodel.beta = 2\n[[compare]]\nname = \"b\"\n\nmodel.betta = 2", 7, "compare[1].model.betta", `did you mean "beta"?`},
		"variant, nested table":   {"[[compare]]\nname = \"a\"\n[compare.model]\nbeta = 0", 4, "compare[0].model.beta", "more than 0"},
		"variant, near name":      {"[[compare]]\nnam = \"a\"", 2, "compare[0].nam", `did you mean "name"?`},
		"variant in vain":         {"[[compare]]\nname = \"a\"\nlearning.lr = 0.1", 3, "compare[0].learning.lr", "has no effect here"},
		"variant, cross check":    {"[integrator]\nmethod = \"exponential\"\n[time]\ndt = \"1s\"\n[[compare]]\nname = \"a\"\nintegrator.method = \"euler\"", 7, "compare[0].time.dt", "stable limit of euler"},
		"variant, inherited":      {"[time]\nkind = \"discrete\"\ndt = \"1s\"\n[[compare]]\nname = \"a\"\n\ntime.tau_soma = \"1ms\"\ntime.kind = \"continuous\"", 7, "compare[0].time.dt", "2.785ms"},
		"many variants":           {strings.Repeat("[[compare]]\n", 101), 101, "compare", "at most 100"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("dir/x.toml", []byte(tt.file), Options{StabilityLimit: limits})
			checkError(t, err, "dir/x.toml", tt.line, tt.key, tt.msg)
		})
	}
}

func checkError(t *testing.T, err error, file string, line int, key, msg string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want one of type *Error", err)
	}
	if e.File != file || e.Line != line || e.Key != key || !strings.Contains(e.Msg, msg) {
		t.Errorf("error is %q\n  with file %q, line %d, key %q; want %q, %d, %q and %q in the message", e, e.File, e.Line, e.Key, file, line, key, msg)
	}
	if strings.ContainsAny(e.Error(), "\n\r\x01") || len(e.Error()) > 600 {
		t.Errorf("message is not one short line: %q", e)
	}
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  Error
		want string
	}{
		{Error{File: "a.toml", Line: 3, Key: "model.beta", Msg: "is bad"}, "a.toml:3: model.beta: is bad"},
		{Error{File: "a.toml", Line: 3, Msg: "is bad"}, "a.toml:3: is bad"},
		{Error{File: "a.toml", Msg: "is bad"}, "a.toml: is bad"},
		{Error{File: "--set", Key: "model.beta", Msg: "is bad"}, "--set: model.beta: is bad"},
		{Error{File: "a\nb", Msg: "is\r\nbad"}, "a b: is  bad"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestAccepted(t *testing.T) {
	tests := map[string]struct {
		file string
		ok   func(c Config) bool
	}{
		"empty file": {"", func(c Config) bool {
			return c.Values["model.beta"] == 4. && c.Run.Label == "continuous" && c.Run.Name == "x"
		}},
		"byte order mark":     {"\ufeff[run]\nseed = 7", func(c Config) bool { return c.Run.Seed == 7 }},
		"carriage returns":    {"[run]\r\nseed = 7\r\n\r\n[model]\r\nbeta = 2\r\n", func(c Config) bool { return c.Run.Seed == 7 && c.Values["model.beta"] == 2. }},
		"integer for a float": {"[model]\nbeta = 2", func(c Config) bool { return c.Values["model.beta"] == 2. }},
		"minutes":             {"[time]\nlearn = \"1m30s\"", func(c Config) bool { return c.Time.Learn.Seconds() == 90 }},
		"thousand seconds":    {"[time]\nlearn = \"1000s\"", func(c Config) bool { return c.Time.Learn.Seconds() == 1000 }},
		"zero seconds":        {"[time]\nbefore = \"0s\"", func(c Config) bool { return c.Time.Before == 0 }},
		"no hidden layer":     {"[model]\nhidden = []", func(c Config) bool { return len(c.Model.Hidden) == 0 }},
		"negative seed":       {"[run]\nseed = -9223372036854775808", func(c Config) bool { return c.Run.Seed == math.MinInt64 }},
		"tied Q, random Y":    {"[model]\ny_mode = \"random\"\nq_mode = \"tied\"\np_baseline = 0.2", func(c Config) bool { return c.Values["model.p_baseline"] == 0.2 }},
		"published": {"[model]\nburst_probability = \"published\"", func(c Config) bool {
			return c.Values["model.burst_probability"] == "published"
		}},
		"scaled w_symmetric Q":  {"[model]\nq_mode = \"w_symmetric_init\"\nq_scale = 2", func(c Config) bool { return c.Values["model.q_scale"] == 2. }},
		"step below the limit":  {"[time]\ndt = \"199ms\"\n[integrator]\nmethod = \"euler\"", func(c Config) bool { return c.Time.Dt.Seconds() == 0.199 }},
		"no limit":              {"[time]\ndt = \"2s\"\n[integrator]\nmethod = \"exponential\"", func(c Config) bool { return c.Time.Dt.Seconds() == 2 }},
		"window from the start": {"[record]\nwindows = [{length = \"10s\"}]", func(c Config) bool { return c.Record.Windows[0].Start == 0 }},
		"window to the end":     {"[record]\nwindows = [{start = \"1190s\", length = \"10s\"}]", func(c Config) bool { return len(c.Record.Windows) == 1 }},
		"learning of a variant": {"[learning]\nlr = 0.1\n[[compare]]\nname = \"d\"\ntime.kind = \"discrete\"", func(c Config) bool {
			return c.Compare[0].Config.Values["learning.lr"] == 0.1
		}},
		"variants": {`
[model]
beta = 3
[[compare]]
name = "discrete"
time.kind = "discrete"
learning.lr = 0.001
[[compare]]
name = "wide β"
[compare.model]
hidden = [7]`, func(c Config) bool {
			d, w := c.Compare[0].Config, c.Compare[1].Config
			return c.Time.Kind == "continuous" && d.Time.Kind == "discrete" && d.Values["learning.lr"] == 0.001 && d.Values["model.beta"] == 3. &&
				d.Run.Label == "discrete" && w.Run.Label == "wide β" && w.Model.Hidden[0] == 7 && c.Model.Hidden[0] == 50 && d.Model.Hidden[0] == 50
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(tt.file), Options{StabilityLimit: limits})
			if err != nil {
				t.Fatal(err)
			}
			if !tt.ok(c) {
				t.Errorf("unexpected %+v", c)
			}
		})
	}
}

func TestRunNameOfFile(t *testing.T) {
	for file, want := range map[string]string{
		"regression.toml":       "regression",
		"/a/b c/my exp.toml":    "my exp",
		"dir/β=2.toml":          "β=2",
		"a:b\n.toml":            "a_b_",
		"...":                   "experiment",
		"":                      "experiment",
		".toml":                 "experiment",
		"-x.toml":               "x",
		"no-extension":          "no-extension",
		strings.Repeat("é", 90): strings.Repeat("é", 50),
	} {
		c, err := Parse(file, nil, Options{})
		if err != nil || c.Run.Name != want {
			t.Errorf("run name of %q is %q (%v), want %q", file, c.Run.Name, err, want)
		}
	}
}

// TestErrorOfDefaults checks where an error stands that no given key causes.
func TestErrorOfDefaults(t *testing.T) {
	tiny := Options{StabilityLimit: func(string) float64 { return 0.01 }}
	_, err := Parse("x.toml", []byte("\n\n"), tiny)
	checkError(t, err, "x.toml", 1, "time.dt", "10ms is not below the stable limit of rk4, 1ms")
	_, err = Parse("x.toml", []byte("time.kind = \"discrete\"\n[[compare]]\nname = \"c\"\ntime.kind = \"continuous\""), tiny)
	checkError(t, err, "x.toml", 4, "compare[0].time.dt", "1ms")
	for _, none := range []float64{0, math.Inf(1), math.NaN()} {
		if _, err := Parse("x.toml", nil, Options{StabilityLimit: func(string) float64 { return none }}); err != nil {
			t.Errorf("with a limit of %v: %v", none, err)
		}
	}
}

// TestDefaultsAreFresh guards the shared defaults against a caller who writes
// into the lists of a Config.
func TestDefaultsAreFresh(t *testing.T) {
	a, _ := Parse("", nil, Options{})
	a.Model.Hidden[0] = 1
	if b, _ := Parse("", nil, Options{}); b.Model.Hidden[0] != 50 {
		t.Errorf("a second Parse has hidden %v, want the default", b.Model.Hidden)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if c, err := Load(write("good one.toml", "[run]\nseed = 5"), Options{}); err != nil || c.Run.Seed != 5 || c.Run.Name != "good one" {
		t.Errorf("got %+v, %v", c.Run, err)
	}
	bad := write("bad.toml", "[run]\nseeds = 5")
	_, err := Load(bad, Options{})
	checkError(t, err, bad, 2, "run.seeds", `did you mean "seed"?`)

	missing := filepath.Join(dir, "missing.toml")
	_, err = Load(missing, Options{})
	checkError(t, err, missing, 0, "", "cannot be read: no such file")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v does not wrap os.ErrNotExist", err)
	}
	_, err = Load(dir, Options{})
	checkError(t, err, dir, 0, "", "cannot be read: is a directory")

	full := write("full.toml", strings.Repeat("#", maxBytes))
	if _, err := Load(full, Options{}); err != nil {
		t.Errorf("a file of exactly 1 MiB: %v", err)
	}
	over := write("over.toml", strings.Repeat("#", maxBytes+1))
	_, err = Load(over, Options{})
	checkError(t, err, over, 0, "", "larger than 1 MiB")
}

// A step that may decide the result is worth a line.
func TestWarnings(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"time.dt = '20ms'\nintegrator.method = 'euler'", ""},
		{"time.dt = '21ms'\nintegrator.method = 'euler'", "time.dt: 21ms is more than a fifth of time.tau_soma, 100ms"},
		{"time.dt = '21ms'", "method = \"rk4\""},
		{"time.dt = '21ms'\ntime.tau_dendrite = '40ms'", "expected at most 8ms"},
		{"time.dt = '150ms'\nintegrator.method = 'exponential'", "time.dt"},
		{"time.dt = '90ms'\nintegrator.method = 'dopri5'", ""},
		{"time.dt = '90ms'\ntime.kind = 'discrete'\n[[compare]]\nname = 'c'\ntime.kind = 'continuous'\nintegrator.method = 'dopri5'", ""},
		{"[[compare]]\nname = 'coarse'\ntime.dt = '50ms'", "time.dt: 50ms"},
	} {
		cfg, err := Parse("x.toml", []byte(c.file), Options{StabilityLimit: limits})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(cfg.Warnings(), "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%q: warnings %q, want %q", c.file, got, c.want)
		}
	}
}
