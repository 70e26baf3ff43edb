// Package golden reads, for tests, the trajectories of the published system.
package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Tolerance is the absolute agreement wanted with what the published system
// produced in float64.
const Tolerance = 1e-12

// Tensor is an array of any number of dimensions, flattened row by row.
type Tensor []float64

// UnmarshalJSON reads nested arrays of numbers.
func (x *Tensor) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*x = nil
	return x.flatten(v)
}

func (x *Tensor) flatten(v any) error {
	switch v := v.(type) {
	case float64:
		*x = append(*x, v)
	case []any:
		for _, e := range v {
			if err := x.flatten(e); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a %T in a tensor", v)
	}
	return nil
}

// File is what golden files of all kinds share.
type File struct {
	Kind, Model string
	data        []byte
}

// Files reads the files of a folder, or of BURSTSIM_GOLDEN_DIR where that is
// set, by their names.
func Files(t *testing.T, dir string) map[string]File {
	t.Helper()
	if other := os.Getenv("BURSTSIM_GOLDEN_DIR"); other != "" {
		dir = other
	}
	return read(t, dir)
}

// FollowUp reads the files of the follow-up's models in a folder, or in
// BURSTSIM_GOLDEN2_DIR where that is set, by their names.
func FollowUp(t *testing.T, dir string) map[string]File {
	t.Helper()
	if other := os.Getenv("BURSTSIM_GOLDEN2_DIR"); other != "" {
		dir = other
	}
	return read(t, dir)
}

func read(t *testing.T, dir string) map[string]File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("no golden files in %s", dir)
	}
	files := map[string]File{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := File{data: data}
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		files[filepath.Base(path)] = f
	}
	return files
}

// As reads a file of a known form.
func As[T any](t *testing.T, f File) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(f.data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
