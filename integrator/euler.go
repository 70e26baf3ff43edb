package integrator

var _ Stepper[float64] = (*Euler[float64])(nil)

// Euler is the explicit Euler method, x += h f(t, x).
type Euler[F Float] struct {
	sys   System[F]
	carry []F
	dx    []F
	h     float64 // size of the last step
}

// Init binds the stepper to a system of any kind.
func (e *Euler[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	e.sys, e.carry, e.dx = sys, carryOf(sys), make([]F, n)
	return nil
}

// Step evaluates the derivative once.
func (e *Euler[F]) Step(t, h float64, x []F) {
	e.sys.Derivative(e.dx, t, x)
	advance(x, e.carry, F(h), e.dx)
	e.h = h
}

// Interpolate is linear.
func (e *Euler[F]) Interpolate(dst, x []F, theta float64) {
	add1(dst, x, F((theta-1)*e.h), e.dx)
}

// Reset does nothing: no step keeps anything for the next.
func (e *Euler[F]) Reset() {}

// Order is 1.
func (e *Euler[F]) Order() int { return 1 }

// StabilityLimit is 2, where the factor of a step, 1 - h leak, reaches -1. From
// 1 upwards the decay alternates in sign.
func (e *Euler[F]) StabilityLimit() float64 { return 2 }
