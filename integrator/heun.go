package integrator

var _ Stepper[float64] = (*Heun[float64])(nil)

// Heun is the explicit trapezoidal method: an Euler step, and then half of the
// derivative at each of its ends,
//
//	y = x + h f(t, x) + dN,  x += h (f(t, x) + f(t+h, y))/2 + dN
//
// of order 2 without noise dN. With noise it is of weak order 2, and of strong
// order 1 as every method that knows no more of the noise than its increment.
//
// Kloeden and Platen, Numerical Solution of Stochastic Differential Equations
// (1992), equation 15.1.3: the weak scheme of order 2 for additive noise.
type Heun[F Float] struct {
	sys   System[F]
	carry []F
	noise noise[F]
	k     [][]F          // derivatives at both ends
	ahead combination[F] // to the end, from the first of them
	mean  combination[F] // of both
	y     []F
	h     float64 // size of the last step
}

// Init binds the stepper to a system of any kind.
func (e *Heun[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	e.sys, e.carry = sys, carryOf(sys)
	e.k, e.y = [][]F{make([]F, n), make([]F, n)}, make([]F, n)
	e.ahead, e.mean = newCombination([]float64{1}, e.k), newCombination([]float64{0.5, 0.5}, e.k)
	e.noise.init(sys)
	return nil
}

// Step evaluates the derivative twice.
func (e *Heun[F]) Step(t, h float64, x []F) {
	e.h = h
	e.sys.Derivative(e.k[0], t, x)
	e.noise.step(t, h)
	e.ahead.add(e.y, x, h)
	for i, w := range e.noise.whole {
		e.y[i] += w
	}
	e.sys.Derivative(e.k[1], t+h, e.y)
	e.mean.advance(x, e.carry, e.y, h)
	e.noise.advance(x, e.carry)
}

// Interpolate is the parabola with the derivative at the beginning and the mean
// of both over the step, and the noise until then.
func (e *Heun[F]) Interpolate(dst, x []F, theta float64) {
	// In terms of x, where the step ended.
	from, to := F(e.h*(theta-theta*theta/2-0.5)), F(e.h*(theta*theta/2-0.5))
	for i, k := range e.k[0] {
		dst[i] = x[i] + F(from*k) + F(to*e.k[1][i])
	}
	e.noise.until(theta)
	e.noise.back(dst)
}

// Reset does nothing: no step keeps anything for the next.
func (e *Heun[F]) Reset() {}

// Order is 2.
func (e *Heun[F]) Order() int { return 2 }

// StabilityLimit is 2, where the factor of a step, 1 - h leak + (h leak)^2/2,
// is 1 again.
func (e *Heun[F]) StabilityLimit() float64 { return 2 }
