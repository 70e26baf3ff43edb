//go:build unix

package journal_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"burstsim/internal/journal"
)

// TestNotRegular: what is no file must not be waited for.
func TestNotRegular(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"pipe":  func(path string) error { return syscall.Mkfifo(path, 0o666) },
		"zeros": func(path string) error { return os.Symlink("/dev/zero", path) },
		"loop":  func(path string) error { return os.Symlink(path, path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, first, _ := saved(t)
			path := filepath.Join(dir, lastFile)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := put(path); err != nil {
				t.Fatal(err)
			}
			a := restore(t, dir, identity, false)
			a.isFirst(t, first)
			if !strings.Contains(a.warnings[0].Error(), path) {
				t.Errorf("warning %v, expected the path", a.warnings[0])
			}
		})
	}
}

// A pipe in the place of the lock would be waited for.
func TestLockIsNoPipe(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "lock"), 0o666); err != nil {
		t.Fatal(err)
	}
	if journal.Running(dir) {
		t.Error("a pipe is held by a process")
	}
	if j, err := journal.Open(dir, journal.Options{}); err == nil {
		t.Errorf("opened with a pipe as its lock: %v", j.Close())
	}
}
