package program

import (
	"fmt"
	"slices"
	"sync"

	"burstsim/sim/model"
)

// Continuous compiles the network for continuous time, once. The error names the
// equation that does not fit.
func (net *Network) Continuous() (*Program, error) { return net.continuous.get(net, false) }

// Discrete compiles it for discrete time, once.
func (net *Network) Discrete() (*Program, error) { return net.discrete.get(net, true) }

// compilation is a program of the network, which all who ask share.
type compilation struct {
	once sync.Once
	p    *Program
	err  error
}

func (c *compilation) get(net *Network, discrete bool) (*Program, error) {
	c.once.Do(func() { c.p, c.err = net.compile(discrete) })
	return c.p, c.err
}

func (net *Network) compile(discrete bool) (p *Program, err error) {
	for _, values := range net.inLayer {
		if err := net.require(values, discrete); err != nil {
			return nil, err
		}
	}
	defer caught(net.Text, &err)
	p = &Program{net: net, Discrete: discrete, vars: map[key]*variable{}}
	p.states()
	p.share()
	for _, teacher := range []bool{false, true} {
		p.compilePhase(phase{discrete: discrete, teacher: teacher})
	}
	if len(p.Sources) > 0 {
		p.compileHistory(false)
		p.compileHistory(true)
	}
	if discrete {
		p.compileAnswer()
		if net.Setting.Noise {
			for _, teacher := range []bool{false, true} {
				p.compilePhase(phase{discrete: true, teacher: teacher, noise: true})
			}
		}
	}
	p.compileGradient()
	p.signals()
	if n := float64(p.Work) + float64(p.Dim); n > maxNumbers {
		return nil, fmt.Errorf("program: %d rows of this network need %.3g numbers of memory, expected at most %.3g", p.net.Rows(), n, float64(maxNumbers))
	}
	return p, nil
}

// states finds the states and lays them out: layer by layer from the output,
// populations beside a layer behind it.
func (p *Program) states() {
	b := newBuilder(p.net, p.vars, phase{discrete: p.Discrete})
	for _, pop := range p.order() {
		for _, name := range []string{stimulusName, targetName} {
			if pop.kind == "input" && name == stimulusName || pop.kind == "output" && name == targetName {
				p.place(b.variable(pop, name))
			}
		}
		for _, name := range pop.names {
			v := b.variable(pop, name)
			if !p.isState(pop, name) {
				p.place(v)
				continue
			}
			v.state, v.space, v.at = true, spaceState, p.Dim
			c := Compartment{Name: name, Label: p.label(pop, name), Layer: pop.layer, Units: v.units, At: p.Dim, Stream: p.net.stream(v)}
			if pop.host != nil {
				c.Beside = pop.kind
			}
			c.Held = p.net.Text.Held(pop.kind, name)
			if !p.Discrete {
				c.Begin = b.begin(v)
			}
			p.Compartments = append(p.Compartments, c)
			p.Dim += p.net.Rows() * v.units
		}
	}
}

// isState says whether a name is a state, in this kind of time or, for the search
// of its fixed point, in continuous time.
func (p *Program) isState(pop *population, name string) bool {
	for _, discrete := range []bool{p.Discrete, false} {
		b := newBuilder(p.net, p.vars, phase{discrete: discrete})
		if p.net.equation(pop, name, model.Changes, b.flags()) != nil {
			return true
		}
	}
	return false
}

func (p *Program) place(v *variable) {
	v.space, v.at = spaceWork, p.reserve(p.net.Rows()*v.units)
}

// order lists the populations from the output to the input. What comes late in
// it may wait for the first use of weights further up.
func (p *Program) order() []*population {
	var out []*population
	for _, pop := range slices.Backward(p.net.layers) {
		out = append(out, pop)
		out = append(out, pop.beside...)
	}
	return out
}

// label is the name of the signal that records a quantity, or its symbol.
func (p *Program) label(pop *population, name string) string {
	for _, s := range p.net.Text.Signals {
		if s.Symbol == name && (s.In == pop.kind || s.In == "" && pop.host == nil) {
			return s.Name
		}
	}
	return name
}

