// Package runs does from a program of one's own what the command burstsim does:
// it reads an experiment file, carries the experiment out in a folder, with
// checkpoints to go on from, and reads such folders back.
package runs

import (
	"context"
	"errors"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/sim/record"
)

// Experiment is an experiment file that was checked. It never changes.
type Experiment struct{ cfg config.Config }

// Load reads and checks an experiment file. overrides are as those of --set,
// such as "model.beta=2"; later ones win. The error lists all that is wrong, a
// line each, with file, line and key.
func Load(path string, overrides ...string) (*Experiment, error) {
	cfg, err := config.Load(path, runner.Checks(config.Options{Set: overrides}))
	if err != nil {
		return nil, err
	}
	return &Experiment{cfg}, nil
}

// Parse is Load of a file that is in memory. name stands for it in errors;
// paths in it begin in name's folder.
func Parse(name, text string, overrides ...string) (*Experiment, error) {
	cfg, err := config.Parse(name, []byte(text), runner.Checks(config.Options{Set: overrides}))
	if err != nil {
		return nil, err
	}
	return &Experiment{cfg}, nil
}

// Name is run.name of the file.
func (e *Experiment) Name() string { return e.cfg.Run.Name }

// Progress says how far a run is; see [Options.Observe].
type Progress = experiment.Progress

// Summary is what a run came to: losses, angles, steps, versions.
type Summary = experiment.Summary

// Options say how an experiment is run. The zero value is ready.
type Options struct {
	// Observe, if not nil, hears of the progress a few times a second, of all
	// variants together, from one goroutine at a time.
	Observe func(Progress)
	// Warn, if not nil, hears of what does not stop a run, such as a figure that
	// cannot be drawn.
	Warn func(error)
	// BLAS computes matrix products: simd, library, gonum, the path of a shared
	// library, or auto, which is also "": what was measured to be the fastest
	// on this machine, or what a run began with that goes on. It holds for the
	// whole process.
	BLAS string
}

// Run is a run folder that was read.
type Run struct {
	Dir     string
	Result  *record.Result // tables, trajectories and histograms of all variants
	Summary *Summary
}

// Run carries the experiment out in a folder that does not exist yet or is
// empty. When ctx ends, the run saves a checkpoint, from which [Resume] goes on.
// After an error the folder, and what is returned, has what was recorded.
func (e *Experiment) Run(ctx context.Context, dir string, opt Options) (*Run, error) {
	return carryOut(ctx, runner.Job{Config: e.cfg, Out: dir}, opt)
}

// Resume goes on with a run that was interrupted or killed, from its last
// checkpoint: what it leaves is the same to the bit as what an unbroken run
// does. A run that is over is read.
func Resume(ctx context.Context, dir string, opt Options) (*Run, error) {
	begun, cfg, err := rundir.Reopen(dir)
	if errors.Is(err, rundir.ErrOver) {
		return Open(dir)
	}
	if err != nil {
		return nil, err
	}
	return carryOut(ctx, runner.Job{Config: cfg, Begun: begun}, opt)
}

func carryOut(ctx context.Context, j runner.Job, opt Options) (*Run, error) {
	if opt.BLAS == "" {
		opt.BLAS = "auto"
	}
	if err := runner.UseBLAS(opt.BLAS, j.BLAS(opt.BLAS)); err != nil {
		return nil, err
	}
	r := runner.Runner{Observe: opt.Observe, Warn: opt.Warn}
	o, err := r.Run(ctx, j)
	if o.Dir == nil {
		return nil, err
	}
	return &Run{o.Dir.Path(), o.Result, o.Summary}, err
}

// Open reads a run folder: of a run that is over, or what was recorded so far of
// one that goes on or was killed.
func Open(dir string) (*Run, error) {
	run, err := rundir.Open(dir)
	if err != nil {
		live, liveErr := rundir.Snapshot(dir)
		if liveErr != nil {
			return nil, err
		}
		run = live
	}
	return &Run{dir, run.Result, run.Summary}, nil
}
