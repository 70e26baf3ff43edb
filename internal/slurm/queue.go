package slurm

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Queued are tasks of a job in the queue that are in the same state.
type Queued struct {
	Name, ID string
	Tasks    Ranges // of an array; nil of another job
	State    string // Slurm's long name, such as PENDING or RUNNING
	Reason   string // why it waits, "" if Slurm gives none
}

// Queue lists the user's jobs whose names begin with prefix, as far as they are
// not over.
func (c *Client) Queue(ctx context.Context, prefix string) ([]Queued, error) {
	text, err := c.command(ctx, "squeue", "--noheader", "--user="+uid(), "--format=%F|%K|%T|%r|%j")
	if err != nil {
		return nil, err
	}
	return parseQueue(text, prefix)
}

func parseQueue(text, prefix string) ([]Queued, error) {
	var out []Queued
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), "|", 5)
		if len(fields) != 5 {
			return nil, fmt.Errorf("squeue: %.100q, expected number, tasks, state, reason and name", line)
		}
		q := Queued{ID: fields[0], State: fields[2], Reason: fields[3], Name: fields[4]}
		if !strings.HasPrefix(q.Name, prefix) {
			continue
		}
		if q.Reason == "None" {
			q.Reason = ""
		}
		if fields[1] != "N/A" {
			if err := q.Tasks.UnmarshalText([]byte(fields[1])); err != nil {
				return nil, fmt.Errorf("squeue: job %s: %w", q.ID, err)
			}
		}
		out = append(out, q)
	}
	return out, nil
}

// Ended is what accounting knows of one task, or of tasks that still wait.
type Ended struct {
	ID    string // of the whole array
	State string // Slurm's long name, such as COMPLETED, TIMEOUT or OUT_OF_MEMORY
}

// Accounts counts the tasks of jobs by the states that accounting knows them
// in; nil where there is no accounting.
func (c *Client) Accounts(ctx context.Context, ids []string) map[string]int {
	var out map[string]int
	// A bound for the length of a command line.
	for some := range slices.Chunk(ids, 1000) {
		for _, e := range c.accounts(ctx, "--jobs="+strings.Join(some, ",")) {
			if out == nil {
				out = map[string]int{}
			}
			out[e.State]++
		}
	}
	return out
}

func parseAccounts(text string) []Ended {
	var out []Ended
	for line := range strings.Lines(text) {
		id, state, ok := strings.Cut(strings.TrimSpace(line), "|")
		id, _, _ = strings.Cut(id, "_")
		// "CANCELLED by 1000" names the user.
		if words := strings.Fields(state); ok && number.MatchString(id) && len(words) > 0 {
			out = append(out, Ended{id, words[0]})
		}
	}
	return out
}

// TallyEnded says how many tasks accounting knows to have ended how; "" if none.
func TallyEnded(accounts map[string]int) string {
	var parts []string
	for _, state := range slices.Sorted(maps.Keys(accounts)) {
		switch state {
		case "PENDING", "RUNNING", "REQUEUED", "SUSPENDED", "RESIZING": // the queue has them
		default:
			parts = append(parts, fmt.Sprintf("%d %s", accounts[state], strings.ToLower(strings.ReplaceAll(state, "_", " "))))
		}
	}
	return strings.Join(parts, ", ")
}
