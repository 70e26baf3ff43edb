package experiment

import (
	"slices"

	"burstsim/internal/config"
	"burstsim/sim"
)

// schedule is that of learning rates: in seconds of simulated time, or in epochs.
func schedule(cfg config.Config) sim.Schedule {
	var s sim.Schedule
	for _, k := range cfg.Learning.Schedule {
		knot := sim.Knot{At: cfg.KnotTime(k), Factor: k.Factor, Shape: k.Shape, Weights: k.Weights}
		if !cfg.Trains() {
			knot.At += cfg.Time.Before.Seconds()
		}
		if slices.Contains(k.Weights, "all") {
			knot.Weights = nil
		}
		s = append(s, knot)
	}
	return s
}
