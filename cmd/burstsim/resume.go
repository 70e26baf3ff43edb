package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
)

// resumeOptions are the flags of resume.
type resumeOptions struct {
	blas  string
	force bool
	tells tells
}

func (p *program) resumeCommand() *cobra.Command {
	var opt resumeOptions
	cmd := &cobra.Command{
		Use:   "resume RUN...",
		Short: "Go on with runs that were interrupted or killed",
		Long: `Go on with each run from its last checkpoint and finish it. Its tables, signals
and weights are the same to the bit as those of a run that was never broken off.
A finished run is left as it is. The last line printed is the path of the folder.

Sameness holds for the same program, precision, library of matrix products and
experiment; a checkpoint says which wrote it, and others are refused. Products
are computed by what wrote it, unless --blas says otherwise. --force goes on all
the same, if what the checkpoint holds fits. OPENBLAS_NUM_THREADS gives a library the number of threads that a checkpoint names.

Exit status: 0; 1 if a run failed or cannot go on; 2 if the command line is
wrong; 128 and its number after a signal, 130 after an interrupt.`,
		Example: `  burstsim resume runs/mnist-20260102-030405
  burstsim resume runs/a runs/b --blas gonum`,
		Args: func(_ *cobra.Command, runs []string) error {
			if len(runs) == 0 {
				return errors.New("resume: expected a run folder")
			}
			return nil
		},
		ValidArgsFunction: completeDirs,
		RunE:              func(cmd *cobra.Command, runs []string) error { return p.resumeRuns(cmd.Context(), runs, opt) },
	}
	flags := cmd.Flags()
	addBLASFlag(flags, &opt.blas)
	flags.BoolVar(&opt.force, "force", false, "go on although program, precision, library or experiment have changed")
	opt.tells.add(cmd)
	return cmd
}

func (p *program) resumeRuns(ctx context.Context, paths []string, opt resumeOptions) error {
	var jobs []job
	for _, path := range paths {
		dir, cfg, err := rundir.Reopen(path)
		switch {
		case errors.Is(err, rundir.ErrOver): // so that all runs of a sweep can be named
			jobs = append(jobs, job{Job: runner.Job{Config: cfg}, over: path})
			continue
		case err != nil:
			return failure(err)
		}
		if cfg, err = experiment.Complete(cfg); err != nil {
			return failure(fmt.Errorf("%s: %w", path, err))
		}
		jobs = append(jobs, job{Job: runner.Job{Config: cfg, Begun: dir, Force: opt.force}})
	}
	return p.runJobs(ctx, jobs, opt.blas, opt.tells)
}

func (p *program) sayOver(path string, tells tells) error {
	p.warn(fmt.Errorf("%s is finished: nothing is left to do", path))
	return p.sayFolder(path, tells)
}
