package model

import (
	"slices"
	"strings"
	"text/scanner"
)

// block reads the words of a population's header, which begin with token start,
// and returns the block that its equations join: several sections of one
// population are one.
func (p *parser) block(at Pos, words []string, start int) *Block {
	b := &Block{Pos: at, Name: words[0]}
	switch rest := words[1:]; {
	case slices.Contains(layers, b.Name) && len(rest) == 0:
	case len(rest) >= 2 && rest[0] == "beside" && slices.Contains(layers[1:], rest[1]):
		b.Beside = rest[1]
		b.Size = p.size(at, rest[2:], start+3)
	default:
		p.fail(at, "unknown section %q, expected %s, a layer (%s), or a population such as \"interneuron beside hidden, as many as above\"%s",
			strings.Join(words, " "), list(sections), list(layers), near(words[0], append(layers, sections...)))
	}
	for _, other := range p.text.Blocks {
		if other.Name == b.Name {
			if other.Beside != b.Beside || other.Size.As != b.Size.As || other.Size.Text != b.Size.Text {
				p.fail(at, "the population %s was declared otherwise on line %d", b.Name, other.Line)
			}
			return other
		}
	}
	p.text.Blocks = append(p.text.Blocks, b)
	return b
}

// layers lists the populations that a stack of layers has: layer stands for
// hidden and output alike.
var layers = []string{"input", "layer", "hidden", "output"}

func (p *parser) size(at Pos, words []string, start int) Size {
	switch {
	case len(words) == 0:
		return Size{Pos: at, As: "layer"}
	case len(words) == 5 && strings.Join(words[:4], " ") == ", as many as" && slices.Contains([]string{"layer", "above", "below"}, words[4]):
		return Size{Pos: at, As: words[4]}
	case len(words) > 2 && words[0] == "," && words[len(words)-1] == "units":
		return Size{Pos: at, Units: p.within(start+1, start+len(words)-1), Text: strings.Join(words[1:len(words)-1], " ")}
	}
	p.fail(at, "%q after the population, expected \", as many as layer\", \", as many as above\", \", as many as below\" or \", 10 units\"", strings.Join(words, " "))
	return Size{}
}

// within reads an expression that is all there is of the tokens from one to
// before another.
func (p *parser) within(from, to int) Expr {
	next, end := p.next, p.tokens[to]
	p.next, p.tokens[to] = from, token{Pos: end.Pos, kind: '\n', text: "\n"}
	x := p.choice()
	if t := p.peek(); t.kind != '\n' {
		p.fail(t.Pos, "%s, expected an expression such as 10 or min(k, n[above]) before \"units\"", found(t))
	}
	p.next, p.tokens[to] = next, end
	return x
}

// statement is a line of a population.
func (p *parser) statement(b *Block) {
	start := p.peek()
	switch {
	case p.is("projection"):
		p.projection(b)
		return
	case p.is("keep"):
		p.take()
		b.Equations = append(b.Equations, p.bound(start))
		return
	}
	e := &Equation{Pos: start.Pos, Kind: Follows}
	switch second := p.tokens[p.next+1]; {
	case start.kind == scanner.Ident && second.kind == '=':
		e.Name = p.take().text
	case start.kind == scanner.Ident && second.kind == '(' && p.tokens[p.next+2].text == "0" && p.tokens[p.next+3].kind == ')':
		e.Kind, e.Name = Begins, p.take().text
		p.next += 3
	default:
		e.Kind = Changes
		if !p.differential() {
			e.Tau = p.product(p.differential)
		}
		if !p.differential() {
			p.fail(p.peek().Pos, "%s, expected an equation such as x = 0, tau dx/dt = -x or x(0) = 1", found(p.peek()))
		}
		e.Pos = p.peek().Pos
		e.Name = strings.TrimPrefix(p.take().text, "d")
		p.next += 2
	}
	p.expect("=", "and then what it equals")
	e.Right = p.sum()
	p.tail(e)
	e.Text = p.source(start)
	b.Equations = append(b.Equations, e)
}

// differential says whether dx/dt comes next.
func (p *parser) differential() bool {
	t := p.peek()
	return t.kind == scanner.Ident && len(t.text) > 1 && t.text[0] == 'd' && p.next+2 < len(p.tokens) &&
		p.tokens[p.next+1].kind == '/' && p.tokens[p.next+2].text == "dt"
}

