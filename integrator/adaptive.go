package integrator

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

var (
	// ErrStepCollapsed means that no step that still moves time meets the
	// tolerances, as before a singularity.
	ErrStepCollapsed = errors.New("step size collapsed")
	// ErrNotFinite means that the derivative, or the state it leads to, is not
	// a finite number, however short the step.
	ErrNotFinite = errors.New("derivative is not finite")
)

// The controller's constants, as in Hairer, Nørsett and Wanner, Solving
// Ordinary Differential Equations I, section II.4.
const (
	safety    = 0.9
	shrink    = 0.2  // the least factor between two step sizes
	growth    = 5.0  // the largest
	damping   = 0.2  // weight of the step before, against oscillation of the step size
	leastPast = 1e-4 // a lucky step must not hold back the next

	// leastUlps is the smallest step in units of the last place of time;
	// stage times must stay apart.
	leastUlps = 16

	rounding = 1 + 1e-10 // of many steps added up to reach an end
)

// Adaptive chooses the size of each step of an [Embedded] stepper so that the
// root mean square over the variables of
//
//	error / (AbsTol + RelTol max(|x before|, |x after|))
//
// is at most one in every part of a [Parted] system, and over all variables of
// another. error is the estimate for the step. The size follows from the last
// two estimates (a proportional-integral controller).
//
// Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I,
// section II.4.
type Adaptive[F Float] struct {
	// RelTol is the relative tolerance of a step, 1e-6 if zero; at least ten
	// units of rounding, 6e-7 in float32 and 1.1e-15 in float64.
	RelTol float64
	// AbsTol is the absolute tolerance of a step, in the unit of the state,
	// 1e-9 if zero.
	AbsTol float64
	// First is the size of the first step (s). If zero, it is estimated from
	// the derivative.
	First float64
	// Max is the largest step (s), without limit if zero.
	Max float64

	// Accepted and Rejected count trial steps since Init.
	Accepted, Rejected int

	sys     System[F]
	stepper Embedded[F]
	parts   []int   // where each ends
	trial   [2][]F  // a state and a derivative, to guess the first step
	next    float64 // size of the step to try, zero before the first
	past    float64 // error norm of the step that set next
}

var _ Control[float64] = (*Adaptive[float64])(nil)

// Init binds the control and its stepper to a system, allocates its memory and
// starts the step size and the counters afresh. It returns an error if the
// stepper does not estimate errors, or a tolerance or step size is negative or
// not finite (Max may be +Inf), or RelTol is below what F can hold.
func (a *Adaptive[F]) Init(sys System[F], stepper Stepper[F]) error {
	if err := a.checkSettings(); err != nil {
		return err
	}
	if err := stepper.Init(sys); err != nil {
		return err
	}
	embedded, ok := stepper.(Embedded[F])
	if !ok || !embedded.Estimates() {
		return fmt.Errorf("integrator: %T estimates no errors to choose steps by", stepper)
	}
	parts, err := partsOf(sys)
	if err != nil {
		return err
	}
	a.sys, a.stepper, a.parts = sys, embedded, parts
	a.trial = [2][]F{make([]F, sys.Dim()), make([]F, sys.Dim())}
	if a.RelTol == 0 {
		a.RelTol = 1e-6
	}
	if a.AbsTol == 0 {
		a.AbsTol = 1e-9
	}
	if a.Max == 0 {
		a.Max = math.Inf(1)
	}
	a.Accepted, a.Rejected = 0, 0
	a.next, a.past = min(a.First, a.Max), leastPast
	a.Reset()
	return nil
}

