package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cluster is a scheduler in memory that can be told to fail.
type cluster struct {
	t       *testing.T
	jobs    []*fakeJob
	calls   map[string]int
	slept   time.Duration
	config  string
	answers map[string][]answer // of a command, what happens to its next calls
	late    []func()            // requests that are carried out later,
	looks   int                 // after so many looks
}

type fakeJob struct {
	id        int
	name      string
	array     Ranges
	after     string
	cancelled bool
}

// answer is what happens to one call.
type answer int

const (
	works    answer = iota
	silent          // does its work, and does not answer
	lost            // does nothing, and does not answer
	delayed         // does its work later, and does not answer
	refused         // says no
	atLimit         // says that the queue is full
	confused        // says what nobody understands
)

func newCluster(t *testing.T) *cluster {
	return &cluster{t: t, calls: map[string]int{}, answers: map[string][]answer{}, config: "MaxArraySize = 1001\nMaxJobCount = 10000\n"}
}

func (f *cluster) client() *Client {
	return &Client{command: f.command, sleep: func(_ context.Context, d time.Duration) error { f.slept += d; return nil }}
}

func (f *cluster) command(_ context.Context, name string, args ...string) (string, error) {
	f.calls[name]++
	what := works
	if next := f.answers[name]; len(next) > 0 {
		what, f.answers[name] = next[0], next[1:]
	}
	timeOut := failed(name, name+": error: Socket timed out on send/recv operation\n", errors.New("exit status 1"))
	switch what {
	case lost:
		return "", timeOut
	case refused:
		return "", failed(name, name+": error: Batch job submission failed: Invalid partition name specified\n", errors.New("exit status 1"))
	case atLimit:
		return "", failed(name, name+": error: QOSMaxSubmitJobPerUserLimit\n"+name+": error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)\n", errors.New("exit status 1"))
	case confused:
		return "what?\n", nil
	case delayed:
		f.late = append(f.late, func() { f.do(name, args) })
		return "", timeOut
	case silent:
		f.do(name, args)
		return "", timeOut
	}
	return f.do(name, args)
}

func (f *cluster) do(name string, args []string) (string, error) {
	switch name {
	case "sbatch":
		text, err := os.ReadFile(args[1])
		if err != nil {
			f.t.Fatal(err)
		}
		job := &fakeJob{id: 100 + len(f.jobs)}
		for line := range strings.Lines(string(text)) {
			option, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "#SBATCH ")), "=")
			switch option {
			case "--job-name":
				job.name = value
			case "--array":
				if err := job.array.UnmarshalText([]byte(value)); err != nil {
					f.t.Fatal(err)
				}
			case "--dependency":
				job.after = value
			}
		}
		f.jobs = append(f.jobs, job)
		return fmt.Sprintf("%d\n", job.id), nil
	case "squeue":
		out := ""
		for _, j := range f.jobs {
			switch {
			case j.cancelled:
			case strings.HasPrefix(args[2], "--name="):
				if args[2] == "--name="+j.name {
					out += fmt.Sprintln(j.id)
				}
			default:
				tasks := "N/A"
				if j.array != nil {
					tasks = j.array.String()
				}
				out += fmt.Sprintf("%d|%s|PENDING|Priority|%s\n", j.id, tasks, j.name)
			}
		}
		if f.looks--; f.looks < 0 {
			f.arrive()
		}
		return out, nil
	case "scancel":
		for _, j := range f.jobs {
			if strconv.Itoa(j.id) == args[0] {
				j.cancelled = true
			}
		}
		return "", nil
	case "scontrol":
		if args[1] == "config" {
			return f.config, nil
		}
	}
	return "", failed(name, name+": error: Slurm accounting storage is disabled\n", errors.New("exit status 1"))
}

// arrive carries out all requests that are late.
func (f *cluster) arrive() {
	for _, do := range f.late {
		do()
	}
	f.late = nil
}

func (f *cluster) alive() []*fakeJob {
	var out []*fakeJob
	for _, j := range f.jobs {
		if !j.cancelled {
			out = append(out, j)
		}
	}
	return out
}

// campaign is one over a new folder, or over the folder of another.
func (f *cluster) campaign(folder string) *Campaign {
	f.t.Helper()
	l, err := OpenLedger(folder)
	if err != nil {
		f.t.Fatal(err)
	}
	limits, err := f.client().Limits(context.Background(), "me")
	if err != nil {
		f.t.Fatal(err)
	}
	return &Campaign{Client: f.client(), Ledger: l, Limits: limits, PerTask: 1, Task: []string{"do"}, After: []string{"sum up"}}
}

func tempLedger(t *testing.T) string { return filepath.Join(t.TempDir(), "slurm") }

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
