package program

import (
	"fmt"
	"slices"

	"burstsim/sim/model"
)

// Population is what a network has of a layer, or beside one.
type Population struct {
	Kind  string `json:"kind"`  // input, hidden, output, or the name of one beside a layer
	Layer int    `json:"layer"` // from 0, the input
	Units int    `json:"units"`
	// States take time, Quantities follow at once, each with its equation as it
	// holds in continuous time.
	States     []Line `json:"states"`
	Quantities []Line `json:"quantities"`
}

// Line is an equation of a population.
type Line struct {
	Name     string `json:"name"`
	Equation string `json:"equation"`
}

// Projection is weights of a network.
type Projection struct {
	Name  string `json:"name"` // W1, Y1: the symbol and the layer that declares it
	Bias  string `json:"bias,omitempty"`
	To    string `json:"to"`
	From  string `json:"from"`
	Shape []int  `json:"shape"` // rows and columns; of maps: channels, channels below, kernel, kernel
	Kind  string `json:"kind"`  // dense, sparse or maps
	// Connections are those that there are of a sparse one.
	Connections int `json:"connections,omitempty"`
	// One of these three: the line that says what the weights equal at all times,
	// how they begin, or that there are none for these parameters.
	Tied    string `json:"tied,omitempty"`
	Initial string `json:"initial,omitempty"`
	Absent  bool   `json:"absent,omitempty"`
	Rule    string `json:"rule,omitempty"` // by which they learn; "": they do not
}

// Step is a state or a quantity that is computed.
type Step struct {
	Population string `json:"population"`
	Layer      int    `json:"layer"`
	Name       string `json:"name"`
	Equation   string `json:"equation"`
	State      bool   `json:"state"`
	Held       bool   `json:"held"` // keeps the value of the prediction while the discrete model is taught
}

// Populations lists those of a network, from the input, populations beside a
// layer behind it.
func (net *Network) Populations() []Population {
	var out []Population
	for _, layer := range net.layers {
		for _, pop := range append([]*population{layer}, layer.beside...) {
			one := Population{Kind: pop.kind, Layer: pop.layer, Units: pop.units}
			for _, name := range pop.names {
				if e := net.line(pop, name, model.Changes); e != nil {
					one.States = append(one.States, Line{name, e.Text})
				} else if e := net.line(pop, name, model.Follows); e != nil {
					one.Quantities = append(one.Quantities, Line{name, e.Text})
				}
			}
			out = append(out, one)
		}
	}
	return out
}

// line is the equation that holds in continuous time; nil if there is none.
func (net *Network) line(pop *population, name string, kind model.EquationKind) *model.Equation {
	return net.equation(pop, name, kind, map[string]bool{"discrete": false, "images": net.Setting.Usage.Images, "teacher": true})
}

// Projections lists the declared weights of a network, layer by layer, biases
// with the weights that they belong to.
func (net *Network) Projections() []Projection {
	var out []Projection
	for _, layer := range net.layers {
		for _, pop := range append([]*population{layer}, layer.beside...) {
			for _, b := range net.Text.Of(pop.kind) {
				for _, d := range b.Projections {
					if p := pop.projections[d.Name]; p != nil {
						out = append(out, net.projection(pop, d, p))
					}
				}
			}
		}
	}
	return out
}

func (net *Network) projection(pop *population, d *model.Projection, p *projection) Projection {
	one := Projection{Name: fmt.Sprint(d.Name, pop.layer), To: pop.String(), Kind: "dense", Shape: []int{p.shape.out, p.shape.in}}
	if d.Bias != "" {
		one.Bias = fmt.Sprint(d.Bias, pop.layer)
	}
	from := d.From
	if d.Along != nil {
		from = d.Along.Index
	}
	if source := net.at(pop, from); source != nil {
		one.From = source.String()
	}
	if p.shape.pattern != nil {
		one.Kind, one.Connections = "sparse", p.shape.pattern.Len()
	}
	if m := p.shape.maps; m != nil {
		one.Kind, one.Shape = "maps", []int{m.Channels, m.InChannels, m.Kernel, m.Kernel}
	}
	switch {
	case p.tied != nil:
		one.Tied = p.tied.Text
	case p.begin != nil:
		one.Initial = p.begin.Text
	default:
		one.Absent = true
	}
	if e := net.line(pop, d.Name, model.Changes); e != nil && p.stored != nil {
		one.Rule = e.Text
	}
	return one
}

// Order lists what is computed of a network with a teacher, in the order in
// which it is. In continuous time states are given: quantities come first, each
// behind what it depends on, and then the rates of change of states, of which no
// order matters. In discrete time states take their places among the quantities,
// as they adopt their drives. The error names an equation that does not fit.
func (net *Network) Order(discrete bool) (steps []Step, err error) {
	defer caught(net.Text, &err)
	p := &Program{net: net, Discrete: discrete, vars: map[key]*variable{}}
	b := newBuilder(net, p.vars, phase{discrete: discrete, teacher: true})
	b.adopt = discrete
	p.everything(b)
	done := map[*variable]bool{}
	add := func(pop *population, name string) {
		v := b.vars[key{pop, name}]
		if done[v] {
			return
		}
		done[v] = true
		s := Step{Population: pop.kind, Layer: pop.layer, Name: name, Held: discrete && net.Text.Held(pop.kind, name)}
		e := net.equation(pop, name, model.Changes, b.flags())
		if s.State = e != nil; !s.State {
			e = net.equation(pop, name, model.Follows, b.flags())
		}
		s.Equation = e.Text
		steps = append(steps, s)
	}
	for _, v := range b.built {
		add(v.pop, v.name)
	}
	for _, pop := range slices.Backward(p.order()) {
		for _, name := range pop.names {
			if p.has(b, pop, name) {
				add(pop, name)
			}
		}
	}
	return steps, nil
}

// Equations lists the lines that hold for a kind of population with a teacher,
// those of weights among them: of the first layer that has such a population. It
// is nil if there is none.
func (net *Network) Equations(kind string, discrete bool) (lines []*model.Equation, err error) {
	defer caught(net.Text, &err)
	k := slices.IndexFunc(net.all, func(p *population) bool { return p.kind == kind })
	if k < 0 {
		return nil, nil
	}
	pop := net.all[k]
	flags := map[string]bool{"discrete": discrete, "images": net.Setting.Usage.Images, "teacher": true}
	for _, b := range net.Text.Of(kind) {
		for _, e := range b.Equations {
			if net.equation(pop, e.Name, e.Kind, flags) == e {
				lines = append(lines, e)
			}
		}
	}
	return lines, nil
}

// Constant is an expression of parameters in a kind of population, as of its
// first layer; known is false of anything else.
func (net *Network) Constant(kind string, e model.Expr) (value float64, known bool) {
	k := slices.IndexFunc(net.all, func(p *population) bool { return p.kind == kind })
	if k < 0 {
		return 0, false
	}
	return net.env(net.all[k], net.timeless()).Number(e)
}
