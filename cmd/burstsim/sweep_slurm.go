package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"burstsim/internal/slurm"
	"burstsim/internal/sweep"
)

// slurmOptions are the flags of sweep for a cluster.
type slurmOptions struct {
	slurm.Options
	runsPerTask, maxRequeues int
	wait                     bool
}

// Engines of sweep.
const (
	engineLocal = "local"
	engineSlurm = "slurm"
)

// slurmFlags are the names of the flags that only a cluster has.
var slurmFlags = []string{"partition", "time", "mem", "array-limit", "runs-per-task", "max-requeues", "sbatch", "wait"}

func (o *slurmOptions) add(flags *pflag.FlagSet) {
	flags.StringVar(&o.Partition, "partition", "", "with --engine slurm, the `PARTITION` of the tasks")
	flags.StringVar(&o.Time, "time", "", "with --engine slurm, the `TIME` a task may take, such as 4:00:00; what is not done by then goes on in another")
	flags.StringVar(&o.Mem, "mem", "", "with --engine slurm, the `SIZE` of a task's memory, such as 2G")
	flags.IntVar(&o.AtOnce, "array-limit", 0, "with --engine slurm, let at most `N` tasks of an array run at the same time; 0: any number")
	flags.IntVar(&o.runsPerTask, "runs-per-task", 0, "with --engine slurm, how many runs `N` a task does; 0: so many that there are at most 1000 tasks")
	flags.IntVar(&o.maxRequeues, "max-requeues", 20, "with --engine slurm, how often `N` a task that runs into its time limit puts itself back into the queue")
	flags.StringArrayVar(&o.Lines, "sbatch", nil, "with --engine slurm, a further `OPTION` of sbatch such as --account=lab; may be repeated")
	flags.BoolVar(&o.wait, "wait", false, "with --engine slurm, wait until all is done and show how far it is")
}

// checkEngine looks at how the flags go together.
func (o *sweepOptions) checkEngine(flags *pflag.FlagSet) error {
	switch o.engine {
	case engineSlurm:
		if o.tells.json {
			return errors.New("--json: only with --engine local; --quiet prints the folder alone, and sweep status --json how far it is")
		}
		return o.slurm.check()
	case engineLocal:
		for _, name := range slurmFlags {
			if flags.Changed(name) {
				return fmt.Errorf("--%s: only with --engine slurm", name)
			}
		}
		return nil
	}
	return fmt.Errorf("--engine: %.60q, expected %s or %s", o.engine, engineLocal, engineSlurm)
}

func (o *slurmOptions) check() error {
	if o.runsPerTask < 0 {
		return fmt.Errorf("--runs-per-task: %d, expected a number of runs, or 0", o.runsPerTask)
	}
	if o.maxRequeues < 0 {
		return fmt.Errorf("--max-requeues: %d, expected a number of times, or 0", o.maxRequeues)
	}
	return o.Options.Check()
}

// Unless somebody says how many runs a task does, a sweep is cut into at most
// mostTasks tasks, each of which takes at least worthwhile, as far as it is known
// how long a run takes.
const (
	mostTasks  = 1000
	worthwhile = 10 * time.Minute
)

// slurmFolder holds what was submitted, and the logs of tasks.
func slurmFolder(dir string) string { return filepath.Join(dir, "slurm") }

// newCampaign asks the cluster for its limits. A dry run can do without one.
func newCampaign(ctx context.Context, dir string, opt sweepOptions) (*slurm.Campaign, error) {
	ledger, err := slurm.OpenLedger(slurmFolder(dir))
	if err != nil {
		return nil, err
	}
	c := &slurm.Campaign{Ledger: ledger, Limits: slurm.DefaultLimits, Options: opt.slurm.Options}
	c.Client, err = slurm.New()
	if errors.Is(err, exec.ErrNotFound) && opt.dry {
		return c, nil
	}
	if err == nil {
		c.Limits, err = c.Client.Limits(ctx, userName())
	}
	return c, err
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return os.Getenv("USER")
}

