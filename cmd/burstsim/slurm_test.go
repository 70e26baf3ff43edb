//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"burstsim/internal/slurm"
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
	t.Run("from Python", func(t *testing.T) { newSlurmSweep(t, "1-4", 1000).fromPython() })
	s := newSlurmSweep(t, "1-4", stoppedLength)
	t.Run("killed, warned, cancelled and preempted", func(t *testing.T) { testSlurmStops(s.again(t, "stopped")) })
	t.Run("limit of submissions", testSlurmSubmitLimit)
	t.Run("time limit", func(t *testing.T) { testSlurmTimeLimit(t, s.localTime) })
}

// stoppedLength is how long a run is (simulated s) that is stopped four times.
const stoppedLength = 500_000

// testSlurmStops does to three of four tasks what a cluster can do, and to the two
// that do the rest.
func testSlurmStops(s *slurmSweep) {
	t := s.t
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
	if accounting() {
		s.until("what accounting says", func() bool { // it hears of it later
			s.status()
			return strings.Contains(s.output, "ended: 1 cancelled, 2 completed, 1 failed\n")
		})
		s.accountingFails()
	}
	if runs, err := os.ReadFile(filepath.Join(s.dir, "runs.csv")); err != nil || !bytes.Contains(runs, []byte("missing")) {
		t.Errorf("the aggregate says %q, %v, expected that runs are missing", runs, err)
	}

	s.run("--runs-per-task", "1", "--partition", "spare")
	s.said(`2 tasks of 1 runs`)
	s.preempt(s.job(), []int{0, 2})
	s.until("the end of all", func() bool { return s.queue() == "" })
	s.status()
	s.said(`4 done, 0 left`, `no tasks in the queue`)
	s.sameAsLocal()
}

// accounting tells whether this Slurm keeps accounts.
func accounting() bool { return exec.Command("sacct", "--allocations").Run() == nil }

// accountingFails: status does without accounting that does not answer.
func (s *slurmSweep) accountingFails() {
	s.t.Helper()
	bins := s.t.TempDir()
	if err := os.WriteFile(filepath.Join(bins, "sacct"), []byte("#!/bin/sh\necho 'sacct: error: Problem talking to the database: Connection refused' >&2\nexit 1\n"), 0o777); err != nil {
		s.t.Fatal(err)
	}
	s.t.Setenv("PATH", bins+":"+os.Getenv("PATH"))
	s.status()
	if s.said(`no tasks in the queue`); strings.Contains(s.output, "ended") {
		s.t.Errorf("said %q without accounts", s.output)
	}
}

