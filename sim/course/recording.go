package course

import (
	"fmt"
	"math"
	"slices"
	"time"

	"burstsim/sim"
	"burstsim/sim/record"
)

// Recording says what a simulation keeps.
type Recording struct {
	Metrics time.Duration // time between two rows of metrics; > 0
	// Angles is the time over which changes and gradients add up before angles
	// are taken between them; 0 means 10 s. A phase begins with an interval and
	// ends the last.
	Angles  time.Duration
	Sample  time.Duration  // time between two samples of the trajectory; 0: none
	Units   int            // units recorded of each layer, spread over it evenly
	Chosen  []int          // which units are recorded instead; a layer that has none of them records unit 0
	Inputs  []int          // which inputs are recorded; nil: as of any layer
	Signals []string       // names of the signals that are recorded beside input, target and output; nil: all
	Windows []Window       // when the trajectory is kept, ascending
	Weights record.Moments // when all weights are recorded, in ns; in discrete time where samples end
}

// Window is a stretch of simulated time, both ends included.
type Window struct{ Start, End time.Duration }

// recorder samples the signals of a network.
type recorder[F sim.Float] struct {
	every   time.Duration
	windows []Window
	values  []func() []F
	signals []*record.Signal // without values
	rows    record.Rows
	row     []float64
	last    time.Duration // when the last sample was taken; -1 before the first
}

// newRecorder prepares a recording. An engine with a grid has no state in
// between.
func newRecorder[F sim.Float](net *sim.State[F], rec Recording, engine sim.Engine[F], journal record.Journal) (*recorder[F], error) {
	r := &recorder[F]{every: rec.Sample, windows: rec.Windows, last: -1}
	if rec.Sample == 0 {
		r.windows = nil
	}
	if grid := engine.Grid(); grid > 0 {
		r.every = grid * max(1, rec.Sample/grid)
	}
	width := 1 // the time
	add := func(name, label string, units []int, value func() []F) {
		r.values = append(r.values, value)
		r.signals = append(r.signals, &record.Signal{Name: name, Label: label, Units: units})
		width += len(units)
	}
	top := net.Layers()
	inputs := rec.Inputs
	if inputs == nil {
		inputs = rec.units(net.Size(0))
	}
	add("input", "input", inputs, net.Input)
	add("target", "target", rec.units(net.Size(top)), net.Target)
	add("output", "output", rec.units(net.Size(top)), net.Output)
	for _, s := range net.Signals() {
		if rec.Signals == nil || slices.Contains(rec.Signals, s.Name) {
			add(fmt.Sprintf("%s_%d", s.Name, s.Layer), s.Label, rec.units(s.Units), s.Value)
		}
	}
	r.row = make([]float64, 0, width)
	var err error
	r.rows, err = journal.Rows("trajectory", record.Layout{Signals: r.signals})
	return r, err
}

// units are those recorded of n.
func (rec Recording) units(n int) []int {
	if len(rec.Chosen) == 0 {
		return record.Spread(n, max(1, rec.Units))
	}
	var units []int
	for _, u := range rec.Chosen {
		if u < n {
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		return []int{0}
	}
	return units
}

// due reports whether a sample is to be taken at time t.
func (r *recorder[F]) due(t time.Duration) bool {
	for _, w := range r.windows {
		if t >= w.Start && t <= w.End {
			return t%r.every == 0
		}
	}
	return false
}

// next is the time of the first sample after t.
func (r *recorder[F]) next(t time.Duration) time.Duration {
	for _, w := range r.windows {
		first := max(following(t, r.every), roundUp(w.Start, r.every))
		if first <= w.End {
			return first
		}
	}
	return math.MaxInt64
}

func roundUp(t, every time.Duration) time.Duration { return (t + every - 1) / every * every }

// take records the present values of the first row as those of time t, unless
// that was taken.
func (r *recorder[F]) take(t time.Duration) error {
	if t == r.last {
		return nil
	}
	r.last = t
	r.row = append(r.row[:0], t.Seconds())
	for k, s := range r.signals {
		v := r.values[k]()
		for _, j := range s.Units {
			r.row = append(r.row, float64(v[j]))
		}
	}
	return r.rows.Append(r.row)
}
