package sim

import (
	"fmt"
	"math"
	"time"

	"burstsim/sim/record"
)

// Recording says what a simulation keeps.
type Recording struct {
	Metrics time.Duration // time between two rows of metrics; > 0
	Sample  time.Duration // time between two samples of the trajectory; 0: none
	Units   int           // units recorded of each layer, spread over it evenly
	Windows []Window      // when the trajectory is kept, ascending
}

// Window is a stretch of simulated time, both ends included.
type Window struct{ Start, End time.Duration }

// recorder samples the signals of a network.
type recorder[F Float] struct {
	every   time.Duration
	windows []Window
	signals []func() []F
	out     *record.Trajectory
}

// newRecorder prepares a recording. grid is the time between two states of a
// discrete network, of which no state lies in between.
func newRecorder[F Float](net *Network[F], rec Recording, grid time.Duration) *recorder[F] {
	r := &recorder[F]{every: rec.Sample, windows: rec.Windows, out: &record.Trajectory{}}
	if rec.Sample == 0 {
		r.windows = nil
	}
	if grid > 0 {
		r.every = grid * max(1, rec.Sample/grid)
	}
	add := func(name, label string, units []int, value func() []F) {
		r.signals = append(r.signals, value)
		r.out.Signals = append(r.out.Signals, &record.Signal{Name: name, Label: label, Units: units})
	}
	top := net.Layers()
	add("input", "input", spread(net.Size(0), rec.Units), net.Input)
	add("target", "target", spread(net.Size(top), rec.Units), net.Target)
	add("output", "output", spread(net.Size(top), rec.Units), net.Output)
	for _, s := range net.Signals() {
		add(fmt.Sprintf("%s_%d", s.Name, s.Layer), s.Label, spread(s.Units, rec.Units), s.Value)
	}
	return r
}

// spread picks k of n units, from the first to the last.
func spread(n, k int) []int {
	k = max(1, min(n, k))
	units := make([]int, k)
	for i := range units {
		units[i] = i * (n - 1) / max(1, k-1)
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

// take records the present values of the first row, unless time t was taken.
func (r *recorder[F]) take(t time.Duration) {
	if !r.due(t) {
		return
	}
	r.out.Time = append(r.out.Time, t.Seconds())
	for k, s := range r.out.Signals {
		v := r.signals[k]()
		for _, j := range s.Units {
			s.Values = append(s.Values, float64(v[j]))
		}
	}
}
