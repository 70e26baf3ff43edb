package model

import (
	"fmt"
	"maps"
	"slices"
)

// check finds what no choice of parameters could make right: unknown names,
// what is defined twice, what nobody uses.
func check(t *Text) error {
	c := &checker{text: t, params: map[string]*Param{}, used: map[string]bool{}}
	for _, step := range []func(){c.declare, c.blocks, c.signals, c.rest, c.unused} {
		if step(); c.err != nil {
			c.err.File = t.File
			return c.err
		}
	}
	return nil
}

type checker struct {
	text   *Text
	params map[string]*Param
	used   map[string]bool // parameters
	err    *Error          // the first
}

func (c *checker) fail(at Pos, equation, format string, args ...any) {
	if c.err == nil {
		c.err = &Error{Pos: at, Equation: equation, Msg: fmt.Sprintf(format, args...)}
	}
}

// declare collects the parameters.
func (c *checker) declare() {
	keys := map[string]bool{}
	for _, p := range c.text.Params {
		for _, q := range []*Param{p, p.Rate} {
			if q == nil {
				continue
			}
			key := q.Section + "." + q.Key
			switch {
			case c.params[q.Name] != nil:
				c.fail(q.Pos, "", "the parameter %s is declared twice, first on line %d", q.Name, c.params[q.Name].Line)
			case keys[key]:
				c.fail(q.Pos, "", "the key %s is declared twice", key)
			case constants[q.Name] != "" || flags[q.Name] != "" || functions[q.Name].args > 0 || q.Name == now:
				c.fail(q.Pos, "", "%s is a word of the language, expected another name for a parameter", q.Name)
			}
			c.params[q.Name], keys[key] = q, true
		}
		if v, ok := p.Default.(*Number); ok && !p.Range.Has(v.Value) {
			c.fail(p.Pos, "", "the default of %s is outside its range", p.Name)
		}
		if v, ok := p.Constant(); ok && p.Drawn != nil {
			if msg := p.acceptsDrawn(v.(Drawn)); msg != "" {
				c.fail(p.Pos, "", "the default of %s %s", p.Name, msg)
			}
		}
	}
	for _, p := range c.text.Params {
		if d := p.Drawn; d != nil {
			c.static(d.A, "the default of "+p.Name)
			c.static(d.B, "the default of "+p.Name)
		}
		for _, q := range []*Param{p, p.Rate} {
			if q != nil && q.Default != nil && q.Choices == nil && !q.Switch {
				c.static(q.Default, "the default of "+q.Name)
				c.unit(q)
			}
		}
	}
}

// unit gives a parameter whose default follows from others the unit of these.
func (c *checker) unit(p *Param) {
	Walk(p.Default, func(e Expr) {
		if r, ok := e.(*Ref); ok && p.Unit == "" && c.params[r.Name] != nil {
			p.Unit = c.params[r.Name].Unit
		}
	})
}

// static checks an expression that only parameters may stand in.
func (c *checker) static(e Expr, where string) {
	Walk(e, func(e Expr) {
		switch e := e.(type) {
		case *Ref:
			p := c.params[e.Name]
			if e.Name == "n" && e.Index != "" {
				return
			}
			if p == nil && (constants[e.Name] == "" || e.Name == xi) || e.Index != "" {
				c.fail(e.Pos, "", "unknown name %s in %s, expected a parameter%s", e.Name, where, near(e.Name, c.paramNames()))
			}
			c.used[e.Name] = true
		case *Choose:
			c.cond(e.Cond, nil, where)
		}
	})
}

func (c *checker) paramNames() []string { return slices.Sorted(maps.Keys(c.params)) }

func (c *checker) blocks() {
	t := c.text
	if len(t.Of("output")) == 0 {
		c.fail(Pos{t.Line, 1}, "", "the model has no output, expected a section %q", "output:")
		return
	}
	for _, b := range t.Blocks {
		c.size(b)
		for _, kind := range t.kinds(b) {
			c.twice(kind)
			for _, p := range b.Projections {
				c.projection(kind, p)
			}
			for _, e := range b.Equations {
				c.equation(kind, e)
			}
		}
	}
	if !slices.Contains(t.names("output"), answer) {
		at := t.Block("output")
		if at == nil {
			at = t.Of("output")[0]
		}
		c.fail(at.Pos, "", "the output does not say what its answer is, expected a line such as %q", "answer = e")
	}
}

