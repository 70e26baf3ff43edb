package main

import (
	"os"
	"path/filepath"
	"testing"
)

// briefRegression has two variants and all kinds of files, and is over at once.
const briefRegression = `
[model]
hidden = [4]
[time]
before = "1s"
learn = "4s"
after = "1s"
[record]
metrics = "1s"
sample = "100ms"
[checkpoint]
every = "0s"
simulated = "2s"
[plots]
figures = ["learning"]
formats = ["svg"]
[[compare]]
name = "discrete"
time.kind = "discrete"
`

// recordedTraining is a training of which each batch is recorded.
const recordedTraining = `
[task]
kind = "mnist"
data = "embedded"
epochs = 2
batch = 20
[model]
hidden = [30, 20]
[time]
kind = "discrete"
[record]
log_every = 1
[checkpoint]
every = "0s"
epochs = 0.3
[plots]
figures = ["training", "confusion"]
formats = ["png"]
`

// brief is a brief experiment, and what it leaves.
func brief(t *testing.T) (bin, file, want string) {
	t.Helper()
	home := t.TempDir()
	bin, file, want = program0(t), filepath.Join(home, "e.toml"), filepath.Join(home, "unbroken")
	if err := os.WriteFile(file, []byte(briefRegression), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := execute(t, bin, "run", file, "--quiet", "--out", want); status != 0 {
		t.Fatal(stderr)
	}
	return bin, file, want
}

// goOnOrBegin brings what is left of a run to its end: whatever stopped it,
// either resume or run can do that.
func goOnOrBegin(t *testing.T, bin, file, dir string) {
	t.Helper()
	args := []string{bin, "resume", dir, "--quiet"}
	if _, err := os.Stat(filepath.Join(dir, "config.toml")); err != nil {
		args = []string{bin, "run", file, "--quiet", "--out", dir}
	}
	if status, stdout, stderr := execute(t, args...); status != 0 || stdout != dir+"\n" {
		t.Fatalf("%v: exit status %d, %q, %q", args[1:], status, stdout, stderr)
	}
}

// statusOf is what ls says of a run.
func statusOf(t *testing.T, bin, dir string) string {
	t.Helper()
	for _, s := range statusNames() {
		if _, stdout, _ := execute(t, bin, "ls", "--quiet", "--status", s, dir); stdout != "" {
			return s
		}
	}
	return "no run"
}
