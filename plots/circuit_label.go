package plots

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// greekLetters by the names that equations have for them.
var greekLetters = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
	"kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
	"chi": "χ", "psi": "ψ", "omega": "ω",
}

// symbol writes a name of an equation: Greek letters as such, and what stands
// behind an underscore below the line.
func symbol(name string) string {
	head, rest, indexed := strings.Cut(name, "_")
	greek := func(word string) string {
		if g, ok := greekLetters[word]; ok {
			return g
		}
		return word
	}
	head = fit(greek(head), cellGap)
	if !indexed || rest == "" {
		return head
	}
	parts := strings.Split(rest, "_")
	for i, p := range parts {
		parts[i] = greek(p)
	}
	return head + subscript(fit(strings.Join(parts, ","), cellGap))
}

func symbolWidth(name string) vg.Length { return textWidth(symbol(name)) }

// describe writes the key below the circuit, and names layers and populations.
func (l *circuitLayout) describe() {
	for i, row := range l.net.Rows {
		b := l.bands[i]
		l.texts = append(l.texts, label{fit(row.Label, 54), vg.Point{X: b.Min.X + 3, Y: b.Max.Y - 2}, muted(draw.XLeft, draw.YTop)})
		for j, c := range row.Cells {
			if c.Name == "" {
				continue
			}
			l.texts = append(l.texts, l.name(l.somata[i][j], fit(c.Name, cellGap-4)))
		}
	}
	l.key = newLegend(l.entries(), l.width-2*edgePad)
	l.key.rows = append(l.key.rows, newLegend(l.notes(), l.width-2*edgePad).rows...)
	room := l.key.height() + 6
	for _, t := range l.texts {
		l.height = max(l.height, t.at.Y+fontSize+2)
	}
	l.move(vg.Point{Y: room})
	l.height += room
	l.key.at = vg.Point{X: edgePad, Y: room - 4}
}

// name is a population's, below its soma or where else there is room.
func (l *circuitLayout) name(s *soma, text string) label {
	x, y := s.middle.X, s.middle.Y
	below, above := y-s.ry-3, y+s.ry+3
	places := []label{
		{text, vg.Point{X: x, Y: below}, muted(draw.XCenter, draw.YTop)},
		{text, vg.Point{X: x + 3, Y: below}, muted(draw.XLeft, draw.YTop)},
		{text, vg.Point{X: x - 3, Y: below}, muted(draw.XRight, draw.YTop)},
		{text, vg.Point{X: x, Y: above}, muted(draw.XCenter, draw.YBottom)},
		{text, vg.Point{X: x + 3, Y: above}, muted(draw.XLeft, draw.YBottom)},
		{text, vg.Point{X: x - 3, Y: above}, muted(draw.XRight, draw.YBottom)},
	}
	for _, t := range places {
		if l.free(t.box(), -1, 0.6) {
			return t
		}
	}
	return places[1]
}

func muted(x text.XAlignment, y text.YAlignment) text.Style {
	s := write(fontSize-0.5, x, y)
	s.Color = mute
	return s
}

// entries of the key: what lines carry, how weights change, what ends mean, and
// notes.
func (l *circuitLayout) entries() []entry {
	var out []entry
	for k, q := range l.net.Quantities {
		text := symbol(q[0])
		if q[1] != "" && q[1] != q[0] {
			text += " " + clean(q[1])
		}
		out = append(out, entry{text: text, line: draw.LineStyle{Color: circuitColours[k%len(circuitColours)], Width: 1.5}})
	}
	has := func(is func(CircuitLink) bool) bool { return slices.ContainsFunc(l.net.Links, is) }
	for learning, text := range []string{Plastic: "weights that learn", Tied: "tied", Fixed: "fixed"} {
		if has(func(k CircuitLink) bool { return k.Weights != "" && int(k.Learning) == learning }) {
			out = append(out, entry{text: text, line: draw.LineStyle{Color: black, Width: 0.9, Dashes: learningDashes[learning]}})
		}
	}
	if has(func(k CircuitLink) bool { return k.Subtracts }) {
		out = append(out, entry{text: "subtracts", glyph: &draw.GlyphStyle{Color: black, Radius: 2, Shape: draw.CircleGlyph{}}})
	}
	for _, r := range l.net.Rows {
		if slices.ContainsFunc(r.Cells, func(c CircuitCell) bool { return c.Teacher != NoTeacher }) {
			out = append(out, entry{text: "teaches", line: teachingStyle})
			break
		}
	}
	return out
}

func (l *circuitLayout) notes() []entry {
	var out []entry
	if slices.ContainsFunc(l.net.Links, func(k CircuitLink) bool { return k.Weights == "" }) {
		out = append(out, entry{text: oneToOne + " one unit to one unit"})
	}
	for _, n := range l.net.Notes {
		out = append(out, entry{text: symbol(n.Symbol) + " " + clean(n.Text)})
	}
	return out
}

