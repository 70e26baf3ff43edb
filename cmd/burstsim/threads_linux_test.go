package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/linalg"
)

// TestThreadsOfALibrary: the number of threads of a BLAS library is what the
// user says, or else the experiment's share of the processors; summary and
// checkpoints have the number that was used; and a run does not go on with
// another.
func TestThreadsOfALibrary(t *testing.T) {
	t.Cleanup(func() {
		if err := linalg.Use("auto"); err != nil {
			t.Error(err)
		}
	})
	if err := linalg.Use("library"); err != nil {
		t.Skip(err)
	}
	if !linalg.HasThreads() {
		t.Skipf("%s has no threads of its own", linalg.Name())
	}
	bin := program0(t)
	file := filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte(unstableRegression), 0o666); err != nil {
		t.Fatal(err)
	}
	start := []string{"run", file, "--quiet", "--blas", "library", "--set", "model.weight_gain=1.4e307", "--seed", "3", "--set", "checkpoint.simulated=300ms"}
	with := func(threads string, args ...string) (int, string) {
		cmd := exec.Command(bin, args...)
		cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS="+threads)
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	for threads, c := range map[string]struct{ named, other string }{
		"1": {"1 thread,", "3"}, "3": {"3 threads,", "1"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		if status, said := with(threads, append(start, "--out", dir)...); status != 1 || !strings.Contains(said, "the last checkpoint is") {
			t.Fatalf("exit status %d, %s", status, said)
		}
		content, err := os.ReadFile(filepath.Join(dir, "summary.json"))
		if err != nil {
			t.Fatal(err)
		}
		var summary struct{ Versions map[string]string }
		if err := json.Unmarshal(content, &summary); err != nil || !strings.Contains(summary.Versions["blas"], c.named) {
			t.Errorf("%v, %v; expected %q", err, summary.Versions, c.named)
		}
		status, said := with(c.other, "resume", dir, "--quiet", "--blas", "library")
		if status != 1 || !strings.Contains(said, "other conditions") || !strings.Contains(said, c.named) {
			t.Errorf("exit status %d, %q; expected a line about %q", status, said, c.named)
		}
		if status, said := with(threads, "resume", dir, "--quiet"); status != 1 || !strings.Contains(said, "not finite at t = ") {
			t.Errorf("exit status %d, %q; expected to go on", status, said) // to where it broke off
		}
	}
}
