package config

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestTemplate(t *testing.T) {
	for _, task := range Tasks() {
		t.Run(task, func(t *testing.T) {
			text, err := Template(task)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Parse("x.toml", []byte(text), Options{StabilityLimit: limits})
			if err != nil {
				t.Fatal(err)
			}
			if c.Task.Kind != task || len(c.Compare) != 1 {
				t.Errorf("task %q with %d variants", c.Task.Kind, len(c.Compare))
			}
			checkRoundTrip(t, c)

			// What it says are the defaults are the defaults.
			c.Compare, c.Task.Kind = nil, "regression"
			if want, _ := Parse("x.toml", nil, Options{}); !reflect.DeepEqual(c, want) {
				t.Errorf("got %+v\nwant %+v", c, want)
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
			full, err := Parse("x.toml", []byte(strings.Join(lines, "\n")), Options{})
			if err != nil {
				t.Fatalf("with its examples: %v", err)
			}
			if len(full.Record.Windows) == 0 || full.Learning.Rate == 0 {
				t.Errorf("the examples set nothing: %+v", full)
			}
		})
	}
}

// TestTemplateIsComplete checks that no key that applies is left out.
func TestTemplateIsComplete(t *testing.T) {
	text, err := Template("regression")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range Keys() {
		section, name, _ := strings.Cut(path, ".")
		_, body, _ := strings.Cut(text, "\n["+section+"]\n")
		body, _, _ = strings.Cut(body, "\n[")
		if !strings.Contains(body, "\n"+name+" = ") && !strings.Contains(body, "\n#"+name+" = ") {
			t.Errorf("%s is not in its section", path)
		}
	}
}

func TestTemplateOfUnknownTask(t *testing.T) {
	_, err := Template("regresion")
	if err == nil || !strings.Contains(err.Error(), `"regresion", expected`) || !strings.Contains(err.Error(), "regression") {
		t.Errorf("got %v", err)
	}
}

func TestChoices(t *testing.T) {
	for key, want := range map[string][]string{
		"time.kind":       {"continuous", "discrete"},
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