// submitSweep brings what is missing of a sweep to the cluster.
func (p *program) submitSweep(ctx context.Context, plan *sweep.Plan, opt sweepOptions) error {
	if n := opt.slurm.Seconds(); n > 0 && n <= 2*slurm.Warning {
		p.warn(fmt.Errorf("--time %s: tasks are asked to save what they have %d s before, expected a longer time", opt.slurm.Time, slurm.Warning))
	}
	dir, err := filepath.Abs(opt.out)
	if err != nil {
		return failure(err)
	}
	c, err := newCampaign(ctx, dir, opt)
	if err != nil {
		return failure(err)
	}
	if opt.dry {
		err = plan.Preview(opt.out)
	} else {
		_, err = plan.Begin(opt.out)
	}
	if err != nil {
		return failure(err)
	}
	status, err := plan.Status()
	if err != nil {
		return failure(err)
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	queue, err := readQueue(ctx, c, opt.dry)
	if err != nil {
		return failure(err)
	}
	if c.PerTask, err = packing(c, status, opt.slurm.runsPerTask, queue); err != nil {
		return failure(err)
	}
	missing := status.Missing()
	if opt.dry {
		setCommands(c, dir, cmp.Or(programPath(), "burstsim"), opt.slurm)
		return p.printScripts(c, missing, queue)
	}
	kept, err := slurm.Keep(programPath(), slurmFolder(dir))
	if err != nil {
		return failure(err)
	}
	setCommands(c, dir, kept, opt.slurm)
	rest, err := p.submitMissing(ctx, c, missing, queue)
	full := errors.Is(err, slurm.ErrFull)
	switch {
	case err != nil && !full:
		return failure(err)
	case opt.slurm.wait:
		return p.followSweep(ctx, c, plan, rest)
	case len(missing) == 0:
		p.warn(fmt.Errorf("nothing was submitted: all %d runs are done", status.Total))
	case len(c.NotQueued(missing, queue)) == 0:
		p.warn(fmt.Errorf("nothing was submitted: the %d runs that are missing are in the queue", len(missing)))
	case full:
		p.warn(fmt.Errorf("%w: the same command submits the rest when there is room, and --wait does so by itself", err))
	}
	fmt.Fprintln(p.out, plan.Path)
	return nil
}

// readQueue says what is in the queue of what was submitted before.
func readQueue(ctx context.Context, c *slurm.Campaign, dry bool) ([]slurm.Queued, error) {
	if c.Client == nil || len(c.Jobs) == 0 {
		return nil, nil
	}
	if !dry {
		if err := c.Recover(ctx); err != nil {
			return nil, err
		}
	}
	queue, err := c.Queue(ctx, c.Prefix())
	if err != nil {
		return nil, fmt.Errorf("%w; nothing was submitted, as it is not known what is in the queue", err)
	}
	return queue, nil
}

// packing is how many runs a task does.
func packing(c *slurm.Campaign, s sweep.Status, asked int, queue []slurm.Queued) (int, error) {
	if queued := c.Packing(queue); queued > 0 {
		if asked > 0 && asked != queued {
			return 0, fmt.Errorf("--runs-per-task: %d, but tasks in the queue do %d, expected the same until they are over", asked, queued)
		}
		return queued, nil
	}
	if asked > 0 {
		return asked, nil
	}
	n := slurm.PerTask(s.Total-s.Done, min(mostTasks, max(1, c.Limits.Submit-1)))
	if s.Each > 0 {
		n = max(n, int(min(worthwhile/s.Each, mostTasks)))
	}
	return n, nil
}

func setCommands(c *slurm.Campaign, dir, program string, opt slurmOptions) {
	c.Task = []string{program, "sweep", "slurm-task", dir, "--max-requeues", strconv.Itoa(opt.maxRequeues)}
	c.After = []string{program, "sweep", "aggregate", dir}
}

// programPath is this program's own.
func programPath() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}

