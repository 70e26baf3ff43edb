package record

import (
	"math"
	"slices"
)

// Window is a stretch of samples without a gap, First to Last exclusive, at
// times from Start to End, both in seconds and both sampled.
type Window struct {
	First, Last int
	Start, End  float64
}

// gapIntervals is how many sample intervals without a sample make a gap.
const gapIntervals = 5

// Windows splits the times of samples, in seconds, at their gaps: where time
// stands still or goes back, and where it jumps by more than five times the
// median interval. A stretch of a single sample, of which no line can be drawn,
// is left out.
func Windows(times []float64) []Window {
	var intervals []float64
	for i := 1; i < len(times); i++ {
		if d := times[i] - times[i-1]; d > 0 && !math.IsInf(d, 0) {
			intervals = append(intervals, d)
		}
	}
	if len(intervals) == 0 {
		return nil
	}
	slices.Sort(intervals)
	gap := gapIntervals * intervals[(len(intervals)-1)/2]
	var out []Window
	first := 0
	for i := 1; i <= len(times); i++ {
		if i < len(times) {
			if d := times[i] - times[i-1]; d > 0 && d <= gap {
				continue
			}
		}
		if i-first > 1 {
			out = append(out, Window{first, i, times[first], times[i-1]})
		}
		first = i
	}
	return out
}
