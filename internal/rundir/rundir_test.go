package rundir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCreateNumbersTakenNames(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "a", "runs")
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.Local)
	for _, want := range []string{"demo-20260304-050607", "demo-20260304-050607-2", "demo-20260304-050607-3"} {
		d, err := Create(parent, "demo", now)
		if err != nil {
			t.Fatal(err)
		}
		if got := filepath.Base(d.Path()); got != want {
			t.Errorf("folder %s, expected %s", got, want)
		}
	}
}

func TestCreateRejectsNamesThatLeaveTheParent(t *testing.T) {
	parent := t.TempDir()
	for _, name := range []string{"", ".", "..", "a/b", "../a", "/a"} {
		if _, err := Create(parent, name, time.Now()); err == nil {
			t.Errorf("name %q was accepted", name)
		}
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 0 {
		t.Errorf("left behind %v", entries)
	}
}

func TestCreateAt(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "file")
	full := filepath.Join(root, "full")
	empty := filepath.Join(root, "empty")
	for _, dir := range []string{full, empty} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{file, filepath.Join(full, "kept")} {
		if err := os.WriteFile(name, []byte("kept"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, path, problem string // no problem: the folder is made
	}{
		{"new", filepath.Join(root, "new"), ""},
		{"several levels", filepath.Join(root, "x", "y"), ""},
		{"empty", empty, ""},
		{"not empty", full, "not empty"},
		{"file", file, "is a file"},
		{"below a file", filepath.Join(file, "sub"), "cannot"},
		{"far below a file", filepath.Join(file, "sub", "sub"), "cannot"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, err := CreateAt(test.path)
			if test.problem == "" {
				if err != nil {
					t.Fatal(err)
				}
				entries, err := os.ReadDir(d.Path())
				if err != nil || len(entries) != 0 {
					t.Errorf("folder holds %v, %v", entries, err)
				}
				return
			}
			if err == nil {
				t.Fatal("was accepted")
			}
			if !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, expected one line with %q", err, test.problem)
			}
			if kept, _ := os.ReadFile(filepath.Join(full, "kept")); string(kept) != "kept" {
				t.Error("a file that was there is gone")
			}
		})
	}
}