func (p *program) printScripts(c *slurm.Campaign, missing []int, queue []slurm.Queued) error {
	plan, err := c.Plan(missing, queue)
	if err != nil {
		return failure(err)
	}
	if c.Client == nil {
		p.warn(errors.New("no Slurm on this machine: the limits are Slurm's defaults"))
	}
	var names []string
	for _, job := range plan {
		fmt.Fprintf(p.out, "# %s.sh\n%s\n", job.Name, job.Script)
		names = append(names, "ID_OF_"+job.Name)
	}
	if len(plan) > 0 {
		after := c.PlanAfter(names, len(plan))
		fmt.Fprintf(p.out, "# %s.sh\n%s", after.Name, after.Script)
	}
	return nil
}

// submitMissing says what it submitted, and returns the runs that it did not.
func (p *program) submitMissing(ctx context.Context, c *slurm.Campaign, missing []int, queue []slurm.Queued) (rest []int, err error) {
	done, err := c.SubmitAll(ctx, missing, queue)
	for _, job := range done {
		what := "aggregates when they are over"
		if a := job.Array; a != nil {
			what = fmt.Sprintf("%d tasks of %d runs", a.Tasks.Len(), a.PerTask)
		}
		fmt.Fprintf(p.err, "burstsim: submitted job %s, %s: %s\n", job.ID, job.Name, what)
	}
	left := map[int]bool{}
	for _, run := range c.NotQueued(missing, queue) {
		left[run] = true
	}
	for _, job := range done {
		for run := range job.Runs() {
			delete(left, run)
		}
	}
	return slices.Sorted(maps.Keys(left)), err
}

// followSweep waits until no job is left, and submits the rest, for which there
// was no room. At a signal it leaves the jobs as they are.
func (p *program) followSweep(ctx context.Context, c *slurm.Campaign, plan *sweep.Plan, rest []int) error {
	last, silent := "", false
	var ids []string
	var fatal error
	each := func(queue []slurm.Queued, err error) bool {
		if err != nil {
			if !silent {
				p.warn(fmt.Errorf("%w; asking again", err))
			}
			silent = true
			return true
		}
		silent, ids = false, slurm.IDs(queue)
		var s sweep.Status
		if s, fatal = plan.Status(); fatal != nil {
			return false
		}
		line := fmt.Sprintf("%d of %d runs done, %s", s.Done, s.Total, slurm.Tally(queue))
		if line != last {
			fmt.Fprintf(p.err, "burstsim: %s %s\n", p.now().Format(time.TimeOnly), line)
			last = line
		}
		if len(rest) == 0 {
			return len(queue) > 0
		}
		if err := c.Recover(ctx); err != nil {
			p.warn(err)
			return true
		}
		if c.Limits, err = c.Client.Limits(ctx, userName()); err != nil {
			p.warn(err)
			return true
		}
		rest, fatal = p.submitMissing(ctx, c, rest, queue)
		if errors.Is(fatal, slurm.ErrFull) {
			fatal = nil
		}
		return fatal == nil
	}
	err := c.Follow(ctx, c.Prefix(), each)
	if status, stopped := interruptStatus(ctx); stopped {
		p.report(fmt.Errorf("%w; the jobs go on: burstsim sweep status %s shows them, scancel %s ends them", err, plan.Path, strings.Join(ids, " ")))
		return &statusError{status: status}
	}
	if err := cmp.Or(fatal, err); err != nil {
		return failure(err)
	}
	return p.aggregated(plan)
}

// aggregated writes what a sweep came to, and fails unless it is whole.
func (p *program) aggregated(plan *sweep.Plan) error {
	a, err := plan.Collect()
	if err == nil {
		err = a.Write()
	}
	if err != nil {
		return failure(err)
	}
	fmt.Fprintln(p.out, plan.Path)
	switch total := len(plan.Points); {
	case a.Failed > 0:
		return failure(fmt.Errorf("%d of %d runs failed: burstsim sweep status %s lists them", a.Failed, total, plan.Path))
	case a.Missing > 0:
		return failure(fmt.Errorf("%d of %d runs are missing: the same command goes on, and the logs are in %s", a.Missing, total, slurmFolder(plan.Path)))
	}
	return nil
}
