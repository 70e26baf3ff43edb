package integrator

var _ Stepper[float64] = (*Euler[float64])(nil)

// Euler is the explicit Euler method, x += h f(t, x) + dN, with noise dN the one
// of Euler and Maruyama: of strong and weak order 1.
type Euler[F Float] struct {
	sys    System[F]
	pieces *pieces[F]
	carry  []F
	noise  noise[F]
	dx     []F     // before the pieces, if there are some
	h      float64 // size of the last step
}

// Init binds the stepper to a system of any kind.
func (e *Euler[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	e.sys, e.carry, e.pieces = sys, carryOf(sys), piecesOf(sys, 1)
	if e.pieces != nil {
		n = e.pieces.head
	}
	e.dx = make([]F, n)
	e.noise.init(sys)
	return nil
}

// Step evaluates the derivative once.
func (e *Euler[F]) Step(t, h float64, x []F) {
	e.h = h
	if e.pieces == nil {
		e.sys.Derivative(e.dx, t, x)
		advance(x, e.carry, F(h), e.dx)
	} else {
		e.pieces.sys.Partial(e.dx, 0, t, x)
		e.pieces.euler(x, e.carry, F(h), e.dx)
	}
	e.noise.step(t, h)
	e.noise.advance(x, e.carry)
}

// Interpolate is linear, but for the noise.
func (e *Euler[F]) Interpolate(dst, x []F, theta float64) {
	back := F((theta - 1) * e.h)
	if e.pieces == nil {
		add1(dst, x, back, e.dx)
	} else {
		copy(dst, x)
		e.pieces.euler(dst, nil, back, e.dx)
	}
	e.noise.until(theta)
	e.noise.back(dst)
}

// Reset does nothing: no step keeps anything for the next.
func (e *Euler[F]) Reset() {}

// Order is 1.
func (e *Euler[F]) Order() int { return 1 }

// StabilityLimit is 2, where the factor of a step, 1 - h leak, reaches -1. From
// 1 upwards the decay alternates in sign.
func (e *Euler[F]) StabilityLimit() float64 { return 2 }
