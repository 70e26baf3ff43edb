package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

const (
	routeHeight = 44
	routeRoom   = 118 // right of the panels, for correlations
	mostRoutes  = 6
)

// Routing draws how populations follow others through synapses with short-term
// plasticity: along the run, the currents into soma and dendrite of the population
// that is read, its event rate, burst probability and burst rate, and the event
// rate of each reader; and beside each reader its correlations, over the rows of
// metrics, with what it reads. opt.Variant chooses the variant.
func Routing(res *record.Result, opt Options) (*Figure, error) {
	opt, v, err := opt.chosen(res)
	if err != nil {
		return nil, err
	}
	wiring := opt.wiring(opt.Variant)
	if v.Metrics == nil || v.Metrics.Len() < 2 || len(wiring.Routes) == 0 {
		return nil, errors.New("plots: no rates of populations that read others through short-term plasticity were recorded")
	}
	rows := routeRows(v.Metrics, wiring)
	f := &Figure{width: opt.width(doubleColumn)}
	var entries []entry
	if slices.ContainsFunc(rows, func(r routeRow) bool { return len(r.columns) > 1 }) {
		entries = []entry{{text: "into the soma", line: trace(variantColours, 0)}, {text: "into the dendrite", line: trace(variantColours, 1)}}
	}
	if all := len(wiring.Routes); all > mostRoutes {
		entries = append(entries, entry{text: fmt.Sprintf("(%d of %d connections)", mostRoutes, all)})
	}
	lgd := newLegend(entries, f.width-2*edgePad-letterSize)
	n := vg.Length(len(rows))
	f.height = edgePad + lgd.height() + topPad + n*routeHeight + (n-1)*rowGap + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	times := v.Metrics.Column("time")
	y := s.y - topPad
	for i, r := range rows {
		s.letter(edgePad, y+2)
		p := newPanel(vg.Rectangle{Min: vg.Point{X: edgePad + margin, Y: y - routeHeight}, Max: vg.Point{X: s.width - edgePad - routeRoom, Y: y}})
		p.setTime(0, times[len(times)-1], "simulated time")
		p.noXLabels = i < len(rows)-1
		e := noExtent()
		for _, c := range r.columns {
			e.include(c...)
		}
		if e.empty() {
			e.include(0)
		}
		e = e.padded()
		p.setY(e.lo, e.hi, r.label)
		for k, c := range r.columns {
			p.addLine(times, c, trace(variantColours, k))
		}
		f.add(p)
		for k, text := range r.beside {
			at := vg.Point{X: p.area.Max.X + overhang, Y: y - (lineSpacing*fontSize)*vg.Length(k)}
			f.add(label{text, at, write(fontSize, draw.XLeft, draw.YTop)})
		}
		y -= routeHeight + rowGap
	}
	return f, nil
}

// routeRow is a panel along the run.
type routeRow struct {
	label   string
	columns [][]float64
	beside  []string
}

// routeRows are those of the populations that are read, each behind its own
// followed by its readers.
func routeRows(t *record.Table, w record.Wiring) (rows []routeRow) {
	routes := w.Routes[:min(len(w.Routes), mostRoutes)]
	var sources []string
	for _, r := range routes {
		if !slices.Contains(sources, r.From) {
			sources = append(sources, r.From)
		}
	}
	for _, from := range sources {
		if in := inputs(t, w, from); varies(in[0]) || varies(in[1]) {
			rows = append(rows, routeRow{label: "current into\n" + fit(from, routeHeight-textWidth(" (pA)")) + " (pA)", columns: in})
		}
		read := [...]struct{ label, unit, column string }{{"event rate", "\n(Hz)", "event_rate_"}, {"burst rate", "\n(Hz)", "burst_rate_"}, {"burst probability", "", "burst_prob_"}}
		for _, x := range read {
			name := x.label + x.unit
			if x.unit == "" {
				name = "burst\nprobability"
			}
			rows = append(rows, routeRow{label: name, columns: [][]float64{t.Column(x.column + from)}, beside: []string{"of " + fit(from, routeRoom-overhang-textWidth("of "))}})
		}
		for _, r := range routes {
			if r.From != from {
				continue
			}
			kind := "depressing"
			if r.Facilitating {
				kind = "facilitating"
			}
			own := t.Column("event_rate_" + r.To)
			row := routeRow{label: "event rate\n(Hz)", columns: [][]float64{own}, beside: []string{"of " + fit(r.To, routeRoom/2) + ", " + kind, "correlation with"}}
			for _, x := range read {
				row.beside = append(row.beside, "  "+x.label+" "+correlation(own, t.Column(x.column+from)))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// inputs are the summed currents into soma and dendrite of a population.
func inputs(t *record.Table, w record.Wiring, to string) [][]float64 {
	out := [][]float64{make([]float64, t.Len()), make([]float64, t.Len())}
	for _, x := range w.Inputs {
		c := t.Column("current_" + x.Name)
		if x.To != to || c == nil {
			continue
		}
		sum := out[0]
		if x.Dendrite {
			sum = out[1]
		}
		for i, v := range c {
			sum[i] += v
		}
	}
	return out
}

// varies says whether a column has more than one value.
func varies(column []float64) bool {
	return len(column) > 0 && slices.Min(column) != slices.Max(column)
}

// correlation is that of two columns where both have values.
func correlation(a, b []float64) string {
	var x, y []float64
	for i := range min(len(a), len(b)) {
		if isFinite(a[i]) && isFinite(b[i]) {
			x, y = append(x, a[i]), append(y, b[i])
		}
	}
	if len(x) < 3 {
		return "\u2013"
	}
	r := stat.Correlation(x, y, nil)
	if math.IsNaN(r) {
		return "\u2013"
	}
	return number(r, 2)
}
