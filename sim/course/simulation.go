// Package course takes a network, in either kind of time, through phases with and
// without a teacher, and records its course: losses and angles in rows of metrics,
// samples of its trajectory, checkpoints.
package course

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"burstsim/internal/alarm"
	"burstsim/sim"
	"burstsim/sim/analysis"
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

// Simulation takes a network through phases and records it.
type Simulation[F sim.Float] struct {
	Engine sim.Engine[F]
	Phases []Phase
	Sample time.Duration // time between two evaluations of the loss
	// First is when the loss is evaluated first in continuous time, before Sample;
	// 0: where a sample ends.
	First time.Duration
	// ResetPhases lets all states of a network in continuous time begin anew where
	// a phase begins, each of a cycle too.
	ResetPhases bool
	Record      Recording
	// Journal takes what is recorded, and checkpoints; nil: the record stays in
	// memory and there are no checkpoints.
	Journal record.Journal

	// Replay, if not nil, runs every angle interval with a teacher again for the
	// gradient of its loss through the dynamics. The network must be one of
	// continuous time whose states do not begin anew.
	Replay *sim.Replay[F]
	// Watch, if not nil, sees the network wherever the loss is evaluated: at
	// the start of a sample in discrete time, at the end of one in continuous.
	Watch func(t time.Duration, net *sim.State[F])
	// Watched, if not nil, visits what Watch keeps.
	Watched func(visit sim.Visit)
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
	Snapshots  *record.Snapshots // nil: none were asked for
	PhaseLoss  []float64         // mean loss of each phase; NaN where it was not reached
	// Angles are means over the angle intervals of phases with a teacher, by
	// the names of the metrics; NaN where there were none.
	Angles map[string]float64
	// FirstLoss and LastLoss are means over the first and the last angle
	// interval.
	FirstLoss, LastLoss float64
	Steps               int64
	Wall                time.Duration
}

// Run carries the simulation out, from the journal's last checkpoint if it has
// one. If it fails or ctx ends, the outcome holds what was recorded until then.
// When ctx ends, a last checkpoint is saved.
//
// What is recorded changes no step and no result. Where phases meet, or an input
// jumps, a sample of the trajectory is of what begins there, and a loss in
// continuous time of what ends there; the last sample is of the end.
func (s *Simulation[F]) Run(ctx context.Context) (*Outcome, error) {
	if s.Sample <= 0 || s.Record.Metrics <= 0 || s.Record.Angles < 0 {
		return nil, fmt.Errorf("sim: sample time %v, metrics interval %v and angle interval %v, expected more than 0", s.Sample, s.Record.Metrics, s.Record.Angles)
	}
	if s.Record.Angles == 0 {
		s.Record.Angles = 10 * time.Second
	}
	var total time.Duration
	for _, p := range s.Phases {
		total += p.Duration
	}
	r, err := newRun(s, total)
	if err != nil {
		return nil, err
	}
	defer r.reports.Stop()
	err = r.phases(ctx)
	r.wall()
	return r.out, errors.Join(err, r.collect())
}

// run is a simulation under way. Where it stands between two steps, and so what
// a checkpoint holds, is said by visit.
type run[F sim.Float] struct {
	*Simulation[F]
	total time.Duration
	out   *Outcome
	timed time.Time // up to when out.Wall counts

	now      time.Duration
	phase    int           // index of the present phase
	part     int           // of its cycle
	partEnd  time.Duration // when that ends
	loss     record.Mean   // of the present phase
	interval record.Mean   // of the loss since the last row of metrics
	teaching bool
	discrete bool
	goesOn   bool // the network is where a checkpoint left it: what is due at its time was done

	due        time.Duration // nothing is due before; not after now: unknown
	trajectory *recorder[F]
	angles     *angleRecord[F]
	metrics    record.Rows
	columns    []string
	row        []float64
	reports    *alarm.Alarm
}

// reportEvery is the time between two reports to an observer.
const reportEvery = 100 * time.Millisecond

