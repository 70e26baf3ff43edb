package sim

import (
	"fmt"
	"math"
	"slices"
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
	Factor float64 // at least 0; 0: they do not learn
	// Shape is how the factor gets there from that of the knot before: "step" at
	// once; "linear" and "cosine", along half a wave, over the time between.
	Shape string
	// Weights are the names of projections, such as "W", each with its bias; nil:
	// all.
	Weights []string
}

// Shapes are those of a Knot.
var Shapes = []string{"step", "linear", "cosine"}

// check returns an error for a schedule that goes back in time or has a factor
// or a shape that there is not.
func (s Schedule) check() error {
	for i, k := range s {
		switch {
		case !(k.Factor >= 0 && k.Factor <= math.MaxFloat64):
			return fmt.Errorf("sim: factor %v of a schedule, expected at least 0", k.Factor)
		case !slices.Contains(Shapes, k.Shape):
			return fmt.Errorf("sim: shape %q of a schedule, expected step, linear or cosine", k.Shape)
		case math.IsNaN(k.At), i > 0 && k.At < s[i-1].At:
			return fmt.Errorf("sim: knot %d of a schedule is at %v, expected not before the one ahead of it", i, k.At)
		}
	}
	return nil
}

// Factor is that of the weights of a projection at time t.
func (s Schedule) Factor(projection string, t float64) float64 {
	at, factor := math.Inf(-1), 1.0
	for _, k := range s {
		if k.Weights != nil && !slices.Contains(k.Weights, projection) {
			continue
		}
		if t < k.At {
			if k.Shape == "step" || math.IsInf(at, -1) {
				return factor
			}
			part := (t - at) / (k.At - at)
			if k.Shape == "cosine" {
				part = (1 - math.Cos(math.Pi*part)) / 2
			}
			return factor + part*(k.Factor-factor)
		}
		at, factor = k.At, k.Factor
	}
	return factor
}

// SetSchedule lets learning follow a schedule in simulated seconds, from the
// beginning of time. A factor holds for a time step, from where it begins.
func (in *Integration[F]) SetSchedule(s Schedule) error {
	in.System.schedule = s
	return s.check()
}

// follow takes the rates that the schedule says for a step from time t (s), and
// tells whether any differs from before.
func (c *Continuous[F]) follow(t float64) bool {
	changed := false
	for k := range c.rules {
		r := &c.rules[k]
		f := c.schedule.Factor(r.Projection(), t)
		rate, decay := r.base*f, c.decay*f
		if r.Plain || r.Keeps {
			decay = 0
		}
		if rate != r.rate || decay != r.decay {
			r.rate, r.decay, changed = rate, decay, true
		}
	}
	return changed
}

// SetDecay lets all weights that learn, but those that the text exempts, decay at
// this rate (1/s) while they learn.
func (c *Continuous[F]) SetDecay(rate float64) {
	c.decay = rate
	if rate > 0 { // a decay needs the weights themselves
		c.pieces, c.ends = nil, nil
	}
	c.follow(math.Inf(-1))
}

// SetSchedule lets learning follow a schedule in units of what SetTime is told.
func (d *Discrete[F]) SetSchedule(s Schedule) error {
	d.schedule = s
	return s.check()
}

// SetTime takes the rates that the schedule says for time t.
func (d *Discrete[F]) SetTime(t float64) {
	if d.schedule == nil {
		return
	}
	for _, p := range d.params {
		f := d.schedule.Factor(p.rule.Projection(), t)
		p.Rate = p.base * f
		p.DecayW, p.DecayC = p.decayW*f, p.decayC*f
	}
}
