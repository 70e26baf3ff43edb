package sim

import (
	"errors"
	"fmt"
	"time"

	"burstsim/integrator"
)

// ErrNotFinite means that a simulation left the range of its numbers.
var ErrNotFinite = errors.New("not finite")

// NumericalError says where and when a simulation failed.
type NumericalError struct {
	Time  float64
	Unit  string // of Time; "" is s
	Where string // "layer 1 (soma), unit 7"
	Err   error
}

func (e *NumericalError) Error() string {
	unit := e.Unit
	if unit == "" {
		unit = "s"
	}
	return fmt.Sprintf("%v at t = %.6g %s in %s", e.Err, e.Time, unit, e.Where)
}

// Unwrap returns the cause.
func (e *NumericalError) Unwrap() error { return e.Err }

// stepNotFinite is the reason why a step could not be made, and ErrNotFinite.
type stepNotFinite struct{ error }

func (stepNotFinite) Is(target error) bool { return target == ErrNotFinite }

func (e stepNotFinite) Unwrap() error { return e.error }

// Check returns a NumericalError if a state or weight is not a finite number.
func (in *Integration[F]) Check(t time.Duration) error {
	if where := in.System.unstable(); where != "" {
		return &NumericalError{Time: t.Seconds(), Where: where, Err: ErrNotFinite}
	}
	return nil
}

// unstable names what is not a finite number: a teacher first, which the rest
// follows; "" if all are.
func (c *Continuous[F]) unstable() string {
	if i := notFinite(c.x[c.teachers():c.dynamic]); i >= 0 {
		return c.where(c.teachers() + i)
	}
	return c.state.Unstable()
}

// failure says where what made a step at time t (s) fail is.
func (c *Continuous[F]) failure(t float64, cause error) error {
	known := cause
	for _, k := range []error{integrator.ErrNotFinite, integrator.ErrStepCollapsed} {
		if errors.Is(cause, k) {
			known = k // the rest of it is the time
		}
	}
	if errors.Is(cause, integrator.ErrNotFinite) {
		known = stepNotFinite{known}
	}
	return &NumericalError{Time: t, Where: c.culprit(t), Err: known}
}

// culprit names what is not a finite number at time t (s) or right behind it,
// causes before what they lead to, or else what changes fastest.
func (c *Continuous[F]) culprit(t float64) string {
	slope := make([]F, c.Dim())
	soon := t + 1e-12*max(1, t) // a task may fail from t on
	for _, at := range []float64{t, soon} {
		c.Derivative(slope, at, c.State())
		if where := c.unstable(); where != "" {
			return where
		}
		if notFinite(c.state.input) >= 0 {
			return "the input of the task"
		}
		if c.state.teaching && notFinite(c.state.target) >= 0 {
			return "the target of the task"
		}
		if i := notFinite(slope); i >= 0 {
			return c.where(i)
		}
	}
	worst, steepest := 0, F(-1)
	for i, v := range slope {
		if v = max(v, -v) / (1 + max(c.x[i], -c.x[i])); v > steepest {
			worst, steepest = i, v
		}
	}
	return c.where(worst)
}
