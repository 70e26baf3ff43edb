package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// bindfs mounts a folder of its own by bindfs, a file system in which an open
// file that is deleted is moved instead, as by NFS. It skips the test where that
// is not possible.
func bindfs(t *testing.T) string { t.Helper(); return mountFolder(t, t.TempDir()) }

// mountFolder mounts a folder once more by bindfs, until the test is over.
func mountFolder(t *testing.T, source string, options ...string) string {
	t.Helper()
	path, err := exec.LookPath("bindfs")
	if err != nil {
		t.Skipf("no file system with FUSE: %v", err)
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skipf("no file system with FUSE: %v", err)
	}
	target := t.TempDir()
	if out, err := exec.Command(path, append(options, source, target)...).CombinedOutput(); err != nil {
		t.Skipf("no file system with FUSE: bindfs: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("fusermount", "-u", target).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return target
}

// TestBindfs: runs end, are killed and go on, on a file system that moves open
// files when they are deleted, and leave nothing else than on a local disk.
func TestBindfs(t *testing.T) {
	mounted := bindfs(t)
	bin, file, want := brief(t)

	t.Run("whole", func(t *testing.T) {
		dir := filepath.Join(mounted, "whole")
		if status, stdout, stderr := execute(t, bin, "run", file, "--quiet", "--out", dir); status != 0 || stdout != dir+"\n" || stderr != "" {
			t.Errorf("exit status %d, %q, %q", status, stdout, stderr)
		}
		if s := statusOf(t, bin, dir); s != "finished" {
			t.Errorf("ls says %s", s)
		}
		sameRuns(t, dir, want)
		goOnOrBegin(t, bin, file, dir)
		sameRuns(t, dir, want)
	})
	t.Run("cannot begin", func(t *testing.T) {
		dir := filepath.Join(mounted, "none")
		status, _, stderr := execute(t, bin, "run", file, "--quiet", "--out", dir, "--set", "task.kind=mnist", "--set", "task.data="+mounted)
		if _, err := os.Stat(dir); status != 1 || err == nil {
			t.Errorf("exit status %d, %q, folder %v", status, stderr, err)
		}
	})
	t.Run("killed", func(t *testing.T) {
		dir := filepath.Join(mounted, "killed")
		text := filepath.Join(t.TempDir(), "e.toml")
		if err := os.WriteFile(text, []byte(killedRegression), 0o666); err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(t.TempDir(), "unbroken")
		begin := time.Now()
		if status, _, stderr := execute(t, bin, "run", text, "--quiet", "--out", want); status != 0 {
			t.Fatal(stderr)
		}
		t.Logf("%d kills survived", killOften(t, bin, []string{"run", text, "--quiet", "--out", dir}, dir, 4, time.Since(begin)))
		sameRuns(t, dir, want)
	})
}