// twice finds names that are defined twice without a condition between them.
func (c *checker) twice(kind string) {
	always := map[string]*Equation{}
	whole := map[string]Pos{}
	for _, b := range c.text.Of(kind) {
		for _, p := range b.Projections {
			for _, name := range []string{p.Name, p.Bias} {
				if name == "" {
					continue
				}
				if first, ok := whole[name]; ok {
					c.fail(p.Pos, "", "the projection %s is declared twice, first on line %d", name, first.Line)
				}
				whole[name] = p.Pos
			}
		}
		for _, e := range b.Equations {
			if e.Kind == Bound {
				continue
			}
			key := fmt.Sprint(e.Kind, e.Name)
			if first := always[key]; first != nil {
				c.fail(e.Pos, e.Text, "%s has an equation already, on line %d", e.Name, first.Line)
			}
			if e.When == nil {
				always[key] = e
			}
			if _, projection := whole[e.Name]; projection {
				continue // may be tied for some parameters, and learn for others
			}
			follows, changes := always[fmt.Sprint(Follows, e.Name)], always[fmt.Sprint(Changes, e.Name)]
			if e.Kind == Follows && changes != nil {
				c.fail(e.Pos, e.Text, "%s has a differential equation already, on line %d", e.Name, changes.Line)
			}
			if e.Kind == Changes && follows != nil {
				c.fail(e.Pos, e.Text, "%s has an equation already, on line %d", e.Name, follows.Line)
			}
		}
	}
}

func (c *checker) equation(kind string, e *Equation) {
	switch {
	case c.params[e.Name] != nil:
		c.fail(e.Pos, e.Text, "%s is a parameter, which has a value already", e.Name)
	case constants[e.Name] != "" || flags[e.Name] != "" || e.Name == stimulus || e.Name == target || e.Name == "dt" || e.Name == now:
		c.fail(e.Pos, e.Text, "%s is a word of the language, expected another name", e.Name)
	case e.Name == answer && kind != "output":
		c.fail(e.Pos, e.Text, "only the output has an answer")
	case (e.Kind == Begins || e.Kind == Bound) && !slices.Contains(c.text.names(kind), e.Name):
		c.fail(e.Pos, e.Text, "unknown name %s%s", e.Name, near(e.Name, c.text.names(kind)))
	case e.Kind == Begins && !c.text.IsProjection(kind, e.Name) && !c.text.isState(kind, e.Name):
		c.fail(e.Pos, e.Text, "%s is neither weights nor a state, and so follows at once: it has no beginning", e.Name)
	case e.Kind == Bound && !c.text.IsProjection(kind, e.Name):
		c.fail(e.Pos, e.Text, "%s is no projection: only weights are kept within bounds", e.Name)
	}
	for _, x := range []Expr{e.Tau, e.Right, e.Low, e.High} {
		if x != nil {
			c.expr(kind, e, x)
		}
	}
	if e.Groups != nil {
		if e.Kind != Changes || !c.text.runsAlong(kind, e.Name) {
			c.fail(e.Pos, e.Text, "groups are for rules of weights that run along others, as in dY/dt = ... where Y runs along W[above]")
		}
		c.static(e.Groups, "the groups of "+e.Name)
	}
	if e.When != nil {
		c.cond(e.When, func(x Expr) { c.expr(kind, e, x) }, e.Text)
	}
}

// expr checks the names of an expression.
func (c *checker) expr(kind string, e *Equation, x Expr) {
	Walk(x, func(x Expr) {
		switch x := x.(type) {
		case *Ref:
			c.ref(kind, e, x)
		case *Choose:
			c.cond(x.Cond, func(x Expr) { c.expr(kind, e, x) }, e.Text)
		case *Call:
			if (x.Func == "normal" || x.Func == "uniform") && e.Kind != Begins {
				c.fail(x.Pos, e.Text, "%s is for how weights and states begin, as in %s(0) = ...", x.Func, e.Name)
			}
			if slices.Contains(ofWeights, x.Func) && (e.Kind != Begins && e.Kind != Follows || !c.text.IsProjection(kind, e.Name)) {
				c.fail(x.Pos, e.Text, "%s is for weights: how they begin, W(0) = ..., or what they equal, W = ...", x.Func)
			}
		}
	})
}

func (c *checker) ref(kind string, e *Equation, r *Ref) {
	if r.Delay != nil {
		c.delay(kind, e, r)
	}
	if r.Index == "" {
		switch {
		case c.params[r.Name] != nil:
			c.used[r.Name] = true
			if c.params[r.Name].File {
				c.fail(r.Pos, e.Text, "%s is a file: it can stand behind \"mask\" only", r.Name)
			}
			return
		case r.Name == "n_in" || r.Name == "n_out":
			if e.Kind != Begins || !c.text.IsProjection(kind, e.Name) {
				c.fail(r.Pos, e.Text, "%s is for how weights begin, as in W(0) = ...", r.Name)
			}
			return
		case r.Name == "n_group" && e.Groups == nil:
			c.fail(r.Pos, e.Text, "n_group is for rules with groups, as in dY/dt = ..., groups 2")
			return
		case r.Name == xi:
			if e.Kind != Changes || c.text.IsProjection(kind, e.Name) {
				c.fail(r.Pos, e.Text, "xi is the noise of a state, expected it in an equation such as tau dx/dt = -x + sigma sqrt(2 tau) xi")
			}
			return
		case constants[r.Name] != "":
			return
		case r.Name == stimulus && kind == "input", r.Name == target && kind == "output":
			return
		case r.Name == stimulus || r.Name == target:
			c.fail(r.Pos, e.Text, "%s is known to the %s only", r.Name, map[string]string{stimulus: "input", target: "output"}[r.Name])
			return
		}
	}
	where, err := c.text.at(kind, r.Index)
	if err != nil {
		c.fail(r.Pos, e.Text, "%s[%s]: %v", r.Name, r.Index, err)
		return
	}
	if r.Name == "n" {
		return
	}
	for _, k := range where {
		if k == "input" && len(c.text.Of(k)) == 0 {
			continue // it passes on the stimulus under whatever name
		}
		names := c.text.names(k)
		if slices.Contains(names, r.Name) {
			continue
		}
		if r.Index == "" {
			c.fail(r.Pos, e.Text, "unknown name %s%s", r.Name, near(r.Name, slices.Concat(names, c.paramNames(), slices.Collect(maps.Keys(functions)))))
		} else {
			c.fail(r.Pos, e.Text, "%s[%s]: the %s has no %s%s", r.Name, r.Index, c.called(k), r.Name, near(r.Name, names))
		}
	}
}

