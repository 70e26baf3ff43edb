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
	name     string // of its signal, for choosing it
	label    string
	lines    []line
	baseline float64    // of a probability; NaN if none
	limits   [2]float64 // of y, if the first is below the second
}

// extent is the range of values that a row's panels share: about a baseline
// symmetric, but within what a probability can be, unless the lines are so far
// from it that this would flatten them.
func (r row) extent(wins []record.Window) extent {
	e := r.values(wins)
	if e.empty() || math.IsNaN(r.baseline) {
		return e
	}
	d := math.Max(e.hi-r.baseline, r.baseline-e.lo)
	about := extent{math.Min(e.lo, math.Max(0, r.baseline-d)), math.Max(e.hi, math.Min(1, r.baseline+d))}
	if flattens(about, e) && e.lo < e.hi {
		return e
	}
	return about
}

// values is the range of what a row's lines show.
func (r row) values(wins []record.Window) extent {
	e := noExtent()
	for _, l := range r.lines {
		if here := l.extent(wins); !here.empty() {
			e.include(here.lo, here.hi)
		}
	}
	return e
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

// notDrawn are the quantities of layers that have no row of their own: averages
// are drawn behind what they average, and the apical input is what the dendrite
// relaxes to but for a factor.
var notDrawn = []string{"apical", "event_rate_average", "burst_rate_average", "burst_prob_average"}

// rowsOf are the quantities of layers that were recorded, top to bottom: those
// of layerRows, and behind them what a model of one's own has besides.
func rowsOf(tr *record.Trajectory) (out []struct{ signal, label string }) {
	recorded := map[string]bool{}
	for _, s := range tr.Signals {
		if name, _, ok := ofLayer(s.Name); ok {
			recorded[name] = true
		}
	}
	for _, q := range layerRows {
		if recorded[q.signal] {
			out = append(out, q)
		}
		delete(recorded, q.signal)
	}
	for _, s := range tr.Signals {
		name, _, ok := ofLayer(s.Name)
		if ok && recorded[name] && !slices.Contains(notDrawn, name) {
			out = append(out, struct{ signal, label string }{name, s.Label})
			delete(recorded, name)
		}
	}
	return out
}

// ofLayer splits a name such as "soma_2" into the quantity and the layer.
func ofLayer(name string) (quantity string, layer int, ok bool) {
	i := strings.LastIndexByte(name, '_')
	if i < 1 {
		return "", 0, false
	}
	layer, ok = layerOf(name, name[:i+1])
	return name[:i], layer, ok
}

// averages are the signals whose moving averages are drawn behind them, wide and
// pale.
var averages = map[string]string{"burst_prob": "burst_prob_average", "burst_rate": "burst_rate_average"}

// behind is the style of a line's average.
func behind(s draw.LineStyle) draw.LineStyle {
	return draw.LineStyle{Color: pale(s.Color), Width: targetWidth}
}

// dynamicsRows also returns the legend of all rows.
func dynamicsRows(tr *record.Trajectory, wins []record.Window, opt Options) ([]row, []entry, error) {
	input := row{name: "input", label: "input", baseline: math.NaN()}
	var entries []entry
	if s := tr.Signal("input"); s != nil && opt.shows("input") {
		shown, err := opt.inputs(s)
		if err != nil {
			return nil, nil, err
		}
		for k, j := range shown {
			l := line{s, j, greyTrace(k)}
			input.lines = append(input.lines, l)
			entries = append(entries, entry{text: fmt.Sprintf("input %d", s.Units[j]), line: l.style})
		}
		if more := s.Width() - len(input.lines); more > 0 {
			entries = append(entries, entry{text: fmt.Sprintf("(of %d recorded)", s.Width())})
		}
	}
	answer := row{name: "output", label: "target,\noutput", baseline: math.NaN()}
	for _, a := range []struct {
		name  string
		style draw.LineStyle
	}{{"target", targetStyle}, {"output", outputStyle}} {
		s := tr.Signal(a.name)
		if s == nil || s.Width() == 0 || !opt.shows("output") {
			continue
		}
		j, err := opt.output(s)
		if err != nil {
			return nil, nil, err
		}
		answer.lines = append(answer.lines, line{s, j, a.style})
		e := entry{text: a.name, line: a.style}
		if s.Width() > 1 {
			e.text = fmt.Sprintf("%s %d (of %d recorded)", a.name, s.Units[j], s.Width())
		}
		entries = append(entries, e)
	}
	rows, units, err := rowsOfLayers(tr, wins, opt)
	return append([]row{input, answer}, rows...), append(entries, units...), err
}

// shownInputs are the places of at most k inputs, spread over those that vary:
// the first and the last pixel of an image are black in all of them.
func shownInputs(s *record.Signal, k int) []int {
	var vary []int
	for j := range s.Width() {
		for i := range len(s.Values) / s.Width() {
			if s.At(i, j) != s.At(0, j) {
				vary = append(vary, j)
				break
			}
		}
	}
	if len(vary) == 0 {
		return record.Spread(s.Width(), k)
	}
	return pick(vary, k)
}

// rowsOfLayers also returns the legend of the hidden units.
func rowsOfLayers(tr *record.Trajectory, wins []record.Window, opt Options) (rows []row, entries []entry, err error) {
	hidden, output, err := opt.layers(tr)
	if err != nil {
		return nil, nil, err
	}
	styles := map[int]draw.LineStyle{} // by unit of the hidden layer
	averaged := false
	for _, q := range rowsOf(tr) {
		s := tr.Signal(fmt.Sprintf("%s_%d", q.signal, hidden))
		if s == nil || !opt.shows(q.signal) {
			continue
		}
		r := row{name: q.signal, label: rowLabel(s, q.label, ""), baseline: math.NaN()}
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
				entries = append(entries, entry{text: fmt.Sprintf("unit %d", unit), line: style})
			}
			r.lines = append(r.lines, line{s, j, style})
		}
		averaged = r.addAverages(tr, averages[q.signal], hidden) || averaged
		top := tr.Signal(fmt.Sprintf("%s_%d", q.signal, output))
		if top == nil || top.Width() == 0 || output == hidden {
			rows = append(rows, r)
			continue
		}
		j, err := opt.output(top)
		if err != nil {
			return nil, nil, err
		}
		out := row{name: q.signal, label: rowLabel(top, q.label, "output "), lines: []line{{top, j, outputStyle}}, baseline: r.baseline}
		averaged = out.addAverages(tr, averages[q.signal], output) || averaged
		one, other := out.values(wins), r.values(wins)
		both := one
		both.include(other.lo, other.hi)
		if flattens(both, one) || flattens(both, other) {
			rows = append(rows, r, out)
			continue
		}
		r.lines = append(r.lines, out.lines...)
		rows = append(rows, r)
	}
	if len(entries) > 0 {
		entries = append([]entry{{text: fmt.Sprintf("layer %d:", hidden)}}, entries...)
	}
	if averaged {
		entries = append(entries, entry{text: "moving average", line: behind(draw.LineStyle{Color: black})})
	}
	return rows, entries, nil
}

// addAverages puts, behind the lines of a row, those of the averages of their
// units, where there are any.
func (r *row) addAverages(tr *record.Trajectory, name string, layer int) bool {
	s := tr.Signal(fmt.Sprintf("%s_%d", name, layer))
	if name == "" || s == nil {
		return false
	}
	var wide []line
	for _, l := range r.lines {
		if j := slices.Index(s.Units, l.signal.Units[l.unit]); j >= 0 {
			wide = append(wide, line{s, j, behind(l.style)})
		}
	}
	r.lines = append(wide, r.lines...)
	return len(wide) > 0
}

// mostFlat is how many times as large a range may be as that of the lines it
// shares a row with.
const mostFlat = 4

// flattens tells whether lines of the second range could hardly be read beside
// those of the first.
func flattens(tall, low extent) bool {
	return !tall.empty() && low.lo < low.hi && tall.hi-tall.lo > mostFlat*(low.hi-low.lo)
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
