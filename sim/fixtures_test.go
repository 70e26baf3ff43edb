package sim

import (
	"maps"
	"math"
	"testing"
	"time"

	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

const ms = time.Millisecond

// constant is a task that stands still.
type constant struct{ input, target []float64 }

func (c *constant) Inputs() int                                   { return len(c.input) }
func (c *constant) Outputs() int                                  { return len(c.target) }
func (c *constant) Input(dst []float64, _ float64)                { copy(dst, c.input) }
func (c *constant) Target(dst []float64, _ float64, _ []float64)  { copy(dst, c.target) }
func (c *constant) StateDim() int                                 { return 0 }
func (c *constant) StateDerivative([]float64, float64, []float64) {}
func (c *constant) StateLeak([]float64)                           {}
func (c *constant) SteadyState([]float64, float64)                {}
func (c *constant) NextChange(float64) float64                    { return math.Inf(1) }

// newTask is a regression of three inputs and two outputs.
func newTask(t testing.TB, leaky bool) Stream {
	t.Helper()
	task, err := regression.New(regression.Config{
		Inputs: 3, Outputs: 2, ShortestPeriod: 4, TeacherHidden: []int{25}, TeacherGain: 3,
		Leaky: leaky, TauTeacher: 0.1, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// everything lets all learn that can, in each built-in model, so fast that it
// shows.
var everything = map[string]model.Values{
	"burstccn": {"y_mode": "random", "y_scale": 0.5, "y_plastic": true, "q_mode": "random", "q_scale": 0.3, "q_plastic": true,
		"tau_weight": 2.0, "tau_y": 3.0, "tau_q": 4.0, "trace_delay": 0.2},
	"burstprop": {"y_mode": "random", "y_scale": 0.5, "y_plastic": true, "tau_weight": 2.0, "tau_y": 3.0, "tau_average": 1.0, "trace_delay": 0.2},
	"edn": {"y_mode": "random", "y_scale": 0.5, "y_plastic": true, "interneuron_mode": "random", "interneuron_scale": 0.5, "basal_lag": true,
		"tau_weight": 2.0, "tau_interneuron": 1.5, "tau_y": 3.0},
	"ann": {"y_mode": "random", "y_scale": 0.5, "tau_weight": 2.0},
}

// changed are values with some of them changed.
func changed(values, change model.Values) model.Values {
	out := maps.Clone(values)
	if out == nil {
		out = model.Values{}
	}
	maps.Copy(out, change)
	return out
}

// forAll runs a test for each built-in model.
func forAll(t *testing.T, test func(t *testing.T, name string)) {
	t.Helper()
	for _, name := range model.Builtins() {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// everywhere are the weights of a small network of three inputs and two outputs
// in which all learns that can.
func everywhere(t testing.TB, name string) *Weights[float64] {
	t.Helper()
	return build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Values: everything[name]})
}

// continuous puts a network in continuous time.
func continuous[F Float](t testing.TB, w *Weights[F], tasks []Stream, m Method, split bool) *Integration[F] {
	t.Helper()
	sys, err := NewContinuous(w, tasks, split)
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// discrete puts a network in discrete time, a sample each period.
func discrete[F Float](t testing.TB, w *Weights[F], tasks []Stream, l Learning, period time.Duration) *Presentation[F] {
	t.Helper()
	d := inDiscreteTime(t, w, l)
	p, err := NewPresentation(d, tasks, period)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func inDiscreteTime[F Float](t testing.TB, w *Weights[F], l Learning) *Discrete[F] {
	t.Helper()
	d, err := NewDiscrete(w, l)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// present presents what the input and target are.
func present[F Float](t testing.TB, d *Discrete[F], teacher bool) float64 {
	t.Helper()
	loss, err := d.Present(teacher)
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// advancing is an engine that goes over many steps at once.
type advancing interface {
	Engine[float64]
	Advance(from, to time.Duration) (int, error)
}

func advanced[F Float, E interface {
	Advance(from, to time.Duration) (int, error)
	Moved() *State[F]
}](t testing.TB, e E, from, to time.Duration) *State[F] {
	t.Helper()
	if _, err := e.Advance(from, to); err != nil {
		t.Fatal(err)
	}
	return e.Moved()
}

// snapshot copies all compartments and all weights.
func snapshot(s *State[float64]) []float64 {
	return append(append([]float64(nil), s.machine.State()...), allWeights(s.Weights())...)
}

// allWeights copies all weights, of what learns and what does not.
func allWeights(w *Weights[float64]) (out []float64) {
	for _, v := range w.Tensors() {
		out = append(out, v.Values...)
	}
	return out
}

// forward copies the weights from below, and their biases.
func forward(w *Weights[float64]) (out []float64) {
	for _, m := range w.net.Matrices() {
		if m.Forward {
			out = append(out, w.values[m.Index()]...)
		}
	}
	return out
}

func distance(a, b []float64) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	if len(a) != len(b) || d != d {
		return math.Inf(1)
	}
	return d
}
