package samples

import (
	"fmt"
)

// Set is samples with what a network should answer: labels, or targets.
type Set struct {
	inputs, targets Rows
	labels          []int // nil: there are targets
	classes         int
}

// Labelled joins inputs with a label each, 0 to classes-1, which it keeps.
func Labelled(inputs Rows, labels []int, classes int) (*Set, error) {
	if len(labels) != inputs.Len() {
		return nil, fmt.Errorf("samples: %d labels of %d samples", len(labels), inputs.Len())
	}
	for i, label := range labels {
		if label < 0 || label >= classes {
			return nil, fmt.Errorf("samples: label of sample %d is %d, expected 0 to %d", i, label, classes-1)
		}
	}
	return &Set{inputs: inputs, labels: labels, classes: classes}, nil
}

// WithTargets joins inputs with a row of targets each.
func WithTargets(inputs, targets Rows) (*Set, error) {
	if targets.Len() != inputs.Len() {
		return nil, fmt.Errorf("samples: %d rows of targets of %d samples", targets.Len(), inputs.Len())
	}
	return &Set{inputs: inputs, targets: targets}, nil
}

// Len is the number of samples.
func (s *Set) Len() int { return s.inputs.Len() }

// Inputs is the length of an input.
func (s *Set) Inputs() int { return s.inputs.Columns() }

// Shape is that of an input in its file; none if it is a list of numbers.
func (s *Set) Shape() []int { return s.inputs.Shape() }

// Outputs is the number of classes, or of targets.
func (s *Set) Outputs() int {
	if s.labels != nil {
		return s.classes
	}
	return s.targets.Columns()
}

// Labels says whether the samples have labels, not targets.
func (s *Set) Labels() bool { return s.labels != nil }

// Label is that of sample i; 0 if there are targets.
func (s *Set) Label(i int) int {
	if s.labels == nil {
		return 0
	}
	return s.labels[i]
}

// Input stores the input of sample i.
func (s *Set) Input(dst []float64, i int) { Fill(dst, s.inputs, i) }

// Target stores the targets of sample i; of a label, high for the unit of its class
// and low for the others.
func (s *Set) Target(dst []float64, i int, low, high float64) { fillTarget(dst, s, i, low, high) }

func fillTarget[F float32 | float64](dst []F, s *Set, i int, low, high float64) {
	if s.labels == nil {
		Fill(dst, s.targets, i)
		return
	}
	for k := range dst {
		dst[k] = F(low)
	}
	dst[s.labels[i]] = F(high)
}

// Slice is the samples from up to, not including, to.
func (s *Set) Slice(from, to int) *Set {
	part := *s
	part.inputs = s.inputs.Slice(from, to)
	if s.labels != nil {
		part.labels = s.labels[from:to:to]
	} else {
		part.targets = s.targets.Slice(from, to)
	}
	return &part
}

// FillBatch stores inputs and targets of the samples with these indices, one a
// row. Targets of a class are 1 for its own unit and 0 for the others.
func FillBatch[F float32 | float64](inputs, targets []F, s *Set, indices []int) {
	in, out := s.Inputs(), s.Outputs()
	for k, i := range indices {
		Fill(inputs[k*in:(k+1)*in], s.inputs, i)
		fillTarget(targets[k*out:(k+1)*out], s, i, 0, 1)
	}
}
