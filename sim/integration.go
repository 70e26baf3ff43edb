package sim

import (
	"fmt"
	"math"
	"time"

	"burstsim/integrator"
)

// Method names a way to step a continuous network through time, in the words of
// experiment files. [Integrate] takes steppers of one's own.
type Method struct {
	// Name is "euler", "exponential", "heun", "rk4" or "dopri5", which chooses
	// its own steps. Networks with noise take one of the first three.
	Name string
	// Step is the time step; for "dopri5" the first one, and with split
	// plasticity the largest.
	Step time.Duration
	// RelTol and AbsTol are the tolerances of "dopri5"; 0 means 1e-6 and 1e-9.
	RelTol, AbsTol float64
}

// stepper is the stepper of that name; nil if there is none.
func stepper[F Float](name string) integrator.Stepper[F] {
	switch name {
	case "euler":
		return &integrator.Euler[F]{}
	case "exponential":
		return &integrator.Exponential[F]{}
	case "heun":
		return &integrator.Heun[F]{}
	case "rk4":
		return integrator.NewRK4[F]()
	case "dopri5":
		return integrator.NewDormandPrince[F]()
	}
	return nil
}

// StabilityLimit is the time step from which on a decay does not fall any more,
// in time constants of it; +Inf where there is none, as for a method that
// chooses its own steps, or if the name is unknown.
func (m Method) StabilityLimit() float64 {
	if s := stepper[float64](m.Name); s != nil && m.Name != "dopri5" {
		return s.StabilityLimit()
	}
	return math.Inf(1)
}

// Integration moves a continuous network through time. Its steps end where an
// input jumps, where a phase ends and at the knots of a schedule, and depend on
// nothing else but the method: between their ends the network is observed through
// the stepper's dense output.
type Integration[F Float] struct {
	System *Continuous[F]
	// ResetEvery is the time from one presentation to the next, if compartments
	// begin anew at each; 0: they go on. Steps end there. It is to be set before
	// the first one.
	ResetEvery time.Duration

	stepper integrator.Stepper[F]
	control integrator.Control[F]
	step    time.Duration // size of equal steps; 0 if control chooses

	// The stretch without jumps in which the network is.
	segment, jump time.Duration
	entered       bool // the tasks know

	at         time.Duration // where the network stands
	clock      float64       // the same with fractions of a ns, s
	from, size float64       // the last step, s; size is 0 where there was none
	unlearned  float64       // split plasticity: time that the weights have yet to move by, s
	between    []F           // the state at a time within the last step
	observed   []F           // the vector that was observed last
}

// NewIntegration binds a system to a method.
func NewIntegration[F Float](sys *Continuous[F], m Method) (*Integration[F], error) {
	if m.Step <= 0 {
		return nil, fmt.Errorf("sim: the time step is %v, expected more than 0", m.Step)
	}
	s := stepper[F](m.Name)
	if s == nil {
		return nil, fmt.Errorf("sim: unknown method %q, expected euler, heun, rk4, dopri5 or exponential", m.Name)
	}
	if m.Name != "dopri5" {
		return Integrate(sys, s, &integrator.Fixed[F]{Size: m.Step.Seconds()})
	}
	control := &integrator.Adaptive[F]{RelTol: m.RelTol, AbsTol: m.AbsTol, First: m.Step.Seconds()}
	if sys.split { // no error estimate covers the weights
		control.Max = m.Step.Seconds()
	}
	return Integrate(sys, s, control)
}

// Integrate binds a system to any stepper and to what chooses the size of its
// steps, both as yet without a system. Equal steps are whole nanoseconds.
func Integrate[F Float](sys *Continuous[F], s integrator.Stepper[F], c integrator.Control[F]) (*Integration[F], error) {
	in := &Integration[F]{System: sys, stepper: s, control: c}
	if fixed, ok := c.(*integrator.Fixed[F]); ok {
		in.step = Duration(fixed.Size)
		if in.step <= 0 {
			return nil, fmt.Errorf("sim: the time step is %g s, expected at least 1 ns", fixed.Size)
		}
	}
	if err := c.Init(sys, s); err != nil {
		return nil, err
	}
	return in, in.bindHistory()
}

// SetTeaching says whether the target reaches the output dendrites from now
// on, and whether the weights learn.
func (in *Integration[F]) SetTeaching(teacher, learning bool) {
	in.learn()
	if h := in.System.past; h != nil && h.begun && teacher != in.System.state.teaching {
		h.after(in.at, 0)
	}
	in.System.SetTeaching(teacher, learning)
	in.control.Reset()
}

// SetWeights sets all weights, learning or not, to copies of w, which must have
// their names and shapes and be finite; otherwise none changes. Time goes on
// from where the network stands, and what is before cannot be observed any more.
func (in *Integration[F]) SetWeights(w *Weights[F]) error {
	in.learn()
	sys := in.System
	sys.flush()
	sys.bind(sys.State())
	if err := sys.state.weights.copied(w); err != nil {
		return err
	}
	if sys.carry != nil {
		clear(sys.carry[sys.dynamic:])
	}
	if h := sys.past; h != nil && h.begun {
		h.after(in.at, 0)
	}
	in.size = 0
	in.control.Reset()
	return nil
}

