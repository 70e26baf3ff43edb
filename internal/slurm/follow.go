package slurm

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The queue is looked at ever more rarely: a controller answers all users of a
// cluster.
const (
	firstLook = time.Second
	lastLook  = time.Minute
)

// Follow calls each with the jobs whose names begin with prefix, or with what
// kept it from looking, again and again until each returns false.
func (c *Client) Follow(ctx context.Context, prefix string, each func(queue []Queued, err error) bool) error {
	for wait := firstLook; ; wait = min(wait*3/2, lastLook) {
		queue, err := c.Queue(ctx, prefix)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !each(queue, err) {
			return nil
		}
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// Tally says how many tasks of arrays are in which state, and why they wait.
func Tally(queue []Queued) string {
	var order []string
	counts := map[string]int{}
	for _, q := range queue {
		if q.Tasks == nil {
			continue
		}
		state := strings.ToLower(strings.ReplaceAll(q.State, "_", " "))
		if state == "pending" {
			state = "waiting"
		}
		if q.Reason != "" {
			state = fmt.Sprintf("%s (%s)", state, q.Reason)
		}
		if counts[state] == 0 {
			order = append(order, state)
		}
		counts[state] += q.Tasks.Len()
	}
	if len(order) == 0 {
		return "no tasks in the queue"
	}
	for i, state := range order {
		order[i] = fmt.Sprintf("%d %s", counts[state], state)
	}
	return "tasks: " + strings.Join(order, ", ")
}
