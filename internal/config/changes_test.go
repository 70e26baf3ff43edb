package config

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A file of nothing but the changes is the same experiment, and each of them
// is needed.
func TestChangesAreTheExperiment(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		c, err := Load(file, Options{})
		if err != nil {
			t.Fatal(err)
		}
		beside := c.In(filepath.Dir(file)) // paths as the file has them
		changes := beside.Changes()
		again, err := Parse(file, []byte(shortFile(beside, changes)), Options{})
		if err != nil {
			t.Errorf("%s: %v in\n%s", file, err, shortFile(beside, changes))
			continue
		}
		if !reflect.DeepEqual(withoutText(again), withoutText(c)) {
			t.Errorf("%s: changed\n%+v\nto\n%+v\nthrough\n%s", file, c, again, shortFile(beside, changes))
		}
		for i, change := range changes {
			without := append(append([]Setting(nil), changes[:i]...), changes[i+1:]...)
			other, err := Parse(file, []byte(shortFile(beside, without)), Options{})
			if err == nil && reflect.DeepEqual(withoutText(other), withoutText(c)) {
				t.Errorf("%s: %s = %s changes nothing", file, change.Key, change.Text)
			}
		}
	}
}

// withoutText leaves out where the equations of c, which Equations has, stand.
func withoutText(c Config) Config {
	c.Model.Text = nil
	c.Compare = slices.Clone(c.Compare)
	for i := range c.Compare {
		c.Compare[i].Config.Model.Text = nil
	}
	return c
}

// shortFile names the run, changes keys and has the variants of c.
func shortFile(c Config, changes []Setting) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run.name = %q\nrun.label = %q\n", c.Run.Name, c.Run.Label)
	for _, s := range changes {
		fmt.Fprintf(&b, "%s = %s\n", s.Key, s.Text)
	}
	for i, v := range c.Compare {
		fmt.Fprintf(&b, "[[compare]]\nname = %q\n", v.Name)
		for _, s := range c.ChangesOf(i) {
			fmt.Fprintf(&b, "%s = %s\n", s.Key, s.Text)
		}
	}
	return b.String()
}

func TestChanges(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"nothing", "", ""},
		{"the default given", "model.y_scale = 1.0\ntime.learn = '1000s'", ""},
		{"a number", "model.y_scale = 2", "model.y_scale=2<1"},
		{"a time", "time.dt = '2500us'", `time.dt="2500us"<"10ms"`},
		{"the default of the model", "model.beta = 4", ""},
		{"what follows otherwise", "model.weight_gain = 1", "model.weight_gain=1<"},
		{"a list without default", "limit.ratios = [0.1]", "limit.ratios=[0.1]<[]"},
		{"what another kind has", "[[compare]]\nname = 'a'\nmodel.kind = 'edn'\nmodel.lambda_hidden = 0.2", ""},
		{"a stack instead of hidden layers", "task.kind = 'mnist'\ntime.kind = 'discrete'\nmodel.layer = [{ kind = 'dense', units = 3 }]",
			`task.kind="mnist"<"regression" model.layer=[{ kind = "dense", units = 3 }]<[] time.kind="discrete"<"continuous"`},
	}
	for _, test := range tests {
		c, err := Parse("test.toml", []byte(test.file), Options{})
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		var got []string
		for _, s := range c.Changes() {
			got = append(got, s.Key+"="+s.Text+"<"+s.Instead)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestSettingIsJSON(t *testing.T) {
	file := `
[task]
kind = "mnist"
[model]
layer = [{ kind = "conv", channels = 4, kernel = 5 }]
[time]
dt = "2500us"
[record]
windows = [{ start = "1s", length = "2s" }]
`
	c, err := Parse("test.toml", []byte(file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"time.dt":         `"2500us"`,
		"task.batch":      `32`,
		"model.y_plastic": `false`,
		"model.layer":     `[{"channels":4,"kernel":5,"kind":"conv","padding":0,"stride":1}]`,
		"record.windows":  `[{"length":"2s","start":"1s"}]`,
	} {
		s, ok := c.Setting(path)
		got, err := json.Marshal(s.Value)
		if !ok || err != nil || string(got) != want {
			t.Errorf("%s: %s (%v, %v), want %s", path, got, ok, err, want)
		}
	}
	for _, path := range []string{"model.bta", "model", "task.inputs", "limit.ratios"} {
		if s, ok := c.Setting(path); ok {
			t.Errorf("%s has value %s, want none", path, s.Text)
		}
	}
	if s, ok := c.Setting("model.weight_gain"); !ok || s.Text != "" {
		t.Errorf("model.weight_gain: %+v, %v, want an empty text", s, ok)
	}
}
