package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// momentFormat is that of keys that say when something happens.
const momentFormat = "moment"

// moment is a time or an epoch at which something happens, or the distance between
// two.
type moment struct {
	every bool
	time  Duration // if it is one
	epoch int64    // otherwise
	timed bool
}

func parseMoment(text string) (m moment, ok bool) {
	rest, every := strings.CutPrefix(text, "every ")
	m.every = every
	rest = strings.TrimSpace(rest)
	if m.time, ok = ParseDuration(rest); ok {
		m.timed = true
		return m, m.time > 0 || m.time == 0 && !every
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	m.epoch = n
	return m, err == nil && (n > 0 || n == 0 && !every)
}

// asMoments is a value as the list of texts that it stands for: a time or number
// alone is a distance, and numbers are texts.
func (n *node) asMoments() *node {
	text := func(n *node) *node {
		if x, ok := n.value.(int64); ok {
			other := *n
			other.value = strconv.FormatInt(x, 10)
			return &other
		}
		return n
	}
	out := *n
	if !n.isList {
		one := *text(n)
		s, ok := one.value.(string)
		if !ok {
			return n
		}
		if !strings.HasPrefix(s, "every ") {
			one.value = "every " + s
		}
		out = node{at: n.at, line: n.line, set: n.set, vary: n.vary, opening: n.opening, end: n.end, isList: true, list: []*node{&one}}
		return &out
	}
	out.list = slices.Clone(n.list)
	for i := range out.list {
		out.list[i] = text(out.list[i])
	}
	return &out
}

// Snapshots says when weights are recorded: the distance, 0 if there is none, and times
// in ascending order, in units of simulated time, or epochs of a training.
func (c Config) Snapshots(unit time.Duration) (every int64, at []int64) {
	for _, text := range c.Record.Weights {
		m, _ := parseMoment(text)
		n := m.epoch
		if m.timed {
			n = int64(m.time) / int64(unit)
		}
		if m.every {
			every = n
		} else {
			at = append(at, n)
		}
	}
	slices.Sort(at)
	return every, at
}

// checkSnapshots refuses times at which weights cannot be recorded, and what would
// record nothing.
func (d *decoder) checkSnapshots(c *Config) {
	distances, seen := 0, map[moment]bool{}
	for i, text := range c.Record.Weights {
		m, ok := parseMoment(text)
		refuse := func(format string, args ...any) {
			d.refuse(c, []string{fmt.Sprintf("record.weights[%d]", i), "record.weights", "time.kind", "task.kind"}, format, args...)
		}
		if m.every {
			distances++
		}
		switch {
		case !ok:
			return // said where it is read
		case seen[m]:
			refuse("%q is given twice, expected each time once", text)
		case distances > 1:
			refuse("%q is a second distance, expected at most one", text)
		case m == moment{} || m == moment{timed: true}: // 0, which needs no unit
		case c.Trains() && m.timed:
			refuse("%q is a time, expected an epoch such as 5: a training on a data set has epochs", text)
		case c.Trains() && m.epoch > int64(c.Task.Epochs):
			refuse("%q is beyond the %d epochs of the run", text, c.Task.Epochs)
		case c.Trains():
		case !m.timed:
			refuse("%q has no unit, expected a time such as \"10s\"", text)
		case m.time.Seconds() > c.length():
			refuse("%q is beyond the %.6g s of the run", text, c.length())
		case c.Time.Kind == "discrete" && m.time%c.Period() != 0:
			refuse("%q, expected a multiple of %v: the discrete model changes its weights there", text, time.Duration(c.Period()))
		case c.Spikes() && m.time%c.Time.Dt != 0:
			refuse("%q, expected a multiple of time.dt, %v", text, c.Time.Dt)
		case c.Spikes() && !slices.ContainsFunc(c.Spiking.Connections, func(x Connection) bool { return x.Rule != "none" && x.Tied == "" }):
			refuse("is %q, but no connection learns", text)
		}
		seen[m] = true
	}
}

// length is how long a run lasts that has no epochs, s.
func (c *Config) length() float64 {
	if c.Spikes() {
		return c.spikingSpan()
	}
	return min(math.MaxInt64, (c.Time.Before + c.Time.Learn + c.Time.After).Seconds())
}
