package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Sizes of the figure of spikes.
const (
	rateHeight   = 62
	rasterHeight = 54 // of a population
	mostNeurons  = 40 // of a raster; more could not be told apart
	mostRasters  = 2  // windows
)

// Spikes draws a run of spiking populations: along the run, the rate of events of
// each, with the target of a teacher, the probability that an event becomes a
// burst, and the mean weights that learn; and in up to two of the windows whose
// spikes were kept, the spikes of up to 40 neurons of each population, events and
// bursts told apart, and the potentials of one neuron of the first population.
// opt.Variant chooses the variant. What was not recorded is left out; it is an
// error if nothing is left.
func Spikes(res *record.Result, opt Options) (*Figure, error) {
	opt, v, err := opt.chosen(res)
	if err != nil {
		return nil, err
	}
	if v.Spikes == nil || v.Metrics == nil || v.Metrics.Len() < 2 {
		return nil, errors.New("plots: no rates of populations that spike were recorded")
	}
	d := &spikesData{Variant: &v, teaching: teaching(opt.phases(res, opt.Variant)), width: opt.width(doubleColumn)}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d.layOut(), nil
}

// spikesData is what the figure draws from.
type spikesData struct {
	*record.Variant
	teaching []condition
	rates    []rateRow
	windows  [][2]float64
	rasters  [][]trains // by window and population
	width    vg.Length
}

// rateRow is a panel along the run.
type rateRow struct {
	label   string
	columns []string
	targets []string
	level   float64 // NaN: none
}

// trains are the spikes of a population in a window: of the neurons that are shown,
// by kind, times and places.
type trains struct {
	times, places [3][]float64
}

func (d *spikesData) read() error {
	events := rateRow{label: "event rate\n(Hz)", level: math.NaN()}
	bursts := rateRow{label: "burst\nprobability", level: math.NaN()}
	weights := rateRow{label: "mean\nweight", level: math.NaN()}
	for _, p := range d.Spikes.Populations {
		events.columns = append(events.columns, "event_rate_"+p.Name)
		events.targets = append(events.targets, "target_"+p.Name)
		bursts.columns = append(bursts.columns, "burst_prob_"+p.Name)
		bursts.level = p.Baseline
	}
	for _, c := range d.Metrics.Columns {
		if name, ok := after(c, "weight_"); ok && name != "" {
			weights.columns = append(weights.columns, c)
		}
	}
	for _, r := range []rateRow{events, bursts, weights} {
		if !d.extent(r).empty() {
			d.rates = append(d.rates, r)
		}
	}
	for _, w := range d.Spikes.Windows {
		if w[1] > w[0] {
			d.windows = append(d.windows, w)
		}
	}
	d.windows = pick(d.windows, mostRasters)
	return d.readRasters()
}

func after(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || s[:len(prefix)] != prefix {
		return "", false
	}
	return s[len(prefix):], true
}

// readRasters finds the spikes of the neurons that are shown.
func (d *spikesData) readRasters() error {
	place := make([]map[float64]float64, len(d.Spikes.Populations))
	for k, p := range d.Spikes.Populations {
		place[k] = make(map[float64]float64)
		for at, i := range record.Spread(p.Size, mostNeurons) {
			place[k][float64(i)] = float64(at)
		}
	}
	d.rasters = make([][]trains, len(d.windows))
	for w := range d.windows {
		d.rasters[w] = make([]trains, len(place))
	}
	row := make([]float64, 4)
	for i := range d.Spikes.Rows.Len() {
		if err := d.Spikes.Rows.Read(i, row); err != nil {
			return err
		}
		k, kind := int(row[1]), int(row[3])
		if k < 0 || k >= len(place) || kind < 0 || kind > record.Burst {
			return fmt.Errorf("plots: a spike of population %d and kind %d", k, kind)
		}
		at, shown := place[k][row[2]]
		if !shown {
			continue
		}
		for w, span := range d.windows {
			if row[0] >= span[0] && row[0] <= span[1] {
				r := &d.rasters[w][k]
				r.times[kind], r.places[kind] = append(r.times[kind], row[0]), append(r.places[kind], at)
			}
		}
	}
	return nil
}

