package plots

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

const ruleHeight = 105 // of a panel of plasticity

// Plasticity draws what weights behind stimuli changed by in each phase in which
// they learned, against closed forms: of neurons whose dendrites say how probable
// a burst is, against the potential of the dendrite and its sigmoid; against the
// burst probability; and, of neurons that pass Poisson trains on, against the rate of
// spikes. Changes are those of mean weights, over the change by one burst: per
// event, p - P, or per second. opt.Variant chooses the variant. Panels with less
// than two points are left out; it is an error if none is left.
func Plasticity(res *record.Result, opt Options) (*Figure, error) {
	opt, v, err := opt.chosen(res)
	if err != nil {
		return nil, err
	}
	wiring := opt.wiring(opt.Variant)
	if v.Metrics == nil || len(wiring.Learners) == 0 {
		return nil, errors.New("plots: no weights of connections from stimuli were recorded that learn by a fixed baseline")
	}
	points := changes(&v, wiring, opt.phases(res, opt.Variant))
	panels := slices.DeleteFunc([]rulePanel{byPotential(points), byProbability(points), byRate(points)},
		func(p rulePanel) bool { return len(p.points[0])+len(p.points[1]) < 2 })
	if len(panels) == 0 {
		return nil, errors.New("plots: weights learned in less than two phases of which metrics were recorded")
	}
	f := &Figure{width: opt.width(doubleColumn)}
	if len(panels) == 1 {
		f.width = opt.width(singleColumn)
	}
	lgd := newLegend(ruleEntries(points, panels), f.width-2*edgePad-letterSize)
	f.height = edgePad + lgd.height() + besideHeight(ruleHeight) + edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	for k, area := range s.beside(len(panels), ruleHeight) {
		s.letter(area.Min.X-margin, area.Max.Y+letterSize)
		f.add(panels[k].panel(area))
	}
	return f, nil
}

// change is what the weights of a connection did in a phase.
type change struct {
	cell                     record.Cell
	baseline                 float64
	potential                float64 // of the dendrite, in mV
	spikes, events, measured float64 // per second
	probability              float64
}

func (c change) doubling() bool { return c.cell.Width > 0 }

// kind is its place among changeGlyphs.
func (c change) kind() int {
	if c.doubling() {
		return 1
	}
	return 0
}

// changes are those of all learners and phases in which something happened.
func changes(v *record.Variant, w record.Wiring, phases []record.Phase) (out []change) {
	times := v.Metrics.Column("time")
	for _, l := range w.Learners {
		k := slices.IndexFunc(w.Cells, func(c record.Cell) bool { return c.Population == l.To })
		if k < 0 || l.Step == 0 {
			continue
		}
		for _, at := range intervals(times, phases, 0) {
			if at.phase >= len(w.Learning) || !w.Learning[at.phase] {
				continue
			}
			c := change{cell: w.Cells[k], baseline: l.Baseline, potential: meanPotential(v.Trajectory, l.To, phases[at.phase])}
			c.spikes = at.mean(times, v.Metrics.Column("spike_rate_"+l.To))
			c.events = at.mean(times, v.Metrics.Column("event_rate_"+l.To))
			c.measured = at.slope(v.Metrics.Column("weight_"+l.Name)) / l.Step
			c.probability = at.mean(times, v.Metrics.Column("burst_rate_"+l.To)) / c.events
			if c.events > 0 && isFinite(c.measured) {
				out = append(out, c)
			}
		}
	}
	return out
}

// meanPotential is that of recorded dendrites in a phase, NaN without any.
func meanPotential(tr *record.Trajectory, population string, ph record.Phase) float64 {
	if tr == nil || complete(tr) != nil {
		return math.NaN()
	}
	s := tr.Signal("dendrite_" + population)
	if s == nil {
		return math.NaN()
	}
	var m record.Mean
	for i, t := range tr.Time {
		if t > ph.Start+rounding(t) && t <= ph.End+rounding(t) {
			for j := range s.Width() {
				m.Add(s.At(i, j))
			}
		}
	}
	return m.Value()
}

// rulePanel is changes against something, with a closed form.
type rulePanel struct {
	x, y   string
	points [2]plotter.XYs // of cells without and with a sigmoid
	curves []func(x float64) float64
}

