package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const noisy = `model noisy
parameters:
    sigma = 0.1 in [0, inf)
time constants:
    tau = 20 ms in (0, inf)
output:
    tau dz/dt = -z + sigma sqrt(2 tau) xi
    answer = z
`

// TestNoiseChoosesTheStepper: those that have no noise are refused, and the
// template has one that does.
func TestNoiseChoosesTheStepper(t *testing.T) {
	head := "model.equations = '''\n" + noisy + "'''\nmodel.hidden = []\ntime.dt = '1ms'\n"
	const refused = `integrator.method: is "rk4", expected heun, euler or exponential with the model noisy, whose states have noise (xi)`
	for _, c := range []struct{ more, want string }{
		{"", "x.toml:1: " + refused},
		{"integrator.method = 'rk4'", "x.toml:13: " + refused},
		{"integrator.method = 'dopri5'", `x.toml:13: integrator.method: is "dopri5"`},
		{"integrator.method = 'heun'", ""},
		{"integrator.method = 'euler'", ""},
		{"integrator.method = 'exponential'", ""},
		{"model.sigma = 0", ""},
		{"time.kind = 'discrete'", ""},
		{"model.sigma = 0\n[[compare]]\nname = 'n'\nmodel.sigma = 1", "x.toml:1: compare[0]." + refused},
		{"integrator.method = 'heun'\nlimit.ratios = [0.1]", "x.toml:14: limit.ratios: is given, expected none with the model noisy"},
		{"integrator.method = 'heun'\nrecord.time_gradient = true", "x.toml:14: record.time_gradient: is true, expected false with the model noisy"},
	} {
		file := head + c.more
		if c.more == "time.kind = 'discrete'" {
			file = strings.Replace(file, "time.dt = '1ms'\n", "", 1)
		}
		_, err := Parse("x.toml", []byte(file), Options{StabilityLimit: limits})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.more, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.more, err, c.want)
		}
	}
	model := filepath.Join(t.TempDir(), "noisy.model")
	if err := os.WriteFile(model, []byte(noisy), 0o666); err != nil {
		t.Fatal(err)
	}
	text, err := Template(Start{Task: "regression", Model: model, Folder: filepath.Dir(model)})
	if err != nil || !strings.Contains(text, "# Default: \"rk4\"\nmethod = \"heun\"\n") {
		t.Errorf("no stepper with noise in the template (%v):\n%s", err, text)
	}
}
