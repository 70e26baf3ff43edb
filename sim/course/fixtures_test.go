package course

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"burstsim/sim"
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
func newTask(t testing.TB, leaky bool) sim.Stream {
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

// build draws the weights of a built-in model.
func build[F sim.Float](t testing.TB, name string, s program.Setting) *sim.Weights[F] {
	t.Helper()
	text, err := model.Builtin(name)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows == 0 {
		s.Rows = 1
	}
	if s.Usage.Presentation == 0 {
		s.Usage.Presentation = 1
	}
	net, err := program.New(text, s)
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.Draw[F](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// everywhere are the weights of a small network of three inputs and two outputs
// in which all learns that can.
func everywhere(t testing.TB, name string) *sim.Weights[float64] {
	t.Helper()
	return build[float64](t, name, program.Setting{Sizes: []int{3, 8, 6, 2}, Values: everything[name]})
}

// continuous puts a network in continuous time.
func continuous[F sim.Float](t testing.TB, w *sim.Weights[F], tasks []sim.Stream, m sim.Method, split bool) *sim.Integration[F] {
	t.Helper()
	sys, err := sim.NewContinuous(w, tasks, split)
	if err != nil {
		t.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, m)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// discrete puts a network in discrete time, a sample each period.
func discrete[F sim.Float](t testing.TB, w *sim.Weights[F], tasks []sim.Stream, l sim.Learning, period time.Duration) *sim.Presentation[F] {
	t.Helper()
	d, err := sim.NewDiscrete(w, l)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sim.NewPresentation(d, tasks, period)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// snapshot copies all compartments and all weights.
func snapshot(s *sim.State[float64]) []float64 {
	return append(append([]float64(nil), s.Machine().State()...), allWeights(s.Weights())...)
}

// allWeights copies all weights, of what learns and what does not.
func allWeights(w *sim.Weights[float64]) (out []float64) {
	for _, v := range w.Tensors() {
		out = append(out, v.Values...)
	}
	return out
}
