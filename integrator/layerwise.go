package integrator

import (
	"fmt"
	"slices"
)

var _ Stepper[float64] = (*Layerwise[float64])(nil)

// Layerwise is the explicit Euler method applied to one block of a Blocked
// system after another, as Gauss and Seidel did for linear equations: every
// block sees the new values of the blocks before it. In a network whose blocks
// are layers, an input crosses all of them within one step.
type Layerwise[F Float] struct {
	sys   Blocked[F]
	ends  []int
	carry []F
	dx    []F
	h     float64 // size of the last step
}

// Init returns an error if sys is not Blocked or its blocks do not cover it.
func (l *Layerwise[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	blocked, ok := sys.(Blocked[F])
	if !ok {
		return fmt.Errorf("integrator: the layerwise method needs a system in blocks, which %T is not", sys)
	}
	ends := slices.Clone(blocked.Blocks())
	start := 0
	for k, end := range ends {
		if end < start {
			return fmt.Errorf("integrator: block %d ends at %d, before it starts at %d", k, end, start)
		}
		start = end
	}
	if start != n {
		return fmt.Errorf("integrator: the last block ends at %d, the system at %d", start, n)
	}
	l.sys, l.ends, l.carry, l.dx = blocked, ends, carryOf(sys), make([]F, n)
	return nil
}

// Step evaluates the derivative of every block once.
func (l *Layerwise[F]) Step(t, h float64, x []F) {
	start := 0
	for k, end := range l.ends {
		dx, block, kept := l.dx[start:end], x[start:end], l.carry
		if kept != nil {
			kept = kept[start:end]
		}
		l.sys.BlockDerivative(dx, k, t, x)
		advance(block, kept, F(h), dx)
		start = end
	}
	l.h = h
}

// Interpolate is linear.
func (l *Layerwise[F]) Interpolate(dst, x []F, theta float64) {
	add1(dst, x, F((theta-1)*l.h), l.dx)
}

// Reset does nothing: no step keeps anything for the next.
func (l *Layerwise[F]) Reset() {}

// Order is 1.
func (l *Layerwise[F]) Order() int { return 1 }

// StabilityLimit is 2, that of [Euler].
func (l *Layerwise[F]) StabilityLimit() float64 { return 2 }
