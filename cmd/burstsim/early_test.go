package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/experiment"
	"burstsim/internal/runner"
)

// TestStoppedBeforeAnything: a run that is stopped before its first loss leaves
// a folder that every command can read, and goes on to what an unbroken run
// leaves.
func TestStoppedBeforeAnything(t *testing.T) {
	for name, text := range map[string]string{
		"simulated": briefRegression,
		"training":  recordedTraining,
		"images":    "[task]\nkind = \"mnist\"\ndata = \"embedded\"\n[time]\nbefore = \"1s\"\nlearn = \"2s\"\nafter = \"1s\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.run, f.draw = experiment.Run, runner.Draw
			if err := os.WriteFile(f.file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			want := filepath.Join(t.TempDir(), "unbroken")
			if status := f.execute("run", f.file, "--quiet", "--out", want); status != statusOK {
				t.Fatal(f.err.String())
			}
			over, cancel := context.WithCancel(t.Context())
			cancel()
			if status := f.program.execute(over, []string{"run", f.file, "--quiet", "--out", f.dir}); status != statusFailure {
				t.Fatalf("exit status %d, %s", status, &f.err)
			}
			for _, command := range []string{"show", "ls", "report"} {
				if status := f.execute(command, f.dir); status != statusOK {
					t.Errorf("%s: exit status %d, %s", command, status, &f.err)
				}
			}
			f.err.Reset()
			// Some figures have nothing to show then, which is said.
			if status := f.execute("plot", f.dir); status != statusOK && strings.Count(f.err.String(), "\n") != 1 {
				t.Errorf("plot: exit status %d, %s", status, &f.err)
			}
			if status := f.execute("resume", f.dir, "--quiet"); status != statusOK {
				t.Errorf("exit status %d, %s", status, &f.err)
			}
			for _, left := range []string{"report.html", "figures-2"} { // by report and plot
				if err := os.RemoveAll(filepath.Join(f.dir, left)); err != nil {
					t.Error(err)
				}
			}
			sameRuns(t, f.dir, want)
		})
	}
}
