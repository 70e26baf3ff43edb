package spiking

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"burstsim/internal/alarm"
	"burstsim/sim/record"
)

// Course takes a network through phases and records it.
type Course struct {
	Network *Network
	Seed    uint64
	Phases  []Phase
	Record  Recording
	// Journal takes what is recorded, and checkpoints; nil: the record stays in
	// memory and there are no checkpoints.
	Journal record.Journal
	// Observer, if not nil, hears of the progress a few times a second.
	Observer func(Progress)
}

// Progress says how far a course is, in s of simulated time.
type Progress struct {
	Time, Duration float64
	Loss           float64 // mean squared distance of rates from their targets, in Hz^2; NaN without teacher
}

// Outcome is what a course leaves behind.
type Outcome struct {
	Phases     []record.Phase
	Metrics    *record.Table
	Trajectory *record.Trajectory
	Spikes     *record.Spikes
	Snapshots  *record.Snapshots // nil: none were asked for
	Steps      int64
	Simulation *Simulation
	Wall       time.Duration
}

// Run carries the course out, from the journal's last checkpoint if it has one. If
// it fails or ctx ends, the outcome holds what was recorded until then. When ctx
// ends, a last checkpoint is saved. What is recorded changes no spike.
func (c *Course) Run(ctx context.Context) (*Outcome, error) {
	r, err := c.begun()
	if err != nil {
		return nil, err
	}
	defer r.reports.Stop()
	start := time.Now()
	err = r.phases(ctx)
	r.out.Wall += time.Since(start)
	r.out.Steps = r.sim.step
	return r.out, errors.Join(err, r.collect())
}

// course is a Course under way.
type course struct {
	*Course
	sim     *Simulation
	out     *Outcome
	total   int64 // steps
	phase   int
	part    int   // of its cycle
	partEnd int64 // step

	recorder recorder
	reports  *alarm.Alarm
}

const reportEvery = 100 * time.Millisecond

func (c *Course) begun() (*course, error) {
	s, err := New(c.Network, c.Seed)
	if err != nil {
		return nil, err
	}
	if c.Journal == nil {
		c.Journal = record.Unkept{}
	}
	r := &course{Course: c, sim: s, reports: alarm.New(reportEvery), out: &Outcome{Simulation: s}}
	for k := range c.Phases {
		if err := c.Phases[k].Check(c.Network); err != nil {
			return nil, err
		}
	}
	r.total = r.end(len(c.Phases) - 1)
	r.out.Phases = c.Network.Timeline(c.Phases)
	if r.recorder, err = newRecorder(s, c.Record, c.Journal, r.out.Phases); err != nil {
		return nil, err
	}
	goesOn, err := c.Journal.Restore(r.visit)
	if err != nil {
		return nil, err
	}
	if goesOn && (r.phase < 0 || r.phase > len(c.Phases) || s.step > r.total) {
		return nil, fmt.Errorf("spiking: the checkpoint, at step %d in phase %d, does not fit phases of %d steps", s.step, r.phase+1, r.total)
	}
	if !goesOn {
		r.enter(0)
		return r, r.recorder.snapshot(s)
	}
	return r, nil
}

// visit visits all that decides how the course goes on.
func (r *course) visit(visit func(name string, ref any)) {
	visit("course/phase", &r.phase)
	visit("course/part", &r.part)
	visit("course/part_end", &r.partEnd)
	r.recorder.visit(visit)
	r.sim.Visit(within("network", visit))
}

// end is the step at which a phase ends.
func (r *course) end(phase int) (step int64) {
	for k := range phase + 1 {
		step += r.Network.wholeSteps(r.Phases[k].Duration)
	}
	return step
}

// enter begins a phase.
func (r *course) enter(phase int) {
	if r.phase = phase; phase == len(r.Phases) {
		return
	}
	p := &r.Phases[phase]
	r.part = 0
	if len(p.Cycle) == 0 {
		r.partEnd = r.end(phase)
		r.sim.begin(p)
		return
	}
	r.enterPart(0)
}

func (r *course) enterPart(part int) {
	r.part = part
	p := &r.Phases[r.phase].Cycle[part]
	r.partEnd = min(r.sim.step+r.Network.wholeSteps(p.Duration), r.end(r.phase))
	r.sim.begin(p)
}

// phases goes through the phases that are left.
func (r *course) phases(ctx context.Context) error {
	for r.phase < len(r.Phases) {
		for r.sim.step < r.partEnd {
			if err := r.sim.Step(); err != nil {
				return err
			}
			if err := r.recorder.step(r.sim); err != nil {
				return err
			}
			if r.reports.Rang() {
				r.report()
				if ctx.Err() != nil {
					break
				}
			}
			if r.sim.step < r.partEnd && r.Journal.Due(r.sim.Time()) {
				if err := r.Journal.Save(r.sim.Time(), r.visit); err != nil {
					return err
				}
			}
		}
		if r.sim.step == r.partEnd {
			switch p := &r.Phases[r.phase]; {
			case r.sim.step == r.end(r.phase):
				r.enter(r.phase + 1)
			default:
				r.enterPart((r.part + 1) % len(p.Cycle))
			}
		}
		if ctx.Err() != nil && r.phase < len(r.Phases) {
			return errors.Join(ctx.Err(), r.Journal.Save(r.sim.Time(), r.visit))
		}
	}
	return nil
}

func (r *course) report() {
	r.reports.Set()
	if r.Observer != nil {
		r.Observer(Progress{Time: r.sim.Time(), Duration: float64(r.total) * r.Network.Step, Loss: r.recorder.loss()})
	}
}

// collect reads what the journal has.
func (r *course) collect() (err error) {
	rec := &r.recorder
	r.out.Spikes = &record.Spikes{Rows: rec.spikes}
	for _, p := range r.Network.Populations {
		r.out.Spikes.Populations = append(r.out.Spikes.Populations, record.Population{Name: p.Name, Size: p.Size, Baseline: p.Baseline})
	}
	for _, w := range r.Record.Windows {
		r.out.Spikes.Windows = append(r.out.Spikes.Windows, [2]float64{w.Start, w.End})
	}
	r.out.Snapshots = rec.weights
	var err1, err2 error
	r.out.Metrics, err1 = record.ReadTable(rec.columns, rec.metrics)
	r.out.Trajectory, err2 = record.ReadTrajectory(rec.signals, rec.trajectory)
	return errors.Join(err1, err2)
}

// wholeSteps is a duration in steps.
func (n *Network) wholeSteps(duration float64) int64 { return int64(math.Round(duration / n.Step)) }
