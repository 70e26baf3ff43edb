package plots

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

const (
	ensembleHeight = 95
	mostShown      = 6 // rows of a phase that are drawn of an ensemble
)

// Ensembles draws how populations that differ in size only come closer to the
// largest of them, which stands for a rate model: in the first row, event rates
// against the currents into somata, burst probabilities against those into
// dendrites, and plasticity against these too; in the second, the
// root mean square of their distances from it, over phases and rows of metrics,
// against size, with a fitted line and one of slope -1/2. Plasticity is there if
// weights of a stimulus onto each of them learn, in all phases. The first row of
// metrics of each phase, in which populations settle, is left out, and so are
// populations that get other currents than the largest. opt.Variant chooses the
// variant. It is an error if less than two sizes can be compared with the largest.
func Ensembles(res *record.Result, opt Options) (*Figure, error) {
	opt, v, err := opt.chosen(res)
	if err != nil {
		return nil, err
	}
	wiring := opt.wiring(opt.Variant)
	if v.Metrics == nil || v.Spikes == nil || len(wiring.Ensembles) == 0 {
		return nil, errors.New("plots: no populations were recorded that differ in size only")
	}
	all := ensembles(&v, wiring, opt.phases(res, opt.Variant))
	if len(all) < 3 {
		return nil, errors.New("plots: less than three populations that differ in size only have rates, under the same currents, in a phase of three rows of metrics or more")
	}
	return layOutEnsembles(all, opt.width(doubleColumn)), nil
}

// Quantities of an ensemble.
const (
	eventRate = iota
	burstProbability
	plasticity // in Hz, of what a burst changes a weight by
	quantities
)

// ensemble is what a population did.
type ensemble struct {
	name   string
	size   int
	phases []sampled
}

// sampled is the rows of a phase of an ensemble.
type sampled struct {
	currents [2]float64 // into soma and dendrite, in pA
	rows     [quantities][]float64
}

func (s *sampled) mean(q int) float64 {
	var m record.Mean
	for _, x := range s.rows[q] {
		if isFinite(x) {
			m.Add(x)
		}
	}
	return m.Value()
}

// ensembles are those that get the currents of the largest, which is the last.
func ensembles(v *record.Variant, w record.Wiring, phases []record.Phase) (out []ensemble) {
	times := v.Metrics.Column("time")
	spans := intervals(times, phases, 1)
	for _, name := range w.Ensembles {
		k := slices.IndexFunc(v.Spikes.Populations, func(p record.Population) bool { return p.Name == name })
		events, bursts := v.Metrics.Column("event_rate_"+name), v.Metrics.Column("burst_prob_"+name)
		if k < 0 || events == nil || bursts == nil {
			continue
		}
		e := ensemble{name: name, size: v.Spikes.Populations[k].Size}
		learner := slices.IndexFunc(w.Learners, func(l record.Learner) bool { return l.To == name && l.Step != 0 })
		in := inputs(v.Metrics, w, name)
		for _, at := range spans {
			var s sampled
			for onto := range in {
				s.currents[onto] = at.mean(times, in[onto])
			}
			s.rows[eventRate], s.rows[burstProbability] = events[at.first:at.last+1], bursts[at.first:at.last+1]
			if learner >= 0 && at.phase < len(w.Learning) && w.Learning[at.phase] {
				l := w.Learners[learner]
				if weight := v.Metrics.Column("weight_" + l.Name); weight != nil {
					for i := at.first; i <= at.last; i++ {
						s.rows[plasticity] = append(s.rows[plasticity], (weight[i]-weight[i-1])/(times[i]-times[i-1])/l.Step)
					}
				}
			}
			e.phases = append(e.phases, s)
		}
		out = append(out, e)
	}
	if len(out) == 0 || len(spans) == 0 {
		return nil
	}
	largest := out[len(out)-1]
	return slices.DeleteFunc(out, func(e ensemble) bool {
		return !slices.EqualFunc(e.phases, largest.phases, func(a, b sampled) bool {
			return math.Hypot(a.currents[0]-b.currents[0], a.currents[1]-b.currents[1]) <= 1e-6*(1+math.Hypot(b.currents[0], b.currents[1]))
		})
	})
}

