package config

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTemplate(t *testing.T) {
	for _, task := range Tasks() {
		t.Run(task, func(t *testing.T) {
			text, err := Template(Start{Task: task})
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse("x.toml", []byte(text), Options{StabilityLimit: limits})
			if err != nil {
				t.Fatal(err)
			}
			variants := 1
			if c.Task.Images() {
				variants = 0
			}
			if c.Task.Kind != task || len(c.Compare) != variants {
				t.Errorf("task %q with %d variants", c.Task.Kind, len(c.Compare))
			}
			checkRoundTrip(t, c)

			// What it says are the defaults are the defaults, and the only other
			// values are those that suit the task better.
			c.Compare = nil
			want, err := Parse("x.toml", nil, Options{Set: append([]string{"task.kind=" + task}, starts[task]...)})
			if err != nil || !reflect.DeepEqual(c, want) {
				t.Errorf("got %+v\nwant %+v (%v)", c, want, err)
			}
			for _, k := range c.schema().keys {
				if !k.of(&c).IsValid() {
					continue
				}
				fallback := k.fallback(&c)
				at := regexp.MustCompile(`(?m)^(# Default: (.*)\n)?` + k.name + " = " + regexp.QuoteMeta(k.render(k.of(&c))) + "$")
				said := slices.ContainsFunc(at.FindAllStringSubmatch(text, -1), func(m []string) bool {
					return fallback.IsValid() && m[2] == k.render(fallback)
				})
				if differs := fallback.IsValid() && (k.hasDefault || k.params != nil) && differ(k.of(&c), fallback); said != differs {
					t.Errorf("%s: says its default: %v, differs from it: %v", k.path, said, differs)
				}
			}

			// The examples that are commented out work when they are not.
			var lines []string
			for line := range strings.SplitSeq(text, "\n") {
				if len(line) > 80 {
					t.Errorf("longer than 80 columns: %q", line)
				}
				if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# ") {
					line = strings.TrimPrefix(line, "#")
				}
				lines = append(lines, line)
			}
			full := strings.Join(lines, "\n")
			full = regexp.MustCompile(`(?m)^chosen_units.*$`).ReplaceAllString(full, "") // instead of units
			full = regexp.MustCompile(`(?m)^equations.*$`).ReplaceAllString(full, "")    // instead of kind
			_, err = Parse("x.toml", []byte(full), Options{})
			var all Errors
			errors.As(err, &all)
			for _, e := range all { // "Only with ...", as the comment above says
				if !strings.Contains(e.Msg, "has no effect here, only with ") {
					t.Errorf("with its examples: %v", e)
				}
			}
		})
	}
}

// TestXORTemplate checks that the discrete model learns at the rate, and for
// the number of presentations, with which XOR is known to be solved.
func TestXORTemplate(t *testing.T) {
	text, err := Template(Start{Task: "xor"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse("xor.toml", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	period := c.Period().Seconds()
	if lr := period / c.Parameter("time.tau_weight").(float64); lr != 1 {
		t.Errorf("learning rate %v, want 1", lr)
	}
	if n := c.Time.Learn.Seconds() / period; n != 40000 {
		t.Errorf("%v presentations, want 40000", n)
	}
}

// possibleWith says whether a key can have an effect with these kinds.
func possibleWith(t *testing.T, k *key, kinds ...string) bool {
	t.Helper()
	c, err := Parse("x", nil, Options{Set: append(kinds, "task.files=['a', 'b', 'c', 'd']", "task.input_file=a.npz"), Recorded: true})
	if err != nil {
		t.Fatal(err)
	}
	s := c.schema()
	_, ok := k.possible(s, &c)
	return ok || k.applies(s, &c)
}

// TestTemplateOfKinds reads a template for every combination of kinds: it has
// these kinds, and is valid.
func TestTemplateOfKinds(t *testing.T) {
	for _, task := range Tasks() {
		for _, model := range Choices("model.kind") {
			for _, time := range Times() {
				text, err := Template(Start{Task: task, Model: model, Time: time})
				if err != nil {
					t.Fatal(err)
				}
				c, err := Parse("x.toml", []byte(text), Options{StabilityLimit: limits})
				if err != nil {
					t.Errorf("%s, %s, %s: %v", task, model, time, err)
					continue
				}
				if c.Task.Kind != task || c.Model.Kind != model || c.Time.Kind != time {
					t.Errorf("%s, %s, %s: has %s, %s, %s", task, model, time, c.Task.Kind, c.Model.Kind, c.Time.Kind)
				}
			}
		}
	}
}

// TestTemplateIsComplete checks that every key is in the template of each task
// it belongs to, unless it belongs to another model than the default one.
func TestTemplateIsComplete(t *testing.T) {
	for _, task := range Tasks() {
		text, err := Template(Start{Task: task})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range builtinSchema().keys {
			section, name, _ := strings.Cut(k.path, ".")
			_, body, _ := strings.Cut(text, "\n["+section+"]\n")
			body, _, _ = strings.Cut(body, "\n[")
			shown := strings.Contains(body, "\n"+name+" = ") || strings.Contains(body, "\n#"+name+" = ")
			kinds := []string{"task.kind=" + task, "time.kind=discrete"}
			want := possibleWith(t, k, kinds...)
			if !(Task{Kind: task}).Images() { // in continuous time, and beside it in discrete time
				want = want || possibleWith(t, k, kinds[0])
			}
			if shown != want {
				t.Errorf("%s: %s is shown: %v, want %v", task, k.path, shown, want)
			}
		}
	}
}

func TestTemplateOfUnknownTask(t *testing.T) {
	_, err := Template(Start{Task: "regresion"})
	if err == nil || !strings.Contains(err.Error(), `"regresion", expected`) || !strings.Contains(err.Error(), "regression") {
		t.Errorf("got %v", err)
	}
}

func TestChoices(t *testing.T) {
	for key, want := range map[string][]string{
		"time.kind":       {"continuous", "discrete", "spiking"},
		"model.y_plastic": {"true", "false"},
		"plots.formats":   {"png", "svg", "pdf"},
		"model.beta":      nil,
		"model":           nil,
		"no.such":         nil,
		"":                nil,
	} {
		if got := Choices(key); !slices.Equal(got, want) {
			t.Errorf("choices of %q are %q, want %q", key, got, want)
		}
	}
}
