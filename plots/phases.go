package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// condition is a stretch of time, in seconds, with a teacher, without one, or
// with one that comes and goes in a cycle.
type condition struct {
	start, end float64
	share      float64       // of the time that has a teacher: 0, 1, or in between with a cycle
	cycle      []record.Part // from start on
	period     float64       // of the cycle
}

// names are what may be written above a panel, the longest first.
func (c condition) names() []string {
	switch {
	case c.share == 0:
		return []string{"no teacher"}
	case c.share == 1:
		return []string{"teacher"}
	}
	percent := number(math.Max(1, 100*c.share), 0) + " %"
	if c.share < 0.01 {
		percent = "<1 %"
	}
	return []string{"teacher " + percent + " of the time", "teacher " + percent}
}

// teaching returns the stretches of time with and without a teacher; phases
// that follow each other under the same condition are one.
func teaching(phases []record.Phase) []condition {
	var out []condition
	for _, ph := range phases {
		if !(ph.Start < ph.End) {
			continue
		}
		c := newCondition(ph)
		if k := len(out) - 1; k >= 0 && out[k].cycle == nil && c.cycle == nil && out[k].share == c.share && c.start <= out[k].end {
			out[k].end = c.end
			continue
		}
		out = append(out, c)
	}
	return out
}

func newCondition(ph record.Phase) condition {
	c := condition{start: ph.Start, end: ph.End}
	var with float64
	for _, part := range ph.Cycle {
		if !(part.Duration > 0) {
			continue
		}
		c.cycle = append(c.cycle, part)
		c.period += part.Duration
		if part.Teacher {
			with += part.Duration
		}
	}
	switch {
	case c.period == 0 && ph.Teacher:
		c.share = 1
	case c.period > 0:
		c.share = with / c.period
	}
	if c.share == 0 || c.share == 1 {
		c.cycle, c.period = nil, 0
	}
	return c
}

func (c condition) equal(other condition) bool {
	return c.start == other.start && c.end == other.end && c.share == other.share && slices.Equal(c.cycle, other.cycle)
}

// parts are those of a cycle between two times, each with a share of 0 or 1; of
// a condition without a cycle, what of it lies there.
func (c condition) parts(from, to float64) []condition {
	from, to = math.Max(from, c.start), math.Min(to, c.end)
	if c.cycle == nil {
		if from < to {
			return []condition{{start: from, end: to, share: c.share}}
		}
		return nil
	}
	var out []condition
	for at := c.start + c.period*math.Floor((from-c.start)/c.period); at < to; {
		before := at
		for _, part := range c.cycle {
			p := condition{start: math.Max(at, from), end: math.Min(at+part.Duration, to)}
			if part.Teacher {
				p.share = 1
			}
			if p.start < p.end {
				out = append(out, p)
			}
			at += part.Duration
		}
		if at == before {
			break // a cycle that is lost beside its time
		}
	}
	return out
}

// taught is when the first teacher comes and when the last one goes; ok tells
// whether there is one.
func taught(conditions []condition) (first, last float64, ok bool) {
	for _, c := range conditions {
		if c.share == 0 {
			continue
		}
		// The first and the last cycle hold the two ends.
		ends := append(c.parts(c.start, c.start+c.period), c.parts(c.end-c.period, c.end)...)
		if c.cycle == nil {
			ends = []condition{c}
		}
		for _, p := range ends {
			if p.share == 0 {
				continue
			}
			if !ok {
				first, ok = p.start, true
			}
			last = p.end
		}
	}
	return first, last, ok
}

// leastPeriod is the width, in points, below which the parts of a cycle cannot
// be told apart.
const leastPeriod = 4

// conditions are those that a panel shows, in its x, with the parts of those
// cycles that are wide enough.
func (p *panel) conditions() []condition {
	from, to := math.Max(p.X.Min, p.taughtFrom), p.X.Max
	if p.taughtTo > 0 {
		to = math.Min(to, p.taughtTo)
	}
	point := (p.X.Max - p.X.Min) / float64(p.area.Size().X)
	var out []condition
	for _, c := range p.teaching {
		parts := []condition{c}
		if c.cycle == nil || c.period >= leastPeriod*point {
			parts = c.parts(from+p.origin, to+p.origin)
		}
		for _, part := range parts {
			part.start, part.end = math.Max(part.start-p.origin, from), math.Min(part.end-p.origin, to)
			if part.start < part.end {
				out = append(out, part)
			}
		}
	}
	return out
}

// shade fills a panel's area where there is a teacher, and hatches it where one
// comes and goes too fast to be seen.
func (p *panel) shade(c draw.Canvas) {
	c.SetColor(shading)
	for _, s := range p.conditions() {
		lo, hi := c.X(p.X.Norm(s.start)), c.X(p.X.Norm(s.end))
		switch {
		case s.share == 1:
			c.Fill(vg.Rectangle{Min: vg.Point{X: lo, Y: c.Min.Y}, Max: vg.Point{X: hi, Y: c.Max.Y}}.Path())
		case s.share > 0:
			for x := lo; x < hi; x += 2 * hatchWidth {
				end := min(x+hatchWidth, hi)
				c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: c.Min.Y}, Max: vg.Point{X: end, Y: c.Max.Y}}.Path())
			}
		}
	}
}

// hatchWidth is that of a stripe, in points.
const hatchWidth = 1.5

// phaseLabels names, above a panel, the conditions that it shows, where there
// is room for the name.
func phaseLabels(p *panel) []part {
	var out []part
	style := write(fontSize, draw.XCenter, draw.YBottom)
	style.Color = mute
	c := draw.Canvas{Rectangle: p.area}
	for _, s := range p.conditions() {
		lo, hi := c.X(p.X.Norm(s.start)), c.X(p.X.Norm(s.end))
		for _, name := range s.names() {
			if textWidth(name) <= hi-lo {
				out = append(out, label{name, vg.Point{X: (lo + hi) / 2, Y: p.area.Max.Y + 2}, style})
				break
			}
		}
	}
	return out
}
