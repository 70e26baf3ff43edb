package experiment

import (
	"math"
	"time"

	"burstsim/sim"
	"burstsim/tasks/xor"
)

// Answers are what a network said to each pattern of a task after learning,
// without its teacher.
type Answers struct {
	Inputs  [][]float64 `json:"inputs"`
	Targets []float64   `json:"targets"`
	Outputs []float64   `json:"outputs"` // means over the presentations; NaN for a pattern that did not come
	// Margin is by how much the worst single answer is on the right side of
	// 0.5; negative if it is on the wrong one.
	Margin float64 `json:"margin"`
}

// patterns collects answers from the presentations that are seen after a time.
type patterns[F sim.Float] struct {
	after  time.Duration
	inputs [][]float64
	target []float64
	sum    []float64
	n      []int
	margin float64
}

func newPatterns[F sim.Float](task *xor.Task, after time.Duration) *patterns[F] {
	p := &patterns[F]{after: after, margin: math.Inf(1)}
	inputs, targets := task.Patterns()
	n := len(targets)
	width := len(inputs) / n
	for k := range n {
		p.inputs = append(p.inputs, inputs[k*width:(k+1)*width])
	}
	p.target, p.sum, p.n = targets, make([]float64, n), make([]int, n)
	return p
}

// watch notes what the network answers to the presentation that is seen at time
// t: where it begins in discrete time, where it ends in continuous.
func (p *patterns[F]) watch(t time.Duration, net *sim.State[F]) {
	if t <= p.after {
		return
	}
	out := float64(net.Output()[0])
	for k, input := range p.inputs {
		if !same(net.Input(), input) {
			continue
		}
		p.sum[k] += out
		p.n[k]++
		side := 1.0
		if p.target[k] < 0.5 {
			side = -1
		}
		p.margin = min(p.margin, side*(out-0.5))
		if math.IsNaN(out) {
			p.margin = out
		}
	}
}

// visit visits what was collected.
func (p *patterns[F]) visit(visit sim.Visit) {
	visit("sum", p.sum)
	visit("n", p.n)
	visit("margin", &p.margin)
}

func same[F sim.Float](x []F, want []float64) bool {
	for i, v := range want {
		if x[i] != F(v) {
			return false
		}
	}
	return true
}

func (p *patterns[F]) answers() *Answers {
	a := &Answers{Inputs: p.inputs, Targets: p.target, Outputs: make([]float64, len(p.target)), Margin: p.margin}
	for k, n := range p.n {
		a.Outputs[k] = p.sum[k] / float64(n)
		if n == 0 {
			a.Margin = math.NaN()
		}
	}
	return a
}
