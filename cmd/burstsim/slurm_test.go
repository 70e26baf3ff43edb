//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSlurm submits sweeps to the Slurm that scripts/slurm.sh starts. It needs
// BURSTSIM_SLURM, so that nobody's cluster gets jobs of tests.
func TestSlurm(t *testing.T) {
	if os.Getenv("BURSTSIM_SLURM") == "" {
		t.Skip("needs the Slurm of scripts/slurm.sh, and BURSTSIM_SLURM=1")
	}
	t.Run("followed", func(t *testing.T) {
		s := newSlurmSweep(t, "1-12", 1000)
		s.run("--runs-per-task", "4", "--wait")
		s.said(`3 tasks of 4 runs`, `12 of 12 runs done, no tasks in the queue`)
		s.sameAsLocal()
		if files, err := filepath.Glob(filepath.Join(s.dir, "results", "*", "*.jsonl")); err != nil || len(files) != 3 {
			t.Errorf("%d files of results, %v, expected one a task", len(files), err)
		}
	})
	t.Run("not followed", func(t *testing.T) {
		s := newSlurmSweep(t, "1-4", 1000)
		s.run()
		s.until("the aggregate", func() bool { _, err := os.Stat(filepath.Join(s.dir, "curves.csv")); return err == nil })
		s.sameAsLocal()
	})
	t.Run("killed, warned and cancelled", testSlurmStops)
	t.Run("time limit", testSlurmTimeLimit)
}

// testSlurmStops does to three of four tasks what a cluster can do.
func testSlurmStops(t *testing.T) {
	s := newSlurmSweep(t, "1-4", 400_000)
	s.run("--runs-per-task", "1")
	job := s.job()
	task := func(n int) string { return fmt.Sprintf("%s_%d", job, n) }
	s.until("two tasks", func() bool {
		return s.state(task(0)) == "RUNNING" && s.state(task(1)) == "RUNNING" && s.unfinished() >= 2
	})
	// A controller may take longer to say that it did it than a run takes.
	var asked sync.WaitGroup
	asked.Go(func() { slurmCommand(t, "scancel", "--signal=KILL", "--batch", task(0)) })
	asked.Go(func() { slurmCommand(t, "scancel", "--signal=USR1", "--batch", task(1)) })
	s.until("a third task", func() bool { return s.state(task(2)) == "RUNNING" && s.unfinished() >= 3 })
	slurmCommand(t, "scancel", task(2))
	asked.Wait()
	s.until("the end of all", func() bool { return s.queue() == "" })

	if log := s.log(1); !strings.Contains(log, "goes on when it has been requeued") {
		t.Errorf("the task that was warned says %q", log)
	}
	if log := s.log(2); !strings.Contains(log, "does not requeue itself") && !strings.Contains(log, "CANCELLED") {
		t.Errorf("the task that was cancelled says %q", log)
	}
	s.status()
	s.said(`no tasks in the queue`)
	if runs, err := os.ReadFile(filepath.Join(s.dir, "runs.csv")); err != nil || !bytes.Contains(runs, []byte("missing")) {
		t.Errorf("the aggregate says %q, %v, expected that runs are missing", runs, err)
	}

	s.run("--wait", "--runs-per-task", "1")
	s.said(`2 tasks of 1 runs`, `4 of 4 runs done`)
	s.sameAsLocal()
}

// testSlurmTimeLimit has runs that take longer than their partition lets them.
func testSlurmTimeLimit(t *testing.T) {
	var s *slurmSweep
	for length := 1_500_000; ; length *= 2 {
		s = newSlurmSweep(t, "1-2", length)
		if s.localTime > 40*time.Second {
			break
		}
	}
	s.run("--partition", "brief", "--runs-per-task", "1", "--wait")
	s.said(`2 of 2 runs done, no tasks in the queue`)
	for n := range 2 {
		if log := s.log(n); !strings.Contains(log, "goes on when it has been requeued, for the 1. time") {
			t.Errorf("task %d did not run into its limit: %q", n, log)
		}
	}
	s.sameAsLocal()

	// The same with no requeues: the rest is for another submission.
	own := filepath.Join(filepath.Dir(s.dir), "once")
	s.dir = own
	s.command(1, "sweep", s.file, "--out", s.dir, "--engine", "slurm", "--partition", "brief", "--runs-per-task", "1", "--max-requeues", "0", "--wait")
	s.said(`0 of 2 runs done, no tasks in the queue`)
	if log := s.log(0); !strings.Contains(log, "requeued 0 times, --max-requeues") {
		t.Errorf("says %q", log)
	}
	s.run("--partition", "main", "--wait")
	s.said(`2 of 2 runs done`)
	s.sameAsLocal()
}

