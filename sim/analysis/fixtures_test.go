package analysis

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

// advancing is an engine that goes over many steps at once.
type advancing interface {
	sim.Engine[float64]
	Advance(from, to time.Duration) (int, error)
}

func advanced[F sim.Float, E interface {
	Advance(from, to time.Duration) (int, error)
	Moved() *sim.State[F]
}](t testing.TB, e E, from, to time.Duration) *sim.State[F] {
	t.Helper()
	if _, err := e.Advance(from, to); err != nil {
		t.Fatal(err)
	}
	return e.Moved()
}
