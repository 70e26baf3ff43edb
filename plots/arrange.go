package plots

import (
	"errors"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// SpreadPanel is one of the panels of [Arrange].
type SpreadPanel struct {
	Axes   SpreadAxes
	Series []SpreadSeries
}

const (
	arrangedHeight = 95  // of the data area of a panel
	namedRow       = 11  // height of a row with a name
	arrangedGap    = 10  // between panels
	namesShare     = 0.5 // of a panel's width, at most, for names
)

// Arrange draws panels, each as [Spread] has them, with letters, row by row, so many
// a row, over two columns of a journal's page, or one if it is one a row. Series of
// one label look the same in all panels. The title stands at the top, a line each line. Panels without
// a finite value stay empty; it is an error if all of them are.
func Arrange(title string, panels []SpreadPanel, columns int) (*Figure, error) {
	shown := slices.ContainsFunc(panels, func(p SpreadPanel) bool {
		x, y := p.Axes.extents(p.Series)
		return !x.empty() && !y.empty()
	})
	if !shown {
		return nil, errors.New("plots: there is no finite value to show")
	}
	columns = max(1, min(columns, len(panels)))
	f := &Figure{width: doubleColumn}
	if columns == 1 {
		f.width = singleColumn
	}
	entries, styles := arrangedEntries(panels)
	lgd := newLegend(entries, f.width-2*edgePad)
	lines := strings.Split(title, "\n")
	head := vg.Length(edgePad) + lineSpacing*fontSize*vg.Length(len(lines)) + 2 + lgd.height() + 2
	rows := (len(panels) + columns - 1) / columns
	below := vg.Length(xNumbers + xLabel)
	var heights []vg.Length
	f.height = head + edgePad
	for r := range rows {
		h := vg.Length(arrangedHeight)
		for _, p := range panels[r*columns : min(len(panels), (r+1)*columns)] {
			h = max(h, namedRow*vg.Length(len(p.Axes.Names)))
		}
		heights = append(heights, h)
		f.height += arrangedGap + h + below
	}
	lgd.at = vg.Point{X: edgePad, Y: f.height - head + lgd.height() + 2}
	f.add(lgd)
	for i, line := range lines {
		at := vg.Point{X: edgePad, Y: f.height - edgePad - lineSpacing*fontSize*vg.Length(i)}
		f.add(label{line, at, write(fontSize, draw.XLeft, draw.YTop)})
	}
	top := f.height - head
	width := (f.width - 2*edgePad) / vg.Length(columns)
	for i, s := range panels {
		if i > 0 && i%columns == 0 {
			top -= heights[i/columns-1] + below + arrangedGap
		}
		h := heights[i/columns]
		x := edgePad + width*vg.Length(i%columns)
		left := x + s.Axes.leftRoom(width)
		area := vg.Rectangle{Min: vg.Point{X: left, Y: top - arrangedGap - h}, Max: vg.Point{X: x + width - overhang, Y: top - arrangedGap}}
		p := newPanel(area)
		f.add(letter(string(rune('a'+i)), x, top-arrangedGap+letterSize))
		if x, y := s.Axes.extents(s.Series); x.empty() || y.empty() {
			f.add(label{"no finite value", area.Min.Add(area.Max).Scale(0.5), write(fontSize, draw.XCenter, draw.YCenter)})
			continue
		}
		if len(s.Axes.Names) > 0 {
			p.setNamed(s, styles, left-x-2*tickPad-tickLength)
		} else {
			var own []entry
			for _, one := range s.Series {
				own = append(own, one.entry(s.Axes, styles[one.Label]))
			}
			p.setSpread(s.Axes, s.Series, own)
		}
		f.add(p)
	}
	return f, nil
}

// arrangedEntries are those of the legend, and the number of each label's style.
func arrangedEntries(panels []SpreadPanel) (entries []entry, styles map[string]int) {
	styles = map[string]int{}
	published, bands, known := false, false, 0
	for _, p := range panels {
		for _, s := range p.Series {
			bands = bands || !s.Published
			if _, again := styles[s.Label]; again {
				continue
			}
			if s.Published {
				styles[s.Label] = 0
				if !published {
					entries, published = append(entries, s.entry(p.Axes, 0)), true
				}
				continue
			}
			styles[s.Label] = known
			entries = append(entries, s.entry(p.Axes, known))
			known++
		}
	}
	if bands {
		entries = append(entries, entry{text: "(bands and bars: mean ± standard deviation)"})
	}
	return entries, styles
}

// leftRoom is what a panel needs left of its data.
func (a SpreadAxes) leftRoom(width vg.Length) vg.Length {
	var widest vg.Length
	for _, name := range a.Names {
		widest = max(widest, textWidth(clean(name)))
	}
	if len(a.Names) > 0 {
		return min(widest+letterSize+2*tickPad+tickLength, namesShare*width)
	}
	return lineSpacing*fontSize + labelPad + 26
}

// setNamed draws points with bars to the right of their names.
func (p *panel) setNamed(s SpreadPanel, styles map[string]int, room vg.Length) {
	_, x := s.Axes.extents(s.Series)
	if s.Axes.LogY {
		setLog(&p.X, x.lo/1.3, x.hi*1.3, clean(s.Axes.Y))
	} else {
		wide := x.padded()
		p.setSeconds(wide.lo, wide.hi)
		p.X.Label.Text = clean(s.Axes.Y)
	}
	n := len(s.Axes.Names)
	p.Y.Min, p.Y.Max = 0.5-float64(n), 0.5
	var ticks []plot.Tick
	for i, name := range s.Axes.Names {
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: fit(name, room)})
	}
	p.Y.Tick.Marker = plot.ConstantTicks(ticks)
	for _, one := range s.Series {
		one.Bars = true
		e := one.entry(s.Axes, styles[one.Label])
		at, mean := make([]float64, len(one.X)), s.Axes.shown(one.Mean)
		for i := range one.X {
			at[i] = -one.X[i]
			low, high := mean[i]-one.SD[i], mean[i]+one.SD[i]
			if s.Axes.LogY {
				low = max(low, p.X.Min)
			}
			if isFinite(low) && isFinite(high) {
				p.addLine([]float64{low, high}, []float64{at[i], at[i]}, draw.LineStyle{Color: e.glyph.Color, Width: traceWidth})
			}
		}
		p.data = append(p.data, &plotter.Scatter{XYs: finitePoints(mean, at), GlyphStyle: *e.glyph})
	}
}
