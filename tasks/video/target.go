package video

import (
	"fmt"
	"math"
	"math/rand/v2"

	"burstsim/tasks/teacher"
)

// Target stores the teacher's output rates: those of the state if its units have a time
// constant, otherwise those that belong to the input at t.
func (task *Task) Target(dst []float64, t float64, state []float64) {
	if task.StateDim() > 0 {
		task.cfg.Teacher.Target(dst, nil, state)
		return
	}
	if now := task.moment(t); now != task.have {
		task.cfg.Teacher.Target(task.target, task.at(t), nil)
		task.have = now
	}
	copy(dst, task.target)
}

// StateDim is the number of the teacher's potentials if its units have a time constant,
// otherwise 0.
func (task *Task) StateDim() int { return task.cfg.Teacher.StateDim() }

// StateDerivative stores dz/dt of the teacher's units.
func (task *Task) StateDerivative(dst []float64, t float64, state []float64) {
	if task.StateDim() > 0 {
		task.cfg.Teacher.Derivative(dst, task.at(t), state)
	}
}

// StateLeak stores 1/tau of the teacher's units.
func (task *Task) StateLeak(dst []float64) { task.cfg.Teacher.Leak(dst) }

// SteadyState stores the potentials of the teacher's units when the input of time t has
// lasted.
func (task *Task) SteadyState(dst []float64, t float64) {
	if task.StateDim() > 0 {
		task.cfg.Teacher.Settle(dst, task.at(t))
	}
}

// RandomTeacher draws the layers of a teacher of so many units, the inputs first:
// weights from a normal distribution with standard deviation gain sqrt(2/(n_in +
// n_out)), biases with the standard deviation bias. The published teacher has 1024,
// 250, 250, 10 units, gain 2 and bias 0.1. It returns an error for less than two sizes,
// sizes below 1, and numbers that are not finite.
func RandomTeacher(units []int, gain, bias float64, rng *rand.Rand) ([]teacher.Layer, error) {
	if len(units) < 2 {
		return nil, fmt.Errorf("video: %d sizes of layers, expected at least 2", len(units))
	}
	if math.IsNaN(gain-gain) || math.IsNaN(bias-bias) {
		return nil, fmt.Errorf("video: gain %v and bias %v, expected finite numbers", gain, bias)
	}
	var layers []teacher.Layer
	for k, in := range units[:len(units)-1] {
		out := units[k+1]
		if in < 1 || out < 1 {
			return nil, fmt.Errorf("video: layers of %v units, expected at least 1", units)
		}
		l := teacher.Layer{In: in, Out: out, Weight: make([]float64, in*out), Bias: make([]float64, out)}
		sd := gain * math.Sqrt(2/float64(in+out))
		for i := range l.Weight {
			l.Weight[i] = sd * rng.NormFloat64()
		}
		for i := range l.Bias {
			l.Bias[i] = bias * rng.NormFloat64()
		}
		layers = append(layers, l)
	}
	return layers, nil
}
