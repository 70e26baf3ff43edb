package main

import (
	"fmt"
	"math"
	"time"

	"github.com/schollz/progressbar/v3"

	"burstsim/internal/experiment"
)

const (
	progressSteps    = 10000 // resolution of the bar
	progressInterval = 100 * time.Millisecond
)

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
	return &progress{name, progressbar.NewOptions(progressSteps,
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
