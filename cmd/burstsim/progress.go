package main

import (
	"fmt"
	"io"
	"math"
	"strings"
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

// display shows how far something is: a fraction, and what there is to say of
// it, the most important last.
type display interface {
	show(done float64, said ...string)
	clear() // makes room for something else that is printed
	finish()
}

// newDisplay is a bar on a terminal and lines elsewhere, where a bar would be
// seen when all is over.
func (p *program) newDisplay(tells tells) display {
	switch {
	case tells.quiet:
		return silence{}
	case tells.json:
		return &events{out: p.out, now: p.now}
	case p.terminal:
		return &bar{out: p.err, ProgressBar: progressbar.NewOptions(progressSteps,
			progressbar.OptionSetWriter(p.err),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionThrottle(progressInterval),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionClearOnFinish(),
		)}
	}
	return &lines{out: p.err, now: p.now}
}

type silence struct{}

func (silence) show(float64, ...string) {}
func (silence) clear()                  {}
func (silence) finish()                 {}

// bar is drawn anew in one line of a terminal. What the terminal makes of it
// must not stop a run.
type bar struct {
	out io.Writer
	*progressbar.ProgressBar
}

const (
	barWidth = 20
	// besideBar is what percentage and times take beside a bar, which itself
	// gives way where a terminal is narrow.
	besideBar = 32
)

func (b *bar) show(done float64, said ...string) {
	width, _ := terminalSize(b.out)
	b.Describe(fitting(said, width-besideBar))
	_ = b.Set(int(progressSteps * done))
}

func (b *bar) clear() { _ = b.Clear() }

func (b *bar) finish() { _ = b.Finish() }

// fitting joins as many of the last things as there is room for: a line that
// wraps is not drawn over, but below.
func fitting(said []string, room int) string {
	for ; len(said) > 0; said = said[1:] {
		if text := strings.Join(said, "  "); len([]rune(text)) <= room {
			return text
		}
	}
	return ""
}

const (
	// firstLine is after how long there is something to say of a run that takes
	// its time.
	firstLine = 30 * time.Second
	// rarestLine is the longest time between two lines: long runs get fewer.
	rarestLine = 10 * time.Minute
)

// lines are printed one below another, now and then.
type lines struct {
	out   io.Writer
	now   func() time.Time
	began time.Time
	from  float64 // where it began
	next  time.Time
}

func (l *lines) show(done float64, said ...string) {
	now := l.now()
	if l.began.IsZero() {
		l.began, l.from, l.next = now, done, now.Add(firstLine)
	}
	if now.Before(l.next) {
		return
	}
	took := now.Sub(l.began)
	l.next = now.Add(min(max(firstLine, took/20), rarestLine))
	left := ""
	if done > l.from && done < 1 {
		more := time.Duration(float64(took) * (1 - done) / (done - l.from))
		left = fmt.Sprintf(", about %v left", more.Round(time.Second))
	}
	fmt.Fprintf(l.out, "%s  %.0f %% after %v%s\n", strings.Join(said, "  "), 100*done, took.Round(time.Second), left)
}

func (l *lines) clear() {}

func (l *lines) finish() {}

// progress shows how far a run is.
type progress struct {
	name string
	display
}

func (p *program) newProgress(name string, tells tells) *progress {
	return &progress{name, p.newDisplay(tells)}
}

func (s *progress) observe(now experiment.Progress) {
	digits := 0
	if now.Unit != "s" {
		digits = 1
	}
	said := []string{s.name, now.Variant, fmt.Sprintf("%.*f of %.0f %s", digits, now.Time, now.Duration, now.Unit)}
	if !math.IsNaN(now.Loss) {
		said = append(said, fmt.Sprintf("loss %.3g", now.Loss))
	}
	s.show(fraction(now.Done), said...)
}

func fraction(done float64) float64 { return min(max(done, 0), 1) }

// sharedProgress shows how far several runs are together.
type sharedProgress struct {
	mu sync.Mutex
	display
	done []float64
}

func (p *program) newSharedProgress(runs int, tells tells) *sharedProgress {
	return &sharedProgress{display: p.newDisplay(tells), done: make([]float64, runs)}
}

// part is the share of one run in what is shown of several.
type part struct {
	*sharedProgress
	run int
}

func (s part) observe(now experiment.Progress) { s.reached(fraction(now.Done)) }

func (s part) finish() { s.reached(1) }

func (s part) reached(done float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[s.run] = done
	var sum float64
	over := 0
	for _, d := range s.done {
		sum += d
		if d == 1 {
			over++
		}
	}
	s.show(sum/float64(len(s.done)), fmt.Sprintf("%d of %d runs", over, len(s.done)))
}

// print takes the display away while write prints something else.
func (s *sharedProgress) print(write func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	write()
}
