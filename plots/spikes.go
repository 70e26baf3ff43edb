package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

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
// opt.Variant chooses the variant, opt.Windows parts of the windows, and opt.Indices the
// neuron. What was not recorded is left out; it is an error if nothing is left.
func Spikes(res *record.Result, opt Options) (*Figure, error) {
	opt, v, err := opt.chosen(res)
	if err != nil {
		return nil, err
	}
	if v.Spikes == nil || v.Metrics == nil {
		return nil, errors.New("plots: no rates of populations that spike were recorded")
	}
	if n := v.Metrics.Len(); n < 2 {
		return nil, fmt.Errorf("plots: %d rows of metrics were recorded, expected at least 2: record.metrics is too long for the run", n)
	}
	d := &spikesData{Variant: &v, teaching: teaching(opt.phases(res, opt.Variant)), width: opt.width(doubleColumn)}
	if err := d.read(opt); err != nil {
		return nil, err
	}
	if err := d.readPotentials(opt); err != nil {
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

	potentials []*record.Signal // of one neuron of the first population
	unit       int              // its place in them
	width      vg.Length
}

// rateRow is a panel along the run.
type rateRow struct {
	label  string
	lines  []curve
	levels []float64
}

// add adds a column of metrics, if there is one with values.
func (r *rateRow) add(t *record.Table, column string, style draw.LineStyle) {
	if values := t.Column(column); slices.ContainsFunc(values, isFinite) {
		r.lines = append(r.lines, curve{x: t.Column("time"), y: values, style: style})
	}
}

func (r *rateRow) extent() extent {
	e := noExtent()
	for _, l := range r.lines {
		e.include(l.y...)
	}
	return e
}

// trains are the spikes of a population in a window: of the neurons that are shown,
// by kind, times and places.
type trains struct {
	times, places [3][]float64
}

func (d *spikesData) read(opt Options) error {
	events := rateRow{label: "event rate\n(Hz)"}
	bursts := rateRow{label: "burst\nprobability"}
	weights := rateRow{label: "mean\nweight"}
	for _, p := range d.Spikes.Populations {
		events.add(d.Metrics, "target_"+p.Name, targetStyle)
	}
	for k, p := range d.Spikes.Populations {
		style := trace(variantColours, k)
		events.add(d.Metrics, "event_rate_"+p.Name, style)
		bursts.add(d.Metrics, "burst_prob_"+p.Name, style)
		if !slices.Contains(bursts.levels, p.Baseline) {
			bursts.levels = append(bursts.levels, p.Baseline)
		}
	}
	for k, name := range d.shownWeights() {
		weights.add(d.Metrics, weightColumn+name, d.weightStyle(k))
	}
	for _, r := range []rateRow{events, bursts, weights} {
		if len(r.lines) > 0 {
			d.rates = append(d.rates, r)
		}
	}
	if err := d.chooseWindows(opt); err != nil {
		return err
	}
	return d.readRasters()
}

const (
	weightColumn = "weight_" // and the name of a connection
	mostWeights  = 8         // connections whose mean weights are drawn
)

// learned are the connections that have a column of mean weights.
func learned(t *record.Table) (out []string) {
	for _, c := range t.Columns {
		if name, ok := strings.CutPrefix(c, weightColumn); ok && name != "" {
			out = append(out, name)
		}
	}
	return out
}

func (d *spikesData) shownWeights() []string {
	all := learned(d.Metrics)
	return all[:min(len(all), mostWeights)]
}

// weightStyle is that of a connection, which no population has.
func (d *spikesData) weightStyle(k int) draw.LineStyle {
	return trace(variantColours, len(d.Spikes.Populations)+k)
}

// chooseWindows takes the reader's windows as far as spikes were kept, or some of
// all that were.
func (d *spikesData) chooseWindows(opt Options) error {
	if len(opt.Windows) > mostRasters {
		return fmt.Errorf("plots: %d windows to show, expected at most %d", len(opt.Windows), mostRasters)
	}
	times := d.Metrics.Column("time")
	reached := times[len(times)-1] // by a run that goes on, or did not come to its end
	if tr := d.Trajectory; tr != nil && len(tr.Time) > 0 {
		reached = math.Max(reached, tr.Time[len(tr.Time)-1])
	}
	var recorded [][2]float64
	for _, w := range d.Spikes.Windows {
		if w[1] = math.Min(w[1], reached); w[1] > w[0] {
			recorded = append(recorded, w)
		}
	}
	for _, asked := range opt.Windows {
		before := len(d.windows)
		for _, w := range recorded {
			if from, to := math.Max(asked[0], w[0]), math.Min(asked[1], w[1]); from < to {
				d.windows = append(d.windows, [2]float64{from, to})
			}
		}
		if len(d.windows) == before {
			if len(recorded) == 0 {
				return errors.New("plots: no spikes were kept")
			}
			var kept []string
			for _, w := range recorded {
				kept = append(kept, seconds(w[0])+" to "+seconds(w[1])+" s")
			}
			return fmt.Errorf("plots: no spikes were kept from %s to %s s; kept are %s", seconds(asked[0]), seconds(asked[1]), list(kept))
		}
	}
	if len(opt.Windows) == 0 {
		d.windows = recorded
	}
	d.windows = pick(d.windows, mostRasters)
	return nil
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

// has tells whether a spike of a kind is shown.
func (d *spikesData) has(kind int) bool {
	return slices.ContainsFunc(d.rasters, func(window []trains) bool {
		return slices.ContainsFunc(window, func(t trains) bool { return len(t.times[kind]) > 0 })
	})
}

func (t *trains) empty() bool {
	return len(t.times[record.Event])+len(t.times[record.Burst])+len(t.times[record.Other]) == 0
}

func (d *spikesData) entries() (out []entry) {
	for k, p := range d.Spikes.Populations {
		out = append(out, entry{text: clean(p.Name), line: trace(variantColours, k)})
	}
	for k, name := range d.shownWeights() {
		out = append(out, entry{text: "weight of " + clean(name), line: d.weightStyle(k)})
	}
	for _, c := range d.Metrics.Columns {
		if strings.HasPrefix(c, "target_") && slices.ContainsFunc(d.Metrics.Column(c), isFinite) {
			out = append(out, entry{text: "target", line: targetStyle})
			break
		}
	}
	if len(d.windows) > 0 {
		for _, kind := range []int{record.Event, record.Burst, record.Other} {
			if !d.has(kind) {
				continue
			}
			s := spikeStyles[kind]
			out = append(out, entry{text: s.name, line: draw.LineStyle{Color: s.colour, Width: 2 * s.width}})
		}
	}
	if len(d.windows) > 0 {
		for k := range d.potentials {
			out = append(out, entry{text: []string{"soma", "dendrite"}[k], line: potentialStyle(k)})
		}
	}
	if all := len(learned(d.Metrics)); all > mostWeights {
		out = append(out, entry{text: fmt.Sprintf("(weights: %d of %d connections)", mostWeights, all)})
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
	if len(d.windows) > 0 {
		f.height += topPad + populations*rasterHeight + (populations-1)*rowGap + xNumbers + xLabel
		if len(d.potentials) > 0 {
			f.height += rowGap + rateHeight
		}
	}
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	times := d.Metrics.Column("time")
	addRates(s, d.rates, times[len(times)-1], d.teaching)
	if len(d.windows) > 0 {
		d.addRasters(s)
	}
	return f
}

// addRates adds panels along the run below each other.
func addRates(s *sheet, rows []rateRow, end float64, teaching []condition) {
	y := s.y - topPad
	for i, r := range rows {
		s.letter(edgePad, y+2)
		p := newPanel(vg.Rectangle{Min: vg.Point{X: edgePad + margin, Y: y - rateHeight}, Max: vg.Point{X: s.width - edgePad - overhang, Y: y}})
		p.teaching = teaching
		p.setTime(0, end, "simulated time")
		p.noXLabels = i < len(rows)-1
		e := r.extent()
		e.include(r.levels...)
		shown := e.padded()
		if e.lo >= 0 { // neither rates nor probabilities are negative
			shown.lo = math.Max(shown.lo, -0.06*shown.hi)
		}
		e = shown
		p.setY(e.lo, e.hi, r.label)
		for _, level := range r.levels {
			p.level(level, guideStyle)
		}
		for _, l := range r.lines {
			p.data = append(p.data, l)
		}
		s.add(p)
		if i == 0 {
			s.add(phaseLabels(p)...)
		}
		y -= rateHeight + rowGap
	}
	s.y = y + rowGap - xNumbers - xLabel
}

// readPotentials finds those of one neuron of the first population, which the reader
// may have chosen.
func (d *spikesData) readPotentials(opt Options) error {
	if d.Trajectory == nil || len(d.Spikes.Populations) == 0 || complete(d.Trajectory) != nil {
		return nil
	}
	for _, what := range []string{"soma_", "dendrite_"} {
		s := d.Trajectory.Signal(what + d.Spikes.Populations[0].Name)
		if s == nil || s.Width() == 0 {
			continue
		}
		opt.Units = 1
		units, err := opt.units(s)
		if err != nil {
			return err
		}
		if len(units) > 1 {
			return fmt.Errorf("plots: %d neurons whose potentials to show, expected 1", len(units))
		}
		d.unit = units[0]
		d.potentials = append(d.potentials, s)
	}
	return nil
}
