package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/linalg"
	"burstsim/internal/runner"
	"burstsim/internal/sweep"
)

// statusLeft is that of a task which a signal stopped while it had work left:
// whoever started it starts it again.
const statusLeft = 3

// sweepOptions are the flags of sweep.
type sweepOptions struct {
	out       string
	set, vary []string
	blas      string
	engine    string
	dry       bool
	tells     tells
	slurm     slurmOptions
}

func (p *program) sweepCommand() *cobra.Command {
	var opt sweepOptions
	cmd := &cobra.Command{
		Use:   "sweep FILE",
		Short: "Run an experiment at many points: over values of its keys, samples of them, and seeds",
		Long: `Run an experiment at all points that [sweep] in the file, or --sweep, asks for,
as many at once as there are processors and memory for, into one folder,
sweeps/NAME unless --out says otherwise. Runs are packed: of each its results and
learning curves are kept, and burstsim sweep run makes the full folder of one.
At the end there are tables (runs.csv, summary.csv, curves.csv) and figures, which
do not depend on how many processors, processes or machines there were.

The same command goes on after an interrupt: what is done is skipped, what failed
is tried again, and runs that take long go on from a checkpoint. With more values
or seeds, only what is new is run. The last line printed is the path of the folder.

Matrix products are computed by what is built in, unless --blas says otherwise, so
that all machines come to the same.

Exit status: 0; 1 if a run failed or the folder cannot be written; 2 if the file
or the command line is wrong; 128 and its number after a signal, 130 after an
interrupt.`,
		Example: `  burstsim sweep my.toml                                      what [sweep] says
  burstsim sweep my.toml --sweep seeds=1-10                   ten seeds
  burstsim sweep my.toml --sweep model.beta=0.5:4:8           eight values
  burstsim sweep my.toml --sweep time.tau_dendrite=50ms,100ms --sweep seeds=1-5
  burstsim sweep my.toml --engine slurm --time 4:00:00        job arrays on a cluster
  burstsim sweep status sweeps/my`,
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) != 1 {
				return errors.New("sweep: expected one experiment file")
			}
			return nil
		},
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := opt.checkEngine(cmd.Flags()); err != nil {
				return err
			}
			return p.sweepFile(cmd.Context(), files[0], opt)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opt.engine, "engine", engineLocal, "who runs it: `ENGINE` local, this process, or slurm, job arrays of that scheduler")
	opt.slurm.add(flags)
	flags.StringVar(&opt.out, "out", "", "`DIR` of the sweep: new, empty, or that of this sweep, to go on or to extend it")
	addSetFlag(cmd, &opt.set)
	flags.StringArrayVar(&opt.vary, "sweep", nil, "vary a key by `KEY=VALUES`: values with commas, FROM:TO:COUNT, FROM:TO:COUNT:log, or as in [sweep]; may be repeated")
	flags.StringVar(&opt.blas, "blas", linalg.BuiltIn(), "matrix products by `LIBRARY`, as for run, but not measured")
	flags.BoolVar(&opt.dry, "dry-run", false, "say what would be run, with --engine slurm print the scripts, and create and submit nothing")
	opt.tells.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("dry-run", "json")
	cmd.AddCommand(p.sweepStatusCommand(), p.sweepRunCommand(), p.sweepTaskCommand(), p.slurmTaskCommand(), p.sweepAggregateCommand(), p.sweepReportCommand())
	return cmd
}

func (p *program) sweepFile(ctx context.Context, file string, opt sweepOptions) error {
	if opt.blas == "auto" {
		return errors.New("--blas: auto may choose differently each time, expected the name of a library")
	}
	plan, err := sweep.New(file, sweep.Options{Set: opt.set, Vary: opt.vary, BLAS: opt.blas})
	if err != nil {
		p.report(err)
		return &statusError{status: statusUsage}
	}
	if opt.out == "" {
		opt.out = filepath.Join("sweeps", plan.Name)
	}
	if opt.engine == engineSlurm {
		return p.submitSweep(ctx, plan, opt)
	}
	if opt.dry {
		fmt.Fprintf(p.out, "%d runs of %s, varying %s\n", len(plan.Points), plan.Name, strings.Join(plan.Keys, ", "))
		return nil
	}
	if _, err := plan.Begin(opt.out); err != nil {
		return failure(err)
	}
	a, err := p.sweepHere(ctx, plan, opt.tells)
	if err != nil {
		return err
	}
	if err := p.sayFolder(plan.Path, opt.tells); err != nil {
		return failure(err)
	}
	return failedRuns(a)
}

// sweepHere carries out what is left of a plan in this process, and writes tables
// and figures of all.
func (p *program) sweepHere(ctx context.Context, plan *sweep.Plan, tells tells) (*sweep.Aggregate, error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	outcome, err := p.executePlan(ctx, plan, 0, len(plan.Points), tells)
	if err != nil {
		return nil, failure(err)
	}
	a, err := plan.Collect()
	if err == nil {
		err = a.Write()
	}
	if err != nil {
		return nil, failure(err)
	}
	for _, line := range outcome.Failures {
		p.warn(errors.New(line))
	}
	if status, stopped := interruptStatus(ctx); stopped && outcome.Left > 0 {
		if err := p.sayFolder(plan.Path, tells); err != nil {
			return nil, failure(err)
		}
		return nil, &statusError{status, fmt.Errorf("%w; %d of %d runs are left, and the same command goes on", context.Cause(ctx), outcome.Left, len(plan.Points))}
	}
	return a, nil
}

