package sim

import (
	"fmt"
	"math"
	"time"

	"burstsim/integrator"
	"burstsim/sim/program"
)

// Replay runs a stretch of continuous time once more, without a teacher and
// without learning, and goes back through it for the gradient of the loss of the
// whole stretch: what gradient descent through the dynamics would change, where
// [program.Machine.Gradients] takes the present rates for all.
//
// Both ways are integrated by classical Runge-Kutta steps, backwards with states
// between them from cubic Hermite polynomials, which keeps order 4.
type Replay[F Float] struct {
	sys     *Continuous[F]
	step    time.Duration
	stepper *integrator.RungeKutta[F]

	past     []replayed[F] // of the stretch; memory is kept for the next
	x        []F           // the state at its end, and while going back between steps
	costate  []F
	stage    []F
	rates    [4][]F
	slope    []F
	gradient [][]F // by matrix; nil of weights that do not learn
}

// replayed is a step: where it began, and the rates of change at both of its ends.
type replayed[F Float] struct {
	segment  time.Duration // since when no input has jumped
	from     float64       // s
	size     float64       // s
	x        []F
	at0, at1 []F
}

// NewReplay prepares replays of the network of w. streams holds one task a row,
// of its own: what another simulation looks at must not be sent back in time.
// Steps are no longer than step, and end where an input jumps. The error says if
// the network has noise or delays.
func NewReplay[F Float](w *Weights[F], streams []Stream, step time.Duration) (*Replay[F], error) {
	if step <= 0 {
		return nil, fmt.Errorf("sim: the time step is %v, expected more than 0", step)
	}
	sys, err := newContinuous(w, streams, true, (*program.Network).Adjoint)
	if err != nil {
		return nil, err
	}
	if sys.past != nil {
		return nil, fmt.Errorf("sim: the model %s has delays, through which there is no way back", w.net.Text.Name)
	}
	n := sys.teachers()
	r := &Replay[F]{sys: sys, step: step, stepper: integrator.NewRK4[F](), x: make([]F, sys.Dim()), slope: make([]F, sys.Dim()),
		costate: make([]F, n), stage: make([]F, n), gradient: make([][]F, len(sys.machine.Weights()))}
	for i := range r.rates {
		r.rates[i] = make([]F, n)
	}
	for _, rule := range sys.rules {
		if rule.Forward {
			r.gradient[rule.Index()] = make([]F, rule.Len())
		}
	}
	return r, r.stepper.Init(sys)
}

// Dim is the length of a state: compartments, then the teachers' own.
func (r *Replay[F]) Dim() int { return r.sys.Dim() }

// Run computes the gradient over the stretch between two times, for weights w
// and the state x at its beginning: compartments, then the teachers' own, as
// [Continuous.State] begins with. It returns what the gradient is of: the mean
// over the stretch of half the squared error, summed over outputs and averaged
// over rows; it is not finite if the network was not.
func (r *Replay[F]) Run(from, to time.Duration, w *Weights[F], x []F) (loss float64, err error) {
	if err := r.sys.state.Weights().copied(w); err != nil {
		return math.NaN(), err
	}
	copy(r.x, x)
	clear(r.sys.carry) // nothing is left of another stretch
	r.forwards(from, to)
	for _, g := range r.gradient {
		clear(g)
	}
	clear(r.costate)
	scale := 1 / ((to - from).Seconds() * float64(r.sys.state.rows))
	segment := time.Duration(-1)
	var sum float64
	for k := len(r.past) - 1; k >= 0; k-- {
		step := &r.past[k]
		if step.segment != segment {
			segment = step.segment
			r.sys.enter(segment)
		}
		sum += r.back(step, scale)
		r.x = append(r.x[:0], step.x...)
	}
	return sum, nil
}

// forwards records the steps of the stretch.
func (r *Replay[F]) forwards(from, to time.Duration) {
	steps := r.past[:0]
	for t := from; t < to; {
		segment := t
		end := min(to, r.sys.enter(t))
		n := (end - t + r.step - 1) / r.step
		for i := range n {
			if len(steps) < cap(steps) {
				steps = steps[:len(steps)+1]
			} else {
				steps = append(steps, replayed[F]{})
			}
			s := &steps[len(steps)-1]
			at, next := t+(end-t)*i/n, t+(end-t)*(i+1)/n
			s.segment, s.from, s.size = segment, at.Seconds(), (next - at).Seconds()
			s.x = append(s.x[:0], r.x...)
			s.at0 = append(s.at0[:0], r.change(s.from)...)
			r.stepper.Step(s.from, s.size, r.x)
			s.at1 = append(s.at1[:0], r.change(next.Seconds())...)
		}
		t = end
	}
	r.past = steps
}

func (r *Replay[F]) change(t float64) []F {
	r.sys.Derivative(r.slope, t, r.x)
	return r.slope
}

// back goes back over a step that ended at r.x, adds to the gradient and returns
// the step's part of the loss.
func (r *Replay[F]) back(s *replayed[F], scale float64) (loss float64) {
	h := s.size
	copy(r.stage, r.costate)
	loss = r.look(0, s.from+h, r.x, scale*h/6)
	middle := r.slope
	for i, x := range s.x {
		middle[i] = (x+r.x[i])/2 + F(h/8)*(s.at0[i]-s.at1[i])
	}
	r.ahead(0, h/2)
	loss += r.look(1, s.from+h/2, middle, scale*h/3)
	r.ahead(1, h/2)
	loss += r.look(2, s.from+h/2, middle, scale*h/3)
	r.ahead(2, h)
	loss += r.look(3, s.from, s.x, scale*h/6)
	for i := range r.costate {
		r.costate[i] += F(h/6) * (r.rates[0][i] + 2*r.rates[1][i] + 2*r.rates[2][i] + r.rates[3][i])
	}
	return loss
}

// ahead is the costate of the next stage.
func (r *Replay[F]) ahead(k int, h float64) {
	for i, rate := range r.rates[k] {
		r.stage[i] = r.costate[i] + F(h)*rate
	}
}

// look computes the rates of a stage and adds weight times its derivatives.
func (r *Replay[F]) look(k int, t float64, x []F, weight float64) (loss float64) {
	sys := r.sys
	sys.read(t, x)
	sys.machine.Adjoint(r.rates[k], r.stage)
	sys.machine.AddAdjoint(r.gradient, weight)
	state := sys.state
	for i, answer := range state.Output() {
		error := float64(state.target[i] - answer)
		loss += weight * error * error / 2
	}
	return loss
}

// Gradient is the gradient that Run computed last, for the weights of a name,
// such as "W1", or a bias, "c1"; nil if they do not come from below or do not
// learn. Run overwrites it.
func (r *Replay[F]) Gradient(name string) []F {
	for _, m := range r.sys.state.net.Matrices() {
		if m.Name == name {
			return r.gradient[m.Index()]
		}
	}
	return nil
}
