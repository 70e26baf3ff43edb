package explain

import (
	"fmt"
	"strconv"
	"strings"

	"burstsim/internal/report"
	"burstsim/sim/program"
)

// Sections are the model for people to read.
func (m *Model) Sections() []report.Section {
	out := []report.Section{m.populations(), m.projections()}
	for i := range m.Times {
		out = append(out, m.Times[i].order())
	}
	out = append(out, m.dimensions(), m.parameters(), m.signals())
	for _, t := range m.Times {
		if t.Program != "" {
			out = append(out, report.Section{Name: t.Kind + "-program", Title: "Program of " + t.Kind + " time",
				Parts: []report.Part{{Lines: strings.Split(strings.TrimSuffix(t.Program, "\n"), "\n")}}})
		}
	}
	return out
}

// place is a population in the words of the other tables.
func place(kind string, layer int) string {
	switch kind {
	case "input":
		return "input"
	case "hidden", "output":
		return fmt.Sprintf("%s %d", kind, layer)
	}
	return fmt.Sprintf("%s beside %d", kind, layer)
}

func section(name, title string, header []string, rows [][]string) report.Section {
	part := report.Part{Table: &report.Table{Header: header, Rows: rows}}
	if len(rows) == 0 {
		part = report.Part{Lines: []string{"none"}}
	}
	return report.Section{Name: name, Title: title, Parts: []report.Part{part}}
}

func (m *Model) populations() report.Section {
	var rows [][]string
	names := func(lines []program.Line) string {
		var out []string
		for _, l := range lines {
			out = append(out, l.Name)
		}
		return strings.Join(out, " ")
	}
	for _, p := range m.Populations {
		rows = append(rows, []string{place(p.Kind, p.Layer), strconv.Itoa(p.Units), names(p.States), names(p.Quantities)})
	}
	return section("populations", "Populations", []string{"population", "units", "states", "quantities"}, rows)
}

func (m *Model) projections() report.Section {
	var rows [][]string
	for _, p := range m.Projections {
		name, shape := p.Name, ""
		if p.Bias != "" {
			name += ", " + p.Bias
		}
		for i, n := range p.Shape {
			if i > 0 {
				shape += " x "
			}
			shape += strconv.Itoa(n)
		}
		weights := p.Initial
		switch {
		case p.Tied != "":
			weights = p.Tied
		case p.Absent:
			weights = "no weights for these parameters"
		}
		learns := "fixed"
		switch {
		case p.Rule != "":
			learns = p.Rule
		case p.Tied != "":
			learns = "tied"
		case p.Absent:
			learns = ""
		}
		rows = append(rows, []string{name, p.From, p.To, shape, p.Kind, weights, learns})
	}
	return section("projections", "Projections", []string{"weights", "from", "to", "shape", "kind", "are or begin as", "learning"}, rows)
}

func (t *Time) order() report.Section {
	title := "Order of evaluation in " + t.Kind + " time"
	if t.Excluded != "" {
		return report.Section{Name: t.Kind, Title: title, Parts: []report.Part{{Lines: []string{"none: " + t.Excluded}}}}
	}
	var rows [][]string
	for i, s := range t.Order {
		what := "follows"
		switch {
		case s.State && t.Kind == "discrete":
			what = "adopts its drive"
		case s.State:
			what = "changes"
		}
		if s.Held {
			what += ", held while taught"
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), place(s.Population, s.Layer), s.Name, what, s.Equation})
	}
	return section(t.Kind, title, []string{"", "population", "name", "", "equation"}, rows)
}

func (m *Model) dimensions() report.Section {
	var rows [][]string
	for _, t := range m.Times {
		if t.Excluded == "" {
			rows = append(rows, []string{t.Kind, strconv.Itoa(t.States), strconv.Itoa(t.Weights), strconv.Itoa(t.Learning), strconv.Itoa(t.Work)})
		}
	}
	return section("dimensions", "Dimensions", []string{"time", "states", "weights", "learning arrays", "memory of quantities"}, rows)
}

func (m *Model) parameters() report.Section {
	var rows [][]string
	for _, p := range m.Parameters {
		value := fmt.Sprint(p.Value)
		switch {
		case p.Value == nil:
			value = "-"
		case p.Unit != "":
			value += " " + p.Unit
		}
		rows = append(rows, []string{p.Name, p.Key, value, p.Default, p.Expected, p.Doc})
	}
	return section("parameters", "Parameters", []string{"name", "key", "value", "default", "expected", "meaning"}, rows)
}

func (m *Model) signals() report.Section {
	var rows [][]string
	for _, s := range m.Signals {
		symbol := s.Symbol
		if s.In != "" {
			symbol += "[" + s.In + "]"
		}
		rows = append(rows, []string{symbol, s.Name, s.Label})
	}
	return section("signals", "Signals", []string{"symbol", "in files", "in figures"}, rows)
}
