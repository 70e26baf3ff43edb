package model

import (
	"slices"
	"strings"
)

// Need is what a parameter lacks to have an effect in one of the lines that it
// stands in.
type Need struct {
	Terms     []string // in the keys of an experiment file
	OtherTime bool     // one of them is the other kind of time
}

func (n Need) String() string { return strings.Join(n.Terms, " and ") }

// Needs says what a parameter that [Text.Used] leaves out would need to have an
// effect: alternatives, from the lines that it stands in. There are none where
// no choice of a file helps.
func (t *Text) Needs(name string, given Values, use Usage) []Need {
	given = given.Layer(1)
	s := &seeker{text: t, given: given, use: use, name: name, asked: map[string]bool{}}
	s.values = t.complete(given, use)
	s.parameter(name, nil)
	if len(s.found) == 0 {
		s.otherTime()
	}
	return slices.DeleteFunc(slices.Clone(s.found), func(n Need) bool {
		return slices.ContainsFunc(s.found, func(less Need) bool { return less.within(n) })
	})
}

// otherTime looks whether the parameter has an effect in the other kind of time.
func (s *seeker) otherTime() {
	other := s.use
	other.Discrete = !other.Discrete
	if !s.text.Used(s.given, other)[s.name] {
		return
	}
	var need Need
	need.time(map[bool]string{true: "discrete", false: "continuous"}[other.Discrete], s.use)
	s.found = append(s.found, need)
}

// within says whether a need has some of the terms of another, and no others.
func (n Need) within(other Need) bool {
	return len(n.Terms) < len(other.Terms) && !slices.ContainsFunc(n.Terms, func(t string) bool { return !slices.Contains(other.Terms, t) })
}

// seeker collects the lines in which a parameter stands.
type seeker struct {
	text          *Text
	given, values Values
	use           Usage
	name          string
	asked         map[string]bool
	found         []Need
}

// parameter looks for a parameter in equations and in the defaults of others.
func (s *seeker) parameter(name string, terms []string) {
	if s.asked[name] {
		return
	}
	s.asked[name] = true
	for _, b := range s.text.Blocks {
		for _, kind := range s.text.kinds(b) {
			for _, e := range b.Equations {
				s.equation(kind, e, name, terms)
			}
		}
	}
	for _, p := range s.text.AllParams() {
		if p.Default == nil || p.Name == name || !mentions(p.Default, name) {
			continue
		}
		more := terms
		if _, given := s.given[p.Name]; given {
			more = append(slices.Clone(terms), "no "+p.Path())
		}
		s.parameter(p.Name, more)
	}
}

// equation adds what a line needs in which the parameter stands.
func (s *seeker) equation(kind string, e *Equation, name string, terms []string) {
	weights := s.text.IsProjection(kind, e.Name)
	inTau, time := false, ""
	if ref, ok := e.Tau.(*Ref); ok && weights { // where a learning rate stands for it
		p := s.text.Param(ref.Name)
		switch {
		case p != nil && p.Rate != nil && p.Rate.Name == name:
			inTau, time = true, "discrete"
		case p != nil && p.Rate != nil && p.Name == name:
			inTau = true
			if _, given := s.given[p.Rate.Name]; given && s.use.Discrete {
				terms = append(slices.Clone(terms), "no "+p.Rate.Path())
			}
			if p.Rate.Default != nil {
				time = "continuous"
			}
		}
	}
	if !inTau && e.Tau != nil && mentions(e.Tau, name) {
		inTau = true
		if !weights {
			time = "continuous"
		}
	}
	inRest := false
	for _, x := range []Expr{e.Right, e.Low, e.High, e.Groups} {
		inRest = inRest || x != nil && mentions(x, name)
	}
	inCond := false
	condRefs(e.When, func(n string) { inCond = inCond || n == name })
	if !inTau && !inRest && !inCond {
		return
	}
	if inRest || inCond {
		time = ""
	}
	if e.Kind == Begins && !weights {
		time = "continuous"
	}
	s.add(kind, e, time, weights, slices.Clone(terms), inCond)
}

// add notes the terms that are not fulfilled.
func (s *seeker) add(kind string, e *Equation, time string, weights bool, terms []string, inCond bool) {
	need := Need{Terms: terms}
	layer := kind
	if b := s.text.Block(kind); b != nil && b.Beside != "" {
		layer = b.Beside
	}
	if layer == "hidden" && s.use.Hidden == 0 {
		need.Terms = append(need.Terms, "a hidden layer (model.hidden or model.layer)")
	}
	need.time(time, s.use)
	if e.Kind == Begins && weights && s.use.Loaded {
		need.Terms = append(need.Terms, `model.weights = "random"`)
	}
	env := Env{Values: s.values, Flags: s.use.Flags(), Constants: s.use.constants()}
	for _, c := range conjuncts(s.condition(kind, e)) {
		if inCond && s.decides(c) {
			continue
		}
		if holds, known := env.Holds(c); known && !holds {
			if f, ok := c.(*Flag); ok && (f.Name == "continuous" || f.Name == "discrete") {
				need.time(f.Name, s.use)
				continue
			}
			need.Terms = append(need.Terms, s.text.describe(c))
		}
	}
	if len(need.Terms) > 0 && !slices.ContainsFunc(s.found, func(n Need) bool { return n.String() == need.String() }) {
		s.found = append(s.found, need)
	}
}

func (n *Need) time(kind string, use Usage) {
	if kind == "" || use.Discrete == (kind == "discrete") {
		return
	}
	if term := `time.kind = "` + kind + `"`; !slices.Contains(n.Terms, term) {
		n.Terms, n.OtherTime = append(n.Terms, term), true
	}
}

// decides says whether the parameter sought is part of a condition.
func (s *seeker) decides(c Cond) bool {
	found := false
	condRefs(c, func(n string) { found = found || n == s.name })
	return found
}

// condition is that under which a line holds: its own, and that no line before
// it with the same name does.
func (s *seeker) condition(kind string, e *Equation) Cond {
	c := e.When
	for _, b := range s.text.Of(kind) {
		for _, before := range b.Equations {
			if before == e {
				return c
			}
			if before.Name == e.Name && before.Kind == e.Kind && before.When != nil && e.Else {
				c = both(c, &Not{X: before.When})
			}
		}
	}
	return c
}

func both(x, y Cond) Cond {
	if x == nil {
		return y
	}
	return &Joined{Op: "and", X: x, Y: y}
}

// conjuncts are the parts of a condition that must all hold.
func conjuncts(c Cond) []Cond {
	switch j := c.(type) {
	case nil:
		return nil
	case *Joined:
		if j.Op == "and" {
			return append(conjuncts(j.X), conjuncts(j.Y)...)
		}
	}
	return []Cond{c}
}

// mentions says whether a name stands in an expression or a condition in it.
func mentions(e Expr, name string) bool {
	found := false
	Walk(e, func(x Expr) {
		switch x := x.(type) {
		case *Ref:
			found = found || x.Index == "" && x.Delay == nil && x.Name == name
		case *Choose:
			condRefs(x.Cond, func(n string) { found = found || n == name })
		}
	})
	return found
}
