package config

import (
	"fmt"
	"strings"
)

// Bounds on what is handed to the TOML parser, which recurses into nested
// values without limit and joins the full name of a key each time it meets it.
const (
	maxNesting  = 32  // arrays and inline tables within each other
	maxKeyParts = 16  // "a.b.c" has three
	maxKeyBytes = 256 // of one key as written
)

// mark is where a key or an element stands in the file.
type mark struct {
	at, line int // byte offset and line, from 1
	keys     map[string]*mark
	items    []*mark
	opening  string // the first bytes of the value
	end      int    // line on which the value ends
	whole    bool   // given as key = value, which nothing may add to
}

func (m *mark) key(name string, at, line int) *mark {
	if k := m.keys[name]; k != nil {
		return k
	}
	if m.keys == nil {
		m.keys = make(map[string]*mark)
	}
	k := &mark{at: at, line: line}
	m.keys[name] = k
	return k
}

// scanner finds the position of every key. The TOML parser keeps one position
// a name, so the keys of all [[compare]] tables but the last lose theirs. It
// accepts all valid TOML and stops without a word at what it does not
// understand: saying what is wrong there is left to the parser.
type scanner struct {
	src       string
	pos, line int
	root      mark
	limit     string // which bound is exceeded at pos
	again     *Error // the first key that is given again, without file
	path      string // of the table that the last header opened
}

// scan finds the positions of the keys in src, or what exceeds a bound.
func scan(src string) *scanner {
	s := newScanner(src)
	s.document()
	return s
}

func newScanner(src string) *scanner {
	return &scanner{src: src, line: 1, root: mark{line: 1}}
}

// document reads all it understands.
func (s *scanner) document() {
	table := &s.root
	for table != nil {
		s.skip(true)
		if s.pos == len(s.src) {
			break
		}
		if s.peek() == '[' {
			table = s.header()
		} else if !s.pair(table, 0) {
			break
		}
		s.skip(false)
		if s.peek() != '\n' {
			break
		}
	}
}

// peek is the byte at pos, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

func (s *scanner) accept(c byte) bool {
	if s.pos < len(s.src) && s.src[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// advance moves to end and counts the lines in between.
func (s *scanner) advance(end int) {
	s.line += strings.Count(s.src[s.pos:end], "\n")
	s.pos = end
}

// skip passes spaces and comments, and line ends if newlines is set.
func (s *scanner) skip(newlines bool) {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == '\n' && newlines:
			s.pos++
			s.line++
		case c == '#':
			if i := strings.IndexByte(s.src[s.pos:], '\n'); i >= 0 {
				s.pos += i
			} else {
				s.pos = len(s.src)
			}
		default:
			return
		}
	}
}

// header reads [a.b] or [[a.b]] and returns the table it opens, nil if it is
// malformed.
func (s *scanner) header() *mark {
	at, line := s.pos, s.line
	s.pos++
	array := s.accept('[')
	parts, ok := s.keyParts()
	if !ok || !s.accept(']') || array && !s.accept(']') {
		return nil
	}
	table := &s.root
	s.path = ""
	for i, name := range parts {
		s.path = strings.TrimPrefix(s.path+"."+quoteKey(name), ".")
		table = table.key(name, at, line)
		if table.whole {
			s.givenAgain(s.path, table, line)
		}
		if last := len(table.items) - 1; last >= 0 && i < len(parts)-1 {
			table = table.items[last]
			s.path += fmt.Sprintf("[%d]", last)
		}
	}
	if array {
		s.path += fmt.Sprintf("[%d]", len(table.items))
		item := &mark{at: at, line: line}
		table.items = append(table.items, item)
		table = item
	}
	return table
}

// pair reads key = value into table.
func (s *scanner) pair(table *mark, depth int) bool {
	at, line := s.pos, s.line
	parts, ok := s.keyParts()
	if !ok || !s.accept('=') {
		return false
	}
	path := s.path
	if depth > 0 { // in an inline table
		path = ""
	}
	for i, name := range parts {
		path = strings.TrimPrefix(path+"."+quoteKey(name), ".")
		table = table.key(name, at, line)
		last := i == len(parts)-1
		if table.whole || last && (table.at != at || table.keys != nil) {
			s.givenAgain(path, table, line)
		}
		table.whole = table.whole || last
	}
	ok = s.value(table, depth)
	table.end = s.line
	return ok
}

// givenAgain notes a key that has a value already. The parser lets a value pass
// that stands behind keys within it, and the other way round, and drops one of
// the two.
func (s *scanner) givenAgain(path string, before *mark, line int) {
	if s.again == nil {
		s.again = &Error{Line: line, Key: path, Msg: fmt.Sprintf("has already been defined, on line %d", before.line)}
	}
}

