package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

func (d *spikesData) addRasters(s *sheet) {
	top := s.y - topPad
	right := s.width - edgePad - overhang
	width := (right - edgePad - margin - columnGap*vg.Length(len(d.windows)-1)) / vg.Length(len(d.windows))
	shown := noExtent()
	wins := make([]*record.Window, len(d.windows))
	for w, span := range d.windows {
		if len(d.potentials) == 0 {
			break
		}
		if wins[w] = within(d.Trajectory.Time, record.Window{Last: len(d.Trajectory.Time)}, span[0], span[1]); wins[w] != nil {
			for _, x := range d.potentials {
				shown.include(column(x, d.unit, *wins[w])...)
			}
		}
	}
	rows := len(d.Spikes.Populations)
	last := rows - 1
	if shown.empty() {
		shown.include(0)
	}
	if len(d.potentials) > 0 {
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
				p.setY(-1, float64(min(population.Size, mostNeurons)), "neurons of\n"+fit(population.Name, height+rowGap))
				p.Y.Tick.Marker = plot.ConstantTicks(nil)
				for kind, style := range spikeStyles {
					r := &d.rasters[w][i]
					p.data = append(p.data, ticks{r.times[kind], r.places[kind], style.height, draw.LineStyle{Color: style.colour, Width: style.width}})
				}
			} else {
				e := shown.padded()
				p.setY(e.lo, e.hi, "potentials of\na neuron (mV)")
				for k, x := range d.potentials {
					if wins[w] != nil {
						p.addLine(d.Trajectory.Time[wins[w].First:wins[w].Last], column(x, d.unit, *wins[w]), potentialStyle(k))
					}
				}
			}
			s.add(p)
			if i < rows && d.rasters[w][i].empty() {
				style := write(fontSize, draw.XCenter, draw.YCenter)
				style.Color = mute
				s.add(label{"no spikes", vg.Point{X: x + width/2, Y: top - height/2}, style})
			}
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
