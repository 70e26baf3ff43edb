package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
)

// A folder's name that holds control characters must not reach the terminal.
func TestReportsDoNotControlATerminal(t *testing.T) {
	var out bytes.Buffer
	p := &program{err: &out}
	p.warn(errors.New("runs/\x1b[31mred\x07\u009b2J is finished"))
	line, ended := strings.CutSuffix(out.String(), "\n")
	if !ended || strings.ContainsFunc(line, unicode.IsControl) || !strings.Contains(line, "red") {
		t.Errorf("%q", out.String())
	}
}
