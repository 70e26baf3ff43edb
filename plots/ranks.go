package plots

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Ranks draws in how many directions the apical input and the burst probabilities
// of hidden layers varied over test samples, and how well apical input followed
// backpropagation, epoch by epoch: a row a measure of package sim/analysis, a
// column a hidden layer (of more than six, six spread over the network). Several
// variants share the panels; those that opt.Seeds groups are medians in front of
// quartiles. It is an error if no rank was recorded.
func Ranks(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	d := newRanksData(res, opt)
	if len(d.rows) == 0 {
		return nil, errors.New("plots: no rank with finite values was recorded while training")
	}
	return d.layOut(opt), nil
}

// rankRow is a measure, as a column of it is called before the layer's number.
type rankRow struct {
	column, label string
	counts        bool // directions, so that the axis begins at zero
	values        extent
}

// ranksData is what of the ranks of a result can be drawn.
type ranksData struct {
	variants  []record.Variant
	groups    []group
	epochs    extent
	rows      []rankRow
	layers    []int
	allLayers int
}

func newRanksData(res *record.Result, opt Options) *ranksData {
	d := &ranksData{variants: res.Variants, groups: opt.groups(res), epochs: noExtent()}
	for _, v := range d.variants {
		if v.Training != nil && v.Training.Epochs != nil {
			d.epochs.include(v.Training.Epochs.Column("epoch")...)
		}
	}
	if !(d.epochs.lo < d.epochs.hi) {
		return d
	}
	for _, r := range []rankRow{
		{column: "participation_", label: "apical input,\nparticipation ratio", counts: true},
		{column: "effective_rank_", label: "apical input,\neffective rank", counts: true},
		{column: "stable_rank_", label: "apical input,\nstable rank", counts: true},
		{column: "burst_participation_", label: "burst probability,\nparticipation ratio", counts: true},
		{column: "burst_participation_within_", label: "burst probability,\nwithin classes", counts: true},
		{column: "backprop_share_", label: "share in the space\nof backprop"},
		{column: "principal_angle_", label: "principal angles to\nbackprop (degrees)"},
		{column: "backprop_cosine_", label: "cosine to\nbackprop"},
	} {
		r.values = noExtent()
		for _, g := range d.groups {
			d.include(&r, g)
		}
		if !r.values.empty() {
			d.rows = append(d.rows, r)
		}
	}
	slices.Sort(d.layers)
	d.allLayers = len(d.layers)
	d.layers = pick(d.layers, mostLayers)
	return d
}

// include widens a row by what a group has of it.
func (d *ranksData) include(r *rankRow, g group) {
	for _, i := range g.members {
		tr := d.variants[i].Training
		if tr == nil || tr.Epochs == nil {
			continue
		}
		for _, name := range tr.Epochs.Columns {
			layer, ok := layerOf(name, r.column)
			if !ok {
				continue
			}
			here := noExtent()
			here.include(tr.Epochs.Column(name)...)
			if here.empty() {
				continue
			}
			r.values.include(here.lo, here.hi)
			if !slices.Contains(d.layers, layer) {
				d.layers = append(d.layers, layer)
			}
		}
	}
}

// measured tells whether a group has any rank.
func (d *ranksData) measured(g group) bool {
	e := noExtent()
	for _, r := range d.rows {
		for _, layer := range d.layers {
			e.include(d.column(g, fmt.Sprint(r.column, layer)).values...)
		}
	}
	return !e.empty()
}

// column is how a measure of a layer is drawn for a group.
func (d *ranksData) column(g group, name string) metricColumn {
	var columns []metricColumn
	for _, i := range g.members {
		if tr := d.variants[i].Training; tr != nil && tr.Epochs != nil {
			columns = append(columns, metricColumn{times: tr.Epochs.Column("epoch"), values: tr.Epochs.Column(name)})
		}
	}
	return summarised(columns)
}

const rankHeight = 62 // of a data area

func (d *ranksData) layOut(opt Options) *Figure {
	f := &Figure{width: opt.width(doubleColumn)}
	if len(d.layers) == 1 {
		f.width = opt.width(singleColumn)
	}
	lgd := newLegend(d.entries(), f.width-2*edgePad-letterSize)
	rows := vg.Length(len(d.rows))
	f.height = edgePad + lgd.height() + topPad + rows*rankHeight + (rows-1)*smallDrop + xNumbers + xLabel + edgePad
	lgd.at = vg.Point{X: edgePad + letterSize, Y: f.height - edgePad}
	f.add(lgd)
	s := &sheet{Figure: f, y: f.height - edgePad - lgd.height(), next: 'a'}
	left, right := vg.Length(edgePad), f.width-edgePad-overhang
	n := vg.Length(len(d.layers))
	width := (right - left - margin - (n-1)*smallGap) / n
	y := s.y - topPad
	for k, r := range d.rows {
		s.letter(left, y+letterSize)
		for c, layer := range d.layers {
			x := left + margin + vg.Length(c)*(width+smallGap)
			if k == 0 {
				s.add(label{fmt.Sprintf("layer %d", layer), vg.Point{X: x + width/2, Y: y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
			}
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - rankHeight}, Max: vg.Point{X: x + width, Y: y}})
			setEpochs(p, d.epochs.lo, d.epochs.hi)
			r.setAxis(p)
			p.noY, p.noXLabels = c > 0, k < len(d.rows)-1
			p.addGroups(d.groups, func(g group) metricColumn { return d.column(g, fmt.Sprint(r.column, layer)) })
			s.add(p)
		}
		y -= rankHeight + smallDrop
	}
	return f
}

func (r rankRow) setAxis(p *panel) {
	e := r.values.padded()
	if r.counts {
		e.lo = -0.04 * e.hi // one direction, and none, are above the axis
	}
	p.setY(e.lo, e.hi, r.label)
	if e.lo < 0 && e.hi > 0 && !r.counts {
		p.level(0, guideStyle)
	}
}

func (d *ranksData) entries() (out []entry) {
	var without []string
	for i, g := range d.groups {
		switch {
		case !d.measured(g):
			without = append(without, g.name())
		case len(d.groups) > 1:
			out = append(out, entry{text: g.name(), line: trace(variantColours, i)})
		}
	}
	if len(without) > 0 {
		out = append(out, entry{text: "(not measured: " + strings.Join(without, ", ") + ")"})
	}
	if repeated(d.groups) {
		out = append(out, entry{text: "(lines: medians; bands: quartiles)"})
	}
	if n := len(d.layers); n < d.allLayers {
		out = append(out, entry{text: fmt.Sprintf("(%d of %d hidden layers)", n, d.allLayers)})
	}
	return out
}
