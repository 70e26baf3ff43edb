package sim

import (
	"math"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/xor"
)

// jumping is exclusive-or, whose patterns change every 130 ms.
func jumping(t *testing.T) Stream {
	t.Helper()
	cfg := xor.DefaultConfig()
	cfg.Hold = 0.13
	task, err := xor.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// gated has a state of its hidden layer that is one number, and gates the output.
const gated = `model gated
time constants:
    tau = 100 ms
    tau_weight = 1 s
layer:
    tau dz/dt = -z + W e[below] + c
    projection W, c from below
    tau_weight dW/dt = z e[below]'
    tau_weight dc/dt = z
    W(0) = normal(1)
hidden:
    e = sigmoid(z)
    tau dq/dt = -q + mean(e^2)
output:
    e = sigmoid(z) (1 - q[below])
    answer = e
`

// TestReplayGradient compares the gradient through time with central differences
// of the loss, for all models, for inputs that move and that jump, for a teacher
// with a state of its own and for several rows. The error must fall with the
// fourth power of the step.
func TestReplayGradient(t *testing.T) {
	leaky, instant := fixture.Task(t, true), fixture.Task(t, false)
	const from, to = 200 * time.Millisecond, 900 * time.Millisecond
	for _, c := range []struct {
		name, model string
		sizes       []int
		values      model.Values
		streams     func() []Stream
	}{
		{"burstccn", "burstccn", []int{3, 6, 5, 2}, nil, func() []Stream { return []Stream{leaky} }},
		{"burstccn, two rows", "burstccn", []int{3, 6, 5, 2}, model.Values{"trace_delay": 0.2}, func() []Stream { return []Stream{leaky, instant} }},
		{"burstccn, jumps", "burstccn", []int{2, 5, 1}, nil, func() []Stream { return []Stream{jumping(t)} }},
		{"burstprop", "burstprop", []int{3, 6, 2}, model.Values{"y_mode": "random"}, func() []Stream { return []Stream{instant} }},
		{"edn, whose apical dendrites move its somata", "edn", []int{3, 6, 5, 2}, model.Values{"interneuron_mode": "random", "interneuron_scale": 0.5, "lambda_hidden": 0.5}, func() []Stream { return []Stream{leaky} }},
		{"edn, tied", "edn", []int{3, 6, 5, 2}, model.Values{"interneuron_mode": "tied", "lambda_hidden": 0.5}, func() []Stream { return []Stream{leaky} }},
		{"ann", "ann", []int{3, 6, 2}, nil, func() []Stream { return []Stream{leaky} }},
		{"one number that reaches all units", gated, []int{3, 6, 2}, nil, func() []Stream { return []Stream{leaky, instant} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := model.Builtin(c.model)
			if c.model == gated {
				text, err = model.Parse("gated.model", gated)
			}
			if err != nil {
				t.Fatal(err)
			}
			net, err := program.New(text, program.Setting{Sizes: c.sizes, Values: c.values, Rows: len(c.streams())})
			if err != nil {
				t.Fatal(err)
			}
			w := draw[float64](t, net)
			worst := func(step time.Duration) float64 {
				r, err := NewReplay(w, c.streams(), step)
				if err != nil {
					t.Fatal(err)
				}
				x := make([]float64, r.sys.Dim())
				for i := range x {
					x[i] = 0.3 * math.Sin(float64(i))
				}
				run := func(w *Weights[float64]) float64 {
					loss, err := r.Run(from, to, w, x)
					if err != nil {
						t.Fatal(err)
					}
					return loss
				}
				worst := 0.0
				for _, m := range w.Network().Matrices() {
					if !m.Forward {
						continue
					}
					run(w)
					gradient := append([]float64(nil), r.Gradient(m.Name)...)
					if len(gradient) != m.Len() {
						t.Fatalf("%s: no gradient", m.Name)
					}
					var scale float64
					for _, g := range gradient {
						scale = max(scale, math.Abs(g))
					}
					if scale == 0 {
						t.Errorf("the gradient of %s is zero", m.Name)
					}
					for i := range gradient {
						const by = 1e-4
						loss := func(by float64) float64 {
							moved := w.Clone()
							moved.Of(m.Name)[i] += by
							return run(moved)
						}
						want := (8*(loss(by)-loss(-by)) - (loss(2*by) - loss(-2*by))) / (12 * by)
						worst = max(worst, math.Abs(gradient[i]-want)/scale)
					}
				}
				return worst
			}
			coarse, fine := worst(40*time.Millisecond), worst(10*time.Millisecond)
			t.Logf("off by %.2g of the largest with steps of 40 ms, %.2g with 10 ms", coarse, fine)
			if !(fine < 1e-5) || !(fine < coarse/100) {
				t.Errorf("the gradient is off by %.2g of its largest element with steps of 40 ms and by %.2g with 10 ms, expected 256 times less", coarse, fine)
			}
		})
	}
}
