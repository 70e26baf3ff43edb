package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"burstsim/internal/rundir"
)

// TestRunsCanBeFollowed reads what the real program records while it runs, and
// after it was killed. Rows are so few that only time brings them to disk.
func TestRunsCanBeFollowed(t *testing.T) {
	t.Parallel()
	bin, home := program0(t), t.TempDir()
	file, dir := filepath.Join(home, "e.toml"), filepath.Join(home, "run")
	const text = "[model]\nhidden = [300, 300]\n[time]\ndt = \"1ms\"\nlearn = \"1000000s\"\n[record]\nmetrics = \"1s\"\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "run", file, "--quiet", "--out", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	defer cmd.Process.Kill()

	rows := 0 // of metrics.csv
	for rows == 0 {
		select {
		case err := <-over:
			t.Fatalf("the run ended: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
		content, _ := os.ReadFile(filepath.Join(dir, "metrics.csv")) // not there at first
		rows = strings.Count(string(content), "\n") - 1
		rows = max(rows, 0)
	}
	follow := func(status string) (loss float64) {
		t.Helper()
		for line, want := range map[string]string{
			"ls DIR": status, "show DIR": "continuous", "plot DIR --figure learning --format svg --out OUT": "learning.svg",
			"report DIR -o OUT/page.html": "page.html",
		} {
			code, out, stderr := execute(t, append([]string{bin}, strings.Fields(strings.NewReplacer("DIR", dir, "OUT", home).Replace(line))...)...)
			if code != 0 || !strings.Contains(out, want) {
				t.Errorf("%s: exit status %d, %q, %q; expected %q", line, code, out, stderr, want)
			}
		}
		run, err := rundir.Snapshot(dir)
		if err != nil {
			t.Fatal(err)
		}
		metrics := run.Result.Variants[0].Metrics
		if metrics.Len() < rows {
			t.Errorf("%d rows, metrics.csv had %d", metrics.Len(), rows)
		}
		return metrics.Row(rows - 1)[1]
	}
	loss := follow("running")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-over
	if after := follow("interrupted"); after != loss {
		t.Errorf("the loss of row %d was %v, and is %v", rows-1, loss, after)
	}
}
