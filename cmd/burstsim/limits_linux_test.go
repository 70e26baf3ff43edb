package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// manyVariants is a brief experiment with n variants.
func manyVariants(t *testing.T, n int) (file string) {
	t.Helper()
	text := briefRegression
	for i := range n - 2 { // the experiment itself, and one that it has
		text += fmt.Sprintf("[[compare]]\nname = \"beta %d\"\nmodel.beta = %d\n", i, i+2)
	}
	file = filepath.Join(t.TempDir(), "e.toml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestManyVariantsNeedFewFiles: variants that have ended hold no files.
func TestManyVariantsNeedFewFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	status, _, stderr := execute(t, "sh", "-c", `ulimit -n 40; exec "$0" "$@"`, program0(t), "run", manyVariants(t, 60), "--quiet", "--out", dir,
		"--set", "plots.figures=[]")
	if status != 0 {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

// TestFinishedVariantsAreKept: a variant that can make no file of its own ends
// the run, and what others came to stays.
func TestFinishedVariantsAreKept(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	const plenty = 10000
	resize := func(flags uintptr, inodes int) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, fmt.Sprintf("size=32m,nr_inodes=%d", inodes))
	}
	if err := resize(0, plenty); errors.Is(err, fs.ErrPermission) {
		t.Skip("not allowed to mount a disk that can be filled")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	bin, file := program0(t), manyVariants(t, 12)
	want, dir := filepath.Join(t.TempDir(), "unbroken"), filepath.Join(disk, "run")
	if status, _, stderr := execute(t, bin, "run", file, "--quiet", "--out", want); status != 0 {
		t.Fatal(stderr)
	}
	kept := 0
	for inodes := 3; ; inodes += 4 {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := resize(syscall.MS_REMOUNT, inodes); err != nil {
			t.Fatal(err)
		}
		status, _, stderr := execute(t, bin, "run", file, "--quiet", "--out", dir)
		if status == 0 {
			break
		}
		if status != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "no space left on device") {
			t.Errorf("%d inodes: exit status %d, %q", inodes, status, stderr)
		}
		checkpoints, err := filepath.Glob(filepath.Join(dir, "checkpoint", "*.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(dir); err == nil && !strings.Contains(stderr, "burstsim resume "+dir) {
			t.Errorf("%d inodes: %q does not say how to go on", inodes, stderr)
		}
		if len(checkpoints) > 0 {
			kept++
		}
		if err := resize(syscall.MS_REMOUNT, plenty); err != nil {
			t.Fatal(err)
		}
		goOnOrBegin(t, bin, file, dir)
		sameRuns(t, dir, want)
	}
	if kept < 2 {
		t.Errorf("%d runs were stopped with a checkpoint", kept)
	}
	t.Logf("%d runs were stopped with a checkpoint", kept)
}
