package experiment

import (
	"fmt"

	"burstsim/internal/config"
	"burstsim/neuron"
	"burstsim/sim"
	"burstsim/synapse"
)

// newNetwork builds the network; limit, if not nil, replaces the time constants
// of weights and averages.
func newNetwork[F sim.Float](cfg config.Config, limit *sim.LimitConstants) (*sim.Network[F], error) {
	inputs, outputs := taskSize(cfg)
	sizes := append(append([]int{inputs}, cfg.Model.Hidden...), outputs)
	m, t, rng := cfg.Model, cfg.Time, random(cfg, weightStream)
	if t.TauInterneuron == 0 {
		t.TauInterneuron = t.TauWeight / 2 // as their discrete rate is twice that of W
	}
	tau := func(d config.Duration) float64 { return d.Seconds() }
	average := t.TauAverage.Seconds()
	if limit != nil {
		tau = func(config.Duration) float64 { return limit.TauWeight }
		average = limit.TauAverage
	}
	coupling := synapse.Coupling{
		YMode: synapse.Mode(m.YMode), YScale: m.YScale, YPlastic: m.YPlastic,
		QMode: synapse.Tied, QScale: 1,
	}
	cell := neuron.Pyramidal{
		TauSoma: t.TauSoma.Seconds(), TauDendrite: t.TauDendrite.Seconds(),
		PBaseline: m.Baseline(), Beta: m.Gain(), Transfer: neuron.Published,
	}
	switch m.Kind {
	case "burstccn":
		coupling.QMode, coupling.QScale, coupling.QPlastic = synapse.Mode(m.QMode), m.QScale, m.QPlastic
		if m.BurstProbability == "centred" {
			cell.Transfer = neuron.Centred
		}
		return sim.NewBurstCCN[F](sim.BurstCCN{
			Sizes: sizes, Rows: 1, Pyramidal: cell, Coupling: coupling, WeightGain: m.WeightGain,
			TauWeight: tau(t.TauWeight), TauY: tau(t.TauY), TauQ: tau(t.TauQ), TraceDelay: t.TraceDelay.Seconds(),
		}, rng)
	case "burstprop":
		return sim.NewBurstprop[F](sim.Burstprop{
			Sizes: sizes, Rows: 1, Pyramidal: cell, Coupling: coupling, WeightGain: m.WeightGain,
			TauWeight: tau(t.TauWeight), TauY: tau(t.TauY),
			TauAverage: average, TraceDelay: t.TraceDelay.Seconds(),
			Recurrent: m.Recurrent, RecurrentScale: m.RecurrentScale, RecurrentLearning: m.RecurrentLearning,
		}, rng)
	case "edn":
		return sim.NewEDN[F](sim.EDN{
			Sizes: sizes, Rows: 1, TauSoma: t.TauSoma.Seconds(), Coupling: coupling, WeightGain: m.WeightGain,
			LambdaOutput: m.LambdaOutput, LambdaInterneuron: m.LambdaInterneuron, LambdaHidden: m.LambdaHidden,
			BasalLag:     m.BasalLag,
			Interneurons: synapse.Mode(m.InterneuronMode), InterneuronScale: m.InterneuronScale,
			TauWeight: tau(t.TauWeight), TauInterneuron: tau(t.TauInterneuron), TauY: tau(t.TauY),
		}, rng)
	case "ann":
		coupling.YPlastic = false
		return sim.NewANN[F](sim.ANN{
			Sizes: sizes, Rows: 1, TauSoma: t.TauSoma.Seconds(), Coupling: coupling, WeightGain: m.WeightGain,
			TauWeight: tau(t.TauWeight),
		}, rng)
	}
	return nil, fmt.Errorf("experiment: unknown model %q", m.Kind)
}
