package model

import (
	"fmt"
	"strconv"
	"strings"
	"text/scanner"
	"unicode/utf8"
)

// Parse reads a model. The name of the file stands in errors, which are of the
// type *Error; text without a file has none. See the package comment for the
// language.
func Parse(file, source string) (*Text, error) { return ParseAt(file, 1, source) }

// ParseAt is [Parse] for a text that begins on a line of a larger file.
func ParseAt(file string, line int, source string) (text *Text, err error) {
	defer func() {
		if e, ok := err.(*Error); ok && e.Equation == "" {
			e.Equation = lineOf(source, e.Line-line+1)
		}
	}()
	tokens, err := scan(file, line, source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, text: &Text{File: file, Line: line, Source: source}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			r.File = file
			text, err = nil, r
		default:
			panic(r)
		}
	}()
	p.file()
	if err := check(p.text); err != nil {
		return nil, err
	}
	return p.text, nil
}

// lineOf is a line of a text as errors show it; "" of one that begins a section.
func lineOf(source string, line int) string {
	lines := strings.Split(source, "\n")
	if line > len(lines) {
		return ""
	}
	s, _, _ := strings.Cut(lines[line-1], "#")
	if s = strings.TrimSpace(s); strings.HasSuffix(s, ":") || len(s) > 200 || !utf8.ValidString(s) {
		return ""
	}
	return strings.Join(strings.Fields(s), " ")
}

// parser descends through the grammar. It stops at the first error by a panic
// with an *Error, which Parse catches.
type parser struct {
	tokens []token
	next   int
	depth  int // of nested expressions
	text   *Text

	declaring bool // a parameter: there, a unit may stand apart from its number
	worded    bool // a name of a function without a bracket is a word
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != scanner.EOF {
		p.next++
	}
	return t
}

func (p *parser) fail(at Pos, format string, args ...any) {
	panic(&Error{Pos: at, Msg: fmt.Sprintf(format, args...)})
}

// is says whether the next token is a word or operator.
func (p *parser) is(text string) bool {
	t := p.peek()
	return t.text == text && t.kind != scanner.String && t.kind != '\n'
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.take()
		return true
	}
	return false
}

func (p *parser) expect(text, where string) token {
	if !p.is(text) {
		p.fail(p.peek().Pos, "%s, expected %q %s", found(p.peek()), text, where)
	}
	return p.take()
}

func (p *parser) name(what string) token {
	t := p.peek()
	if t.kind != scanner.Ident {
		p.fail(t.Pos, "%s, expected %s", found(t), what)
	}
	return p.take()
}

func found(t token) string {
	switch t.kind {
	case '\n', scanner.EOF:
		return "the line ends here"
	case scanner.String:
		return "a text in quotes"
	}
	return fmt.Sprintf("found %q", t.text)
}

func (p *parser) endLine() {
	if t := p.peek(); t.kind != '\n' {
		p.fail(t.Pos, "%s, expected the end of the line", found(t))
	}
	p.take()
}

// header says whether the line that begins here is that of a section: words
// before a colon.
func (p *parser) header() bool {
	for _, t := range p.tokens[p.next:] {
		switch t.kind {
		case ':':
			return true
		case '=', '\n', '\'', scanner.EOF:
			return false
		}
	}
	return false
}

// sections lists what can stand before a colon, besides populations.
var sections = []string{"parameters", "time constants", "learning rates", "signals", "requirements", "discrete time"}

func (p *parser) file() {
	for p.peek().kind != scanner.EOF {
		if p.peek().kind == '\n' {
			p.take()
			continue
		}
		if p.is("model") && !p.header() {
			p.title()
			continue
		}
		if !p.header() {
			p.fail(p.peek().Pos, "%s, expected a section such as %q or %q", found(p.peek()), "parameters:", "hidden:")
		}
		p.section()
	}
	if p.text.Name == "" {
		p.fail(Pos{p.text.Line, 1}, `a model begins with a line like: model NAME "what it is"`)
	}
}

// another says whether a line such as `model NAME "..."` comes next.
func (p *parser) another() bool {
	if !p.is("model") || p.tokens[p.next+1].kind != scanner.Ident {
		return false
	}
	end := p.tokens[p.next+2].kind
	return end == '\n' || end == scanner.String
}

func (p *parser) title() {
	at := p.take().Pos
	if p.text.Name != "" {
		p.fail(at, "a second line %q, expected one", "model")
	}
	p.text.Name = p.name("the name of the model").text
	p.text.Doc = p.optionalString()
	p.endLine()
}

func (p *parser) optionalString() string {
	if t := p.peek(); t.kind == scanner.String {
		p.take()
		s, err := strconv.Unquote(t.text)
		if err != nil {
			p.fail(t.Pos, "%s is no text in quotes", t.text)
		}
		return s
	}
	return ""
}

func (p *parser) section() {
	at, start := p.peek().Pos, p.next
	var words []string
	for !p.is(":") {
		words = append(words, p.take().text)
	}
	p.take()
	if len(words) == 0 {
		p.fail(at, "a colon without the name of a section before it")
	}
	name := strings.Join(words, " ")
	var line func()
	switch name {
	case "parameters":
		line = func() { p.param("model") }
	case "time constants":
		line = func() { p.param("time") }
	case "learning rates":
		line = func() { p.param("learning") }
	case "signals":
		line = p.signal
	case "requirements":
		line = p.requirement
	case "discrete time":
		line = p.discrete
	default:
		b := p.block(at, words, start)
		line = func() { p.statement(b) }
	}
	for {
		for p.peek().kind == '\n' {
			p.take()
		}
		if p.peek().kind == scanner.EOF || p.header() || p.another() {
			return
		}
		line()
		p.endLine()
	}
}
