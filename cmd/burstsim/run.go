package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"burstsim/integrator"
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/linalg"
	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

// runOptions are the flags of run.
type runOptions struct {
	out   string
	set   []string
	seed  *int64
	quiet bool
	blas  string
}

func (p *program) runCommand() *cobra.Command {
	var opt runOptions
	var seed int64
	cmd := &cobra.Command{
		Use:   "run FILE...",
		Short: "Run experiments",
		Long: `Run each experiment file into a folder of its own, runs/NAME-TIME unless --out
says otherwise. All files are checked before the first one runs. The last line
printed is the path of the folder.

Interrupting (Ctrl-C) finishes the step, saves a checkpoint, and draws what was
recorded until then; burstsim resume goes on from there, or from the last
checkpoint of a run that was killed. A second interrupt ends the program at once.

Exit status: 0; 1 if a run failed or its folder cannot be written; 2 if a file
or the command line is wrong; 130 after an interrupt.`,
		Example: `  burstsim run examples/regression.toml
  burstsim run my.toml --out results/beta2 --set model.beta=2 --set 'model.hidden=[50, 50]'
  burstsim run one.toml two.toml --out results      results/one and results/two
  dir=$(burstsim run my.toml --seed 3 --quiet)`,
		Args:              needFiles,
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			if cmd.Flags().Changed("seed") {
				opt.seed = &seed
			}
			return p.runFiles(cmd.Context(), files, opt)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opt.out, "out", "", "run folder `DIR`, new or empty; with several files, DIR/NAME for each")
	flags.StringArrayVar(&opt.set, "set", nil, "override a key by `KEY=VALUE`; may be repeated")
	flags.Int64Var(&seed, "seed", 0, "override run.seed by `N`")
	addBLASFlag(flags, &opt.blas)
	flags.BoolVarP(&opt.quiet, "quiet", "q", false, quietUsage)
	if err := cmd.RegisterFlagCompletionFunc("set", completeSet); err != nil {
		panic(err) // the flag is defined above
	}
	return cmd
}

const quietUsage = "print nothing but the folder's path, warnings and errors"

func addBLASFlag(flags *pflag.FlagSet, blas *string) {
	flags.StringVar(blas, "blas", "auto", "matrix products by `LIBRARY`: simd (built in), library (an installed OpenBLAS or Accelerate), gonum, the path of a shared library, or auto: the first of these that there is")
}

// needFiles says what to do where cobra would only count arguments.
func needFiles(cmd *cobra.Command, files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("%s: expected an experiment file; burstsim init writes one", cmd.Name())
	}
	return nil
}

// job is a checked experiment and where it goes.
type job struct {
	cfg   config.Config
	out   string      // "": a new folder in cfg.Run.Out
	begun *rundir.Dir // where it was begun already; nil: it was not
	force bool        // whether it goes on whatever wrote its checkpoints
}

// dir is the folder of the job, with the experiment in it.
func (j job) dir(p *program) (dir *rundir.Dir, err error) {
	switch {
	case j.begun != nil:
		return j.begun, nil
	case j.out != "":
		dir, err = rundir.CreateAt(j.out)
	default:
		dir, err = rundir.Create(j.cfg.Run.Out, j.cfg.Run.Name, p.now())
	}
	if err != nil {
		return nil, err
	}
	if err := dir.WriteConfig(j.cfg); err != nil {
		dir.Discard()
		return nil, err
	}
	return dir, nil
}

func (p *program) runFiles(ctx context.Context, files []string, opt runOptions) error {
	configs, err := p.loadAll(files, config.Options{Set: opt.set, Seed: opt.seed})
	if err != nil {
		return err
	}
	jobs, err := plan(configs, opt.out)
	if err != nil {
		return err
	}
	return p.runJobs(ctx, jobs, opt.blas, opt.quiet)
}

