package sim

import (
	"context"
	"fmt"
	"math"
	"time"

	"burstsim/sim/record"
)

// Phase is a stretch of simulated time under one teaching condition.
type Phase struct {
	Name     string
	Duration time.Duration
	Teacher  bool // the target reaches the output dendrites
	Learning bool // weights change
	// Cycle, if not empty, is repeated for as long as the phase lasts: its
	// phases, not this one, say when there is a teacher and learning.
	Cycle []Phase
}

// Engine moves a network from one time to a later one. [Integration] and
// [Presentation] are the two.
type Engine[F Float] interface {
	// SetTeaching begins a phase.
	SetTeaching(teacher, learning bool)
	// Observe makes the network's rates, input and target those of time t, at
	// which the network stands.
	Observe(t time.Duration)
	// Advance moves the network and returns how many steps it took.
	Advance(from, to time.Duration) (steps int, err error)
	// Check returns a NumericalError if the network left the finite numbers.
	Check(t time.Duration) error
	// Grid is the time between two states of the network; 0 if it is
	// continuous.
	Grid() time.Duration
	// Moved is the network.
	Moved() *Network[F]
}

// Simulation takes a network through phases and records it.
type Simulation[F Float] struct {
	Engine Engine[F]
	Phases []Phase
	Sample time.Duration // time between two evaluations of the loss
	Record Recording

	// Watch, if not nil, sees the network wherever the loss is evaluated: at
	// the start of a sample in discrete time, at the end of one in continuous.
	Watch func(t time.Duration, net *Network[F])
	// Observer, if not nil, hears of the progress a few times a second.
	Observer func(Progress)
}

// Progress says how far a simulation is.
type Progress struct {
	Time, Duration time.Duration // simulated
	Loss           float64       // mean over the present metrics interval; NaN at its start
}

// Outcome is what a simulation leaves behind.
type Outcome struct {
	Phases     []record.Phase
	Metrics    *record.Table
	Trajectory *record.Trajectory
	PhaseLoss  []float64 // mean loss of each phase; NaN where it was not reached
	Steps      int64
	Wall       time.Duration
}

// Run carries the simulation out. If it fails or ctx ends, the outcome holds
// what was recorded until then.
func (s *Simulation[F]) Run(ctx context.Context) (*Outcome, error) {
	if s.Sample <= 0 || s.Record.Metrics <= 0 {
		return nil, fmt.Errorf("sim: sample time %v and metrics interval %v, expected more than 0", s.Sample, s.Record.Metrics)
	}
	var total time.Duration
	for _, p := range s.Phases {
		total += p.Duration
	}
	r := newRun(s, total)
	begin := time.Now()
	err := r.phases(ctx)
	r.out.Wall = time.Since(begin)
	return r.out, err
}

// run is a simulation under way.
type run[F Float] struct {
	*Simulation[F]
	total time.Duration
	out   *Outcome

	now        time.Duration
	trajectory *recorder[F]
	angles     *Comparison[F]
	angleEvery int64 // samples of the loss for one of the angles
	sample     int64
	teaching   bool
	interval   mean // of the loss since the last row of metrics
	row        []float64
	lastReport time.Time
}

// anglesPerRow bounds how often changes and gradients are compared in an
// interval of metrics: on a large network that costs as much as a few steps.
const anglesPerRow = 100

// mean accumulates an average.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum += v; m.n++ }

func (m *mean) value() float64 { return m.sum / float64(m.n) } // NaN if empty

func newRun[F Float](s *Simulation[F], total time.Duration) *run[F] {
	net := s.Engine.Moved()
	angles := NewComparison(net)
	columns := append([]string{"time", "loss"}, angles.Columns()...)
	r := &run[F]{Simulation: s, total: total, lastReport: time.Now()}
	r.trajectory = newRecorder(net, s.Record, s.Engine.Grid())
	r.angles = angles
	r.angleEvery = max(1, int64(s.Record.Metrics/s.Sample)/anglesPerRow)
	r.row = make([]float64, 0, len(columns))
	r.out = &Outcome{Metrics: record.NewTable(columns...), Trajectory: r.trajectory.out}
	return r
}

