package slurm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Task is the task of an array that this process is.
type Task struct {
	Array    string // number of the array's job
	Index    int
	Requeues int // how often it has been requeued
	CPUs     int // processors that it may use
}

// ErrNoTask is of a process that Slurm did not start as the task of an array.
var ErrNoTask = errors.New("not the task of a job array, expected to be started by Slurm")

// Current reads what Slurm tells its tasks by getenv, such as [os.Getenv].
func Current(getenv func(string) string) (Task, error) {
	t := Task{Array: getenv("SLURM_ARRAY_JOB_ID"), CPUs: 1}
	index, err := strconv.Atoi(getenv("SLURM_ARRAY_TASK_ID"))
	if !number.MatchString(t.Array) || err != nil {
		return t, ErrNoTask
	}
	t.Index = index
	if n, err := strconv.Atoi(getenv("SLURM_RESTART_COUNT")); err == nil && n > 0 {
		t.Requeues = n
	}
	if n, err := strconv.Atoi(getenv("SLURM_CPUS_PER_TASK")); err == nil && n > 0 {
		t.CPUs = n
	}
	return t, nil
}

func (t Task) String() string { return fmt.Sprintf("%s_%d", t.Array, t.Index) }

// Requeue puts a task that has been asked to stop back into the queue, if its
// time is over. A task that its user cancelled stays so, and one that was
// preempted is requeued by Slurm, if the site wants it.
//
// A job that Slurm has begun to end is in the state COMPLETING, whatever the
// cause; one that was only warned of its time limit still runs.
func (c *Client) Requeue(ctx context.Context, t Task) (requeued bool, err error) {
	text, err := c.command(ctx, "squeue", "--noheader", "--jobs="+t.String(), "--states=all", "--format=%T|%r")
	if err != nil {
		return false, err
	}
	state, reason, _ := strings.Cut(lastLine(text), "|")
	switch {
	case state == "RUNNING", state == "SIGNALING", reason == "TimeLimit":
	default:
		return false, nil
	}
	_, err = c.command(ctx, "scontrol", "requeue", t.String())
	return err == nil, err
}
