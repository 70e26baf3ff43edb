// Package plots draws what an experiment recorded: the dynamics of its burst
// signals, how it learned beside its comparisons, and how continuous time tends
// to the discrete limit. It needs recorded series only.
//
// Figures have the width of a journal's page (one column 89 mm, two columns
// 183 mm) and text of 7 to 8 points at that size. The same recording gives the
// same bytes.
package plots

import (
	"errors"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"burstsim/sim/record"
)

// Options are choices of the reader. The zero value works.
type Options struct {
	Units     int     // units shown of a layer, spread over the recorded ones; 0: 3
	PBaseline float64 // baseline of the burst probability, drawn as a thin line; 0: 0.5

	// Discrete tells for each variant whether it is in discrete time: its
	// samples then hold until the next one and are drawn as
	// steps. Variants behind its end are in continuous time.
	Discrete []bool

	// Phases are those of each variant; variants behind its end have the phases
	// of the result. Along the run of all, the first variant's are shaded.
	Phases [][]record.Phase

	// Wirings are those of each variant's populations that spike.
	Wirings []record.Wiring

	// Seeds names, for each variant, the group that differs from it in the seed
	// only; "" or behind its end: there is none. A group is drawn as one line in
	// front of its quartiles, with the outputs of its first variant.
	Seeds []string
	// What the dynamics show, if not the first variant, its lowest hidden layer
	// and all that was recorded.
	Variant int
	Layer   int          // from 1; 0: the lowest
	Indices []int        // of units of the layer, instead of Units of them
	Windows [][2]float64 // from and to, in seconds
	// Panels are those shown, by the names of their signals, such as "input", "output"
	// and "burst_prob"; nil: all. Inputs and Outputs are indices of recorded units; nil:
	// inputs spread over those that vary, and the first output. One output is shown.
	Panels  []string
	Inputs  []int
	Outputs []int
	// Limits are the ends of the axes of y of panels, by their names, "loss" of the
	// learning figure among them.
	Limits map[string][2]float64

	// Width of the figure in mm, from 60 to 300; 0: one or two columns of a journal,
	// whichever the figure is made for.
	Width float64
}

// Widths of figures that journals have, in mm.
var Widths = map[string]float64{"single": 89, "middle": 120, "double": 183}

// width is that of the figure, which is otherwise this wide.
func (o Options) width(otherwise vg.Length) vg.Length {
	if o.Width == 0 {
		return otherwise
	}
	return vg.Length(o.Width) * vg.Millimeter
}

func (o Options) discrete(variant int) bool {
	return variant < len(o.Discrete) && o.Discrete[variant]
}

func (o Options) phases(res *record.Result, variant int) []record.Phase {
	if variant < len(o.Phases) {
		return o.Phases[variant]
	}
	return res.Phases
}

func (o Options) wiring(variant int) record.Wiring {
	if variant < len(o.Wirings) {
		return o.Wirings[variant]
	}
	return record.Wiring{}
}

func (o Options) withDefaults() (Options, error) {
	if o.Units == 0 {
		o.Units = 3
	}
	if o.PBaseline == 0 {
		o.PBaseline = 0.5
	}
	if o.Width != 0 && !(o.Width >= 60 && o.Width <= 300) {
		return o, fmt.Errorf("plots: a width of %v mm, expected 60 to 300", o.Width)
	}
	if o.Units < 0 {
		return o, fmt.Errorf("plots: %d units to show, expected at least 1", o.Units)
	}
	if math.IsNaN(o.PBaseline) || o.PBaseline < 0 || o.PBaseline > 1 {
		return o, fmt.Errorf("plots: baseline burst probability %v, expected 0 to 1", o.PBaseline)
	}
	return o, nil
}

var errNothing = errors.New("plots: nothing was recorded")

// hasVariants reports why a result cannot be drawn at all.
func hasVariants(res *record.Result) error {
	if res == nil || len(res.Variants) == 0 {
		return errNothing
	}
	return nil
}

// Figure is a drawing of a fixed size. It can be written many times, in any of
// the formats.
type Figure struct {
	width, height vg.Length
	parts         []part // painted in this order
}

// part is a piece of a figure at a fixed place.
type part interface{ draw(c draw.Canvas) }

func (f *Figure) add(parts ...part) { f.parts = append(f.parts, parts...) }

func (f *Figure) draw(c draw.Canvas) {
	c.SetColor(white)
	c.Fill(c.Rectangle.Path())
	for _, p := range f.parts {
		p.draw(c)
	}
}

// WriteTo writes the figure as "png" (300 dots an inch), "svg" or "pdf" (fonts
// embedded). Nothing is written if the format is unknown.
func (f *Figure) WriteTo(w io.Writer, format string) error {
	encode, ok := encoders[format]
	if !ok {
		return fmt.Errorf("plots: format %q, expected png, svg or pdf", format)
	}
	return encode(f, w)
}
