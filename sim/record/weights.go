package record

import (
	"math"
	"slices"
)

// Moments are when something happens: at multiples of Every from 0 on, unless that is
// 0, and at each of At, which ascend. What they count, ns, steps or epochs, is for
// whoever has them to say.
type Moments struct {
	Every int64
	At    []int64
}

// None says that nothing happens.
func (m Moments) None() bool { return m.Every == 0 && len(m.At) == 0 }

// Next is the first moment after t, which is at least 0; math.MaxInt64 if there is none.
func (m Moments) Next(t int64) int64 {
	next := int64(math.MaxInt64)
	if m.Every > 0 {
		next = t - t%m.Every + m.Every
	}
	if i, _ := slices.BinarySearch(m.At, t+1); i < len(m.At) {
		next = min(next, m.At[i])
	}
	return next
}

// Has tells whether t is one of them.
func (m Moments) Has(t int64) bool {
	_, given := slices.BinarySearch(m.At, t)
	return given || m.Every > 0 && t%m.Every == 0
}

// Shape is an array of weights without its values.
type Shape struct {
	Name  string
	Shape []int
}

// Len is the number of its values.
func (s Shape) Len() int {
	n := 1
	for _, k := range s.Shape {
		n *= k
	}
	return n
}

// Snapshots are weights at several times. A row has the time (s) or the epoch, then the
// values of all arrays.
type Snapshots struct {
	Unit   string // "time" or "epoch"
	Shapes []Shape
	Rows   Rows
	row    []float64
}

// NewSnapshots begins a list of snapshots in a journal.
func NewSnapshots(j Journal, unit string, shapes []Shape) (*Snapshots, error) {
	layout := Layout{Weights: shapes}
	rows, err := j.Rows("weights", layout)
	return &Snapshots{unit, shapes, rows, make([]float64, 0, layout.Width())}, err
}

// Take adds what fill appends, the values of all arrays, as weights at a time.
func (s *Snapshots) Take(at float64, fill func(row []float64) []float64) error {
	s.row = fill(append(s.row[:0], at))
	return s.Rows.Append(s.row)
}
