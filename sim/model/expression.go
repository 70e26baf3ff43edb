package model

import (
	"slices"
	"strconv"
	"text/scanner"
)

// keywords end an expression; none of them can be a name.
var keywords = []string{"if", "else", "otherwise", "in", "of", "as", "rate", "and", "or", "not"}

// maxDepth bounds how deeply expressions nest.
const maxDepth = 200

// maxTerms bounds how many terms a sum has, and factors a product.
const maxTerms = 1000

// deeper counts a level of nesting until the returned function is called.
func (p *parser) deeper() func() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek().Pos, "an expression nested more than %d deep", maxDepth)
	}
	return func() { p.depth-- }
}

// choice is a sum, or SUM if CONDITION else CHOICE.
func (p *parser) choice() Expr {
	defer p.deeper()()
	x := p.sum()
	at := p.peek().Pos
	if !p.accept("if") {
		return x
	}
	cond := p.cond()
	p.accept(",")
	p.expect("else", "and what it is otherwise")
	return &Choose{Pos: at, Cond: cond, X: x, Y: p.choice()}
}

func (p *parser) sum() Expr {
	x := p.product(nil)
	for n := 1; p.is("+") || p.is("-"); n++ {
		op := p.take()
		if n == maxTerms {
			p.fail(op.Pos, "a sum of more than %d terms", maxTerms)
		}
		x = &Binary{Pos: op.Pos, Op: op.text, X: x, Y: p.product(nil)}
	}
	return x
}

// product is factors side by side, or joined by * and /. stop, if not nil, ends
// it early.
func (p *parser) product(stop func() bool) Expr {
	x := p.signed()
	for n := 1; stop == nil || !stop(); n++ {
		t := p.peek()
		if n > maxTerms {
			p.fail(t.Pos, "a product of more than %d factors", maxTerms)
		}
		switch {
		case p.is("*") || p.is("/"):
			p.take()
			if t.text == "*" && stop != nil && stop() { // tau * dx/dt
				return x
			}
			x = &Binary{Pos: t.Pos, Op: t.text, X: x, Y: p.signed()}
		case p.startsFactor():
			x = &Binary{Pos: t.Pos, Op: "*", X: x, Y: p.power()}
		default:
			return x
		}
	}
	return x
}

// startsFactor says whether a factor begins here, as after one it is
// multiplied with.
func (p *parser) startsFactor() bool {
	t := p.peek()
	switch t.kind {
	case scanner.Int, scanner.Float, '(':
		return true
	case scanner.Ident:
		return !slices.Contains(keywords, t.text)
	}
	return false
}

func (p *parser) signed() Expr {
	if t := p.peek(); p.accept("-") {
		defer p.deeper()()
		return &Unary{Pos: t.Pos, Op: "-", X: p.signed()}
	}
	return p.power()
}

func (p *parser) power() Expr {
	x := p.postfix()
	if t := p.peek(); p.accept("^") {
		defer p.deeper()()
		return &Binary{Pos: t.Pos, Op: "^", X: x, Y: p.signed()}
	}
	return x
}

// postfix is a primary with transposes: W', e[below]'.
func (p *parser) postfix() Expr {
	x := p.primary()
	for p.is("'") {
		x = &Unary{Pos: p.take().Pos, Op: "'", X: x}
	}
	return x
}

func (p *parser) primary() Expr {
	t := p.peek()
	switch {
	case t.kind == scanner.Int || t.kind == scanner.Float:
		return p.number()
	case t.kind == scanner.Ident && slices.Contains(keywords, t.text):
		p.fail(t.Pos, "%q is a word of the language, expected a number, a name or (", t.text)
	case t.kind == scanner.Ident:
		p.take()
		if _, ok := functions[t.text]; ok && !(p.worded && !p.is("(")) {
			return p.call(t)
		}
		return p.reference(t)
	case p.accept("("):
		x := p.choice()
		p.expect(")", "to close the bracket")
		return x
	}
	p.fail(t.Pos, "%s, expected a number, a name or (", found(t))
	return nil
}

func (p *parser) reference(t token) Expr {
	r := &Ref{Pos: t.Pos, Name: t.text}
	if p.accept("[") {
		r.Index = p.name("below, above, beside or the name of a population").text
		p.expect("]", "behind the population")
	}
	if p.is("(") && p.tokens[p.next+1].text == now {
		p.next += 2
		p.expect("-", "and how long before, as in "+t.text+"(t - 10ms)")
		r.Delay = p.product(nil)
		for n := 1; p.is("+") || p.is("-"); n++ { // t - a - b is a + b before
			op := p.take()
			if n == maxTerms {
				p.fail(op.Pos, "a sum of more than %d terms", maxTerms)
			}
			r.Delay = &Binary{Pos: op.Pos, Op: map[string]string{"+": "-", "-": "+"}[op.text], X: r.Delay, Y: p.product(nil)}
		}
		p.expect(")", "behind the delay")
	}
	return r
}

