package sim

import (
	"errors"
	"fmt"
	"math"
	"time"

	"burstsim/integrator"
)

// Method says how a continuous network is stepped through time.
type Method struct {
	Name string // a name of integrator.New; "dopri5" chooses its own steps
	// Step is the time step; for "dopri5" the first one, and with split
	// plasticity the largest.
	Step time.Duration
	// RelTol and AbsTol are the tolerances of "dopri5"; 0 means 1e-6 and 1e-9.
	RelTol, AbsTol float64
}

// Integration moves a continuous network through time.
type Integration[F Float] struct {
	System *Continuous[F]

	step     time.Duration
	fixed    integrator.Stepper[F]
	adaptive *integrator.Adaptive[F]
}

// NewIntegration binds a system to a method.
func NewIntegration[F Float](sys *Continuous[F], m Method) (*Integration[F], error) {
	if m.Step <= 0 {
		return nil, fmt.Errorf("sim: the time step is %v, expected more than 0", m.Step)
	}
	in := &Integration[F]{System: sys, step: m.Step}
	if m.Name == "dopri5" {
		in.adaptive = &integrator.Adaptive[F]{RelTol: m.RelTol, AbsTol: m.AbsTol, First: m.Step.Seconds()}
		if sys.split { // no error estimate covers the weights
			in.adaptive.Max = m.Step.Seconds()
		}
		return in, in.adaptive.Init(sys)
	}
	var err error
	if in.fixed, err = integrator.New[F](m.Name); err != nil {
		return nil, err
	}
	return in, in.fixed.Init(sys)
}

// SetTeaching says whether the target reaches the output dendrites from now
// on, and whether the weights learn.
func (in *Integration[F]) SetTeaching(teacher, learning bool) {
	in.System.SetTeaching(teacher, learning)
	in.reset()
}

func (in *Integration[F]) reset() {
	if in.adaptive != nil {
		in.adaptive.Reset()
		return
	}
	in.fixed.Reset()
}

// Advance moves the network from one time to a later one and returns the
// number of steps that took. Steps end where an input jumps. The last is
// shortened where needed.
func (in *Integration[F]) Advance(from, to time.Duration) (steps int, err error) {
	for t := from; t < to; {
		end, jumped := in.System.enter(t, to)
		if jumped {
			in.reset()
		}
		n, err := in.segment(t, end)
		steps += n
		if err != nil {
			return steps, err
		}
		t = end
	}
	in.System.bind(in.System.State())
	return steps, nil
}

// segment moves the network through a stretch without jumps.
func (in *Integration[F]) segment(t, end time.Duration) (steps int, err error) {
	sys := in.System
	defer sys.flush()
	x := sys.State()
	if in.adaptive != nil {
		for s, e := t.Seconds(), end.Seconds(); s < e; {
			sys.capture = true
			h, err := in.adaptive.Step(s, e, x)
			if err != nil {
				return steps, sys.failure(s, err)
			}
			if sys.split {
				sys.stepWeights(h)
				in.adaptive.Reset() // the weights moved
			}
			steps++
			if h == e-s {
				break // s+h may miss e by a rounding
			}
			s += h
		}
		return steps, nil
	}
	for ; t < end; steps++ {
		next := min(t+in.step, end)
		h := (next - t).Seconds()
		sys.capture = true
		in.fixed.Step(t.Seconds(), h, x)
		if sys.split {
			sys.stepWeights(h)
		}
		t = next
	}
	return steps, nil
}

// enter tells the tasks where time stands and returns the time of the next
// jump of any of them, or to, and whether one may just have jumped.
func (c *Continuous[F]) enter(t, to time.Duration) (end time.Duration, jumped bool) {
	for _, s := range c.sources {
		if s, ok := s.Stream.(Segmented); ok {
			s.Enter(t.Seconds())
			jumped = true
		}
		if next := s.NextChange(t.Seconds()); next < to.Seconds() {
			to = min(to, max(duration(next), t+1))
		}
	}
	return to, jumped
}

func duration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// Observe sets all rates, the input and the target to those of time t, which
// must be where the network stands.
func (in *Integration[F]) Observe(t time.Duration) {
	sys := in.System
	if sys.blocks.used {
		return // the layer-by-layer order would see the bursts of a new time
	}
	sys.read(t.Seconds(), sys.State())
}

// Grid is 0: the network has a state at every time.
func (in *Integration[F]) Grid() time.Duration { return 0 }

// Moved is the network.
func (in *Integration[F]) Moved() *Network[F] { return in.System.net }

// Visit visits the state of the system and of its stepper.
func (in *Integration[F]) Visit(visit Visit) {
	in.System.visit(visit)
	if in.adaptive != nil {
		in.adaptive.Visit(within("stepper", visit))
	}
}

// ErrNotFinite means that a simulation left the range of its numbers.
var ErrNotFinite = errors.New("not finite")

// NumericalError says where and when a simulation failed.
type NumericalError struct {
	Time  float64
	Unit  string // of Time; "" is s
	Where string // "layer 1 (soma), unit 7"
	Err   error
}

func (e *NumericalError) Error() string {
	unit := e.Unit
	if unit == "" {
		unit = "s"
	}
	return fmt.Sprintf("%v at t = %.6g %s in %s", e.Err, e.Time, unit, e.Where)
}

// Unwrap returns the cause.
func (e *NumericalError) Unwrap() error { return e.Err }

// Check returns a NumericalError if a state or weight is not a finite number.
func (in *Integration[F]) Check(t time.Duration) error {
	if where := in.System.net.Unstable(); where != "" {
		return &NumericalError{Time: t.Seconds(), Where: where, Err: ErrNotFinite}
	}
	return nil
}

// failure locates what made a step at time t (s) fail.
func (c *Continuous[F]) failure(t float64, cause error) error {
	slope := make([]F, c.Dim())
	c.Derivative(slope, t, c.State())
	at, where := 0, "the task"
	steepest := F(-1)
	for _, s := range c.relaxing {
		for i, v := range slope[at : at+len(s.x)] {
			if v-v != 0 {
				v = F(math.Inf(1))
			}
			if v = max(v, -v); v > steepest {
				steepest, where = v, s.unit(i, c.net.rows)
			}
		}
		at += len(s.x)
	}
	for _, known := range []error{integrator.ErrNotFinite, integrator.ErrStepCollapsed} {
		if errors.Is(cause, known) {
			cause = known // the rest of it is the time
		}
	}
	return &NumericalError{Time: t, Where: where, Err: cause}
}
