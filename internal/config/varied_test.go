package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"burstsim/sim/model"
)

const variousModel = `model various
parameters:
    theta  = uniform(0, 0.5) per unit in [0, 1]  "threshold"
    wiring = file                                "who sees whom"
    slope  = one of one, two                     "which"
time constants:
    tau = normal(20 ms, 2 ms) per unit in (0, inf)
    tau_w = 10 s in (0, inf) rate lr
layer:
    projection W from below, mask wiring
    tau dz/dt = -z + W e[below] - theta
    e = sigmoid(z)  if slope = one
    e = relu(z)  otherwise
    tau_w dW/dt = e e[below]'
    W(0) = normal(0.1)
output:
    answer = e
`

// various is a file with that model in a folder of its own.
func various(t *testing.T, lines string, opt Options) (Config, error) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "various.model"), []byte(variousModel), 0o666); err != nil {
		t.Fatal(err)
	}
	opt.Array = func(path string) (*model.Array, string, error) {
		if base := filepath.Base(path); base != "w.csv" || !strings.HasPrefix(path, folder) && !filepath.IsLocal(path) {
			return nil, "", fmt.Errorf("%s cannot be read", base)
		}
		return &model.Array{File: path, Shape: []int{2, 1}, Numbers: []float64{0.25, 0.75}}, strings.Repeat("0", 64), nil
	}
	data := "model.equations = 'various.model'\nmodel.hidden = [4]\n" + lines
	return Parse(filepath.Join(folder, "x.toml"), []byte(data), opt)
}

// TestVariedValues reads values that differ, and what was written of them.
func TestVariedValues(t *testing.T) {
	c, err := various(t, `model.wiring = "w.csv"
model.theta = [0.1, { file = "w.csv" }]
time.tau = { lognormal = ["30ms", 0.2] }
[[compare]]
name = "other"
time.tau = ["10ms", { uniform = ["10ms", "20ms"] }]
time.tau_w = ["1s", "2s"]
[[compare]]
name = "third"
model.theta = 0.5
`, Options{Set: []string{`time.dt="1ms"`}})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Parameters()
	if theta := got["theta"].(model.Layers); theta[0] != 0.1 || theta[1].(*model.Array).Numbers[1] != 0.75 {
		t.Errorf("theta is %v", theta)
	}
	if want := (model.Drawn{Dist: "lognormal", A: 0.03, B: 0.2}); got["tau"] != want {
		t.Errorf("tau is %v, want %v", got["tau"], want)
	}
	if a := got["wiring"].(*model.Array); len(a.Numbers) != 2 {
		t.Errorf("wiring is %v", a)
	}
	other := c.Compare[0].Config.Parameters()
	if want := (model.Layers{0.01, model.Drawn{Dist: "uniform", A: 0.01, B: 0.02}}); !reflect.DeepEqual(other["tau"], want) {
		t.Errorf("tau of the variant is %v, want %v", other["tau"], want)
	}
	if !reflect.DeepEqual(other["tau_w"], model.Layers{1.0, 2.0}) || c.Compare[1].Config.Parameters()["theta"] != 0.5 {
		t.Errorf("variants have %v and %v", other, c.Compare[1].Config.Parameters())
	}

	var b bytes.Buffer
	if err := c.In(".").WriteTOML(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"tau = { lognormal = [\"30ms\", 0.2] }", `time.tau = ["10ms", { uniform = ["10ms", "20ms"] }]`, `w.csv@sha256:000000`, `time.tau_w = ["1s", "2s"]`} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("%q is not written:\n%s", line, &b)
		}
	}
	again, err := various(t, "", Options{Set: []string{`model.wiring=w.csv`, `model.theta=[0.1, {file="w.csv"}]`, `time.tau={lognormal=["30ms", 0.2]}`, "time.dt=1ms"}})
	if err != nil {
		t.Fatal(err)
	}
	if got["tau"] != again.Parameters()["tau"] {
		t.Errorf("--set gives %v", again.Parameters()["tau"])
	}
}

func TestVariedErrors(t *testing.T) {
	const wiring = "model.wiring = 'w.csv'\n"
	for _, c := range []struct{ lines, says string }{
		{"", "x.toml:1: model.wiring: is missing, expected a file of numbers (.npy or .csv)"},
		{"model.wiring = 'no.csv'", "x.toml:3: model.wiring: no.csv cannot be read"},
		{"model.wiring = 3", "x.toml:3: model.wiring: is the integer 3, expected a file of numbers"},
		{"model.wiring = { file = 'w.csv' }", "model.wiring: is a table, expected a file"},
		{"model.wiring = 'w.csv@sha256:" + strings.Repeat("1", 64) + "'", "it is another file than the one this was written for"},
		{wiring + "time.tau = []", "x.toml:4: time.tau: is an empty list, expected a value for each layer"},
		{wiring + "time.tau = ['1ms']", "time.tau: is [0.001 s], expected 2 values, one for each layer above the input"},
		{wiring + "time.tau = ['1ms', '0s']", `x.toml:4: time.tau[1]: is the text "0s", expected a time`},
		{wiring + "time.tau = ['1ms', ['1ms']]", "time.tau[1]: is a list in a list"},
		{wiring + "time.tau = { nromal = ['1ms', '1ms'] }", `did you mean "normal"?`},
		{wiring + "time.tau = { normal = ['1ms'] }", "x.toml:4: time.tau.normal: is a list, expected two numbers: mean and standard deviation"},
		{wiring + "time.tau = { normal = [1, '1ms'] }", "time.tau.normal[0]: is the integer 1, expected a time with its unit"},
		{wiring + "time.tau = { normal = ['0s', '1ms'] }", "time.tau: has the mean 0 s, expected a time of more than 0 s"},
		{wiring + "time.tau = { normal = ['1ms', '0s'] }", "time.tau: has the standard deviation 0, expected more than 0"},
		{wiring + "time.tau = { uniform = ['2ms', '1ms'] }", "time.tau: is uniform from 0.002 s to 0.001 s, expected the smaller first"},
		{wiring + "model.theta = { uniform = [0, 2] }", "model.theta: has the upper end 2, expected a number of at least 0 and at most 1"},
		{wiring + "model.theta = { file = 3 }", "model.theta.file: is the integer 3, expected a file of numbers"},
		{wiring + "time.tau_w = { normal = ['1s', '10ms'] }\ntime.kind = 'discrete'", "learning.lr: has no value"},
	} {
		_, err := various(t, c.lines, Options{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: the error is\n%v\nwant %q", c.lines, err, c.says)
		}
		if err != nil && strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%q: more than one error:\n%v", c.lines, err)
		}
	}
}
