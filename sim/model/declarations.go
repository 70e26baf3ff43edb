package model

import (
	"math"
	"slices"
	"strings"
	"text/scanner"
)

func (p *parser) signal() {
	symbol := p.name("the symbol of a quantity")
	s := &Signal{Pos: symbol.Pos, Symbol: symbol.text}
	if p.accept("[") {
		s.In = p.name("the name of a population").text
		p.expect("]", "behind the population")
	}
	s.Name = p.name("the name of the signal in files").text
	s.Label = p.optionalString()
	if s.Label == "" {
		s.Label = strings.ReplaceAll(s.Name, "_", " ")
	}
	for p.peek().kind != '\n' {
		switch t := p.take(); {
		case t.text == "in":
			s.Range = p.interval(&Param{Pos: t.Pos, Name: s.Name})
			if math.IsInf(s.Range.Low, 0) || math.IsInf(s.Range.High, 0) || s.Range.Low == s.Range.High {
				p.fail(t.Pos, "a histogram of %s needs two different numbers as bounds", s.Name)
			}
		case t.text == "," && p.accept("moments"):
			s.Moments = true
		default:
			p.fail(t.Pos, "%s, expected a label in quotes, in [LOW, HIGH] or \", moments\"", found(t))
		}
	}
	p.text.Signals = append(p.text.Signals, s)
}

func (p *parser) requirement() {
	start := p.peek()
	r := &Require{Pos: start.Pos, Cond: p.cond()}
	if p.accept("if") {
		r.When = p.cond()
	}
	r.Text = p.source(start)
	r.Doc = p.optionalString()
	p.text.Requires = append(p.text.Requires, r)
}

func (p *parser) discrete() {
	switch {
	case p.accept("two"):
		p.expect("phases", `in "two phases"`)
		p.text.Discrete.TwoPhases = true
	case p.accept("hold"):
		for {
			ref, ok := p.postfix().(*Ref)
			if !ok {
				p.fail(p.peek().Pos, "expected the name of a quantity")
			}
			p.text.Discrete.Hold = append(p.text.Discrete.Hold, *ref)
			if !p.accept(",") {
				return
			}
		}
	default:
		p.fail(p.peek().Pos, `%s, expected "two phases" or "hold" and the quantities that keep the prediction's value`, found(p.peek()))
	}
}

// param reads NAME = DEFAULT in RANGE of WORDS as KEY rate KEY "meaning".
func (p *parser) param(section string) {
	p.declaring = true
	defer func() { p.declaring = false }()
	name := p.name("the name of a parameter")
	q := &Param{Pos: name.Pos, Name: name.text, Key: name.text, Section: section}
	p.expect("=", "and its default")
	at := p.peek().Pos
	if p.is("file") && (p.tokens[p.next+1].kind == '\n' || p.tokens[p.next+1].kind == scanner.String || p.tokens[p.next+1].text == "as") {
		p.take()
		q.File = true
	} else if q.Drawn = p.drawn(); q.Drawn == nil {
		p.worded = true
		q.Default = p.choice()
		p.worded = false
	}
	from := q.Default
	if q.Drawn != nil {
		from = q.Drawn.A
	}
	if unit, ok := unitIn(from); ok {
		q.Unit = unit
	}
	for p.peek().kind != '\n' && p.peek().kind != scanner.String {
		switch t := p.take(); t.text {
		case "in":
			q.Range = p.interval(q)
		case "of":
			q.Choices = p.words()
		case "as":
			q.Key = p.name("the key in experiment files").text
		case "rate":
			key := p.name("the key of the learning rate")
			q.Rate = &Param{
				Pos: key.Pos, Name: key.text, Key: key.text, Section: "learning", Doc: "learning rate in discrete time; default: how long a sample is presented over " + q.Name,
				Range: Range{High: math.Inf(1), Set: true},
			}
			if p.accept("=") {
				start := p.peek()
				q.Rate.Default = p.product(nil)
				q.Rate.Doc = "learning rate in discrete time; default: " + p.source(start)
			}
		default:
			p.fail(t.Pos, "%s, expected in RANGE, of WORDS, as KEY, rate KEY or the parameter's meaning in quotes", found(t))
		}
	}
	q.Doc = p.optionalString()
	if ref, ok := q.Default.(*Ref); ok && ref.Index == "" {
		switch {
		case q.Choices != nil:
			if !slices.Contains(q.Choices, ref.Name) {
				p.fail(at, "the default of %s is %q, expected one of %s", q.Name, ref.Name, list(q.Choices))
			}
		case ref.Name == "true" || ref.Name == "false":
			q.Switch = true
		}
	} else if q.Choices != nil {
		p.fail(at, "the default of %s is no word, expected one of %s", q.Name, list(q.Choices))
	}
	p.text.Params = append(p.text.Params, q)
}

// drawn reads a default such as normal(20 ms, 2 ms) per unit; nil if there is
// another one.
func (p *parser) drawn() *DrawnDefault {
	dist := p.peek().text
	if !slices.Contains(Distributions, dist) || p.tokens[p.next+1].text != "(" {
		return nil
	}
	p.take()
	p.take()
	d := &DrawnDefault{Dist: dist, A: p.sum()}
	p.expect(",", "between the two numbers of a distribution")
	d.B = p.sum()
	p.expect(")", "behind the numbers of a distribution")
	p.expect("per", `in "per unit": each unit draws its own`)
	p.expect("unit", `in "per unit": each unit draws its own`)
	return d
}

// unitIn finds the unit of a default: that of its first number that has one.
func unitIn(e Expr) (string, bool) {
	switch e := e.(type) {
	case *Number:
		return e.Unit, e.Unit != ""
	case *Unary:
		return unitIn(e.X)
	case *Binary:
		if u, ok := unitIn(e.X); ok {
			return u, true
		}
		return unitIn(e.Y)
	case *Choose:
		if u, ok := unitIn(e.X); ok {
			return u, true
		}
		return unitIn(e.Y)
	}
	return "", false
}

func (p *parser) words() []string {
	var words []string
	for {
		words = append(words, p.name("a word").text)
		if !p.accept(",") {
			return words
		}
	}
}

// interval reads (0, 1], with inf for a side without end.
func (p *parser) interval(q *Param) Range {
	r := Range{Set: true}
	switch open := p.take(); open.text {
	case "(":
		r.OpenLow = true
	case "[":
	default:
		p.fail(open.Pos, "%s, expected a range such as (0, 1] or [0, inf)", found(open))
	}
	r.Low = p.limit(q)
	p.expect(",", "between the ends of a range")
	r.High = p.limit(q)
	switch end := p.take(); end.text {
	case ")":
		r.OpenHigh = true
	case "]":
	default:
		p.fail(end.Pos, "%s, expected ) or ] behind a range", found(end))
	}
	if !(r.Low <= r.High) {
		p.fail(q.Pos, "the range of %s is empty", q.Name)
	}
	return r
}

func (p *parser) limit(q *Param) float64 {
	sign := 1.0
	if p.accept("-") {
		sign = -1
	}
	if p.accept("inf") {
		return sign * math.Inf(1)
	}
	t := p.peek()
	n, ok := p.primary().(*Number)
	if !ok {
		p.fail(t.Pos, "%s, expected a number or inf", found(t))
	}
	if n.Unit != "" && n.Unit != q.Unit {
		p.fail(t.Pos, "a bound with another unit than the default of %s", q.Name)
	}
	return sign * n.Value
}
