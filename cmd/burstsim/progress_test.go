package main

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// TestProgress: a terminal has a bar at once, anything else a line now and then
// of a run that takes its time, and more rarely the longer it takes.
func TestProgress(t *testing.T) {
	line := "demo  continuous  600 of 1200 s  loss 0.0125  50 % after 31s, about 31s left\n"
	for _, test := range []struct {
		name     string
		terminal bool
		args     []string
		step     time.Duration // between two reports
		want     string        // that standard error has
		lines    int
	}{
		{"terminal", true, nil, 0, "600 of 1200 s  loss 0.0125", 0},
		{"quiet terminal", true, []string{"--quiet"}, 0, "", 0},
		{"short", false, nil, time.Second, "", 0},
		{"piped", false, nil, 31 * time.Second, line, 2},
		{"quiet", false, []string{"--quiet"}, 31 * time.Second, "", 0},
		{"seeds", false, []string{"--seeds", "1"}, 31 * time.Second, line[4:], 2},
		{"for programs", false, []string{"--json"}, 31 * time.Second, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t)
			now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
			f.terminal, f.now = test.terminal, func() time.Time { return now }
			f.run = func(_ context.Context, _ config.Config, opt experiment.Options) (*record.Result, *experiment.Summary, error) {
				opt.Observe(experiment.Progress{Variant: "continuous", Time: 0, Duration: 1200, Unit: "s", Loss: math.NaN()})
				if test.terminal {
					time.Sleep(2 * progressInterval)
				}
				now = now.Add(test.step)
				opt.Observe(experiment.Progress{Variant: "continuous", Done: 0.5, Time: 600, Duration: 1200, Unit: "s", Loss: 0.0125})
				now = now.Add(test.step)
				opt.Observe(experiment.Progress{Variant: "continuous", Done: 1.0000001, Time: 1200, Duration: 1200, Unit: "s", Loss: 0.01})
				res, sum := recorded()
				return res, sum, nil
			}
			if status := f.execute(append([]string{"run", f.file, "--out", f.dir}, test.args...)...); status != statusOK {
				t.Fatalf("exit status %d: %s", status, f.err.String())
			}
			got := f.err.String()
			if !strings.Contains(got, test.want) || test.want == "" && got != "" || strings.Count(got, "\n") != test.lines {
				t.Errorf("standard error is %q, expected %d lines with %q", got, test.lines, test.want)
			}
		})
	}
}

// Several runs have one line together, and fewer the longer they take.
func TestSharedProgress(t *testing.T) {
	f := newFixture(t)
	begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	now := begin
	f.now = func() time.Time { return now }
	shared := f.newSharedProgress(4, tells{})
	first := part{shared, 0}
	first.observe(experiment.Progress{Done: 0})
	now = now.Add(30 * time.Second)
	first.finish()
	if got, want := f.err.String(), "1 of 4 runs  25 % after 30s, about 1m30s left\n"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
	f.err.Reset()
	const day = 24 * time.Hour
	for now.Sub(begin) < day {
		now = now.Add(time.Second)
		part{shared, 1}.observe(experiment.Progress{Done: now.Sub(begin).Seconds() / day.Seconds()})
	}
	if n := strings.Count(f.err.String(), "\n"); n < int(day/rarestLine) || n > int(day/rarestLine)+100 {
		t.Errorf("%d lines a day", n)
	}
}

// Programs read a line of JSON for each step that is worth it, then the folder.
func TestEvents(t *testing.T) {
	f := newFixture(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	f.now = func() time.Time { return now }
	f.run = func(_ context.Context, _ config.Config, opt experiment.Options) (*record.Result, *experiment.Summary, error) {
		for i := range 100 {
			opt.Observe(experiment.Progress{Variant: "continuous", Done: float64(i) / 100, Time: float64(i), Duration: 100, Unit: "s", Loss: math.NaN()})
			now = now.Add(eventInterval / 10)
		}
		res, sum := recorded()
		return res, sum, nil
	}
	if status := f.execute("run", f.file, "--out", f.dir, "--json"); status != statusOK {
		t.Fatalf("exit status %d: %s", status, f.err.String())
	}
	var all []event
	for line := range strings.Lines(f.out.String()) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, e)
	}
	if len(all) != 11 {
		t.Fatalf("%d lines, expected 10 of progress and the folder", len(all))
	}
	for i, e := range all[:10] {
		if e.Progress == nil || math.Abs(*e.Progress-float64(i)/10) > 1e-9 || !slices.Contains(e.Said, "continuous") {
			t.Errorf("line %d is %+v", i, e)
		}
	}
	if all[10].Folder != f.dir || all[10].Progress != nil {
		t.Errorf("the last line is %+v, expected the folder %s", all[10], f.dir)
	}
}
