// Package alarm tells that some time has passed to a loop whose turns are
// shorter than it takes to ask for the time.
package alarm

import (
	"sync/atomic"
	"time"
)

// Alarm rings again and again.
type Alarm struct {
	every time.Duration
	rung  atomic.Bool
	timer *time.Timer
}

// New returns an alarm that rings once a time from now; never, if that is 0.
func New(every time.Duration) *Alarm {
	a := &Alarm{every: every}
	if every > 0 {
		a.timer = time.AfterFunc(every, func() { a.rung.Store(true) })
	}
	return a
}

// Rang tells whether the alarm has rung, and rings until it is set again.
func (a *Alarm) Rang() bool { return a.rung.Load() }

// Set lets the alarm ring the next time a full time from now.
func (a *Alarm) Set() {
	if a.timer == nil {
		return
	}
	a.timer.Reset(a.every)
	a.rung.Store(false)
}

// Stop ends the alarm. It may go on saying that it rang.
func (a *Alarm) Stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