// add adds a point, and the curve of its closed form if that is new.
func (r *rulePanel) add(kind int, x, y float64, curves map[[3]float64]bool, key [3]float64, curve func(float64) float64) {
	if !isFinite(x) || !isFinite(y) {
		return
	}
	r.points[kind] = append(r.points[kind], plotter.XY{X: x, Y: y})
	if !curves[key] {
		curves[key] = true
		r.curves = append(r.curves, curve)
	}
}

const perEvent = "weight change per event\n(of a burst's)"

func byPotential(all []change) rulePanel {
	r := rulePanel{x: "dendritic potential (mV)", y: perEvent}
	curves := map[[3]float64]bool{}
	for _, c := range all {
		if c.doubling() {
			r.add(1, c.potential, c.measured/c.events, curves, [3]float64{c.cell.Half, c.cell.Width, c.baseline}, func(x float64) float64 {
				return 1/(1+math.Exp(-(x-c.cell.Half)/c.cell.Width)) - c.baseline
			})
		}
	}
	return r
}

func byProbability(all []change) rulePanel {
	r := rulePanel{x: "burst probability", y: perEvent}
	curves := map[[3]float64]bool{}
	for _, c := range all {
		r.add(c.kind(), c.probability, c.measured/c.events, curves, [3]float64{c.baseline}, func(x float64) float64 { return x - c.baseline })
	}
	return r
}

// byRate has the closed form of Poisson spikes, and the neurons that have them: with
// q = exp(-window r), events come at r q and bursts at r q (1 - q).
func byRate(all []change) rulePanel {
	r := rulePanel{x: "spike rate (Hz)", y: "weight change per second\n(of a burst's)"}
	curves := map[[3]float64]bool{}
	for _, c := range all {
		if c.cell.Relay {
			r.add(0, c.spikes, c.measured, curves, [3]float64{c.cell.Window, c.baseline}, func(x float64) float64 {
				q := math.Exp(-c.cell.Window * x)
				return x * q * (1 - q - c.baseline)
			})
		}
	}
	return r
}

var closedForm = draw.LineStyle{Color: black, Width: traceWidth}

// changeGlyphs are those of neurons whose own currents make bursts, and of those
// whose dendrites double spikes.
var changeGlyphs = [2]draw.GlyphStyle{
	{Color: vermillion, Radius: 1.8, Shape: draw.TriangleGlyph{}},
	{Color: blue, Radius: 1.8, Shape: draw.CircleGlyph{}},
}

func ruleEntries(all []change, panels []rulePanel) (out []entry) {
	for kind, name := range []string{"two_compartment", "burst_poisson"} {
		if slices.ContainsFunc(all, func(c change) bool { return c.kind() == kind }) {
			out = append(out, entry{text: name + ", one phase each", glyph: &changeGlyphs[kind]})
		}
	}
	out = append(out, entry{text: "closed form", line: closedForm})
	if slices.ContainsFunc(panels, func(p rulePanel) bool { return p.x == byRate(nil).x }) {
		out = append(out, entry{text: "(against rate: of Poisson spikes)"})
	}
	return out
}

func (r rulePanel) panel(area vg.Rectangle) *panel {
	x, y := noExtent(), noExtent()
	for _, points := range r.points {
		for _, pt := range points {
			x.include(pt.X)
			y.include(pt.Y)
		}
	}
	y.include(0)
	beyond := x.padded()
	if x.lo >= 0 { // neither rates nor probabilities are negative
		beyond.lo = max(beyond.lo, 0)
	}
	x = beyond
	const parts = 100
	xs := make([]float64, parts+1)
	for i := range xs {
		xs[i] = x.lo + (x.hi-x.lo)*float64(i)/parts
	}
	var lines []curve
	for _, at := range r.curves {
		line := curve{x: xs, style: closedForm}
		for _, v := range xs {
			line.y = append(line.y, at(v))
		}
		y.include(line.y...)
		lines = append(lines, line)
	}
	p := newPanel(area)
	y = y.padded()
	p.setX(x.lo, x.hi, r.x)
	p.setY(y.lo, y.hi, r.y)
	p.level(0, guideStyle)
	for _, line := range lines {
		p.data = append(p.data, line)
	}
	for kind, points := range r.points {
		if len(points) > 0 {
			p.data = append(p.data, &plotter.Scatter{XYs: points, GlyphStyle: changeGlyphs[kind]})
		}
	}
	return p
}