func newRun[F sim.Float](s *Simulation[F], total time.Duration) (*run[F], error) {
	net := s.Engine.Moved()
	if s.Journal == nil {
		s.Journal = record.Unkept{}
	}
	r := &run[F]{Simulation: s, total: total, timed: time.Now(), reports: alarm.New(reportEvery), discrete: s.Engine.Grid() > 0}
	var through *throughTime[F]
	if s.Replay != nil {
		var err error
		if through, err = newThroughTime(s.Replay, s.Engine, s.ResetPhases); err != nil {
			return nil, err
		}
	}
	r.angles = newAngleRecord(net, s.Record.Angles, s.Sample, through)
	r.columns = append([]string{"time", "loss"}, r.angles.Columns()...)
	r.row = make([]float64, 0, len(r.columns))
	r.out = &Outcome{Phases: Timeline(r.Phases), FirstLoss: math.NaN(), LastLoss: math.NaN()}
	for range r.Phases {
		r.out.PhaseLoss = append(r.out.PhaseLoss, math.NaN())
	}
	var err error
	if r.trajectory, err = newRecorder(net, s.Record, s.Engine, s.Journal); err != nil {
		return nil, err
	}
	if r.metrics, err = s.Journal.Rows("metrics", record.Layout{Columns: r.columns, Phases: r.out.Phases}); err != nil {
		return nil, err
	}
	if !s.Record.Weights.None() {
		if r.out.Snapshots, err = analysis.NewSnapshots(s.Journal, "time", net.Weights()); err != nil {
			return nil, err
		}
	}
	if r.goesOn, err = s.Journal.Restore(r.visit); err == nil && r.goesOn {
		err = r.checkRestored()
	}
	return r, err
}

// checkRestored refuses a checkpoint of another course of phases. Phases may
// have other ends if where the checkpoint stands they are the same.
func (r *run[F]) checkRestored() error {
	wrong := fmt.Errorf("sim: the checkpoint, at t = %.6g s in phase %d, does not fit phases that end at %.6g s",
		r.now.Seconds(), r.phase+1, r.total.Seconds())
	if r.phase < 0 || r.phase > len(r.Phases) || r.phase == len(r.Phases) && r.now != r.total {
		return wrong
	}
	if r.phase == len(r.Phases) {
		return nil
	}
	p, end := r.Phases[r.phase], r.end(r.phase)
	if r.now < end-p.Duration || r.now > end || r.part < 0 || r.part >= max(1, len(p.Cycle)) || r.partEnd < r.now {
		return wrong
	}
	r.partEnd = min(r.partEnd, end)
	return nil
}

// visit visits all that decides how the run goes on.
func (r *run[F]) visit(visit sim.Visit) {
	visit("run/now", &r.now)
	visit("run/phase", &r.phase)
	visit("run/part", &r.part)
	visit("run/part_end", &r.partEnd)
	visit("run/teaching", &r.teaching)
	visit("run/steps", &r.out.Steps)
	visit("run/phase_loss", r.out.PhaseLoss)
	visit("run/trajectory", &r.trajectory.last)
	r.loss.Visit("run/loss", visit)
	r.interval.Visit("run/interval", visit)
	visit("run/first_loss", &r.out.FirstLoss)
	visit("run/last_loss", &r.out.LastLoss)
	r.wall()
	visit("run/wall", &r.out.Wall)
	r.angles.visit(sim.Within("angles", visit))
	r.Engine.Visit(visit)
	if r.Watched != nil {
		r.Watched(sim.Within("watched", visit))
	}
}

// wall brings the time that the run took up to date.
func (r *run[F]) wall() {
	now := time.Now()
	r.out.Wall += now.Sub(r.timed)
	r.timed = now
}

func (r *run[F]) phases(ctx context.Context) error {
	for ; r.phase < len(r.Phases); r.phase++ {
		p := r.Phases[r.phase]
		if !r.goesOn {
			if r.angles.time != nil {
				r.Engine.Observe(r.now)
			}
			if err := r.angles.begin(r.now); err != nil {
				return err
			}
		}
		r.due = 0
		err := r.protocol(ctx, p, r.end(r.phase))
		r.out.PhaseLoss[r.phase] = r.loss.Value()
		if err != nil {
			return err
		}
		r.loss, r.part = record.Mean{}, 0
	}
	if r.goesOn {
		return nil // it was over
	}
	// The last state closes the trajectory.
	r.Engine.Observe(r.now)
	if r.trajectory.due(r.now) {
		if err := r.trajectory.take(r.now); err != nil {
			return err
		}
	}
	r.Engine.Begin(r.now)
	return r.Journal.Save(r.now.Seconds(), r.visit)
}

