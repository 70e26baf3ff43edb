package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// teaching returns the stretches of time with and without a teacher; phases
// that follow each other under the same condition are one.
func teaching(phases []record.Phase) []record.Phase {
	var out []record.Phase
	for _, ph := range phases {
		if !(ph.Start < ph.End) {
			continue
		}
		ph.Name = "no teacher"
		if ph.Teacher {
			ph.Name = "teacher"
		}
		if k := len(out); k > 0 && out[k-1].Teacher == ph.Teacher && ph.Start <= out[k-1].End {
			out[k-1].End = ph.End
			continue
		}
		out = append(out, ph)
	}
	return out
}

func teacherSpans(phases []record.Phase) []span {
	var out []span
	for _, ph := range teaching(phases) {
		if ph.Teacher {
			out = append(out, span{ph.Start, ph.End})
		}
	}
	return out
}

// phaseLabels names, above a panel, the conditions that it shows, where there
// is room for the name.
func phaseLabels(p *panel, phases []record.Phase) []part {
	var out []part
	style := write(fontSize, draw.XCenter, draw.YBottom)
	style.Color = mute
	c := draw.Canvas{Rectangle: p.area}
	for _, ph := range teaching(phases) {
		start, end := max(ph.Start, p.X.Min), min(ph.End, p.X.Max)
		if !(start < end) {
			continue
		}
		lo, hi := c.X(p.X.Norm(start)), c.X(p.X.Norm(end))
		if textWidth(ph.Name) <= hi-lo {
			out = append(out, label{ph.Name, vg.Point{X: (lo + hi) / 2, Y: p.area.Max.Y + 2}, style})
		}
	}
	return out
}
