package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Tasks are the values of task.kind.
func Tasks() []string { return Choices("task.kind") }

// Keys are the full names of all keys, in the order of the sections: what
// --set may name.
func Keys() []string {
	var paths []string
	for _, k := range fileSchema().keys {
		paths = append(paths, k.path)
	}
	return paths
}

// Choices are the words that a key accepts, nil if it is not a choice of words
// or does not exist.
func Choices(key string) []string {
	k, _, _ := fileSchema().lookup(key)
	switch {
	case k == nil:
		return nil
	case k.typ.Kind() == reflect.Bool:
		return []string{"true", "false"}
	}
	return slices.Clone(k.oneof)
}

// starts are the values with which a task is better begun than with the
// defaults: XOR as 2-4-1, with weights that learn at a rate of 1 a
// presentation, over 40,000 of them.
var starts = map[string][]string{
	"xor":           {"model.hidden=[4]", "time.tau_weight=1s", "time.learn=40000s"},
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
	Model string // one of Choices("model.kind"); "": the default
	Time  string // one of Choices("time.kind"); "": what suits the task
}

// Template is the commented example that `burstsim init TASK` writes: every
// key that applies to the task, the model and the kind of time, with its
// meaning, the words it accepts and its default, or what suits the task better,
// and beside a continuous model the discrete one. The error names a word that
// is unknown.
func Template(start Start) (string, error) {
	set := starts[start.Task]
	if start.Task == "cifar10" && start.Model == "edn" {
		set = imageStart // its interneurons have no maps
	}
	for _, choice := range [][2]string{{"task", start.Task}, {"model", start.Model}, {"time", start.Time}} {
		name, word := choice[0], choice[1]
		if word == "" && name != "task" {
			continue
		}
		words := Choices(name + ".kind")
		if !slices.Contains(words, word) {
			msg := fmt.Sprintf("unknown %s %s, expected %s", name, shorten(word), choices(words))
			if w := nearest(word, words); w != "" {
				msg += fmt.Sprintf("; did you mean %q?", w)
			}
			return "", errors.New(msg)
		}
		set = append(set[:len(set):len(set)], name+".kind="+word)
	}
	c, err := Parse(start.Task, nil, Options{Set: set, Recorded: true}) // a start may have keys of other kinds
	if err != nil {
		return "", err
	}
	if c.Time.Kind != "discrete" {
		discrete := c
		discrete.Time.Kind = "discrete"
		c.Compare = []Variant{{Name: "discrete", Config: discrete}}
	}
	if c.Task.Images() {
		c.Compare = nil // a training of its own, not the limit of this one
	}

	var b bytes.Buffer
	fmt.Fprintf(&b, templateHead, start.Task)
	s := fileSchema()
	for _, section := range s.root.sub {
		var keys bytes.Buffer
		if c.example(&keys, s, section); keys.Len() == 0 {
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

// example writes the keys of a section with their comments. Keys that would have
// an effect if others had another value are commented out.
func (c *Config) example(b *bytes.Buffer, s *schema, section *key) {
	for _, k := range section.sub {
		serves := s.serves(k, c)
		left, possible := k.possible(s, c)
		if !serves && !possible {
			continue
		}
		b.WriteByte('\n')
		comment(b, k.doc)
		if len(k.oneof) > 1 {
			one := "One of: "
			if k.isList() {
				one = "Any of: "
			}
			comment(b, one+strings.Join(k.oneof, ", "))
		}
		if serves {
			c.exampleValue(b, k)
			continue
		}
		comment(b, "Only with "+left.String()+".")
		text, fallback := k.example, initial()
		switch v := k.of(&fallback); {
		case v.CanFloat() && k.hasDefault:
			text = k.def
		case k.hasDefault:
			text = k.render(v)
		}
		fmt.Fprintf(b, "#%s = %s\n", k.name, text)
	}
}

// possible says what a key needs beside the kinds of the experiment or one of
// its variants, if they leave it an effect.
func (k *key) possible(s *schema, c *Config) (left condition, ok bool) {
	if k.suits(s, c) {
		if left, ok = k.when.within(s, c); ok {
			return left, ok
		}
	}
	for i := range c.Compare {
		if left, ok = k.possible(s, &c.Compare[i].Config); ok {
			return left, ok
		}
	}
	return nil, false
}

// exampleValue writes the key with its value, commented out if that is derived.
func (c *Config) exampleValue(b *bytes.Buffer, k *key) {
	v, fallback := k.of(c), initial()
	switch {
	case !k.hasDefault && (v.IsZero() || k.format == "name"): // names follow from the file
		fmt.Fprintf(b, "#%s = %s\n", k.name, k.example)
		return
	case !k.hasDefault:
	case !reflect.DeepEqual(v.Interface(), k.of(&fallback).Interface()):
		comment(b, "Default: "+k.render(k.of(&fallback)))
	case v.CanFloat():
		fmt.Fprintf(b, "%s = %s\n", k.name, k.def) // 1e-6, not 1e-06
		return
	}
	line := k.name + " = " + k.render(v)
	if k.isList() && len(line) > columns {
		line = k.name + " = [\n"
		for i := range v.Len() {
			line += "  " + k.render(v.Index(i)) + ",\n"
		}
		line += "]"
	}
	b.WriteString(line + "\n")
}

// columns is the width of the template.
const columns = 80

// comment writes text as comment lines of at most that width.
func comment(b *bytes.Buffer, text string) {
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > columns {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
