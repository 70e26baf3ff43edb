package slurm

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFollow: the queue is followed until it is empty, also over times in which
// the scheduler does not answer, and not in a storm of questions.
func TestFollow(t *testing.T) {
	f := newCluster(t)
	f.jobs = []*fakeJob{{id: 1, name: "burstsim-A-1", array: Ranges{{0, 3}}}, {id: 2, name: "other"}}
	f.answers["squeue"] = []answer{works, lost, lost, works}
	c := f.client()
	looks, failures := 0, 0
	err := c.Follow(context.Background(), "burstsim-A-", func(queue []Queued, err error) bool {
		if looks++; err != nil {
			failures++
		}
		if looks == 100 {
			f.jobs[0].cancelled = true
		}
		return err != nil || len(queue) > 0
	})
	if err != nil || looks != 101 || failures != 2 {
		t.Errorf("%d looks, %d failures, %v", looks, failures, err)
	}
	if f.slept < 80*lastLook || f.slept > 100*lastLook {
		t.Errorf("100 looks took %v, expected most of them %v apart", f.slept, lastLook)
	}

	ctx, cancel := context.WithCancelCause(context.Background())
	f.jobs[0].cancelled = false
	stop := errors.New("enough")
	c.sleep = func(ctx context.Context, _ time.Duration) error { cancel(stop); return sleep(ctx, time.Hour) }
	if err := c.Follow(ctx, "burstsim-A-", func([]Queued, error) bool { return true }); !errors.Is(err, stop) {
		t.Errorf("%v, expected %v", err, stop)
	}
}

func TestTally(t *testing.T) {
	queue := []Queued{
		{State: "RUNNING", Tasks: Ranges{{0, 0}}}, {State: "RUNNING", Tasks: Ranges{{4, 4}}},
		{State: "PENDING", Reason: "Priority", Tasks: Ranges{{5, 9}}}, {State: "PENDING", Reason: "Dependency"},
	}
	if got, want := Tally(queue), "tasks: 2 running, 5 waiting (Priority)"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
	if got, want := Tally(queue[3:]), "no tasks in the queue"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
}

// TestKeep: a program is copied once, and a new build is another one.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "burstsim")
	build := func(text string) string {
		t.Helper()
		if err := os.WriteFile(program, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		path, err := Keep(program, filepath.Join(dir, "slurm"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		info, err2 := os.Stat(path)
		if err := errors.Join(err, err2); err != nil || !bytes.Equal(got, []byte(text)) || info.Mode().Perm() != 0o755 {
			t.Errorf("%q, %v, %v", got, info.Mode(), err)
		}
		return path
	}
	one, again, other := build("one"), build("one"), build("other")
	if one != again || one == other || filepath.Base(one) != "burstsim" {
		t.Errorf("%s, %s, %s", one, again, other)
	}
}
