package program

import (
	"math"
	"slices"

	"burstsim/sim/model"
	"burstsim/sim/noise"
)

// Program is a network compiled for one kind of time. It never changes: what
// does is the memory of a [Machine].
type Program struct {
	net *Network
	// Discrete is the kind of time.
	Discrete bool

	// Compartments are the states, in the order in which they stand in the
	// vector of a continuous simulation.
	Compartments []Compartment
	// Rules are the projections that learn, in the order of their weights.
	Rules []Rule
	// Signals are what can be recorded.
	Signals []Signal
	// Sources are what something looks back at, and Delays how far.
	Sources []Source
	Delays  []Delay
	// Work is how many numbers of memory a machine needs for quantities.
	Work int
	// Dim is the number of states, weights not counted.
	Dim int

	constants []float64
	borrowed  map[int]bool   // weights that the rules of others read
	tables    map[string]int // where numbers that differ between units are in the memory of quantities
	filled    []filledTable
	vars      map[key]*variable
	sections  sections
	gradient  []gradient
	adjoint   *adjoint // nil unless asked for
	answer    operand
}

// Compartment is a state of a population.
type Compartment struct {
	Name   string // its symbol
	Label  string // what it is called where something goes wrong: "soma"
	Layer  int
	Beside string // the population beside the layer; "" for the layer itself
	Units  int
	// Tau is the constant time constant with which it decays, s; 0: none. Where
	// units differ, Taus has one for each.
	Tau  float64
	Taus []float64
	// Begin is what each unit begins with in continuous time; nil: 0.
	Begin []float64
	Held  bool // keeps the prediction's value while the discrete model is taught
	At    int  // of the state vector
	// Noise is the strength b of white noise in continuous time, dx = f dt + b dW,
	// in 1/sqrt(s), without and with a teacher.
	Noise [2]float64
	// Stream is where the noise is drawn from.
	Stream noise.Stream
}

// Rule is a projection that learns.
type Rule struct {
	*Matrix
	Tau   float64 // plasticity time constant, s
	Rate  float64 // learning rate of discrete time
	Plain bool    // descends plainly, whatever the optimiser
	Keeps bool    // does not decay
}

// Signal is a quantity that can be recorded.
type Signal struct {
	Name   string // in files
	Label  string // in figures
	Symbol string // in equations
	Layer  int
	Units  int
	// Range and Moments are as in [model.Signal].
	Range   model.Range
	Moments bool

	at operand
}

// learned is a rule, compiled: what it multiplies is in memory.
type learned struct {
	projection *projection
	changes    []compiledChange
	borrows    bool // reads weights that others than it changes
}

type compiledChange struct {
	kind               changeKind
	factor             float64
	post, pre, weights *operand
}

// changeKind is what a change of weights takes.
type changeKind uint8

const (
	changeOuter    changeKind = iota // post' pre of one sample, in a dense projection
	changeProduct                    // post' pre
	changeBias                       // the sum of post over a batch, or over a map too
	changeFunction                   // a function of the weights, or a constant
	changeMixed                      // a product of both, which needs an array of the weights' size
)

func (c *compiledChange) classify(m *Matrix, rows int) {
	switch {
	case c.weights != nil && (c.post != nil || c.pre != nil), c.post == nil != (c.pre == nil) && !m.Bias:
		c.kind = changeMixed
	case c.weights != nil || c.post == nil:
		c.kind = changeFunction
	case m.Bias:
		c.kind = changeBias
	case rows == 1 && m.proj.shape.dense():
		c.kind = changeOuter
	default:
		c.kind = changeProduct
	}
}

// rereads says whether a part of the rule reads weights that another part may
// have changed before.
func (l *learned) rereads() bool {
	return len(l.changes) > 1 && slices.ContainsFunc(l.changes, func(c compiledChange) bool {
		return c.weights != nil && c.weights.space == spaceWeights
	})
}

// gradient is minus the gradient of the loss with respect to weights: post pre'.
type gradient struct {
	projection *projection
	delta      operand
	aligned    operand // with the feedback weights instead; units 0: none
	pre        operand
}

// sections are the parts of a program. Those that depend on what holds have a
// place for each case, by [which].
type sections struct {
	derivative [4]*section // teacher, learning
	observe    [2]*section // teacher
	history    [2]*section // teacher
	drives     [2]*section // teacher
	rest       [2]*section // teacher
	present    [4]*section // teacher, noise
	teach      [2]*section // noise
	answer     *section
	factors    [2]*section // teacher
	// Of the states of continuous time that came to rest; factors are of what was
	// presented.
	restFactors [2]*section
	gradient    *section
	adjoint     *section
}

// all lists the sections that there are.
func (s *sections) all() []*section {
	list := slices.Concat(s.derivative[:], s.observe[:], s.history[:], s.present[:], s.teach[:], s.drives[:], s.rest[:], s.factors[:], s.restFactors[:], []*section{s.answer, s.gradient, s.adjoint})
	return slices.DeleteFunc(list, func(s *section) bool { return s == nil })
}

// which is the place of a case in a table of sections.
func which(a, b bool) int {
	k := 0
	if a {
		k = 1
	}
	if b {
		k += 2
	}
	return k
}

// reserve takes memory for n numbers, at a multiple of a cache line.
func (p *Program) reserve(n int) int {
	at := p.Work
	p.Work += (n + 15) &^ 15
	return at
}

// constant is the place of a number in the table of constants.
func (p *Program) constant(v float64) int {
	for k, c := range p.constants {
		if c == v && math.Signbit(c) == math.Signbit(v) {
			return k
		}
	}
	p.constants = append(p.constants, v)
	return len(p.constants) - 1
}

func (v *variable) operand() operand {
	return operand{space: v.space, at: v.at, units: v.units, spread: v.spread}
}

// TwoPhases says whether the discrete model predicts first and is taught then.
func (p *Program) TwoPhases() bool { return p.net.Text.Discrete.TwoPhases }

// Borrows says whether rules read weights that others change: all changes must
// then be computed before any is made.
func (p *Program) Borrows() bool { return len(p.borrowed) > 0 }

// Aligned says whether every hidden layer has feedback weights, so that there is
// feedback alignment to compare with.
func (p *Program) Aligned() bool {
	return len(p.gradient) > 0 && p.gradient[0].aligned.units > 0
}
