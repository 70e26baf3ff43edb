package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Sizes of the figure of cycles.
const (
	cycleHeight = 84
	mostCycles  = 4 // variants; more are too narrow to read
)

// Cycles draws what spiking populations learned of what a cycle shows them, such
// as the patterns of exclusive-or, a column a variant: the event rate of the
// population that is taught over repetitions of the cycle of learning, a line a
// pattern; its event rate over the last cycle without a teacher; and its burst
// probability over the last cycle of learning. A rate is the mean of the last
// four fifths of what a pattern lasts; where some of it is without a teacher, of
// that. Of more than four variants, four spread over the list are shown. It is an
// error if no variant has such a cycle.
func Cycles(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	var all []*cycleData
	for i := range res.Variants {
		if d := newCycleData(&res.Variants[i], opt.phases(res, i)); d != nil {
			all = append(all, d)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("plots: no rates of populations that spike were recorded over a cycle with a teacher")
	}
	return layOutCycles(pick(all, mostCycles), len(all), opt.width(doubleColumn)), nil
}

// cycleData is what the figure shows of a variant.
type cycleData struct {
	label      string
	population string
	teaching   []condition
	patterns   []string
	rates      []series // of each pattern, over repetitions
	shown      *passage // nil: there is none without a teacher
	learning   *passage
}

// series is what a pattern gave whenever it was shown: after how many repetitions of
// the cycle, and the rate.
type series struct{ at, values []float64 }

// passage is one repetition of a cycle.
type passage struct {
	start, length float64 // s
	spans         []span
	times         []float64 // from its start
	values        []float64
}

// span is a pattern in a cycle: parts of it that follow each other and end with
// the same word.
type span struct {
	name     string
	from, to float64    // s from the start of the cycle
	free     [2]float64 // of that, the stretch that is without a teacher, or all
}

func newCycleData(v *record.Variant, phases []record.Phase) *cycleData {
	if v.Metrics == nil {
		return nil
	}
	var learning *record.Phase
	var free []*record.Phase
	for i := range phases {
		switch p := &phases[i]; {
		case len(p.Cycle) == 0:
		case slices.ContainsFunc(p.Cycle, func(x record.Part) bool { return x.Teacher }):
			learning = p
		default:
			free = append(free, p)
		}
	}
	if learning == nil {
		return nil
	}
	d := &cycleData{label: v.Label, population: taughtPopulation(v.Metrics), teaching: teaching(phases)}
	if d.population == "" {
		return nil
	}
	rate, probability := "event_rate_"+d.population, "burst_prob_"+d.population
	times, rates := v.Metrics.Column("time"), v.Metrics.Column(rate)
	if len(times) == 0 {
		return nil
	}
	spans := spansOf(learning.Cycle)
	length, end := spans[len(spans)-1].to, math.Min(learning.End, times[len(times)-1])
	for _, s := range spans {
		if !slices.Contains(d.patterns, s.name) {
			d.patterns = append(d.patterns, s.name)
		}
	}
	d.rates = make([]series, len(d.patterns))
	for start := learning.Start; start < end; start += length {
		for _, s := range spans {
			if start+s.free[1] <= end+rounding(end) {
				r := &d.rates[slices.Index(d.patterns, s.name)]
				r.at = append(r.at, (start+s.to-learning.Start)/length)
				r.values = append(r.values, meanWithin(times, rates, start+s.free[0]+(s.free[1]-s.free[0])/5, start+s.free[1]))
			}
		}
	}
	for _, p := range free {
		if x := lastPassage(p, times, rates); x != nil {
			d.shown = x
		}
	}
	d.learning = lastPassage(learning, times, v.Metrics.Column(probability))
	if e := d.extent(); e.empty() {
		return nil
	}
	return d
}

// taughtPopulation is the last one that has a target, or else the last one; empty
// if there is none.
func taughtPopulation(metrics *record.Table) (last string) {
	taught := ""
	for _, c := range metrics.Columns {
		name, ok := strings.CutPrefix(c, "event_rate_")
		if !ok {
			continue
		}
		last = name
		if slices.ContainsFunc(metrics.Column("target_"+name), isFinite) {
			taught = name
		}
	}
	if taught != "" {
		return taught
	}
	return last
}

// spansOf joins the parts of a cycle that are of one pattern.
func spansOf(cycle []record.Part) (out []span) {
	at := 0.0
	for i, part := range cycle {
		words := strings.Fields(part.Name)
		name := fmt.Sprint(i + 1)
		if len(words) > 0 {
			name = words[len(words)-1]
		}
		end := at + part.Duration
		if k := len(out) - 1; k < 0 || out[k].name != name {
			out = append(out, span{name: name, from: at, to: end, free: [2]float64{at, at}})
		}
		s := &out[len(out)-1]
		s.to = end
		if !part.Teacher && s.free[1] == at { // what begins without a teacher
			s.free[1] = end
		}
		at = end
	}
	for i := range out {
		if s := &out[i]; s.free[0] == s.free[1] {
			s.free = [2]float64{s.from, s.to}
		}
	}
	return out
}

// meanWithin is the mean of rows of metrics, each of which is about the time since
// the one before, that end after from and not after to; NaN if there is none.
func meanWithin(times, values []float64, from, to float64) float64 {
	first, _ := slices.BinarySearch(times, from+rounding(from))
	var m record.Mean
	for i := first; i < len(times) && times[i] <= to+rounding(to); i++ {
		m.Add(values[i])
	}
	return m.Value()
}

// lastPassage is the last whole repetition of a cycle of which all was recorded.
func lastPassage(p *record.Phase, times, values []float64) *passage {
	spans := spansOf(p.Cycle)
	x := &passage{length: spans[len(spans)-1].to, spans: spans}
	end := p.End
	if n := len(times); n > 0 {
		end = math.Min(end, times[n-1])
	}
	whole := math.Floor((end-p.Start)/x.length + 1e-6)
	if whole < 1 {
		return nil
	}
	x.start = p.Start + (whole-1)*x.length
	for i, t := range times {
		if t > x.start+rounding(t) && t <= x.start+x.length+rounding(t) {
			x.times, x.values = append(x.times, t-x.start), append(x.values, values[i])
		}
	}
	return x
}

// extent is that of event rates.
func (d *cycleData) extent() extent {
	e := noExtent()
	for _, r := range d.rates {
		e.include(r.values...)
	}
	if d.shown != nil {
		e.include(d.shown.values...)
	}
	return e
}

// cycleRow is a row of panels, one a variant.
type cycleRow struct {
	draw    func(d *cycleData, p *panel)
	passage func(d *cycleData) *passage // nil: of no single repetition
	label   string
	extent  extent
}

func cycleRows(all []*cycleData) []cycleRow {
	population := clean(all[0].population)
	rates, shown, probabilities, learnt := noExtent(), false, noExtent(), false
	rates.include(0)
	probabilities.include(0)
	for _, d := range all {
		if e := d.extent(); !e.empty() {
			rates.include(e.lo, e.hi)
		}
		shown = shown || d.shown != nil
		if d.learning != nil {
			learnt = true
			probabilities.include(d.learning.values...)
		}
	}
	rate := "event rate of\n" + population + " (Hz)"
	rows := []cycleRow{{draw: (*cycleData).drawLearning, label: rate, extent: rates.padded()}}
	if shown {
		of := func(d *cycleData) *passage { return d.shown }
		rows = append(rows, cycleRow{passage: of, label: rate, extent: rates.padded(),
			draw: func(d *cycleData, p *panel) { d.drawPassage(p, d.shown, "time in the last cycle without teacher") }})
	}
	if learnt {
		of := func(d *cycleData) *passage { return d.learning }
		rows = append(rows, cycleRow{passage: of, label: "burst probability\nof " + population, extent: probabilities.padded(),
			draw: func(d *cycleData, p *panel) { d.drawPassage(p, d.learning, "time in the last cycle of learning") }})
	}
	return rows
}

func layOutCycles(all []*cycleData, of int, figureWidth vg.Length) *Figure {
	var entries []entry
	for k, name := range all[0].patterns {
		entries = append(entries, entry{text: clean(name), line: trace(variantColours, k)})
	}
	entries = append(entries, entry{text: "(grey: teacher)"})
	if of > len(all) {
		entries = append(entries, entry{text: fmt.Sprintf("(%d of %d variants)", len(all), of)})
	}
	f := &Figure{width: figureWidth}
	lgd := newLegend(entries, f.width-2*edgePad-letterSize)
	rows := cycleRows(all)
	height := topPad + vg.Length(cycleHeight) + xNumbers + xLabel
	f.height = edgePad + lgd.height() + lineSpacing*fontSize + vg.Length(len(rows))*height + edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height() - lineSpacing*fontSize, next: 'a'}
	width := (s.width - edgePad - margin - edgePad - overhang - columnGap*vg.Length(len(all)-1)) / vg.Length(len(all))
	for i, row := range rows {
		top := s.y - topPad
		s.letter(edgePad, top+2)
		for k, d := range all {
			x := edgePad + margin + vg.Length(k)*(width+columnGap)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: top - cycleHeight}, Max: vg.Point{X: x + width, Y: top}})
			label := row.label
			if k > 0 {
				label = ""
			}
			p.setY(row.extent.lo, row.extent.hi, label)
			row.draw(d, p)
			s.add(p)
			if i == 0 {
				s.add(title(d.label, p))
			}
			if row.passage != nil {
				s.add(row.passage(d).names(p)...)
			}
		}
		s.y -= height
	}
	return f
}

