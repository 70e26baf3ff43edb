package plots

import (
	"math"

	"burstsim/sim/record"
)

// column is the recorded values of a signal's j-th unit within a window.
func column(s *record.Signal, j int, w record.Window) []float64 {
	out := make([]float64, w.Last-w.First)
	for i := range out {
		out[i] = s.At(w.First+i, j)
	}
	return out
}

// held tells values that mostly repeat the one before, as those of inputs that
// jump from one to the next do.
func held(values []float64) bool {
	same := 0
	for i := 1; i < len(values); i++ {
		if values[i] == values[i-1] {
			same++
		}
	}
	return 2*same >= len(values)-1
}

// lasting is a window of samples that each hold until the next one: the last as
// long as those before, but not beyond the end of the run, where the one that
// closes the recording has no time to hold.
func lasting(w record.Window, end float64) record.Window {
	interval := (w.End - w.Start) / float64(w.Last-w.First-1)
	if w.End >= end && w.Last-w.First > 2 {
		w.Last--
	}
	w.End = math.Max(w.End, math.Min(w.End+interval, end))
	return w
}

// endOf is when a run ends; +Inf if it has no phases.
func endOf(phases []record.Phase) float64 {
	if len(phases) == 0 {
		return math.Inf(1)
	}
	return phases[len(phases)-1].End
}

// extent is the range of finite values seen.
type extent struct{ lo, hi float64 }

func noExtent() extent { return extent{math.Inf(1), math.Inf(-1)} }

func (e *extent) include(values ...float64) {
	for _, v := range values {
		if isFinite(v) {
			e.lo, e.hi = math.Min(e.lo, v), math.Max(e.hi, v)
		}
	}
}

func (e extent) empty() bool { return e.lo > e.hi }

// padded leaves some room around the values, and around a constant one as much
// as it takes for its axis to have a scale.
func (e extent) padded() extent {
	room := 0.06 * (e.hi - e.lo)
	if largest := math.Max(math.Abs(e.lo), math.Abs(e.hi)); room <= 1e-9*largest || room == 0 {
		if room = largest / 10; room == 0 {
			room = 1
		}
	}
	return extent{e.lo - room, e.hi + room}
}

// isFinite tells values that can be drawn; larger ones leave an axis no room.
func isFinite(v float64) bool { return math.Abs(v) <= largestValue }

const (
	largestValue  = 1e100
	smallestValue = 1e-100 // on a logarithmic axis
)
