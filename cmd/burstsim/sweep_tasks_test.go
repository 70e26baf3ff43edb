//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"burstsim/internal/slurm"
)

// TestManyTasks is a cluster of many nodes on one machine: every task of an
// array is a process, many of them at once, and every tenth runs twice at the
// same time, as when a node that seemed lost goes on. The tables are those of one
// process, and files stay few.
func TestManyTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	tasks, runsEach := 30, 2
	if evidence() {
		tasks, runsEach = 1000, 3
	}
	const atOnce = 20
	bin, home := program0(t), t.TempDir()
	file, local, dir := filepath.Join(home, "e.toml"), filepath.Join(home, "local"), filepath.Join(home, "many")
	text := fmt.Sprintf("[time]\nkind = \"discrete\"\nlearn = \"20s\"\nbefore = \"1s\"\nafter = \"1s\"\n[record]\nmetrics = \"1s\"\n[plots]\nfigures = []\n[sweep]\nseeds = \"1-%d\"\n", tasks*runsEach)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := execute(t, bin, "sweep", file, "--out", local, "--quiet"); status != 0 {
		t.Fatal(stderr)
	}
	submitWithoutDoing(t, bin, file, dir, runsEach)

	limit := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	took := make([]time.Duration, tasks)
	run := func(task int) {
		cmd := exec.Command(bin, "sweep", "slurm-task", dir, "--job", "burstsim-TEST-1", "--first", fmt.Sprint(task*runsEach), "--count", fmt.Sprint(runsEach))
		cmd.Env = append(os.Environ(), "SLURM_ARRAY_JOB_ID=1", fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", task))
		begin := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("task %d: %v: %s", task, err, out)
		}
		took[task] = time.Since(begin)
	}
	for task := range tasks {
		for range 1 + (task%10)/9 {
			limit <- struct{}{}
			all.Go(func() { run(task); <-limit })
		}
	}
	all.Wait()
	if status, _, stderr := execute(t, bin, "sweep", "aggregate", dir); status != 0 {
		t.Fatal(stderr)
	}
	for _, name := range []string{"runs.csv", "summary.csv", "curves.csv"} {
		want, err := os.ReadFile(filepath.Join(local, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v, differs from that of one process", name, err)
		}
	}
	files, largest := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			files++
			return err
		}
		entries, err := os.ReadDir(path)
		largest = max(largest, len(entries))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// A task that ends in another shard than it began in has two files, and one
	// that ran twice as many again.
	if most := tasks + tasks/10 + tasks*runsEach/1000 + 20; files > most {
		t.Errorf("%d files for %d tasks of %d runs, expected at most %d", files, tasks, runsEach, most)
	}
	if largest > slurm.ArrayFolder {
		t.Errorf("%d entries in a folder, expected at most %d", largest, slurm.ArrayFolder)
	}
	mean := func(some []time.Duration) (m time.Duration) {
		for _, d := range some {
			m += d / time.Duration(len(some))
		}
		return m
	}
	tenth := max(1, tasks/10)
	t.Logf("%d tasks of %d runs, %d at once: %d files, %d in the largest folder; the last tenth of the tasks took %.2f of the time of the first",
		tasks, runsEach, atOnce, files, largest, mean(took[tasks-tenth:]).Seconds()/mean(took[:tenth]).Seconds())
}

// submitWithoutDoing makes the folder of a sweep as submitting it does.
func submitWithoutDoing(t *testing.T, bin, file, dir string, runsEach int) {
	t.Helper()
	fake := t.TempDir()
	bins, err := filepath.Abs("testdata/slurm")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fake, "config"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "sweep", file, "--out", dir, "--engine", "slurm", "--runs-per-task", fmt.Sprint(runsEach))
	cmd.Env = append(os.Environ(), "FAKE="+fake, "PATH="+bins+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestCallsOfATask counts what a task asks of the file system of a cluster.
func TestCallsOfATask(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("needs strace")
	}
	bin, home := program0(t), t.TempDir()
	file, dir := filepath.Join(home, "e.toml"), filepath.Join(home, "sweep")
	text := "[time]\nkind = \"discrete\"\nlearn = \"20s\"\nbefore = \"1s\"\nafter = \"1s\"\n[record]\nmetrics = \"1s\"\n[plots]\nfigures = []\n[sweep]\nseeds = \"1-60\"\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	submitWithoutDoing(t, bin, file, dir, 20)
	counted := func(first, count int) (changes, results int) {
		trace := filepath.Join(home, "trace")
		cmd := exec.Command(strace, "-f", "-y", "-o", trace, "-e", "trace=openat,mkdirat,unlinkat,renameat,renameat2,linkat,fsync,fdatasync,ftruncate",
			bin, "sweep", "slurm-task", dir, "--job", "burstsim-TEST-1", "--first", fmt.Sprint(first), "--count", fmt.Sprint(count))
		cmd.Env = append(os.Environ(), "SLURM_ARRAY_JOB_ID=1", "SLURM_ARRAY_TASK_ID=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		content, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			if strings.Contains(line, dir) && (!strings.Contains(line, "openat(") || strings.Contains(line, "O_CREAT")) {
				changes++
			}
			if strings.Contains(line, ".jsonl") && strings.Contains(line, "openat(") && !strings.Contains(line, "O_CREAT") {
				results++
			}
		}
		return changes, results
	}
	counted(0, 1) // claims the job
	one, _ := counted(20, 1)
	twenty, _ := counted(40, 20)
	t.Logf("a task of one run changes something in the sweep's folder by %d calls, one of twenty runs by %d", one, twenty)
	if _, opened := counted(22, 1); opened > 0 {
		t.Errorf("a task opened %d files of results, expected none: the other tasks did other runs", opened)
	}
	if changes, opened := counted(20, 1); opened != 1 {
		t.Errorf("a task that is done opened %d files of results and changed something by %d calls, expected its own file", opened, changes)
	}
	if each := float64(twenty-one) / 19; each > 1 {
		t.Errorf("%.1f calls for each further short run, expected that several share one", each)
	}
}
