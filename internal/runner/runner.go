// Package runner carries out an experiment in a folder of its own: it locks the
// folder, runs the experiment with a journal from which it can go on, writes
// what came of it, and draws its figures.
package runner

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

// Job is a checked experiment and where it goes.
type Job struct {
	Config config.Config
	Out    string      // "": a new folder in Config.Run.Out
	Begun  *rundir.Dir // where it was begun already; nil: it was not
	Force  bool        // whether it goes on whatever wrote its checkpoints
}

// Runner carries out jobs. The zero value is ready, and says nothing.
type Runner struct {
	// Now is the clock that names folders; nil: time.Now.
	Now func() time.Time
	// Execute runs a checked experiment; nil: experiment.Run.
	Execute func(context.Context, config.Config, experiment.Options) (*record.Result, *experiment.Summary, error)
	// Draw makes a figure; nil: [Draw].
	Draw func(figure string, res *record.Result, cfg config.Config) (WriteFigure, error)

	// Begin, if not nil, hears that a job begins; its error ends the job.
	Begin func(cfg config.Config) error
	// Observe, if not nil, hears of the progress, and Ended that there is no
	// more.
	Observe func(experiment.Progress)
	Ended   func()
	// Written, if not nil, hears what was written to a folder; its error is the
	// job's.
	Written func(dir string, res *record.Result, sum *experiment.Summary) error
	// Warn, if not nil, hears what does not stop a job.
	Warn func(error)
}

// tablesEvery is how often the tables of a run are written while it goes on.
const tablesEvery = 10 * time.Second

// Outcome is what a job came to. Dir is nil if it left no folder.
type Outcome struct {
	Dir     *rundir.Dir
	Result  *record.Result
	Summary *experiment.Summary
}

// Run carries out one job, until ctx ends, and writes its folder, whatever
// becomes of it. The error is [rundir.ErrOver] of a run in which nothing is left
// to do. An error from the run itself is a [*RunError].
func (r *Runner) Run(ctx context.Context, j Job) (Outcome, error) {
	experiment.ShareProcessors(j.Config)
	dir, kept, err := r.begin(j)
	if err != nil {
		return Outcome{}, err
	}
	if r.Begin != nil {
		if err := r.Begin(j.Config); err != nil {
			return Outcome{Dir: dir}, errors.Join(err, kept.Close())
		}
	}
	stop := dir.Follow(j.Config, tablesEvery)
	execute := r.Execute
	if execute == nil {
		execute = experiment.Run
	}
	observe := r.Observe
	if observe == nil {
		observe = func(experiment.Progress) {}
	}
	res, sum, runErr := execute(ctx, j.Config, experiment.Options{Observe: observe, Journal: kept})
	stop()
	if r.Ended != nil {
		r.Ended()
	}
	if res == nil && runErr != nil && ctx.Err() == nil {
		return Outcome{}, &RunError{abandon(dir, kept, j, runErr)}
	}
	return r.finish(ctx, kept, j, Outcome{dir, res, sum}, runErr)
}

// RunError is the error of a run of which no variant could begin.
type RunError struct{ Err error }

func (e *RunError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RunError) Unwrap() error { return e.Err }

// dir is the folder of the job, which may be empty still.
func (r *Runner) dir(j Job) (*rundir.Dir, error) {
	now := time.Now
	if r.Now != nil {
		now = r.Now
	}
	switch {
	case j.Begun != nil:
		return j.Begun, nil
	case j.Out != "":
		return rundir.CreateAt(j.Out)
	}
	return rundir.Create(j.Config.Run.Out, j.Config.Run.Name, now())
}

// begin locks the folder of a job before it touches it: others may have been
// told to run into it too. What it leaves after an error is as it was.
func (r *Runner) begin(j Job) (dir *rundir.Dir, kept *journal.Journal, err error) {
	if dir, err = r.dir(j); err != nil {
		return nil, nil, err
	}
	if kept, err = r.openJournal(dir, j); err == nil {
		if j.Begun != nil {
			err = dir.Over() // another process may have been faster
		} else {
			err = dir.Begin(j.Config)
		}
		if err == nil {
			return dir, kept, nil
		}
	}
	if j.Begun == nil {
		return nil, nil, errors.Join(err, dir.Discard(kept))
	}
	if kept != nil {
		err = errors.Join(err, kept.Discard())
	}
	return nil, nil, err
}

// openJournal opens what a run goes on from, and clears away what a process
// that was killed while it wrote left behind.
func (r *Runner) openJournal(dir *rundir.Dir, j Job) (*journal.Journal, error) {
	id, err := Identify(j.Config.In(dir.Path()))
	if err != nil {
		return nil, err
	}
	kept, err := journal.Open(dir.Journal(), journal.Options{Identity: id, Force: j.Force, Warn: r.warn})
	if err != nil {
		return nil, err
	}
	if err := dir.Clean(); err != nil {
		return nil, errors.Join(err, kept.Discard())
	}
	return kept, nil
}

