package explain

import (
	"fmt"
	"slices"

	"burstsim/plots"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// Circuit draws the populations of a text and what connects them: the input, one
// hidden layer for all, if there are any, and the output, each with the
// populations beside it.
func Circuit(text *model.Text, s program.Setting) (*plots.Figure, error) {
	spec, err := CircuitOf(text, s)
	if err != nil {
		return nil, err
	}
	return plots.Circuit(spec)
}

// CircuitOf is what [Circuit] draws. All of it is read off the equations that
// hold for the parameters:
//
//   - The soma of a population is the first state behind what it sends.
//   - What a line gets from the layer above and not from below, other than that of the soma, is an
//     apical dendrite, with the state that this drives.
//   - Weights times a quantity are a projection, which subtracts if there is a
//     minus before it. What is of another population and meets no weights is a
//     connection of one unit to one.
//   - The rule of weights from below is taught by the apical dendrite, or the
//     target, if the factors of it follow from these.
func CircuitOf(text *model.Text, s program.Setting) (spec plots.CircuitNetwork, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case unplaced:
			spec, err = plots.CircuitNetwork{}, r.error
		default:
			panic(r)
		}
	}()
	net, err := program.New(text, s)
	if err != nil {
		return spec, err
	}
	discrete := s.Usage.Discrete
	if _, err := net.Continuous(); err != nil && !discrete {
		discrete = true // there is no other form
	}
	c := &circuit{text: text, net: net}
	rows := []string{"input", "hidden", "output"}
	if net.Layers() == 1 {
		rows = []string{"input", "output"}
	}
	for i, kind := range rows {
		cells := []string{kind}
		for _, b := range text.Blocks {
			if b.Beside == kind || b.Beside == "layer" && i > 0 {
				cells = append(cells, b.Name)
			}
		}
		var row []*population
		for j, cell := range cells {
			lines, err := net.Equations(cell, discrete)
			if err != nil {
				return spec, err
			}
			p := &population{kind: cell, row: i, cell: j, lines: lines, states: map[string]bool{}, basal: map[string]bool{}}
			for _, e := range lines {
				if e.Kind == model.Changes && !text.IsProjection(cell, e.Name) {
					p.states[e.Name] = true
				}
			}
			row = append(row, p)
		}
		c.rows = append(c.rows, row)
	}
	c.inputs()
	c.compartments()
	return c.spec(), nil
}

// unplaced is the panic with which [CircuitOf] stops.
type unplaced struct{ error }

// circuit is a network on its way to a figure.
type circuit struct {
	text  *model.Text
	net   *program.Network
	rows  [][]*population
	links []link
}

// population is one of a row.
type population struct {
	kind      string
	row, cell int
	lines     []*model.Equation
	states    map[string]bool
	basal     map[string]bool // names at which weights from below arrive

	soma   string   // its name; "" if nothing is sent
	apical []string // names of its apical dendrite, where feedback arrives first
}

// link is a connection onto a name of a population.
type link struct {
	from, to  *population
	target    string // the name of to whose line it stands in
	weights   string // "": none
	quantity  string
	subtracts bool
	upwards   bool // from the layer above
}

// line is the equation of a kind for a name; nil if there is none.
func (p *population) line(name string, kind model.EquationKind) *model.Equation {
	for _, e := range p.lines {
		if e.Name == name && e.Kind == kind {
			return e
		}
	}
	return nil
}

// definition is the line that says what a name is; nil of what comes from
// outside.
func (p *population) definition(name string) *model.Equation {
	if e := p.line(name, model.Changes); e != nil {
		return e
	}
	return p.line(name, model.Follows)
}

// at is the population that an index leads to; nil if there is none in the
// figure.
func (c *circuit) at(p *population, index string) *population {
	row := p.row
	switch index {
	case "", p.kind:
		return p
	case "beside":
		return c.rows[row][0]
	case "below":
		row--
	case "above":
		row++
	default:
		for _, other := range c.rows[row] {
			if other.kind == index {
				return other
			}
		}
		return nil
	}
	if row < 0 || row >= len(c.rows) {
		return nil
	}
	return c.rows[row][0]
}

// projection says whether a name is one of weights, biases excepted.
func (c *circuit) projection(r *model.Ref) bool {
	for _, b := range c.text.Blocks {
		for _, p := range b.Projections {
			if p.Name == r.Name {
				return true
			}
		}
	}
	return false
}

func (c *circuit) bias(p *population, r *model.Ref) bool {
	at := c.at(p, r.Index)
	return at != nil && c.text.IsProjection(at.kind, r.Name) && !c.projection(r)
}

// inputs finds what connects populations.
func (c *circuit) inputs() {
	for _, row := range c.rows {
		for _, p := range row {
			for _, e := range p.lines {
				if e.Kind != model.Follows && e.Kind != model.Changes || c.text.IsProjection(p.kind, e.Name) || c.relay(p, e.Name) {
					continue
				}
				c.walk(p, e.Name, e.Right, false)
			}
		}
	}
}

// relay says whether a name is only another for what comes from elsewhere, as of
// x = noisy(e[below]), and is multiplied by weights where it is used.
func (c *circuit) relay(p *population, name string) bool {
	e := p.line(name, model.Follows)
	if e == nil {
		return false
	}
	foreign, own := 0, 0
	model.Walk(e.Right, func(x model.Expr) {
		r, ok := x.(*model.Ref)
		switch {
		case !ok:
		case c.projection(r):
			own++
		case r.Index != "" && r.Index != p.kind:
			foreign++
		case p.definition(r.Name) != nil || r.Name == "stimulus" || r.Name == "target":
			own++
		}
	})
	return foreign > 0 && own == 0 && c.multiplied(p, name)
}

