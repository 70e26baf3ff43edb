package sweep

import (
	"math"
	"slices"
	"time"

	"burstsim/internal/experiment"
)

// Progress is how far an execution is. Who observes it may keep it.
type Progress struct {
	Total     int           // runs of the part of the plan that is executed
	Done      int           // those of them of which nothing is left to do
	Failed    int           // those that failed, of Done and of this execution
	Remaining time.Duration // about, for all; 0 before the first run is over
	Running   []Running     // those that are on, by their numbers
	Last      []Ended       // the last few that ended, the latest first
}

// Running is a run that is on.
type Running struct {
	Number int // of the point in the plan
	Began  time.Time
	Done   float64 // fraction, 0..1
	Loss   float64 // of the variant that spoke last; NaN before there is one
}

// Ended is a run that ended.
type Ended struct {
	Number  int
	Took    time.Duration
	Loss    float64 // or test error, of the first variant; NaN if there is none
	Failure string  // "" if it did not fail
}

const (
	// mostEnded is how many ended runs are said.
	mostEnded = 8
	// observeEvery is how often a run that is on says how far it is.
	observeEvery = 100 * time.Millisecond
)

// begins notes that a run begins, and returns who hears how far it is; nil if
// nobody does.
func (e *executor) begins(i int) func(experiment.Progress) {
	if e.work.Observe == nil {
		return nil
	}
	now := Running{Number: i, Began: time.Now(), Loss: math.NaN()}
	e.note(func() {
		at, _ := e.running(i)
		e.progress.Running = slices.Insert(slices.Clone(e.progress.Running), at, now)
	})
	last := now.Began
	return func(p experiment.Progress) {
		if time.Since(last) < observeEvery {
			return
		}
		last = time.Now()
		e.note(func() {
			if at, on := e.running(i); on {
				now.Done, now.Loss = min(max(p.Done, 0), 1), p.Loss
				e.progress.Running = slices.Clone(e.progress.Running) // observers keep the old one
				e.progress.Running[at] = now
				e.estimate()
			}
		})
	}
}

// running is where a run is, or would be, among those that are on.
func (e *executor) running(i int) (at int, on bool) {
	return slices.BinarySearchFunc(e.progress.Running, i, func(r Running, i int) int { return r.Number - i })
}

// ends notes that a run is not on any more, which observers hear with what it came
// to.
func (e *executor) ends(i int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if at, on := e.running(i); on {
		e.progress.Running = slices.Delete(slices.Clone(e.progress.Running), at, at+1)
	}
}

// ended notes what a run came to.
func (e *executor) ended(i int, rec *Record) {
	if e.work.Observe == nil {
		return
	}
	over := Ended{Number: i, Took: seconds(rec.Seconds), Loss: math.NaN(), Failure: rec.Failure}
	if len(rec.Variants) > 0 {
		for _, name := range []string{"test_error", "loss_final"} {
			if x, ok := rec.Variants[0].Results[name]; ok {
				over.Loss = float64(x)
			}
		}
	}
	kept := e.progress.Last[:min(len(e.progress.Last), mostEnded-1)]
	e.progress.Last = append([]Ended{over}, kept...)
}

// estimate says how long the rest takes, from the mean of the runs that ended.
func (e *executor) estimate() {
	if e.known == 0 {
		return
	}
	left := float64(e.progress.Total - e.progress.Done)
	for _, r := range e.progress.Running {
		left -= r.Done
	}
	mean := float64(e.ran) / float64(e.known)
	e.progress.Remaining = time.Duration(mean * max(left, 0) / float64(e.workers))
}
