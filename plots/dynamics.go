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

// Dynamics draws the signals of the first variant over time: input, target and
// output, and those of a few units of the first hidden layer and of the output
// unit. Where the output unit would flatten the hidden ones, or they it, it has a
// row of its own. Each recorded window is a column with its own time axis (of
// more than five windows, five spread over the run). Of several outputs the
// first recorded one is shown. The legend says which variant, layer and units
// these are. A row whose signal was not recorded is left out. opt may choose
// another variant, layer, units or windows. It is an error if what it chooses
// was not recorded, no window holds two samples or no signal a finite value.
func Dynamics(res *record.Result, opt Options) (*Figure, error) {
	opt, v, err := opt.chosen(res)
	if err != nil {
		return nil, err
	}
	tr := v.Trajectory
	if tr == nil || len(tr.Time) == 0 {
		return nil, errors.New("plots: no trajectory was recorded")
	}
	if err := complete(tr); err != nil {
		return nil, err
	}
	wins, err := opt.windows(tr)
	if err != nil {
		return nil, err
	}
	if err := opt.checkPanels(tr); err != nil {
		return nil, err
	}
	rows, entries, err := dynamicsRows(tr, wins, opt)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.extent(wins).empty() })
	for i := range rows {
		rows[i].limits = opt.Limits[rows[i].name]
	}
	if len(rows) == 0 {
		return nil, errors.New("plots: the trajectory has no signal with finite values")
	}
	d := &dynamicsData{tr, wins, teaching(opt.phases(res, opt.Variant)), opt.discrete(opt.Variant), opt.width(doubleColumn)}
	if d.discrete {
		for i, w := range d.wins {
			d.wins[i] = lasting(w, endOf(opt.phases(res, opt.Variant)))
		}
	}
	title := entry{text: clean(v.Label) + ":"}
	if n := len(res.Variants); n > 1 {
		title.text = fmt.Sprintf("%s (variant %d of %d):", clean(v.Label), opt.Variant+1, n)
	}
	entries = append([]entry{title}, entries...)
	if n := len(record.Windows(tr.Time)); len(opt.Windows) == 0 && n > len(wins) {
		entries = append(entries, entry{text: fmt.Sprintf("(%d of %d windows)", len(wins), n)})
	}
	return layOutDynamics(d, rows, entries), nil
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
	for _, i := range record.Spread(len(all), most) {
		out = append(out, all[i])
	}
	return out
}

// dynamicsData is what all rows draw from.
type dynamicsData struct {
	tr       *record.Trajectory
	wins     []record.Window
	teaching []condition
	discrete bool
	width    vg.Length
}

func layOutDynamics(d *dynamicsData, rows []row, entries []entry) *Figure {
	f := &Figure{width: d.width}
	left := vg.Length(edgePad) + 2*lineSpacing*fontSize + labelPad + letterSize
	var numbers vg.Length
	for _, r := range rows {
		p := newPanel(vg.Rectangle{Max: vg.Point{X: 1, Y: rowHeight}})
		r.setY(p, d.wins)
		numbers = max(numbers, p.yNumbers())
	}
	left += numbers
	lgd := newLegend(entries, f.width-left-edgePad)
	n := vg.Length(len(rows))
	widths := shares(d.wins, f.width-left-overhang-edgePad-columnGap*vg.Length(len(d.wins)-1))
	starts := vg.Length(0) // height of the starts of columns below their numbers
	if d.crowded(widths) {
		starts = lineSpacing * fontSize
	}
	f.height = edgePad + lgd.height() + topPad + n*rowHeight + (n-1)*rowGap + xNumbers + starts + xLabel + edgePad
	lgd.at = vg.Point{X: left, Y: f.height - edgePad}
	f.add(lgd)

	top := f.height - edgePad - lgd.height() - topPad
	for i, r := range rows {
		x := left
		y := top - vg.Length(i)*(rowHeight+rowGap)
		f.add(letter(string(rune('a'+i)), edgePad, y+2))
		for k, w := range d.wins {
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - rowHeight}, Max: vg.Point{X: x + widths[k], Y: y}})
			p.teaching = d.teaching
			p.setSeconds(w.Start, w.End)
			if starts > 0 {
				p.setSince(w.Start)
			}
			r.setY(p, d.wins)
			p.noY, p.numbers = k > 0, numbers
			p.noX = i < len(rows)-1
			p.breaks = [2]bool{k > 0, k < len(d.wins)-1}
			r.addTo(p, d, w)
			f.add(p)
			if i == len(rows)-1 && starts > 0 {
				f.add(label{"from " + number(w.Start, decimals(w.Start)) + " s", vg.Point{X: x + widths[k]/2, Y: p.area.Min.Y - xNumbers}, write(fontSize, draw.XCenter, draw.YTop)})
			}
			if i == 0 {
				f.add(phaseLabels(p)...)
			}
			x += widths[k] + columnGap
		}
	}
	name := "time (s)"
	if starts > 0 {
		name = "time since the start of each column (s)"
	}
	f.add(label{name, vg.Point{X: (left + f.width - overhang - edgePad) / 2, Y: edgePad},
		write(fontSize, draw.XCenter, draw.YBottom)})
	return f
}

// crowded tells whether the times of a column are too long for two of them to
// stand below it.
func (d *dynamicsData) crowded(widths []vg.Length) bool {
	for k, w := range d.wins {
		p := newPanel(vg.Rectangle{Max: vg.Point{X: widths[k], Y: rowHeight}})
		p.setSeconds(w.Start, w.End)
		if len(p.numbered()) < 2 {
			return true
		}
	}
	return false
}

func (r row) setY(p *panel, wins []record.Window) {
	e := r.extent(wins).padded()
	if r.limits[0] < r.limits[1] {
		e = extent{r.limits[0], r.limits[1]}
	}
	p.setY(e.lo, e.hi, r.label)
}

func (r row) addTo(p *panel, d *dynamicsData, w record.Window) {
	if !math.IsNaN(r.baseline) {
		p.level(r.baseline, guideStyle)
	}
	for _, l := range r.lines {
		p.addSignal(d.tr, w, l, d.discrete)
	}
}

// shares divides a width among windows by how long they are, but gives none
// less than a quarter of the longest's.
func shares(wins []record.Window, width vg.Length) []vg.Length {
	var longest, sum float64
	for _, w := range wins {
		longest = math.Max(longest, w.End-w.Start)
	}
	out := make([]vg.Length, len(wins))
	for i, w := range wins {
		d := math.Max(w.End-w.Start, longest/4)
		out[i] = vg.Length(d)
		sum += d
	}
	for i := range out {
		out[i] *= width / vg.Length(sum)
	}
	return out
}
