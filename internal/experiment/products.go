package experiment

import (
	"slices"

	"burstsim/internal/config"
	"burstsim/internal/linalg"
)

// HasLargeProducts tells whether an experiment, or one of its variants, has
// matrix products that a shared library may be asked for: those of a batch,
// and of one sample with a matrix of [linalg.LibraryElements] and more.
func HasLargeProducts(cfg config.Config) bool {
	return hasLargeProducts(cfg) ||
		slices.ContainsFunc(cfg.Compare, func(v config.Variant) bool { return hasLargeProducts(v.Config) })
}

func hasLargeProducts(cfg config.Config) bool {
	if cfg.Task.Images() {
		return true
	}
	if drawsTeacher(cfg) {
		for _, d := range teacherOf(cfg) {
			if d.bytes >= 8*linalg.LibraryElements {
				return true
			}
		}
	}
	net, err := newNetwork(cfg, shapeBefore(cfg), nil)
	if err != nil {
		return false // and the run will say why it cannot begin
	}
	for _, m := range net.Matrices() {
		elements := 1
		for _, n := range m.Shape {
			elements *= n
		}
		if elements >= linalg.LibraryElements {
			return true
		}
	}
	return false
}
