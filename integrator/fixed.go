package integrator

import "fmt"

var _ Control[float64] = (*Fixed[float64])(nil)

// Fixed makes equal steps, the last before an end shorter where it must be.
type Fixed[F Float] struct {
	// Size is the size of a step, s; more than 0.
	Size float64

	stepper Stepper[F]
}

// Init takes any stepper.
func (f *Fixed[F]) Init(sys System[F], stepper Stepper[F]) error {
	if !(f.Size > 0) {
		return fmt.Errorf("integrator: a step of %g s, want more than 0", f.Size)
	}
	f.stepper = stepper
	return stepper.Init(sys)
}

// Step makes a step of Size, or to end. It returns an error only where
// no step would get nearer to end.
func (f *Fixed[F]) Step(t, end float64, x []F) (h float64, err error) {
	if !(end > t && t+f.Size > t) {
		return 0, fmt.Errorf("integrator: a step of %g s from %g s cannot come nearer to %g s", f.Size, t, end)
	}
	h = f.Size
	if end-t <= f.Size*rounding {
		h = end - t
	}
	f.stepper.Step(t, h, x)
	return h, nil
}

// Reset is the stepper's.
func (f *Fixed[F]) Reset() { f.stepper.Reset() }
