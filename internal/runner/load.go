package runner

import (
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/plots"
)

// Checks completes options with all that is looked at before an experiment
// runs.
func Checks(opt config.Options) config.Options {
	opt.StabilityLimit, opt.LimitSpan = experiment.StabilityLimit, experiment.LimitSpan
	opt.Weights, opt.Array, opt.Input, opt.Memory = experiment.CheckWeights, experiment.ReadArray, experiment.CheckInput, experiment.CheckMemory
	opt.Data = experiment.CheckData
	opt.Signals, opt.Label, opt.Model = experiment.Signals, plots.CheckLabel, experiment.CheckModel
	return opt
}
