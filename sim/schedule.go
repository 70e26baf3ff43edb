package sim

import (
	"fmt"
	"math"
	"slices"
	"time"

	"burstsim/sim/program"
)

// Schedule says by what factor the learning rates of weights, and their decay,
// differ from those of the text in the course of learning: 1, until its first
// knot says otherwise. Its unit of time is that of what it is given to: seconds,
// or epochs.
type Schedule []Knot

// Knot is a time from which on a factor holds, until another knot of the same
// weights.
type Knot struct {
	At     float64
	Factor float64 // at least 0; 0: they do not learn, nor does what an optimiser keeps of them change
	// Shape is how the factor gets there from that of the knot before: "step" at
	// once; "linear" and "cosine", along half a wave, over the time between. Where
	// there is none before, it gets there at once.
	Shape string
	// Weights are the names of projections, such as "W", each with its bias; nil:
	// all.
	Weights []string
}

// Shapes are those of a Knot.
var Shapes = []string{"step", "linear", "cosine"}

// check returns an error for a schedule that goes back in time, has a factor or a
// shape that there is not, or names what does not learn by these rules.
func (s Schedule) check(rules []program.Rule) error {
	for i, k := range s {
		switch {
		case !(k.Factor >= 0 && k.Factor <= math.MaxFloat64):
			return fmt.Errorf("sim: factor %v of a schedule, expected at least 0", k.Factor)
		case !slices.Contains(Shapes, k.Shape):
			return fmt.Errorf("sim: shape %q of a schedule, expected step, linear or cosine", k.Shape)
		case math.IsNaN(k.At), i > 0 && k.At < s[i-1].At:
			return fmt.Errorf("sim: knot %d of a schedule is at %v, expected not before the one ahead of it", i, k.At)
		}
		if err := named(rules, k.Weights, "a schedule"); err != nil {
			return err
		}
	}
	return nil
}

// Factor is that of the weights of a projection at time t.
func (s Schedule) Factor(projection string, t float64) float64 { return s.stretch(projection, t).at(t) }

// stretch is what a schedule says of some weights between two knots of theirs:
// how their factor goes from one to another.
type stretch struct {
	from, to float64
	begin    float64
	end      float64 // before what is next jumps; begin, if it stays
	shape    string
}

// stretch is that of the weights of a projection which time t is in, or begins.
func (s Schedule) stretch(projection string, t float64) stretch {
	out := stretch{from: math.Inf(-1), to: math.Inf(1), begin: 1, end: 1}
	for _, k := range s {
		if k.Weights != nil && !slices.Contains(k.Weights, projection) {
			continue
		}
		if t < k.At {
			out.to = k.At
			if k.Shape != "step" && !math.IsInf(out.from, -1) {
				out.end, out.shape = k.Factor, k.Shape
			}
			return out
		}
		out.from, out.begin, out.end = k.At, k.Factor, k.Factor
	}
	return out
}

// at is the factor at time t of the stretch, at its end too.
func (s stretch) at(t float64) float64 {
	if s.begin == s.end {
		return s.begin
	}
	part := max(0, min(1, (t-s.from)/(s.to-s.from)))
	if s.shape == "cosine" {
		part = (1 - math.Cos(math.Pi*part)) / 2
	}
	return s.begin + part*(s.end-s.begin)
}

// never is before all times.
const never = time.Duration(math.MinInt64)

// SetSchedule lets learning follow a schedule in simulated seconds from now on. A
// step ends at each of its knots, and between them rates are those of the time
// at which they are asked for: a method keeps its order. With split plasticity
// rates are those of the beginning of a step, as all else that the weights change
// by. The error says what is wrong with the schedule, which is then not followed.
func (in *Integration[F]) SetSchedule(s Schedule) error {
	if err := s.check(in.System.machine.Program().Rules); err != nil {
		return err
	}
	in.learn()
	in.System.setSchedule(s)
	in.control.Reset()
	if h := in.System.past; h != nil && h.begun {
		h.after(in.at, 1)
	}
	return nil
}

// setSchedule puts the knots where steps can end, at whole nanoseconds.
func (c *Continuous[F]) setSchedule(s Schedule) {
	c.schedule = nil
	for _, k := range s {
		k.At = Duration(k.At).Seconds()
		c.schedule = append(c.schedule, k)
	}
	c.since, c.until = never, never
	c.ramps = false
	for k := range c.rules {
		c.rules[k].course = stretch{begin: 1, end: 1}
	}
	c.setRates(0)
}

// follow takes the part of the schedule, between any two knots, that a step from
// time t is in, and returns its end.
func (in *Integration[F]) follow(t time.Duration) time.Duration {
	c := in.System
	if t >= c.since && t < c.until {
		return c.until
	}
	c.since, c.until, c.ramps = never, math.MaxInt64, false
	for _, k := range c.schedule {
		if at := Duration(k.At); at > t {
			c.until = at
			break
		} else {
			c.since = at
		}
	}
	for k := range c.rules {
		r := &c.rules[k]
		r.course = c.schedule.stretch(r.Projection(), t.Seconds())
		c.ramps = c.ramps || r.course.begin != r.course.end
	}
	c.setRates(t.Seconds())
	if t == c.since { // rates may have jumped; what delays bring of it is smoother
		in.control.Reset()
		if c.past != nil {
			c.past.after(t, 1)
		}
	}
	return c.until
}

// setRates makes rates those of time t (s).
func (c *Continuous[F]) setRates(t float64) {
	for k := range c.rules {
		r := &c.rules[k]
		f := r.course.at(t)
		r.rate, r.decay = r.base*f, 0
		if !r.Plain && !r.Keeps {
			r.decay = c.decay * f
		}
	}
}

// SetDecay lets all weights that learn, but those that the text exempts, decay at
// this rate (1/s), at least 0, while they learn. It comes before the system is
// bound to a method.
func (c *Continuous[F]) SetDecay(rate float64) {
	c.decay = rate
	if rate > 0 { // a decay needs the weights themselves
		c.pieces, c.ends = nil, nil
	}
	c.setSchedule(c.schedule)
}

// SetSchedule lets learning follow a schedule in units of what SetTime is told.
// The error says what is wrong with it; it is then not followed.
func (d *Discrete[F]) SetSchedule(s Schedule) error {
	if err := s.check(d.machine.Program().Rules); err != nil {
		return err
	}
	d.schedule = s
	d.setRates(math.Inf(-1))
	return nil
}

// SetTime takes the rates that the schedule says for time t: the next update is
// made with them.
func (d *Discrete[F]) SetTime(t float64) {
	if d.schedule != nil {
		d.setRates(t)
	}
}

func (d *Discrete[F]) setRates(t float64) {
	for _, p := range d.params {
		f := d.schedule.Factor(p.rule.Projection(), t)
		p.Rate = p.base * f
		p.DecayW, p.DecayC = p.decayW*f, p.decayC*f
		p.held = f == 0
	}
	d.freeze()
}