// abandon ends a run of which a variant could not begin. What others came to is
// kept; if there is nothing, so is the folder of a new run not.
func abandon(dir *rundir.Dir, kept *journal.Journal, j Job, err error) error {
	if j.Begun == nil && !journal.HoldsCheckpoint(dir.Journal()) {
		return errors.Join(err, dir.Discard(kept))
	}
	err = errors.Join(err, kept.Close())
	if fromDisk(err) {
		return toGoOn(dir, err)
	}
	return err
}

// finish writes the folder of a run that ended, or that will go on.
func (r *Runner) finish(ctx context.Context, kept *journal.Journal, j Job, o Outcome, runErr error) (Outcome, error) {
	o.Summary = complete(ctx, o.Summary, j.Config, runErr)
	err := o.Dir.WriteRecord(o.Result, o.Summary)
	if err == nil && j.Config.Record.TensorBoard && o.Result != nil {
		err = o.Dir.WriteTensorBoard(o.Result.Variants)
	}
	if err != nil {
		if fromDisk(runErr) {
			err = nil // the disk that was full is full still
		}
		err = errors.Join(runErr, err)
		return o, toGoOn(o.Dir, errors.Join(err, kept.Close()))
	}
	figuresErr := r.writeFigures(ctx, o.Dir, j.Config, o.Result)
	settle := kept.Remove
	if runErr != nil || fromDisk(figuresErr) || errors.Is(figuresErr, ErrNotDrawn) {
		settle = kept.Close // to go on from
	}
	if err := settle(); err != nil {
		return o, errors.Join(runErr, err)
	}
	if r.Written != nil {
		if err := r.Written(o.Dir.Path(), o.Result, o.Summary); err != nil {
			return o, err
		}
	}
	return o, r.verdict(ctx, o.Dir, runErr, figuresErr)
}

// complete gives a run that failed a summary, if it failed before it had one,
// and a run that a signal stopped the signal as the reason.
func complete(ctx context.Context, sum *experiment.Summary, cfg config.Config, runErr error) *experiment.Summary {
	if sum == nil {
		sum = &experiment.Summary{Name: cfg.Run.Name, Versions: experiment.Versions()}
	}
	switch {
	case runErr == nil:
	case ctx.Err() != nil:
		sum.Failure, sum.Interrupted = context.Cause(ctx).Error(), true
	case sum.Failure == "":
		sum.Failure = runErr.Error()
	}
	return sum
}

// verdict is the error of a finished job. A figure that has nothing to show is
// worth a warning only. One that cannot be written is an error, of the run too
// if that was broken off.
func (r *Runner) verdict(ctx context.Context, dir *rundir.Dir, runErr, figuresErr error) error {
	if runErr == nil {
		switch {
		case errors.Is(figuresErr, ErrNotDrawn):
			return fmt.Errorf("%w; all results are in %[2]s, and burstsim resume %[2]s draws the figures", context.Cause(ctx), dir.Path())
		case fromDisk(figuresErr):
			return toGoOn(dir, figuresErr)
		}
		return r.skip(figuresErr)
	}
	if figuresErr != nil && !errors.Is(figuresErr, ErrNotDrawn) && !(fromDisk(runErr) && fromDisk(figuresErr)) {
		if err := r.skip(figuresErr); err != nil {
			r.warn(err)
		}
	}
	switch {
	case fromDisk(runErr): // a checkpoint, if a signal was the reason for it
		return toGoOn(dir, runErr)
	case ctx.Err() != nil:
		return fmt.Errorf("%w; what was recorded until then is in %[2]s, and burstsim resume %[2]s goes on", context.Cause(ctx), dir.Path())
	}
	return fmt.Errorf("%w; what was recorded until then is in %s", runErr, dir.Path())
}

// toGoOn adds to an error what to do when its reason is gone.
func toGoOn(dir *rundir.Dir, err error) error {
	return fmt.Errorf("%w; once that is possible, burstsim resume %s goes on", err, dir.Path())
}

// fromDisk tells whether an error is that of the operating system about a file,
// such as a full disk: trying again can help.
func fromDisk(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno)
}

func (r *Runner) warn(err error) {
	if r.Warn != nil {
		r.Warn(err)
	}
}

// skip warns of each figure that has nothing to show, and returns what is wrong
// with others.
func (r *Runner) skip(err error) (others error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range all.Unwrap() {
			others = errors.Join(others, r.skip(one))
		}
		return others
	}
	if nothing := (nothingToShow{}); !errors.As(err, &nothing) {
		return err
	}
	r.warn(fmt.Errorf("skipped %w", err))
	return nil
}
