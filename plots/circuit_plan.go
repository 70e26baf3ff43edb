package plots

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
)

// CircuitPlan is where everything of a circuit stands, for programs that draw it
// themselves. Lengths are points; x grows to the right and y downwards.
type CircuitPlan struct {
	Width        float64              `json:"width"`
	Height       float64              `json:"height"`
	Bands        []CircuitBand        `json:"bands"`        // behind layers
	Compartments []CircuitCompartment `json:"compartments"` // somata and apical dendrites
	Stalks       []CircuitStalk       `json:"stalks"`       // from somata to their apical dendrites
	Links        []CircuitWire        `json:"links"`
	Texts        []CircuitText        `json:"texts"`
	Quantities   []CircuitQuantity    `json:"quantities"` // that links carry
	Notes        []CircuitQuantity    `json:"notes"`
}

// CircuitBand is what lies behind a layer.
type CircuitBand struct {
	Row   int     `json:"row"`
	Label string  `json:"label"`
	X     float64 `json:"x"` // of the upper left corner
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h"`
}

// CircuitCompartment is a soma or an apical dendrite.
type CircuitCompartment struct {
	ID     string  `json:"id"`
	Row    int     `json:"row"`
	Cell   int     `json:"cell"`
	Apical bool    `json:"apical"`
	Name   string  `json:"name"`   // of the population
	Symbol string  `json:"symbol"` // as equations have it
	Text   string  `json:"text"`   // the same with Greek letters; what stands behind _ is below the line
	Shape  string  `json:"shape"`  // triangle or ellipse
	X      float64 `json:"x"`      // of the middle
	Y      float64 `json:"y"`
	RX     float64 `json:"rx"` // half of the width
	RY     float64 `json:"ry"`
	Dashed bool    `json:"dashed"` // takes no time
}

// CircuitStalk joins two compartments, by their IDs.
type CircuitStalk struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// CircuitWire is a line with an end: a projection, a connection of one unit to
// one, or what comes from outside, leaves or teaches, which has neither From nor To.
type CircuitWire struct {
	ID        string       `json:"id"`
	From      string       `json:"from"`
	To        string       `json:"to"`
	Weights   string       `json:"weights"` // symbol; "" for none
	Text      string       `json:"text"`
	Quantity  string       `json:"quantity"` // symbol
	Subtracts bool         `json:"subtracts"`
	Learning  string       `json:"learning"` // plastic, tied, fixed, one-to-one, outside or teaches
	Points    [][2]float64 `json:"points"`
	End       string       `json:"end"`    // arrow or disc
	Colour    int          `json:"colour"` // number of the quantity; -1 for none
	Label     *CircuitText `json:"label"`  // nil: there is none, or no room for it
}

