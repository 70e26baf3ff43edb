package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/linalg"
	"burstsim/internal/rundir"
	"burstsim/neuron"
)

// resumeOptions are the flags of resume.
type resumeOptions struct {
	blas         string
	force, quiet bool
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
experiment; a checkpoint says which wrote it, and others are refused. --force
goes on all the same, if what the checkpoint holds fits. OPENBLAS_NUM_THREADS
gives a library the number of threads that a checkpoint names.

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
	flags.BoolVarP(&opt.quiet, "quiet", "q", false, quietUsage)
	return cmd
}

func (p *program) resumeRuns(ctx context.Context, paths []string, opt resumeOptions) error {
	var jobs []job
	for _, path := range paths {
		dir, cfg, err := rundir.Reopen(path)
		switch {
		case errors.Is(err, rundir.ErrOver): // so that all runs of a sweep can be named
			jobs = append(jobs, job{cfg: cfg, over: path})
			continue
		case err != nil:
			return failure(err)
		}
		jobs = append(jobs, job{cfg: cfg, begun: dir, force: opt.force})
	}
	return p.runJobs(ctx, jobs, opt.blas, opt.quiet)
}

func (p *program) sayOver(path string) {
	p.warn(fmt.Errorf("%s is finished: nothing is left to do", path))
	fmt.Fprintln(p.out, path)
}

// openJournal opens what a run goes on from, and clears away what a process
// that was killed while it wrote left behind.
func (p *program) openJournal(dir *rundir.Dir, j job) (*journal.Journal, error) {
	id, err := identify(j.cfg.In(dir.Path()))
	if err != nil {
		return nil, err
	}
	kept, err := journal.Open(dir.Journal(), journal.Options{Identity: id, Force: j.force, Warn: p.warn})
	if err != nil {
		return nil, err
	}
	if err := dir.Clean(); err != nil {
		return nil, errors.Join(err, kept.Discard())
	}
	return kept, nil
}

// identify says what the bits of a run depend on. Where it is kept and how it
// is drawn is no part of that.
func identify(cfg config.Config) (journal.Identity, error) {
	cfg.Run.Name, cfg.Run.Out = "run", "runs"
	cfg.Plots, cfg.Checkpoint = config.Plots{}, config.Checkpoint{}
	anyPath(&cfg.Model)
	cfg.Compare = slices.Clone(cfg.Compare)
	for i := range cfg.Compare {
		c := &cfg.Compare[i].Config
		c.Run.Name, c.Run.Out = cfg.Run.Name, cfg.Run.Out
		c.Plots, c.Checkpoint = config.Plots{}, config.Checkpoint{}
		anyPath(&c.Model)
	}
	settings := sha256.New()
	fmt.Fprintf(settings, "%+v", cfg)
	program, err := programName()
	return journal.Identity{
		Program: program, Precision: cfg.Run.Precision, BLAS: linalg.Name() + ", sigmoids by " + neuron.Instructions(),
		Experiment: short(settings.Sum(nil)),
	}, err
}

// anyPath leaves the content of the initial weights, and not where it stands.
func anyPath(m *config.Model) {
	if _, sum := m.WeightsFile(); sum != "" {
		m.SetWeightsFile("", sum)
	}
}

// programName is version and checksum of this binary: builds with uncommitted
// changes have the same version.
func programName() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(self)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("burstsim %s %s", experiment.Versions()["burstsim"], short(sum.Sum(nil))), nil
}

func short(sum []byte) string { return hex.EncodeToString(sum[:6]) }
