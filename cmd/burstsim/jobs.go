package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"runtime"
	"slices"
	"sync"
	"syscall"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/linalg"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/sim/record"
)

// job is what is run, or the folder of what was.
type job struct {
	runner.Job
	over string // the folder, if nothing is left to do
}

// runJobs runs all jobs, until a signal stops them. Those whose products are
// computed by something else come one group after the other, that of the last
// job last.
func (p *program) runJobs(ctx context.Context, jobs []job, blas string, tells tells) error {
	groups := byBLAS(jobs, blas)
	for _, g := range groups { // all, before the first one runs
		if err := runner.UseBLAS(blas, g.blas); err != nil {
			return &statusError{status: statusUsage, err: fmt.Errorf("--blas: %w", err)}
		}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // writing to nobody is an error then
	defer signal.Reset(syscall.SIGPIPE)
	said := &printed{to: p.out}
	own := *p
	own.out = said
	failed, notBegun := false, 0
	for i, g := range groups {
		if i > 0 && ctx.Err() != nil {
			notBegun += len(g.jobs)
			continue
		}
		if err := runner.UseBLAS(blas, g.blas); err != nil { // which was possible just now
			p.report(err)
			failed = true
			continue
		}
		wrong, left := own.runAll(ctx, g.jobs, tells)
		failed, notBegun = failed || wrong, notBegun+left
	}
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

// group is some jobs, and what computes their matrix products.
type group struct {
	blas string
	jobs []job
}

// byBLAS groups jobs by what computes their products, for the process has one
// of them at a time.
func byBLAS(jobs []job, choice string) []group {
	var groups []group
	for _, j := range jobs {
		blas := choice
		if j.over == "" {
			blas = j.BLAS(choice)
		} else if len(groups) > 0 {
			blas = groups[len(groups)-1].blas // nothing is computed for it
		}
		at := slices.IndexFunc(groups, func(g group) bool { return g.blas == blas })
		if at < 0 {
			groups = append(groups, group{blas: blas, jobs: []job{j}})
			continue
		}
		g := groups[at]
		g.jobs = append(g.jobs, j)
		groups = append(slices.Delete(groups, at, at+1), g)
	}
	return groups
}

// runAll returns whether a job failed, and how many a signal kept from being
// begun.
func (p *program) runAll(ctx context.Context, jobs []job, tells tells) (failed bool, notBegun int) {
	if len(jobs) > 1 {
		return p.runTogether(ctx, jobs, tells)
	}
	for _, j := range jobs {
		if err := p.runJob(ctx, j, p.newProgress(j.Config.Run.Name, tells), tells); err != nil {
			p.report(err)
			failed = true
		}
	}
	return failed, 0
}

// runTogether runs several jobs, as many at once as there are processors and
// memory for, and prints what they say in their order. It returns whether one
// failed, and how many a signal kept from being begun.
func (p *program) runTogether(ctx context.Context, jobs []job, tells tells) (failed bool, notBegun int) {
	configs := make([]config.Config, len(jobs))
	for i, j := range jobs {
		configs[i] = j.Config
	}
	atOnce := min(runtime.GOMAXPROCS(0), experiment.AtOnce(configs))
	if linalg.HasThreads() {
		// The library uses all processors by itself, and its number of threads,
		// which decides the bits, must not depend on what else is run.
		atOnce = 1
	}
	slots := make(chan struct{}, atOnce)
	bar := p.newSharedProgress(len(jobs), tells)
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
			err := own.runJob(ctx, j, part{bar, i}, tells)
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

// runJob runs one experiment and prints what came of it.
func (p *program) runJob(ctx context.Context, j job, bar meter, tells tells) error {
	if j.over != "" {
		return p.sayOver(j.over, tells)
	}
	r := runner.Runner{Now: p.now, Execute: p.run, Draw: p.draw, Observe: bar.observe, Ended: bar.finish, Warn: p.warn}
	if tells.people() {
		r.Begin = func(cfg config.Config) error { return writeHeader(p.out, cfg) }
	}
	r.Written = func(dir string, res *record.Result, sum *experiment.Summary) error {
		if tells.people() {
			if err := writeTable(p.out, res, sum); err != nil {
				return err
			}
		}
		return p.sayFolder(dir, tells)
	}
	_, err := r.Run(ctx, j.Job)
	var failed *runner.RunError
	switch {
	case errors.Is(err, rundir.ErrOver) && j.Begun != nil:
		return p.sayOver(j.Begun.Path(), tells)
	case errors.As(err, &failed):
		return failure(failed.Err)
	}
	return err
}

// writeHeader says what is run and by what.
func writeHeader(w io.Writer, cfg config.Config) error {
	demonstration := ""
	if cfg.Task.Kind == "mnist" && cfg.Task.Data == "embedded" {
		demonstration = "a demonstration: of MNIST only the 200 + 100 images that come with the program, too few to learn much from\n"
	}
	variants := ""
	if n := len(cfg.Compare); n > 0 {
		variants = fmt.Sprintf(", %d variants", 1+n)
	}
	if cfg.Spikes() {
		_, err := fmt.Fprintf(w, "%s: %s%s\n\n", cfg.Run.Name, cfg.What(), variants)
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %s%s; %s, matrix products by %s\n%s%s\n", cfg.Run.Name,
		cfg.What(), variants, cfg.Run.Precision, linalg.Name(), measuredLine(), demonstration)
	return err
}

// measuredLine is the header's line about how auto chose, if it measured.
func measuredLine() string {
	if speeds := linalg.Measured(); speeds != "" {
		return "chosen by measuring: " + speeds + "\n"
	}
	return ""
}

// warn reports what does not stop the program.
func (p *program) warn(err error) {
	p.report(fmt.Errorf("warning: %w", err))
}
