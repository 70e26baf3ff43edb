package config

import (
	"fmt"
	"math"
	"time"
)

// windowSpan is the length of the windows that are recorded unless the file
// says otherwise, in shortest input periods or presentations.
const windowSpan = 5

// longestShown bounds windows: years that are too many are refused elsewhere, and
// must not overflow here.
const longestShown = math.MaxInt64 / (16 * windowSpan)

// Span is a time in which the task shows something: the shortest period of the
// inputs, ten samples of signals, forty frames of films, or two presentations.
func (c Config) Span() Duration {
	switch c.Task.Kind {
	case "regression":
		return c.Task.ShortestPeriod
	case "video":
		return min(c.Task.Frame, math.MaxInt64/10000) * 40
	case "signals":
		return min(c.Task.Sample, math.MaxInt64/100) * 10
	}
	return 2 * (min(c.Task.Hold, longestShown) + min(c.Blank(), longestShown))
}

// Windows are the stretches of simulated time whose trajectory is kept, in
// their order: those of the file, otherwise around the start of teaching, early
// in learning, and around its end.
func (c Config) Windows() []Window {
	if len(c.Record.Windows) > 0 {
		return c.Record.Windows
	}
	if c.Spikes() {
		return c.spikingWindows()
	}
	var all []Window
	before, learn := c.Time.Before, c.Time.Learn
	end := before + learn + c.Time.After
	half := windowSpan * c.Span() / 2
	from := Duration(0)
	for _, middle := range []Duration{before, before + max(3*half, learn/50), before + learn} {
		start, stop := max(from, middle-half), min(middle+half, end)
		if start < stop {
			all = append(all, Window{Start: start, Length: stop - start})
			from = stop
		}
	}
	return all
}

// checkWindows refuses a window without a sample.
func (d *decoder) checkWindows(c *Config) {
	if c.Trains() {
		return
	}
	every := c.Record.Sample
	if c.Time.Kind == "discrete" { // which has no states in between
		every = c.Period() * max(1, every/c.Period())
	}
	samples := 0
	for i, w := range c.Windows() {
		if first := (w.Start + every - 1) / every * every; first <= w.Start+w.Length {
			samples++
		} else if len(c.Record.Windows) > 0 {
			d.refuse(c, []string{fmt.Sprintf("record.windows[%d]", i), "record.windows", "record.sample", "task.sample", "task.hold"},
				"the window from %v to %v has no sample: these are at multiples of %v", time.Duration(w.Start),
				time.Duration(w.Start+w.Length), time.Duration(every))
		}
	}
	if len(c.Record.Windows) == 0 && samples == 0 {
		d.refuse(c, []string{"record.sample", "time.before", "time.learn", "task.shortest_period", "task.hold"},
			"is %v, which leaves no sample in the windows that are recorded, %v each; expected less, or record.windows",
			c.Record.Sample, windowSpan*c.Span())
	}
}