// labelHeight is that of a symbol beside a line: of its letters, not of its font.
const labelHeight = 5.6

// label puts the names of weights beside their lines, where nothing is yet.
func (l *circuitLayout) label() {
	for i, w := range l.wires {
		if w.label == "" {
			continue
		}
		size := vg.Point{X: textWidth(w.label), Y: labelHeight}
		w.unseen = true
		try := func(places []vg.Point, apart vg.Length) {
			for _, at := range places {
				box := vg.Rectangle{Min: at, Max: vg.Point{X: at.X + size.X, Y: at.Y + size.Y}}
				if w.unseen && l.free(box, i, apart) {
					w.at, w.unseen = at, false
				}
			}
		}
		beside, on := w.places(size)
		try(beside, 5) // rather far from other lines
		try(beside, 0.6)
		if w.unseen { // or else in a gap of its own line
			w.gap = true
			try(on, 0.6)
			if w.unseen {
				w.at = on[0]
			}
		}
	}
}

// places are where a label could stand, the best first: along the longest parts
// of the line, on both sides of each, and on the line itself.
func (w *wire) places(size vg.Point) (beside, on []vg.Point) {
	type part struct{ a, b vg.Point }
	var parts []part
	for i := range len(w.path) - 1 {
		parts = append(parts, part{w.path[i], w.path[i+1]})
	}
	length := func(p part) vg.Length { return abs(p.b.X-p.a.X) + abs(p.b.Y-p.a.Y) }
	slices.SortStableFunc(parts, func(p, q part) int {
		switch d := length(q) - length(p); {
		case d > 0.01:
			return 1
		case d < -0.01:
			return -1
		}
		return 0
	})
	for _, p := range parts {
		for _, f := range []vg.Length{0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9} {
			at := vg.Point{X: p.a.X + f*(p.b.X-p.a.X), Y: p.a.Y + f*(p.b.Y-p.a.Y)}
			on = append(on, vg.Point{X: at.X - size.X/2, Y: at.Y - size.Y/2})
			if abs(p.b.X-p.a.X) < 0.01 {
				beside = append(beside, vg.Point{X: at.X + 2, Y: at.Y - size.Y/2}, vg.Point{X: at.X - 2 - size.X, Y: at.Y - size.Y/2})
				continue
			}
			beside = append(beside, vg.Point{X: at.X - size.X/2, Y: at.Y + 1}, vg.Point{X: at.X - size.X/2, Y: at.Y - 1 - size.Y})
		}
	}
	return beside, on
}

func abs(x vg.Length) vg.Length { return max(x, -x) }

// free says whether nothing but the wire itself is in a place, nor other wires so
// near to it.
func (l *circuitLayout) free(box vg.Rectangle, own int, apart vg.Length) bool {
	if box.Min.X < edgePad || box.Max.X > l.width-edgePad {
		return false
	}
	for i, w := range l.wires {
		for k := range len(w.path) - 1 {
			pad := apart
			switch {
			case i == own && w.gap:
				continue
			case i == own:
				pad = 0
			}
			if overlap(box, around(w.path[k], w.path[k+1], pad)) {
				return false
			}
		}
		last := w.path[len(w.path)-1]
		if overlap(box, around(last, last, endLength-1)) {
			return false
		}
		if i < own && w.label != "" && overlap(box, w.box()) {
			return false
		}
	}
	for i := range l.somata {
		for j, s := range l.somata[i] {
			if overlap(box, s.box()) || l.apical[i][j] != nil && (overlap(box, l.apical[i][j].box()) || overlap(box, l.stalk(i, j))) {
				return false
			}
		}
	}
	for _, t := range l.texts {
		if overlap(box, t.box()) {
			return false
		}
	}
	return true
}

func (l *circuitLayout) stalk(i, j int) vg.Rectangle {
	s, a := l.somata[i][j], l.apical[i][j]
	return vg.Rectangle{Min: vg.Point{X: s.middle.X - 1.5, Y: s.middle.Y}, Max: vg.Point{X: s.middle.X + 1.5, Y: a.middle.Y}}
}

func (w *wire) box() vg.Rectangle {
	return vg.Rectangle{Min: w.at, Max: vg.Point{X: w.at.X + textWidth(w.label), Y: w.at.Y + labelHeight}}
}

// box of a text of one line.
func (l label) box() vg.Rectangle {
	width, height := textWidth(l.text), l.Font.Size
	min := vg.Point{X: l.at.X + width*vg.Length(l.XAlign), Y: l.at.Y + height*vg.Length(l.YAlign)}
	return vg.Rectangle{Min: min, Max: vg.Point{X: min.X + width, Y: min.Y + height}}
}

func around(a, b vg.Point, pad vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: min(a.X, b.X) - pad, Y: min(a.Y, b.Y) - pad}, Max: vg.Point{X: max(a.X, b.X) + pad, Y: max(a.Y, b.Y) + pad}}
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}