// deviation is the root mean square distance from the largest; NaN without any.
func (e *ensemble) deviation(q int, largest *ensemble) float64 {
	var m record.Mean
	for k := range e.phases {
		mean := largest.phases[k].mean(q)
		for _, x := range e.phases[k].rows[q] {
			if isFinite(x) && isFinite(mean) {
				m.Add((x - mean) * (x - mean))
			}
		}
	}
	return math.Sqrt(m.Value())
}

// approach is how deviations fall with size, and their slope in logarithms.
func approach(all []ensemble, q int) (points plotter.XYs, slope float64) {
	largest := &all[len(all)-1]
	var x, y []float64
	for k := range all[:len(all)-1] {
		if d := all[k].deviation(q, largest); isFinite(d) && d >= smallestValue {
			points = append(points, plotter.XY{X: float64(all[k].size), Y: d})
			x, y = append(x, math.Log(float64(all[k].size))), append(y, math.Log(d))
		}
	}
	if len(x) < 2 {
		return points, math.NaN()
	}
	_, slope = stat.LinearRegression(x, y, nil, false)
	return points, slope
}

// transfer is a panel of rows against what drives them.
type transfer struct {
	q    int
	x, y string
	at   []float64 // by phase; NaN: not shown
	line plotter.XYs
}

// sweep are the phases that share the current into one compartment with most
// others, by the current into the other one: NaN elsewhere, nil if it is always
// the same.
func (e *ensemble) sweep(of int) []float64 {
	most, fixed := 0, 0.0
	for _, s := range e.phases {
		different := map[float64]bool{}
		for _, t := range e.phases {
			if t.currents[1-of] == s.currents[1-of] {
				different[t.currents[of]] = true
			}
		}
		if len(different) > most {
			most, fixed = len(different), s.currents[1-of]
		}
	}
	if most < 2 {
		return nil
	}
	at := make([]float64, len(e.phases))
	for k, s := range e.phases {
		if at[k] = s.currents[of]; s.currents[1-of] != fixed {
			at[k] = math.NaN()
		}
	}
	return at
}

// transfers are the panels of quantities against currents that change.
func transfers(all []ensemble) (out []transfer) {
	largest := &all[len(all)-1]
	add := func(t transfer) {
		for k, x := range t.at {
			if y := largest.phases[k].mean(t.q); isFinite(x) && isFinite(y) {
				t.line = append(t.line, plotter.XY{X: x, Y: y})
			}
		}
		slices.SortFunc(t.line, func(a, b plotter.XY) int { return int(math.Copysign(1, a.X-b.X)) })
		if len(t.line) > 1 {
			out = append(out, t)
		}
	}
	add(transfer{q: eventRate, x: "current into the soma (pA)", y: "event rate (Hz)", at: largest.sweep(0)})
	add(transfer{q: burstProbability, x: "current into the dendrite (pA)", y: "burst probability", at: largest.sweep(1)})
	add(transfer{q: plasticity, x: "current into the dendrite (pA)", y: "plasticity (Hz)", at: largest.sweep(1)})
	return out
}

// sizeStyle is that of the k-th of n ensembles: the smallest is the palest.
func sizeStyle(k, n int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: fractions.at(0.9 * float64(n-1-k) / math.Max(1, float64(n-1))), Radius: 1.3, Shape: draw.CircleGlyph{}}
}