// title is the name of a variant above its column.
func title(name string, p *panel) part {
	return label{clean(name), vg.Point{X: (p.area.Min.X + p.area.Max.X) / 2, Y: p.area.Max.Y + 3}, write(fontSize, draw.XCenter, draw.YBottom)}
}

func (d *cycleData) drawLearning(p *panel) {
	last := 1.0
	for _, r := range d.rates {
		if n := len(r.at); n > 0 {
			last = math.Max(last, r.at[n-1])
		}
	}
	p.setSeconds(0, math.Ceil(last-rounding(last)))
	p.X.Label.Text = "repetition of the cycle"
	for k, r := range d.rates {
		p.addLine(r.at, r.values, trace(variantColours, k))
	}
}

func (d *cycleData) drawPassage(p *panel, x *passage, label string) {
	if x == nil {
		p.noX, p.noY = true, true
		p.Y.Label.Text = ""
		return
	}
	p.teaching, p.origin = d.teaching, x.start
	p.setTime(0, x.length, label)
	for _, s := range x.spans[1:] {
		p.addLine([]float64{s.from, s.from}, []float64{p.Y.Min, p.Y.Max}, guideStyle)
	}
	for _, s := range x.spans {
		style := draw.LineStyle{Color: mute, Width: traceWidth} // of no pattern that is taught
		if k := slices.Index(d.patterns, s.name); k >= 0 {
			style = trace(variantColours, k)
		}
		first, _ := slices.BinarySearch(x.times, s.from+rounding(s.from))
		last, _ := slices.BinarySearch(x.times, s.to+rounding(s.to))
		p.addLine(x.times[first:last], x.values[first:last], style)
	}
}

// names are those of patterns above a panel with a passage.
func (x *passage) names(p *panel) (out []part) {
	if x == nil {
		return nil
	}
	c := draw.Canvas{Rectangle: p.area}
	for _, s := range x.spans {
		lo, hi := c.X(p.X.Norm(s.from)), c.X(p.X.Norm(s.to))
		if name := clean(s.name); textWidth(name) <= hi-lo {
			out = append(out, label{name, vg.Point{X: (lo + hi) / 2, Y: p.area.Max.Y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
		}
	}
	return out
}
