package plots

import (
	"errors"
	"fmt"
)

// CircuitNetwork is what a figure shows of how a network is connected: layers
// from the input up, each with the populations beside it.
type CircuitNetwork struct {
	Rows  []CircuitRow
	Links []CircuitLink
	// Quantities are what links carry, as symbols, with what they are called;
	// they have colours in this order.
	Quantities [][2]string
	// Notes are said below: states with their time constants, for one.
	Notes []CircuitNote
}

// CircuitRow is a layer and the populations beside it.
type CircuitRow struct {
	Label string        // "hidden layer"
	Cells []CircuitCell // the layer itself first
	// Stimulus, Target and Answer say whether these reach or leave the layer.
	Stimulus, Target, Answer bool
}

// CircuitCell is a population.
type CircuitCell struct {
	Name   string // below its soma; "" for none
	Soma   string // symbol of its soma
	Apical string // symbol of its apical dendrite; "" if it has none
	// Follows says that the apical dendrite takes no time.
	Follows bool
	// Pyramidal cells are drawn as triangles.
	Pyramidal bool
	// Teacher is what decides how the weights onto the soma change.
	Teacher CircuitTeacher
}

// CircuitTeacher is where plasticity gets its error from.
type CircuitTeacher int

// Teachers.
const (
	NoTeacher     CircuitTeacher = iota
	ApicalTeacher                // the apical dendrite of the same population
	TargetTeacher                // the target
)

// CircuitEnd is a compartment.
type CircuitEnd struct {
	Row, Cell int
	Apical    bool
}

// CircuitLink is a projection, or where Weights is "" a connection of one unit to
// one. From is always a soma.
type CircuitLink struct {
	From, To  CircuitEnd
	Weights   string // symbol
	Quantity  string // symbol of what it carries
	Subtracts bool
	Learning  CircuitLearning
}

// CircuitLearning is what becomes of weights.
type CircuitLearning int

// Weights that learn, that equal others at all times, and that stay as they are.
const (
	Plastic CircuitLearning = iota
	Tied
	Fixed
)

// CircuitNote is a symbol and what it stands for.
type CircuitNote struct{ Symbol, Text string }

// Circuit draws how a network is connected. It has the width of one column, or
// of two if many populations stand beside each other.
func Circuit(net CircuitNetwork) (*Figure, error) {
	if err := net.check(); err != nil {
		return nil, err
	}
	l := newCircuitLayout(net)
	f := &Figure{width: l.width, height: l.height}
	f.add(l.parts()...)
	return f, nil
}

// mostCells is how many populations a row has room for.
const mostCells = 7

func (net CircuitNetwork) check() error {
	if len(net.Rows) == 0 {
		return errors.New("plots: a circuit without layers")
	}
	for _, r := range net.Rows {
		switch n := len(r.Cells); {
		case n == 0:
			return fmt.Errorf("plots: %s has no population", r.Label)
		case n > mostCells:
			return fmt.Errorf("plots: %d populations beside %s, expected at most %d in a figure", n-1, r.Label, mostCells-1)
		}
	}
	for _, l := range net.Links {
		for _, e := range []CircuitEnd{l.From, l.To} {
			if e.Row < 0 || e.Row >= len(net.Rows) || e.Cell < 0 || e.Cell >= len(net.Rows[e.Row].Cells) {
				return fmt.Errorf("plots: %s connects population %d of layer %d, which is not there", l.Weights, e.Cell, e.Row)
			}
		}
		if d := l.To.Row - l.From.Row; d > 1 || d < -1 {
			return fmt.Errorf("plots: %s connects layers that are no neighbours", l.Weights)
		}
		if l.To.Apical && net.Rows[l.To.Row].Cells[l.To.Cell].Apical == "" {
			return fmt.Errorf("plots: %s ends at an apical dendrite, which is not there", l.Weights)
		}
	}
	return nil
}
