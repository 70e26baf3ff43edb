package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/linalg"
	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

// job is a checked experiment and where it goes.
type job struct {
	cfg   config.Config
	out   string      // "": a new folder in cfg.Run.Out
	begun *rundir.Dir // where it was begun already; nil: it was not
	force bool        // whether it goes on whatever wrote its checkpoints
	over  string      // the folder, if nothing is left to do
}

// dir is the folder of the job, which may be empty still.
func (j job) dir(p *program) (*rundir.Dir, error) {
	switch {
	case j.begun != nil:
		return j.begun, nil
	case j.out != "":
		return rundir.CreateAt(j.out)
	}
	return rundir.Create(j.cfg.Run.Out, j.cfg.Run.Name, p.now())
}

// begin locks the folder of a job before it touches it: others may have been
// told to run into it too. What it leaves after an error is as it was.
func (p *program) begin(j job) (dir *rundir.Dir, kept *journal.Journal, err error) {
	if dir, err = j.dir(p); err != nil {
		return nil, nil, err
	}
	if kept, err = p.openJournal(dir, j); err == nil {
		if j.begun != nil {
			err = dir.Over() // another process may have been faster
		} else {
			err = dir.Begin(j.cfg)
		}
		if err == nil {
			return dir, kept, nil
		}
	}
	if j.begun == nil {
		return nil, nil, errors.Join(err, dir.Discard(kept))
	}
	if kept != nil {
		err = errors.Join(err, kept.Discard())
	}
	return nil, nil, err
}

