package config

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkRoundTrip checks that a file written from c says the same as c, and is
// written the same again.
func checkRoundTrip(t *testing.T, c Config) {
	t.Helper()
	var first, second bytes.Buffer
	if err := c.WriteTOML(&first); err != nil {
		t.Fatal(err)
	}
	again, err := Parse("resolved.toml", first.Bytes(), Options{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, &first)
	}
	sameTexts(&again, &c)
	if !reflect.DeepEqual(again, c) {
		t.Fatalf("changed\n%+v\nto\n%+v\nthrough\n%s", c, again, &first)
	}
	if err := again.WriteTOML(&second); err != nil || first.String() != second.String() {
		t.Errorf("written again (%v) it differs:\n%s\n%s", err, &first, &second)
	}
}

// sameTexts gives again the texts of c where they are the same but for where
// they stand.
func sameTexts(again, c *Config) {
	same := func(new, old *Config) {
		if new.Model.Text.Source == old.Model.Text.Source {
			new.Model.Text = old.Model.Text
		}
	}
	same(again, c)
	for i := range min(len(c.Compare), len(again.Compare)) {
		same(&again.Compare[i].Config, &c.Compare[i].Config)
	}
}

func TestWriteTOML(t *testing.T) {
	for name, file := range map[string]string{
		"defaults": "",
		"awkward": `
run.out = "a \"b\" \\ \t é \u0001 #"
run.seed = -3
[model]
hidden = [3]
beta = 0.1000000000000000055511151231257827
y_scale = -0.0
weight_gain = 1e-300
[time]
dt = "1ns"
learn = "2h45m0.5s"
tau_weight = "1500us"
[record]
windows = [{start = "1s", length = "2500us"}]
[plots]
figures = []
[limit]
ratios = [0.1, 1e-5]
`,
		"variants": `
[time]
dt = "5ms"
[record]
windows = [{start = "1s", length = "1s"}]
[learning]
lr = 0.3
[[compare]]
name = "same"
time.dt = "5ms"
[[compare]]
name = "d"
time.kind = "discrete"
learning = { optimiser = "momentum", momentum = 0.9, weight_decay = 0.1 }
record.windows = []
[[compare]]
name = "wide"
model = { hidden = [3, 4], y_mode = "random" }
record.windows = [{start = "2s", length = "1s"}]
`,
		"four models": fourModels,
		"stacks":      stacks,
		"phases": `
task.kind = "xor"
[model]
kind = "burstprop"
p_baseline = 0.3
[time]
phases = [{ duration = "5s" }, { duration = "500ms", teacher = true, learning = true }]
[[compare]]
name = "one phase"
time.phases = []
`,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkRoundTrip(t, c)
		})
	}
}

// TestWriteVariants checks that a variant is written as what it changes.
func TestWriteVariants(t *testing.T) {
	for name, tt := range map[string]struct{ file, end string }{
		"as in the experiment": {
			"[[compare]]\nname = \"d\"\ntime.kind = \"discrete\"\nmodel.y_scale = 1",
			"name = \"d\"\ntime.kind = \"discrete\"\n",
		},
		"derived in the experiment": {
			"[[compare]]\nname = \"d\"\nmodel.beta = 4\nmodel.kind = \"burstprop\"",
			"name = \"d\"\nmodel.kind = \"burstprop\"\nmodel.p_baseline = 0.2\nmodel.recurrent_input = false\ntime.tau_average = \"5s\"\n",
		},
		"of another kind in the experiment": {
			"model.q_scale = 2\nmodel.q_mode = \"random\"\n[[compare]]\nname = \"d\"\nmodel.kind = \"edn\"\nmodel.lambda_hidden = 0",
			"name = \"d\"\nmodel.kind = \"edn\"\nmodel.lambda_output = 0.1\nmodel.lambda_interneuron = 0.1\nmodel.lambda_hidden = 0\nmodel.basal_lag = false\nmodel.interneuron_mode = \"symmetric_init\"\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(tt.file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkRoundTrip(t, c)
			var b bytes.Buffer
			if err := c.WriteTOML(&b); err != nil {
				t.Fatal(err)
			}
			text := regexp.MustCompile("(?m)^#.*\n").ReplaceAllString(b.String(), "")
			if want := "\n[[compare]]\n" + tt.end; !strings.HasSuffix(text, want) {
				t.Errorf("want the end to be %q in\n%s", want, &b)
			}
		})
	}
}

