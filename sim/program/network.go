// Package program compiles a model's text for a network of given layers into
// instructions on whole populations, and runs them.
//
// [New] puts populations and projections together; the network it returns never
// changes. [Network.Continuous] and [Network.Discrete] order its equations by
// what depends on what and compile them. A [Machine] runs a compiled program on
// the memory of one simulation.
package program

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sync/atomic"

	"burstsim/sim/model"
	"burstsim/synapse"
)

// Setting is what a text is compiled for.
type Setting struct {
	// Sizes are the units of the input, each hidden layer and the output.
	Sizes []int
	// Maps makes the first layers maps that share weights; nil: none.
	Maps *synapse.Convolutions
	// Rows is the number of samples of a batch, or of trajectories that are
	// simulated at once; 0 means 1.
	Rows int
	// Values are the parameters that differ from their defaults.
	Values model.Values
	Usage  model.Usage
	Noise  bool // whether noisy(x) draws noise while learning
	// Strength is how far the teacher pulls: what the equations call target is the
	// answer and so much of the way from it to the target. 0 means 1.
	Strength float64
	// Seed decides which connections there are, where a text says how many, what
	// is drawn for each unit, and the noise of states.
	Seed uint64
}

// Network is a model's populations and projections at given sizes. It is a
// description and never changes, so that any number of simulations can share it, at
// the same time too.
type Network struct {
	Text    *model.Text
	Setting Setting
	Values  model.Values // of all parameters

	inLayer []model.Values // the same for each layer, from 1

	layers   []*population // input, hidden, output
	all      []*population // and those beside them
	matrices []*Matrix     // weights that are stored
	computed []*projection // what equals others and is no sum of them, each behind those it follows from
	widths   map[key]int

	continuous, discrete compilation
	seeded               atomic.Bool // whether something was drawn by Setting.Seed
}

// Seeded says whether the network, or what it was compiled to so far, depends on
// Setting.Seed: connections, values that differ between units, or noise were drawn.
// Weights are drawn by another seed.
func (net *Network) Seeded() bool { return net.seeded.Load() }

// population is one of the network: of a layer, or beside one.
type population struct {
	kind        string // input, hidden, output, or the name of one beside a layer
	layer       int
	units       int
	host        *population // of one beside a layer
	beside      []*population
	projections map[string]*projection
	names       []string // of quantities and states, in the order of the text
}

func (p *population) String() string {
	if p.host != nil {
		return fmt.Sprintf("%s%d", p.kind, p.layer)
	}
	return fmt.Sprintf("%s layer %d", p.kind, p.layer)
}

// key is a quantity, state or projection of a population.
type key struct {
	pop  *population
	name string
}

// Bounds that no network exceeds by intention: memory is allocated as a file
// asks for it.
const (
	maxWeights = 1 << 31
	maxRows    = 1 << 20
	maxUnits   = 1 << 24
	maxNumbers = 1 << 32 // of states and quantities
)

