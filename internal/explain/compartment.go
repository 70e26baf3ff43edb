package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"burstsim/plots"
	"burstsim/sim/model"
)

// compartments finds soma and apical dendrite of every population.
func (c *circuit) compartments() {
	for _, row := range c.rows {
		for _, p := range row {
			p.soma = c.soma(p)
		}
	}
	for _, l := range c.links {
		p := l.to
		if !l.upwards || l.weights == "" || l.target == p.soma || p.cell > 0 || p.basal[l.target] {
			continue
		}
		for _, name := range append([]string{l.target}, c.driven(p, l.target)...) {
			if name != p.soma && !slices.Contains(p.apical, name) {
				p.apical = append(p.apical, name)
			}
		}
	}
}

// soma is the state behind what a population sends: upwards, if it does; or what
// other layers send upwards, the answer, or what it sends or receives at all.
func (c *circuit) soma(p *population) string {
	var own, others, any []string
	for _, l := range c.links {
		switch {
		case l.from == p && l.to.row > p.row:
			own = append(own, l.quantity)
		case p.cell == 0 && l.from.cell == 0 && l.to.row > l.from.row && p.definition(l.quantity) != nil:
			others = append(others, l.quantity)
		case l.from == p:
			any = append(any, l.quantity)
		}
	}
	for _, l := range c.links {
		if l.to == p {
			any = append(any, l.target)
		}
	}
	sent := append(own, others...)
	if p.definition("answer") != nil {
		sent = append(sent, c.resolved(p, "answer"))
	}
	sent = append(sent, any...)
	for _, name := range sent {
		if state := c.behind(p, name); state != "" {
			return state
		}
	}
	if len(sent) == 0 {
		return ""
	}
	return sent[0]
}

// refs visits the own names in the line of a name.
func (p *population) refs(name string, visit func(string)) {
	e := p.definition(name)
	if e == nil {
		return
	}
	model.Walk(e.Right, func(x model.Expr) {
		if r, ok := x.(*model.Ref); ok && (r.Index == "" || r.Index == p.kind) {
			visit(r.Name)
		}
	})
}

// behind is the first state that a name follows from; "" if there is none.
func (c *circuit) behind(p *population, name string) string {
	queue, seen := []string{name}, map[string]bool{}
	for len(queue) > 0 {
		name, queue = queue[0], queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		if p.states[name] {
			return name
		}
		p.refs(name, func(other string) { queue = append(queue, other) })
	}
	return ""
}

// driven are the states that a name drives through quantities only.
func (c *circuit) driven(p *population, name string) []string {
	var states []string
	queue, seen := []string{name}, map[string]bool{}
	for len(queue) > 0 {
		name, queue = queue[0], queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		if p.states[name] {
			if !slices.Contains(states, name) {
				states = append(states, name)
			}
			continue
		}
		for _, e := range p.lines {
			if e.Kind != model.Follows && e.Kind != model.Changes || c.text.IsProjection(p.kind, e.Name) {
				continue
			}
			if mentions(e.Right, name) {
				queue = append(queue, e.Name)
			}
		}
	}
	return states
}

// atApical says whether a link onto a name arrives at the apical dendrite.
func (c *circuit) atApical(l link) bool {
	p := l.to
	switch {
	case len(p.apical) == 0 || l.target == p.soma:
		return false
	case slices.Contains(p.apical, l.target):
		return true
	}
	states := c.driven(p, l.target)
	return !slices.Contains(states, p.soma) && slices.ContainsFunc(states, func(s string) bool { return slices.Contains(p.apical, s) })
}

// apicalSymbol is the state of the apical dendrite, or else what arrives there.
func (p *population) apicalSymbol() (name string, state bool) {
	for _, name := range p.apical {
		if p.states[name] {
			return name, true
		}
	}
	if len(p.apical) == 0 {
		return "", false
	}
	return p.apical[0], false
}

// teacher is what decides how the weights from below change.
func (c *circuit) teacher(p *population) plots.CircuitTeacher {
	for _, l := range c.links {
		if l.to != p || l.from.row >= p.row || l.weights == "" {
			continue
		}
		rule := p.line(l.weights, model.Changes)
		if rule == nil {
			continue
		}
		var names []string
		model.Walk(rule.Right, func(x model.Expr) {
			if r, ok := x.(*model.Ref); ok && r.Index == "" {
				names = append(names, r.Name)
			}
		})
		if t := c.taught(p, names); t != plots.NoTeacher {
			return t
		}
	}
	return plots.NoTeacher
}

func (c *circuit) taught(p *population, names []string) plots.CircuitTeacher {
	seen := map[string]bool{}
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		switch {
		case seen[name]:
			continue
		case slices.Contains(p.apical, name):
			return plots.ApicalTeacher
		case name == "target":
			return plots.TargetTeacher
		}
		seen[name] = true
		if !p.states[name] {
			p.refs(name, func(other string) { names = append(names, other) })
		}
	}
	return plots.NoTeacher
}

