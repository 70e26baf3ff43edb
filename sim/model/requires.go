package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// broken says which requirement does not hold: of the first parameter in it,
// what it is, what was expected, and why.
func (t *Text) broken(r *Require, env Env) error {
	cond, when := t.paramsOf(r.Cond), t.paramsOf(r.When)
	var with []string
	for _, p := range when {
		with = append(with, fmt.Sprintf("%s = %s", p.Key, p.shown(env.Values[p.Name])))
	}
	e := &ValueError{Params: append(slices.Clone(cond), when...)}
	expected := t.wanted(r.Cond)
	switch {
	case len(cond) > 0 && expected != "":
		e.Msg = fmt.Sprintf("is %s, expected %s", cond[0].shown(env.Values[cond[0].Name]), expected)
	case len(cond) == 0 && len(when) == 1 && when[0].Switch: // a switch that this use does not allow
		e.Msg = fmt.Sprintf("is %v, expected %v with %s", env.Values[when[0].Name], !env.Values[when[0].Name].(bool), t.opposite(r.Cond))
		with = nil
	default:
		e.Msg = fmt.Sprintf("the model %s requires %s", t.Name, r.Text)
		with = nil
	}
	if len(with) > 0 {
		e.Msg += " with " + strings.Join(with, " and ")
	}
	if r.Doc != "" {
		e.Msg += ": " + r.Doc
	}
	return e
}

// wanted is what the one parameter of a simple condition is expected to be; ""
// of others.
func (t *Text) wanted(c Cond) string {
	switch c := c.(type) {
	case *Flag:
		if t.Param(c.Name) != nil {
			return "true"
		}
	case *Not:
		if f, ok := c.X.(*Flag); ok && t.Param(f.Name) != nil {
			return "false"
		}
	case *Compare:
		ref, ok := c.X.(*Ref)
		if !ok || t.Param(ref.Name) == nil {
			return ""
		}
		words := map[string]string{"=": "", "!=": "other than ", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}
		p := t.Param(ref.Name)
		if word, ok := c.Y.(*Ref); ok && p.Choices != nil {
			return words[c.Op] + strconv.Quote(word.Name)
		}
		if v, ok := (Env{}).Number(c.Y); ok {
			return words[c.Op] + p.shown(v)
		}
		if other, ok := c.Y.(*Ref); ok && t.Param(other.Name) != nil {
			return words[c.Op] + t.Param(other.Name).Path()
		}
	}
	return ""
}

// opposite is the use that a condition without parameters excludes, as a file
// says it.
func (t *Text) opposite(c Cond) string { return t.describe(&Not{X: c}) }

// paramsOf are the parameters in a condition, each once.
func (t *Text) paramsOf(c Cond) []*Param {
	var out []*Param
	condRefs(c, func(name string) {
		if p := t.Param(name); p != nil && !slices.Contains(out, p) {
			out = append(out, p)
		}
	})
	return out
}

// condRefs visits the names in a condition.
func condRefs(c Cond, visit func(string)) {
	switch c := c.(type) {
	case *Flag:
		visit(c.Name)
	case *Compare:
		for _, side := range []Expr{c.X, c.Y} {
			Walk(side, func(e Expr) {
				switch e := e.(type) {
				case *Ref:
					visit(e.Name)
				case *Choose:
					condRefs(e.Cond, visit)
				}
			})
		}
	case *Not:
		condRefs(c.X, visit)
	case *Joined:
		condRefs(c.X, visit)
		condRefs(c.Y, visit)
	}
}

// describe is a condition in the keys of an experiment file.
func (t *Text) describe(c Cond) string {
	switch c := c.(type) {
	case *Flag:
		return t.flag(c.Name, true)
	case *Not:
		switch x := c.X.(type) {
		case *Flag:
			return t.flag(x.Name, false)
		case *Compare:
			inverse := map[string]string{"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
			return t.describe(&Compare{x.Pos, inverse[x.Op], x.X, x.Y})
		case *Not:
			return t.describe(x.X)
		case *Joined: // de Morgan
			return t.describe(&Joined{x.Pos, map[string]string{"and": "or", "or": "and"}[x.Op], &Not{X: x.X}, &Not{X: x.Y}})
		}
	case *Compare:
		if ref, ok := c.X.(*Ref); ok && t.Param(ref.Name) != nil {
			p := t.Param(ref.Name)
			if word, ok := c.Y.(*Ref); ok && p.Choices != nil {
				return p.Path() + " " + map[string]string{"=": "=", "!=": "other than"}[c.Op] + " " + strconv.Quote(word.Name)
			}
		}
		return t.text(c.X) + " " + c.Op + " " + t.text(c.Y)
	case *Joined:
		return t.describe(c.X) + " " + c.Op + " " + t.describe(c.Y)
	}
	return ""
}

func (t *Text) flag(name string, holds bool) string {
	if name == "continuous" {
		name, holds = "discrete", !holds
	}
	switch p := t.Param(name); {
	case p != nil:
		return fmt.Sprintf("%s = %t", p.Path(), holds)
	case name == "discrete" && holds:
		return `time.kind = "discrete"`
	case name == "discrete":
		return `time.kind = "continuous"`
	case name == "images" && holds:
		return "a task of images"
	case name == "images":
		return "a task without images"
	case holds:
		return "a " + name
	}
	return "no " + name
}

// DefaultText is the default of a parameter as one would write it, with the keys
// of experiment files.
func (t *Text) DefaultText(p *Param) string {
	if p.Default != nil {
		return t.text(p.Default)
	}
	for _, q := range t.Params {
		if q.Rate == p {
			return Presentation + " / " + q.Path()
		}
	}
	return ""
}

// text is an expression of parameters as one would write it, with their keys.
func (t *Text) text(e Expr) string {
	switch e := e.(type) {
	case *Number:
		return strings.TrimSpace(fmt.Sprintf("%v %s", e.Value, e.Unit))
	case *Ref:
		if p := t.Param(e.Name); p != nil {
			return p.Path()
		}
		return e.Name
	case *Unary:
		if e.Op == "'" {
			return t.text(e.X) + "'"
		}
		return e.Op + t.text(e.X)
	case *Binary:
		return t.text(e.X) + " " + e.Op + " " + t.text(e.Y)
	case *Call:
		args := make([]string, len(e.Args))
		for i, a := range e.Args {
			args[i] = t.text(a)
		}
		return e.Func + "(" + strings.Join(args, ", ") + ")"
	case *Choose:
		return t.text(e.X) + " if " + t.describe(e.Cond) + " else " + t.text(e.Y)
	}
	return ""
}