// preempt takes the processors away from two tasks of an array, first with a
// warning five seconds before and then at once. Both go back into the queue, where
// they put themselves, or where Slurm does.
func (s *slurmSweep) preempt(job string, tasks []int) {
	t := s.t
	t.Helper()
	for round, grace := range []string{"5", "0"} {
		slurmCommand(t, "scontrol", "update", "PartitionName=spare", "GraceTime="+grace)
		before := s.unfinished()
		s.until("two tasks", func() bool {
			return s.state(fmt.Sprintf("%s_%d", job, tasks[0])) == "RUNNING" && s.state(fmt.Sprintf("%s_%d", job, tasks[1])) == "RUNNING" && s.unfinished() >= before+2
		})
		slurmCommand(t, "sbatch", "--wait", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=true")
		for _, n := range tasks {
			log := s.logOf(n, "*-3")
			if !strings.Contains(log, "goes on when it has been requeued, for the 1. time") || strings.Count(log, "CANCELLED AT") != round+1 {
				t.Errorf("task %d with %s s of warning: %q", n, grace, log)
			}
		}
	}
}

// testSlurmSubmitLimit has fewer tasks in the queue than the sweep has.
func testSlurmSubmitLimit(t *testing.T) {
	if !accounting() {
		t.Skip("no accounting, so no limits of users")
	}
	limit := func(n string) {
		slurmCommand(t, "sacctmgr", "--immediate", "modify", "user", "root", "set", "MaxSubmitJobs="+n)
	}
	s := newSlurmSweep(t, "1-7", 1000)
	t.Cleanup(func() { limit("-1") })
	limit("4")
	s.until("the limit", func() bool {
		return strings.Contains(slurmCommand(t, "scontrol", "-o", "show", "assoc_mgr", "users=root", "flags=assoc"), "MaxSubmitJobs=4(")
	})
	s.run("--runs-per-task", "1", "--wait")
	s.said(`3 tasks of 1 runs`, `7 of 7 runs done, no tasks in the queue`)
	s.sameAsLocal()
}

// testSlurmTimeLimit has tasks that take longer than their partition lets them:
// about 38 s, of which Slurm's warning leaves 30 at most. It is given how long
// four runs of stoppedLength take here.
func testSlurmTimeLimit(t *testing.T, four time.Duration) {
	var s *slurmSweep
	for length := int(stoppedLength * 38 / four.Seconds()); ; length *= 2 {
		s = newSlurmSweep(t, "1-2", length)
		if s.localTime > 16*time.Second {
			break
		}
	}
	once := s.again(t, "once")
	s.run("--partition", "brief", "--runs-per-task", "2")
	once.run("--partition", "brief", "--runs-per-task", "2", "--max-requeues", "0")

	// With no requeues, the rest is for another submission.
	once.until("the end of all", func() bool { return once.queue() == "" })
	if log := once.log(0); !strings.Contains(log, "requeued 0 times, --max-requeues") {
		t.Errorf("says %q", log)
	}
	once.status()
	if once.said(`no tasks in the queue`); strings.Contains(once.output, " 0 left") {
		t.Errorf("said %q, expected that runs are left", once.output)
	}
	once.run("--partition", "main", "--runs-per-task", "1", "--wait")
	once.said(`2 of 2 runs done`)
	once.sameAsLocal()

	s.until("the end of all", func() bool { return s.queue() == "" })
	if log := s.log(0); !strings.Contains(log, "goes on when it has been requeued, for the 1. time") {
		t.Errorf("the task did not run into its limit: %q", log)
	}
	s.status()
	s.said(`2 done, 0 left`, `no tasks in the queue`)
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
	s.cancelAtEnd()
	return s
}

// again is the same sweep in another folder.
func (s *slurmSweep) again(t *testing.T, name string) *slurmSweep {
	other := *s
	other.t, other.dir = t, filepath.Join(t.TempDir(), name)
	other.cancelAtEnd()
	return &other
}

func (s *slurmSweep) cancelAtEnd() {
	s.t.Cleanup(func() {
		if jobs := s.queue(); jobs != "" {
			slurmCommand(s.t, "scancel", strings.Fields(jobs)...)
		}
	})
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

// fromPython submits the sweep as a notebook does, and looks at it there.
func (s *slurmSweep) fromPython() {
	const python = "/usr/bin/python3" // Debian's, whose NumPy it is
	if err := exec.Command(python, "-c", "import numpy").Run(); err != nil {
		s.t.Skip("needs the NumPy of scripts/package.sh: ", err)
	}
	cmd := exec.Command(python, "-c", `
import sys, time, burstsim
file, out = sys.argv[1:]
sweep = burstsim.sweep(file, out=out, engine="slurm", runs_per_task=2)  # has submitted, and does not wait
while sweep.status["done"] < 4:
    assert not sweep.status["failed"], sweep.status
    time.sleep(0.5)
sweep = burstsim.sweep(file, out=out, engine="slurm", runs_per_task=2, wait=True)  # finds it done
assert set(sweep.runs["run.seed"]) == {1, 2, 3, 4}, sweep.runs
print(sweep.folder)
`, s.file, s.dir)
	cmd.Env = append(os.Environ(), "BURSTSIM="+s.bin, "PYTHONPATH="+filepath.Join("..", "..", "python"))
	out, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != s.dir {
		s.t.Fatalf("%v: %s", err, got)
	}
	s.sameAsLocal()
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
func (s *slurmSweep) log(task int) string { s.t.Helper(); return s.logOf(task, "*-1") }

// logOf is that of a task of an array whose name is like a pattern.
func (s *slurmSweep) logOf(task int, array string) string {
	s.t.Helper()
	logs, err := filepath.Glob(filepath.Join(s.dir, "slurm", array, fmt.Sprintf("%d.log", task)))
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

// queue are the numbers of the jobs of this sweep that are not over.
func (s *slurmSweep) queue() string {
	ledger, err := slurm.OpenLedger(slurmFolder(s.dir))
	if err != nil {
		s.t.Fatal(err)
	}
	var ids []string
	for line := range strings.Lines(slurmCommand(s.t, "squeue", "--noheader", "--format=%A %j")) {
		if id, name, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(name, ledger.Prefix()) {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
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

// alreadyDone is the exit status of scancel where a task was over before it heard
// back: the low bits of ESLURM_ALREADY_DONE. Whether the signal arrived, the log
// of the task says.
const alreadyDone = 2021 & 0xff

// slurmCommand calls a command of Slurm. A job that begins or ends at the moment
// cannot be changed, so it asks a few times.
func slurmCommand(t *testing.T, name string, args ...string) string {
	t.Helper()
	for try := 1; ; try++ {
		out, err := exec.Command(name, args...).CombinedOutput()
		var exit *exec.ExitError
		if err == nil || name == "scancel" && errors.As(err, &exit) && exit.ExitCode() == alreadyDone {
			return string(out)
		}
		if try == 20 || !bytes.Contains(out, []byte("try again later")) {
			t.Errorf("%s %v: %v: %s", name, args, err, out)
			return string(out)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
