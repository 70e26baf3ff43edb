package experiment

import (
	"fmt"

	"burstsim/internal/config"
	"burstsim/neuron"
	"burstsim/sim"
	"burstsim/synapse"
)

// networkShape is what the task and the way it is run say of a network.
type networkShape struct {
	inputs, outputs, rows int
	image                 imageShape // of the input, if it is one
}

// stack returns the sizes of all layers, and the first ones if they are maps.
func (shape networkShape) stack(m config.Model) (sizes []int, maps *sim.Convolutions, err error) {
	layers, dense := m.Stack()
	sizes = []int{shape.inputs}
	if len(layers) > 0 {
		maps = &sim.Convolutions{Channels: shape.image.channels, Height: shape.image.height, Width: shape.image.width}
		for _, l := range layers {
			maps.Layers = append(maps.Layers, sim.Convolution{Channels: l.Channels, Kernel: l.Kernel, Stride: l.Stride, Padding: l.Padding})
		}
		if sizes, err = maps.Sizes(); err != nil {
			return nil, nil, err
		}
	}
	return append(append(sizes, dense...), shape.outputs), maps, nil
}

// newNetwork builds the network with the weights it starts from; limit, if not
// nil, replaces the time constants of weights and averages.
func newNetwork[F sim.Float](cfg config.Config, shape networkShape, limit *sim.LimitConstants) (*sim.Network[F], error) {
	net, err := drawNetwork[F](cfg, shape, limit)
	if err != nil {
		return nil, err
	}
	if path, sum := cfg.Model.WeightsFile(); path != "" {
		if err := loadWeights(net, path, sum); err != nil {
			return nil, fmt.Errorf("%s: model.weights: %w", label(cfg), err)
		}
	}
	return net, nil
}

// Signals are the names of what a network of the experiment has to record.
func Signals(cfg config.Config) []string {
	cfg.Model.Hidden, cfg.Model.Layer = []int{1}, nil
	net, err := drawNetwork[float64](cfg, networkShape{inputs: 1, outputs: 1, rows: 1}, nil)
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range net.Signals() {
		names = append(names, s.Name)
	}
	return names
}

// drawNetwork is newNetwork with weights drawn at random, whatever the file
// says: for a network that gets its weights later.
func drawNetwork[F sim.Float](cfg config.Config, shape networkShape, limit *sim.LimitConstants) (*sim.Network[F], error) {
	if err := checkShape(cfg, shape); err != nil {
		return nil, err
	}
	sizes, maps, err := shape.stack(cfg.Model)
	if err != nil {
		return nil, err
	}
	m, t, rng := cfg.Model, cfg.Time, random(cfg, weightStream)
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
			Sizes: sizes, Maps: maps, Rows: shape.rows, Pyramidal: cell, Coupling: coupling, WeightGain: cfg.WeightGain(),
			TauWeight: tau(t.TauWeight), TauY: tau(t.TauY), TauQ: tau(t.TauQ), TraceDelay: t.TraceDelay.Seconds(),
		}, rng)
	case "burstprop":
		return sim.NewBurstprop[F](sim.Burstprop{
			Sizes: sizes, Maps: maps, Rows: shape.rows, Pyramidal: cell, Coupling: coupling, WeightGain: cfg.WeightGain(),
			TauWeight: tau(t.TauWeight), TauY: tau(t.TauY),
			TauAverage: average, TraceDelay: t.TraceDelay.Seconds(),
			Recurrent: m.Recurrent, RecurrentScale: m.RecurrentScale, RecurrentLearning: m.RecurrentLearning,
		}, rng)
	case "edn":
		return sim.NewEDN[F](sim.EDN{
			Sizes: sizes, Rows: shape.rows, TauSoma: t.TauSoma.Seconds(), Coupling: coupling, WeightGain: cfg.WeightGain(),
			LambdaOutput: m.LambdaOutput, LambdaInterneuron: m.LambdaInterneuron, LambdaHidden: m.LambdaHidden,
			BasalLag:     m.BasalLag,
			Interneurons: synapse.Mode(m.InterneuronMode), InterneuronScale: m.InterneuronScale,
			TauWeight: tau(t.TauWeight), TauInterneuron: tau(cfg.TauInterneuron()), TauY: tau(t.TauY),
		}, rng)
	case "ann":
		coupling.YPlastic = false
		return sim.NewANN[F](sim.ANN{
			Sizes: sizes, Maps: maps, Rows: shape.rows, TauSoma: t.TauSoma.Seconds(), Coupling: coupling, WeightGain: cfg.WeightGain(),
			TauWeight: tau(t.TauWeight),
		}, rng)
	}
	return nil, fmt.Errorf("experiment: unknown model %q", m.Kind)
}
