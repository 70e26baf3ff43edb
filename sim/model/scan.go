package model

import (
	"strings"
	"text/scanner"
	"unicode"
	"unicode/utf8"
)

// token is a word, a number, a string, an operator or the end of a line.
type token struct {
	Pos
	kind rune // scanner.Ident, Float, Int, String, '\n', scanner.EOF, or an operator's first rune
	text string
	end  int // offset behind it
	from int
}

// maxText bounds a text, so that no file keeps the parser busy without end.
const maxText = 1 << 17

// scan splits a text into tokens. Comments end with their line; a line goes on
// while a bracket is open, and after a backslash. The first line has the number
// first.
func scan(file string, first int, source string) ([]token, error) {
	if len(source) > maxText {
		return nil, &Error{File: file, Pos: Pos{first, 1}, Msg: "a model of more than 128 KiB of text"}
	}
	if !utf8.ValidString(source) {
		return nil, &Error{File: file, Pos: Pos{first, 1}, Msg: "this is no text in UTF-8"}
	}
	var s scanner.Scanner
	var failed *Error
	s.Init(strings.NewReader(source))
	s.Mode = scanner.ScanIdents | scanner.ScanFloats | scanner.ScanInts | scanner.ScanStrings
	s.Whitespace = 1<<' ' | 1<<'\t' | 1<<'\r'
	s.IsIdentRune = func(r rune, i int) bool {
		return r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r)
	}
	s.Error = func(s *scanner.Scanner, msg string) {
		if failed == nil {
			p := s.Position
			if !p.IsValid() {
				p = s.Pos()
			}
			failed = &Error{File: file, Pos: Pos{p.Line + first - 1, p.Column}, Msg: explain(msg)}
		}
	}
	var out []token
	var open []Pos // brackets
	for {
		kind := s.Scan()
		if failed != nil {
			return nil, failed
		}
		t := token{Pos: Pos{s.Line + first - 1, s.Column}, kind: kind, text: s.TokenText(), from: s.Offset, end: s.Pos().Offset}
		switch kind {
		case '#':
			for r := s.Peek(); r != '\n' && r != scanner.EOF; r = s.Peek() {
				s.Next()
			}
			continue
		case '\\':
			skipToNextLine(&s)
			continue
		case '(', '[':
			open = append(open, t.Pos)
		case ')', ']':
			open = open[:max(0, len(open)-1)]
		case '\n':
			if len(open) > 0 || len(out) == 0 || out[len(out)-1].kind == '\n' {
				continue
			}
		case '<', '>', '!':
			if s.Peek() == '=' {
				s.Next()
				t.text += "="
				t.end++
			}
		case scanner.EOF:
			if len(open) > 0 {
				return nil, &Error{File: file, Pos: open[0], Msg: "this bracket is not closed"}
			}
			return append(out, token{Pos: t.Pos, kind: '\n', from: t.from, end: t.from}, t), nil
		}
		out = append(out, t)
	}
}

// skipToNextLine passes over what may follow a backslash: spaces, a comment and
// the end of the line.
func skipToNextLine(s *scanner.Scanner) {
	for r := s.Peek(); r != scanner.EOF; r = s.Peek() {
		s.Next()
		if r == '\n' {
			return
		}
	}
}

// explain rewords what text/scanner says of numbers.
func explain(msg string) string {
	if strings.Contains(msg, "exponent") {
		return "a number followed by e reads as a power of ten: write a space or * between them"
	}
	if strings.Contains(msg, "literal not terminated") {
		return `a text in quotes must end with " on the same line`
	}
	return msg
}
