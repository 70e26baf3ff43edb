package plots

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// raise and lower begin and end a superscript and a subscript. Labels given by
// the reader cannot hold them, see clean.
const (
	raise = "\x0e"
	lower = "\x0f"
)

func superscript(s string) string { return raise + s + raise }
func subscript(s string) string   { return lower + s + lower }

// longest is the number of characters of a label that a figure has room for.
const longest = 60

// clean makes a label fit for drawing: XML allows no control characters, nor
// the two that are no characters.
func clean(label string) string {
	label = shorten(norm.NFC.String(strings.ToValidUTF8(label, "?")), longest)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\ufffe' || r == '\uffff' {
			return ' '
		}
		return r
	}, label)
}

// CheckLabel returns an error if the font of figures lacks a character of a
// label: it has Latin, Greek and Cyrillic letters.
func CheckLabel(label string) error {
	var lacks []string
	var buf sfnt.Buffer
	f := font.DefaultCache.Lookup(face, fontSize).Face
	for _, r := range norm.NFC.String(label) {
		if glyph, err := f.GlyphIndex(&buf, r); err != nil || glyph == 0 {
			lacks = append(lacks, string(r))
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	return fmt.Errorf("figures cannot write %s: their font, Liberation Sans, has Latin, Greek and Cyrillic letters", list(lacks))
}

// shorten leaves at most so many characters of a label. It takes them from the
// middle: names of a sweep often differ at their ends only.
func shorten(label string, most int) string {
	r := []rune(label)
	if len(r) <= most {
		return label
	}
	tail := (most - 1) / 2
	return string(r[:most-1-tail]) + "\u2026" + string(r[len(r)-tail:])
}

// fit makes a label fit for drawing within a width.
func fit(label string, width vg.Length) string {
	label = clean(label)
	short := label
	for n := len([]rune(label)) - 1; n > 1 && textWidth(short) > width; n-- {
		short = shorten(label, n)
	}
	return short
}

// markup is plain text with superscripts and subscripts. The fonts have no
// superscript minus.
type markup struct{}

var _ text.Handler = markup{}

// Cache is where text finds its fonts.
func (markup) Cache() *font.Cache { return font.DefaultCache }

// Extents are those of the font.
func (h markup) Extents(f font.Font) font.Extents {
	face := h.Cache().Lookup(f, f.Size)
	return face.Extents()
}

// Lines splits a text at its line ends.
func (markup) Lines(txt string) []string { return strings.Split(txt, "\n") }

// Box is the size of one line, above and below its baseline.
func (h markup) Box(line string, f font.Font) (width, height, depth vg.Length) {
	for _, run := range runs(line) {
		face := h.face(f, run)
		width += face.Width(run.text)
	}
	e := h.Extents(f)
	return width, e.Ascent, e.Descent
}

// script is a piece of a line that is raised, or lowered, by a part of the font's
// size.
type script struct {
	text  string
	shift vg.Length
}

// runs splits a line where raise and lower begin and end.
func runs(line string) []script {
	var out []script
	shift := vg.Length(0)
	for {
		k := strings.IndexAny(line, raise+lower)
		if k < 0 {
			return append(out, script{line, shift})
		}
		out = append(out, script{line[:k], shift})
		switch {
		case shift != 0:
			shift = 0
		case line[k] == raise[0]:
			shift = 0.38
		default:
			shift = -0.18
		}
		line = line[k+1:]
	}
}

// face is that of a run of a line.
func (h markup) face(f font.Font, r script) font.Face {
	size := f.Size
	if r.shift != 0 {
		size *= superSize / vg.Length(fontSize)
	}
	return h.Cache().Lookup(f, size)
}

// Draw draws a text so that its box is aligned at pt as sty says.
func (h markup) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(sty.Rotation)
		sin, cos := math.Sincos(-sty.Rotation)
		pt = vg.Point{X: pt.X*vg.Length(cos) - pt.Y*vg.Length(sin), Y: pt.X*vg.Length(sin) + pt.Y*vg.Length(cos)}
	}
	c.SetColor(sty.Color)
	lines := h.Lines(txt)
	e := h.Extents(sty.Font)
	spacing := lineSpacing * sty.Font.Size
	height := e.Ascent + e.Descent + spacing*vg.Length(len(lines)-1)
	y := pt.Y + height*vg.Length(1+sty.YAlign) - e.Ascent
	for i, line := range lines {
		width, _, _ := h.Box(line, sty.Font)
		at := vg.Point{X: pt.X + width*vg.Length(sty.XAlign), Y: y - spacing*vg.Length(i)}
		for _, run := range runs(line) {
			f := h.face(sty.Font, run)
			if run.text != "" {
				c.FillString(f, vg.Point{X: at.X, Y: at.Y + run.shift*sty.Font.Size}, run.text)
			}
			at.X += f.Width(run.text)
		}
	}
}

const lineSpacing = 1.15

func textWidth(label string) vg.Length {
	var widest vg.Length
	for _, line := range (markup{}).Lines(label) {
		w, _, _ := markup{}.Box(line, font.From(face, fontSize))
		widest = max(widest, w)
	}
	return widest
}

// label is a text at a place of the figure.
type label struct {
	text string
	at   vg.Point
	text.Style
}

func (l label) draw(c draw.Canvas) { c.FillText(l.Style, l.at, l.text) }

func letter(s string, x, y vg.Length) label {
	return label{s, vg.Point{X: x, Y: y}, writeLetter()}
}