// CircuitText is a text at a place: the middle of its height, and of its width
// what the anchor says.
type CircuitText struct {
	Text   string  `json:"text"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Anchor string  `json:"anchor"` // start, middle or end
}

// CircuitQuantity is a symbol and what it stands for.
type CircuitQuantity struct {
	Symbol string `json:"symbol"`
	Text   string `json:"text"`
	Doc    string `json:"doc"`
}

// PlanCircuit lays a circuit out as [Circuit] does, and draws nothing. There is
// room for a key below it, which the plan does not have.
func PlanCircuit(net CircuitNetwork) (CircuitPlan, error) {
	if err := net.check(); err != nil {
		return CircuitPlan{}, err
	}
	l := newCircuitLayout(net)
	bottom := l.key.height() + 6 // of the key
	p := CircuitPlan{Width: float64(l.width), Height: float64(l.height - bottom), Links: []CircuitWire{}, Stalks: []CircuitStalk{}, Texts: []CircuitText{}}
	down := func(y vg.Length) float64 { return float64(l.height - y) }
	for i, b := range l.bands {
		p.Bands = append(p.Bands, CircuitBand{i, net.Rows[i].Label, float64(b.Min.X), down(b.Max.Y), float64(b.Max.X - b.Min.X), float64(b.Max.Y - b.Min.Y)})
		for j, cell := range net.Rows[i].Cells {
			add := func(s *soma, end CircuitEnd) string {
				c := CircuitCompartment{ID: idOfEnd(end), Row: i, Cell: j, Apical: end.Apical, Name: cell.Name, Symbol: s.symbol, Text: bare(symbol(s.symbol)),
					Shape: "ellipse", X: float64(s.middle.X), Y: down(s.middle.Y), RX: float64(s.rx), RY: float64(s.ry), Dashed: s.dashed}
				if s.shape == triangle {
					c.Shape = "triangle"
				}
				p.Compartments = append(p.Compartments, c)
				return c.ID
			}
			from := add(l.somata[i][j], CircuitEnd{i, j, false})
			if a := l.apical[i][j]; a != nil {
				p.Stalks = append(p.Stalks, CircuitStalk{from, add(a, CircuitEnd{i, j, true})})
			}
		}
	}
	for i, w := range l.wires {
		p.Links = append(p.Links, l.planWire(i, w, down))
	}
	for _, t := range l.texts {
		b := t.box()
		p.Texts = append(p.Texts, planText(bare(t.text), t.at.X, down((b.Min.Y+b.Max.Y)/2), float64(t.XAlign)))
	}
	for _, q := range net.Quantities {
		p.Quantities = append(p.Quantities, CircuitQuantity{q[0], bare(symbol(q[0])), q[1]})
	}
	for _, n := range net.Notes {
		p.Notes = append(p.Notes, CircuitQuantity{n.Symbol, bare(symbol(n.Symbol)), n.Text})
	}
	return p, nil
}

func (l *circuitLayout) planWire(i int, w *wire, down func(vg.Length) float64) CircuitWire {
	out := CircuitWire{ID: fmt.Sprint("l", i), Learning: "outside", End: "arrow", Colour: -1, Text: bare(w.label)}
	if w.bar {
		out.End = "disc"
	}
	for _, at := range w.path {
		out.Points = append(out.Points, [2]float64{float64(at.X), down(at.Y)})
	}
	if w.label != "" && !w.unseen {
		label := planText(bare(w.label), w.at.X, down(w.at.Y+labelHeight/2), 0)
		out.Label = &label
	}
	if i >= len(l.net.Links) { // they come first, in their order
		if w.style.Color == teachingStyle.Color {
			out.Learning = "teaches"
		}
		return out
	}
	link := l.net.Links[i]
	out.From, out.To = idOfEnd(CircuitEnd{link.From.Row, link.From.Cell, false}), idOfEnd(link.To)
	out.Weights, out.Quantity, out.Subtracts = link.Weights, link.Quantity, link.Subtracts
	out.Learning = [...]string{Plastic: "plastic", Tied: "tied", Fixed: "fixed"}[link.Learning]
	if link.Weights == "" {
		out.Learning = "one-to-one"
	}
	for k, q := range l.net.Quantities {
		if q[0] == link.Quantity {
			out.Colour = k
		}
	}
	return out
}

func idOfEnd(e CircuitEnd) string {
	id := fmt.Sprintf("c%d-%d", e.Row, e.Cell)
	if e.Apical {
		id += "a"
	}
	return id
}

func planText(text string, x vg.Length, y, align float64) CircuitText {
	anchor := "start"
	switch {
	case align <= -0.75:
		anchor = "end"
	case align <= -0.25:
		anchor = "middle"
	}
	return CircuitText{text, float64(x), y, anchor}
}

// bare is a text for programs: what stands behind _ is below the line.
func bare(text string) string {
	head, rest, indexed := strings.Cut(text, lower)
	if !indexed {
		return text
	}
	return head + "_" + strings.ReplaceAll(rest, lower, "")
}