// end is when a phase ends.
func (r *run[F]) end(phase int) time.Duration {
	var end time.Duration
	for _, p := range r.Phases[:phase+1] {
		end += p.Duration
	}
	return end
}

// protocol carries out a phase that lasts to time end.
func (r *run[F]) protocol(ctx context.Context, p Phase, end time.Duration) error {
	cycle := p.Cycle
	if len(cycle) == 0 {
		p.Duration = end - r.now
		cycle = []Phase{p}
	}
	for ; r.now < end; r.part = (r.part + 1) % len(cycle) {
		if !r.goesOn {
			part := cycle[r.part]
			if part.Duration <= 0 {
				return fmt.Errorf("sim: phase %d of a cycle lasts %v, expected more than 0", r.part, part.Duration)
			}
			r.partEnd = min(end, r.now+part.Duration)
			r.Engine.SetTeaching(part.Teacher, part.Learning)
			if in, ok := r.Engine.(*sim.Integration[F]); ok && r.ResetPhases && r.now > 0 {
				in.Reset()
			}
			r.teaching = part.Teacher
		}
		if err := r.move(ctx); err != nil {
			return err
		}
	}
	return nil
}

// move takes the network to the end of the present part. Its steps are those of
// the engine alone: what is due within one is read off when it is made.
func (r *run[F]) move(ctx context.Context) error {
	for r.now < r.partEnd {
		if !r.goesOn {
			if err := r.arrive(ctx); err != nil {
				return err
			}
		}
		r.goesOn = false
		from := r.now
		to, steps, err := r.Engine.Step(from, r.partEnd)
		r.out.Steps += int64(steps)
		if err != nil {
			return err
		}
		r.now = to
		if err := r.passed(from, to); err != nil {
			return err
		}
	}
	return nil
}

// arrive does what is due where the network stands, and saves a checkpoint if
// that is due too: from here, the next thing that happens is a step.
func (r *run[F]) arrive(ctx context.Context) error {
	r.Engine.Begin(r.now)
	if err := r.look(r.now); err != nil {
		return err
	}
	if r.now == 0 {
		if err := r.snapshot(0); err != nil {
			return err
		}
	}
	// A discrete network answers where a sample begins, a continuous one
	// where it ends, still under the conditions it was held in.
	if r.discrete && r.now%r.Sample == 0 {
		if err := r.evaluate(r.now); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		if failed := r.Engine.Check(r.now); failed != nil {
			return failed
		}
		if saved := r.save(); saved != nil {
			return saved
		}
		return fmt.Errorf("stopped at t = %.6g s: %w", r.now.Seconds(), err)
	}
	// A state that is no good, which the next loss will tell, must not take the
	// place of a good one.
	if r.Journal.Due(r.now.Seconds()) && r.Engine.Check(r.now) == nil {
		return r.save()
	}
	return nil
}

// save saves a checkpoint where the network stands.
func (r *run[F]) save() error {
	r.Engine.Begin(r.now) // back from where it was looked at
	return r.Journal.Save(r.now.Seconds(), r.visit)
}

// evaluated is when the loss is evaluated next after t in continuous time.
func (r *run[F]) evaluated(t time.Duration) time.Duration {
	if t < r.First {
		return r.First
	}
	return following(t-r.First, r.Sample) + r.First
}

// following is the next multiple of every after t.
func following(t, every time.Duration) time.Duration { return t - t%every + every }

// report tells the observer how far the run is.
func (r *run[F]) report() {
	if r.Observer != nil && r.reports.Rang() {
		r.reports.Set()
		r.Observer(Progress{Time: r.now, Duration: r.total, Loss: r.interval.Value()})
	}
}

// collect reads back what was recorded.
func (r *run[F]) collect() error {
	r.out.Angles = r.angles.means()
	var errMetrics, errTrajectory error
	r.out.Metrics, errMetrics = record.ReadTable(r.columns, r.metrics)
	r.out.Trajectory, errTrajectory = record.ReadTrajectory(r.trajectory.signals, r.trajectory.rows)
	return errors.Join(errMetrics, errTrajectory)
}