// tail reads what follows the right-hand side: conditions and options.
func (p *parser) tail(e *Equation) {
	for {
		at := p.peek().Pos
		switch {
		case p.accept("if"):
			if e.When != nil || e.Else {
				p.fail(at, "a second condition: join them with \"and\"")
			}
			cond := p.cond()
			if p.is("else") || p.is(",") && p.tokens[p.next+1].text == "else" {
				p.accept(",")
				p.take()
				e.Right = &Choose{Pos: at, Cond: cond, X: e.Right, Y: p.choice()}
			} else {
				e.When = cond
			}
		case p.accept("otherwise"):
			e.Else = true
		case p.accept(","):
			switch {
			case p.accept("plain"):
				e.Plain = true
			case p.is("no") && p.tokens[p.next+1].text == "decay":
				p.next += 2
				e.Keeps = true
			case p.accept("groups"):
				e.Groups = p.sum()
			default:
				p.fail(p.peek().Pos, "%s after a comma, expected plain, no decay, groups NUMBER or else", found(p.peek()))
			}
		case p.accept(":"):
			p.unitOf(e)
		default:
			return
		}
	}
}

// unitOf passes over the unit that Brian2 writes behind an equation.
func (p *parser) unitOf(e *Equation) {
	t := p.take()
	if t.text != "1" && (t.kind != scanner.Ident || unitSize(t.text) == 0) {
		p.fail(t.Pos, "%s as the unit of %s, expected 1: potentials, rates and weights are numbers", found(t), e.Name)
	}
	if t.text != "1" {
		p.fail(t.Pos, "%s has the unit %s, expected 1: potentials, rates and weights are numbers, only parameters have units", e.Name, t.text)
	}
}

func (p *parser) source(from token) string {
	return strings.Join(strings.Fields(p.text.Source[from.from:p.tokens[p.next-1].end]), " ")
}

func (p *parser) projection(b *Block) {
	at := p.take().Pos
	var names []token
	for {
		names = append(names, p.name("the name of a projection"))
		if !p.accept(",") {
			break
		}
	}
	switch {
	case p.accept("from"):
		from := p.name("below, above, beside or the name of a population").text
		if len(names) > 2 {
			p.fail(names[2].Pos, "a third name, expected weights and a bias")
		}
		pr := &Projection{Pos: at, Name: names[0].text, From: from}
		if len(names) == 2 {
			pr.Bias = names[1].text
		}
		p.structure(pr)
		b.Projections = append(b.Projections, pr)
	case p.accept("along"):
		ref, ok := p.postfix().(*Ref)
		if !ok {
			p.fail(p.peek().Pos, "expected weights such as W[above]")
		}
		for _, n := range names {
			b.Projections = append(b.Projections, &Projection{Pos: n.Pos, Name: n.text, Along: ref})
		}
		if p.is(",") {
			p.fail(p.peek().Pos, "found \",\", expected the end of the line: what runs along %s has its connections", ref.Name)
		}
	default:
		p.fail(p.peek().Pos, "%s, expected \"from below\" or another population, or \"along W[above]\"", found(p.peek()))
	}
}

// structure reads which connections there are.
func (p *parser) structure(pr *Projection) {
	if !p.accept(",") {
		return
	}
	const expected = "density NUMBER, blocks NUMBER or mask PARAMETER"
	switch t := p.peek(); {
	case p.accept("density"):
		pr.Density = p.sum()
	case p.accept("blocks"):
		pr.Blocks = p.sum()
	case p.accept("mask"):
		name := p.name("a parameter that is a file")
		pr.Mask = &Ref{Pos: name.Pos, Name: name.text}
	default:
		p.fail(t.Pos, "%s, expected %s%s", found(t), expected, near(t.text, []string{"density", "blocks", "mask"}))
	}
	if p.is(",") {
		p.fail(p.peek().Pos, "a second word about connections, expected one of %s", expected)
	}
}

func (p *parser) bound(start token) *Equation {
	e := &Equation{Pos: start.Pos, Kind: Bound, Name: p.name("a projection").text}
	switch t := p.take(); {
	case t.text == ">=":
		e.Low = p.sum()
	case t.text == "<=":
		e.High = p.sum()
	case t.text == "in":
		p.expect("[", "before the bounds")
		e.Low = p.sum()
		p.expect(",", "between the bounds")
		e.High = p.sum()
		p.expect("]", "behind the bounds")
	default:
		p.fail(t.Pos, "%s, expected >=, <= or in [LOW, HIGH]", found(t))
	}
	p.tail(e)
	e.Text = p.source(start)
	return e
}
