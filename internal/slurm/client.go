// Package slurm writes job arrays for the scheduler Slurm, submits them once,
// and follows them. It knows Slurm's commands and nothing of what the jobs do.
//
// Clusters differ: commands may be missing, time out after they have done their
// work, or be refused. So everything that could submit a job twice looks first,
// and nothing relies on accounting, on clocks, or on locks.
package slurm

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Client calls the commands of Slurm that are on PATH.
type Client struct {
	command func(ctx context.Context, name string, args ...string) (stdout string, err error)
	sleep   func(ctx context.Context, d time.Duration) error
}

// New returns a client, or an error that wraps [exec.ErrNotFound] if this
// machine has no Slurm.
func New() (*Client, error) {
	for _, name := range []string{"sbatch", "squeue", "scontrol"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%s is not on this machine (%w): expected one that submits to Slurm, such as a login node", name, exec.ErrNotFound)
		}
	}
	return &Client{command: execute, sleep: sleep}, nil
}

// Error is what a command of Slurm said when it failed.
type Error struct {
	Command string
	Message string // on one line
	// Unanswered tells that the command may have done its work all the same: no
	// answer came in time.
	Unanswered bool
	cause      error
}

func (e *Error) Error() string { return e.Command + ": " + e.Message }

func (e *Error) Unwrap() error { return e.cause }

// patience bounds one command. Its own time-outs, MessageTimeout of slurm.conf
// and retries, are shorter on most clusters.
const patience = 5 * time.Minute

// execute runs a command with the user's environment, except for the variables
// that would override what scripts and arguments say.
func execute(ctx context.Context, name string, args ...string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(limited, name, args...)
	cmd.Env = append(environment(os.Environ()), "LC_ALL=C", "SLURM_BITSTR_LEN=0", "SLURM_TIME_FORMAT=standard")
	cmd.WaitDelay = time.Second // a child of a wrapper may hold the pipes
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return stdout.String(), nil
	case ctx.Err() != nil:
		return "", &Error{Command: name, Message: "interrupted", Unanswered: true, cause: context.Cause(ctx)}
	case limited.Err() != nil:
		return "", &Error{Command: name, Message: fmt.Sprintf("no answer in %v", patience), Unanswered: true, cause: err}
	}
	return "", failed(name, stderr.String(), err)
}

// settled are the variables that Slurm's commands would prefer to what our
// scripts and arguments say. Those of sbatch that users set for their site, such
// as SBATCH_ACCOUNT, stay.
var settled = []string{
	"SQUEUE_", "SACCT_", "SCONTROL_",
	"SBATCH_ARRAY_INX=", "SBATCH_JOB_NAME=", "SBATCH_SIGNAL=", "SBATCH_REQUEUE=", "SBATCH_NO_REQUEUE=",
	"SBATCH_OPEN_MODE=", "SBATCH_OUTPUT=", "SBATCH_ERROR=", "SBATCH_INPUT=", "SBATCH_WAIT=", "SBATCH_WORKING_DIR=",
}

func environment(all []string) []string {
	var out []string
next:
	for _, v := range all {
		for _, s := range settled {
			if strings.HasPrefix(v, s) {
				continue next
			}
		}
		out = append(out, v)
	}
	return out
}

// unanswered are Slurm's messages after which a request may have been carried
// out.
var unanswered = []string{
	"timed out", "timeout", "zero bytes were transmitted", "unable to contact slurm controller",
	"communication connection failure", "connection refused", "connection reset", "transport endpoint",
	"unexpected message received", "i/o error", "can't open data socket",
}

// failed makes an error of what a command wrote to its standard error.
func failed(name, stderr string, cause error) *Error {
	var exit *exec.ExitError
	killed := errors.As(cause, &exit) && exit.ExitCode() < 0
	message := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		line = strings.TrimPrefix(line, name+": ")
		line = strings.TrimPrefix(line, "error: ")
		if line != "" {
			message = strings.TrimPrefix(message+"; "+line, "; ")
		}
	}
	message = cmp.Or(message, cause.Error())
	lower := strings.ToLower(message)
	silent := killed
	for _, u := range unanswered {
		silent = silent || strings.Contains(lower, u)
	}
	return &Error{Command: name, Message: message, Unanswered: silent, cause: cause}
}

// sleep waits, or returns why the context ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
