// Package regression is the nonlinear regression task of Greedy et al.,
// "Single-phase deep learning in cortico-cortical networks", NeurIPS 2022
// (arXiv 2206.11769): inputs that oscillate, each with a frequency of its own,
// and a fixed random network, the teacher, whose outputs are to be matched. With
// a leaky teacher of normal weights and periods from 0.4 s it is the sin-wave task
// of "Cell-type-specific cortical feedback coordinates hierarchical credit
// assignment" (2026).
package regression

import (
	"fmt"
	"math"
	"math/rand/v2"

	"burstsim/tasks/teacher"
)

// Config says which of the random tasks is meant.
type Config struct {
	Inputs, Outputs int // how many signals; at least 1

	// ShortestPeriod bounds the input frequencies: input i is
	// cos(w_i t + phi_i) with w_i uniform in (0, 2 pi / ShortestPeriod) and
	// phi_i uniform in (0, 2 pi). s; more than 0. The published task has 40
	// steps of 0.1 s.
	ShortestPeriod float64

	// TeacherHidden are the sizes of the teacher's hidden layers; it may have
	// none.
	TeacherHidden []int
	// TeacherGain scales the teacher's weights: before it they are uniform in
	// +-1/sqrt(n_in), or with TeacherNormal normal with mean 0 and standard
	// deviation sqrt(2/(n_in + n_out)). The teacher has no biases.
	TeacherGain   float64
	TeacherNormal bool

	// Leaky gives each unit of the teacher a potential z of its own,
	// tau dz/dt = -z + W f(z of the layer below). Otherwise the target follows
	// the input at once, z = W f(z of the layer below).
	Leaky      bool
	TauTeacher float64 // tau; s; more than 0 if Leaky, otherwise ignored

	// Network is a teacher of one's own in the place of the random one; Outputs and
	// the fields of the random one are ignored then. Nil: none.
	Network *teacher.Network

	Seed uint64 // decides frequencies, phases and weights
}

// DefaultConfig is the published task, the first of its random instances.
func DefaultConfig() Config {
	return Config{Inputs: 3, Outputs: 1, ShortestPeriod: 4, TeacherHidden: []int{25}, TeacherGain: 3, TauTeacher: 0.1, Seed: 1}
}

func (c Config) validate() error {
	fastest := 2 * math.Pi / c.ShortestPeriod
	switch {
	case c.Inputs < 1:
		return fmt.Errorf("regression: Inputs is %d, expected at least 1", c.Inputs)
	case c.Network != nil && c.Network.Inputs() != c.Inputs:
		return fmt.Errorf("regression: Network takes %d inputs, expected %d", c.Network.Inputs(), c.Inputs)
	case c.Network == nil && c.Outputs < 1:
		return fmt.Errorf("regression: Outputs is %d, expected at least 1", c.Outputs)
	case !(c.ShortestPeriod > 0) || math.IsInf(fastest, 0):
		return fmt.Errorf("regression: ShortestPeriod is %v s, expected more than 0", c.ShortestPeriod)
	case math.IsNaN(c.TeacherGain) || math.IsInf(c.TeacherGain, 0):
		return fmt.Errorf("regression: TeacherGain is %v, expected a finite number", c.TeacherGain)
	case c.Leaky && !(c.TauTeacher > 0 && 1/c.TauTeacher > 0 && !math.IsInf(1/c.TauTeacher, 0)):
		return fmt.Errorf("regression: TauTeacher is %v s, expected a finite number more than 0", c.TauTeacher)
	}
	for i, n := range c.TeacherHidden {
		if n < 1 {
			return fmt.Errorf("regression: TeacherHidden[%d] is %d, expected at least 1", i, n)
		}
	}
	return nil
}

// Task is one instance of the task. Its inputs and targets are smooth and
// defined at every time t (s). It works in memory of its own, so it must not be
// used by two goroutines at once: give each its own, which New makes equal for
// equal configurations.
type Task struct {
	frequency, phase []float64 // rad/s, rad
	teacher          *teacher.Network

	// What was last computed, and when: the stages of an integration step come
	// back to the same time.
	input, target         []float64
	inputTime, targetTime float64
}

