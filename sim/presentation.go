package sim

import (
	"fmt"
	"time"
)

var (
	_ Engine[float64] = (*Integration[float64])(nil)
	_ Engine[float64] = (*Presentation[float64])(nil)
)

// Presentation moves a discrete network through a stream, one sample of it
// each period.
type Presentation[F Float] struct {
	Discrete *Discrete[F]
	Period   time.Duration // time between two samples

	sources           []*source[F]
	settled           []F
	teacher, learning bool
	loss              float64
	err               error         // of the last presentation
	presented         time.Duration // time of the sample that the network shows; -1 if it moved on
}

// NewPresentation joins a discrete network and its task; streams holds one a
// row.
func NewPresentation[F Float](d *Discrete[F], streams []Stream, period time.Duration) (*Presentation[F], error) {
	if period <= 0 {
		return nil, fmt.Errorf("sim: the sample period is %v, expected more than 0", period)
	}
	sources, err := newSources(d.state, streams)
	if err != nil {
		return nil, err
	}
	p := &Presentation[F]{Discrete: d, Period: period, sources: sources, presented: -1}
	longest := 0
	for _, s := range sources {
		longest = max(longest, len(s.state))
	}
	p.settled = make([]F, longest)
	return p, nil
}

// SetTeaching says whether the target reaches the output dendrites from now
// on, and whether the weights learn.
func (p *Presentation[F]) SetTeaching(teacher, learning bool) {
	p.teacher, p.learning = teacher, learning
	p.presented = -1
}

// Observe presents the sample of time t. A teacher with dynamics of its own is
// in its steady state, as the network is.
func (p *Presentation[F]) Observe(t time.Duration) {
	if t == p.presented {
		return
	}
	p.presented = t
	now := t.Seconds()
	for _, s := range p.sources {
		if s, ok := s.Stream.(Segmented); ok {
			s.Enter(now)
		}
		state := p.settled[:len(s.state)]
		s.settle(state, now)
		s.sample(now, state)
	}
	p.Discrete.SetPresentation(uint64(t / p.Period))
	p.loss, p.err = p.Discrete.Present(p.teacher)
}

// Begin does nothing: a sample begins where it is presented.
func (p *Presentation[F]) Begin(time.Duration) {}

// Step learns from the sample presented at a time, if one is, and goes on to the
// next.
func (p *Presentation[F]) Step(from, end time.Duration) (to time.Duration, steps int, err error) {
	next := (from + p.Period - 1) / p.Period * p.Period
	if next > from {
		return min(next, end), 0, nil
	}
	if p.learning && p.Discrete.learning.Noise > 0 {
		p.Discrete.SetNoise(true) // off while others look
		p.presented = -1
	}
	if p.Observe(from); p.err != nil {
		return from, 0, fmt.Errorf("at t = %.6g s: %w", from.Seconds(), p.err)
	}
	if p.learning {
		p.Discrete.SetTime(from.Seconds())
		p.Discrete.Learn(p.loss)
		p.Discrete.SetNoise(false)
		p.presented = -1
	}
	return min(from+p.Period, end), 1, nil
}

// Advance learns from the samples presented from one time up to, not
// including, a later one.
func (p *Presentation[F]) Advance(from, to time.Duration) (steps int, err error) {
	for t := from; t < to; {
		var n int
		if t, n, err = p.Step(t, to); err != nil {
			return steps, err
		}
		steps += n
	}
	return steps, nil
}

// Visit visits the network's state. The sample of the present time is presented
// anew before anything follows from it.
func (p *Presentation[F]) Visit(visit Visit) {
	visit("teaching", &p.teacher)
	visit("learning", &p.learning)
	p.Discrete.Visit(visit)
}

// Check returns a NumericalError if a state or weight is not a finite number.
func (p *Presentation[F]) Check(t time.Duration) error {
	if where := p.Discrete.state.Unstable(); where != "" {
		return &NumericalError{Time: t.Seconds(), Where: where, Err: ErrNotFinite}
	}
	return nil
}

// Grid is the period.
func (p *Presentation[F]) Grid() time.Duration { return p.Period }

// Moved is what is moved.
func (p *Presentation[F]) Moved() *State[F] { return p.Discrete.state }
