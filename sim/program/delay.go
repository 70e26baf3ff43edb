package program

import (
	"fmt"
	"slices"

	"burstsim/sim/model"
)

// Source is a quantity or state that something looks back at, in continuous
// time.
type Source struct {
	Units int

	v  *variable
	at model.Pos // of a reference to it, for errors
}

// Delay is a look back at a source: what it was so many seconds before.
type Delay struct {
	Source  int // of [Program.Sources]
	Seconds float64

	v *variable
}

// placeDelays gives memory to what delays look back at, as far as it has none,
// in the order in which it was met.
func (p *Program) placeDelays() {
	var fresh []*variable
	for _, v := range p.vars {
		if v.source != nil && v.space == spaceNone {
			fresh = append(fresh, v)
		}
	}
	slices.SortFunc(fresh, func(v, w *variable) int { return v.id - w.id })
	for _, v := range fresh {
		p.place(v)
		i := slices.IndexFunc(p.Sources, func(s Source) bool { return s.v == v.source })
		if i < 0 {
			i = len(p.Sources)
			p.Sources = append(p.Sources, Source{Units: v.units, v: v.source, at: v.referred})
		}
		p.Delays = append(p.Delays, Delay{Source: i, Seconds: v.seconds, v: v})
	}
}

// seconds is a delay, at least 0.
func (b *builder) seconds(pop *population, r *model.Ref) float64 {
	n := b.expr(pop, r.Delay)
	switch {
	case n.op != opConst:
		b.fail("the delay of %s is no number that is known before anything runs", r.Name)
	case n.dim != 1:
		b.fail("the delay of %s is %s, expected a time such as 10ms", r.Name, unitName(n.dim))
	case !(n.value >= 0):
		b.fail("the delay of %s is %v s, expected at least 0", r.Name, n.value)
	}
	return n.value
}

// earlier is what a reference with a delay yields; nil if it is as it is now.
// In discrete time all delays have passed.
func (b *builder) earlier(pop, at *population, r *model.Ref) *node {
	if b.phase.discrete || b.phase.still {
		return nil
	}
	seconds := b.seconds(pop, r)
	if seconds == 0 {
		return nil
	}
	name := r.Name
	if at.kind == "input" && len(b.net.Text.Of("input")) == 0 {
		name = stimulusName // which it passes on
	}
	source := b.variable(at, name)
	v := b.variable(at, fmt.Sprintf("%s(t - %vs)", name, seconds))
	if v.source == nil {
		v.source, v.seconds, v.units, v.spread, v.referred = source, seconds, source.units, source.spread, r.Pos
	}
	return b.load(v)
}

// compileHistory compiles what is looked back at, once all of it is known.
func (p *Program) compileHistory(teacher bool) {
	b := newBuilder(p.net, p.vars, phase{teacher: teacher})
	var wanted []operand
	var copies []target
	for _, s := range p.Sources {
		b.at = s.at
		n := b.value(s.v.pop, s.v.name)
		if n.dim != 0 {
			b.fail("%s is %s, expected a number where it has a delay", s.v.name, unitName(n.dim))
		}
		if n.op != opLoad || n.v.operand() != s.v.operand() {
			copies = append(copies, target{n: n, dst: s.v.operand()})
		}
		wanted = append(wanted, s.v.operand())
	}
	p.sections.history[which(teacher, false)] = p.emit(fmt.Sprintf("history teacher=%v", teacher), needed(append(stored(b.out), copies...), nil, wanted...))
}

// History computes what is looked back at, at the state that Bind gave.
func (m *Machine[F]) History(teacher bool) { m.run(m.p.sections.history[which(teacher, false)]) }

// SourceValue is a source, rows x units, as History left it.
func (m *Machine[F]) SourceValue(k int) []F { return m.array(m.p.Sources[k].v.operand()) }

// Earlier is where what a delay looks back at must be put, rows x units, before
// the machine runs.
func (m *Machine[F]) Earlier(k int) []F { return m.array(m.p.Delays[k].v.operand()) }
