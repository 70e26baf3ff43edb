// Package record holds what an experiment leaves behind: metrics along the
// run, trajectories of the chosen units, and the phases they fall into. It
// knows nothing of networks, so figures and run folders depend on it alone.
package record

import (
	"fmt"
	"io"
	"slices"
)

// Result is everything one experiment recorded.
type Result struct {
	Name     string
	Phases   []Phase
	Variants []Variant // the first is the experiment itself, the rest its comparisons
	Limit    *Limit    // nil unless the experiment asked for the discrete limit
}

// Phase is a stretch of simulated time under one teaching condition.
type Phase struct {
	Name       string  `json:"name"`
	Start, End float64 // s
	Teacher    bool    // whether the target reaches the output dendrites
	Cycle      []Part  // repeated from Start to End: its parts, not Teacher, say when there is a teacher; may be empty
}

// Part is a stretch of a phase's cycle.
type Part struct {
	Duration float64 `json:"duration_s"` // s, more than 0
	Teacher  bool    `json:"teacher"`
}

// Variant is one of the runs that share initial weights and data.
type Variant struct {
	Label      string // "continuous", "discrete", ...
	Metrics    *Table
	Trajectory *Trajectory
	Spikes     *Spikes    // nil unless populations spike
	Training   *Training  // nil unless the task is a data set; then the others may be nil
	Snapshots  *Snapshots // weights in the course of the run; nil: none were asked for
	// Weights writes the weights that the variant ended with, as a safetensors
	// file; nil where they are not known.
	Weights func(io.Writer) error
}

// Table is a growing set of rows of numbers under named columns. Column 0 is
// the time in seconds. A value that does not exist at a row is NaN.
type Table struct {
	Columns []string
	// Full has all rows where they are too many to be in memory and the table
	// has only some of them; nil: the table has all.
	Full Rows
	rows []float64
}

// NewTable returns an empty table with these columns.
func NewTable(columns ...string) *Table { return &Table{Columns: columns} }

// Append adds a row. It panics if the row does not have one value a column.
func (t *Table) Append(row ...float64) {
	if len(row) != len(t.Columns) {
		panic(fmt.Sprintf("record: %d values for %d columns", len(row), len(t.Columns)))
	}
	t.rows = append(t.rows, row...)
}

// Len is the number of rows.
func (t *Table) Len() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return len(t.rows) / len(t.Columns)
}

// Row returns row i; it shares memory with the table.
func (t *Table) Row(i int) []float64 {
	n := len(t.Columns)
	return t.rows[i*n : (i+1)*n : (i+1)*n]
}

// Column returns a copy of a column, or nil if there is none of that name.
func (t *Table) Column(name string) []float64 {
	j := slices.Index(t.Columns, name)
	if j < 0 {
		return nil
	}
	out := make([]float64, t.Len())
	for i := range out {
		out[i] = t.rows[i*len(t.Columns)+j]
	}
	return out
}

// Trajectory is a set of signals sampled at the same times. Times need not be
// equally spaced: a recording is made of windows.
type Trajectory struct {
	Time    []float64 // s
	Signals []*Signal
	// Full has all samples where they are too many to be in memory, as rows of a
	// time and the values of all signals in their order; nil: these are all.
	Full Rows
}

// RowWidth is the length of a row of a time and the values of all signals.
func (tr *Trajectory) RowWidth() int {
	n := 1
	for _, s := range tr.Signals {
		n += s.Width()
	}
	return n
}

// Signal is one recorded quantity of Width units.
type Signal struct {
	Name   string // "soma_1", "burst_prob_1", "input", "target", ... with the layer's number
	Label  string // for axes: "somatic potential"
	Unit   string // "" for dimensionless quantities
	Units  []int  // indices of the recorded units in their layer
	Values []float64
}

// Width is the number of recorded units.
func (s *Signal) Width() int { return len(s.Units) }

// At is the value of the j-th recorded unit at the i-th recorded time.
func (s *Signal) At(i, j int) float64 { return s.Values[i*len(s.Units)+j] }

// Signal returns the signal of that name, or nil.
func (tr *Trajectory) Signal(name string) *Signal {
	for _, s := range tr.Signals {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Limit is the distance between continuous and discrete weight changes
// against tau/T.
type Limit struct {
	Ratio    []float64 // tau/T
	Distance []float64 // ||dW_continuous - dW_discrete|| / ||dW_discrete||
	Slope    float64   // least-squares slope of log distance on log ratio
}