func (a *Adaptive[F]) checkSettings() error {
	for _, v := range []struct {
		name           string
		value, largest float64
	}{
		{"RelTol", a.RelTol, math.MaxFloat64},
		{"AbsTol", a.AbsTol, math.MaxFloat64},
		{"First", a.First, math.MaxFloat64},
		{"Max", a.Max, math.Inf(1)},
	} {
		if !(v.value >= 0 && v.value <= v.largest) {
			return fmt.Errorf("integrator: %s is %g, want a positive number, or zero for the default", v.name, v.value)
		}
	}
	if least := leastRelTol[F](); a.RelTol != 0 && a.RelTol < least {
		return fmt.Errorf("integrator: RelTol is %g, want at least %.3g: %T holds no more digits", a.RelTol, least, F(0))
	}
	return nil
}

// leastRelTol is ten units of rounding, as Hairer and Wanner's RADAU5 asks for:
// below, the estimates are of rounding, which no step is short enough for.
func leastRelTol[F Float]() float64 {
	if _, single := any(F(0)).(float32); single {
		return 10 * 0x1p-24
	}
	return 10 * 0x1p-53
}

// Reset forgets the derivative kept from the step before. It must be called
// when x or the system changed otherwise than by Step, as where an input
// jumps. The step size is still the best guess and stays.
func (a *Adaptive[F]) Reset() { a.stepper.Reset() }

// Visit calls visit with a name for, and a reference to, everything that decides
// the steps to come beside the system: set in a control that Init bound to a
// system and a stepper like these, it makes the same steps.
func (a *Adaptive[F]) Visit(visit func(name string, ref any)) {
	visit("accepted", &a.Accepted)
	visit("rejected", &a.Rejected)
	visit("next", &a.next)
	visit("past", &a.past)
	a.stepper.Visit(visit)
}

// Step replaces x, of length Dim, at time t by the approximation at t+h and
// returns h (s), which is positive and at most end-t. A step cut short to end
// there does not shorten the step after it, and the last two steps share what
// is left, so that no sliver remains. The step that reaches end returns end-t
// to the last bit; a caller then sets its time to end, which t+h can miss by a
// rounding.
//
// The system is evaluated at both ends of the step. Where it jumps, a step
// must end before the jump is made, and Reset follows it.
//
// The error, if any, wraps ErrStepCollapsed or ErrNotFinite, unless Init was
// not called, or x or the times are not as above; x is then as it was.
func (a *Adaptive[F]) Step(t, end float64, x []F) (h float64, err error) {
	if err := a.start(t, end, x); err != nil {
		return 0, err
	}
	least, largest := leastUlps*ulp(max(math.Abs(t), math.Abs(end))), growth // at 0, ulp(t) is nothing
	a.next = max(a.next, least)
	for {
		h = a.fit(end - t)
		y, errs := a.stepper.Try(t, h, x)
		norm := a.norm(errs, x, y)
		if norm <= 1 {
			a.adapt(h, norm, largest)
			break
		}
		a.Rejected++
		cause := ErrStepCollapsed
		if !(norm <= math.MaxFloat64) {
			cause, norm = ErrNotFinite, math.Inf(1)
		}
		if min(h, a.next) <= least {
			return 0, fmt.Errorf("integrator: at t = %g s: %w", t, cause)
		}
		a.next = max(least, h*max(shrink, safety*math.Pow(norm, -a.exponent())))
		largest = 1 // a size that just failed is not tried again at once
	}
	a.Accepted++
	a.stepper.Accept(x)
	return h, nil
}

// start checks what Step was given, and sees to the derivative at x and to the
// size of the first step.
func (a *Adaptive[F]) start(t, end float64, x []F) error {
	if n := len(a.trial[0]); n == 0 || len(x) != n {
		return fmt.Errorf("integrator: a state of %d variables, but Init bound a system of %d", len(x), n)
	}
	if left := end - t; !(left > 0 && left <= math.MaxFloat64) {
		return fmt.Errorf("integrator: a step from %g s cannot end at %g s", t, end)
	}
	slope := a.stepper.Start(t, x)
	if !finite(slope) {
		return fmt.Errorf("integrator: at t = %g s: %w", t, ErrNotFinite)
	}
	if a.next == 0 {
		a.next = min(a.guess(t, end, x, slope), a.Max)
	}
	return nil
}