// runJobs runs all jobs, until a signal stops them.
func (p *program) runJobs(ctx context.Context, jobs []job, blas string, quiet bool) error {
	if err := linalg.Use(blas); err != nil {
		return &statusError{status: statusUsage, err: fmt.Errorf("--blas: %w", err)}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // writing to nobody is an error then
	defer signal.Reset(syscall.SIGPIPE)
	said := &printed{to: p.out}
	own := *p
	own.out = said
	failed, notBegun := own.runAll(ctx, jobs, quiet)
	if said.err != nil {
		p.report(fmt.Errorf("cannot write to standard output: %w; what the runs left is in their folders", atomicfile.Cause(said.err)))
		failed = true
	}
	status, stopped := interruptStatus(ctx)
	if stopped && notBegun > 0 {
		p.report(fmt.Errorf("%w; %d of %d runs were not begun", context.Cause(ctx), notBegun, len(jobs)))
	}
	if stopped && (notBegun > 0 || failed) { // otherwise the signal came too late
		return &statusError{status: status}
	}
	if failed {
		return failure(nil)
	}
	return nil
}

// runAll returns whether a job failed, and how many a signal kept from being
// begun.
func (p *program) runAll(ctx context.Context, jobs []job, quiet bool) (failed bool, notBegun int) {
	if len(jobs) > 1 {
		return p.runTogether(ctx, jobs, quiet)
	}
	for _, j := range jobs {
		if err := p.runJob(ctx, j, p.newProgress(j.cfg.Run.Name, quiet), quiet); err != nil {
			p.report(err)
			failed = true
		}
	}
	return failed, 0
}

// runTogether runs several jobs, as many at once as there are processors and
// memory for, and prints what they say in their order. It returns whether one
// failed, and how many a signal kept from being begun.
func (p *program) runTogether(ctx context.Context, jobs []job, quiet bool) (failed bool, notBegun int) {
	configs := make([]config.Config, len(jobs))
	for i, j := range jobs {
		configs[i] = j.cfg
	}
	atOnce := min(runtime.GOMAXPROCS(0), experiment.AtOnce(configs))
	if linalg.HasThreads() {
		// The library uses all processors by itself, and its number of threads,
		// which decides the bits, must not depend on what else is run.
		atOnce = 1
	}
	slots := make(chan struct{}, atOnce)
	bar := p.newSharedProgress(len(jobs), quiet)
	turns := make([]chan struct{}, len(jobs)+1) // closed when it is the job's turn to print
	for i := range turns {
		turns[i] = make(chan struct{})
	}
	close(turns[0])
	var wg sync.WaitGroup
	for i, j := range jobs {
		slots <- struct{}{}
		if ctx.Err() != nil {
			notBegun = len(jobs) - i
			break
		}
		wg.Go(func() {
			var out, complaints bytes.Buffer
			own := *p
			own.out, own.err = &out, &complaints
			err := own.runJob(ctx, j, part{bar, i}, quiet)
			<-slots
			if err != nil {
				own.report(err)
			}
			<-turns[i]
			bar.print(func() {
				_, _ = io.Copy(p.out, &out)        // which keeps the error
				_, _ = io.Copy(p.err, &complaints) // there is nowhere to say it
			})
			failed = failed || err != nil
			close(turns[i+1])
		})
	}
	wg.Wait()
	bar.finish()
	return failed, notBegun
}

// tablesEvery is how often the tables of a run are written while it goes on.
const tablesEvery = 10 * time.Second

// runJob runs one experiment and writes its folder, whatever becomes of it.
func (p *program) runJob(ctx context.Context, j job, bar meter, quiet bool) error {
	if j.over != "" {
		p.sayOver(j.over)
		return nil
	}
	experiment.ShareProcessors(j.cfg)
	dir, kept, err := p.begin(j)
	if errors.Is(err, rundir.ErrOver) {
		p.sayOver(j.begun.Path())
		return nil
	}
	if err != nil {
		return err
	}
	if !quiet {
		if err := writeHeader(p.out, j.cfg); err != nil {
			return errors.Join(err, kept.Close())
		}
	}
	stop := dir.Follow(j.cfg, tablesEvery)
	res, sum, runErr := p.run(ctx, j.cfg, experiment.Options{Observe: bar.observe, Journal: kept})
	stop()
	bar.finish()
	if res == nil && runErr != nil && ctx.Err() == nil {
		return failure(p.abandon(dir, kept, j, runErr))
	}
	return p.finish(ctx, dir, kept, j, outcome{res, sum, runErr}, quiet)
}

// abandon ends a run of which a variant could not begin. What others came to is
// kept; if there is nothing, so is the folder of a new run not.
func (p *program) abandon(dir *rundir.Dir, kept *journal.Journal, j job, err error) error {
	if j.begun == nil && !journal.HoldsCheckpoint(dir.Journal()) {
		return errors.Join(err, dir.Discard(kept))
	}
	err = errors.Join(err, kept.Close())
	if fromDisk(err) {
		return toGoOn(dir, err)
	}
	return err
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
	figuresErr := p.writeFigures(ctx, dir, j.cfg, o.res)
	settle := kept.Remove
	if o.err != nil || fromDisk(figuresErr) || errors.Is(figuresErr, errNotDrawn) {
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
	demonstration := ""
	if cfg.Task.Kind == "mnist" && cfg.Task.Data == "embedded" {
		demonstration = "a demonstration: of MNIST only the 200 + 100 images that come with the program, too few to learn much from\n"
	}
	_, err := fmt.Fprintf(w, "%s: %s on %s in %s time, %d variants; %s, matrix products by %s\n%s\n", cfg.Run.Name,
		cfg.Model.Kind, cfg.Task.Kind, cfg.Time.Kind, 1+len(cfg.Compare), cfg.Run.Precision, linalg.Name(), demonstration)
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

// verdict is the error of a finished job. A figure that has nothing to show is
// worth a warning only. One that cannot be written is an error, of the run too
// if that was broken off.
func (p *program) verdict(ctx context.Context, dir *rundir.Dir, runErr, figuresErr error) error {
	if runErr == nil {
		switch {
		case errors.Is(figuresErr, errNotDrawn):
			return fmt.Errorf("%w; all results are in %[2]s, and burstsim resume %[2]s draws the figures", context.Cause(ctx), dir.Path())
		case fromDisk(figuresErr):
			return toGoOn(dir, figuresErr)
		}
		return p.skip(figuresErr)
	}
	if figuresErr != nil && !errors.Is(figuresErr, errNotDrawn) && !(fromDisk(runErr) && fromDisk(figuresErr)) {
		if err := p.skip(figuresErr); err != nil {
			p.warn(err)
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

// skip reports each figure that has nothing to show on a line, and returns what
// is wrong with others.
func (p *program) skip(err error) (others error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range all.Unwrap() {
			others = errors.Join(others, p.skip(one))
		}
		return others
	}
	if nothing := (nothingToShow{}); !errors.As(err, &nothing) {
		return err
	}
	p.warn(fmt.Errorf("skipped %w", err))
	return nil
}

// warn reports what does not stop the program.
func (p *program) warn(err error) {
	p.report(fmt.Errorf("warning: %w", err))
}