func (r *run[F]) phases(ctx context.Context) error {
	for range r.Phases {
		r.out.PhaseLoss = append(r.out.PhaseLoss, math.NaN())
	}
	start := time.Duration(0)
	for k, p := range r.Phases {
		end := start + p.Duration
		r.out.Phases = append(r.out.Phases, record.Phase{
			Name: p.Name, Start: start.Seconds(), End: end.Seconds(), Teacher: p.Teacher})
		var loss mean
		err := r.protocol(ctx, p, end, &loss)
		r.out.PhaseLoss[k] = loss.value()
		if err != nil {
			return err
		}
		start = end
	}
	// The last state closes the trajectory.
	r.Engine.Observe(r.now)
	r.trajectory.take(r.now)
	return nil
}

// protocol carries out a phase that lasts to time end.
func (r *run[F]) protocol(ctx context.Context, p Phase, end time.Duration, loss *mean) error {
	cycle := p.Cycle
	if len(cycle) == 0 {
		p.Duration = end - r.now
		cycle = []Phase{p}
	}
	for k := 0; r.now < end; k = (k + 1) % len(cycle) {
		part := cycle[k]
		if part.Duration <= 0 {
			return fmt.Errorf("sim: phase %d of a cycle lasts %v, expected more than 0", k, part.Duration)
		}
		r.Engine.SetTeaching(part.Teacher, part.Learning)
		r.teaching = part.Teacher
		if err := r.move(ctx, min(end, r.now+part.Duration), loss); err != nil {
			return err
		}
	}
	return nil
}

// move takes the network to time end and adds the loss on the way.
func (r *run[F]) move(ctx context.Context, end time.Duration, loss *mean) error {
	discrete := r.Engine.Grid() > 0
	for r.now < end {
		if r.trajectory.due(r.now) {
			r.Engine.Observe(r.now)
			r.trajectory.take(r.now)
		}
		// A discrete network answers where a sample begins, a continuous one
		// where it ends, still under the conditions it was held in.
		if discrete && r.now%r.Sample == 0 {
			if err := r.evaluate(ctx, loss); err != nil {
				return err
			}
		}
		next := min(end, following(r.now, r.Sample), following(r.now, r.Record.Metrics), r.trajectory.next(r.now))
		steps, err := r.Engine.Advance(r.now, next)
		r.out.Steps += int64(steps)
		if err != nil {
			return err
		}
		r.now = next
		if !discrete && r.now%r.Sample == 0 {
			if err := r.evaluate(ctx, loss); err != nil {
				return err
			}
		}
		if r.now%r.Record.Metrics == 0 || r.now == r.total {
			r.metrics()
		}
	}
	return nil
}

// evaluate adds the present loss and, now and then, the angles.
func (r *run[F]) evaluate(ctx context.Context, loss *mean) error {
	r.Engine.Observe(r.now)
	if err := r.Engine.Check(r.now); err != nil {
		return err
	}
	net := r.Engine.Moved()
	l := net.Loss()
	loss.add(l)
	r.interval.add(l)
	if r.teaching && r.sample%r.angleEvery == 0 {
		r.angles.Add()
	}
	r.sample++
	if r.Watch != nil {
		r.Watch(r.now, net)
	}
	return r.report(ctx)
}

// following is the next multiple of every after t.
func following(t, every time.Duration) time.Duration { return t - t%every + every }

// report tells the observer how far the run is and asks whether to go on.
func (r *run[F]) report(ctx context.Context) error {
	if now := time.Now(); now.Sub(r.lastReport) > 100*time.Millisecond {
		r.lastReport = now
		if r.Observer != nil {
			r.Observer(Progress{Time: r.now, Duration: r.total, Loss: r.interval.value()})
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped at t = %.6g s: %w", r.now.Seconds(), err)
		}
	}
	return nil
}

// metrics adds a row for the interval that ends now: the mean loss, and the
// angles between what adds up over it.
func (r *run[F]) metrics() {
	r.angles.Mean()
	r.row = r.angles.Row(append(r.row[:0], r.now.Seconds(), r.interval.value()))
	r.out.Metrics.Append(r.row...)
	r.interval = mean{}
}
