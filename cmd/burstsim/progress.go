package main

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"burstsim/internal/experiment"
)

const (
	progressSteps    = 10000 // resolution of the bar
	progressInterval = 100 * time.Millisecond
)

// meter is told how far a run is.
type meter interface {
	observe(experiment.Progress)
	finish()
}

// progress shows how far a run is. Its zero value shows nothing.
type progress struct {
	name string
	bar  *progressbar.ProgressBar
}

// newProgress is silent unless standard error is a terminal.
func (p *program) newProgress(name string, quiet bool) *progress {
	if quiet || !p.terminal {
		return &progress{}
	}
	return &progress{name: name, bar: progressbar.NewOptions(progressSteps,
		progressbar.OptionSetWriter(p.err),
		progressbar.OptionSetDescription(name),
		progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(progressInterval),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(),
	)}
}

// observe draws the bar anew, once an interval at most. What the terminal
// makes of it must not stop a run.
func (s *progress) observe(now experiment.Progress) {
	if s.bar == nil {
		return
	}
	loss := ""
	if !math.IsNaN(now.Loss) {
		loss = fmt.Sprintf("  loss %.3g", now.Loss)
	}
	digits := 0
	if now.Unit != "s" {
		digits = 1
	}
	s.bar.Describe(fmt.Sprintf("%s %s  %.*f of %.0f %s%s", s.name, now.Variant, digits, now.Time, now.Duration, now.Unit, loss))
	_ = s.bar.Set(int(progressSteps * min(max(now.Done, 0), 1)))
}

// finish removes the bar.
func (s *progress) finish() {
	if s.bar != nil {
		_ = s.bar.Finish()
	}
}

// share makes the bar that of n runs at the same time.
func (s *progress) share(n int) *sharedProgress {
	return &sharedProgress{bar: s, done: make([]float64, n)}
}

// sharedProgress shows how far several runs are together.
type sharedProgress struct {
	mu   sync.Mutex
	bar  *progress
	done []float64
}

// part is the share of one run in the bar of several.
type part struct {
	*sharedProgress
	run int
}

func (s part) observe(now experiment.Progress) { s.reached(min(max(now.Done, 0), 1)) }

func (s part) finish() { s.reached(1) }

func (s part) reached(done float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[s.run] = done
	s.show()
}

func (s *sharedProgress) show() {
	if s.bar.bar == nil {
		return
	}
	var sum float64
	over := 0
	for _, d := range s.done {
		sum += d
		if d == 1 {
			over++
		}
	}
	s.bar.bar.Describe(fmt.Sprintf("%d of %d runs", over, len(s.done)))
	_ = s.bar.bar.Set(int(progressSteps * sum / float64(len(s.done))))
}

// clear takes the bar from the terminal for something else that is printed.
func (s *sharedProgress) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar.bar != nil {
		_ = s.bar.bar.Clear()
	}
}
