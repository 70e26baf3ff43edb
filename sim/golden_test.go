package sim_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"burstsim/internal/linalg"
)

// goldenTolerance is the absolute agreement wanted with the trajectories that
// the published system produced in float64.
const goldenTolerance = 1e-12

// tensor is an array of any number of dimensions, flattened row by row.
type tensor []float64

func (x *tensor) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*x = (*x)[:0]
	return x.flatten(v)
}

func (x *tensor) flatten(v any) error {
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

// goldenFile holds what all kinds of golden files share.
type goldenFile struct {
	Kind  string
	Model string
}

// TestGolden checks the models against trajectories of the published system,
// with each backend of the matrix products that this machine has. The files are
// those of BURSTSIM_GOLDEN_DIR where it is set.
func TestGolden(t *testing.T) {
	t.Cleanup(func() {
		if err := linalg.Use("auto"); err != nil {
			t.Error(err)
		}
	})
	for _, backend := range []string{"simd", "library", "gonum"} {
		if err := linalg.Use(backend); err != nil {
			t.Logf("%s: %v", backend, err)
			continue
		}
		t.Run(backend, func(t *testing.T) {
			t.Log(linalg.Name())
			testGolden(t)
		})
	}
}

func testGolden(t *testing.T) {
	t.Helper()
	dir := os.Getenv("BURSTSIM_GOLDEN_DIR")
	if dir == "" {
		dir = filepath.Join("testdata", "golden")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no golden files in %s", dir)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var head goldenFile
			if err := json.Unmarshal(data, &head); err != nil {
				t.Fatal(err)
			}
			check := goldenChecks[head.Kind+" "+head.Model]
			if head.Kind == "continuous" {
				return // sim/program compares these
			}
			if check == nil {
				t.Fatalf("no test of %s model %q", head.Kind, head.Model)
			}
			check(t, data)
		})
	}
}

// goldenChecks maps the kind and model of a file to its test.
var goldenChecks = map[string]func(*testing.T, []byte){
	"discrete burstccn":  goldenDiscrete,
	"discrete burstprop": goldenDiscrete,
	"discrete edn":       goldenDiscrete,
	"discrete ann":       goldenDiscrete,

	"discrete_conv burstccn":  goldenDiscrete,
	"discrete_conv burstprop": goldenDiscrete,
	"discrete_conv ann":       goldenDiscrete,
}

// unmarshal reads a golden file of a known form.
func unmarshal[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// agree fails the test if two tensors differ.
func agree(t *testing.T, what string, got []float64, want tensor) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= goldenTolerance) {
			t.Fatalf("%s: element %d is %v, want %v: off by %.3g", what, i, got[i], want[i], math.Abs(got[i]-want[i]))
		}
	}
}

// put copies a tensor over weights of the same shape.
func put(t *testing.T, what string, dst []float64, src tensor) {
	t.Helper()
	if len(dst) != len(src) {
		t.Fatalf("%s: the file has %d elements, the network %d", what, len(src), len(dst))
	}
	copy(dst, src)
}

// agreeAngles compares angles in degrees, where the file has them, by their
// cosines: an angle near zero amplifies rounding. magnitudes, if given, are the
// norms of the vectors: what rounding in the last place of rates, which are
// about one, leaves of a small difference of two of them moves their angle.
func agreeAngles(t *testing.T, step int, what string, got []float64, want tensor, magnitudes ...float64) {
	t.Helper()
	if want == nil {
		return
	}
	if len(got) != len(want) {
		t.Fatalf("step %d: angles %s: %d, want %d", step, what, len(got), len(want))
	}
	cos := func(deg float64) float64 { return math.Cos(deg * math.Pi / 180) }
	for i := range got {
		tolerance := goldenTolerance
		if magnitudes != nil {
			tolerance += 1e-15 / magnitudes[i]
		}
		if !(math.Abs(cos(got[i])-cos(want[i])) <= tolerance) {
			t.Fatalf("step %d: angle %s of layer %d is %v degrees, want %v", step, what, i+1, got[i], want[i])
		}
	}
}
