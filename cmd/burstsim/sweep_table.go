package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"

	"burstsim/internal/sweep"
)

// sweepMeter is told how far a sweep is.
type sweepMeter interface {
	observe(sweep.Progress)
	finish()
}

// newSweepMeter is a table of runs on a terminal, and lines elsewhere.
func (p *program) newSweepMeter(plan *sweep.Plan, tells tells) sweepMeter {
	if p.terminal && tells.people() {
		return newRunsTable(plan, p.err, p.now)
	}
	return &sweepLines{out: p.err, display: p.newDisplay(tells), name: plan.Name, told: !tells.people()}
}

// expected says how many runs there are and about how long they take.
func expected(now sweep.Progress) string {
	return fmt.Sprintf("%d runs, %d to go: about %v\n", now.Total, now.Total-now.Done, rounded(now.Remaining))
}

// sweepLines say now and then how far a sweep is.
type sweepLines struct {
	out io.Writer
	display
	name string
	told bool // how long it takes
}

func (l *sweepLines) observe(now sweep.Progress) {
	if !l.told && now.Remaining > 0 {
		fmt.Fprint(l.out, expected(now))
		l.told = true
	}
	said := []string{l.name}
	if now.Failed > 0 {
		said = append(said, fmt.Sprintf("%d failed", now.Failed))
	}
	l.show(fraction(float64(now.Done)/float64(now.Total)), append(said, fmt.Sprintf("%d of %d runs", now.Done, now.Total))...)
}

// runsTable shows the runs that are on and the last that ended, drawn over in
// place.
type runsTable struct {
	plan *sweep.Plan
	now  func() time.Time
	stop chan struct{}
	over sync.WaitGroup

	mu     sync.Mutex
	screen screen
	last   sweep.Progress
	told   bool // how long it takes
}

// tableInterval is between two drawings of a table.
const tableInterval = 200 * time.Millisecond

func newRunsTable(plan *sweep.Plan, out io.Writer, now func() time.Time) *runsTable {
	t := &runsTable{plan: plan, now: now, stop: make(chan struct{}), screen: screen{out: out}}
	t.over.Go(func() {
		ticker := time.NewTicker(tableInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C: // whatever happened, times go on, and a terminal changes its size
				t.draw()
			case <-t.stop:
				return
			}
		}
	})
	return t
}

func (t *runsTable) observe(now sweep.Progress) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = now
	if !t.told && now.Remaining > 0 {
		t.screen.draw(nil)
		fmt.Fprint(t.screen.out, expected(now))
		t.told = true
	}
}

func (t *runsTable) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last.Total == 0 {
		return // nothing is known yet
	}
	_, height := terminalSize(t.screen.out)
	t.screen.draw(t.lines(tableRoom(height)))
}

// tableRoom is how many lines a table has on a terminal: half of them, so that it is
// still there whole, to be drawn over, when a terminal becomes half as wide.
func tableRoom(height int) int { return max(height/2, min(height-1, leastRoom), 1) }

// leastRoom is enough for two runs that are on and one that ended.
const leastRoom = 5

// finish takes the table away.
func (t *runsTable) finish() {
	close(t.stop)
	t.over.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.draw(nil)
}

// lines are as many of the table as there is room for: what the whole came to,
// then the runs that are on, then those that ended.
func (t *runsTable) lines(room int) []string {
	now := t.last
	said := fmt.Sprintf("%d of %d runs", now.Done, now.Total)
	if now.Failed > 0 {
		said += fmt.Sprintf(", %d failed", now.Failed)
	}
	if now.Remaining > 0 {
		said += fmt.Sprintf(", about %v left", rounded(now.Remaining))
	}
	const head = 2
	rows := [][]string{{"run", "time", "done", "loss", strings.Join(t.plan.Keys, ", ")}}
	for _, r := range now.Running[:min(len(now.Running), max(0, room-head))] {
		rows = append(rows, []string{
			strconv.Itoa(r.Number), rounded(t.now().Sub(r.Began)).String(), fmt.Sprintf("%.0f %%", 100*r.Done), short(r.Loss), t.values(r.Number),
		})
	}
	for _, r := range now.Last[:min(len(now.Last), max(0, room-head-len(now.Running)))] {
		row := []string{strconv.Itoa(r.Number), rounded(r.Took).String(), "done", short(r.Loss), t.values(r.Number)}
		if r.Failure != "" {
			row[2], row[4] = "failed", row[4]+": "+r.Failure
		}
		rows = append(rows, row)
	}
	lines := append([]string{said + "  " + t.plan.Name}, aligned(rows)...)
	return lines[:min(len(lines), room)]
}

// values are those of a run in the order of the plan's keys.
func (t *runsTable) values(run int) string { return strings.Join(t.plan.Points[run].Values, ", ") }

// short is a loss to three digits; "" if there is none.
func short(loss float64) string {
	if math.IsNaN(loss) {
		return ""
	}
	return fmt.Sprintf("%.3g", loss)
}

// aligned puts cells below each other, all but the last of a row at the right.
func aligned(rows [][]string) (lines []string) {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			wide[i] = max(wide[i], uniseg.StringWidth(c))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, c := range row[:len(row)-1] {
			b.WriteString(strings.Repeat(" ", wide[i]-uniseg.StringWidth(c)) + c + "  ")
		}
		lines = append(lines, b.String()+row[len(row)-1])
	}
	return lines
}