func (d *spikesData) extent(r rateRow) extent {
	e := noExtent()
	for _, c := range slices.Concat(r.columns, r.targets) {
		e.include(d.Metrics.Column(c)...)
	}
	return e
}

// spikeStyles are those of kinds: shapes differ as well as colours.
var spikeStyles = [3]struct {
	name   string
	colour color.Color
	width  vg.Length
	height float64 // of a neuron's line
}{
	record.Other: {"other spike", guide, 0.5, 0.5},
	record.Event: {"event", black, 0.6, 0.8},
	record.Burst: {"burst", vermillion, 1.3, 0.8},
}

func (d *spikesData) entries() (out []entry) {
	for k, p := range d.Spikes.Populations {
		out = append(out, entry{text: clean(p.Name), line: trace(variantColours, k)})
	}
	for _, c := range d.Metrics.Columns {
		if _, ok := after(c, "target_"); ok && slices.ContainsFunc(d.Metrics.Column(c), isFinite) {
			out = append(out, entry{text: "target", line: targetStyle})
			break
		}
	}
	if len(d.windows) > 0 {
		for _, kind := range []int{record.Event, record.Burst, record.Other} {
			s := spikeStyles[kind]
			out = append(out, entry{text: s.name, line: draw.LineStyle{Color: s.colour, Width: 2 * s.width}})
		}
	}
	if len(d.windows) > 0 {
		for k := range d.potentials() {
			out = append(out, entry{text: []string{"soma", "dendrite"}[k], line: potentialStyle(k)})
		}
	}
	if all := len(d.Spikes.Windows); all > len(d.windows) {
		out = append(out, entry{text: fmt.Sprintf("(%d of %d windows)", len(d.windows), all)})
	}
	for _, p := range d.Spikes.Populations {
		if p.Size > mostNeurons && len(d.windows) > 0 {
			out = append(out, entry{text: fmt.Sprintf("(spikes: up to %d neurons of a population)", mostNeurons)})
			break
		}
	}
	return out
}

func (d *spikesData) layOut() *Figure {
	f := &Figure{width: d.width}
	lgd := newLegend(d.entries(), f.width-2*edgePad-letterSize)
	rows, populations := vg.Length(len(d.rates)), vg.Length(len(d.Spikes.Populations))
	f.height = edgePad + lgd.height() + topPad + rows*rateHeight + (rows-1)*rowGap + xNumbers + xLabel + edgePad
	potentials := d.potentials()
	if len(d.windows) > 0 {
		f.height += topPad + populations*rasterHeight + (populations-1)*rowGap + xNumbers + xLabel
		if len(potentials) > 0 {
			f.height += rowGap + rateHeight
		}
	}
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	d.addRates(s)
	if len(d.windows) > 0 {
		d.addRasters(s, potentials)
	}
	return f
}

func (d *spikesData) addRates(s *sheet) {
	times := d.Metrics.Column("time")
	y := s.y - topPad
	for i, r := range d.rates {
		s.letter(edgePad, y+2)
		p := newPanel(vg.Rectangle{Min: vg.Point{X: edgePad + margin, Y: y - rateHeight}, Max: vg.Point{X: s.width - edgePad - overhang, Y: y}})
		p.teaching = d.teaching
		p.setTime(0, times[len(times)-1], "simulated time")
		p.noXLabels = i < len(d.rates)-1
		e := d.extent(r)
		if !math.IsNaN(r.level) {
			e.include(r.level)
		}
		e = e.padded()
		p.setY(e.lo, e.hi, r.label)
		if !math.IsNaN(r.level) {
			p.level(r.level, guideStyle)
		}
		for _, c := range r.targets {
			if values := d.Metrics.Column(c); values != nil {
				p.addLine(times, values, targetStyle)
			}
		}
		for k, c := range r.columns {
			p.addLine(times, d.Metrics.Column(c), trace(variantColours, k))
		}
		s.add(p)
		if i == 0 {
			s.add(phaseLabels(p)...)
		}
		y -= rateHeight + rowGap
	}
	s.y = y + rowGap - xNumbers - xLabel
}