// keyParts reads a dotted key and the spaces after it.
func (s *scanner) keyParts() ([]string, bool) {
	start := s.pos
	var parts []string
	for {
		s.blanks()
		part, ok := s.keyPart()
		if !ok {
			return nil, false
		}
		parts = append(parts, part)
		s.blanks()
		if len(parts) > maxKeyParts || s.pos-start > maxKeyBytes {
			return nil, s.exceeded("a key of more than %d parts or %d bytes", maxKeyParts, maxKeyBytes)
		}
		if !s.accept('.') {
			return parts, true
		}
	}
}

// blanks passes spaces and tabs only.
func (s *scanner) blanks() {
	for s.pos < len(s.src) && (s.src[s.pos] == ' ' || s.src[s.pos] == '\t') {
		s.pos++
	}
}

func (s *scanner) keyPart() (string, bool) {
	start := s.pos
	if c := s.peek(); c == '"' || c == '\'' {
		if !s.quoted() {
			return "", false
		}
		if raw := s.src[start:s.pos]; len(raw) <= maxKeyBytes {
			return unquote(raw), true
		}
		return "", true // too long, which keyParts reports
	}
	for s.pos < len(s.src) && isBare(rune(s.src[s.pos])) {
		s.pos++
	}
	return s.src[start:s.pos], s.pos > start
}

// unquote is the text of a quoted key.
func unquote(raw string) string {
	text := raw[1 : len(raw)-1]
	if raw[0] == '\'' || !strings.Contains(text, `\`) {
		return text
	}
	if v, err := decode("k = " + raw); err == nil {
		if s, ok := v["k"].(string); ok {
			return s
		}
	}
	return text
}

// value reads one value, whose keys or elements go under m.
func (s *scanner) value(m *mark, depth int) bool {
	s.blanks()
	m.opening = s.src[s.pos:min(s.pos+5, len(s.src))]
	switch s.peek() {
	case '"', '\'':
		return s.text()
	case '[':
		return s.array(m, depth+1)
	case '{':
		return s.inlineTable(m, depth+1)
	}
	start := s.pos
	if i := strings.IndexAny(s.src[s.pos:], ",]}#\r\n"); i >= 0 {
		s.pos += i
	} else {
		s.pos = len(s.src)
	}
	return s.pos > start
}

func (s *scanner) array(m *mark, depth int) bool {
	if depth > maxNesting {
		return s.exceeded("more than %d values within each other", maxNesting)
	}
	s.pos++
	for {
		s.skip(true)
		if s.accept(']') {
			return true
		}
		item := &mark{at: s.pos, line: s.line}
		m.items = append(m.items, item)
		if !s.value(item, depth) {
			return false
		}
		s.skip(true)
		if !s.accept(',') && s.peek() != ']' {
			return false
		}
	}
}

func (s *scanner) inlineTable(m *mark, depth int) bool {
	if depth > maxNesting {
		return s.exceeded("more than %d values within each other", maxNesting)
	}
	s.pos++
	for {
		s.skip(true)
		if s.accept('}') {
			return true
		}
		if !s.pair(m, depth) {
			return false
		}
		s.skip(true)
		if !s.accept(',') && s.peek() != '}' {
			return false
		}
	}
}

// text passes a string of any of the four kinds.
func (s *scanner) text() bool {
	quote := s.src[s.pos : s.pos+1]
	fence := strings.Repeat(quote, 3)
	if !strings.HasPrefix(s.src[s.pos:], fence) {
		return s.quoted()
	}
	for i := s.pos + 3; i < len(s.src); i++ {
		if s.src[i] == '\\' && quote == `"` {
			i++
		} else if strings.HasPrefix(s.src[i:], fence) {
			end := i + 3
			for n := 0; n < 2 && end < len(s.src) && s.src[end] == quote[0]; n++ {
				end++ // up to two quotes may stand before the closing three
			}
			s.advance(end)
			return true
		}
	}
	return false
}

// quoted passes a string on one line.
func (s *scanner) quoted() bool {
	quote := s.src[s.pos]
	for i := s.pos + 1; i < len(s.src) && s.src[i] != '\n'; i++ {
		switch {
		case s.src[i] == '\\' && quote == '"':
			i++
		case s.src[i] == quote:
			s.pos = i + 1
			return true
		}
	}
	return false
}

// exceeded notes which bound is exceeded here and returns false.
func (s *scanner) exceeded(format string, bounds ...any) bool {
	s.limit = fmt.Sprintf(format, bounds...)
	return false
}
