package slurm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"burstsim/internal/atomicfile"
)

// looks are how long after a submission without an answer the queue is looked
// at. The request may still wait at a busy controller.
var looks = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second, 60 * time.Second}

// attempts bounds how often a job is submitted of which nothing is found.
const attempts = 3

// ErrUnknown is of a submission of which nobody can tell whether it came
// through.
var ErrUnknown = errors.New("it is not known whether the job was submitted")

// Submit submits a script whose job has a name that no other job has, and
// returns the job's number. If no answer comes, it looks for the name before it
// tries again. Where that does not tell either, the error wraps [ErrUnknown]:
// [Client.Find] is to be asked before the script is submitted again.
//
// A controller may still carry out a request that it answered too late, after
// another attempt. So jobs claim their work, by the file claim: see [Claim].
func (c *Client) Submit(ctx context.Context, script, name, claim string) (string, error) {
	var last error
	for range attempts {
		out, err := c.command(ctx, "sbatch", "--parsable", script)
		var failed *Error
		switch {
		case err == nil:
			if id := jobNumber.FindStringSubmatch(lastLine(out)); id != nil {
				return c.settle(ctx, claim, []string{id[1]})
			}
			last = fmt.Errorf("sbatch: %.60q, expected the number of a job", out)
		case errors.As(err, &failed) && failed.Unanswered:
			last = err
		case last != nil: // an earlier attempt may come through
			return "", fmt.Errorf("%w: %w; then %w", ErrUnknown, last, err)
		default:
			return "", err
		}
		id, err := c.search(ctx, name, claim)
		if err != nil {
			return "", fmt.Errorf("%w: %w; then %w", ErrUnknown, last, err)
		}
		if id != "" {
			return id, nil
		}
	}
	return "", fmt.Errorf("%w: tried %d times, found no %s in the queue: %w", ErrUnknown, attempts, name, last)
}

// search looks for a job a few times, and takes it that there is none only if the
// queue could be read at the last time.
func (c *Client) search(ctx context.Context, name, claim string) (id string, err error) {
	for _, d := range looks {
		if err := c.sleep(ctx, d); err != nil {
			return "", err
		}
		if id, err = c.Find(ctx, name, claim); id != "" {
			return id, nil
		}
	}
	return "", err
}

// jobNumber is what sbatch --parsable prints: a number, and the cluster where
// there are several.
var jobNumber = regexp.MustCompile(`^(\d+)(;.*)?$`)

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// Find returns the number of the user's job of that name, whether it waits,
// runs or is over; "" if there is none. Of several it keeps the one that has
// the claim, and cancels the others.
//
// The queue forgets jobs some minutes after their end. Accounting, where there
// is one that answers, still knows them, and so does the claim of a job of which
// any task began: a job that neither knows has done nothing.
func (c *Client) Find(ctx context.Context, name, claim string) (string, error) {
	text, err := c.command(ctx, "squeue", "--noheader", "--user="+uid(), "--name="+name, "--states=all", "--format=%F")
	if err != nil {
		return "", err
	}
	var ids []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !number.MatchString(line) {
			return "", fmt.Errorf("squeue: %.60q, expected the number of a job", line)
		}
		ids = append(ids, line)
	}
	if len(ids) > 0 {
		return c.settle(ctx, claim, ids)
	}
	if owner, err := Claim(claim, ""); owner != "" || err != nil {
		return owner, err
	}
	for _, e := range c.accounts(ctx, "--user="+uid(), "--name="+name, "--starttime=now-30days") {
		ids = append(ids, e.ID)
	}
	if len(ids) > 0 {
		return c.settle(ctx, claim, ids)
	}
	return "", nil
}

var number = regexp.MustCompile(`^\d+$`)

// settle gives the claim to the first of several jobs, unless it is given, and
// cancels those that have it not. It returns the one that has.
func (c *Client) settle(ctx context.Context, claim string, ids []string) (string, error) {
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	owner, err := Claim(claim, ids[0])
	if err != nil {
		return "", err
	}
	for _, id := range slices.Compact(ids) {
		if id == owner {
			continue
		}
		if _, err := c.command(ctx, "scancel", id); err != nil {
			return "", err
		}
	}
	return owner, nil
}

// Claim gives the work that the file at path stands for to the job id, unless
// another has it already, and returns which job has it; with id "" it only asks,
// and "" is nobody. The file appears with its content by a hard link, which is
// one step on network file systems too.
func Claim(path, id string) (owner string, err error) {
	owner, err = readClaim(path)
	if id == "" || owner != "" || err != nil {
		return owner, err
	}
	err = atomicfile.WriteNew(path, func(w io.Writer) error {
		_, err := io.WriteString(w, id+"\n")
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return readClaim(path)
}

func readClaim(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	owner := strings.TrimSpace(string(text))
	if !number.MatchString(owner) {
		return "", fmt.Errorf("%s: %.60q, expected the number of a job", path, owner)
	}
	return owner, nil
}

// accounts asks sacct. A cluster without accounting, or whose accounting does
// not answer, has nothing to tell.
func (c *Client) accounts(ctx context.Context, which ...string) []Ended {
	args := append([]string{"--noheader", "--parsable2", "--allocations", "--format=JobID,State"}, which...)
	text, err := c.command(ctx, "sacct", args...)
	if err != nil {
		return nil
	}
	return parseAccounts(text)
}

func uid() string { return strconv.Itoa(os.Getuid()) }
