package config

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Tasks are the values of task.kind.
func Tasks() []string { return Choices("task.kind") }

//go:embed starts/*.toml
var spikingStarts embed.FS

// SpikingStarts are the names of the experiments of populations that spike which
// [Template] knows beside tasks.
func SpikingStarts() (names []string) {
	entries, err := spikingStarts.ReadDir("starts")
	if err != nil {
		panic(err) // they are part of the program
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	return names
}

// Times are the values of time.kind for networks of rates, which a task can be
// begun with.
func Times() []string {
	return slices.DeleteFunc(Choices("time.kind"), func(kind string) bool { return kind == "spiking" })
}

// Keys are the full names of all keys, in the order of the sections: what
// --set may name with a model that is built in.
func Keys() []string {
	var paths []string
	for _, k := range builtinSchema().keys {
		paths = append(paths, k.path)
	}
	return paths
}

// Keys are the full names of all keys of the experiment, those of its models
// among them, and of models that are built in.
func (c Config) Keys() []string {
	var paths []string
	for _, k := range c.schema().keys {
		paths = append(paths, k.path)
	}
	return paths
}

// Choices are the words that a key accepts, nil if it is not a choice of words
// or does not exist.
func Choices(key string) []string {
	k, _, _ := builtinSchema().lookup(key)
	switch {
	case k == nil:
		return nil
	case k.typ.Kind() == reflect.Bool:
		return []string{"true", "false"}
	}
	return slices.Clone(k.oneof)
}

// Doc says what a key means, in one line; "" of one that does not exist, or that is a
// parameter of a model.
func Doc(key string) string {
	k, parent, rest := builtinSchema().lookup(key)
	if k == nil && parent != nil { // within the tables of a list
		k = parent.find(rest)
	}
	if k == nil {
		return ""
	}
	return k.doc
}

// starts are the values with which a task is better begun than with the
// defaults: XOR as 2-4-1, with weights that learn at a rate of 1 a
// presentation, over 40,000 of them.
var starts = map[string][]string{
	"xor":           {"model.hidden=[4]", "time.tau_weight=1s", "time.learn=40000s"},
	"signals":       {"task.input_file=signals.npz", "task.interval=10ms"},
	"video":         {"task.side=16", "task.teacher=leaky", "task.teacher_gain=2", "model.weight_gain=1.75"},
	"arrays":        {"task.input_file=samples.npz", "task.input_scaling=standard", "time.kind=discrete", "task.epochs=30", "learning.lr=0.1"},
	"mnist":         imageStart,
	"fashion-mnist": imageStart,
	"idx":           append([]string{"task.files=[\"train-images\", \"train-labels\", \"test-images\", \"test-labels\"]"}, imageStart...),
	"cifar10":       cifarStart,
}

// cifarStart is the published network for CIFAR-10 and the published learning
// rate, with fewer epochs.
var cifarStart = []string{
	`model.layer=[
		{ kind = "conv", channels = 64, kernel = 5, stride = 2 },
		{ kind = "conv", channels = 128, kernel = 5, stride = 2 },
		{ kind = "conv", channels = 256, kernel = 3, stride = 1 },
		{ kind = "dense", units = 1480 },
	]`,
	"model.hidden=[]", "time.kind=discrete", "task.epochs=12", "run.precision=float32", "learning.lr=0.1",
}

// imageStart is the published training job on MNIST with feedback alignment,
// with fewer epochs.
var imageStart = []string{
	"model.hidden=[500, 500, 500]", "time.kind=discrete", "task.epochs=12", "run.precision=float32",
	"model.y_mode=random", "model.y_scale=0.5", "model.q_mode=symmetric_init", "model.q_plastic=true",
	"learning.lr=0.3", "learning.q_lr=0.000731",
}

// Start chooses what a template is for.
type Start struct {
	Task  string // one of Tasks
	Model string // one of Choices("model.kind"), or the file of a model; "": the default
	Time  string // one of Times; "": what suits the task
	// Folder is that in which the file will stand: paths in it begin there. ""
	// is the working directory.
	Folder string
}

// settings are the overrides that make the template's experiment of an empty
// file. The error names a word that is unknown.
func (start Start) settings() ([]string, error) {
	if !slices.Contains(Tasks(), start.Task) {
		return nil, unknownWord("task", start.Task, ", or "+choices(SpikingStarts()))
	}
	set := []string{"task.kind=" + start.Task}
	if start.Model != "" {
		choice, err := ChooseModel(start.Model)
		if err != nil {
			return nil, err
		}
		set = append(set, choice)
	}
	if start.Time != "" {
		if !slices.Contains(Times(), start.Time) {
			return nil, unknownWord("time", start.Time, "")
		}
		set = append(set, "time.kind="+start.Time)
	}
	return set, nil
}

// ChooseModel is the override, "model.kind=edn" or "model.equations=my.model",
// that chooses a model that comes with burstsim by its name, or the file of
// another. The error names those there are.
func ChooseModel(word string) (set string, err error) {
	if slices.Contains(Choices("model.kind"), word) {
		return "model.kind=" + word, nil
	}
	if _, err := os.Stat(word); err == nil {
		return "model.equations=" + word, nil
	}
	return "", unknownWord("model", word, ", or the file of a model")
}

const discreteTime = "time.kind=discrete"

// WithModel is the experiment of an empty file with a model that comes with
// burstsim, by its name, or that of a file, and overrides; in discrete time if
// the model has no other form and nothing says which.
func WithModel(word string, set []string) (Config, error) {
	choice, err := ChooseModel(word)
	if err != nil {
		return Config{}, err
	}
	set = append([]string{choice}, set...)
	c, err := Parse(word, nil, Options{Set: set})
	said := slices.ContainsFunc(set, func(s string) bool { return strings.HasPrefix(strings.TrimSpace(s), "time.kind") })
	if err != nil && !said {
		if other, wrong := Parse(word, nil, Options{Set: append(set, discreteTime)}); wrong == nil {
			return other, nil
		}
	}
	return c, err
}

func unknownWord(what, word, others string) error {
	words := Choices(what + ".kind")
	if what == "time" {
		words = Times()
	}
	msg := fmt.Sprintf("unknown %s %s, expected %s%s", what, shorten(word), choices(words), others)
	if w := nearest(word, words); w != "" {
		msg += fmt.Sprintf("; did you mean %q?", w)
	}
	return errors.New(msg)
}

// experiment is what the template shows: what suits the task, as far as the
// model has the parameters, or else the defaults.
func (start Start) experiment() (Config, error) {
	set, err := start.settings()
	if err != nil {
		return Config{}, err
	}
	parse := func(set []string) (Config, error) { // a start may have keys of other kinds
		return Parse(start.Task, nil, Options{Set: set, Recorded: true})
	}
	var model []string
	if start.Model != "" {
		model = set[1:2]
	}
	plain, err := parse(model)
	if err != nil && start.Time == "" { // a model may have one kind of time only
		model = append(model, discreteTime)
		if other, wrong := parse(model); wrong == nil {
			plain, err, set = other, nil, append(set, discreteTime)
		}
	}
	if err != nil {
		return Config{}, err
	}
	suits := starts[start.Task]
	if start.Task == "cifar10" && plain.Model.Text.Dense() != "" {
		suits = imageStart
	}
	if plain.Model.Text.Noisy(nil, plain.Usage()) {
		suits = append(slices.Clone(suits), "integrator.method="+withNoise[0])
	}
	for _, d := range plain.Model.Text.Delays(nil, plain.Usage()) {
		if dt := Duration(readable(d.Seconds)); dt < plain.Time.Dt {
			suits = append(slices.Clone(suits), "time.dt="+dt.String())
		}
	}
	s := plain.schema()
	var kept []string
	for _, one := range suits {
		path, _, _ := strings.Cut(one, "=")
		if k, _, _ := s.lookup(path); k.params != nil && k.params[plain.Model.Text] == nil {
			continue
		}
		if _, err := parse(slices.Concat(kept, []string{one}, set)); err == nil {
			kept = append(kept, one)
		}
	}
	return parse(slices.Concat(kept, set))
}

// Template is the commented example that `burstsim init TASK` writes: every
// key that applies to the task, the model and the kind of time, with its
// meaning, the words it accepts and its default, or what suits the task better,
// and beside a continuous model the discrete one.
func Template(start Start) (string, error) {
	if text, err := spikingStarts.ReadFile("starts/" + start.Task + ".toml"); err == nil {
		if start.Model != "" || start.Time != "" {
			return "", fmt.Errorf("%s is an experiment of populations that spike, expected neither a model nor a kind of time", start.Task)
		}
		return string(text), nil
	}
	c, err := start.experiment()
	if err != nil {
		return "", err
	}
	c.fillDefaults()
	if c.Time.Kind != "discrete" && !c.Task.Images() { // there, a training of its own, not the limit of this one
		discrete := c
		discrete.Time.Kind = "discrete"
		discrete.Values = maps.Clone(c.Values)
		c.Compare = []Variant{{Name: "discrete", Config: discrete}}
	}

	var b bytes.Buffer
	fmt.Fprintf(&b, templateHead, start.Task)
	s := c.schema()
	for _, section := range s.root.sub {
		var keys bytes.Buffer
		if c.example(&keys, s, section, start); keys.Len() == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n\n")
		comment(&b, section.doc)
		fmt.Fprintf(&b, "[%s]\n%s", section.name, &keys)
	}
	if len(c.Compare) > 0 {
		b.WriteString(templateTail)
	}
	return b.String(), nil
}

const templateHead = `# An experiment of burstsim: %s.
#
#   burstsim run FILE                          run it
#   burstsim run FILE --set model.beta=2       with another value
#   burstsim validate FILE                     only check it
#
# A key may be left out: it then has its default, which is the value below
# unless its comment says otherwise. docs/experiment-file.md has the keys of
# other models too.
# Times carry their unit: "100ms", "1m30s". Weights and states have none.
`

const templateTail = `

# The same experiment again, from the same weights and with the same data, with
# any keys changed but those of [run]. Each [[compare]] is one more variant.
[[compare]]
name = "discrete"
time.kind = "discrete"
`
