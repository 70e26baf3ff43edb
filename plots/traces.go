package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Sizes of a variant's output against its target.
const (
	mostTraces  = 12 // variants; more do not fit on a page
	traceHeight = 22 // at least
)

// tracePair is a variant's output and target at two times of the run.
type tracePair struct {
	group    int
	variant  int
	parts    [2]*record.Window // before and after learning; nil if not recorded
	replaced [2]bool           // by the start and the end of what was recorded
}

// findTraces looks for the groups whose output can be shown: that of the first
// variant of which it was recorded.
func (l *learningData) findTraces() {
	for k, g := range l.groups {
		for _, i := range g.members {
			if pair, ok := l.beforeAndAfter(i); ok {
				pair.group = k
				l.traces = append(l.traces, pair)
				break
			}
		}
	}
	l.moreTraces = len(l.traces)
	l.traces = pick(l.traces, mostTraces)
	l.moreTraces -= len(l.traces)
	for _, pair := range l.traces {
		for _, w := range pair.parts {
			if w != nil {
				e := l.outputExtent(pair.variant, *w)
				l.output.include(e.lo, e.hi)
			}
		}
	}
}

// beforeAndAfter finds what of the first window precedes the first teacher and
// what of the last one follows the last teacher. Where there is nothing, the
// whole first and last window replace them.
func (l *learningData) beforeAndAfter(variant int) (pair tracePair, ok bool) {
	tr := l.res.Variants[variant].Trajectory
	if tr == nil || complete(tr) != nil {
		return pair, false
	}
	out, wins := tr.Signal("output"), record.Windows(tr.Time)
	if out == nil || out.Width() == 0 || len(wins) == 0 {
		return pair, false
	}
	first, last := wins[0], wins[len(wins)-1]
	pair.variant = variant
	discrete := l.opt.discrete(variant)
	if begin, end, ok := taught(l.teaching(variant)); ok {
		// What is shown there may begin with the teacher, and a sample holds with it.
		begin = math.Nextafter(begin, math.Inf(-1))
		pair.parts[0] = within(tr.Time, first, math.Inf(-1), begin)
		pair.parts[1] = within(tr.Time, last, end, math.Inf(1))
	}
	pair.replaced = [2]bool{pair.parts[0] == nil, pair.parts[1] == nil}
	if pair.replaced[0] {
		to := math.Inf(1)
		if w := pair.parts[1]; w != nil && first == last {
			to = w.Start
		}
		pair.parts[0] = within(tr.Time, first, math.Inf(-1), to)
	}
	if w := pair.parts[0]; pair.replaced[1] {
		from := math.Inf(-1)
		if w != nil && first == last {
			from = w.End
		}
		pair.parts[1] = within(tr.Time, last, from, math.Inf(1))
	}
	for k, w := range pair.parts {
		if w != nil && l.outputExtent(variant, *w).empty() {
			pair.parts[k] = nil
		} else if w != nil && discrete {
			*w = lasting(*w, endOf(l.opt.phases(l.res, variant)))
		}
	}
	return pair, pair.parts[0] != nil || pair.parts[1] != nil
}

// outputExtent is that of output and target, empty if the output has no value.
func (l *learningData) outputExtent(variant int, w record.Window) extent {
	tr := l.res.Variants[variant].Trajectory
	e := noExtent()
	e.include(column(tr.Signal("output"), 0, w)...)
	if target := tr.Signal("target"); !e.empty() && target != nil && target.Width() > 0 {
		e.include(column(target, 0, w)...)
	}
	return e
}

// within is the part of a window from one time to another, nil if it has no two
// samples.
func within(times []float64, w record.Window, from, to float64) *record.Window {
	for w.First < w.Last && times[w.First] < from {
		w.First++
	}
	for w.First < w.Last && times[w.Last-1] > to {
		w.Last--
	}
	if w.Last-w.First < 2 {
		return nil
	}
	w.Start, w.End = times[w.First], times[w.Last-1]
	return &w
}

// tracesHeight is the height that panels of all variants need.
func (l *learningData) tracesHeight() vg.Length {
	n := vg.Length(len(l.traces))
	return n*traceHeight + (n-1)*smallDrop
}

