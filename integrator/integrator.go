// Package integrator advances ordinary differential equations dx/dt = f(t, x)
// in time. What takes part in that is separate, and knows nothing of the rest:
//
//   - a [System] is the equations;
//   - a [Stepper] is a method: it makes one step, and knows the solution within
//     the step it made;
//   - a [Control] chooses the size of steps: [Fixed], or [Adaptive] by the
//     error that an [Embedded] stepper estimates;
//   - [Solve] puts them together and saves the solution at the times it is
//     asked for, which changes no step.
//
// Steppers and controls are structs whose zero values work, but for the size of
// Fixed. A type of one's own with the same methods goes wherever they go.
//
// Which method to choose: what a step costs in derivatives, its order, and the
// largest step that does not enlarge a decay with time constant tau.
//
//	method            cost  order  step      choose it
//	Euler             1     1      2 tau     to compare with published simulations
//	Exponential       1     1      any       if steps come near tau or pass it
//	Heun              2     2      2 tau     with noise
//	NewRK4            4     4      2.79 tau  otherwise
//	NewDormandPrince  6     5      3.31 tau  with Adaptive: to state an error instead of a step
//
// Between the ends of steps the error is of the same order in the size of steps
// as at them. Exponential needs a system that is [Leaky]. Of a system that is
// [Noisy] Euler, Exponential and Heun are methods, and no others. Where a system jumps,
// as an input may, every method keeps its order only if a step ends there.
//
// Steppers and controls allocate when they are bound to a system and never
// afterwards. None may be used by two goroutines at once, or for two systems.
package integrator

import (
	"errors"
	"fmt"
)

// Float is the precision of a state. Time is always float64: at 1e5 s a
// float32 cannot resolve a step of 10 ms.
type Float interface{ float32 | float64 }

// System is a set of ordinary differential equations.
type System[F Float] interface {
	// Dim is the number of state variables, at least one.
	Dim() int
	// Derivative stores dx/dt at time t (s) and state x in dst. It must not
	// keep or change x. Both have length Dim.
	Derivative(dst []F, t float64, x []F)
}

// Leaky is a System with a known linear decay: dx/dt = -leak*x + n(t, x).
type Leaky[F Float] interface {
	System[F]
	// Leak stores the decay rates (1/s), zero for variables that do not decay.
	Leak(dst []F)
}

// Parted is a System whose variables are of several kinds, such as compartments
// and weights. Errors are judged part by part, so that many variables that
// hardly move do not hide the errors of a few that do.
type Parted[F Float] interface {
	System[F]
	// Parts returns the end index of every part, ascending, the last equal to
	// Dim. Parts may be empty.
	Parts() []int
}

// Stepper advances a system by one step. Order and StabilityLimit can be asked
// before Init; Step cannot.
type Stepper[F Float] interface {
	// Init binds the stepper to a system and allocates its memory. It returns
	// an error if the system lacks what the method needs.
	Init(sys System[F]) error
	// Step replaces x, of length Dim, at time t by the approximation at
	// t+h (s).
	Step(t, h float64, x []F)
	// Interpolate stores in dst the solution at the fraction theta, from 0 to
	// 1, of the step just made, which led to x. The system must be as it was
	// during the step: it may be evaluated where the step ends. No later step
	// depends on whether Interpolate was called.
	Interpolate(dst, x []F, theta float64)
	// Reset forgets whatever was kept from the step before. It must be called
	// when x or the system changed otherwise than by Step.
	Reset()
	// Order is the order of convergence.
	Order() int
	// StabilityLimit is the h*leak from which on a decay does not fall any
	// more; +Inf if there is none.
	StabilityLimit() float64
}

// Embedded is a Stepper that estimates the error of a step before it is made,
// as [Adaptive] needs.
type Embedded[F Float] interface {
	Stepper[F]
	// Estimates reports, after Init, whether there is an estimate.
	Estimates() bool
	// Start prepares trial steps from x at time t and returns the derivative
	// there, which it may have kept from the step before.
	Start(t float64, x []F) []F
	// Try returns the state after a step of size h (s) from where Start was
	// called, and the estimate of its error, of order Order. Both are valid
	// until the next call.
	Try(t, h float64, x []F) (y, err []F)
	// Accept makes the last trial the step: x becomes the state after it.
	Accept(x []F)
	// Visit visits what Start would return without an evaluation, as
	// [Adaptive.Visit] does.
	Visit(visit func(name string, ref any))
}

// Control chooses the size of steps.
type Control[F Float] interface {
	// Init binds the control and the stepper to a system. It returns an error
	// if they do not go together.
	Init(sys System[F], stepper Stepper[F]) error
	// Step replaces x at time t by the approximation at t+h and returns h (s),
	// positive and at most end-t. The step that reaches end returns end-t to
	// the last bit: the caller then sets its time to end, which t+h can miss by
	// a rounding. After an error x is as it was.
	Step(t, end float64, x []F) (h float64, err error)
	// Reset must be called when x or the system changed otherwise than by Step.
	Reset()
}

// dimension is sys.Dim() of a system that can be integrated.
func dimension[F Float](sys System[F]) (int, error) {
	if sys == nil {
		return 0, errors.New("integrator: no system")
	}
	n := sys.Dim()
	if n < 1 {
		return 0, fmt.Errorf("integrator: a system of %d variables cannot be integrated", n)
	}
	return n, nil
}
