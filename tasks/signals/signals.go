// Package signals is a task of signals that a user has: inputs, and targets or a
// teacher, as rows of numbers over time. Some of the rows are learned from, others
// may be there for tests, and are shown before and after.
package signals

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"burstsim/internal/dataset/samples"
	"burstsim/tasks/teacher"
)

// Stretch is rows that are played one after another.
type Stretch struct {
	Inputs, Targets samples.Rows // as many of each; Targets are ignored with a teacher
	// Times (s) of the rows, ascending by at least 1 ns; nil: they follow each other
	// by Interval. Their first counts as 0.
	Times []float64
}

// Config says how signals are played.
type Config struct {
	Train Stretch
	// Test, if not nil, is shown outside of [From, Until).
	Test *Stretch
	// From and Until (s) bound the time in which Train is shown, from its beginning;
	// before and behind it Test is, each time from its beginning. Without Test there
	// is Train all the time.
	From, Until float64

	Interval float64 // s between two rows of a stretch without times; more than 0
	// Linear connects rows by straight lines, otherwise each holds until the next.
	Linear bool
	// Repeat begins again behind the last row, which lasts as long as the one before
	// it; otherwise the last row stays.
	Repeat bool

	// Teacher, if not nil, makes the targets of the inputs. It is for this task
	// alone: see [teacher.Network.Clone].
	Teacher *teacher.Network
}

func (c Config) validate() error {
	stretches := []*Stretch{&c.Train, c.Test}
	if c.Test == nil {
		stretches = stretches[:1]
	} else if !(c.From >= 0 && c.From < c.Until) {
		return fmt.Errorf("signals: From is %v s and Until %v s, expected at least 0 and more than that", c.From, c.Until)
	}
	for _, s := range stretches {
		n := s.Inputs.Len()
		switch {
		case n < 1:
			return errors.New("signals: no rows, expected at least 1")
		case s.Inputs.Columns() != c.Train.Inputs.Columns() || c.Teacher == nil && s.Targets.Columns() != c.Train.Targets.Columns():
			return errors.New("signals: Test has other numbers of inputs and targets than Train")
		case c.Teacher == nil && s.Targets.Len() != n:
			return fmt.Errorf("signals: %d rows of inputs and %d of targets, expected as many", n, s.Targets.Len())
		case c.Teacher != nil && c.Teacher.Inputs() != s.Inputs.Columns():
			return fmt.Errorf("signals: the teacher takes %d inputs, expected %d", c.Teacher.Inputs(), s.Inputs.Columns())
		case s.Times == nil && !(c.Interval >= nano && !math.IsInf(c.Interval, 1)):
			return fmt.Errorf("signals: Interval is %v s, expected at least 1 ns", c.Interval)
		case s.Times != nil && len(s.Times) != n:
			return fmt.Errorf("signals: %d times of %d rows", len(s.Times), n)
		case s.Times != nil && n < 2:
			return errors.New("signals: a single time, expected at least 2")
		}
		for i := 1; i < len(s.Times); i++ {
			if !(s.Times[i]-s.Times[i-1] >= nano/2) || math.IsInf(s.Times[i], 0) {
				return fmt.Errorf("signals: time %d is %v s behind %v s, expected at least 1 ns more", i, s.Times[i], s.Times[i-1])
			}
		}
	}
	return nil
}

const nano = 1e-9

// slack (s) is how far from a boundary time t still means the boundary: a
// simulation counts in nanoseconds, and its times are rounded.
func slack(t float64) float64 { return nano/4 + 0x1p-50*math.Abs(t) }

// Task is the stream. At a boundary two rows meet, or two stretches. The later
// counts, unless a simulation has said with Enter that it is still within the
// earlier one, as in the last stage of an integration step that ends there. A task
// keeps where it is, so each simulation needs one of its own; they share the
// numbers.
type Task struct {
	cfg         Config
	train, test stretch

	entered bool
	within  place // that was entered last

	a, b  []float64 // rows between which something is
	input []float64 // of a teacher
}

// stretch is a Stretch whose times begin at 0.
type stretch struct {
	Stretch
	times  []float64 // nil: k Interval
	period float64   // s
	last   int       // row found last
}

// place is where a time is.
type place struct {
	part       int     // 0: test before; 1: training; 2: test behind it
	cycle      float64 // how often it has begun again
	row        int
	begin, end float64 // s, of the row, in simulated time; its end may be +Inf
	over       float64 // s, where it is over: its end, or that of the part
}

// New returns the task, or an error that names what does not fit.
func New(cfg Config) (*Task, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	task := &Task{cfg: cfg, train: newStretch(cfg.Train, cfg.Interval)}
	if cfg.Test != nil {
		task.test = newStretch(*cfg.Test, cfg.Interval)
	}
	widest := max(task.Inputs(), task.Outputs())
	task.a, task.b = make([]float64, widest), make([]float64, widest)
	task.input = make([]float64, task.Inputs())
	return task, nil
}

func newStretch(s Stretch, interval float64) stretch {
	out := stretch{Stretch: s, period: float64(s.Inputs.Len()) * interval}
	if n := len(s.Times); n > 0 {
		for _, t := range s.Times {
			// To nanoseconds, in which simulations count.
			out.times = append(out.times, math.Round((t-s.Times[0])/nano)*nano)
		}
		out.period = 2*out.times[n-1] - out.times[n-2]
	}
	return out
}

