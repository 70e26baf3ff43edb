package bench

import (
	"fmt"

	"burstsim/plots"
)

// Point is the cost of a step of one network: Euler, float32, batch 1, with
// learning.
type Point struct {
	Along        string // what grows: "width" or "depth"
	Width, Depth int    // of the hidden layers
	Plasticity   string // "joint" or "split"
	Seconds      float64
	Median       float64
	Bytes        float64 // moved in a step; see Traffic
	// Bandwidth is that of copying between two arrays that hold as much as the
	// weights, in bytes/s.
	Bandwidth float64
}

// Limit is the time (s) of a step that would only move its bytes.
func (p Point) Limit() float64 { return p.Bytes / p.Bandwidth }

// Traffic is the number of bytes of weights that an Euler step with learning and
// tied feedback moves, and how many it moves them in.
//
// Every weight is read for the somata and, above layer 1, for the dendrites
// below. With split plasticity the update of the step before reads and writes it
// in the same pass as the somata. With joint plasticity the update is a pass of
// its own, whose slopes do not leave the processor. In float32, of an element of
// 4 bytes, the update reads and writes a carry too.
func Traffic(sizes []int, element int, split bool) (bytes, held float64) {
	somata, copies := 3.0, 1.0
	if split {
		somata = 2
	}
	if element == 4 {
		somata, copies = somata+2, copies+1
	}
	for l := 1; l < len(sizes); l++ {
		weights := float64(sizes[l]*sizes[l-1]) * float64(element)
		passes := somata
		if l > 1 {
			passes++
		}
		bytes += passes * weights
		held += copies * weights
	}
	return bytes, held
}

// scaling follows the cost of a step as layers become wider and more.
func (r *run) scaling() error {
	for _, split := range []bool{false, true} {
		for _, width := range r.widths {
			if err := r.point("width", width, 1, split); err != nil {
				return err
			}
		}
		for _, depth := range r.depths {
			if err := r.point("depth", r.depthWidth, depth, split); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) point(along string, width, depth int, split bool) error {
	sizes := []int{r.inputs}
	for range depth {
		sizes = append(sizes, width)
	}
	sizes = append(sizes, 10)
	t, err := timeStep[float32](r, sizes, "euler", split, streams(sizes, 1))
	if err != nil {
		return fmt.Errorf("%s: %w", join(sizes), err)
	}
	p := Point{Along: along, Width: width, Depth: depth, Plasticity: plasticity(split), Seconds: t.best(), Median: t.median()}
	var held float64
	p.Bytes, held = Traffic(sizes, 4, split)
	p.Bandwidth = r.bandwidthOf(held)
	r.report.Scaling = append(r.report.Scaling, p)
	return nil
}

// Figure draws the cost of a step against width and depth.
func (r *Report) Figure() (*plots.Figure, error) {
	var panels []plots.ScalingPanel
	for _, along := range []string{"width", "depth"} {
		panel := plots.ScalingPanel{Label: "units of the hidden layer"}
		if along == "depth" {
			panel.Label = "hidden layers"
		}
		for _, kind := range []string{"joint", "split"} {
			cost := plots.ScalingSeries{Label: kind + " plasticity"}
			limit := plots.ScalingSeries{Label: "bandwidth limit, " + kind, Limit: true}
			for _, p := range r.Scaling {
				if p.Along != along || p.Plasticity != kind {
					continue
				}
				x := float64(p.Width)
				if along == "depth" {
					x = float64(p.Depth)
				}
				cost.X, cost.Y = append(cost.X, x), append(cost.Y, p.Seconds)
				limit.X, limit.Y = append(limit.X, x), append(limit.Y, p.Limit())
			}
			panel.Series = append(panel.Series, cost, limit)
		}
		panels = append(panels, panel)
	}
	return plots.Scaling(panels)
}