// New puts a text's populations and projections together. The error says which
// setting or equation does not fit.
func New(text *model.Text, s Setting) (net *Network, err error) {
	s.Usage.Hidden = max(len(s.Sizes)-2, 0)
	values, err := text.Resolve(s.Values, s.Usage)
	if err != nil {
		return nil, err
	}
	if s.Rows == 0 {
		s.Rows = 1
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	s.Sizes, s.Values = slices.Clone(s.Sizes), maps.Clone(s.Values)
	if s.Maps != nil {
		own := *s.Maps
		own.Layers = slices.Clone(own.Layers)
		s.Maps = &own
	}
	net = &Network{Text: text, Setting: s, Values: values, widths: map[key]int{}}
	for l := range len(s.Sizes) - 1 {
		own := values.Layer(l + 1)
		for _, v := range own {
			if _, drawn := v.(model.Drawn); drawn {
				net.seeded.Store(true)
			}
		}
		net.inLayer = append(net.inLayer, own)
	}
	defer caught(text, &err)
	net.populate()
	if err := net.connect(); err != nil {
		return nil, err
	}
	net.inferWidths()
	return net, nil
}

// caught turns the panic of an *model.Error, with which compiling stops, into
// an error.
func caught(text *model.Text, err *error) {
	switch r := recover().(type) {
	case nil:
	case *model.Error:
		r.File = text.File
		*err = r
	default:
		panic(r)
	}
}

func (s Setting) check() error {
	if len(s.Sizes) < 2 {
		return fmt.Errorf("program: %d layer sizes, expected at least those of input and output", len(s.Sizes))
	}
	var weights float64
	for l, n := range s.Sizes {
		if n < 1 {
			return fmt.Errorf("program: layer %d has %d units, expected at least 1", l, n)
		}
		if l > 0 {
			weights += float64(n) * float64(s.Sizes[l-1]+1)
		}
	}
	if s.Maps == nil && weights > maxWeights {
		return fmt.Errorf("program: layers of %v units need %.3g weights, expected at most %.3g", s.Sizes, weights, float64(maxWeights))
	}
	if s.Rows < 1 || s.Rows > maxRows {
		return fmt.Errorf("program: %d rows, expected between 1 and %d", s.Rows, maxRows)
	}
	return nil
}

// maps are the shapes of the first layers, if they are maps.
func (s Setting) maps() ([]synapse.MapShape, error) {
	if s.Maps == nil {
		return nil, nil
	}
	maps, err := s.Maps.Shapes()
	if err != nil {
		return nil, err
	}
	if len(maps) >= len(s.Sizes) {
		return nil, fmt.Errorf("program: %d layers of maps, expected fewer than the %d layers", len(maps), len(s.Sizes)-1)
	}
	for l, m := range maps {
		if m.In() != s.Sizes[l] || m.Out() != s.Sizes[l+1] {
			return nil, fmt.Errorf("program: layer %d of maps has %d units and sees %d, but Sizes says %d and %d", l+1, m.Out(), m.In(), s.Sizes[l+1], s.Sizes[l])
		}
	}
	return maps, nil
}

// Layers is the number of layers that have weights.
func (net *Network) Layers() int { return len(net.Setting.Sizes) - 1 }

// Rows is the number of samples of a batch.
func (net *Network) Rows() int { return net.Setting.Rows }

// Matrices lists all weights that are stored: the projections from below by
// layer, each before its bias, then others.
func (net *Network) Matrices() []*Matrix { return net.matrices }

func (net *Network) populate() {
	top := net.Layers()
	for l, n := range net.Setting.Sizes {
		kind := "hidden"
		switch l {
		case 0:
			kind = "input"
		case top:
			kind = "output"
		}
		pop := &population{kind: kind, layer: l, units: n, projections: map[string]*projection{}}
		net.layers = append(net.layers, pop)
		net.all = append(net.all, pop)
	}
	for _, b := range net.Text.Blocks {
		if b.Beside == "" {
			continue
		}
		for l, host := range net.layers {
			if host.kind != b.Beside && !(b.Beside == "layer" && l > 0) {
				continue
			}
			units := 0
			switch b.Size.As {
			case "":
				units = net.units(b, host)
			case "layer":
				units = host.units
			case "above":
				if l == top {
					panic(&model.Error{Pos: b.Size.Pos, Msg: fmt.Sprintf("%s beside the output: nothing is above it", b.Name)})
				}
				units = net.layers[l+1].units
			case "below":
				units = net.layers[l-1].units
			}
			if units > maxUnits {
				panic(&model.Error{Pos: b.Size.Pos, Msg: fmt.Sprintf("%s has more units beside layer %d than expected, which are at most %d", b.Name, l, maxUnits)})
			}
			pop := &population{kind: b.Name, layer: l, units: units, host: host, projections: map[string]*projection{}}
			host.beside = append(host.beside, pop)
			net.all = append(net.all, pop)
		}
	}
	for _, pop := range net.all {
		for _, b := range net.Text.Of(pop.kind) {
			for _, e := range b.Equations {
				if (e.Kind == model.Follows || e.Kind == model.Changes) && !slices.Contains(pop.names, e.Name) && !net.Text.IsProjection(pop.kind, e.Name) {
					pop.names = append(pop.names, e.Name)
				}
			}
		}
	}
}

// at is the population that an index leads to.
func (net *Network) at(pop *population, index string) *population {
	host := pop
	if pop.host != nil {
		host = pop.host
	}
	switch index {
	case "", pop.kind:
		return pop
	case "below":
		return net.layers[host.layer-1]
	case "above":
		if host.layer == net.Layers() {
			return nil
		}
		return net.layers[host.layer+1]
	case "beside":
		return pop.host
	}
	for _, p := range host.beside {
		if p.kind == index {
			return p
		}
	}
	return nil
}

// env is what is known of the parameters and constants in a population.
func (net *Network) env(pop *population, flags map[string]bool) model.Env {
	env := model.Env{Values: net.inLayer[max(pop.layer, 1)-1], Flags: flags, Constants: map[string]float64{
		"n": float64(pop.units), "depth": float64(net.Layers() - pop.layer),
		"batch": float64(net.Rows()), "presentation": net.Setting.Usage.Presentation,
	}}
	others := []string{"below", "above", "beside"}
	host := pop
	if pop.host != nil {
		host = pop.host
	}
	for _, other := range host.beside {
		others = append(others, other.kind)
	}
	for _, index := range others {
		if index == "below" && pop.layer == 0 {
			continue
		}
		if other := net.at(pop, index); other != nil {
			env.Constants["n["+index+"]"] = float64(other.units)
		}
	}
	return env
}

// units is how many a population beside a layer has that says a number.
func (net *Network) units(b *model.Block, host *population) int {
	env := net.env(&population{kind: b.Name, layer: host.layer, host: host}, net.timeless())
	n, known := env.Number(b.Size.Units)
	switch {
	case !known:
		panic(&model.Error{Pos: b.Size.Pos, Msg: fmt.Sprintf("the units of %s are %s, expected a number or an expression of parameters, and of units of other populations that come before", b.Name, b.Size.Text)})
	case n > maxUnits: // which the caller says
		return maxUnits + 1
	case n != math.Trunc(n) || !(n >= 1):
		panic(&model.Error{Pos: b.Size.Pos, Msg: fmt.Sprintf("%s has %v units beside layer %d, expected a whole number from 1", b.Name, n, host.layer)})
	}
	return int(n)
}

// equation returns the line of a kind that holds for a name: the first whose
// condition does.
func (net *Network) equation(pop *population, name string, kind model.EquationKind, flags map[string]bool) *model.Equation {
	env := net.env(pop, flags)
	for _, b := range net.Text.Of(pop.kind) {
		for _, e := range b.Equations {
			if e.Name != name || e.Kind != kind {
				continue
			}
			if e.When == nil {
				return e
			}
			holds, known := env.Holds(e.When)
			if !known {
				panic(&model.Error{Pos: e.Pos, Equation: e.Text,
					Msg: "which of several lines holds must be known before anything runs; for a condition that changes write x = A if CONDITION else B"})
			}
			if holds {
				return e
			}
		}
	}
	return nil
}

// timeless are the flags for weights, which are the same whatever happens.
func (net *Network) timeless() map[string]bool {
	return net.Setting.Usage.Flags()
}

// require says which requirement on parameters does not hold in this kind of
// time.
func (net *Network) require(values model.Values, discrete bool) error {
	for _, r := range net.Text.Requires {
		env := model.Env{Values: values, Flags: map[string]bool{"discrete": discrete, "images": net.Setting.Usage.Images}}
		if when, _ := env.Holds(r.When); r.When != nil && !when {
			continue
		}
		if holds, known := env.Holds(r.Cond); known && !holds {
			return fmt.Errorf("%s: the model %s requires %s", r.Doc, net.Text.Name, r.Text)
		}
	}
	return nil
}
