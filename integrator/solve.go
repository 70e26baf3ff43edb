package integrator

import (
	"fmt"
	"slices"
)

// Settings say how [Solve] goes on. The zero value is the method of Dormand and
// Prince under error control, of which the end is saved.
type Settings[F Float] struct {
	// Stepper is the method, [NewDormandPrince] if nil.
	Stepper Stepper[F]
	// Control chooses the size of steps; if nil, [Adaptive] with its defaults,
	// which needs an [Embedded] Stepper.
	Control Control[F]
	// SaveAt are the times (s) whose states are saved, ascending and within the
	// span; if nil, its end. They change no step.
	SaveAt []float64
	// OnStep, if not nil, sees every step: for progress, or to stop. Its error
	// ends Solve, which returns it together with what was saved.
	OnStep func(s Step[F]) error
}

// Step is a step that was made. It is valid until the next one.
type Step[F Float] struct {
	From, To float64 // s
	X        []F     // state at To; not to be changed
	stepper  Stepper[F]
}

// At stores the solution at a time from From to To.
func (s Step[F]) At(dst []F, t float64) {
	if t == s.To {
		copy(dst, s.X)
		return
	}
	s.stepper.Interpolate(dst, s.X, (t-s.From)/(s.To-s.From))
}

// Solution is what [Solve] returns.
type Solution[F Float] struct {
	T     []float64 // times, s
	X     [][]F     // states at these times
	Steps int       // that were made
}

// Solve integrates a system from state x0 at time from to time to (s), which is
// later; x0 stays as it is. After an error the solution has what was saved until
// then. For a system that jumps call it once for each stretch between two jumps.
func Solve[F Float](sys System[F], x0 []F, from, to float64, s Settings[F]) (*Solution[F], error) {
	if s.Stepper == nil {
		s.Stepper = NewDormandPrince[F]()
	}
	if s.Control == nil {
		s.Control = &Adaptive[F]{}
	}
	if s.SaveAt == nil {
		s.SaveAt = []float64{to}
	}
	if err := s.check(sys, x0, from, to); err != nil {
		return nil, err
	}
	if err := s.Control.Init(sys, s.Stepper); err != nil {
		return nil, err
	}
	sol, x := &Solution[F]{}, slices.Clone(x0)
	for len(s.SaveAt) > len(sol.T) && s.SaveAt[len(sol.T)] == from {
		sol.save(from, slices.Clone(x0))
	}
	for t := from; t < to; {
		h, err := s.Control.Step(t, to, x)
		if err != nil {
			return sol, err
		}
		sol.Steps++
		step := Step[F]{From: t, To: t + h, X: x, stepper: s.Stepper}
		if h == to-t {
			step.To = to
		}
		for k := len(sol.T); k < len(s.SaveAt) && s.SaveAt[k] <= step.To; k++ {
			state := make([]F, len(x))
			step.At(state, s.SaveAt[k])
			sol.save(s.SaveAt[k], state)
		}
		if s.OnStep != nil {
			if err := s.OnStep(step); err != nil {
				return sol, err
			}
		}
		t = step.To
	}
	return sol, nil
}

func (sol *Solution[F]) save(t float64, x []F) {
	sol.T, sol.X = append(sol.T, t), append(sol.X, x)
}

func (s Settings[F]) check(sys System[F], x0 []F, from, to float64) error {
	n, err := dimension(sys)
	switch {
	case err != nil:
		return err
	case len(x0) != n:
		return fmt.Errorf("integrator: a state of %d variables for a system of %d", len(x0), n)
	case !(to > from):
		return fmt.Errorf("integrator: cannot integrate from %g s to %g s, want a later end", from, to)
	}
	last := from
	for _, t := range s.SaveAt {
		if !(t >= last && t <= to) {
			return fmt.Errorf("integrator: time %g s to save at, want ascending times from %g s to %g s", t, from, to)
		}
		last = t
	}
	return nil
}
