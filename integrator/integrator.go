// Package integrator advances ordinary differential equations dx/dt = f(t, x)
// in time. A stepper makes one step and knows nothing of what it moves; the
// choice of step size, what is saved and when, belong to others.
//
// All steppers allocate when they are bound to a system and never afterwards.
package integrator

// Float is the precision of a state. Time is always float64: at 1e5 s a
// float32 cannot resolve a step of 10 ms.
type Float interface{ float32 | float64 }

// System is a set of ordinary differential equations.
type System[F Float] interface {
	// Dim is the number of state variables.
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

// Stepper advances a system by one step.
type Stepper[F Float] interface {
	// Init binds the stepper to a system and allocates its memory. It returns
	// an error if the system lacks what the method needs.
	Init(sys System[F]) error
	// Step replaces x at time t by the approximation at t+h (s).
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
