package plots

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// cell makes rows of pyramidal cells with so many populations beside them.
func circuitRows(beside ...int) []CircuitRow {
	var rows []CircuitRow
	for i, n := range beside {
		r := CircuitRow{Label: "hidden layer", Stimulus: i == 0, Target: i == len(beside)-1, Answer: i == len(beside)-1}
		c := CircuitCell{Soma: "z", Pyramidal: i > 0}
		if i > 0 && i < len(beside)-1 {
			c.Apical, c.Teacher = "u", ApicalTeacher
		} else if i > 0 {
			c.Teacher = TargetTeacher
		}
		r.Cells = append(r.Cells, c)
		for j := range n {
			r.Cells = append(r.Cells, CircuitCell{Soma: "r", Name: fmt.Sprintf("population%d", j)})
		}
		rows = append(rows, r)
	}
	return rows
}

// randomCircuit is a network with so many links of all kinds.
func randomCircuit(rnd *rand.Rand, links int) CircuitNetwork {
	net := CircuitNetwork{Rows: circuitRows(0, rnd.IntN(4), rnd.IntN(3)), Quantities: [][2]string{{"e", "event rate"}, {"b", "burst rate"}}}
	for i := range links {
		from := CircuitEnd{Row: rnd.IntN(3)}
		from.Cell = rnd.IntN(len(net.Rows[from.Row].Cells))
		to := CircuitEnd{Row: max(1, min(2, from.Row+rnd.IntN(3)-1))}
		to.Cell = rnd.IntN(len(net.Rows[to.Row].Cells))
		if from.Row != to.Row { // what has an index leads to layers
			from.Cell = 0
		}
		to.Apical = net.Rows[to.Row].Cells[to.Cell].Apical != "" && rnd.IntN(2) == 0 && to.Row <= from.Row
		net.Links = append(net.Links, CircuitLink{From: from, To: to, Weights: fmt.Sprintf("W_%d", i), Quantity: "e",
			Subtracts: rnd.IntN(2) == 0, Learning: CircuitLearning(rnd.IntN(3))})
	}
	return net
}

// TestLabelsOfCircuitsStandFree looks at networks of all kinds: no label of a
// line lies on another label, a text, a cell or another line, and all are within
// the figure.
func TestLabelsOfCircuitsStandFree(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		net := randomCircuit(rnd, 1+rnd.IntN(7))
		l := newCircuitLayout(net)
		for i, w := range l.wires {
			for k := range len(w.path) - 1 {
				if a, b := w.path[k], w.path[k+1]; abs(a.X-b.X) > 0.01 && abs(a.Y-b.Y) > 0.01 {
					t.Errorf("seed %d: line %s is slanted from %v to %v", seed, w.label, a, b)
				}
			}
			for _, p := range w.path {
				if p.X < 0 || p.X > l.width || p.Y < 0 || p.Y > l.height {
					t.Errorf("seed %d: line %s leaves the figure at %v", seed, w.label, p)
				}
			}
			if w.label == "" {
				continue
			}
			if w.unseen || !l.free(w.box(), i, 0.5) {
				t.Errorf("seed %d: the label %s (%+v) lies on something", seed, w.label, net.Links[i])
			}
			for j, o := range l.wires[:i] {
				if o.label != "" && overlap(w.box(), o.box()) {
					t.Errorf("seed %d: the labels %s and %s (%d, %d) overlap", seed, w.label, o.label, i, j)
				}
			}
		}
		for i, a := range l.texts {
			for _, b := range l.texts[:i] {
				if overlap(a.box(), b.box()) {
					t.Errorf("seed %d: %s lies on %s", seed, a.text, b.text)
				}
			}
		}
	}
}

// A line ends where it should: at the outline of its compartments.
func TestLinesOfCircuitsMeetCells(t *testing.T) {
	net := CircuitNetwork{Rows: circuitRows(0, 2, 1)}
	ends := []CircuitEnd{{1, 0, true}, {1, 0, false}, {1, 2, false}}
	for _, to := range ends {
		net.Links = append(net.Links, CircuitLink{From: CircuitEnd{2, 0, false}, To: to, Weights: "Y"})
	}
	l := newCircuitLayout(net)
	for i, to := range ends {
		w := l.wires[i]
		s := l.compartment(to)
		end := w.path[len(w.path)-1]
		if d := abs(end.X - s.middle.X); d > s.rx+0.01 {
			t.Errorf("the line to %v ends %v from its middle", to, d)
		}
		if d := abs(end.Y - s.middle.Y); d > s.ry+0.01 {
			t.Errorf("the line to %v ends %v above its middle", to, d)
		}
	}
	if l.width != singleColumn {
		t.Errorf("two populations beside a layer need %v points", l.width)
	}
}

func TestCircuitsThatCannotBe(t *testing.T) {
	rows := circuitRows(0, 1, 0)
	for want, net := range map[string]CircuitNetwork{
		"without layers":        {},
		"has no population":     {Rows: []CircuitRow{{Label: "input"}}},
		"at most 6":             {Rows: circuitRows(0, mostCells)},
		"which is not there":    {Rows: rows, Links: []CircuitLink{{Weights: "W", To: CircuitEnd{Row: 5}}}},
		"are no neighbours":     {Rows: rows, Links: []CircuitLink{{Weights: "W", To: CircuitEnd{Row: 2}}}},
		"at an apical dendrite": {Rows: rows, Links: []CircuitLink{{Weights: "W", From: CircuitEnd{Row: 1}, To: CircuitEnd{Row: 2, Apical: true}}}},
	} {
		if _, err := Circuit(net); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected an error with %q", err, want)
		}
	}
}

// The same network gives the same bytes, in all formats.
func TestCircuitsAreWritten(t *testing.T) {
	net := randomCircuit(rand.New(rand.NewPCG(1, 2)), 6)
	for _, format := range []string{"png", "svg", "pdf"} {
		var drawn [2]bytes.Buffer
		for i := range drawn {
			f, err := Circuit(net)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.WriteTo(&drawn[i], format); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(drawn[0].Bytes(), drawn[1].Bytes()) || drawn[0].Len() < 1000 {
			t.Errorf("%s: %d and %d bytes, which differ", format, drawn[0].Len(), drawn[1].Len())
		}
	}
}

func TestSymbolsOfCircuits(t *testing.T) {
	for name, want := range map[string]string{
		"z": "z", "tau_soma": "τ" + subscript("soma"), "W_PI": "W" + subscript("PI"), "e_a_1": "e" + subscript("a,1"), "x_": "x", "beta": "β",
	} {
		if got := symbol(name); got != want {
			t.Errorf("%s: %q, expected %q", name, got, want)
		}
	}
	if w := textWidth("z" + subscript("soma")); w >= textWidth("zsoma") || w <= textWidth("z") {
		t.Errorf("a subscript makes the width %v", w)
	}
	if r := runs("a" + superscript("2") + "b" + subscript("i")); len(r) != 5 || r[1].shift <= 0 || r[3].shift >= 0 || r[2].shift != 0 {
		t.Errorf("runs %v", r)
	}
}
