package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestTwoRunsToOneFolder begins two runs into one folder at the same time: one
// is refused, and takes nothing from the other.
func TestTwoRunsToOneFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	bin, file, want := brief(t)
	for range 40 {
		dir := filepath.Join(t.TempDir(), "run")
		var status [2]int
		var said [2]string
		var wg sync.WaitGroup
		for i := range status {
			wg.Go(func() { status[i], _, said[i] = execute(t, bin, "run", file, "--quiet", "--out", dir) })
		}
		wg.Wait()
		winner := 0
		if status[0] != 0 {
			winner = 1
		}
		loser := said[1-winner]
		if status != [2]int{winner, 1 - winner} || strings.Count(loser, "\n") != 1 ||
			!strings.Contains(loser, "another process is running it") && !strings.Contains(loser, "is not empty") {
			t.Fatalf("exit status %v, %q", status, said)
		}
		sameRuns(t, dir, want)
	}
}

// TestStartThatWasKilled: what is left of a run that was killed before it wrote
// anything is a new folder.
func TestStartThatWasKilled(t *testing.T) {
	bin, file, want := brief(t)
	for _, left := range [][]string{
		{}, {"checkpoint/"}, {"checkpoint/", "checkpoint/lock"}, {".config.toml.1abc.partial"}, {".checkpoint.removed/", ".checkpoint.removed/lock"},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, name := range left {
			path := filepath.Join(dir, name)
			var err error
			if strings.HasSuffix(name, "/") {
				err = os.Mkdir(path, 0o777)
			} else {
				err = os.WriteFile(path, nil, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		goOnOrBegin(t, bin, file, dir)
		sameRuns(t, dir, want)
	}
}