func (p *Program) compilePhase(ph phase) {
	tag := fmt.Sprintf("teacher=%v", ph.teacher)
	if ph.noise {
		tag += " noise"
	}
	if !p.Discrete {
		p.compileContinuous(ph, tag)
		return
	}
	b := newBuilder(p.net, p.vars, ph)
	b.adopt = true
	p.everything(b)
	p.sections.present[which(ph.teacher, ph.noise)] = p.emit("present "+tag, p.stores(b))
	if p.net.Text.Discrete.TwoPhases && ph.teacher {
		p.compileTaught(ph, tag)
		ph.held = true
	}
	if !ph.noise {
		p.sections.factors[which(ph.teacher, false)] = p.compileRules(b, ph, "factors "+tag)
		p.compileDrives(ph, tag)
	}
}

// everything builds all quantities and states.
func (p *Program) everything(b *builder) {
	for _, pop := range p.order() {
		for _, name := range pop.names {
			if p.has(b, pop, name) {
				b.value(pop, name)
			}
		}
	}
}

// has says whether a name has an equation for these parameters.
func (p *Program) has(b *builder, pop *population, name string) bool {
	flags := b.flags()
	return p.net.equation(pop, name, model.Changes, flags) != nil || p.net.equation(pop, name, model.Follows, flags) != nil
}

// stores are the statements of a builder, and copies of the quantities that are
// other names for something, where they have memory of their own.
func (p *Program) stores(b *builder) []target {
	out := stored(b.out)
	for _, pop := range p.order() {
		for _, name := range pop.names {
			v := p.vars[key{pop, name}]
			if n := b.known[v]; n != nil && !(n.op == opLoad && n.v.operand() == v.operand()) {
				out = append(out, target{n: n, dst: v.operand()})
			}
		}
	}
	return out
}

// compileTaught compiles the second phase: what the teacher changes, and does
// not keep the prediction's value.
func (p *Program) compileTaught(ph phase, tag string) {
	first := newBuilder(p.net, p.vars, phase{discrete: true, noise: ph.noise})
	first.adopt = true
	p.everything(first)
	predicted := map[*variable]*node{}
	for _, s := range first.out {
		predicted[s.v] = s.n
	}
	ph.held = true
	b := newBuilder(p.net, p.vars, ph)
	b.adopt, b.graph = true, first.graph
	b.means = map[*node]*node{} // what is held was computed from what now changes
	b.fail = failing(b)
	p.everything(b)
	changed := map[*variable]bool{}
	var out []target
	for _, s := range b.out {
		if predicted[s.v] == s.n && !reads(s.n, changed, map[*node]bool{}) {
			continue
		}
		changed[s.v] = true
		out = append(out, target{n: s.n, dst: s.v.operand()})
	}
	out = append(out, p.stores(b)[len(b.out):]...)
	p.sections.teach[which(ph.noise, false)] = p.emit("teach "+tag, out)
}

// reads says whether an expression has a variable in it that has changed.
func reads(n *node, changed map[*variable]bool, seen map[*node]bool) bool {
	if seen[n] {
		return false
	}
	seen[n] = true
	return n.op == opLoad && changed[n.v] || slices.ContainsFunc(n.args, func(a *node) bool { return reads(a, changed, seen) })
}

// compileAnswer compiles what the answer without a teacher depends on.
func (p *Program) compileAnswer() {
	b := newBuilder(p.net, p.vars, phase{discrete: true})
	b.adopt = true
	out := p.net.layers[p.net.Layers()]
	n := b.value(out, answerName)
	p.answer = p.vars[key{out, answerName}].operand()
	stores := stored(b.out)
	if n.op != opLoad || n.v.operand() != p.answer {
		stores = append(stores, target{n: n, dst: p.answer})
	}
	p.sections.answer = p.emit("answer", stores)
}

// compileDrives compiles what the states of continuous time relax to, given
// all of them, for the search of a fixed point.
func (p *Program) compileDrives(ph phase, tag string) {
	ph.discrete, ph.still = false, true
	b := newBuilder(p.net, p.vars, ph)
	var drives []target
	for _, c := range p.compartments(b) {
		if c.drive == nil {
			return // without leak there is no fixed point to look for
		}
		if b.held(c.v.pop, c.v.name) {
			c.drive, c.noise = b.load(c.v), 0
		}
		dst := c.v.operand()
		dst.space = spaceSlope
		drives = append(drives, target{n: b.drawn(c), dst: dst})
	}
	stores := stored(b.out)
	p.sections.drives[which(ph.teacher, false)] = p.emit("drives "+tag, append(stores, drives...))
	p.everything(b)
	p.sections.rest[which(ph.teacher, false)] = p.emit("rest "+tag, p.stores(b))
	p.sections.restFactors[which(ph.teacher, false)] = p.compileRules(b, ph, "factors at rest "+tag)
}