// multiplied says whether a name is multiplied by weights wherever states and
// quantities use it.
func (c *circuit) multiplied(p *population, name string) bool {
	found := false
	for _, e := range p.lines {
		if e.Kind != model.Follows && e.Kind != model.Changes || c.text.IsProjection(p.kind, e.Name) {
			continue
		}
		model.Walk(e.Right, func(x model.Expr) {
			if b, ok := x.(*model.Binary); ok && b.Op == "*" && len(c.weights(b.X, false)) > 0 && mentions(b.Y, name) {
				found = true
			}
		})
	}
	return found
}

func mentions(e model.Expr, name string) bool {
	found := false
	model.Walk(e, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok && r.Index == "" && r.Name == name {
			found = true
		}
	})
	return found
}

// weight is a projection in an expression.
type weight struct {
	name      string
	subtracts bool
}

// weights are the projections of an expression that has nothing but weights and
// numbers in it; nil of any other.
func (c *circuit) weights(e model.Expr, minus bool) []weight {
	switch e := e.(type) {
	case *model.Ref:
		if c.projection(e) {
			return []weight{{e.Name, minus}}
		}
	case *model.Unary:
		return c.weights(e.X, minus != (e.Op == "-"))
	case *model.Binary:
		x, y := c.weights(e.X, minus), c.weights(e.Y, minus != (e.Op == "-"))
		switch {
		case e.Op == "+" || e.Op == "-":
			if x != nil && y != nil {
				return append(x, y...)
			}
		case x != nil && c.number(e.Y):
			return x
		case y != nil && e.Op == "*" && c.number(e.X):
			return y
		}
	}
	return nil
}

// number says whether an expression has nothing of populations in it.
func (c *circuit) number(e model.Expr) bool {
	is := true
	model.Walk(e, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok {
			_, constant := model.Constants()[r.Name]
			is = is && r.Index == "" && (constant || c.text.Param(r.Name) != nil)
		}
	})
	return is
}

// walk finds the connections in an expression that stands in the line of a name.
func (c *circuit) walk(p *population, name string, e model.Expr, minus bool) {
	switch e := e.(type) {
	case *model.Ref:
		if r := c.at(p, e.Index); r != nil && r != p && !c.projection(e) && !c.bias(p, e) && !c.constant(r, e.Name) {
			c.link(link{from: r, to: p, target: name, quantity: e.Name, subtracts: minus, upwards: e.Index == "above"})
		}
	case *model.Unary:
		c.walk(p, name, e.X, minus != (e.Op == "-"))
	case *model.Call:
		for _, a := range e.Args {
			c.walk(p, name, a, minus)
		}
	case *model.Choose:
		c.walk(p, name, e.X, minus)
		c.walk(p, name, e.Y, minus)
	case *model.Binary:
		if e.Op == "*" {
			if ws := c.weights(e.X, minus); ws != nil {
				for _, w := range ws {
					c.product(p, name, w, e.Y)
				}
				return
			}
		}
		c.walk(p, name, e.X, minus)
		c.walk(p, name, e.Y, minus != (e.Op == "-"))
	case *model.Number:
	default:
		panic(unplaced{fmt.Errorf("explain: an expression of type %T has no place in a circuit", e)})
	}
}

// product finds what weights are multiplied with.
func (c *circuit) product(p *population, name string, w weight, y model.Expr) {
	model.Walk(y, func(x model.Expr) {
		r, ok := x.(*model.Ref)
		if !ok || c.projection(r) || c.number(r) || c.bias(p, r) {
			return
		}
		at := c.at(p, r.Index)
		if at != nil && c.relay(at, r.Name) {
			model.Walk(at.line(r.Name, model.Follows).Right, func(x model.Expr) {
				if s, ok := x.(*model.Ref); ok && s.Index != "" {
					c.carried(p, name, w, at, s)
				}
			})
			return
		}
		c.carried(p, name, w, p, r)
	})
}

// constant says whether a name is a number: of parameters, and of other such.
func (c *circuit) constant(p *population, name string) bool {
	e := p.line(name, model.Follows)
	if e == nil {
		return false
	}
	is := true
	model.Walk(e.Right, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok && !c.number(r) {
			at := c.at(p, r.Index)
			is = is && at != nil && at.row > p.row && c.constant(at, r.Name)
		}
	})
	return is
}

// carried is a link from what a population calls r.
func (c *circuit) carried(p *population, name string, w weight, at *population, r *model.Ref) {
	if from := c.at(at, r.Index); from != nil {
		c.link(link{from: from, to: p, target: name, weights: w.name, quantity: r.Name, subtracts: w.subtracts, upwards: r.Index == "above"})
	}
}

// link adds one that is not there yet.
func (c *circuit) link(l link) {
	l.quantity = c.resolved(l.from, l.quantity)
	if l.from.row < l.to.row && l.weights != "" {
		l.to.basal[l.target] = true
	}
	same := func(o link) bool {
		return o.from == l.from && o.to == l.to && o.weights == l.weights && o.quantity == l.quantity && o.subtracts == l.subtracts
	}
	if !slices.ContainsFunc(c.links, same) {
		c.links = append(c.links, l)
	}
}

// resolved follows a name that is only another for a name of the same
// population.
func (c *circuit) resolved(p *population, name string) string {
	for range 100 { // a loop is an error that compiling tells
		e := p.line(name, model.Follows)
		if e == nil {
			return name
		}
		r, ok := e.Right.(*model.Ref)
		if !ok || r.Index != "" || p.definition(r.Name) == nil {
			return name
		}
		name = r.Name
	}
	return name
}
