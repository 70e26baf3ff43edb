package integrator

import (
	"fmt"
	"math"
)

var _ Stepper[float64] = (*Exponential[float64])(nil)

// Exponential is the exponential Euler method, also known as ETD1, for a Leaky
// system:
//
//	x += h phi1(-leak h) f(t, x),  phi1(z) = (exp(z) - 1)/z
//
// It is exact, at any step size, while the rest n(t, x) of dx/dt = -leak x + n
// is constant. So is the distribution with noise, of which a step adds the
// increment dN times sqrt(phi1(-2 leak h)): that has the variance of the noise
// that decays from when it came until the end of the step. Path by path, and
// where the rest is not constant, it is of order 1.
//
// Hochbruck and Ostermann, Exponential integrators, Acta Numerica 19 (2010),
// section 2.1.
type Exponential[F Float] struct {
	sys    Leaky[F]
	carry  []F
	change []F // of a step; only with a carry
	noise  noise[F]
	leak   []F
	dx     []F

	h    float64 // the step size that gain belongs to, zero if to none
	gain []F     // h phi1(-leak h)
	fade []F     // sqrt(phi1(-2 leak h)), of variables with noise
}

// Init returns an error if sys is not Leaky or a rate is not finite.
func (e *Exponential[F]) Init(sys System[F]) error {
	n, err := dimension(sys)
	if err != nil {
		return err
	}
	leaky, ok := sys.(Leaky[F])
	if !ok {
		return fmt.Errorf("integrator: exponential Euler needs the decay rates of its system, which %T does not give", sys)
	}
	if e.sys, e.carry = leaky, carryOf(sys); e.carry != nil {
		e.change = make([]F, n)
	}
	e.leak, e.dx, e.gain = make([]F, n), make([]F, n), make([]F, n)
	e.noise.init(sys)
	e.fade = make([]F, len(e.noise.whole))
	e.Reset()
	for i, l := range e.leak {
		if math.IsNaN(float64(l)) || math.IsInf(float64(l), 0) {
			return fmt.Errorf("integrator: variable %d decays at a rate of %g/s", i, l)
		}
	}
	return nil
}

// Step evaluates the derivative once. A step of another size than the one
// before costs an exponential for each distinct rate besides.
func (e *Exponential[F]) Step(t, h float64, x []F) {
	if h != e.h {
		e.setStep(h)
	}
	e.sys.Derivative(e.dx, t, x)
	e.noise.step(t, h)
	for i, fade := range e.fade {
		e.noise.whole[i] *= fade
	}
	dx, gain := e.dx[:len(x)], e.gain[:len(x)]
	if e.carry == nil {
		for i := range x {
			x[i] += gain[i] * dx[i]
		}
		e.noise.advance(x, nil)
		return
	}
	for i := range dx {
		e.change[i] = gain[i] * dx[i]
	}
	advance(x, e.carry, 1, e.change)
	e.noise.advance(x, e.carry)
}

// Interpolate is the method itself with a shorter step: exact while the rest of
// the system is constant. It costs an exponential for each distinct rate, and
// two with noise.
func (e *Exponential[F]) Interpolate(dst, x []F, theta float64) {
	var back F // gain of the part of the step that is taken back
	for i, l := range e.leak {
		if i == 0 || l != e.leak[i-1] {
			back = e.gainOf(l, theta*e.h) - e.gain[i]
		}
		dst[i] = x[i] + back*e.dx[i]
	}
	if theta >= 1 {
		return // until finds what has faded already
	}
	e.noise.until(theta)
	var fade F
	for i, l := range e.leak[:len(e.fade)] {
		if i == 0 || l != e.leak[i-1] {
			fade = fadeOf(l, theta*e.h)
		}
		e.noise.part[i] *= fade
	}
	e.noise.back(dst)
}

// setStep computes the gains for step size h. Neighbours mostly share their
// rate, and an exponential costs as much as the rest of a variable's step.
func (e *Exponential[F]) setStep(h float64) {
	e.h = h
	for i, l := range e.leak {
		if i > 0 && l == e.leak[i-1] {
			e.gain[i] = e.gain[i-1]
			continue
		}
		e.gain[i] = e.gainOf(l, h)
	}
	for i, l := range e.leak[:len(e.fade)] {
		if i > 0 && l == e.leak[i-1] {
			e.fade[i] = e.fade[i-1]
			continue
		}
		e.fade[i] = fadeOf(l, h)
	}
}

// gainOf is h phi1(-leak h).
func (e *Exponential[F]) gainOf(leak F, h float64) F { return F(h * phi1(-float64(leak)*h)) }

// fadeOf is sqrt(phi1(-2 leak h)).
func fadeOf[F Float](leak F, h float64) F { return F(math.Sqrt(phi1(-2 * float64(leak) * h))) }

// Reset also reads the decay rates again.
func (e *Exponential[F]) Reset() {
	e.h = 0
	e.sys.Leak(e.leak)
}

// Order is 1.
func (e *Exponential[F]) Order() int { return 1 }

// StabilityLimit is +Inf: the leak is exact. The rest of the system, such as
// strong recurrent weights, still bounds the step.
func (e *Exponential[F]) StabilityLimit() float64 { return math.Inf(1) }

func phi1(z float64) float64 {
	if z == 0 {
		return 1
	}
	return math.Expm1(z) / z
}
