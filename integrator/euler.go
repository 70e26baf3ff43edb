package integrator

var _ Stepper[float64] = (*Euler[float64])(nil)

// Euler is the explicit Euler method, x += h f(t, x).
type Euler[F Float] struct {
	sys System[F]
	dx  []F
}

func (e *Euler[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	e.sys, e.dx = sys, make([]F, n)
	return nil
}

func (e *Euler[F]) Step(t, h float64, x []F) {
	e.sys.Derivative(e.dx, t, x)
	add1(x, x, F(h), e.dx)
}

func (e *Euler[F]) Reset() {}

func (e *Euler[F]) Order() int { return 1 }

func (e *Euler[F]) StabilityLimit() float64 { return 2 }
