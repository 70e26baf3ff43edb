package slurm

import (
	"context"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Limits are what a cluster accepts.
type Limits struct {
	// Index is the largest index of a job array, MaxArraySize-1; negative if
	// arrays are not allowed.
	Index int
	// Tasks is how many tasks an array may have, by max_array_tasks of
	// SchedulerParameters.
	Tasks int
	// Submit is how many tasks the user may have in the queue, as far as the
	// cluster says: its MaxJobCount, and the limits of the user's associations.
	// Free is how many of them are not taken yet, by whatever job. Others' jobs
	// count towards MaxJobCount, and what a quality of service allows is not
	// known, so a submission may be refused all the same.
	Submit, Free int
}

// DefaultLimits are those of a cluster that says nothing else.
var DefaultLimits = Limits{Index: 1000, Tasks: math.MaxInt, Submit: 10000, Free: 10000}

// ArrayFolder bounds the tasks of an array, of which each has a log in the same
// folder.
const ArrayFolder = 1000

// Limits asks scontrol for the limits of the user with that name.
func (c *Client) Limits(ctx context.Context, user string) (Limits, error) {
	text, err := c.command(ctx, "scontrol", "show", "config")
	if err != nil {
		return Limits{}, err
	}
	l := parseConfig(text)
	// Clusters without accounting have no associations, and some hide them.
	if text, err := c.command(ctx, "scontrol", "-o", "show", "assoc_mgr", "users="+user, "flags=assoc"); err == nil {
		limit, free := parseAssociations(text, user)
		l.Submit, l.Free = min(l.Submit, limit), min(l.Free, free)
	}
	return l, nil
}

// parseConfig reads lines such as "MaxArraySize            = 1001". What is
// missing is Slurm's default.
func parseConfig(text string) Limits {
	l := DefaultLimits
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "MaxArraySize":
			if n, err := strconv.Atoi(value); err == nil && n >= 0 {
				l.Index = n - 1
			}
		case "MaxJobCount":
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				l.Submit, l.Free = n, n
			}
		case "SchedulerParameters":
			for parameter := range strings.SplitSeq(value, ",") {
				if n, err := strconv.Atoi(strings.TrimPrefix(parameter, "max_array_tasks=")); err == nil && n > 0 {
					l.Tasks = n
				}
			}
		}
	}
	return l
}

// submitLimit is how an association tells what may be in the queue, and what is.
var submitLimit = regexp.MustCompile(`\b(?:Max|Grp)SubmitJobs=(\d+)\((\d+)\)`)

// parseAssociations is how many jobs the tightest association of the user lets
// into the queue, and how many more as it is. Which one a job will have is not
// known.
func parseAssociations(text, user string) (limit, free int) {
	limit, free = math.MaxInt, math.MaxInt
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "UserName="+user+"(") {
			continue
		}
		for _, m := range submitLimit.FindAllStringSubmatch(line, -1) {
			most, err1 := strconv.Atoi(m[1])
			used, err2 := strconv.Atoi(m[2])
			if err1 == nil && err2 == nil {
				limit, free = min(limit, most), min(free, max(most-used, 0))
			}
		}
	}
	return limit, free
}
