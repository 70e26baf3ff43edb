package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// line is one unit of a signal in one style.
type line struct {
	signal *record.Signal
	unit   int // index in Signal.Units
	style  draw.LineStyle
}

func (l line) extent(wins []record.Window) extent {
	e := noExtent()
	for _, w := range wins {
		e.include(column(l.signal, l.unit, w)...)
	}
	return e
}

// row is what all windows show in panels of one height.
type row struct {
	label    string
	lines    []line
	baseline float64 // of a probability; NaN if none
}

// extent is the range of values that a row's panels share: about a baseline
// symmetric, but within what a probability can be.
func (r row) extent(wins []record.Window) extent {
	e := noExtent()
	for _, l := range r.lines {
		if here := l.extent(wins); !here.empty() {
			e.include(here.lo, here.hi)
		}
	}
	if e.empty() || math.IsNaN(r.baseline) {
		return e
	}
	d := math.Max(e.hi-r.baseline, r.baseline-e.lo)
	return extent{math.Min(e.lo, math.Max(0, r.baseline-d)), math.Max(e.hi, math.Min(1, r.baseline+d))}
}

// layerRows are the quantities of a layer, of whatever model, top to bottom.
var layerRows = []struct{ signal, label string }{
	{"soma", "somatic potential"},
	{"basal", "basal potential"},
	{"dendrite", "dendritic potential"},
	{"interneuron", "interneuron potential"},
	{"event_rate", "event rate"},
	{"basal_rate", "basal rate"},
	{"error", "error"},
	{"burst_prob", "burst probability"},
	{"burst_rate", "burst rate"},
}

// dynamicsRows also returns the legend of all rows.
func dynamicsRows(tr *record.Trajectory, wins []record.Window, opt Options) ([]row, []entry, error) {
	input := row{label: "input", baseline: math.NaN()}
	if s := tr.Signal("input"); s != nil {
		for k, j := range spread(s.Width(), opt.Units) {
			input.lines = append(input.lines, line{s, j, greyTrace(k)})
		}
	}
	answer := row{label: "target,\noutput", baseline: math.NaN()}
	var entries []entry
	for _, a := range []struct {
		name  string
		style draw.LineStyle
	}{{"target", targetStyle}, {"output", outputStyle}} {
		if s := tr.Signal(a.name); s != nil && s.Width() > 0 {
			answer.lines = append(answer.lines, line{s, 0, a.style})
			entries = append(entries, entry{text: a.name, line: a.style})
		}
	}
	rows, units, err := rowsOfLayers(tr, wins, opt)
	return append([]row{input, answer}, rows...), append(entries, units...), err
}

// rowsOfLayers also returns the legend of the hidden units.
func rowsOfLayers(tr *record.Trajectory, wins []record.Window, opt Options) (rows []row, entries []entry, err error) {
	hidden, output, err := opt.layers(tr)
	if err != nil {
		return nil, nil, err
	}
	styles := map[int]draw.LineStyle{} // by unit of the hidden layer
	for _, q := range layerRows {
		s := tr.Signal(fmt.Sprintf("%s_%d", q.signal, hidden))
		if s == nil {
			continue
		}
		r := row{label: rowLabel(s, q.label, ""), baseline: math.NaN()}
		if q.signal == "burst_prob" {
			r.baseline = opt.PBaseline
		}
		units, err := opt.units(s)
		if err != nil {
			return nil, nil, err
		}
		for _, j := range units {
			unit := s.Units[j]
			style, ok := styles[unit]
			if !ok {
				style = trace(unitColours, len(styles))
				styles[unit] = style
				entries = append(entries, entry{text: opt.unitName(unit), line: style})
			}
			r.lines = append(r.lines, line{s, j, style})
		}
		top := tr.Signal(fmt.Sprintf("%s_%d", q.signal, output))
		if top == nil || top.Width() == 0 || output == hidden {
			rows = append(rows, r)
			continue
		}
		out := line{top, 0, outputStyle}
		if flattens(out.extent(wins), r.extent(wins)) {
			rows = append(rows, r, row{rowLabel(top, q.label, "output "), []line{out}, r.baseline})
			continue
		}
		r.lines = append(r.lines, out)
		rows = append(rows, r)
	}
	return rows, entries, nil
}

// mostFlat is how many times as large a range may be as that of the lines it
// shares a row with.
const mostFlat = 4

// flattens tells whether lines of the second range could hardly be read beside
// one of the first.
func flattens(tall, low extent) bool {
	return !tall.empty() && !low.empty() && tall.hi-tall.lo > mostFlat*(low.hi-low.lo)
}

// layerOf is the layer in a name that is a prefix and the layer's number.
func layerOf(name, prefix string) (layer int, ok bool) {
	_, err := fmt.Sscanf(name, prefix+"%d", &layer)
	return layer, err == nil && name == fmt.Sprintf("%s%d", prefix, layer) && layer < 1000
}

// rowLabel is what a signal calls itself, or what such signals are called, in
// lines that fit beside a row.
func rowLabel(s *record.Signal, name, whose string) string {
	if s.Label != "" {
		name = clean(s.Label)
	}
	words := strings.Fields(whose + name)
	if n := len(words); n > 1 {
		words = slices.Concat([]string{strings.Join(words[:n-1], " ")}, words[n-1:])
	}
	name = strings.Join(words, "\n")
	if s.Unit != "" {
		name += " (" + clean(s.Unit) + ")"
	}
	return name
}
