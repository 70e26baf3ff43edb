package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"burstsim/plots"
)

// drawing is a figure and the name of its file.
type drawing struct {
	name   string
	figure *plots.Figure
}

// mostMaps bounds the figures of one aggregate.
const mostMaps = 20

// figures are those that the aggregate can show: results over each parameter that was
// sampled; how seeds learned where nothing else varies; results over one parameter;
// maps over the first two of several, one a variant.
func (a *Aggregate) figures() ([]drawing, error) {
	var all []drawing
	var err error
	switch keys, sampled := a.Plan.Varied(), a.Plan.sampled(); {
	case len(sampled) > 0:
		all, err = a.scatters(sampled)
	case len(keys) == 0:
		all, err = a.learning()
	case len(keys) == 1 && a.numeric(keys[0]):
		all, err = a.curves(keys[0])
	case len(keys) > 1:
		all, err = a.maps(keys[0], keys[1])
	}
	if err != nil {
		return nil, err
	}
	return all[:min(len(all), mostMaps)], nil
}

// numeric tells whether all values of a key are numbers or times.
func (a *Aggregate) numeric(key int) bool {
	return !slices.ContainsFunc(a.Runs, func(r Run) bool { _, ok := Number(r.Point.Values[key]); return !ok })
}

// units of results, for axes.
func unit(result string) string {
	switch {
	case strings.HasPrefix(result, "angle_"):
		return result + " (degrees)"
	case strings.Contains(result, "error"):
		return result + " (fraction)"
	}
	return result
}

// label is a key with the unit of its values.
func (a *Aggregate) label(key int) string {
	text := a.Plan.Keys[key]
	if strings.HasPrefix(a.Runs[0].Point.Values[key], `"`) && a.numeric(key) {
		text += " (s)"
	}
	return text
}

// judged are the results that figures show.
func (a *Aggregate) judged() (names []string) {
	for _, name := range a.Results() {
		if name == "loss_final" || name == "test_error" || isAngle(name) {
			names = append(names, name)
		}
	}
	return names
}

// isAngle tells whether a name is of the angle of a layer's weights to the
// gradient.
func isAngle(name string) bool {
	layer, found := strings.CutPrefix(name, "angle_W")
	_, err := strconv.Atoi(layer)
	return found && err == nil
}

// learning draws how runs that differ in their seeds learned.
func (a *Aggregate) learning() (all []drawing, err error) {
	at, columns := a.Columns()
	axes := plots.SpreadAxes{X: "time (s)"}
	if at == "epoch" {
		axes.X = "epochs"
	}
	g := Group{Runs: a.Runs}
	for _, column := range columns {
		if !isAngle(column) && !slices.Contains([]string{"loss", "train_loss", "test_error"}, column) {
			continue // which the table has
		}
		var series []plots.SpreadSeries
		for _, variant := range a.Variants() {
			c := g.CurveOf(variant, column)
			s := plots.SpreadSeries{Label: variant, X: c.At, Runs: c.Runs}
			for _, spread := range c.Spread {
				s.Mean, s.SD = append(s.Mean, spread.Mean), append(s.SD, spread.SD)
			}
			if len(c.At) > 0 {
				series = append(series, s)
			}
		}
		if len(series) == 0 {
			continue
		}
		axes.Y = unit(column)
		fig, err := plots.Spread(axes, series)
		if err != nil {
			return nil, err
		}
		all = append(all, drawing{"curves_" + column, fig})
	}
	return all, nil
}

// curves draws results over one parameter.
func (a *Aggregate) curves(key int) (all []drawing, err error) {
	axes := plots.SpreadAxes{X: a.label(key), Points: true, LogX: a.even(key)}
	for _, result := range a.judged() {
		var series []plots.SpreadSeries
		for _, variant := range a.Variants() {
			s := plots.SpreadSeries{Label: variant}
			var dots [2][]float64
			for _, g := range a.Groups() {
				x, _ := Number(g.Point.Values[key])
				spread := g.Spread(variant, result)
				s.X, s.Mean, s.SD = append(s.X, x), append(s.Mean, spread.Mean), append(s.SD, spread.SD)
				for _, r := range g.Runs {
					if v := r.Variant(variant); v != nil && r.Record.Failure == "" {
						dots[0], dots[1] = append(dots[0], x), append(dots[1], float64(v.Results[result]))
					}
				}
			}
			s.Runs = [][2][]float64{dots}
			if slices.ContainsFunc(s.Mean, func(x float64) bool { return !math.IsNaN(x) }) {
				series = append(series, s)
			}
		}
		if len(series) == 0 {
			continue
		}
		axes.Y = unit(result)
		fig, err := plots.Spread(axes, series)
		if err != nil {
			return nil, err
		}
		all = append(all, drawing{result, fig})
	}
	return all, nil
}

// even tells whether the positive values of a key span more than a decade, which
// an axis shows by their logarithms.
func (a *Aggregate) even(key int) bool {
	low, high := math.Inf(1), 0.0
	for _, r := range a.Runs {
		x, _ := Number(r.Point.Values[key])
		low, high = min(low, x), max(high, x)
	}
	return low > 0 && high >= 10*low
}

// maps draws results over two parameters, means over all others and seeds.
func (a *Aggregate) maps(x, y int) (all []drawing, err error) {
	columns, lines := a.valuesOf(x), a.valuesOf(y)
	for _, result := range a.judged() {
		for _, variant := range a.Variants() {
			m := plots.HeatMap{Title: variant, X: a.Plan.Keys[x], Y: a.Plan.Keys[y], Label: unit(result)}
			some := false
			for _, line := range lines {
				m.Lines = append(m.Lines, plain(line))
				var values []float64
				var failed []bool
				for _, column := range columns {
					var g Group
					broken := false
					for _, r := range a.Runs {
						if r.Point.Values[x] == column && r.Point.Values[y] == line {
							g.Runs = append(g.Runs, r)
							broken = broken || r.State() == "failed"
						}
					}
					mean := g.Spread(variant, result).Mean
					some = some || !math.IsNaN(mean)
					values, failed = append(values, mean), append(failed, broken)
				}
				m.Value, m.Failed = append(m.Value, values), append(m.Failed, failed)
			}
			if !some {
				continue
			}
			for _, column := range columns {
				m.Columns = append(m.Columns, plain(column))
			}
			fig, err := m.Draw()
			if err != nil {
				return nil, err
			}
			name := result
			if len(a.Variants()) > 1 {
				name = fmt.Sprintf("%s_%s", result, strings.ReplaceAll(variant, " ", "_"))
			}
			all = append(all, drawing{name, fig})
		}
	}
	return all, nil
}

// valuesOf are those of a key, in their order.
func (a *Aggregate) valuesOf(key int) (values []string) {
	seen := map[string]bool{}
	for _, r := range a.Runs {
		if v := r.Point.Values[key]; !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(x, y string) int { return compareValues([]string{x}, []string{y}) })
	return values
}
