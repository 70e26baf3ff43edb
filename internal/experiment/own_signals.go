package experiment

import (
	"burstsim/internal/config"
	"burstsim/sim"
	"burstsim/tasks/signals"
	"burstsim/tasks/teacher"
)

// readSignals reads inputs and targets over time.
func (r *ownReader) readSignals() error {
	var beside []string
	timed := r.task.Interval == 0
	if timed {
		beside = []string{r.task.Times}
	}
	inputs, targets, err := r.tables(beside...)
	if err != nil {
		return err
	}
	var times []float64
	if timed {
		if times, err = r.times(inputs.Len()); err != nil {
			return err
		}
	}
	least := 1
	if timed {
		least = 2 // how long the last row lasts, the one before it says
	}
	test, err := r.held(inputs.Len(), least)
	if err != nil {
		return err
	}
	n := inputs.Len() - test
	part := func(from, to int) (s signals.Stretch) {
		if s.Inputs = inputs.Slice(from, to); r.teacher == nil {
			s.Targets = targets.Slice(from, to)
		}
		if timed {
			s.Times = times[from:to]
		}
		return s
	}
	r.train = part(0, n)
	scaled := []*signals.Stretch{&r.train}
	if test > 0 {
		r.test = part(n, n+test)
		scaled = append(scaled, &r.test)
	}
	r.task.Found.Rows, r.task.Found.Inputs = n, inputs.Columns()
	if r.teacher == nil {
		r.task.Found.Outputs = targets.Columns()
	}
	byInputs, byTargets := r.train.Inputs, r.train.Targets
	for _, s := range scaled {
		if err := scale("task.input_scaling", r.task.InputScaling, byInputs, &s.Inputs); err != nil {
			return err
		}
		if r.teacher != nil {
			continue
		}
		if err := scale("task.target_scaling", r.task.TargetScaling, byTargets, &s.Targets); err != nil {
			return err
		}
	}
	return nil
}

// times reads when the rows are, in s.
func (r *ownReader) times(rows int) ([]float64, error) {
	path, _ := config.SplitSum(r.task.InputFile)
	name := r.task.Times
	has := r.inputs.Names()
	if len(has) == 1 && has[0] == "" {
		return nil, wrong("task.interval", "is missing, expected the time between two rows, as %s has one array, the inputs", path)
	}
	table, err := r.inputs.Table(name)
	switch {
	case err != nil:
		return nil, wrong("task.times", "%v; or task.interval, the time between two rows", err)
	case table.Columns() != 1:
		return nil, wrong("task.times", "%s: %q has %d numbers a row, expected one, the time in s", path, name, table.Columns())
	case table.Len() != rows:
		return nil, wrong("task.times", "%s: %q has %d rows, expected %d as the inputs have", path, name, table.Len(), rows)
	case rows < 2:
		return nil, wrong("task.times", "%s: %q has a single time, expected 2 or more, or task.interval", path, name)
	}
	times := make([]float64, rows)
	for i := range times {
		times[i] = table.At(i, 0)
		if i > 0 && !(times[i]-times[i-1] >= shortestStep) {
			return nil, wrong("task.times", "%s: %q, row %d (from 0): %v s behind %v s, expected at least 1 ns later", path, name, i, times[i], times[i-1])
		}
	}
	if span := times[rows-1] - times[0]; !(span <= longestSpan) {
		return nil, wrong("task.times", "%s: %q goes over %v s, expected at most %v s", path, name, span, longestSpan)
	}
	return times, nil
}

const (
	shortestStep = 0.75e-9 // s; 1 ns, rounded as times are
	longestSpan  = 9e9     // s; what simulated time can count
)

// newSignals is a stream of signals for one simulation.
func newSignals(cfg config.Config, o *own) (sim.Stream, error) {
	network, err := o.newTeacher(cfg)
	if err != nil {
		return nil, err
	}
	c := signals.Config{
		Train: o.train, Interval: cfg.Task.Interval.Seconds(), Teacher: network,
		Linear: cfg.Task.Between == "linear", Repeat: cfg.Task.Repeat,
	}
	if o.test.Inputs.Len() > 0 {
		c.Test = &o.test
		c.From = cfg.Time.Before.Seconds()
		c.Until = (cfg.Time.Before + cfg.Time.Learn).Seconds()
	}
	return signals.New(c)
}

// newTeacher is a teacher for one simulation; nil if the task has none of its own.
func (o *own) newTeacher(cfg config.Config) (*teacher.Network, error) {
	if o.teacher == nil {
		return nil, nil
	}
	return teacher.New(o.teacher, teacherTau(cfg))
}

// teacherTau is the time constant of a teacher's units in s; 0 if they follow at once.
func teacherTau(cfg config.Config) float64 {
	if cfg.Task.Teacher == "leaky" {
		return number(cfg, "time.tau_soma")
	}
	return 0
}
