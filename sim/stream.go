package sim

import "fmt"

// Stream is a task unfolding in time: what a network sees and what it should
// answer at any time t (s). Its teacher may have a state of its own, which is
// then integrated with the network's. No method may allocate, and the same
// arguments must give the same bits.
type Stream interface {
	Inputs() int  // length of an input
	Outputs() int // length of a target

	// Input stores what the network sees at time t.
	Input(dst []float64, t float64)
	// Target stores what it should answer. state is the teacher's.
	Target(dst []float64, t float64, state []float64)

	StateDim() int // number of the teacher's variables; 0 if it has none
	// StateDerivative stores d(state)/dt.
	StateDerivative(dst []float64, t float64, state []float64)
	// StateLeak stores the decay rate (1/s) of each of the teacher's variables.
	StateLeak(dst []float64)
	// SteadyState stores the state the teacher would settle to if time stood
	// still at t.
	SteadyState(dst []float64, t float64)

	// NextChange is the first time after t at which input or target jumps;
	// +Inf if there is none. An integration step should not cross it.
	NextChange(t float64) float64
}

// Segmented is a Stream whose input jumps. At a jump it must know on which
// side the simulation stands: Enter(t) says that what follows, up to the next
// change, belongs to the segment that begins at or contains t.
type Segmented interface {
	Stream
	Enter(t float64)
}

// source keeps one row's stream in float64 for networks of any precision.
type source[F Float] struct {
	Stream
	input, target    []float64
	state, slope     []float64
	inputRow, output []F // where the network wants them
}

// newSources joins a network and its tasks, one a row.
func newSources[F Float](net *State[F], streams []Stream) ([]*source[F], error) {
	if len(streams) != net.rows {
		return nil, fmt.Errorf("sim: %d streams for %d rows", len(streams), net.rows)
	}
	var sources []*source[F]
	in, out := net.inputs, net.outputs
	for r, s := range streams {
		if s.Inputs() != in || s.Outputs() != out {
			return nil, fmt.Errorf("sim: the task has %d inputs and %d outputs, the network %d and %d", s.Inputs(), s.Outputs(), in, out)
		}
		sources = append(sources, newSource(s, net.input[r*in:(r+1)*in], net.target[r*out:(r+1)*out]))
	}
	return sources, nil
}

func newSource[F Float](s Stream, inputRow, targetRow []F) *source[F] {
	return &source[F]{
		Stream: s,
		input:  make([]float64, s.Inputs()), target: make([]float64, s.Outputs()),
		state: make([]float64, s.StateDim()), slope: make([]float64, s.StateDim()),
		inputRow: inputRow, output: targetRow,
	}
}

// sample sets the network's input and target to those at time t.
func (s *source[F]) sample(t float64, state []F) {
	convert(s.state, state)
	s.Input(s.input, t)
	convert(s.inputRow, s.input)
	s.Target(s.target, t, s.state)
	convert(s.output, s.target)
}

// derivative stores the rate of change of the state sample was last called
// with.
func (s *source[F]) derivative(dst []F, t float64) {
	if len(dst) == 0 {
		return
	}
	s.StateDerivative(s.slope, t, s.state)
	convert(dst, s.slope)
}

func (s *source[F]) settle(dst []F, t float64) {
	s.SteadyState(s.state, t)
	convert(dst, s.state)
}

func convert[A, B Float](dst []A, src []B) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = A(src[i])
	}
}
