// Package integrator advances ordinary differential equations dx/dt = f(t, x)
// in time. A stepper makes one step and knows nothing of what it moves; the
// choice of step size, what is saved and when, belong to others. [Adaptive] is
// the one that chooses its own step size.
//
// Which method to choose: what a step costs in derivatives, its order, and the
// largest step that does not enlarge a decay with time constant tau.
//
//	method            cost  order  step      choose it
//	Euler             1     1      2 tau     to compare with published simulations
//	Exponential       1     1      any       if steps come near tau or pass it
//	Layerwise         1     1      2 tau     to update layer by layer, as published code does
//	NewRK4            4     4      2.79 tau  otherwise
//	NewDormandPrince  6     5      3.31 tau  as a reference, or for high accuracy
//	Adaptive          6     5      its own   to state an error instead of a step
//
// Exponential and Layerwise need a system that is [Leaky] or [Blocked]. Where
// a system jumps, as an input may, every method keeps its order only if a step
// ends there.
//
// All steppers allocate when they are bound to a system and never afterwards.
// None may be used by two goroutines at once.
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

// Blocked is a System whose variables fall into consecutive blocks that can be
// advanced one after another, each seeing the new values of those before it.
type Blocked[F Float] interface {
	System[F]
	// Blocks returns the end index of every block, ascending, the last equal
	// to Dim.
	Blocks() []int
	// BlockDerivative stores the derivative of block k in dst, whose length is
	// that of the block. Within a step, k runs from 0 upwards and t is the
	// time at the start of the step.
	BlockDerivative(dst []F, k int, t float64, x []F)
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
	// Reset forgets whatever was kept from the step before. It must be called
	// when x or the system changed otherwise than by Step.
	Reset()
	// Order is the order of convergence.
	Order() int
	// StabilityLimit is the largest h*leak for which a decay does not grow;
	// +Inf if there is none.
	StabilityLimit() float64
}

// New returns the fixed-step method of that name: "euler", "rk4", "dopri5",
// "exponential" or "layerwise".
func New[F Float](method string) (Stepper[F], error) {
	switch method {
	case "euler":
		return &Euler[F]{}, nil
	case "rk4":
		return NewRK4[F](), nil
	case "dopri5":
		return NewDormandPrince[F](), nil
	case "exponential":
		return &Exponential[F]{}, nil
	case "layerwise":
		return &Layerwise[F]{}, nil
	}
	return nil, fmt.Errorf("integrator: unknown method %q, want euler, rk4, dopri5, exponential or layerwise", method)
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
