package plots

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"sort"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

const (
	stateHeight = 42    // of a panel
	leastShown  = 0.001 // fraction of a bin that has the first colour of the scale
	mostStates  = 3     // variants; more do not fit on a page
)

// stateNames are the quantities with histograms, top to bottom; others follow.
var stateNames = []string{"burst_prob", "apical", "dendrite", "event_rate", "burst_rate"}

// States draws how the distributions of burst probability, apical potential
// and rates over units and examples changed while networks trained: a row a
// quantity, a column a layer (of more than six, six spread over the network),
// and of several variants with histograms up to three, one below the other; of
// more, three spread over the list, which the figure says.
// Colours are fractions of the values that were counted, on a logarithmic
// scale; axes leave out where no bin ever held 0.1 %.
func States(res *record.Result, opt Options) (*Figure, error) {
	if err := hasVariants(res); err != nil {
		return nil, err
	}
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	var blocks []stateBlock
	for _, v := range res.Variants {
		if b := newStateBlock(v); len(b.rows) > 0 {
			blocks = append(blocks, b)
		}
	}
	if len(blocks) == 0 {
		return nil, errors.New("plots: no histogram of states was recorded while training")
	}
	all := len(blocks)
	blocks = pick(blocks, mostStates)

	f := &Figure{width: opt.width(doubleColumn), height: 2 * edgePad}
	omitted := newLegend(omission(len(blocks), all), f.width-2*edgePad)
	f.height += omitted.height()
	for _, b := range blocks {
		f.height += b.height(len(res.Variants) > 1)
	}
	omitted.at = vg.Point{X: edgePad, Y: f.height - edgePad}
	f.add(omitted)
	s := &sheet{Figure: f, y: f.height - edgePad - omitted.height(), next: 'a'}
	for _, b := range blocks {
		b.addTo(s, len(res.Variants) > 1)
	}
	return f, nil
}

// stateBlock is what of a variant is drawn.
type stateBlock struct {
	label  string
	rows   []stateRow
	layers []int // that are shown
	all    int   // layers
	epochs extent
}

// stateRow is a quantity in all layers.
type stateRow struct {
	name    string
	layers  map[int]*record.Histogram
	visible extent // values with a visible fraction
}

func newStateBlock(v record.Variant) stateBlock {
	b := stateBlock{label: v.Label, epochs: noExtent()}
	if v.Training == nil {
		return b
	}
	for _, h := range v.Training.Histograms {
		if h == nil || checkHistogram(h) != nil {
			continue
		}
		name, layer := splitLayer(h.Name)
		k := slices.IndexFunc(b.rows, func(r stateRow) bool { return r.name == name })
		if k < 0 {
			k = len(b.rows)
			b.rows = append(b.rows, stateRow{name: name, layers: map[int]*record.Histogram{}, visible: noExtent()})
		}
		row := &b.rows[k]
		row.layers[layer] = h
		lo, hi := visibleRange(h)
		row.visible.include(lo, hi)
		b.epochs.include(h.Epochs...)
		if !slices.Contains(b.layers, layer) {
			b.layers = append(b.layers, layer)
		}
	}
	if t := v.Training.Epochs; t != nil && len(b.rows) > 0 {
		b.epochs.include(t.Column("epoch")...)
	}
	rank := func(name string) int {
		if k := slices.Index(stateNames, name); k >= 0 {
			return k
		}
		return len(stateNames)
	}
	slices.SortStableFunc(b.rows, func(x, y stateRow) int { return rank(x.name) - rank(y.name) })
	slices.Sort(b.layers)
	b.all = len(b.layers)
	b.layers = pick(b.layers, mostLayers)
	if !(b.epochs.lo < b.epochs.hi) {
		b.epochs = b.epochs.padded()
	}
	return b
}

// checkHistogram reports why a histogram cannot be drawn.
func checkHistogram(h *record.Histogram) error {
	bins := len(h.Edges) - 1
	if bins < 1 || len(h.Counts) == 0 || len(h.Counts) != len(h.Epochs) {
		return errors.New("no bins or no counts")
	}
	for i, e := range h.Edges {
		if !isFinite(e) || i > 0 && e <= h.Edges[i-1] {
			return errors.New("edges do not ascend")
		}
	}
	any := false
	for i, row := range h.Counts {
		if len(row) != bins || !isFinite(h.Epochs[i]) || slices.Min(row) < 0 {
			return errors.New("counts do not fit")
		}
		any = any || slices.Max(row) > 0
	}
	if !any {
		return errors.New("nothing was counted")
	}
	return nil
}

// splitLayer splits "burst_prob_1"; a name without a layer is one of layer 0.
func splitLayer(name string) (quantity string, layer int) {
	if k := strings.LastIndexByte(name, '_'); k >= 0 {
		if layer, ok := layerOf(name, name[:k+1]); ok {
			return name[:k], layer
		}
	}
	return name, 0
}

// visibleRange is the range of the bins that ever held enough to be seen.
func visibleRange(h *record.Histogram) (lo, hi float64) {
	e := noExtent()
	for _, row := range h.Counts {
		least := leastShown * total(row)
		for k, n := range row {
			if n > 0 && float64(n) >= least {
				e.include(h.Edges[k], h.Edges[k+1])
			}
		}
	}
	return e.lo, e.hi
}