type failing struct{}

var errFull = errors.New("disk full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	if err := (Config{}).WriteTOML(failing{}); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}

// TestRoundTripRandom overrides random keys with random values: whatever is
// accepted must survive being written.
func TestRoundTripRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	accepted := make(map[string]int) // by task
	for range 3300 {
		c, err := Parse("x.toml", []byte(randomFile(rng)), Options{})
		if err != nil {
			continue
		}
		accepted[c.Task.Kind]++
		checkRoundTrip(t, c)
	}
	for _, task := range Tasks() {
		if accepted[task] < 50 {
			t.Errorf("only %d of about 330 files of %s were accepted", accepted[task], task)
		}
	}
}

// randomFile chooses kinds, and values of keys that belong to them, for an
// experiment and up to two variants.
func randomFile(rng *rand.Rand) string {
	var b strings.Builder
	s := builtinSchema()
	kinds := make(map[string]string)
	for i := range 1 + rng.IntN(3) {
		if i > 0 {
			fmt.Fprintf(&b, "[[compare]]\nname = \"v%d\"\n", i)
		}
		for _, k := range s.kinds {
			if i == 0 || rng.IntN(3) == 0 {
				kinds[k.path] = k.oneof[rng.IntN(len(k.oneof))]
				fmt.Fprintf(&b, "%s = %q\n", k.path, kinds[k.path])
			}
		}
		if kinds["task.kind"] == "idx" {
			b.WriteString("task.files = [\"a\", \"b\", \"c\", \"d\"]\n")
		}
		if own := kinds["task.kind"]; own == "signals" || own == "arrays" {
			b.WriteString("task.input_file = \"a.npz\"\n")
		}
		left := rng.IntN(6)
		for _, j := range rng.Perm(len(s.keys)) {
			k := s.keys[j]
			fixed := k.name == "kind" || k.path == "task.files" || k.path == "task.input_file" || k.path == "model.equations" || k.params != nil && k.params[builtin(kinds["model.kind"])] == nil || i > 0 && strings.HasPrefix(k.path, "run.")
			for path, words := range k.needs {
				fixed = fixed || !slices.Contains(words, kinds[path])
			}
			if !fixed && left > 0 {
				fmt.Fprintf(&b, "%s = %s\n", k.path, randomValue(rng, k))
				left--
			}
		}
	}
	return b.String()
}

