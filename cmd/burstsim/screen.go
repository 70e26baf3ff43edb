package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// screen draws lines over those that it drew before, at the end of what a terminal
// shows.
type screen struct {
	out   io.Writer
	drawn []int // columns of each line that is there
}

// What terminals understand since the VT100.
const (
	toBegin   = "\r"
	clearDown = "\x1b[J" // to the end of the screen
	upLines   = "\x1b[%dA"
)

// draw replaces what is there; nil takes it away. Lines are cut to what fits in a
// row, for what wraps takes more rows than were counted. What was drawn before a
// terminal became narrower has wrapped by now, in most of them.
func (s *screen) draw(lines []string) {
	if len(lines) == 0 && len(s.drawn) == 0 {
		return
	}
	width, height := terminalSize(s.out)
	rows := 0
	for _, columns := range s.drawn {
		rows += max(1, (columns+width-1)/width)
	}
	var b strings.Builder
	b.WriteString(toBegin)
	if up := min(rows, height) - 1; up > 0 { // rows above the screen are out of reach
		fmt.Fprintf(&b, upLines, up)
	}
	b.WriteString(clearDown)
	s.drawn = s.drawn[:0]
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		line = shortened(printable([]string{line}), width-1) // in the last column, terminals differ
		b.WriteString(line)
		s.drawn = append(s.drawn, uniseg.StringWidth(line))
	}
	_, _ = io.WriteString(s.out, b.String()) // a terminal that is gone must not stop a run
}

// shortened is what fits of a text into some columns.
func shortened(text string, columns int) string {
	if uniseg.StringWidth(text) <= columns {
		return text
	}
	var kept []string
	used := 1 // for the mark
	for g := uniseg.NewGraphemes(text); g.Next(); {
		if used += g.Width(); used > columns {
			break
		}
		kept = append(kept, g.Str())
	}
	if columns < 1 {
		return ""
	}
	return strings.Join(slices.Concat(kept, []string{"…"}), "")
}

// terminalSize is that of a terminal, which may change at any time.
func terminalSize(out io.Writer) (width, height int) {
	if f, ok := out.(*os.File); ok {
		if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
			return width, height
		}
	}
	return 80, 24
}