func layOutEnsembles(all []ensemble, width vg.Length) *Figure {
	largest := &all[len(all)-1]
	shown := transfers(all)
	f := &Figure{width: width}
	fit := draw.LineStyle{Color: vermillion, Width: traceWidth}
	glyph := draw.GlyphStyle{Color: blue, Radius: 2, Shape: draw.CircleGlyph{}}
	var entries []entry
	if len(shown) > 0 {
		for k, e := range all[:len(all)-1] {
			style := sizeStyle(k, len(all)-1)
			entries = append(entries, entry{text: number(float64(e.size), 0) + " neurons", glyph: &style})
		}
		entries = append(entries, entry{text: "mean of " + number(float64(largest.size), 0), line: closedForm})
	}
	entries = append(entries, entry{text: "deviation", glyph: &glyph}, entry{text: "fit", line: fit}, entry{text: "slope \u22121/2", line: unitSlope})
	lgd := newLegend(entries, f.width-2*edgePad-letterSize)
	f.height = edgePad + lgd.height() + besideHeight(ensembleHeight) + edgePad
	if len(shown) > 0 {
		f.height += besideHeight(ensembleHeight)
	}
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	if len(shown) > 0 {
		for k, area := range s.beside(3, ensembleHeight)[:len(shown)] {
			s.letter(area.Min.X-margin, area.Max.Y+letterSize)
			f.add(shown[k].panel(area, all))
		}
	}
	names := [quantities]string{"event rate (Hz)", "burst probability", "plasticity (Hz)"}
	var areas []vg.Rectangle
	for q, name := range names {
		points, slope := approach(all, q)
		if len(points) < 2 {
			continue
		}
		if areas == nil {
			areas = s.beside(3, ensembleHeight)
		}
		area := areas[q]
		s.letter(area.Min.X-margin, area.Max.Y+letterSize)
		p := newPanel(area)
		x, y := noExtent(), noExtent()
		for _, pt := range points {
			x.include(pt.X)
			y.include(pt.Y, pt.Y*referenceShift)
		}
		setLog(&p.X, x.lo/1.6, x.hi*1.6, "neurons")
		p.X.Tick.Marker = plot.ConstantTicks(plainNumbers(logTicks(p.X.Min, p.X.Max), x))
		setLog(&p.Y, y.lo/1.6, y.hi*1.6, "deviation of\n"+name)
		center := middle(points)
		p.data = append(p.data, powerLaw(plotter.XY{X: center.X, Y: center.Y * referenceShift}, -0.5, x, p.Y, unitSlope),
			powerLaw(center, slope, x, p.Y, fit), &plotter.Scatter{XYs: points, GlyphStyle: glyph})
		style := write(fontSize, draw.XRight, draw.YTop)
		f.add(p, label{"slope " + number(slope, 2), vg.Point{X: area.Max.X, Y: area.Max.Y}, style})
	}
	return f
}

func (t transfer) panel(area vg.Rectangle, all []ensemble) *panel {
	x, y := noExtent(), noExtent()
	n := len(all) - 1
	glyphs := make([]plotter.XYs, n)
	for k := range all[:n] {
		for phase, at := range t.at {
			rows := all[k].phases[phase].rows[t.q]
			for _, i := range record.Spread(len(rows), mostShown) {
				if isFinite(at) && isFinite(rows[i]) {
					glyphs[k] = append(glyphs[k], plotter.XY{X: at, Y: rows[i]})
					y.include(rows[i])
				}
			}
		}
	}
	for _, pt := range t.line {
		x.include(pt.X)
		y.include(pt.Y)
	}
	x, y = x.padded(), y.padded()
	p := newPanel(area)
	p.setX(x.lo, x.hi, t.x)
	p.setY(y.lo, y.hi, t.y)
	for k, points := range glyphs {
		if len(points) > 0 {
			p.data = append(p.data, &plotter.Scatter{XYs: points, GlyphStyle: sizeStyle(k, n)})
		}
	}
	p.data = append(p.data, &plotter.Line{XYs: t.line, LineStyle: closedForm})
	return p
}