// Begin says that what follows begins at time t, where the network stands:
// inputs that jump there have jumped.
func (in *Integration[F]) Begin(t time.Duration) {
	in.learn()
	in.System.bind(in.System.State())
	jumped := t < in.segment || t >= in.jump
	if jumped {
		if in.resets(t) {
			in.Reset()
		}
		in.jump = in.System.enter(t)
		if in.ResetEvery > 0 {
			if next := t - t%in.ResetEvery + in.ResetEvery; next > t { // within 292 years
				in.jump = min(in.jump, next)
			}
		}
		in.segment, in.entered = t, true
		in.control.Reset()
	}
	if !in.entered { // another run has brought the network here
		in.System.enter(in.segment)
		in.entered = true
	}
	if in.System.past != nil {
		in.arrive(t, jumped)
	}
	if t != in.at {
		in.at, in.clock, in.size = t, t.Seconds(), 0
	}
	if h := in.System.past; h != nil {
		h.origin = in.clock
	}
}

// Step makes one step from a time towards a later one and returns where it
// ended. It does not cross a jump.
func (in *Integration[F]) Step(from, end time.Duration) (to time.Duration, steps int, err error) {
	in.Begin(from)
	end = min(end, in.jump)
	sys := in.System
	if sys.schedule != nil {
		end = min(end, in.follow(from))
	}
	limit := end.Seconds()
	if h := sys.past; h != nil {
		end = min(end, h.next())
		limit = min(end.Seconds(), in.clock+h.shortest)
		in.open()
	}
	sys.capture = true
	if in.step > 0 {
		to = min(from+in.step, end)
		in.from, in.size = in.clock, (to - from).Seconds()
		in.stepper.Step(in.from, in.size, sys.State())
		in.clock = to.Seconds()
	} else {
		h, err := in.control.Step(in.clock, limit, sys.State())
		if err != nil {
			return from, 0, sys.failure(in.clock, err)
		}
		in.from, in.size = in.clock, h
		if to = end; limit == end.Seconds() && h == limit-in.clock { // in.clock+h may miss it by a rounding
			in.clock = end.Seconds()
		} else {
			in.clock += h
			to = max(from, min(time.Duration(in.clock*float64(time.Second)), end-1))
		}
	}
	in.at = to
	if sys.past != nil {
		in.leave()
	}
	if sys.constrain() {
		in.control.Reset()
	}
	if sys.split {
		in.unlearned = in.size
	}
	return to, 1, nil
}

// Advance moves the network from one time to a later one and returns the
// number of steps that took.
func (in *Integration[F]) Advance(from, to time.Duration) (steps int, err error) {
	for t := from; t < to; {
		var n int
		if t, n, err = in.Step(t, to); err != nil {
			return steps, err
		}
		steps += n
	}
	in.learn()
	in.System.flush()
	in.System.bind(in.System.State())
	return steps, nil
}

// learn makes the step of the weights that belongs to the last one of the rest,
// with split plasticity.
func (in *Integration[F]) learn() {
	if in.unlearned == 0 {
		return
	}
	in.System.stepWeights(in.unlearned)
	in.unlearned = 0
	if in.step == 0 {
		in.control.Reset() // the weights moved
	}
}

// Observe sets all rates, the input and the target to those of time t, within
// the last step or where the network stands. Where an input jumps they are those
// before the jump until Begin, and those behind it from then on. The weights are
// those of time t too; with split plasticity those with which the step was made.
func (in *Integration[F]) Observe(t time.Duration) {
	sys := in.System
	x := sys.State()
	switch {
	case t < in.at && in.size > 0:
		if in.between == nil {
			in.between = make([]F, len(x))
		}
		theta := (t.Seconds() - in.from) / in.size
		in.stepper.Interpolate(in.between, x, max(0, min(1, theta)))
		x = in.between
	default:
		in.learn()
	}
	sys.flush()
	sys.read(t.Seconds(), x)
	in.observed = x
}

// Observed is the vector of the time that was observed last, without weights:
// compartments, then the teachers' own state. Before that, it is the present one.
// It is valid until the network moves or is observed again.
func (in *Integration[F]) Observed() []F {
	if in.observed == nil {
		in.observed = in.System.State()
	}
	return in.observed[:in.System.dynamic]
}

// enter tells the tasks that a stretch begins at time t and returns the time of
// the next jump of any of them.
func (c *Continuous[F]) enter(t time.Duration) (jump time.Duration) {
	jump = math.MaxInt64
	for _, s := range c.sources {
		if s, ok := s.Stream.(Segmented); ok {
			s.Enter(t.Seconds())
		}
		if next := s.NextChange(t.Seconds()); next < jump.Seconds() {
			jump = max(Duration(next), t+1)
		}
	}
	return jump
}

// Duration is the nearest to a number of seconds.
func Duration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

// Grid is 0: the network has a state at every time.
func (in *Integration[F]) Grid() time.Duration { return 0 }

// Moved is what is moved.
func (in *Integration[F]) Moved() *State[F] { return in.System.state }

// Visit visits the state of the system and of what chooses its steps.
func (in *Integration[F]) Visit(visit Visit) {
	in.System.visit(visit)
	visit("segment", &in.segment)
	visit("jump", &in.jump)
	visit("at", &in.at)
	visit("clock", &in.clock)
	if control, ok := in.control.(interface{ Visit(Visit) }); ok {
		control.Visit(Within("stepper", visit))
	}
}
