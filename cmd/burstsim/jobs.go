package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"syscall"

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

// runJobs runs all jobs, until a signal stops them.
func (p *program) runJobs(ctx context.Context, jobs []job, blas string, quiet bool) error {
	if err := linalg.Use(blas); err != nil {
		return &statusError{status: statusUsage, err: fmt.Errorf("--blas: %w", err)}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	failed, notBegun := false, 0
	if len(jobs) == 1 {
		if err := p.runJob(ctx, jobs[0], p.newProgress(jobs[0].cfg.Run.Name, quiet), quiet); err != nil {
			p.report(err)
			failed = true
		}
	} else {
		failed, notBegun = p.runTogether(ctx, jobs, quiet)
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

// runTogether runs several jobs, as many at once as there are processors, and
// prints what they say in their order. It returns whether one failed, and how
// many a signal kept from being begun.
func (p *program) runTogether(ctx context.Context, jobs []job, quiet bool) (failed bool, notBegun int) {
	atOnce := min(runtime.GOMAXPROCS(0), len(jobs))
	if linalg.HasThreads() {
		// The library uses all processors by itself, and its number of threads,
		// which decides the bits, must not depend on what else is run.
		atOnce = 1
	}
	slots := make(chan struct{}, atOnce)
	bar := p.newProgress("", quiet).share(len(jobs))
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
			bar.clear()
			_, errOut := io.Copy(p.out, &out)
			_, errErr := io.Copy(p.err, &complaints)
			failed = failed || err != nil || errOut != nil || errErr != nil
			close(turns[i+1])
		})
	}
	wg.Wait()
	bar.bar.finish()
	return failed, notBegun
}

// runJob runs one experiment and writes its folder, whatever becomes of it.
func (p *program) runJob(ctx context.Context, j job, bar meter, quiet bool) error {
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
