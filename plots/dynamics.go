package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Sizes of the figure of dynamics.
const (
	rowHeight   = 44
	rowGap      = 8
	columnGap   = 2*overhang + 2
	topPad      = 12 // for the names of phases
	mostWindows = 5  // more are too narrow to read
)

// line is one unit of a signal in one style.
type line struct {
	signal *record.Signal
	unit   int // index in Signal.Units
	style  draw.LineStyle
}

// row is what all windows show in panels of one height.
type row struct {
	label    string
	lines    []line
	baseline float64 // that the row's range is symmetric about; NaN if none
}

// Dynamics draws the signals of the first variant over time: input, target and
// output, and those of a few units of the first hidden layer. Each recorded
// window is a column with its own time axis (of more than five windows, five
// spread over the run). Of several outputs the first recorded one is shown. A
// row whose signal was not recorded is left out. It is an error if no window
// holds two samples or no signal a finite value.
func Dynamics(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	tr := res.Variants[0].Trajectory
	if tr == nil || len(tr.Time) == 0 {
		return nil, errors.New("plots: no trajectory was recorded")
	}
	if err := complete(tr); err != nil {
		return nil, err
	}
	wins := windows(tr.Time)
	if len(wins) == 0 {
		return nil, errors.New("plots: the trajectory has no two samples in one window")
	}
	wins = pick(wins, mostWindows)
	rows, legend := dynamicsRows(tr, opt)
	rows = slices.DeleteFunc(rows, func(r row) bool { return rowExtent(r, wins).empty() })
	if len(rows) == 0 {
		return nil, errors.New("plots: the trajectory has no signal with finite values")
	}
	return layOutDynamics(res, tr, wins, rows, legend), nil
}

// complete reports a trajectory whose signals do not have a value a sample.
func complete(tr *record.Trajectory) error {
	for _, s := range tr.Signals {
		if s == nil || len(s.Values) != len(tr.Time)*s.Width() {
			return errors.New("plots: a signal of the trajectory does not have one value a sample and unit")
		}
	}
	return nil
}

func pick[T any](all []T, most int) []T {
	var out []T
	for _, i := range spread(len(all), most) {
		out = append(out, all[i])
	}
	return out
}

// hiddenRows are the quantities of a hidden layer, top to bottom.
var hiddenRows = []struct{ signal, label string }{
	{"soma", "somatic\npotential"},
	{"dendrite", "dendritic\npotential"},
	{"event_rate", "event\nrate"},
	{"burst_prob", "burst\nprobability"},
	{"burst_rate", "burst\nrate"},
}

func dynamicsRows(tr *record.Trajectory, opt Options) ([]row, []entry) {
	var rows []row
	var entries []entry
	input := row{label: "input", baseline: math.NaN()}
	if s := tr.Signal("input"); s != nil {
		for k, j := range spread(s.Width(), opt.Units) {
			input.lines = append(input.lines, line{s, j, greyTrace(k)})
		}
	}
	answer := row{label: "target,\noutput", baseline: math.NaN()}
	if s := tr.Signal("target"); s != nil && s.Width() > 0 {
		answer.lines = append(answer.lines, line{s, 0, targetStyle})
		entries = append(entries, entry{text: "target", line: targetStyle})
	}
	if s := tr.Signal("output"); s != nil && s.Width() > 0 {
		answer.lines = append(answer.lines, line{s, 0, outputStyle})
		entries = append(entries, entry{text: "output", line: outputStyle})
	}
	rows = append(rows, input, answer)

	layer := firstHidden(tr)
	styles := map[int]draw.LineStyle{} // by unit of the layer
	for _, h := range hiddenRows {
		s := tr.Signal(fmt.Sprintf("%s_%d", h.signal, layer))
		if s == nil {
			continue
		}
		r := row{label: h.label, baseline: math.NaN()}
		if s.Unit != "" {
			r.label += " (" + clean(s.Unit) + ")"
		}
		if h.signal == "burst_prob" {
			r.baseline = opt.PBaseline
		}
		for _, j := range spread(s.Width(), opt.Units) {
			unit := s.Units[j]
			style, ok := styles[unit]
			if !ok {
				style = trace(len(styles))
				styles[unit] = style
				entries = append(entries, entry{text: fmt.Sprintf("unit %d", unit), line: style})
			}
			r.lines = append(r.lines, line{s, j, style})
		}
		rows = append(rows, r)
	}
	return rows, entries
}