func (p *parser) call(t token) Expr {
	c := &Call{Pos: t.Pos, Func: t.text}
	defer p.deeper()()
	p.expect("(", "before what "+t.text+" is of")
	for {
		c.Args = append(c.Args, p.choice())
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", "behind what "+t.text+" is of")
	if f := functions[t.text]; len(c.Args) != f.args {
		p.fail(t.Pos, "%s of %d arguments, expected %d", t.text, len(c.Args), f.args)
	}
	return c
}

// number is a literal and its unit. In equations the unit must follow at once
// (10ms), as a name behind a space is a factor. Where parameters are declared,
// 10 ms and, as in Brian2, 10*ms are understood too.
func (p *parser) number() Expr {
	t := p.take()
	v, err := strconv.ParseFloat(t.text, 64)
	if err != nil {
		p.fail(t.Pos, "%q is no number that can be computed with", t.text)
	}
	n := &Number{Pos: t.Pos, Value: v}
	if p.declaring && p.is("*") && p.tokens[p.next+1].kind == scanner.Ident && unitSize(p.tokens[p.next+1].text) != 0 {
		p.take()
	}
	if u := p.peek(); u.kind == scanner.Ident && (u.from == t.end || p.declaring) {
		size := unitSize(u.text)
		if size == 0 && u.from == t.end {
			p.fail(u.Pos, "unknown unit %q, expected %s; a factor needs a space before it", u.text, list(unitNames))
		}
		if size != 0 {
			p.take()
			n.Value, n.Unit = v*size, "s"
			if u.text == "Hz" || u.text == "kHz" {
				n.Unit = "Hz"
			}
		}
	}
	return n
}

var unitNames = []string{"ns", "us", "ms", "s", "min", "h", "Hz", "kHz"}

// unitSize is a unit in seconds or hertz; 0 if it is none.
func unitSize(name string) float64 {
	switch name {
	case "ns":
		return 1e-9
	case "us", "µs", "μs":
		return 1e-6
	case "ms":
		return 1e-3
	case "s":
		return 1
	case "min":
		return 60
	case "h":
		return 3600
	case "Hz":
		return 1
	case "kHz":
		return 1e3
	}
	return 0
}

// cond is a condition.
func (p *parser) cond() Cond {
	defer p.deeper()()
	x := p.both()
	for p.is("or") {
		x = &Joined{Pos: p.take().Pos, Op: "or", X: x, Y: p.both()}
	}
	return x
}

func (p *parser) both() Cond {
	x := p.negated()
	for p.is("and") {
		x = &Joined{Pos: p.take().Pos, Op: "and", X: x, Y: p.negated()}
	}
	return x
}

func (p *parser) negated() Cond {
	if t := p.peek(); p.accept("not") {
		defer p.deeper()()
		return &Not{Pos: t.Pos, X: p.negated()}
	}
	return p.comparison()
}

var comparisons = []string{"=", "!=", "<", "<=", ">", ">="}

func (p *parser) comparison() Cond {
	if p.is("(") {
		if c := p.bracketed(); c != nil {
			return c
		}
	}
	t := p.peek()
	x := p.sum()
	if op := p.peek(); slices.Contains(comparisons, op.text) && op.kind != scanner.String {
		p.take()
		worded := p.worded
		p.worded = true // a word of a parameter may be that of a function
		y := p.sum()
		p.worded = worded
		return &Compare{Pos: op.Pos, Op: op.text, X: x, Y: y}
	}
	if ref, ok := x.(*Ref); ok && ref.Index == "" {
		return &Flag{Pos: ref.Pos, Name: ref.Name}
	}
	p.fail(t.Pos, "a condition is a word such as teacher, a switch, or a comparison with %s", list(comparisons))
	return nil
}

// bracketed reads (CONDITION); nil, and nothing is taken, if the bracket is that
// of an expression.
func (p *parser) bracketed() (c Cond) {
	start, depth := p.next, p.depth
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*Error); !ok {
				panic(r)
			}
			c = nil
		}
		if c == nil {
			p.next, p.depth = start, depth
		}
	}()
	p.take()
	c = p.cond()
	if !p.accept(")") || slices.Contains(comparisons, p.peek().text) || p.is("*") || p.is("/") || p.is("+") || p.is("-") || p.is("^") || p.startsFactor() {
		return nil
	}
	return c
}
