package bench

import (
	"context"
	"runtime"
	"slices"
	"time"
)

// meter times an operation several times over, each time for about so long.
type meter struct {
	seconds float64
	repeats int
}

// timing is the time of one operation in seconds, by repeats, the shortest
// first, and its allocations.
type timing struct {
	sorted      []float64
	allocations float64
}

func (t timing) best() float64   { return t.sorted[0] }
func (t timing) median() float64 { return t.sorted[len(t.sorted)/2] }

// time measures f, which does its operation n times. What f does first, while
// the number of operations is found, warms caches up. An end of ctx shortens it
// to one repeat.
func (m meter) time(ctx context.Context, f func(n int)) timing {
	n := 1
	for {
		begin := time.Now()
		f(n)
		took := time.Since(begin).Seconds()
		if took >= m.seconds/2 || n >= 1<<30 {
			n = max(1, int(float64(n)*m.seconds/took))
			break
		}
		n = min(1<<30, max(2*n, int(float64(n)*min(100, 0.6*m.seconds/max(took, 1e-9)))))
	}
	t := timing{allocations: -1}
	for range m.repeats {
		seconds, allocations := once(f, n)
		t.sorted = append(t.sorted, seconds)
		if t.allocations < 0 || allocations < t.allocations {
			t.allocations = allocations // others may allocate, too
		}
		if ctx.Err() != nil {
			break
		}
	}
	slices.Sort(t.sorted)
	return t
}

func once(f func(n int), n int) (seconds, allocations float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	f(n)
	took := time.Since(begin)
	runtime.ReadMemStats(&after)
	// Whole allocations, as testing counts them: what the runtime itself does
	// now and then is not one of an operation's.
	return took.Seconds() / float64(n), float64((after.Mallocs - before.Mallocs) / uint64(n))
}

// in makes a time into a line, in seconds divided by unit.
func (t timing) in(group, name, unit string, seconds float64) Result {
	return Result{Group: group, Name: name, Unit: unit, Best: t.best() / seconds, Median: t.median() / seconds}
}

// rate makes it into a line of amount per second.
func (t timing) rate(group, name, unit string, amount float64) Result {
	return Result{Group: group, Name: name, Unit: unit, Best: amount / t.best(), Median: amount / t.median()}
}
