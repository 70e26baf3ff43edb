package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// cached is how long a mount of TestTwoMounts believes what it knows of files and
// of names, those that were missing included, as clients of NFS do.
const cached = 3 * time.Second

// TestTwoMounts is a cluster of two nodes that see one folder, each by a mount of
// its own: neither sees at once what the other does, nor its locks. Tasks of both
// work on one sweep, some on both at the same time, and on a view of the folder
// from before all. The tables are those of one process.
func TestTwoMounts(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	export, home := t.TempDir(), t.TempDir()
	seconds := fmt.Sprint(cached.Seconds())
	caching := "entry_timeout=" + seconds + ",negative_timeout=" + seconds + ",attr_timeout=" + seconds + ",ac_attr_timeout=" + seconds
	nodes := []string{mountFolder(t, export, "-o", caching), mountFolder(t, export, "-o", caching)}
	bin := program0(t)
	const tasks, runsEach = 8, 2
	text := fmt.Sprintf("[time]\nkind = \"discrete\"\nlearn = \"20s\"\nbefore = \"1s\"\nafter = \"1s\"\n[record]\nmetrics = \"1s\"\n[plots]\nfigures = []\n[sweep]\nseeds = \"1-%d\"\n", tasks*runsEach)
	if err := os.WriteFile(filepath.Join(export, "e.toml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	local := filepath.Join(home, "local")
	if status, _, stderr := execute(t, bin, "sweep", filepath.Join(export, "e.toml"), "--out", local, "--quiet"); status != 0 {
		t.Fatal(stderr)
	}
	submitWithoutDoing(t, bin, filepath.Join(nodes[0], "e.toml"), filepath.Join(nodes[0], "many"), runsEach)
	for _, node := range nodes { // which then knows that there are no results
		if status, _, stderr := execute(t, bin, "sweep", "aggregate", filepath.Join(node, "many")); status != 0 {
			t.Fatal(stderr)
		}
	}
	var all sync.WaitGroup
	limit := make(chan struct{}, 4)
	for task := range tasks {
		for n, node := range nodes {
			if task%4 != 0 && task%2 != n { // every fourth on both
				continue
			}
			limit <- struct{}{}
			all.Go(func() {
				defer func() { <-limit }()
				cmd := exec.Command(bin, "sweep", "slurm-task", filepath.Join(node, "many"), "--job", "burstsim-TEST-1", "--first", fmt.Sprint(task*runsEach), "--count", fmt.Sprint(runsEach))
				cmd.Env = append(os.Environ(), "SLURM_ARRAY_JOB_ID=1", fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", task))
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("task %d: %v: %s", task, err, out)
				}
			})
		}
	}
	all.Wait()
	time.Sleep(cached + time.Second) // each may still believe that files are missing
	for _, node := range nodes {
		dir := filepath.Join(node, "many")
		if status, _, stderr := execute(t, bin, "sweep", "aggregate", dir); status != 0 || stderr != "" {
			t.Fatal(stderr)
		}
		for _, name := range []string{"runs.csv", "summary.csv", "curves.csv"} {
			want, err := os.ReadFile(filepath.Join(local, name))
			if err != nil {
				t.Fatal(err)
			}
			// As the export has it: the node may believe the older size.
			if got, err := os.ReadFile(filepath.Join(export, "many", name)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %v, differs from that of one process", name, err)
			}
		}
	}
}
