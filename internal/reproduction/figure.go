package reproduction

import (
	"math"
	"slices"
	"strings"

	"burstsim/internal/sweep"
	"burstsim/plots"
)

const published = "published"

// Draw draws the panels as they are arranged in the paper, published values among
// ours.
func (r *Reproduction) Draw(a *sweep.Aggregate, rows []Row, quick bool) (*plots.Figure, error) {
	var panels []plots.SpreadPanel
	for _, p := range r.Panels {
		var panel plots.SpreadPanel
		switch {
		case p.Column != "":
			panel = p.curves(a)
		case p.Result != "":
			panel = p.over(a)
		case len(p.Results) > 0:
			panel = p.at(a)
		default:
			panels = append(panels, p.values(rows))
			continue
		}
		panels = append(panels, p.withPublished(panel, rows))
	}
	return plots.Arrange(strings.Replace(r.heading(quick), ". ", "\n", 1), panels, r.Columns)
}

func (p Panel) shows(variant string) bool {
	return len(p.Variants) == 0 || slices.Contains(p.Variants, variant)
}

func (p Panel) axes() plots.SpreadAxes {
	return plots.SpreadAxes{X: p.X, Y: p.Y, LogX: p.LogX, LogY: p.LogY}
}

// label names a group and variant, as far as there are several.
func label(a *sweep.Aggregate, g sweep.Group, variant, without string) string {
	var parts []string
	for i, key := range g.Keys {
		if key != without {
			parts = append(parts, key[strings.LastIndex(key, ".")+1:]+" "+g.Values[i])
		}
	}
	if len(a.Variants()) > 1 || len(parts) == 0 {
		parts = append([]string{variant}, parts...)
	}
	return strings.Join(parts, ", ")
}

func (p Panel) curves(a *sweep.Aggregate) plots.SpreadPanel {
	out := plots.SpreadPanel{Axes: p.axes()}
	for _, g := range a.Groups() {
		for _, variant := range a.Variants() {
			if !p.shows(variant) {
				continue
			}
			at, spread, runs := g.Curve(variant, p.Column)
			s := plots.SpreadSeries{Label: label(a, g, variant, ""), X: at}
			for _, one := range spread {
				s.Mean, s.SD = append(s.Mean, p.Scale*one.Mean), append(s.SD, p.Scale*one.SD)
			}
			for _, run := range runs {
				scaled := [2][]float64{run[0], nil}
				for _, y := range run[1] {
					scaled[1] = append(scaled[1], p.Scale*y)
				}
				s.Runs = append(s.Runs, scaled)
			}
			if len(at) > 0 {
				out.Series = append(out.Series, s)
			}
		}
	}
	return out
}

func (p Panel) over(a *sweep.Aggregate) plots.SpreadPanel {
	out := plots.SpreadPanel{Axes: p.axes()}
	out.Axes.Points = true
	at := map[string]int{}
	for _, variant := range a.Variants() {
		if !p.shows(variant) {
			continue
		}
		for _, g := range a.Groups() {
			name := label(a, g, variant, p.Over)
			i, known := at[name]
			if !known {
				i = len(out.Series)
				at[name] = i
				out.Series = append(out.Series, plots.SpreadSeries{Label: name, Runs: [][2][]float64{{}}})
			}
			s := &out.Series[i]
			x, ok := position(g.Value(p.Over))
			values := g.Results(variant, p.Result)
			spread := sweep.SpreadOf(values)
			if !ok || spread.N == 0 {
				continue
			}
			s.X, s.Mean, s.SD = append(s.X, x), append(s.Mean, p.Scale*spread.Mean), append(s.SD, p.Scale*spread.SD)
			for _, y := range values {
				s.Runs[0][0], s.Runs[0][1] = append(s.Runs[0][0], x), append(s.Runs[0][1], p.Scale*y)
			}
		}
	}
	return out
}

// position is a value on an axis: a number, or how long a list is, as of the
// layers of model.hidden.
func position(text string) (float64, bool) {
	if strings.HasPrefix(text, "[") {
		return float64(1 + strings.Count(text, ",")), true
	}
	return sweep.Number(text)
}

func (p Panel) at(a *sweep.Aggregate) plots.SpreadPanel {
	out := plots.SpreadPanel{Axes: p.axes()}
	out.Axes.Points = true
	for _, g := range a.Groups() {
		for _, variant := range a.Variants() {
			if !p.shows(variant) {
				continue
			}
			s := plots.SpreadSeries{Label: label(a, g, variant, "")}
			for i, name := range p.Results {
				spread := sweep.SpreadOf(g.Results(variant, name))
				if spread.N > 0 {
					s.X, s.Mean, s.SD = append(s.X, p.At[i]), append(s.Mean, p.Scale*spread.Mean), append(s.SD, p.Scale*spread.SD)
				}
			}
			if len(s.X) > 0 {
				out.Series = append(out.Series, s)
			}
		}
	}
	return out
}

// withPublished adds the published values that have a place in the panel.
func (p Panel) withPublished(panel plots.SpreadPanel, rows []Row) plots.SpreadPanel {
	s := plots.SpreadSeries{Label: published, Published: true}
	for _, row := range rows {
		if row.Panel == p.Name && p.Name != "" && row.Place != nil && row.Published != nil {
			s.X, s.Mean, s.SD = append(s.X, *row.Place), append(s.Mean, *row.Published), append(s.SD, or(row.Spread))
		}
	}
	if len(s.X) > 0 {
		panel.Series = append(panel.Series, s)
	}
	return panel
}

func or(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// values shows the values that name the panel, published ones below ours.
func (p Panel) values(rows []Row) plots.SpreadPanel {
	out := plots.SpreadPanel{Axes: p.axes()}
	here, theirs := plots.SpreadSeries{Label: "here", Bars: true}, plots.SpreadSeries{Label: published, Published: true}
	for _, row := range rows {
		if row.Panel != p.Name {
			continue
		}
		at := float64(len(out.Axes.Names))
		name, _, _ := strings.Cut(row.Name, ": ") // behind which stands what the axis says
		out.Axes.Names = append(out.Axes.Names, name)
		if row.Here.N > 0 {
			here.X, here.Mean, here.SD = append(here.X, at-0.14), append(here.Mean, row.Here.Mean), append(here.SD, row.Here.SD)
		}
		if row.Published != nil {
			theirs.X, theirs.Mean, theirs.SD = append(theirs.X, at+0.14), append(theirs.Mean, *row.Published), append(theirs.SD, or(row.Spread))
		}
	}
	out.Series = []plots.SpreadSeries{here}
	if len(theirs.X) > 0 {
		out.Series = append(out.Series, theirs)
	}
	return out
}
