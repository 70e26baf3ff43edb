package sim

import (
	"fmt"
	"strings"

	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// Float is the precision of states and weights.
type Float = synapse.Float

// State is all that changes of a network: weights, compartments and what
// follows from them. Every simulation has its own; the network is a description
// that many can share.
type State[F Float] struct {
	net     *program.Network
	machine *program.Machine[F]
	weights *Weights[F]

	teaching        bool // whether the target reaches the network
	signals         []Signal[F]
	input, target   []F
	compartments    []program.Compartment
	rows            int
	inputs, outputs int
}

// Signal is a quantity of a layer that can be recorded.
type Signal[F Float] struct {
	Name  string // "soma", "dendrite", "event_rate", "burst_prob", "burst_rate"
	Layer int
	Units int
	Label string     // "somatic potential", ...
	Value func() []F // rows x Units; valid until the network moves

	Range   model.Range // of histograms
	Moments bool        // whether moments are logged
}

// newState puts a network in a kind of time, with weights of its own that begin
// as w.
func newState[F Float](w *Weights[F], compile func(*program.Network) (*program.Program, error)) (*State[F], error) {
	p, err := compile(w.net)
	if err != nil {
		return nil, err
	}
	own := w.Clone()
	s := &State[F]{net: w.net, weights: own, machine: program.NewMachine(p, own.values), compartments: p.Compartments, rows: w.net.Rows()}
	s.input, s.target = s.machine.Stimulus(), s.machine.Target()
	s.inputs, s.outputs = len(s.input)/s.rows, len(s.target)/s.rows
	for _, sig := range p.Signals {
		s.signals = append(s.signals, Signal[F]{Name: sig.Name, Layer: sig.Layer, Units: sig.Units, Label: sig.Label,
			Value: func() []F { return s.machine.Value(sig) }, Range: sig.Range, Moments: sig.Moments})
	}
	return s, nil
}

// Network is the description.
func (s *State[F]) Network() *program.Network { return s.net }

// Text is the model.
func (s *State[F]) Text() *model.Text { return s.net.Text }

// Layers is the number of layers that have weights, L.
func (s *State[F]) Layers() int { return s.net.Layers() }

// Size is the number of units of layer l, from 0 (the input) to Layers.
func (s *State[F]) Size(l int) int { return s.net.Units(l) }

// Rows is the number of trajectories that are simulated at once.
func (s *State[F]) Rows() int { return s.rows }

// Input is what the network sees, rows x Size(0).
func (s *State[F]) Input() []F { return s.input }

// Target is what it should answer, rows x Size(Layers).
func (s *State[F]) Target() []F { return s.target }

// Output is what it answers, rows x Size(Layers).
func (s *State[F]) Output() []F { return s.machine.Answer() }

// Signals lists what can be recorded.
func (s *State[F]) Signals() []Signal[F] { return s.signals }

// Machine runs the network's program on its memory. It is for what compares and
// measures: what moves the network runs it too.
func (s *State[F]) Machine() *program.Machine[F] { return s.machine }

// Teaching says whether the target reaches the network.
func (s *State[F]) Teaching() bool { return s.teaching }

// Weights are the network's own, as they are now. They are to be read: what
// moves the network may keep what follows from them, so that setting them is
// for [Integration.SetWeights] and [Discrete.SetWeights].
func (s *State[F]) Weights() *Weights[F] {
	s.machine.Flush()
	return s.weights
}

// Loss is the mean squared difference of output and target.
func (s *State[F]) Loss() float64 { return s.LossOf(s.rows) }

// LossOf is the loss of the first rows, which are at least 1.
func (s *State[F]) LossOf(rows int) float64 {
	n := rows * s.outputs
	out, target := s.Output()[:n], s.target[:n]
	var sum float64
	for i, e := range out {
		d := float64(target[i] - e)
		sum += d * d
	}
	return sum / float64(len(out))
}

// Unstable names the first layer with a state or weight that is not a finite
// number, what it is and its unit, as in "layer 2 (soma), unit 7"; "" if all
// are finite.
func (s *State[F]) Unstable() string {
	x, first, layer := s.machine.State(), -1, 0
	for _, c := range s.compartments { // from the output down
		i := notFinite(x[c.At : c.At+s.rows*c.Units])
		if i >= 0 && (first < 0 || c.Layer < layer) {
			first, layer = c.At+i, c.Layer
		}
	}
	if first >= 0 {
		return s.compartmentAt(first)
	}
	return s.UnstableWeight()
}

// compartmentAt says where element i of the vector of compartments is.
func (s *State[F]) compartmentAt(i int) string {
	for _, c := range s.compartments {
		if i < c.At+s.rows*c.Units {
			what := strings.ReplaceAll(c.Label, "_", " ")
			if c.Beside != "" && c.Label == c.Name {
				what = c.Beside + " " + what
			}
			return fmt.Sprintf("layer %d (%s), unit %d", c.Layer, what, (i-c.At)%c.Units)
		}
	}
	return "the task"
}

// UnstableWeight names a weight that learns and is not a finite number, or
// returns "".
func (s *State[F]) UnstableWeight() string {
	weights := s.weights.values
	s.machine.Flush()
	for _, r := range s.machine.Program().Rules {
		w := weights[r.Index()]
		if i := notFinite(w); i >= 0 {
			return ruleAt(r, len(w), i)
		}
	}
	return ""
}

// ruleAt says where element i of n weights is.
func ruleAt(r program.Rule, n, i int) string {
	if r.Bias {
		return fmt.Sprintf("layer %d (bias %s), unit %d", r.Layer, r.Kind(), i)
	}
	var unit int
	if p := r.Pattern(); p != nil {
		unit = p.RowOf(i)
	} else {
		unit = i / (n / r.Shape[0])
	}
	return fmt.Sprintf("layer %d (weights %s), unit %d", r.Layer, r.Kind(), unit)
}

// WhereUnstable names a layer that is not finite, or says that none is known.
func (s *State[F]) WhereUnstable() string {
	if where := s.Unstable(); where != "" {
		return where
	}
	for _, sig := range s.signals {
		if i := notFinite(sig.Value()); i >= 0 {
			return fmt.Sprintf("layer %d (%s), unit %d", sig.Layer, sig.Label, i%sig.Units)
		}
	}
	return "the loss"
}

// notFinite is the index of the first element that is not a finite number; -1
// if all are.
func notFinite[F Float](x []F) int {
	for i, v := range x {
		if v-v != 0 { // true of NaN and of both infinities
			return i
		}
	}
	return -1
}