// failedRuns is the error of a sweep in which runs failed.
func failedRuns(a *sweep.Aggregate) error {
	if a.Failed == 0 {
		return nil
	}
	return failure(fmt.Errorf("%d of %d runs failed: burstsim sweep status %s lists them", a.Failed, len(a.Runs), a.Plan.Path))
}

// executePlan carries out a part of a plan and shows how far it is.
func (p *program) executePlan(ctx context.Context, plan *sweep.Plan, first, count int, tells tells) (sweep.Outcome, error) {
	meter := p.newSweepMeter(plan, tells)
	outcome, err := plan.Execute(ctx, sweep.Work{First: first, Count: count, Observe: meter.observe})
	meter.finish()
	return outcome, err
}

// rounded is a time as people say it.
func rounded(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}

func oneFolder(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("sweep %s: expected the folder of a sweep", cmd.Name())
	}
	return nil
}

// sweepTaskCommand is what a scheduler starts: part of a plan, in a process of its
// own.
func (p *program) sweepTaskCommand() *cobra.Command {
	var first, count int
	cmd := &cobra.Command{
		Use:   "task DIR --first A --count N",
		Short: "Carry out part of a sweep, for a scheduler",
		Long: `Carry out those of the runs A to A+N-1 of a sweep that are not done. A signal that
asks to stop saves checkpoints of runs that take long. Any number of tasks may work
in one folder; none waits for another.

Exit status: 0 if nothing is left to do, although runs may have failed, which the
results say; 3 if a signal stopped it with work left: start it again; 1 if the folder
cannot be read or written; 2 if the command line is wrong.`,
		Hidden: true,
		Args:   oneFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := sweep.Load(args[0])
			if err != nil {
				return failure(err)
			}
			if count == 0 {
				count = len(plan.Points) - first
			}
			if first < 0 || count < 1 || first+count > len(plan.Points) {
				return fmt.Errorf("--first %d --count %d: expected part of %d runs", first, count, len(plan.Points))
			}
			return p.sweepTask(cmd.Context(), plan, first, count)
		},
	}
	cmd.Flags().IntVar(&first, "first", 0, "number of the first run, from 0")
	cmd.Flags().IntVar(&count, "count", 0, "how many runs; 0: all from the first on")
	return cmd
}

// sweepTask carries out part of a plan until a signal comes.
func (p *program) sweepTask(ctx context.Context, plan *sweep.Plan, first, count int) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	outcome, err := p.executePlan(ctx, plan, first, count, tells{})
	if err != nil {
		return failure(err)
	}
	for _, line := range outcome.Failures {
		p.warn(errors.New(line))
	}
	fmt.Fprintf(p.out, "%d runs, %d failed, %d left\n", outcome.Ran, outcome.Failed, outcome.Left)
	if outcome.Left > 0 {
		return &statusError{statusLeft, context.Cause(ctx)}
	}
	return nil
}

// aggregated collects what the sweep in a folder came to, and writes its tables and
// figures.
func aggregated(dir string) (*sweep.Aggregate, error) {
	plan, err := sweep.Load(dir)
	if err != nil {
		return nil, err
	}
	a, err := plan.Collect()
	if err != nil {
		return nil, err
	}
	return a, a.Write()
}

func (p *program) sweepAggregateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "aggregate DIR",
		Short: "Write tables and figures of a sweep, complete or not",
		Args:  oneFolder,
		RunE: func(_ *cobra.Command, args []string) error {
			a, err := aggregated(args[0])
			if err != nil {
				return failure(err)
			}
			if a.Missing > 0 {
				p.warn(fmt.Errorf("%d of %d runs are missing", a.Missing, len(a.Plan.Points)))
			}
			fmt.Fprintln(p.out, a.Plan.Path)
			return nil
		},
	}
}

func (p *program) sweepReportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "report DIR",
		Short: "Write one page of HTML about a sweep, complete or not: report.html in its folder",
		Args:  oneFolder,
		RunE: func(_ *cobra.Command, args []string) error {
			a, err := aggregated(args[0])
			if err != nil {
				return failure(err)
			}
			path := filepath.Join(a.Plan.Path, "report.html")
			if err := atomicfile.Write(path, a.WriteReport); err != nil {
				return failure(err)
			}
			fmt.Fprintln(p.out, path)
			return nil
		},
	}
}

// sweepRunCommand makes the full folder of one run.
func (p *program) sweepRunCommand() *cobra.Command {
	var out string
	var tells tells
	cmd := &cobra.Command{
		Use:   "run DIR RUN",
		Short: "Run one point of a sweep into a run folder of its own, with all that burstsim run leaves",
		Long: `Run one point of a sweep, by its number or ID, again, into a folder of its own:
signals, tables, weights and figures. A sweep keeps only results and curves.`,
		Example: "  burstsim sweep run sweeps/my 9f8e7d6c5b4a3210",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("sweep run: expected the folder of a sweep, and the number or ID of a run")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := sweep.Load(args[0])
			if err != nil {
				return failure(err)
			}
			if err := plan.CheckUnchanged(); err != nil {
				return failure(err)
			}
			pt, err := plan.Find(args[1])
			if err != nil {
				return err
			}
			cfg, err := plan.Experiment(pt)
			if err != nil {
				return failure(err)
			}
			return p.runJobs(cmd.Context(), []job{{Job: runner.Job{Config: cfg, Out: out}}}, plan.BLAS, tells)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "run folder `DIR`, new or empty")
	tells.add(cmd)
	return cmd
}