// New draws the task. Its error names the field that is out of range.
func New(cfg Config) (*Task, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(cfg.Seed, 0))
	task := &Task{
		frequency: make([]float64, cfg.Inputs), phase: make([]float64, cfg.Inputs),
		input: make([]float64, cfg.Inputs), inputTime: math.NaN(), targetTime: math.NaN(),
	}
	for i := range cfg.Inputs {
		task.frequency[i] = rng.Float64() * 2 * math.Pi / cfg.ShortestPeriod
		task.phase[i] = rng.Float64() * 2 * math.Pi
	}
	if task.teacher = cfg.Network; task.teacher == nil {
		var err error
		if task.teacher, err = draw(cfg, rng); err != nil {
			return nil, err
		}
	}
	task.target = make([]float64, task.teacher.Outputs())
	return task, nil
}

// draw is the random teacher.
func draw(cfg Config, rng *rand.Rand) (*teacher.Network, error) {
	var layers []teacher.Layer
	in := cfg.Inputs
	for _, out := range append(cfg.TeacherHidden[:len(cfg.TeacherHidden):len(cfg.TeacherHidden)], cfg.Outputs) {
		l := teacher.Layer{Weight: make([]float64, out*in), In: in, Out: out}
		bound, deviation := cfg.TeacherGain/math.Sqrt(float64(in)), cfg.TeacherGain*math.Sqrt(2/float64(in+out))
		for i := range l.Weight {
			if cfg.TeacherNormal {
				l.Weight[i] = deviation * rng.NormFloat64()
			} else {
				l.Weight[i] = bound * (2*rng.Float64() - 1)
			}
		}
		layers = append(layers, l)
		in = out
	}
	tau := 0.0
	if cfg.Leaky {
		tau = cfg.TauTeacher
	}
	return teacher.New(layers, tau)
}

// Inputs is the length of an input.
func (task *Task) Inputs() int { return len(task.input) }

// Outputs is the length of a target.
func (task *Task) Outputs() int { return len(task.target) }

// StateDim is the number of the teacher's potentials: its hidden and output
// units if it is leaky, otherwise 0.
func (task *Task) StateDim() int { return task.teacher.StateDim() }

// Input stores cos(w t + phi).
func (task *Task) Input(dst []float64, t float64) { copy(dst, task.inputAt(t)) }

func (task *Task) inputAt(t float64) []float64 {
	if t != task.inputTime {
		for i, w := range task.frequency {
			task.input[i] = math.Cos(w*t + task.phase[i])
		}
		task.inputTime = t
	}
	return task.input
}

// Target stores the teacher's output rates: those of the state if the teacher
// is leaky, otherwise those that belong to the input at t.
func (task *Task) Target(dst []float64, t float64, state []float64) {
	if task.StateDim() > 0 {
		task.teacher.Target(dst, nil, state)
		return
	}
	if t != task.targetTime {
		task.teacher.Target(task.target, task.inputAt(t), nil)
		task.targetTime = t
	}
	copy(dst, task.target)
}

// StateDerivative stores dz/dt of every unit of a leaky teacher, layer by
// layer from the first.
func (task *Task) StateDerivative(dst []float64, t float64, state []float64) {
	task.teacher.Derivative(dst, task.inputAt(t), state)
}

// StateLeak stores 1/tau for every unit of a leaky teacher.
func (task *Task) StateLeak(dst []float64) { task.teacher.Leak(dst) }

// SteadyState stores the potentials that a leaky teacher has when the input of
// time t has lasted.
func (task *Task) SteadyState(dst []float64, t float64) { task.teacher.Settle(dst, task.inputAt(t)) }

// NextChange is +Inf: input and target never jump.
func (task *Task) NextChange(t float64) float64 { return math.Inf(1) }
