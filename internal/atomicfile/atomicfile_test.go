package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteLeavesNothingHalfWritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "metrics.csv")
	if err := Write(path, func(w io.Writer) error { _, err := io.WriteString(w, "old"); return err }); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	err := Write(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("new", 10000)); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, expected %v with the path", err, stop)
	}
	if content, _ := os.ReadFile(path); string(content) != "old" {
		t.Errorf("file holds %.20q after a failed write, expected what it held before", content)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("temporary files left: %v", entries)
	}
}

func TestWriteNewLeavesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for k, text := range []string{"first", "second"} {
		err := WriteNew(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
		if errors.Is(err, fs.ErrExist) != (k > 0) || k == 0 && err != nil {
			t.Errorf("write %d: error %v", k, err)
		}
	}
	if content, _ := os.ReadFile(path); string(content) != "first" {
		t.Errorf("file holds %q", content)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("temporary files left: %v", entries)
	}
}

func write(t *testing.T, path, previous, text string) {
	t.Helper()
	if err := WriteKeeping(path, previous, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
		t.Fatal(err)
	}
}

func TestWriteKeepingKeepsTheOneBefore(t *testing.T) {
	dir := t.TempDir()
	path, previous := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for k, text := range []string{"one", "two", "three"} {
		write(t, path, previous, text)
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("after write %d the file holds %q", k, got)
		}
		want := []string{"", "one", "two"}[k]
		if got, _ := os.ReadFile(previous); string(got) != want {
			t.Errorf("after write %d the one before holds %q, expected %q", k, got, want)
		}
	}
	stop := errors.New("stop")
	if err := WriteKeeping(path, previous, func(io.Writer) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v, expected %v", err, stop)
	}
	if got, _ := os.ReadFile(path); string(got) != "three" {
		t.Errorf("a failed write left %q", got)
	}
}

func TestCleanRemovesOnlyWhatWasLeftIncomplete(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", ".a.csv.1x2y.partial", ".hidden", "b.partial"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := Clean(dir); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(dir)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := ".hidden a.csv b.partial"; strings.Join(left, " ") != want {
		t.Errorf("left %v, expected %s", left, want)
	}
}