// called is what a kind of population is called in a sentence.
func (c *checker) called(kind string) string {
	if kind == "hidden" {
		return "hidden layer"
	}
	return kind
}

// cond checks a condition; expr is called for comparisons of quantities, nil
// where only parameters may be compared.
func (c *checker) cond(x Cond, expr func(Expr), where string) {
	switch x := x.(type) {
	case *Flag:
		p := c.params[x.Name]
		switch {
		case p != nil && p.Switch:
			c.used[x.Name] = true
		case p != nil:
			c.fail(x.Pos, where, "%s is no switch, expected a comparison such as %s > 0", x.Name, x.Name)
		case flags[x.Name] == "":
			words := append(slices.Sorted(maps.Keys(flags)), c.paramNames()...)
			c.fail(x.Pos, where, "unknown condition %s, expected %s, a switch or a comparison%s", x.Name, list(slices.Sorted(maps.Keys(flags))), near(x.Name, words))
		}
	case *Compare:
		if p, word := c.choice(x); p != nil {
			c.used[p.Name] = true
			if word == "" || x.Op != "=" && x.Op != "!=" {
				c.fail(x.Pos, where, "%s is one of %s, expected a comparison with one of them by = or !=", p.Name, list(p.Choices))
			} else if !slices.Contains(p.Choices, word) {
				c.fail(x.Pos, where, "%s is never %s, expected %s%s", p.Name, word, list(p.Choices), near(word, p.Choices))
			}
			return
		}
		for _, side := range []Expr{x.X, x.Y} {
			if expr != nil {
				expr(side)
			} else {
				c.static(side, where)
			}
		}
	case *Not:
		c.cond(x.X, expr, where)
	case *Joined:
		c.cond(x.X, expr, where)
		c.cond(x.Y, expr, where)
	}
}

// choice returns the parameter of words that is compared, if one is, and the
// word on the other side.
func (c *checker) choice(x *Compare) (*Param, string) {
	ref, ok := x.X.(*Ref)
	if !ok || ref.Index != "" || c.params[ref.Name] == nil || c.params[ref.Name].Choices == nil {
		return nil, ""
	}
	if word, ok := x.Y.(*Ref); ok && word.Index == "" {
		return c.params[ref.Name], word.Name
	}
	return c.params[ref.Name], ""
}

func (c *checker) signals() {
	names := map[string]bool{}
	for _, s := range c.text.Signals {
		kinds := []string{"hidden", "output", "input"}
		if s.In != "" {
			if b := c.text.Block(s.In); b == nil || b.Beside == "" {
				c.fail(s.Pos, "", "unknown population %q", s.In)
				return
			}
			kinds = []string{s.In}
		}
		var all []string
		for _, k := range kinds {
			all = append(all, c.text.names(k)...)
		}
		if !slices.Contains(all, s.Symbol) {
			c.fail(s.Pos, "", "unknown quantity %s%s", s.Symbol, near(s.Symbol, all))
		}
		if names[s.Name] {
			c.fail(s.Pos, "", "the signal %s is declared twice", s.Name)
		}
		names[s.Name] = true
	}
}

func (c *checker) rest() {
	for _, r := range c.text.Requires {
		c.cond(r.Cond, nil, r.Text)
		if r.When != nil {
			c.cond(r.When, nil, r.Text)
		}
	}
	for _, h := range c.text.Discrete.Hold {
		found := false
		for _, b := range c.text.Blocks {
			for _, kind := range c.text.kinds(b) {
				found = found || (h.Index == "" && b.Beside == "" || h.Index == b.Name) && slices.Contains(c.text.names(kind), h.Name)
			}
		}
		if !found {
			c.fail(h.Pos, "", "unknown quantity %s to hold", h.Name)
		}
	}
	if len(c.text.Discrete.Hold) > 0 && !c.text.Discrete.TwoPhases {
		c.fail(c.text.Discrete.Hold[0].Pos, "", "nothing to hold %s over: the model has no two phases", c.text.Discrete.Hold[0].Name)
	}
}

func (c *checker) unused() {
	for _, p := range c.text.Params {
		if !c.used[p.Name] {
			c.fail(p.Pos, "", "the parameter %s is used by nothing", p.Name)
		}
	}
}
