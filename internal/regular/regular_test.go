package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a é [*]"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, []byte("content"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		if got, err := ReadFile(p); err != nil || string(got) != "content" {
			t.Errorf("%s: %q, %v", p, got, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nothing"), dangling); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir: "is a folder, not a file", os.DevNull: "is a pipe or a device, not a file",
		dangling: "no such file", filepath.Join(dir, "absent"): "no such file",
	} {
		_, err := Open(path)
		var perr *fs.PathError
		if !errors.As(err, &perr) || perr.Path != path || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected a *fs.PathError with %q", path, err, want)
		}
	}
}

func TestReadFileReadsNoHoles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holes")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(1 << 42); err != nil {
		t.Skip(err) // no files with holes here
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var failed *fs.PathError
	if _, err := ReadFile(path); !errors.As(err, &failed) || failed.Path != path {
		t.Errorf("%v, expected an error with the path", err)
	}
}
