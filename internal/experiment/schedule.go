package experiment

import (
	"slices"
	"time"

	"burstsim/internal/config"
	"burstsim/sim"
)

// schedule is that of learning rates: in seconds of simulated time, or in epochs.
// It begins where learning does, with a factor of 1.
func schedule(cfg config.Config) sim.Schedule {
	if len(cfg.Learning.Schedule) == 0 {
		return nil
	}
	begin := time.Duration(cfg.Time.Before)
	s := sim.Schedule{{At: begin.Seconds(), Factor: 1, Shape: "step"}}
	if cfg.Trains() {
		s[0].At = 0
	}
	for _, k := range cfg.Learning.Schedule {
		knot := sim.Knot{At: k.Epoch, Factor: k.Factor, Shape: k.Shape, Weights: k.Weights}
		if !cfg.Trains() {
			knot.At = (begin + time.Duration(k.At)).Seconds() // as steps and presentations say it, to the bit
		}
		if slices.Contains(k.Weights, "all") {
			knot.Weights = nil
		}
		s = append(s, knot)
	}
	return s
}
