package slurm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"burstsim/internal/atomicfile"
)

// Campaign submits what is missing of numbered runs, as often as it takes.
type Campaign struct {
	*Client
	*Ledger
	Limits  Limits
	Options Options
	PerTask int // runs of a task; see [Ledger.Packing]
	// Task is the command of a task, to which --job, --first and --count are
	// appended, and After that of the job which waits for all.
	Task, After []string
}

// Planned is a job that is to be submitted.
type Planned struct {
	Submitted
	Script string
}

// Plan makes arrays of the runs that are missing, ascending numbers, and of
// which no task is in the queue.
func (c *Campaign) Plan(missing []int, queue []Queued) ([]Planned, error) {
	if err := CheckPath(c.folder); err != nil {
		return nil, err
	}
	if c.Limits.Index < 0 {
		return nil, errors.New("this cluster has no job arrays (MaxArraySize is 0), expected one that has")
	}
	var out []Planned
	for i, a := range Cut(c.NotQueued(missing, queue), c.PerTask, c.Limits) {
		out = append(out, c.planArray(a, i))
	}
	return out, nil
}

// planArray makes the job of an array, with the n-th next name.
func (c *Campaign) planArray(a Array, n int) Planned {
	name := c.name(n)
	command := append(c.Task[:len(c.Task):len(c.Task)], "--job", name)
	job := Job{Name: name, Log: filepath.Join(c.folder, name, "%a.log"), Command: command}
	return Planned{Submitted{Name: name, Array: &a}, ArrayScript(a, job, c.Options)}
}

// PlanAfter makes the job that waits for jobs.
func (c *Campaign) PlanAfter(ids []string, n int) Planned {
	name := c.name(n)
	job := Job{Name: name, Log: filepath.Join(c.folder, name+".log"), Command: c.After}
	return Planned{Submitted{Name: name}, AfterScript(ids, job, c.Options)}
}

// ErrFull is of a submission that has to wait until other jobs of the user are
// over.
var ErrFull = errors.New("the queue takes no more jobs of this user now")

// full are messages of sbatch when a limit for jobs in the queue is met. The
// second of them has other causes too, so it counts only if jobs are there.
var full = []string{"submitjob", "job submit limit", "resource temporarily unavailable", "maximum job count"}

// SubmitAll submits what is missing, and one job that waits for it and for what
// is in the queue. It returns what it submitted, before an error too. The error
// wraps [ErrFull] if the rest can be submitted when jobs are over.
func (c *Campaign) SubmitAll(ctx context.Context, missing []int, queue []Queued) ([]Submitted, error) {
	plan, err := c.Plan(missing, queue)
	if err != nil || len(plan) == 0 {
		return nil, err
	}
	queued := 0
	for _, q := range queue {
		queued += max(q.Tasks.Len(), 1)
	}
	// The associations' count has what is in the queue already.
	room := min(c.Limits.Submit-queued, c.Limits.Free) - 1 // for the one that waits
	busy := queued > 0 || c.Limits.Free < c.Limits.Submit
	var done []Submitted
	for _, p := range plan {
		most := room
		if !busy {
			most = max(most, 1) // nothing is there to wait for
		}
		if most < 1 {
			err = ErrFull
			break
		}
		var job Submitted
		if job, err = c.submitSome(ctx, *p.Array, most, busy); err != nil {
			break
		}
		done = append(done, job)
		room -= job.Array.Tasks.Len()
		if busy = true; job.Array.Tasks.Len() < p.Array.Tasks.Len() {
			err = ErrFull
			break
		}
	}
	if len(done) == 0 {
		return nil, err
	}
	ids := IDs(queue)
	for _, job := range done {
		ids = append(ids, job.ID)
	}
	after, err2 := c.submit(ctx, c.PlanAfter(ids, 0))
	if err2 != nil && isFull(err2) {
		err2 = fmt.Errorf("%w: %w", ErrFull, err2)
	}
	if err2 != nil {
		return done, errors.Join(err, err2)
	}
	return append(done, after), err
}

// submitSome submits an array, or as many of its first tasks as there is room for.
// A limit that nobody told us, such as one of a quality of service, is met by
// halves: if no job of the user is over later, there will not be more room.
func (c *Campaign) submitSome(ctx context.Context, a Array, most int, busy bool) (Submitted, error) {
	for {
		a.Tasks = a.Tasks.first(most)
		job, err := c.submit(ctx, c.planArray(a, 0))
		switch {
		case err == nil || errors.Is(err, ErrUnknown) || !isFull(err):
			return job, err
		case busy:
			return job, fmt.Errorf("%w: %w", ErrFull, err)
		case a.Tasks.Len() == 1 || !strings.Contains(strings.ToLower(err.Error()), full[0]):
			return job, err
		}
		most = a.Tasks.Len() / 2
	}
}

// IDs are the numbers of the arrays in a queue.
func IDs(queue []Queued) []string {
	var out []string
	seen := map[string]bool{}
	for _, q := range queue {
		if len(q.Tasks) > 0 && !seen[q.ID] {
			seen[q.ID] = true
			out = append(out, q.ID)
		}
	}
	return out
}

func isFull(err error) bool {
	text := strings.ToLower(err.Error())
	for _, f := range full {
		if strings.Contains(text, f) {
			return true
		}
	}
	return false
}

// submit writes ledger and script before it submits.
func (c *Campaign) submit(ctx context.Context, p Planned) (Submitted, error) {
	if p.Array != nil {
		// sbatch makes no folders for logs.
		if err := os.MkdirAll(filepath.Join(c.folder, p.Name), 0o777); err != nil {
			return Submitted{}, err
		}
	}
	c.Names++
	c.Jobs = append(c.Jobs, p.Submitted)
	last := len(c.Jobs) - 1
	if err := c.save(); err != nil {
		return Submitted{}, err
	}
	script := filepath.Join(c.folder, p.Name+".sh")
	err := atomicfile.WriteNew(script, func(w io.Writer) error {
		_, err := io.WriteString(w, p.Script)
		return err
	})
	if errors.Is(err, fs.ErrExist) { // it wrote the same ledger at the same moment
		return Submitted{}, fmt.Errorf("%s: %w", script, ErrBusy)
	}
	id := ""
	if err == nil {
		id, err = c.Submit(ctx, script, p.Name, c.claim(p.Name))
	}
	switch {
	case errors.Is(err, ErrUnknown):
		return Submitted{}, err // [Campaign.Recover] looks for it
	case err != nil:
		c.Jobs = c.Jobs[:last]
		return Submitted{}, errors.Join(err, c.save())
	}
	c.Jobs[last].ID = id
	return c.Jobs[last], c.save()
}

// withdrawn is the owner of a claim whose job must not begin any more.
const withdrawn = "0"

// Recover finds the numbers of jobs that were submitted without an answer, by a
// call that may have been killed since. Those that did not come through are
// taken off the ledger, and do nothing if they come all the same.
func (c *Campaign) Recover(ctx context.Context) error {
	var kept []Submitted
	changed := false
	for _, job := range c.Jobs {
		if job.ID == "" {
			changed = true
			id, err := c.Find(ctx, job.Name, c.claim(job.Name))
			if err == nil && id == "" {
				id, err = Claim(c.claim(job.Name), withdrawn)
			}
			if err != nil {
				return fmt.Errorf("%w, of %s: %w", ErrUnknown, job.Name, err)
			}
			if id == withdrawn {
				continue
			}
			job.ID = id
		}
		kept = append(kept, job)
	}
	if !changed {
		return nil
	}
	c.Jobs = kept
	return c.save()
}