// start is when a row begins within its stretch, or the next stretch does.
func (s *stretch) start(row int, interval float64) float64 {
	switch {
	case s.times == nil:
		return float64(row) * interval
	case row == len(s.times):
		return s.period
	}
	return s.times[row]
}

// find is the row at time u within the stretch.
func (s *stretch) find(u, near, interval float64) int {
	n := s.Inputs.Len()
	if s.times == nil {
		return min(max(int(min((u+near)/interval, float64(n))), 0), n-1)
	}
	k := s.last
	if !(s.times[k] <= u+near && (k+1 == n || u+near < s.times[k+1])) {
		next, found := slices.BinarySearch(s.times, u+near)
		if k = next - 1; found {
			k = next
		}
		k = max(k, 0)
	}
	s.last = k
	return k
}

// locate says where time t is: at a boundary in what comes later.
func (task *Task) locate(t float64) place {
	part, begin, over := 1, 0.0, math.Inf(1)
	if c := &task.cfg; c.Test != nil {
		switch {
		case t < c.From-slack(t):
			part, over = 0, c.From
		case t < c.Until-slack(t):
			begin, over = c.From, c.Until
		default:
			part, begin = 2, c.Until
		}
	}
	s := task.stretch(part)
	u, near := t-begin, slack(t)
	p := place{part: part}
	if task.cfg.Repeat {
		p.cycle = math.Floor((u + near) / s.period)
		u -= p.cycle * s.period
		begin += p.cycle * s.period
	}
	p.row = s.find(u, near, task.cfg.Interval)
	p.begin = begin + s.start(p.row, task.cfg.Interval)
	p.end = begin + s.start(p.row+1, task.cfg.Interval)
	if p.row == s.Inputs.Len()-1 && !task.cfg.Repeat {
		p.end = math.Inf(1)
	}
	p.over = min(p.end, over)
	return p
}

func (task *Task) stretch(part int) *stretch {
	if part == 1 {
		return &task.train
	}
	return &task.test
}

// Enter says that a simulation at time t (s) begins, or goes on in, the row that t
// belongs to; at a boundary that is the later one. From then on this includes its
// end, until Enter is called again.
func (task *Task) Enter(t float64) { task.within, task.entered = task.locate(t), true }

// shown is where time t is, on the side of a boundary on which the simulation
// stands.
func (task *Task) shown(t float64) place {
	p, w := task.locate(t), task.within
	if task.entered && p != w && min(math.Abs(t-w.begin), math.Abs(t-w.over)) <= slack(t) {
		return w
	}
	return p
}

// Inputs is the number of input signals.
func (task *Task) Inputs() int { return task.cfg.Train.Inputs.Columns() }

// Outputs is the number of targets.
func (task *Task) Outputs() int {
	if task.cfg.Teacher != nil {
		return task.cfg.Teacher.Outputs()
	}
	return task.cfg.Train.Targets.Columns()
}

// Input stores the inputs at time t.
func (task *Task) Input(dst []float64, t float64) {
	p := task.shown(t)
	task.value(dst, p, task.stretch(p.part).Inputs, t)
}

// value stores what rows have at time t, which is at p.
func (task *Task) value(dst []float64, p place, rows samples.Rows, t float64) {
	next := p.row + 1
	if next == rows.Len() {
		next = 0
	}
	if !task.cfg.Linear || math.IsInf(p.end, 1) {
		samples.Fill(dst, rows, p.row)
		return
	}
	a, b := task.a[:len(dst)], task.b[:len(dst)]
	samples.Fill(a, rows, p.row)
	samples.Fill(b, rows, next)
	part := min(max((t-p.begin)/(p.end-p.begin), 0), 1)
	for i := range dst {
		dst[i] = a[i] + part*(b[i]-a[i])
	}
}

// Target stores the targets at time t: those of the rows, or of the teacher.
func (task *Task) Target(dst []float64, t float64, state []float64) {
	switch teacher := task.cfg.Teacher; {
	case teacher == nil:
		p := task.shown(t)
		task.value(dst, p, task.stretch(p.part).Targets, t)
	case teacher.StateDim() > 0:
		teacher.Target(dst, nil, state)
	default:
		task.Input(task.input, t)
		teacher.Target(dst, task.input, nil)
	}
}

// StateDim is the number of potentials of a teacher whose units have a time
// constant; otherwise 0.
func (task *Task) StateDim() int {
	if task.cfg.Teacher == nil {
		return 0
	}
	return task.cfg.Teacher.StateDim()
}

// StateDerivative stores dz/dt of the teacher's units.
func (task *Task) StateDerivative(dst []float64, t float64, state []float64) {
	if task.StateDim() > 0 {
		task.Input(task.input, t)
		task.cfg.Teacher.Derivative(dst, task.input, state)
	}
}

// StateLeak stores 1/tau of the teacher's units.
func (task *Task) StateLeak(dst []float64) {
	if task.StateDim() > 0 {
		task.cfg.Teacher.Leak(dst)
	}
}

// SteadyState stores the potentials of the teacher's units when the inputs of time
// t have lasted.
func (task *Task) SteadyState(dst []float64, t float64) {
	if task.StateDim() > 0 {
		task.Input(task.input, t)
		task.cfg.Teacher.Settle(dst, task.input)
	}
}

// NextChange is where the row at time t ends, the later one at a boundary, or the
// stretch that it belongs to: there signals jump, or their slopes. +Inf if it lasts.
func (task *Task) NextChange(t float64) float64 { return task.locate(t).over }