// fit is the size of a step to try when this much time is left.
func (a *Adaptive[F]) fit(left float64) float64 {
	switch {
	case left <= a.next*rounding:
		return left
	case left < 2*a.next:
		return left / 2
	}
	return a.next
}

// adapt chooses the size of the step after an accepted one of size h.
func (a *Adaptive[F]) adapt(h, norm, largest float64) {
	factor := safety * math.Pow(norm, -a.exponent()) * math.Pow(a.past, a.beta())
	next := min(h*min(max(factor, shrink), largest), a.Max)
	if h < a.next && next < a.next {
		return // cut short by the end: the error says little of a full step
	}
	a.next, a.past = next, max(norm, leastPast)
}

// beta is the exponent of the error before, 0.04 at order 5 as in Hairer's
// DOPRI5. Like the other it falls as 1/Order, which keeps that one positive.
func (a *Adaptive[F]) beta() float64 { return damping / float64(a.stepper.Order()) }

func (a *Adaptive[F]) exponent() float64 { return 1/float64(a.stepper.Order()) - 0.75*a.beta() }

// guess estimates the first step from the first two derivatives, so that an
// explicit Euler step would err by about a hundredth of the tolerance scale.
func (a *Adaptive[F]) guess(t, end float64, x, f0 []F) float64 {
	y, f1 := a.trial[0], a.trial[1]
	size, slope := a.norm(x, x, x), a.norm(f0, x, x)
	trial := 0.01 * size / slope
	if !(size >= 1e-5 && slope >= 1e-5) {
		trial = 1e-6
	}
	trial = min(trial, end-t)
	add1(y, x, F(trial), f0)
	a.sys.Derivative(f1, t+trial, y)
	add1(f1, f1, -1, f0)
	curvature := a.norm(f1, x, x) / trial

	h := max(1e-6, 1e-3*trial)
	if steepest := max(slope, curvature); steepest > 1e-15 && steepest <= math.MaxFloat64 {
		h = math.Pow(0.01/steepest, 1/float64(a.stepper.Order()))
	}
	return min(h, 100*trial)
}

// norm is the largest root mean square of a part of v, on the scale of the
// tolerances.
func (a *Adaptive[F]) norm(v, before, after []F) float64 {
	start, largest := 0, 0.0
	for _, end := range a.parts {
		if end > start {
			largest = max(largest, a.rms(v[start:end], before[start:end], after[start:end]))
		}
		start = end
	}
	return largest
}

func (a *Adaptive[F]) rms(v, before, after []F) float64 {
	before, after = before[:len(v)], after[:len(v)]
	var s float64
	for i := range v {
		scale := a.AbsTol + a.RelTol*max(math.Abs(float64(before[i])), math.Abs(float64(after[i])))
		if scale > math.MaxFloat64 { // or an overflow would look like no error
			return math.NaN()
		}
		e := float64(v[i]) / scale
		s += e * e
	}
	return math.Sqrt(s / float64(len(v)))
}

// partsOf are the ends of a system's parts, which are checked.
func partsOf[F Float](sys System[F]) ([]int, error) {
	n := sys.Dim()
	parted, ok := sys.(Parted[F])
	if !ok {
		return []int{n}, nil
	}
	ends := slices.Clone(parted.Parts())
	if len(ends) == 0 || !slices.IsSorted(ends) || ends[0] < 0 || ends[len(ends)-1] != n {
		return nil, fmt.Errorf("integrator: parts end at %d, want ascending ends, the last at %d, where the system ends", ends, n)
	}
	return ends, nil
}

func finite[F Float](v []F) bool {
	for _, e := range v {
		if e-e != 0 {
			return false
		}
	}
	return true
}

func ulp(t float64) float64 { return math.Nextafter(t, math.Inf(1)) - t }
