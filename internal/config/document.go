package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// node is a value of the file and where it stands.
type node struct {
	at, line int
	set      bool   // from the command line, by --set unless vary
	vary     bool   // by --sweep
	opening  string // how the value begins as written
	end      int    // line on which it ends as written
	value    any    // string, int64, float64, bool or time.Time
	table    map[string]*node
	list     []*node
	isList   bool
}

// what names the value in an error message.
func (n *node) what() string {
	switch v := n.value.(type) {
	case string:
		return "the text " + shorten(v)
	case int64:
		return fmt.Sprintf("the integer %d", v)
	case float64:
		text := formatFloat(v)
		if !strings.ContainsAny(text, ".eNI") {
			text += ".0" // what makes it no integer
		}
		return "the number " + text
	case bool:
		return fmt.Sprintf("%t", v)
	case time.Time:
		return "a date or time of day"
	}
	if n.isList {
		return "a list"
	}
	return "a table"
}

// parseDocument turns TOML into a tree of values with positions.
func parseDocument(file string, data []byte) (*node, error) {
	src := strings.TrimPrefix(string(data), "\ufeff")
	if i := invalidUTF8(src); i >= 0 {
		return nil, &Error{File: file, Line: 1 + strings.Count(src[:i], "\n"), Msg: "not UTF-8 text, expected a TOML file"}
	}
	if strings.HasPrefix(src, "\ufeff") { // the parser would skip it, the scanner would not
		return nil, &Error{File: file, Line: 1, Msg: "two byte order marks, expected at most one"}
	}
	scanned := scan(src)
	if scanned.limit != "" {
		return nil, &Error{File: file, Line: scanned.line, Msg: scanned.limit + ", which no experiment needs"}
	}
	tree, err := decode(src)
	if err != nil {
		return nil, syntaxError(file, src, err)
	}
	if scanned.again != nil {
		scanned.again.File = file
		return nil, scanned.again
	}
	return graft(tree, &scanned.root, &scanned.root), nil
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return i
		}
	}
	return -1
}

// decode parses TOML. The parser panics where it believes its own lexer to be
// wrong; for whoever wrote the file that is a syntax error like any other.
func decode(src string) (tree map[string]any, err error) {
	defer func() {
		if r := recover(); r != nil {
			tree, err = nil, fmt.Errorf("cannot be parsed: %v", r)
		}
	}()
	_, err = toml.Decode(src, &tree)
	return tree, err
}

func syntaxError(file, src string, err error) error {
	e := &Error{File: file, Line: 1, Msg: err.Error()}
	var parse toml.ParseError
	if errors.As(err, &parse) {
		e.Line = min(max(parse.Position.Line, 1), 1+strings.Count(src, "\n"))
		e.Msg = parse.Message
		if len(e.Msg) > 200 {
			e.Msg = strings.ToValidUTF8(e.Msg[:200], "") + "..."
		}
	}
	lines := strings.Split(src, "\n")
	if m := bareValue.FindStringSubmatch(lines[e.Line-1]); m != nil {
		if _, err := tomlValue(m[2]); err != nil {
			e.Msg = fmt.Sprintf("%s needs quotes, expected %s = %s", m[2], m[1], quote(m[2]))
		}
	}
	return e
}

// bareValue is a line with a key and a word, or a time, without quotes.
var bareValue = regexp.MustCompile(`^\s*([\w.-]+)\s*=\s*([+-]?[\w.µ/-]*[A-Za-z][\w.µ/-]*)\s*(?:#.*)?\r?$`)

// graft joins values and positions. What has none of its own gets that of
// what holds it.
func graft(v any, m, parent *mark) *node {
	if m == nil {
		m = &mark{at: parent.at, line: parent.line}
	}
	n := &node{at: m.at, line: m.line, opening: m.opening, end: m.end}
	item := func(i int) *mark {
		if i < len(m.items) {
			return m.items[i]
		}
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		n.table = make(map[string]*node, len(v))
		for name, child := range v {
			n.table[name] = graft(child, m.keys[name], m)
		}
	case []map[string]any:
		n.isList = true
		for i, child := range v {
			n.list = append(n.list, graft(child, item(i), m))
		}
	case []any:
		n.isList = true
		for i, child := range v {
			n.list = append(n.list, graft(child, item(i), m))
		}
	default:
		n.value = v
	}
	return n
}