// spec is the circuit as a figure takes it.
func (c *circuit) spec() plots.CircuitNetwork {
	var out plots.CircuitNetwork
	pyramids := false
	for _, row := range c.rows {
		pyramids = pyramids || len(row[0].apical) > 0
	}
	for _, row := range c.rows {
		r := plots.CircuitRow{Label: c.rowLabel(row[0].kind)}
		for _, p := range row {
			apical, state := p.apicalSymbol()
			cell := plots.CircuitCell{Soma: p.soma, Apical: apical, Follows: !state, Teacher: c.teacher(p)}
			if p.cell > 0 {
				cell.Name = p.kind
			}
			cell.Pyramidal = pyramids && p.cell == 0 && p.kind != "input"
			r.Cells = append(r.Cells, cell)
		}
		r.Stimulus = row[0].kind == "input"
		r.Answer = row[0].kind == "output"
		r.Target = r.Answer && slices.ContainsFunc(row[0].lines, func(e *model.Equation) bool { return mentions(e.Right, "target") })
		out.Rows = append(out.Rows, r)
	}
	for _, l := range c.links {
		k := plots.CircuitLink{
			From:    plots.CircuitEnd{Row: l.from.row, Cell: l.from.cell},
			To:      plots.CircuitEnd{Row: l.to.row, Cell: l.to.cell, Apical: c.atApical(l)},
			Weights: l.weights, Quantity: c.common(l), Subtracts: l.subtracts != c.taken(l), Learning: c.learning(l),
		}
		out.Links = append(out.Links, k)
		if !slices.ContainsFunc(out.Quantities, func(q [2]string) bool { return q[0] == k.Quantity }) {
			out.Quantities = append(out.Quantities, [2]string{k.Quantity, c.called(k.Quantity)})
		}
	}
	out.Notes = c.notes()
	return out
}

func (c *circuit) rowLabel(kind string) string {
	switch n := c.net.Layers() - 1; {
	case kind == "hidden" && n > 1:
		return fmt.Sprintf("%d hidden layers", n)
	case kind == "hidden":
		return "hidden layer"
	}
	return kind
}

// taken says whether what a link arrives at is subtracted wherever a state uses
// it.
func (c *circuit) taken(l link) bool {
	if l.to.states[l.target] {
		return false
	}
	plus, minus := 0, 0
	for _, e := range l.to.lines {
		if e.Kind == model.Changes && !c.text.IsProjection(l.to.kind, e.Name) {
			signs(e.Right, l.target, false, &plus, &minus)
		}
	}
	return plus == 0 && minus > 0
}

// signs counts how often a name is added and subtracted.
func signs(e model.Expr, name string, negative bool, plus, minus *int) {
	switch e := e.(type) {
	case *model.Ref:
		switch {
		case e.Name != name || e.Index != "":
		case negative:
			*minus++
		default:
			*plus++
		}
	case *model.Unary:
		signs(e.X, name, negative != (e.Op == "-"), plus, minus)
	case *model.Binary:
		signs(e.X, name, negative, plus, minus)
		signs(e.Y, name, negative != (e.Op == "-"), plus, minus)
	case *model.Call:
		for _, a := range e.Args {
			signs(a, name, negative, plus, minus)
		}
	case *model.Choose:
		signs(e.X, name, negative, plus, minus)
		signs(e.Y, name, negative, plus, minus)
	}
}

// common is the name of what a link carries, as other layers have it: the input
// may have another for the same.
func (c *circuit) common(l link) string {
	if l.from.kind != "input" || len(c.rows) < 3 {
		return l.quantity
	}
	if hidden := c.rows[1][0]; hidden.definition(l.quantity) != nil {
		return c.resolved(hidden, l.quantity)
	}
	return l.quantity
}

// called is the label of a quantity's signal; "" without one.
func (c *circuit) called(name string) string {
	for _, s := range c.text.Signals {
		if s.Symbol == name && s.In == "" {
			return s.Label
		}
	}
	return ""
}

// learning is what becomes of the weights of a link: they belong to where it
// ends, or by a name of another population to that.
func (c *circuit) learning(l link) plots.CircuitLearning {
	p := l.to
	switch {
	case p.line(l.weights, model.Follows) != nil:
		return plots.Tied
	case p.line(l.weights, model.Changes) != nil:
		return plots.Plastic
	}
	return plots.Fixed
}

// notes are the states with their time constants, each once.
func (c *circuit) notes() []plots.CircuitNote {
	var out []plots.CircuitNote
	for _, row := range slices.Backward(c.rows) {
		for _, p := range row {
			for _, e := range p.lines {
				if e.Kind != model.Changes || c.text.IsProjection(p.kind, e.Name) {
					continue
				}
				n := plots.CircuitNote{Symbol: e.Name, Text: c.noted(p, e)}
				if !slices.Contains(out, n) {
					out = append(out, n)
				}
			}
		}
	}
	return out
}

func (c *circuit) noted(p *population, e *model.Equation) string {
	words := []string{}
	for _, s := range c.text.Signals {
		if s.Symbol == e.Name && (s.In == p.kind || s.In == "" && p.cell == 0) {
			words = append(words, s.Label)
		}
	}
	if len(words) == 0 && p.cell > 0 {
		words = append(words, "of "+p.kind)
	}
	if e.Tau != nil {
		if tau, known := c.net.Constant(p.kind, e.Tau); known {
			words = append(words, "(τ = "+period(tau)+")")
		}
	}
	return strings.Join(words, " ")
}

// period is a time (s) with the unit that suits it.
func period(s float64) string {
	unit, size := "s", 1.0
	switch {
	case s >= 1 || s == 0:
	case s >= 1e-3:
		unit, size = "ms", 1e-3
	default:
		unit, size = "us", 1e-6
	}
	return strconv.FormatFloat(s/size, 'g', 6, 64) + " " + unit
}
