package sim

import "time"

// Engine moves a network from one time to a later one. [Integration] and
// [Presentation] are the two.
type Engine[F Float] interface {
	// SetTeaching begins a phase.
	SetTeaching(teacher, learning bool)
	// Begin says that what follows begins at t, where the network stands.
	Begin(t time.Duration)
	// Step makes one step from a time towards end and returns where it ended,
	// and whether it counts: 1 or 0.
	Step(from, end time.Duration) (to time.Duration, steps int, err error)
	// Observe makes the network's rates, input and target those of time t,
	// within the last step or where the network stands: before Begin under the
	// conditions of the last step, then under those of the next. It changes
	// nothing that a step depends on.
	Observe(t time.Duration)
	// Check returns a NumericalError if the network left the finite numbers.
	Check(t time.Duration) error
	// Grid is the time between two states of a network in discrete time; 0 in
	// continuous time, where it has one at every time.
	Grid() time.Duration
	// Moved is the network.
	Moved() *State[F]
	// Visit visits all that decides what Step does.
	Visit(visit Visit)
}