// runJobs runs one job after another, until a signal stops them.
func (p *program) runJobs(ctx context.Context, jobs []job, blas string, quiet bool) error {
	if err := linalg.Use(blas); err != nil {
		return &statusError{status: statusUsage, err: fmt.Errorf("--blas: %w", err)}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	failed := false
	for i, j := range jobs {
		err := p.runJob(ctx, j, quiet)
		if err != nil {
			p.report(err)
			failed = true
		}
		status, stopped := interruptStatus(ctx)
		left := len(jobs) - 1 - i
		if stopped && left > 0 {
			p.report(fmt.Errorf("%w; %d of %d runs were not begun", context.Cause(ctx), left, len(jobs)))
		}
		if stopped && (left > 0 || err != nil) { // otherwise the signal came too late
			return &statusError{status: status}
		}
	}
	if failed {
		return failure(nil)
	}
	return nil
}

// loadAll reads all files and reports every one that is wrong.
func (p *program) loadAll(files []string, opt config.Options) ([]config.Config, error) {
	opt.StabilityLimit, opt.Weights = stabilityLimit, experiment.CheckWeights
	configs := make([]config.Config, len(files))
	wrong := false
	for i, file := range files {
		var err error
		if configs[i], err = config.Load(file, opt); err != nil {
			p.report(err)
			wrong = true
		}
	}
	if wrong {
		return nil, &statusError{status: statusUsage}
	}
	return configs, nil
}

// stabilityLimit has no limit for a method that chooses its own steps, nor for
// one that does not exist, which is the file's fault and reported as that.
func stabilityLimit(method string) float64 {
	stepper, err := integrator.New[float64](method)
	if err != nil || method == "dopri5" {
		return math.Inf(1)
	}
	return stepper.StabilityLimit()
}

// plan gives each experiment its folder and checks those that are known now.
func plan(configs []config.Config, out string) ([]job, error) {
	jobs := make([]job, len(configs))
	taken := map[string]bool{}
	for i, cfg := range configs {
		jobs[i].cfg = cfg
		if out == "" {
			continue
		}
		path := out
		if len(configs) > 1 {
			path = filepath.Join(out, cfg.Run.Name)
		}
		if taken[path] {
			return nil, fmt.Errorf("two files have the run name %q: with --out, each needs its own run.name", cfg.Run.Name)
		}
		taken[path] = true
		if err := rundir.Check(path); err != nil {
			return nil, failure(err)
		}
		jobs[i].out = path
	}
	return jobs, nil
}

// runJob runs one experiment and writes its folder, whatever becomes of it.
func (p *program) runJob(ctx context.Context, j job, quiet bool) error {
	dir, err := j.dir(p)
	if err != nil {
		return err
	}
	kept, err := p.openJournal(dir, j)
	if err != nil {
		if j.begun == nil && !errors.Is(err, journal.ErrRunning) {
			dir.Discard()
		}
		return err
	}
	if !quiet {
		if err := writeHeader(p.out, j.cfg); err != nil {
			return errors.Join(err, kept.Close())
		}
	}
	bar := p.newProgress(j.cfg.Run.Name, quiet)
	res, sum, runErr := p.run(ctx, j.cfg, experiment.Options{Observe: bar.observe, Journal: kept})
	bar.finish()
	if res == nil && runErr != nil && ctx.Err() == nil {
		if j.begun != nil {
			return failure(errors.Join(runErr, kept.Close()))
		}
		runErr = errors.Join(runErr, kept.Remove())
		dir.Discard() // it could not even begin
		return failure(runErr)
	}
	return p.finish(ctx, dir, kept, j, outcome{res, sum, runErr}, quiet)
}

// outcome is what a run came to.
type outcome struct {
	res *record.Result
	sum *experiment.Summary
	err error
}

// finish writes the folder of a run that ended, or that will go on.
func (p *program) finish(ctx context.Context, dir *rundir.Dir, kept *journal.Journal, j job, o outcome, quiet bool) error {
	o.sum = complete(ctx, o.sum, j.cfg, o.err)
	err := dir.WriteRecord(o.res, o.sum)
	if err == nil && j.cfg.Record.TensorBoard && o.res != nil {
		err = dir.WriteTensorBoard(o.res.Variants)
	}
	if err != nil {
		if fromDisk(o.err) {
			err = nil // the disk that was full is full still
		}
		err = errors.Join(o.err, err)
		return toGoOn(dir, errors.Join(err, kept.Close()))
	}
	figuresErr := p.writeFigures(dir, j.cfg, o.res)
	settle := kept.Remove
	if o.err != nil || fromDisk(figuresErr) {
		settle = kept.Close // to go on from
	}
	if err := settle(); err != nil {
		return errors.Join(o.err, err)
	}
	if !quiet {
		if err := writeTable(p.out, o.res, o.sum); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(p.out, dir.Path()); err != nil {
		return err
	}
	return p.verdict(ctx, dir, o.err, figuresErr)
}

// writeHeader says what is run and by what.
func writeHeader(w io.Writer, cfg config.Config) error {
	_, err := fmt.Fprintf(w, "%s: %s on %s in %s time, %d variants; %s, matrix products by %s\n\n", cfg.Run.Name,
		cfg.Model.Kind, cfg.Task.Kind, cfg.Time.Kind, 1+len(cfg.Compare), cfg.Run.Precision, linalg.Name())
	return err
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

// verdict is the error of a finished job. A figure may be impossible to draw
// when a run stopped early: then it is worth a warning only.
func (p *program) verdict(ctx context.Context, dir *rundir.Dir, runErr, figuresErr error) error {
	if runErr == nil {
		if fromDisk(figuresErr) {
			return toGoOn(dir, figuresErr)
		}
		return figuresErr
	}
	if figuresErr != nil && !(fromDisk(runErr) && fromDisk(figuresErr)) {
		p.warn(figuresErr)
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

// warn reports what does not stop the program.
func (p *program) warn(err error) {
	p.report(fmt.Errorf("warning: %w", err))
}
