package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"burstsim/sim/model"
)

// setName is the File of an error in an override from the command line.
const setName = "--set"

// Error is what is wrong with an experiment file, on one line:
// FILE:LINE: full.key: what is wrong, what was expected.
type Error struct {
	File   string // as given to [Load] or [Parse], "--set" or "--sweep"
	Line   int    // from 1; 0 if there is none
	Column int    // from 1, in the text of a model; 0 elsewhere
	Key    string // full key, "" if there is none
	Msg    string

	err error
}

// Error is the message on one line, whatever the file contains.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		b.WriteString(":" + strconv.Itoa(e.Line))
	}
	if e.Column > 0 {
		b.WriteString(":" + strconv.Itoa(e.Column))
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

// Errors are all that is wrong with an experiment file, in its order, those of
// overrides last. [errors.As] finds the first [*Error].
type Errors []*Error

// Error is one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lists them for [errors.Is] and [errors.As].
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// maxMessage is the length of a message, in letters.
const maxMessage = 450

// maxErrors is how many are said of one file.
const maxErrors = 30

// problems gathers what is wrong.
type problems struct {
	file  string
	found []problem
	more  int // that came later in the file than those found
}

// problem is one of them; its message is only made if it is said.
type problem struct {
	at   *node
	key  string
	text func() string

	model *model.Error // in the text of a model; nil elsewhere
}

// add reports a problem at n. A file full of errors costs no more memory than
// one with a few.
func (p *problems) add(n *node, key string, msg func() string) {
	p.put(problem{at: n, key: key, text: msg})
}

func (p *problems) put(q problem) {
	p.found = append(p.found, q)
	if len(p.found) >= 4*maxErrors {
		p.sort()
		p.more += len(p.found) - maxErrors
		p.found = p.found[:maxErrors:cap(p.found)]
	}
}

func (p *problems) sort() {
	slices.SortStableFunc(p.found, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.at.at, b.at.at), strings.Compare(a.key, b.key))
	})
}

// err is all problems as [Errors], or nil.
func (p *problems) err() error {
	if len(p.found) == 0 {
		return nil
	}
	p.sort()
	more := p.more + max(0, len(p.found)-maxErrors)
	var all Errors
	for _, q := range p.found[:min(len(p.found), maxErrors)] {
		e := &Error{File: p.file, Line: q.at.line, Key: q.key, Msg: q.text()}
		if q.at.set {
			if e.File, e.Line = setName, 0; q.at.vary {
				e.File = "--sweep"
			}
		}
		if m := q.model; m != nil {
			e = &Error{File: m.File, Line: m.Line, Column: m.Column, Msg: e.Msg, err: m}
		}
		if r := []rune(e.Msg); len(r) > maxMessage {
			e.Msg = string(r[:maxMessage]) + "..."
		}
		all = append(all, e)
	}
	if more > 0 {
		all = append(all, &Error{File: p.file, Msg: fmt.Sprintf("and %d more errors", more)})
	}
	return all
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

// KeyError is what [Options.Model] says of a key other than the equations.
type KeyError struct{ Key, Msg string }

func (e *KeyError) Error() string { return e.Key + ": " + e.Msg }
