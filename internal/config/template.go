package config

import (
	"bytes"
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

// Template is the commented example that `burstsim init TASK` writes: every
// key that applies to the task with its meaning, the words it accepts and its
// default, and the discrete model beside the continuous one.
func Template(task string) (string, error) {
	tasks := Tasks()
	c := defaults()
	c.Task.Kind = task
	if !slices.Contains(tasks, task) {
		msg := fmt.Sprintf("unknown task %s, expected %s", shorten(task), choices(tasks))
		if w := nearest(task, tasks); w != "" && len(tasks) > 1 {
			msg += fmt.Sprintf("; did you mean %q?", w)
		}
		return "", fmt.Errorf("%s", msg)
	}
	discrete := c
	discrete.Time.Kind = "discrete"
	c.Compare = []Variant{{Name: "discrete", Config: discrete}}

	var b bytes.Buffer
	fmt.Fprintf(&b, templateHead, task)
	s := fileSchema()
	for _, section := range s.root.sub {
		fmt.Fprintf(&b, "\n\n")
		comment(&b, section.doc)
		fmt.Fprintf(&b, "[%s]\n", section.name)
		c.example(&b, s, section)
	}
	b.WriteString(templateTail)
	return b.String(), nil
}

const templateHead = `# An experiment of burstsim: %s.
#
#   burstsim run FILE                          run it
#   burstsim run FILE --set model.beta=2       with another value
#   burstsim validate FILE                     only check it
#
# All values below are the defaults: a key may be left out.
# Times carry their unit: "100ms", "1m30s". Weights and states have none.
`

const templateTail = `

# The same experiment again, from the same weights and with the same data, with
# any keys changed but those of [run]. Each [[compare]] is one more variant.
[[compare]]
name = "discrete"
time.kind = "discrete"
`

// example writes the keys of a section with their comments.
func (c *Config) example(b *bytes.Buffer, s *schema, section *key) {
	for _, k := range section.sub {
		if !s.serves(k, c) {
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
		switch v := k.of(c); {
		case !k.hasDefault:
			fmt.Fprintf(b, "#%s = %s\n", k.name, k.example)
		case v.CanFloat():
			fmt.Fprintf(b, "%s = %s\n", k.name, k.def) // 1e-6, not 1e-06
		default:
			fmt.Fprintf(b, "%s = %s\n", k.name, k.render(v))
		}
	}
}

// comment writes text as comment lines of at most 80 columns.
func comment(b *bytes.Buffer, text string) {
	const width = 80
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
