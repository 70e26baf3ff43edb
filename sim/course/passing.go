package course

import (
	"math"
	"time"

	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/record"
)

// What happens at times of its own while a network is moved: losses, samples of
// the trajectory, rows of metrics, ends of angle intervals. None of it moves the
// ends of steps.

// passed does what was due in a step, in the order of time: from where it
// began, which belongs to the step before, up to and with its end.
func (r *run[F]) passed(from, to time.Duration) error {
	if r.due <= from {
		r.due = r.next(from)
	}
	for r.due <= to {
		if err := r.pass(r.due, to); err != nil {
			return err
		}
		r.due = r.next(r.due)
	}
	return nil
}

// next is the first time after t at which something is due.
func (r *run[F]) next(t time.Duration) time.Duration {
	next := following(t, r.Record.Metrics)
	if end := r.end(r.phase); t < end {
		next = min(next, r.angles.next(t, end))
	}
	if !r.discrete {
		next = min(next, r.trajectory.next(t), r.evaluated(t))
	}
	next = min(next, time.Duration(r.Record.Weights.Next(int64(t))))
	if t < r.total {
		next = min(next, r.total)
	}
	return next
}

// pass does what is due at time t of a step that ended at to, where samples of
// the trajectory belong to the step that begins.
func (r *run[F]) pass(t, to time.Duration) error {
	if !r.discrete && t < to {
		if err := r.look(t); err != nil {
			return err
		}
	}
	if !r.discrete && r.evaluated(t-1) == t {
		if err := r.evaluate(t); err != nil {
			return err
		}
	}
	if r.angles.next(t-1, r.end(r.phase)) == t {
		if err := r.endInterval(t); err != nil {
			return err
		}
	}
	if t%r.Record.Metrics == 0 || t == r.total {
		if err := r.addMetrics(t); err != nil {
			return err
		}
	}
	return r.snapshot(t)
}

// snapshot records the weights of time t, if they are asked for.
func (r *run[F]) snapshot(t time.Duration) error {
	if r.out.Snapshots == nil || !r.Record.Weights.Has(int64(t)) {
		return nil
	}
	if !r.discrete {
		r.Engine.Observe(t) // weights may be those of another time
	}
	return analysis.TakeSnapshot(r.out.Snapshots, t.Seconds(), r.Engine.Moved().Weights())
}

// look takes the sample of time t, if one is due.
func (r *run[F]) look(t time.Duration) error {
	if !r.trajectory.due(t) {
		return nil
	}
	r.Engine.Observe(t)
	return r.trajectory.take(t)
}

// evaluate adds the loss of time t and, now and then, the angles.
func (r *run[F]) evaluate(t time.Duration) error {
	r.Engine.Observe(t)
	if err := r.Engine.Check(t); err != nil {
		return err
	}
	net := r.Engine.Moved()
	l := net.Loss()
	r.loss.Add(l)
	r.interval.Add(l)
	r.angles.loss.Add(l)
	if r.teaching && r.angles.sample() {
		r.angles.Add()
	}
	if r.Watch != nil {
		r.Watch(t, net)
	}
	r.report()
	return nil
}

// addMetrics adds a row for the interval that ends at t: the mean loss, and the
// angles of the last angle interval.
func (r *run[F]) addMetrics(t time.Duration) error {
	if !r.discrete {
		r.Engine.Observe(t) // weights may be those of another time
	}
	r.angles.Feedback()
	r.row = r.angles.Row(append(r.row[:0], t.Seconds(), r.interval.Value()))
	r.interval = record.Mean{}
	return r.metrics.Append(r.row)
}

// endInterval closes an angle interval at time t.
func (r *run[F]) endInterval(t time.Duration) error {
	if loss := r.angles.loss.Value(); r.angles.loss.Len() > 0 {
		if math.IsNaN(r.out.FirstLoss) {
			r.out.FirstLoss = loss
		}
		r.out.LastLoss = loss
	}
	if r.angles.time != nil {
		r.Engine.Observe(t)
	}
	return r.angles.close(t, r.Phases[r.phase].Teacher)
}

// anglesPerInterval bounds how often changes and gradients are compared in an
// interval: on a large network that costs as much as a few steps.
const anglesPerInterval = 100

// angleRecord takes the angles between what adds up over intervals, which begin
// anew with every phase.
type angleRecord[F sim.Float] struct {
	*analysis.Comparison[F]
	every time.Duration   // length of an interval
	skip  int64           // samples of the loss for one of the angles
	start time.Duration   // of the phase
	count int64           // samples of the loss with a teacher
	loss  record.Mean     // of the interval
	time  *throughTime[F] // nil: not asked for
	row   []float64
	sum   []float64 // of the intervals of phases with a teacher, by column
	n     []int
}

func newAngleRecord[F sim.Float](net *sim.State[F], every, sample time.Duration, through *throughTime[F]) *angleRecord[F] {
	a := &angleRecord[F]{Comparison: analysis.NewComparison(net), every: every, time: through}
	a.skip = max(1, int64(every/sample)/anglesPerInterval)
	a.sum, a.n = make([]float64, len(a.Columns())), make([]int, len(a.Columns()))
	return a
}

// Columns names the values that Row returns.
func (a *angleRecord[F]) Columns() []string {
	if a.time == nil {
		return a.Comparison.Columns()
	}
	return append(a.Comparison.Columns(), a.time.columns()...)
}

// Row appends the angles of the last interval.
func (a *angleRecord[F]) Row(row []float64) []float64 {
	row = a.Comparison.Row(row)
	if a.time != nil {
		row = append(row, a.time.angles...)
	}
	return row
}

// begin begins a phase at time t.
func (a *angleRecord[F]) begin(t time.Duration) error {
	a.start, a.count, a.loss = t, 0, record.Mean{}
	a.Mean() // of nothing
	if a.time == nil {
		return nil
	}
	a.time.none()
	return a.time.begin(t)
}

// next is the first end of an interval after t in a phase that ends at end.
func (a *angleRecord[F]) next(t, end time.Duration) time.Duration {
	return min(a.start+following(t-a.start, a.every), end)
}

// sample counts a sample of the loss and reports whether changes and gradients
// are compared there.
func (a *angleRecord[F]) sample() bool {
	a.count++
	return (a.count-1)%a.skip == 0
}

// close ends an interval at time t, which counts in the means if it was taught.
func (a *angleRecord[F]) close(t time.Duration, taught bool) error {
	a.Mean()
	a.loss = record.Mean{}
	if !taught {
		return nil
	}
	if a.time != nil {
		if err := a.time.end(t); err != nil {
			return err
		}
		if err := a.time.begin(t); err != nil {
			return err
		}
	}
	a.row = a.Row(a.row[:0])
	for i, v := range a.row {
		if !math.IsNaN(v) {
			a.sum[i] += v
			a.n[i]++
		}
	}
	return nil
}

// means are those over the intervals so far, NaN where there were none.
func (a *angleRecord[F]) means() map[string]float64 {
	out := map[string]float64{}
	for i, name := range a.Columns() {
		out[name] = a.sum[i] / float64(a.n[i])
	}
	return out
}

// visit visits the sums, what the last interval gave, and the means.
func (a *angleRecord[F]) visit(visit sim.Visit) {
	a.Comparison.Visit(visit)
	a.Angles.Visit(sim.Within("last", visit))
	visit("start", &a.start)
	visit("count", &a.count)
	a.loss.Visit("loss", visit)
	if a.time != nil {
		a.time.visit(sim.Within("time", visit))
	}
	visit("sum", a.sum)
	visit("intervals", a.n)
}
