// Package xor is the exclusive-or task: four patterns of two inputs, whose
// target no network without a hidden layer can give. The patterns are presented
// one after another, each held for the same time.
package xor

import (
	"fmt"
	"math"
	"math/rand/v2"

	"burstsim/internal/presentations"
)

// Order is the order in which the patterns come.
type Order int

const (
	// Blocks presents all four patterns before any of them returns; the order
	// within each block of four is random.
	Blocks Order = iota
	// Independent draws every presentation from the four patterns anew.
	Independent
)

// Config says how the patterns are presented.
type Config struct {
	Hold  float64 // how long each presentation lasts; s; more than 0
	Blank float64 // how long there is nothing behind each: inputs of 0; s; at least 0
	Order Order

	InputLow, InputHigh   float64 // the input that stands for false, for true; finite and different
	TargetLow, TargetHigh float64 // the target likewise; 0 <= TargetLow < TargetHigh <= 1

	Seed uint64 // decides the order
}

// DefaultConfig holds each pattern for 1 s, with inputs 0 and 1 and the targets
// 0.01 + 0.98 t of Greedy et al., NeurIPS 2022 (arXiv 2206.11769), which a
// sigmoid can reach.
func DefaultConfig() Config {
	return Config{Hold: 1, InputHigh: 1, TargetLow: 0.01, TargetHigh: 0.99, Seed: 1}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (c Config) validate() error {
	switch {
	case !(c.Hold > 0 && finite(c.Hold)):
		return fmt.Errorf("xor: Hold is %v s, expected a finite number more than 0", c.Hold)
	case !(c.Blank >= 0 && finite(c.Blank)):
		return fmt.Errorf("xor: Blank is %v s, expected a finite number of at least 0", c.Blank)
	case c.Order != Blocks && c.Order != Independent:
		return fmt.Errorf("xor: Order is %d, expected Blocks or Independent", c.Order)
	case !finite(c.InputLow):
		return fmt.Errorf("xor: InputLow is %v, expected a finite number", c.InputLow)
	case !finite(c.InputHigh) || c.InputHigh == c.InputLow:
		return fmt.Errorf("xor: InputHigh is %v, expected a finite number other than InputLow", c.InputHigh)
	case !(c.TargetLow >= 0 && c.TargetLow < 1):
		return fmt.Errorf("xor: TargetLow is %v, expected at least 0 and less than 1", c.TargetLow)
	case !(c.TargetHigh > c.TargetLow && c.TargetHigh <= 1):
		return fmt.Errorf("xor: TargetHigh is %v, expected more than TargetLow, %v, and at most 1", c.TargetHigh, c.TargetLow)
	}
	return nil
}

// Task is a stream of presentations: number k lasts from k (Hold + Blank) for
// Hold, and its pattern follows from the seed and k alone, so that any time can
// be asked for in any order.
//
// At a boundary two presentations meet, or one and a blank. The later counts, unless
// a simulation has said with Enter that it is still within the earlier one, as
// in the last stage of an integration step that ends there. Only Enter changes
// a task; without it one task can serve many goroutines.
type Task struct {
	cfg   Config
	clock presentations.Clock
}

// New returns the task, or an error that names the field that is out of range.
func New(cfg Config) (*Task, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	return &Task{cfg: cfg, clock: presentations.New(cfg.Hold, cfg.Blank)}, nil
}

// Enter says that a simulation at time t (s) begins, or goes on in, the
// presentation or blank that t belongs to; at a boundary that is the later one.
// From then on this includes its end: Input and Target give its pattern there
// too, until Enter is called again.
func (task *Task) Enter(t float64) { task.clock.Enter(t) }

// Index is the number of the presentation at time t (s), or before the blank
// there; at a boundary, the later one. It is meant for times up to 2^31
// presentations from 0.
func (task *Task) Index(t float64) int { return task.clock.Index(t) }

// Pattern is the number, 0 to 3, of the pattern of presentation k: the two
// inputs read as binary digits, the first being the more significant.
func (task *Task) Pattern(k int) int {
	if task.cfg.Order == Independent {
		return int(task.draw(k) >> 62)
	}
	// A number below 4! chooses the permutation, one digit at a time: which of
	// the patterns that are left comes next.
	left := [4]int{0, 1, 2, 3}
	number := task.draw(k>>2) % 24
	for i := range k & 3 {
		digit := number % uint64(4-i)
		number /= uint64(4 - i)
		copy(left[digit:3], left[digit+1:])
	}
	return left[number%uint64(4-k&3)]
}

// draw is the random number that belongs to an index.
func (task *Task) draw(index int) uint64 {
	var source rand.PCG
	source.Seed(task.cfg.Seed, uint64(index))
	return source.Uint64()
}

// Sample stores the two inputs and the target of presentation k.
func (task *Task) Sample(k int, input, target []float64) {
	pattern := task.Pattern(k)
	task.input(input, pattern)
	target[0] = task.target(pattern)
}

func (task *Task) input(dst []float64, pattern int) {
	values := [2]float64{task.cfg.InputLow, task.cfg.InputHigh}
	dst[0], dst[1] = values[pattern>>1], values[pattern&1]
}

func (task *Task) target(pattern int) float64 {
	if pattern == 1 || pattern == 2 {
		return task.cfg.TargetHigh
	}
	return task.cfg.TargetLow
}

// Patterns returns the inputs (4 x 2) and targets (4 x 1) of patterns 0 to 3,
// one a row, for evaluation.
func (task *Task) Patterns() (inputs, targets []float64) {
	inputs, targets = make([]float64, 8), make([]float64, 4)
	for pattern := range targets {
		task.input(inputs[2*pattern:], pattern)
		targets[pattern] = task.target(pattern)
	}
	return inputs, targets
}

// Inputs is 2.
func (task *Task) Inputs() int { return 2 }

// Outputs is 1.
func (task *Task) Outputs() int { return 1 }

// Input stores the inputs at time t; 0 in a blank.
func (task *Task) Input(dst []float64, t float64) {
	k, blank := task.clock.Shown(t)
	if blank {
		dst[0], dst[1] = 0, 0
		return
	}
	task.input(dst, task.Pattern(k))
}

// Target stores the target at time t; in a blank, that of the presentation
// before. The task has no state.
func (task *Task) Target(dst []float64, t float64, _ []float64) {
	k, _ := task.clock.Shown(t)
	dst[0] = task.target(task.Pattern(k))
}

// NextChange is the end of the presentation or blank at time t, the later one at
// a boundary. The pattern after it may be the same.
func (task *Task) NextChange(t float64) float64 { return task.clock.NextChange(t) }

// StateDim is 0: the target follows the input at once.
func (task *Task) StateDim() int { return 0 }

// StateDerivative stores nothing.
func (task *Task) StateDerivative(dst []float64, t float64, state []float64) {}

// StateLeak stores nothing.
func (task *Task) StateLeak(dst []float64) {}

// SteadyState stores nothing.
func (task *Task) SteadyState(dst []float64, t float64) {}