// traceColumn is one of the two times of the run in all variants.
type traceColumn struct {
	part     int // of a pair
	title    string
	last     int     // lowest row with a panel
	start    float64 // range of x, unless relative
	end      float64
	relative bool // to each window's start, because variants differ in when it is
}

// endTogether ends windows of discrete variants where those of continuous ones
// beside them end, rather than with what their last sample holds for.
func (l *learningData) endTogether(part int) {
	end := math.Inf(-1)
	for _, pair := range l.traces {
		if w := pair.parts[part]; w != nil && !l.opt.discrete(pair.variant) {
			end = math.Max(end, w.End)
		}
	}
	for _, pair := range l.traces {
		w := pair.parts[part]
		if w != nil && end < w.End && l.res.Variants[pair.variant].Trajectory.Time[w.Last-1] <= end {
			w.End = end
			if l.res.Variants[pair.variant].Trajectory.Time[w.Last-1] == end && w.Last-w.First > 2 {
				w.Last-- // it has no time to hold
			}
		}
	}
}

func (l *learningData) traceColumns() []traceColumn {
	titles := [2][2]string{{"before learning", "start"}, {"after learning", "end"}}
	var out []traceColumn
	for k := range 2 {
		c := traceColumn{part: k, title: titles[k][0], last: -1}
		l.endTogether(k)
		starts, ends, longest := noExtent(), noExtent(), 0.0
		for i, pair := range l.traces {
			w := pair.parts[k]
			if w == nil {
				continue
			}
			starts.include(w.Start)
			ends.include(w.End)
			longest = math.Max(longest, w.End-w.Start)
			c.last = i
			if pair.replaced[k] {
				c.title = titles[k][1]
			}
		}
		if c.last < 0 {
			continue
		}
		c.start, c.end = starts.lo, ends.hi
		if slack := longest / 20; starts.hi-starts.lo > slack || ends.hi-ends.lo > slack {
			c.start, c.end, c.relative = 0, longest, true
		}
		out = append(out, c)
	}
	return out
}

func (l *learningData) addTraces(s *sheet, area vg.Rectangle) {
	columns := l.traceColumns()
	n, m := vg.Length(len(l.traces)), vg.Length(len(columns))
	width := (area.Size().X - (m-1)*smallGap) / m
	height := (area.Size().Y - (n-1)*smallDrop) / n
	for k, c := range columns {
		x := area.Min.X + vg.Length(k)*(width+smallGap)
		s.add(label{c.title, vg.Point{X: x + width/2, Y: area.Max.Y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
		for i, pair := range l.traces {
			w := pair.parts[c.part]
			if w == nil {
				continue
			}
			y := area.Max.Y - vg.Length(i)*(height+smallDrop)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - height}, Max: vg.Point{X: x + width, Y: y}})
			p.noX = i < c.last
			p.noY = k > 0 && pair.parts[columns[0].part] != nil
			l.fillTrace(p, c, pair, *w)
			s.add(p)
		}
	}
}

func (l *learningData) fillTrace(p *panel, c traceColumn, pair tracePair, w record.Window) {
	variant := pair.variant
	tr := l.res.Variants[variant].Trajectory
	name, origin := "time", 0.0
	if c.relative {
		name, origin = "time in window", w.Start
		tr = shifted(tr, origin)
		w.Start, w.End = 0, w.End-origin
	}
	p.teaching, p.origin, p.taughtFrom, p.taughtTo = l.teaching(variant), origin, w.Start, w.End
	p.setTime(c.start, c.end, name)
	e := l.output.padded()
	p.setY(e.lo, e.hi, "output")
	discrete := l.opt.discrete(variant)
	if target := tr.Signal("target"); target != nil && target.Width() > 0 {
		p.addSignal(tr, w, line{target, 0, targetStyle}, discrete)
	}
	p.addSignal(tr, w, line{tr.Signal("output"), 0, trace(variantColours, pair.group)}, discrete)
}

// shifted is a trajectory whose time begins at origin.
func shifted(tr *record.Trajectory, origin float64) *record.Trajectory {
	out := &record.Trajectory{Time: slices.Clone(tr.Time), Signals: tr.Signals}
	for i := range out.Time {
		out.Time[i] -= origin
	}
	return out
}