// compartments builds the equations of all states, from the output down.
func (p *Program) compartments(b *builder) []compartment {
	var out []compartment
	for _, pop := range p.order() {
		for _, name := range pop.names {
			e := p.net.equation(pop, name, model.Changes, b.flags())
			if e == nil {
				continue
			}
			b.within(e, func() { out = append(out, b.compartment(b.variable(pop, name), e)) })
		}
	}
	return out
}

func (p *Program) compileContinuous(ph phase, tag string) {
	for _, learning := range []bool{false, true} {
		b := newBuilder(p.net, p.vars, ph)
		code := p.slopes(b)
		name := "derivative " + tag
		var rules []learned
		if learning {
			name += " learning"
			done := len(b.out)
			var factors []target
			factors, rules = p.factors(b)
			code = append(code, stored(b.out[done:])...)
			code = append(code, factors...)
		}
		s := p.emit(name, needed(code, rules))
		s.learned = rules
		p.sections.derivative[which(ph.teacher, learning)] = s
	}
	b := newBuilder(p.net, p.vars, ph)
	p.everything(b)
	p.sections.observe[which(ph.teacher, false)] = p.emit("observe "+tag, p.stores(b))
	p.sections.factors[which(ph.teacher, false)] = p.compileRules(b, ph, "factors "+tag)
	if ph.teacher {
		p.answer = p.vars[key{p.net.layers[p.net.Layers()], answerName}].operand()
	}
}

// needed leaves out the quantities that are not wanted, and on which neither
// rates of change nor rules depend: when a derivative is computed, nobody looks
// at them.
func needed(code []target, rules []learned, wanted ...operand) []target {
	read := map[operand]bool{}
	for _, o := range wanted {
		read[o] = true
	}
	for _, l := range rules {
		for _, c := range l.changes {
			for _, o := range []*operand{c.post, c.pre, c.weights} {
				if o != nil {
					read[*o] = true
				}
			}
		}
	}
	seen := map[*node]bool{} // what is shared would be gone through for each of its paths
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if n.op == opLoad {
			read[n.v.operand()] = true
		}
		for _, a := range n.args {
			visit(a)
		}
	}
	var kept []target
	for _, t := range slices.Backward(code) {
		if t.dst.space == spaceSlope || read[t.dst] {
			visit(t.n)
			kept = append(kept, t)
		}
	}
	slices.Reverse(kept)
	return kept
}

// slopes are the rates of change of all states, each behind the quantities that
// it needs first.
func (p *Program) slopes(b *builder) []target {
	var code []target
	done := 0
	for _, pop := range p.order() {
		for _, name := range pop.names {
			e := p.net.equation(pop, name, model.Changes, b.flags())
			if e == nil {
				continue
			}
			var c compartment
			b.within(e, func() { c = b.compartment(b.variable(pop, name), e) })
			code = append(code, stored(b.out[done:])...)
			done = len(b.out)
			dst := c.v.operand()
			dst.space = spaceSlope
			code = append(code, target{n: c.slope, dst: dst})
			for k := range p.Compartments {
				if own := &p.Compartments[k]; own.At == c.v.at {
					own.Noise[which(b.phase.teacher, false)] = c.noise
					if c.tau != nil {
						own.Tau, own.Taus = c.tau.value, c.tau.numbers
					}
				}
			}
		}
	}
	return code
}

// stored are statements, each stored in its variable.
func stored(statements []statement) []target {
	var out []target
	for _, s := range statements {
		out = append(out, target{n: s.n, dst: s.v.operand()})
	}
	return out
}

// signals lists what can be recorded, layer by layer.
func (p *Program) signals() {
	b := newBuilder(p.net, p.vars, phase{discrete: p.Discrete})
	for l := 1; l <= p.net.Layers(); l++ {
		host := p.net.layers[l]
		for _, s := range p.net.Text.Signals {
			pop := host
			if s.In != "" {
				if pop = p.net.at(host, s.In); pop == nil {
					continue
				}
			}
			v := p.vars[key{pop, s.Symbol}]
			if v == nil || v.space == spaceNone || !p.has(b, pop, s.Symbol) {
				continue
			}
			p.Signals = append(p.Signals, Signal{Name: s.Name, Label: s.Label, Symbol: s.Symbol, Layer: l, Units: v.units,
				Range: s.Range, Moments: s.Moments, at: v.operand()})
		}
	}
}
