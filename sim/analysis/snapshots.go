package analysis

import (
	"burstsim/sim"
	"burstsim/sim/record"
)

// NewSnapshots begins a list of snapshots of such weights, by "time" or "epoch".
func NewSnapshots[F sim.Float](j record.Journal, unit string, w *sim.Weights[F]) (*record.Snapshots, error) {
	var shapes []record.Shape
	for _, t := range w.Tensors() {
		shapes = append(shapes, record.Shape{Name: t.Name, Shape: t.Shape})
	}
	return record.NewSnapshots(j, unit, shapes)
}

// TakeSnapshot adds weights as they are now, at a time (s) or epoch, to snapshots that
// were begun with such.
func TakeSnapshot[F sim.Float](s *record.Snapshots, at float64, w *sim.Weights[F]) error {
	return s.Take(at, func(row []float64) []float64 {
		for _, t := range w.Tensors() {
			for _, v := range t.Values {
				row = append(row, float64(v))
			}
		}
		return row
	})
}
