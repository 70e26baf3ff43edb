package plots

import (
	"math"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// interval is some rows of metrics that lie in one phase: from the row before
// first, at its beginning, up to last.
type interval struct {
	first, last int
	seconds     float64
	phase       int
}

// intervals are the rows of each phase that has two, without those before which
// so many rows of the phase are left out.
func intervals(times []float64, phases []record.Phase, leaveOut int) (out []interval) {
	for k, ph := range phases {
		before := -1 // the row at which the phase begins
		last := -1
		for i, t := range times {
			if t <= ph.Start+rounding(t) || before < 0 && i == 0 {
				before = i
			} else if t <= ph.End+rounding(t) {
				last = i
			}
		}
		if before += leaveOut; before >= 0 && last > before {
			out = append(out, interval{before + 1, last, times[last] - times[before], k})
		}
	}
	return out
}

// mean is that of a column of rates over an interval, whose rows may be of unequal
// length; NaN without the column.
func (v interval) mean(times, column []float64) float64 {
	if column == nil {
		return math.NaN()
	}
	sum := 0.0
	for i := v.first; i <= v.last; i++ {
		sum += column[i] * (times[i] - times[i-1])
	}
	return sum / v.seconds
}

// slope is how fast a column changes over an interval; NaN without the column.
func (v interval) slope(column []float64) float64 {
	if column == nil {
		return math.NaN()
	}
	return (column[v.last] - column[v.first-1]) / v.seconds
}

// beside is where n panels of a row are, each with its own numbers and label of y.
func (s *sheet) beside(n int, height vg.Length) (areas []vg.Rectangle) {
	width := (s.width - 2*edgePad) / vg.Length(n)
	top := s.y - topPad
	for k := range n {
		x := edgePad + vg.Length(k)*width
		areas = append(areas, vg.Rectangle{
			Min: vg.Point{X: x + margin, Y: top - height}, Max: vg.Point{X: x + width - overhang, Y: top}})
	}
	s.y = top - height - xNumbers - xLabel
	return areas
}

// besideHeight is that of a row with panels beside each other.
func besideHeight(height vg.Length) vg.Length { return topPad + height + xNumbers + xLabel }

// setX sets the range of x, of any quantity.
func (p *panel) setX(lo, hi float64, text string) {
	p.setSeconds(lo, hi)
	p.X.Label.Text = text
}