// firstHidden is the lowest layer of which a signal was recorded.
func firstHidden(tr *record.Trajectory) int {
	lowest := math.MaxInt
	for _, s := range tr.Signals {
		for _, h := range hiddenRows {
			var layer int
			if _, err := fmt.Sscanf(s.Name, h.signal+"_%d", &layer); err == nil {
				lowest = min(lowest, layer)
			}
		}
	}
	return lowest
}

// rowExtent is the range of values that a row's panels share.
func rowExtent(r row, wins []window) extent {
	e := noExtent()
	for _, l := range r.lines {
		for _, w := range wins {
			e.include(column(l.signal, l.unit, w)...)
		}
	}
	if e.empty() || math.IsNaN(r.baseline) {
		return e
	}
	d := math.Max(e.hi-r.baseline, r.baseline-e.lo)
	return extent{r.baseline - d, r.baseline + d}
}

func layOutDynamics(res *record.Result, tr *record.Trajectory, wins []window, rows []row, entries []entry) *Figure {
	f := &Figure{width: doubleColumn}
	lgd := newLegend(entries, f.width-2*edgePad)
	left := vg.Length(edgePad) + 2*lineSpacing*fontSize + labelPad + letterSize
	var numbers vg.Length
	for _, r := range rows {
		p := newPanel(vg.Rectangle{Max: vg.Point{X: 1, Y: rowHeight}})
		r.setY(p, wins)
		numbers = max(numbers, p.yNumbers())
	}
	left += numbers
	n := vg.Length(len(rows))
	f.height = edgePad + lgd.height() + topPad + n*rowHeight + (n-1)*rowGap + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: left, Y: f.height - edgePad}
	f.add(lgd)

	widths := shares(wins, f.width-left-overhang-edgePad-columnGap*vg.Length(len(wins)-1))
	top := f.height - edgePad - lgd.height() - topPad
	for i, r := range rows {
		x := left
		y := top - vg.Length(i)*(rowHeight+rowGap)
		f.add(letter(string(rune('a'+i)), edgePad, y+2))
		for k, w := range wins {
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - rowHeight}, Max: vg.Point{X: x + widths[k], Y: y}})
			p.shades = teacherSpans(res.Phases)
			p.setX(w.start, w.end, "")
			r.setY(p, wins)
			p.noY, p.numbers = k > 0, numbers
			p.noX = i < len(rows)-1
			p.breaks = [2]bool{k > 0, k < len(wins)-1}
			r.addTo(p, tr, w)
			f.add(p)
			if i == 0 {
				f.add(phaseLabels(p, res.Phases)...)
			}
			x += widths[k] + columnGap
		}
	}
	f.add(label{"time (s)", vg.Point{X: (left + f.width - overhang - edgePad) / 2, Y: edgePad},
		write(fontSize, draw.XCenter, draw.YBottom)})
	return f
}

func (r row) setY(p *panel, wins []window) {
	e := rowExtent(r, wins).padded()
	p.setY(e.lo, e.hi, r.label)
}

func (r row) addTo(p *panel, tr *record.Trajectory, w window) {
	if !math.IsNaN(r.baseline) {
		p.level(r.baseline, guideStyle)
	}
	for _, l := range r.lines {
		p.addLine(tr.Time[w.first:w.last], column(l.signal, l.unit, w), l.style)
	}
}

// shares divides a width among windows by how long they are, but gives none
// less than a quarter of the longest's.
func shares(wins []window, width vg.Length) []vg.Length {
	var longest, sum float64
	for _, w := range wins {
		longest = math.Max(longest, w.end-w.start)
	}
	out := make([]vg.Length, len(wins))
	for i, w := range wins {
		d := math.Max(w.end-w.start, longest/4)
		out[i] = vg.Length(d)
		sum += d
	}
	for i := range out {
		out[i] *= width / vg.Length(sum)
	}
	return out
}