// potentials are those of one neuron of the first population.
func (d *spikesData) potentials() (out []*record.Signal) {
	if d.Trajectory == nil || len(d.Spikes.Populations) == 0 || complete(d.Trajectory) != nil {
		return nil
	}
	for _, what := range []string{"soma_", "dendrite_"} {
		if s := d.Trajectory.Signal(what + d.Spikes.Populations[0].Name); s != nil && s.Width() > 0 {
			out = append(out, s)
		}
	}
	return out
}

func (d *spikesData) addRasters(s *sheet, potentials []*record.Signal) {
	top := s.y - topPad
	right := s.width - edgePad - overhang
	width := (right - edgePad - margin - columnGap*vg.Length(len(d.windows)-1)) / vg.Length(len(d.windows))
	shown := noExtent()
	wins := make([]*record.Window, len(d.windows))
	for w, span := range d.windows {
		if len(potentials) == 0 {
			break
		}
		if wins[w] = within(d.Trajectory.Time, record.Window{Last: len(d.Trajectory.Time)}, span[0], span[1]); wins[w] != nil {
			for _, x := range potentials {
				shown.include(column(x, 0, *wins[w])...)
			}
		}
	}
	rows := len(d.Spikes.Populations)
	last := rows - 1
	if len(potentials) > 0 {
		last = rows
	}
	for i := range last + 1 {
		height := vg.Length(rasterHeight)
		if i == rows {
			height = rateHeight
		}
		s.letter(edgePad, top+2)
		for w, span := range d.windows {
			x := edgePad + margin + vg.Length(w)*(width+columnGap)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: top - height}, Max: vg.Point{X: x + width, Y: top}})
			p.teaching = d.teaching
			p.setTime(span[0], span[1], "time")
			p.noXLabels, p.noX, p.noY = i < last, i < last, w > 0
			p.breaks = [2]bool{w > 0, w < len(d.windows)-1}
			if i < rows {
				population := d.Spikes.Populations[i]
				p.setY(-1, float64(min(population.Size, mostNeurons)), "neurons of\n"+clean(population.Name))
				p.Y.Tick.Marker = plot.ConstantTicks(nil)
				for kind, style := range spikeStyles {
					r := &d.rasters[w][i]
					p.data = append(p.data, ticks{r.times[kind], r.places[kind], style.height, draw.LineStyle{Color: style.colour, Width: style.width}})
				}
			} else {
				e := shown.padded()
				p.setY(e.lo, e.hi, "potentials of\na neuron (mV)")
				for k, x := range potentials {
					if wins[w] != nil {
						p.addLine(d.Trajectory.Time[wins[w].First:wins[w].Last], column(x, 0, *wins[w]), potentialStyle(k))
					}
				}
			}
			s.add(p)
			if i == 0 {
				s.add(phaseLabels(p)...)
			}
		}
		top -= height + rowGap
	}
}

// potentialStyle is that of the soma and of the dendrite.
func potentialStyle(k int) draw.LineStyle {
	return draw.LineStyle{Color: []color.Color{black, bluishGreen}[k], Width: traceWidth, Dashes: [][]vg.Length{nil, dashes[1]}[k]}
}

// ticks are short vertical lines in a raster.
type ticks struct {
	x, y   []float64
	height float64
	style  draw.LineStyle
}

// Plot draws them.
func (t ticks) Plot(c draw.Canvas, p *plot.Plot) {
	c.SetLineStyle(t.style)
	for i, x := range t.x {
		at := c.X(p.X.Norm(x))
		var path vg.Path
		path.Move(vg.Point{X: at, Y: c.Y(p.Y.Norm(t.y[i] - t.height/2))})
		path.Line(vg.Point{X: at, Y: c.Y(p.Y.Norm(t.y[i] + t.height/2))})
		c.Stroke(path)
	}
}