// slurmSweep is a sweep over seeds, done without Slurm, and to be done with it.
type slurmSweep struct {
	t          *testing.T
	bin        string
	file       string
	local, dir string
	localTime  time.Duration
	output     string // of the last command
}

// newSlurmSweep has runs of so many simulated seconds.
func newSlurmSweep(t *testing.T, seeds string, seconds int) *slurmSweep {
	t.Helper()
	home := filepath.Join(t.TempDir(), "50% of #1") // what scripts must quote
	if err := os.MkdirAll(home, 0o777); err != nil {
		t.Fatal(err)
	}
	s := &slurmSweep{t: t, bin: program0(t), file: filepath.Join(home, "e.toml"), local: filepath.Join(home, "local"), dir: filepath.Join(home, "slurm sweep")}
	text := fmt.Sprintf("[time]\nkind = \"discrete\"\nlearn = \"%ds\"\nbefore = \"1s\"\nafter = \"1s\"\n[record]\nmetrics = \"%ds\"\n"+
		"[checkpoint]\nevery = \"1s\"\n[plots]\nfigures = []\n[sweep]\nseeds = %q\n", seconds, max(1, seconds/100), seeds)
	if err := os.WriteFile(s.file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	s.command(0, "sweep", s.file, "--out", s.local, "--quiet")
	s.localTime = time.Since(begin)
	t.Cleanup(func() {
		if jobs := s.queue(); jobs != "" {
			slurmCommand(t, "scancel", strings.Fields(jobs)...)
		}
	})
	return s
}

func (s *slurmSweep) command(want int, args ...string) {
	s.t.Helper()
	status, stdout, stderr := execute(s.t, append([]string{s.bin}, args...)...)
	if s.output = stdout + stderr; status != want {
		s.t.Fatalf("%v: exit status %d: %s", args, status, s.output)
	}
}

func (s *slurmSweep) run(args ...string) {
	s.t.Helper()
	s.command(0, append([]string{"sweep", s.file, "--out", s.dir, "--engine", "slurm"}, args...)...)
}

func (s *slurmSweep) status() { s.command(0, "sweep", "status", s.dir) }

func (s *slurmSweep) said(all ...string) {
	s.t.Helper()
	for _, text := range all {
		if !strings.Contains(s.output, text) {
			s.t.Errorf("said %q, expected %q in it", s.output, text)
		}
	}
}

// sameAsLocal compares the aggregates.
func (s *slurmSweep) sameAsLocal() {
	s.t.Helper()
	for _, name := range []string{"runs.csv", "summary.csv", "curves.csv"} {
		want, err := os.ReadFile(filepath.Join(s.local, name))
		if err != nil {
			s.t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil || !bytes.Equal(got, want) {
			s.t.Errorf("%s: %v, differs from that without Slurm", name, err)
		}
	}
}

var submittedArray = regexp.MustCompile(`submitted job (\d+), .*: \d+ tasks`)

// job is the number of the array that was submitted.
func (s *slurmSweep) job() string {
	s.t.Helper()
	m := submittedArray.FindStringSubmatch(s.output)
	if m == nil {
		s.t.Fatalf("said %q, expected the number of a job", s.output)
	}
	return m[1]
}

// log is that of a task of the first array.
func (s *slurmSweep) log(task int) string {
	s.t.Helper()
	logs, err := filepath.Glob(filepath.Join(s.dir, "slurm", "*-1", fmt.Sprintf("%d.log", task)))
	if err != nil || len(logs) != 1 {
		return ""
	}
	text, err := os.ReadFile(logs[0])
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// unfinished is how many checkpoints there are.
func (s *slurmSweep) unfinished() int {
	all, err := filepath.Glob(filepath.Join(s.dir, "unfinished", "*", "0.safetensors"))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(all)
}

// queue are the numbers of all jobs that are not over.
func (s *slurmSweep) queue() string {
	return strings.TrimSpace(slurmCommand(s.t, "squeue", "--noheader", "--format=%A"))
}

func (s *slurmSweep) state(task string) string {
	return strings.TrimSpace(slurmCommand(s.t, "squeue", "--noheader", "--states=all", "--format=%T", "--jobs="+task))
}

func (s *slurmSweep) until(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if is() {
			return
		}
	}
	s.t.Fatalf("waited in vain for %s; queue %q, log %q", what, s.queue(), s.log(0))
}

func slurmCommand(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}
