package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/slurm"
	"burstsim/internal/sweep"
)

// slurmTaskOptions are the flags of the command that a job array calls.
type slurmTaskOptions struct {
	job                       string
	first, count, maxRequeues int
}

func (p *program) slurmTaskCommand() *cobra.Command {
	var opt slurmTaskOptions
	cmd := &cobra.Command{
		Use:    "slurm-task DIR",
		Short:  "Do the runs of a task of a job array, as scripts of sweep --engine slurm ask for",
		Hidden: true,
		Args:   oneFolder,
		RunE:   func(cmd *cobra.Command, args []string) error { return p.slurmTask(cmd.Context(), args[0], opt) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opt.job, "job", "", "the job's `NAME`")
	flags.IntVar(&opt.first, "first", 0, "the first run `N`")
	flags.IntVar(&opt.count, "count", 0, "how many runs `N`")
	flags.IntVar(&opt.maxRequeues, "max-requeues", 0, "how often `N` the task may be requeued")
	return cmd
}

// slurmTask does the runs of a task, and puts it back into the queue if its time
// is over before they are done.
func (p *program) slurmTask(ctx context.Context, dir string, opt slurmTaskOptions) error {
	task, err := slurm.Current(os.Getenv)
	if err != nil {
		return fmt.Errorf("slurm-task: %w", err)
	}
	plan, err := sweep.Load(dir)
	if err != nil {
		return failure(err)
	}
	count := min(opt.count, len(plan.Points)-opt.first) // the last task may have fewer
	if opt.first < 0 || count < 1 || opt.job == "" {
		return fmt.Errorf("slurm-task: --job %q --first %d --count %d, expected the name of a job and part of %d runs", opt.job, opt.first, opt.count, len(plan.Points))
	}
	switch owner, err := slurm.Claim(slurm.ClaimPath(slurmFolder(dir), opt.job), task.Array); {
	case err != nil:
		return failure(err)
	case owner != task.Array:
		p.warn(fmt.Errorf("job %s was submitted twice: the work of %s is not its own", task, opt.job))
		return nil
	}
	if os.Getenv("GOMAXPROCS") == "" {
		// Not every cluster keeps tasks from the processors of others.
		runtime.GOMAXPROCS(min(task.CPUs, runtime.GOMAXPROCS(0)))
	}
	err = p.sweepTask(ctx, plan, opt.first, count)
	var s *statusError
	if !errors.As(err, &s) || s.status != statusLeft {
		return err
	}
	return p.requeue(ctx, task, dir, opt.maxRequeues, err)
}

// requeue is what becomes of a task that was asked to stop.
func (p *program) requeue(ctx context.Context, task slurm.Task, dir string, most int, stopped error) error {
	goOn := "burstsim sweep " + dir + " --engine slurm goes on"
	if task.Requeues >= most {
		p.warn(fmt.Errorf("task %s has been requeued %d times, --max-requeues; %s", task, task.Requeues, goOn))
		return stopped
	}
	client, err := slurm.New()
	requeued := false
	if err == nil {
		requeued, err = client.Requeue(ctx, task)
	}
	switch {
	case err != nil:
		p.warn(fmt.Errorf("task %s could not be requeued: %w; %s", task, err, goOn))
	case requeued:
		p.warn(fmt.Errorf("task %s goes on when it has been requeued, for the %d. time", task, task.Requeues+1))
	default:
		p.warn(fmt.Errorf("task %s was cancelled or preempted: it does not requeue itself", task))
	}
	return stopped
}

// slurmStatus says what is in the queue for a sweep, if it was ever submitted.
func (p *program) slurmStatus(ctx context.Context, dir string) error {
	if _, err := os.Stat(slurmFolder(dir)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	ledger, err := slurm.OpenLedger(slurmFolder(dir))
	if err != nil {
		return failure(err)
	}
	client, err := slurm.New()
	if err != nil {
		p.warn(err)
		return nil
	}
	queue, err := client.Queue(ctx, ledger.Prefix())
	if err != nil {
		return failure(err)
	}
	fmt.Fprintln(p.out, slurm.Tally(queue))
	if ids := slurm.IDs(queue); len(ids) > 0 {
		fmt.Fprintln(p.out, "jobs:", strings.Join(ids, ", "))
	}
	if ended := slurm.TallyEnded(client.Accounts(ctx, ledger.IDs())); ended != "" {
		fmt.Fprintln(p.out, "ended:", ended)
	}
	return nil
}
