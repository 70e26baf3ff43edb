package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const withPaths = `
task.kind = "idx"
task.files = ["a", "sub/b", "../c", "/d"]
model.weights = "w"
[[compare]]
name = "v"
model.weights = "x@sha256:` + "0123456789012345678901234567890123456789012345678901234567890123" + `"
[[compare]]
name = "data"
task.kind = "mnist"
task.data = "images"
[[compare]]
name = "words"
task.kind = "mnist"
model.weights = "random"
`

// TestPathsBeginAtTheFile checks that what a file names is looked for beside
// it, what the command line names where the command is given, and that a copy
// for another folder names the same files.
func TestPathsBeginAtTheFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll("exp/deep", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("exp/e.toml", []byte(withPaths), 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := Load("exp/e.toml", Options{Set: []string{"task.train_images=5", "task.batch=5"}})
	if err != nil {
		t.Fatal(err)
	}
	named := func(c Config) []string {
		v, data := c.Compare[0].Config, c.Compare[1].Config
		w, _ := c.Model.WeightsFile()
		x, _ := v.Model.WeightsFile()
		return append(append([]string{w, x}, c.Task.Files...), data.Task.Data, c.Compare[2].Config.Model.Weights, c.Task.Data)
	}
	want := []string{"exp/w", "exp/x", "exp/a", "exp/sub/b", "c", "/d", "exp/images", "random", "auto"}
	if got := named(c); !reflect.DeepEqual(got, want) {
		t.Errorf("named %q, want %q", got, want)
	}
	for _, folder := range []string{"runs/r", "exp/deep", filepath.Join(dir, "elsewhere")} {
		var b bytes.Buffer
		if err := c.In(folder).WriteTOML(&b); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(filepath.Join(folder, "config.toml"), b.Bytes(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := named(again)
		for i, path := range got { // in an absolute folder all are
			got[i] = strings.TrimPrefix(path, dir+"/")
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("written for %s they are %q, want %q, in\n%s", folder, got, want, &b)
		}
	}
	set, err := Load("exp/e.toml", Options{Set: []string{"model.weights=here", "task.files=['1', '2', '3', '4']"}})
	if err != nil || set.Model.Weights != "here" || set.Task.Files[0] != "1" {
		t.Errorf("from the command line: %q, %q (%v)", set.Model.Weights, set.Task.Files, err)
	}
}

// TestMissingInputs: each file that is not there has its line and key.
func TestMissingInputs(t *testing.T) {
	look := func(path string, folder bool) error {
		if path == "dir/a" || path == "dir/images" && folder {
			return nil
		}
		return errors.New(path + " is missing")
	}
	_, err := Parse("dir/e.toml", []byte("[task]\nkind = 'idx'\nfiles = [\n'a',\n'b',\n'a', 'c']\n[[compare]]\nname = 'v'\ntask.kind = 'mnist'\ntask.data = 'images'\n"+
		"[[compare]]\nname = 'w'\ntask.kind = 'mnist'\ntask.data = 'none'\n"), Options{Input: look})
	want := "dir/e.toml:5: task.files[1]: dir/b is missing\ndir/e.toml:6: task.files[3]: dir/c is missing\ndir/e.toml:14: compare[1].task.data: dir/none is missing"
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
}

// TestAllErrorsAtOnce: whatever can be told of a file is said, in its order, a
// line each, and nothing is concluded from a value that is wrong.
func TestAllErrorsAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		set  []string
		want []string
	}{
		"of all sorts": {"[task]\nkind = 'xor'\ntarget_low = 0.995\ninputs = 3\n[model]\nkind = 'burstccn'\ny_plastic = false\nbetta = 3\nweight_gain = 0\n[integrator]\nmethod = 'euler'\n[time]\ndt = '300ms'\n",
			[]string{"run.seed=x"}, []string{
				"x.toml:3: task.target_low: is 0.995", "x.toml:4: task.inputs: has no effect here", `x.toml:8: model.betta: unknown key, did you mean "beta"?`,
				"x.toml:9: model.weight_gain: is the integer 0", "x.toml:13: time.dt: 300ms is not below", "--set: run.seed: \"x\" is not"}},
		"a wrong time constant": {"[time]\ntau_soma = '1'\ndt = '300ms'", nil, []string{"x.toml:2: time.tau_soma: is the text"}},
		"a wrong kind":          {"[learning]\nlr = 3\n[time]\nkind = 'discreet'\n[plots]\nfigures = ['training']", nil, []string{"x.toml:4: time.kind: is"}},
		"an unknown kind":       {"[time]\nkin = 'discrete'\n[learning]\nlr = 3", nil, []string{"x.toml:2: time.kin: unknown key"}},
		"inherited": {"time.dt = '1s'\n[[compare]]\nname = 'a'\n[[compare]]\nname = 'b'\nmodel.kind = 'edn'\nmodel.beta = 3", nil, []string{
			"x.toml:1: time.dt: 1s is not below", "x.toml:7: compare[1].model.beta: has no effect"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("x.toml", []byte(tt.file), Options{Set: tt.set, StabilityLimit: limits})
			if err == nil {
				t.Fatal("no error")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("%d errors, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("line %d is %q, want %q", i, lines[i], want)
				}
			}
		})
	}
}

// TestRecordedPassesOver: what an earlier version wrote into a run folder can be
// read, keys without effect included; other faults are faults there too.
func TestRecordedPassesOver(t *testing.T) {
	const old = "[time]\nkind = 'discrete'\ndt = '3s'\n[integrator]\nrtol = 1e-3\n[plots]\nfigures = ['limit']\n"
	if _, err := Parse("x.toml", []byte(old), Options{}); err == nil {
		t.Error("a new file may have keys without effect")
	}
	if c, err := Parse("x.toml", []byte(old), Options{Recorded: true}); err != nil || c.Plots.Figures[0] != "limit" {
		t.Errorf("%v, %+v", err, c.Plots)
	}
	_, err := Parse("x.toml", []byte(old+"unis = 3"), Options{Recorded: true})
	checkError(t, err, "x.toml", 8, "plots.unis", "unknown key")
}

// TestManyErrors: those that come first are said, and how many there are.
func TestManyErrors(t *testing.T) {
	file := "[model]\nhidden = [" + strings.Repeat("0, ", 1000) + "]"
	_, err := Parse("x.toml", []byte(file), Options{})
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != maxErrors+1 || lines[maxErrors] != "x.toml: and 970 more errors" || !strings.Contains(lines[29], "hidden[29]") {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}
