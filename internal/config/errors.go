package config

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// setName is the File of an error in an override from the command line.
const setName = "--set"

// Error is what is wrong with an experiment file, on one line:
// FILE:LINE: full.key: what is wrong, what was expected.
type Error struct {
	File string // as given to [Load] or [Parse], or "--set"
	Line int    // from 1; 0 if there is none
	Key  string // full key, "" if there is none
	Msg  string

	err error
}

// Error is the message on one line, whatever the file contains.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.Itoa(e.Line))
	}
	b.WriteString(": ")
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Msg)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, b.String())
}

// Unwrap is the error of the file system behind it, if any.
func (e *Error) Unwrap() error { return e.err }

// problems keeps the error that comes first in the file.
type problems struct {
	file  string
	first *Error
	at    int
}

// add reports a problem at n. The message is only made if it is the first, so
// that a file full of errors costs no more than one with a few.
func (p *problems) add(n *node, key string, msg func() string) {
	if p.first != nil && (n.at > p.at || n.at == p.at && key >= p.first.Key) {
		return
	}
	p.at = n.at
	p.first = &Error{File: p.file, Line: n.line, Key: key, Msg: msg()}
	if n.set {
		p.first.File, p.first.Line = setName, 0
	}
}

// err is the first problem, or nil.
func (p *problems) err() error {
	if p.first == nil {
		return nil
	}
	return p.first
}

// nearest is the word that got was probably meant to be, or "".
func nearest(got string, words []string) string {
	if len(got) > 64 {
		return ""
	}
	most := max(2, len(got)/3) // 2 is one pair of letters swapped
	if len(got) < 3 {
		most = 1
	}
	best, least := "", most+1
	for _, w := range words {
		d := levenshtein.ComputeDistance(strings.ToLower(got), strings.ToLower(w))
		if d < least {
			best, least = w, d
		}
	}
	return best
}

// choices lists words as "a, b or c".
func choices(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// quoteKey is a key as it would be written in TOML: bare if it can be.
func quoteKey(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isBare(r) }) {
		return shorten(name)
	}
	if len(name) > maxShown {
		return name[:maxShown] + "..."
	}
	return name
}

func isBare(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
}

const maxShown = 40

// shorten quotes s, cut to a length that fits in a message.
func shorten(s string) string {
	if r := []rune(s); len(r) > maxShown {
		return strconv.Quote(string(r[:maxShown])) + "..."
	}
	return strconv.Quote(s)
}
