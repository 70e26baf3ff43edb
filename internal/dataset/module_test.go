package dataset

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, data := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// makeWritable undoes what the go command does to its module cache, so that a
// temporary folder can be removed.
func makeWritable(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, 0o777)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestModuleCacheFollowsTheEnvironment(t *testing.T) {
	m := Module{Path: "example.org/Data", Version: "v1.0.0", Dir: "files/deep"}
	t.Setenv("GOMODCACHE", filepath.FromSlash("/cache"))
	if got, want := m.cached(), filepath.FromSlash("/cache/example.org/!data@v1.0.0/files/deep"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := (Module{}).cached(); got != "" {
		t.Errorf("%s without a module", got)
	}
}