func total(counts []int) float64 {
	var sum float64
	for _, n := range counts {
		sum += float64(n)
	}
	return sum
}

// height of a block, with a name above if it is one of several.
func (b stateBlock) height(named bool) vg.Length {
	n := vg.Length(len(b.rows))
	return b.head(named) + n*stateHeight + (n-1)*smallDrop + xNumbers + xLabel
}

func (b stateBlock) head(named bool) vg.Length {
	if named {
		return topPad + legendRow
	}
	return topPad
}

func (b stateBlock) addTo(s *sheet, named bool) {
	left, right := vg.Length(edgePad), s.width-edgePad-barRoom-panelGap/2
	if named {
		s.add(label{clean(b.label), vg.Point{X: left + margin, Y: s.y}, write(fontSize, draw.XLeft, draw.YTop)})
	}
	y := s.y - b.head(named)
	if n := len(b.layers); n < b.all {
		s.add(label{fmt.Sprintf("(%d of %d layers)", n, b.all), vg.Point{X: right, Y: s.y}, write(fontSize, draw.XRight, draw.YTop)})
	}
	n := vg.Length(len(b.layers))
	width := (right - left - margin - (n-1)*smallGap) / n
	for k, layer := range b.layers {
		x := left + margin + vg.Length(k)*(width+smallGap)
		s.add(label{fmt.Sprintf("layer %d", layer), vg.Point{X: x + width/2, Y: y + 2}, write(fontSize, draw.XCenter, draw.YBottom)})
	}
	tall := vg.Length(stateHeight)
	if len(b.rows) > 1 {
		tall += smallDrop + stateHeight
	}
	bar := vg.Rectangle{Min: vg.Point{X: right + panelGap/2, Y: y - tall}, Max: vg.Point{X: right + panelGap/2 + barWidth, Y: y}}
	s.add(fractionBar(bar, int(s.next-'a')))
	for r, row := range b.rows {
		s.letter(left, y+letterSize)
		first := true
		for k, layer := range b.layers {
			h := row.layers[layer]
			if h == nil {
				continue
			}
			x := left + margin + vg.Length(k)*(width+smallGap)
			p := newPanel(vg.Rectangle{Min: vg.Point{X: x, Y: y - stateHeight}, Max: vg.Point{X: x + width, Y: y}})
			setEpochs(p, b.epochs.lo, b.epochs.hi)
			p.noXLabels = slices.ContainsFunc(b.rows[r+1:], func(below stateRow) bool { return below.layers[layer] != nil })
			p.setY(row.visible.lo, row.visible.hi, rowLabel(&record.Signal{Label: h.Label}, row.name, ""))
			p.noY = !first
			first = false
			p.data = append(p.data, heatMap(h, p, len(s.parts)))
			s.add(p)
		}
		y -= stateHeight + smallDrop
	}
	s.y = y + smallDrop - xNumbers - xLabel
}

func fractionBar(area vg.Rectangle, extra int) colourBar {
	b := colourBar{scale: fractions, area: area, extra: extra}
	b.axis = plot.New().Y
	setLog(&b.axis, leastShown, 1, "fraction")
	return b
}

// setEpochs sets the range of x in epochs, with room between the numbers of its
// ticks.
func setEpochs(p *panel, lo, hi float64) {
	p.X.Min, p.X.Max = lo, hi
	room := textWidth(number(hi, 0)) + 2*fontSize
	p.X.Tick.Marker = plot.ConstantTicks(linearTicks(lo, hi, min(6, 1+int(p.area.Size().X/room)), 0))
	p.X.Label.Text = "epoch"
}

// heatMap is a histogram over the range of a panel, with some extra pixels. Where nothing was counted, what was counted before holds.
func heatMap(h *record.Histogram, p *panel, extra int) raster {
	size := p.area.Size()
	width, height := extra+1+dots(size.X)/2, 1+dots(size.Y)/2
	img := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette(fractions))
	columns := make([][]float64, width)
	for i, row := range h.Counts {
		k := min(width-1, max(0, int(float64(width)*p.X.Norm(h.Epochs[i]))))
		if columns[k] == nil {
			columns[k] = make([]float64, len(row))
		}
		for j, n := range row {
			columns[k][j] += float64(n)
		}
	}
	before := columns[slices.IndexFunc(columns, func(c []float64) bool { return c != nil })]
	decades := math.Log10(leastShown)
	for x, column := range columns {
		if column == nil {
			column = before
		}
		before = column
		var all float64
		for _, n := range column {
			all += n
		}
		for y := range height {
			value := p.Y.Max - (float64(y)+0.5)/float64(height)*(p.Y.Max-p.Y.Min)
			k := sort.SearchFloat64s(h.Edges, value) - 1
			if k < 0 || k >= len(column) || all == 0 {
				img.SetColorIndex(x, y, noColour)
				continue
			}
			img.SetColorIndex(x, y, fractions.index(1-math.Log10(column[k]/all)/decades))
		}
	}
	return raster{vg.Rectangle{
		Min: vg.Point{X: vg.Length(p.X.Min), Y: vg.Length(p.Y.Min)},
		Max: vg.Point{X: vg.Length(p.X.Max), Y: vg.Length(p.Y.Max)},
	}, img}
}
