// Package presentations says when things are shown that follow each other in
// continuous time, each for as long, with a blank behind each or without.
package presentations

import "math"

// Clock tells at any time what is shown: presentation k lasts from k Period to k
// Period + hold, and then there is nothing until the next one.
//
// Where two of these meet the later one counts, unless a simulation has said
// with Enter that it is still within the earlier one, as in the last stage of an
// integration step that ends there. Only Enter changes a clock.
type Clock struct {
	hold, blank float64 // s; more than 0, at least 0
	entered     bool
	within      int // stretch entered last: 2 k is presentation k, 2 k + 1 the blank behind it
}

// New returns a clock of presentations of so many seconds, with blanks of so many
// seconds behind them.
func New(hold, blank float64) Clock { return Clock{hold: hold, blank: blank} }

// slack, in units of the period, is how far from a boundary a time still means
// the boundary: times are rounded, and 0.3 is less than 3 x 0.1.
const slack = 1e-6

// Period is the time from a presentation to the next.
func (c *Clock) Period() float64 { return c.hold + c.blank }

// Index is the number of the presentation at time t (s), or before the blank at
// t; at a boundary, of the later. It is meant for times up to 2^31 presentations
// from 0.
func (c *Clock) Index(t float64) int { return int(math.Floor(t/c.Period() + slack)) }

// Enter says that a simulation at time t (s) begins, or goes on in, what is shown
// then; at a boundary the later. From then on that includes its end, until Enter
// is called again.
func (c *Clock) Enter(t float64) { c.within, c.entered = c.stretch(t), true }

func (c *Clock) stretch(t float64) int {
	k := c.Index(t)
	if c.blank > 0 && (t-float64(k)*c.Period()-c.hold)/c.Period() >= -slack {
		return 2*k + 1
	}
	return 2 * k
}

// Shown is the number of the presentation at time t, or of the one before the
// blank there.
func (c *Clock) Shown(t float64) (k int, blank bool) {
	s := c.stretch(t)
	if c.entered && s != c.within && c.ends(t) {
		s = c.within
	}
	return s >> 1, s&1 == 1
}

// ends says whether t is one of the ends of what was entered.
func (c *Clock) ends(t float64) bool {
	from, to := c.start(c.within), c.start(c.within+1)
	if c.blank == 0 {
		to = c.start(c.within + 2)
	}
	return math.Abs(t-from) <= slack*c.Period() || math.Abs(t-to) <= slack*c.Period()
}

func (c *Clock) start(stretch int) float64 {
	at := float64(stretch>>1) * c.Period()
	if stretch&1 == 1 {
		at += c.hold
	}
	return at
}

// NextChange is the end of what is shown at time t; at a boundary, of the later.
func (c *Clock) NextChange(t float64) float64 {
	s := c.stretch(t) + 1
	if c.blank == 0 {
		s++
	}
	return c.start(s)
}