func randomValue(rng *rand.Rand, k *key) string {
	t := k.typ
	if k.isList() {
		t = t.Elem()
	}
	value := func() string {
		switch {
		case k.isTables():
			var items []string
			word := ""
			for _, s := range k.sub {
				v := randomValue(rng, s)
				if s.name == "kind" {
					word = strings.Trim(v, `"`)
				}
				if words := s.needs[k.path+".kind"]; len(words) == 0 || slices.Contains(words, word) {
					items = append(items, s.name+" = "+v)
				}
			}
			return "{ " + strings.Join(items, ", ") + " }"
		case t == durationType:
			return fmt.Sprintf("\"%dus\"", rng.IntN(1e6))
		case k.oneof != nil:
			return quote(k.oneof[rng.IntN(len(k.oneof))])
		case k.format == momentFormat:
			return `"0"` // the one that all runs have
		case t.Kind() == reflect.String:
			return quote(fmt.Sprintf("n%d é", rng.IntN(100)))
		case t.Kind() == reflect.Bool:
			return fmt.Sprint(rng.IntN(2) == 0)
		case t.Kind() == reflect.Float64:
			return formatFloat(rng.Float64())
		}
		return fmt.Sprint(1 + rng.IntN(40))
	}
	if !k.isList() {
		return value()
	}
	items := make([]string, rng.IntN(4))
	if k.format == momentFormat && len(items) > 1 {
		items = items[:1] // each once
	}
	for i := range items {
		items[i] = value()
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func FuzzParse(f *testing.F) {
	for _, task := range Tasks() {
		template, err := Template(Start{Task: task})
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(template), "model.beta=2")
	}
	f.Add([]byte(fourModels), "model.kind=edn")
	f.Add([]byte("[task]\nkind = 'idx'\nfiles = ['a', 'b', 'c', 'd']\n[[model.layer]]\nkind = 'conv'\nchannels = 2\n[[model.layer]]\nkind = 'dense'\nunits = 3"), "task.kind=regression")
	f.Add([]byte("time.phases = [{duration = '5s'}, {duration = '1s', learning = true}]"), "model.kind=burstprop")
	oja, err := os.ReadFile("testdata/oja.model")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("model.shape = 'rectified'\n[[compare]]\nname = 'e'\nmodel.kind = 'edn'\n[model]\nequations = \"\"\"\n"+string(oja)+"\"\"\""), "model.decay=2")
	f.Add([]byte("[[compare]]\nname = 'o'\nmodel.decay = 2\ntime.kind = 'discrete'\nmodel.equations = \"\"\"\n"+string(oja)+"\"\"\""), "time.tau_slow=2s")
	f.Add([]byte("[run]\nseed = 2\n[[compare]]\nname = \"a\"\ntime.kind = \"discrete\"\nlearning = { lr = 0.1 }"), "time.dt=5ms")
	f.Add([]byte("[[record.windows]]\nstart = \"1s\"\nlength = \"1ms\"\n[plots]\nformats = [\"pdf\"]\n"), "limit.ratios=[0.5]")
	f.Add([]byte("model.hidden = [1, 2]\nrun.out = '''\nx'''"), "record.windows=[{start='0s', length='1h'}]")
	f.Fuzz(func(t *testing.T, data []byte, set string) {
		c, err := Parse("f.toml", data, Options{Set: []string{set}, StabilityLimit: limits})
		if err == nil {
			checkRoundTrip(t, c)
			return
		}
		all := Errors{}
		if one, ok := err.(*Error); ok {
			all = Errors{one}
		} else if !errors.As(err, &all) {
			t.Fatalf("%v of type %T", err, err)
		}
		last := 0
		for _, e := range all {
			if e.Msg == "" || strings.ContainsAny(e.Error(), "\n\r") {
				t.Fatalf("%q is not one line", e)
			}
			lines := 1 + bytes.Count(data, []byte("\n"))
			if e.File == "f.toml" && !strings.HasPrefix(e.Msg, "and ") && (e.Line < max(1, last) || e.Line > lines) {
				t.Fatalf("%q is not within %d lines, or behind line %d", e, lines, last)
			}
			last = e.Line
		}
	})
}

func TestWithSeedIsAnExperimentOfItsOwn(t *testing.T) {
	text := "[run]\nname = \"" + strings.Repeat("é", 50) + "\"\n[[compare]]\nname = \"discrete\"\ntime.kind = \"discrete\"\n"
	base, err := Parse("a.toml", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	with := base.WithSeed(12345)
	if with.Run.Seed != 12345 || !strings.HasSuffix(with.Run.Name, "-seed12345") || base.Run.Seed != 1 || base.Compare[0].Config.Run.Seed != 1 {
		t.Errorf("seed %d, name %q; the base has seed %d", with.Run.Seed, with.Run.Name, base.Run.Seed)
	}
	var out bytes.Buffer
	if err := with.WriteTOML(&out); err != nil {
		t.Fatal(err)
	}
	back, err := Parse("b.toml", out.Bytes(), Options{})
	if err != nil || !reflect.DeepEqual(back, with) {
		t.Errorf("read back: %v\n%+v\n%+v", err, back, with)
	}
}
