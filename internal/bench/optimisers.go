package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/sim/training"
	"burstsim/synapse"
)

// trained are the networks that every optimiser trains: each model with all that
// has weights of its own, and BurstCCN with one matrix a layer as well.
var trained = []struct {
	name, model string
	values      model.Values
}{
	{"burstccn", "burstccn", model.Values{"y_mode": "random", "y_scale": 0.5, "q_mode": "symmetric_init", "q_plastic": true, "q_lr": 1e-4}},
	{"burstccn, all tied", "burstccn", model.Values{}},
	{"burstprop", "burstprop", model.Values{"y_mode": "random", "y_scale": 0.5}},
	{"edn", "edn", model.Values{"y_mode": "random", "y_scale": 0.5}},
	{"ann", "ann", model.Values{"y_mode": "random", "y_scale": 0.5}},
}

// optimisers measures the training of 3 x 500 by every optimiser. They take
// turns, so that a slow moment of the machine is not one optimiser's alone.
func (r *run) optimisers() error {
	set, err := randomImages(r.rng, max(batch, r.images/10), [3]int{1, 28, 28}, 10)
	if err != nil {
		return err
	}
	for _, m := range trained {
		var jobs []*training.Training[float32]
		for _, name := range synapse.RuleNames {
			job, err := optimised(m.model, m.values, name)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", m.name, name, err)
			}
			job.Train = &some{set, r.turn * batch}
			jobs = append(jobs, job)
		}
		times := make([]timing, len(jobs))
		for turn := range 1 + 3*r.meter.repeats {
			for k, job := range jobs {
				out, err := job.Run(r.ctx)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", m.name, synapse.RuleNames[k], err)
				}
				if turn > 0 { // the first one touches memory
					times[k].sorted = append(times[k].sorted, out.Learning.Seconds()/float64(out.Examples))
				}
			}
		}
		var plain float64
		for k, name := range synapse.RuleNames {
			slices.Sort(times[k].sorted)
			line := times[k].rate("optimisers", fmt.Sprintf("%s, %s", m.name, name), "images/s", 1)
			if name == "sgd" {
				plain = line.Best
			}
			line.OfPlain = new(float64)
			*line.OfPlain = line.Best / plain
			r.add(line)
		}
	}
	return nil
}

// optimised is a training of a model by an optimiser, so slow that it stays where
// it is: what is timed is not learning's success.
func optimised(name string, values model.Values, optimiser string) (*training.Training[float32], error) {
	text, err := model.Builtin(name)
	if err != nil {
		return nil, err
	}
	all := model.Values{"lr": 1e-4}
	for k, v := range values {
		all[k] = v
	}
	net, err := program.New(text, program.Setting{Sizes: []int{784, 500, 500, 500, 10}, Rows: batch,
		Usage: model.Usage{Discrete: true, Images: true, Presentation: 1}, Values: all})
	if err != nil {
		return nil, err
	}
	w, err := sim.Draw[float32](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		return nil, err
	}
	learning := sim.Learning{Optimiser: optimiser}
	if optimiser == "momentum" {
		learning.Momentum = 0.9
	}
	d, err := sim.NewDiscrete(w, learning)
	if err != nil {
		return nil, err
	}
	return &training.Training[float32]{Model: d, Epochs: 1}, nil
}
