package sim

import (
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// A search for a fixed point says that there is none, or that it was not found.
func TestFixedPointReports(t *testing.T) {
	const begin = "model restless\ntime constants:\n  tau = 50 ms in (0, inf)\n  tau_weight = 1 s in (0, inf)\ninput:\n  e = stimulus\noutput:\n  answer = e\n"
	const learn = "  e = sigmoid(z)\n  tau_weight dW/dt = e e[below]'\n  W(0) = normal(1)\n"
	for _, c := range []struct{ name, equations, want string }{
		{"swings for ever", "layer:\n  projection W from below\n  tau dz/dt = -z + W e[below] - back\n  back = 0 if discrete\n  back = 4 tanh(z) otherwise\n" + learn, "do not come to rest in 10000 sweeps"},
		{"comes to rest", "layer:\n  projection W from below\n  tau dz/dt = -z + W e[below] - back\n  back = 0 if discrete\n  back = 0.4 tanh(z) otherwise\n" + learn, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := model.Parse("", begin+c.equations)
			if err != nil {
				t.Fatal(err)
			}
			net, err := program.New(text, program.Setting{Sizes: []int{2, 1}, Rows: 1, Usage: model.Usage{Discrete: true, Presentation: 1}})
			if err != nil {
				t.Fatal(err)
			}
			w := draw[float64](t, net)
			d := inDiscreteTime(t, w, Learning{FixedPoint: true})
			copy(d.Moved().Input(), []float64{0.3, -0.8})
			loss, err := d.Present(false)
			if c.want == "" {
				z := d.machine.State()[0]
				drive := w.Of("W1")[0]*0.3 - w.Of("W1")[1]*0.8 - 0.4*math.Tanh(z)
				if err != nil || math.Abs(z-drive) > 1e-13 {
					t.Errorf("error %v; z = %v, its drive %v", err, z, drive)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !math.IsNaN(loss) {
				t.Errorf("loss %v, error %v, want one that says they %s", loss, err, c.want)
			}
			p := discrete(t, w, []Stream{&fixture.Constant{In: []float64{0.3, -0.8}, Out: []float64{0.5}}}, Learning{FixedPoint: true}, time.Second)
			p.SetTeaching(true, true)
			if _, err := p.Advance(0, 3*time.Second); err == nil || !strings.Contains(err.Error(), "t = 0 s") {
				t.Errorf("a stream of presentations ends with %v, want an error that says when", err)
			}
		})
	}
}

// TestOneSweepOfEDN checks that the published discrete EDN, which passes on
// what somata do without their apical dendrites, differs from its fixed point
// by O(lambda^2).
func TestOneSweepOfEDN(t *testing.T) {
	var x, y []float64
	for _, lambda := range []float64{0.2, 0.1, 0.05, 0.025} {
		gradients := func(fixed bool) []float64 {
			w := build[float64](t, "edn", program.Setting{Sizes: []int{3, 10, 8, 2},
				Values: model.Values{"lambda_hidden": lambda, "lambda_interneuron": lambda, "lambda_output": lambda}})
			d := inDiscreteTime(t, w, Learning{FixedPoint: fixed})
			copy(d.Moved().Input(), []float64{0.3, -0.8, 0.5})
			copy(d.Moved().Target(), []float64{0.9, 0.2})
			present(t, d, true)
			d.Gradients()
			var out []float64
			for _, name := range []string{"W1", "W2", "W3"} {
				out = append(out, d.Gradient(name).GradW...)
			}
			return out
		}
		x, y = append(x, math.Log(lambda)), append(y, math.Log(fixture.Distance(gradients(false), gradients(true))))
	}
	if _, order := stat.LinearRegression(x, y, nil, false); !(order >= 1.8) {
		t.Errorf("the difference falls as lambda^%.2f, want at least 2; %v", order, y)
	}
}
