package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tracer makes system calls of a program fail, or kills it there. It skips the
// test where that is not possible.
func tracer(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skipf("no faults can be injected: %v", err)
	}
	if out, err := exec.Command(path, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("no faults can be injected: strace: %v: %s", err, out)
	}
	return path
}

// TestKilledAtEachCall kills the real program at one system call after another
// that changes names in its folder: while it begins, saves, and cleans up. It
// can always be brought to its end, and is called finished only if nothing was
// left to do.
func TestKilledAtEachCall(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program many times")
	}
	strace := tracer(t)
	bin, file, want := brief(t)
	for _, call := range []string{"mkdirat", "openat", "unlinkat", "renameat", "flock"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			points, finished := 0, 0
			dir := filepath.Join(t.TempDir(), "run")
			for k := 1; k < 200; k++ {
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
				// Each thread counts its own calls.
				args := []string{strace, "-f", "-o", os.DevNull, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, k)}
				if call == "openat" || call == "unlinkat" { // others use them too
					for _, name := range []string{".", "checkpoint", "checkpoint/lock", ".checkpoint.removed"} {
						args = append(args, "-P", filepath.Join(dir, name))
					}
				}
				err := exec.Command(args[0], append(args[1:], bin, "run", file, "--quiet", "--out", dir)...).Run()
				if err == nil {
					break
				}
				points++
				if status := statusOf(t, bin, dir); status == "finished" {
					finished++
					before := summaryTime(t, dir)
					goOnOrBegin(t, bin, file, dir)
					if !summaryTime(t, dir).Equal(before) {
						t.Errorf("%s %d: finished, but there was something to do", call, k)
					}
				} else {
					goOnOrBegin(t, bin, file, dir)
				}
				sameRuns(t, dir, want)
			}
			t.Logf("killed at %d points, %d after the run was over", points, finished)
			if points == 0 {
				t.Error("never killed")
			}
		})
	}
}

func summaryTime(t *testing.T, dir string) (mtime time.Time) {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

// TestNoLocks: a file system without locks is warned of, and one that fails is
// an error that leaves nothing behind.
func TestNoLocks(t *testing.T) {
	strace := tracer(t)
	bin, file, want := brief(t)
	for _, errno := range []syscall.Errno{syscall.ENOSYS, syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.EIO} {
		t.Run(errno.Error(), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			traced := func(args ...string) (int, string, string) {
				return execute(t, append([]string{strace, "-f", "-o", os.DevNull, "-e", fmt.Sprintf("inject=flock:error=%s", errnoName[errno]), bin}, args...)...)
			}
			status, stdout, stderr := traced("run", file, "--quiet", "--out", dir)
			if strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "cannot lock "+filepath.Join(dir, "checkpoint")+": "+errno.Error()) {
				t.Errorf("%q, expected a line that says what cannot be locked", stderr)
			}
			if errno == syscall.EIO {
				if _, err := os.Stat(dir); status != 1 || !errors.Is(err, os.ErrNotExist) {
					t.Errorf("exit status %d, folder %v; expected 1 and none", status, err)
				}
				return
			}
			if status != 0 || stdout != dir+"\n" {
				t.Errorf("exit status %d, %q", status, stdout)
			}
			sameRuns(t, dir, want)
			if status, _, stderr := traced("resume", dir); status != 0 || !strings.Contains(stderr, "is finished") {
				t.Errorf("resume: exit status %d, %q", status, stderr)
			}
		})
	}
}

var errnoName = map[syscall.Errno]string{syscall.ENOSYS: "ENOSYS", syscall.ENOLCK: "ENOLCK", syscall.EOPNOTSUPP: "EOPNOTSUPP", syscall.EIO: "EIO"}

// TestDeletingFails: when nothing in the folder of checkpoints can be deleted at
// the end, the run is over all the same.
func TestDeletingFails(t *testing.T) {
	strace := tracer(t)
	bin, file, want := brief(t)
	dir := filepath.Join(t.TempDir(), "run")
	status, stdout, stderr := execute(t, strace, "-f", "-o", os.DevNull, "-P", filepath.Join(dir, ".checkpoint.removed"),
		"-e", "inject=unlinkat:error=EBUSY", bin, "run", file, "--quiet", "--out", dir)
	if status != 0 || stdout != dir+"\n" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "warning: cannot remove") {
		t.Errorf("exit status %d, %q, %q; expected 0 and a warning", status, stdout, stderr)
	}
	if s := statusOf(t, bin, dir); s != "finished" {
		t.Errorf("ls says %s", s)
	}
	goOnOrBegin(t, bin, file, dir) // which removes it
	sameRuns(t, dir, want)
}
