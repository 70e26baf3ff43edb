package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// networkShape is what the task and the way it is run say of a network.
type networkShape struct {
	inputs, outputs, rows int
	image                 imageShape // of the input, if it is one
}

// stack returns the sizes of all layers, and the first ones if they are maps.
func (shape networkShape) stack(m config.Model) (sizes []int, maps *synapse.Convolutions, err error) {
	layers, dense := m.Stack()
	sizes = []int{shape.inputs}
	if len(layers) > 0 {
		maps = &synapse.Convolutions{Channels: shape.image.channels, Height: shape.image.height, Width: shape.image.width}
		for _, l := range layers {
			maps.Layers = append(maps.Layers, synapse.Convolution{Channels: l.Channels, Kernel: l.Kernel, Stride: l.Stride, Padding: l.Padding})
		}
		if sizes, err = maps.Sizes(); err != nil {
			return nil, nil, err
		}
	}
	return append(append(sizes, dense...), shape.outputs), maps, nil
}

// newWeights builds the network with the weights it starts from.
func newWeights[F sim.Float](cfg config.Config, shape networkShape, change model.Values) (*sim.Weights[F], error) {
	net, err := newNetwork(cfg, shape, change)
	if err != nil {
		return nil, err
	}
	return begin[F](cfg, net)
}

// sharedWeights is newWeights of a network that runs share.
func sharedWeights[F sim.Float](cfg config.Config, lib *Data, shape networkShape) (*sim.Weights[F], error) {
	net, err := lib.networks.of(cfg, shape)
	if err != nil {
		return nil, err
	}
	return begin[F](cfg, net)
}

// begin makes the weights that a network starts from.
func begin[F sim.Float](cfg config.Config, net *program.Network) (*sim.Weights[F], error) {
	w, err := sim.Draw[F](net, random(cfg, weightStream))
	if err != nil {
		return nil, err
	}
	if path, sum := cfg.Model.WeightsFile(); path != "" {
		if err := loadWeights(w, path, sum); err != nil {
			return nil, fmt.Errorf("%s: model.weights: %w", label(cfg), err)
		}
	}
	return w, nil
}

// Signals are the names of what a network of the experiment has to record.
func Signals(cfg config.Config) []string {
	cfg.Model.Hidden, cfg.Model.Layer = []int{1}, nil
	net, err := newNetworkOf(cfg, networkShape{inputs: 1, outputs: 1, rows: 1}, alike(cfg.Parameters()))
	if err != nil {
		return nil
	}
	compile := net.Continuous
	if cfg.Time.Kind == "discrete" {
		compile = net.Discrete
	}
	p, err := compile()
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range p.Signals {
		names = append(names, s.Name)
	}
	return names
}

// drawWeights is newWeights with weights drawn at random, whatever the file
// says: for a network that gets its weights later.
func drawWeights[F sim.Float](cfg config.Config, shape networkShape, change model.Values) (*sim.Weights[F], error) {
	net, err := newNetwork(cfg, shape, change)
	if err != nil {
		return nil, err
	}
	return sim.Draw[F](net, random(cfg, weightStream))
}

// newNetwork puts the model together for layers of a shape, with parameters of
// which some change.
func newNetwork(cfg config.Config, shape networkShape, change model.Values) (*program.Network, error) {
	if err := checkShape(cfg, shape); err != nil {
		return nil, err
	}
	values := cfg.Parameters()
	for name, v := range change {
		values[name] = v
	}
	return newNetworkOf(cfg, shape, values)
}

func newNetworkOf(cfg config.Config, shape networkShape, values model.Values) (*program.Network, error) {
	s, err := settingOf(cfg, shape, values)
	if err != nil {
		return nil, err
	}
	return program.New(cfg.Model.Text, s)
}

// settingOf is what the model is compiled for.
func settingOf(cfg config.Config, shape networkShape, values model.Values) (program.Setting, error) {
	sizes, maps, err := shape.stack(cfg.Model)
	return program.Setting{
		Sizes: sizes, Maps: maps, Rows: shape.rows, Values: values, Noise: cfg.Noisy(), Usage: cfg.Usage(),
		Seed: random(cfg, pathStream).Uint64(), Strength: cfg.Learning.Strength,
	}, err
}

// alike are values with which a network of any size can be built: those of one
// layer, and nothing of files, which have a size.
func alike(values model.Values) model.Values {
	values = values.Layer(1)
	for name, v := range values {
		if a, ok := v.(*model.Array); ok {
			values[name] = &model.Array{File: a.File}
		}
	}
	return values
}

// CheckModel compiles the model of an experiment for the layers that its file
// asks for. It returns what is wrong with the text, a *model.Error, or with a key,
// a *config.KeyError, and nil where only the data tell how large they are.
func CheckModel(cfg config.Config) error {
	if cfg.Spikes() {
		return checkSpiking(&cfg)
	}
	shape := shapeBefore(cfg)
	switch {
	case cfg.Task.Side() > 0:
		shape.outputs = 10
	case cfg.Task.Own() && shape.outputs > 0:
	case cfg.Task.Images() || cfg.Task.Own():
		return nil
	}
	net, err := newNetwork(cfg, shape, nil)
	if err == nil && (cfg.Time.Kind == "continuous" || len(cfg.Limit.Ratios) > 0) {
		var p *program.Program
		if p, err = net.Continuous(); err == nil {
			err = checkUnits(cfg, p)
		}
	}
	if err == nil && (cfg.Time.Kind == "discrete" || len(cfg.Limit.Ratios) > 0) {
		_, err = net.Discrete()
	}
	if err == nil && cfg.Trains() {
		err = checkChanges(cfg, net)
	}
	var inText *model.Error
	var inKey *config.KeyError
	switch {
	case errors.As(err, &inText):
		return inText
	case errors.As(err, &inKey):
		return inKey
	}
	return nil
}

// checkChanges says which weights that are to change the network does not have, or
// not as weights of their own.
func checkChanges(cfg config.Config, net *program.Network) error {
	names := sim.Changeable(net)
	for i, c := range cfg.Learning.Changes {
		for _, w := range c.Weights {
			if !slices.Contains(names, w) {
				return &config.KeyError{Key: fmt.Sprintf("learning.changes[%d].weights", i),
					Msg: fmt.Sprintf("%q are none of the network's weights, or follow from others, expected of %s", w, strings.Join(names, ", "))}
			}
		}
	}
	return nil
}

// checkUnits says which state has a unit whose time constant is too short for the
// time step, where a state's units differ: what they draw, no file says.
func checkUnits(cfg config.Config, p *program.Program) error {
	limit := StabilityLimit(cfg.Integrator.Method)
	for _, c := range p.Compartments {
		for unit, tau := range c.Taus {
			if dt := cfg.Time.Dt.Seconds(); cfg.Time.Kind == "continuous" && !(dt < limit*tau*(1-1e-12)) {
				return &config.KeyError{Key: "time.dt", Msg: fmt.Sprintf("%v is not below the stable limit of %s, %.4g s: unit %d of %s in layer %d has a time constant of %.4g s",
					cfg.Time.Dt, cfg.Integrator.Method, limit*tau, unit, c.Name, c.Layer, tau)}
			}
		}
	}
	return nil
}

// number is a parameter of the model, in seconds or as it is; 0 if the model has
// none of this key.
func number(cfg config.Config, key string) float64 {
	x, _ := cfg.Parameter(key).(float64)
	return x
}
