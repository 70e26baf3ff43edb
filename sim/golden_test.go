package sim_test

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"burstsim/internal/linalg"
	"burstsim/sim/internal/golden"
)

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
	files := golden.Files(t, filepath.Join("testdata", "golden"))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			f := files[name]
			check := goldenChecks[f.Kind+" "+f.Model]
			if f.Kind == "continuous" {
				return // sim/program compares these
			}
			if check == nil {
				t.Fatalf("no test of %s model %q", f.Kind, f.Model)
			}
			check(t, f)
		})
	}
}

// goldenChecks maps the kind and model of a file to its test.
var goldenChecks = map[string]func(*testing.T, golden.File){
	"discrete burstccn":  goldenDiscrete,
	"discrete burstprop": goldenDiscrete,
	"discrete edn":       goldenDiscrete,
	"discrete ann":       goldenDiscrete,

	"discrete_conv burstccn":  goldenDiscrete,
	"discrete_conv burstprop": goldenDiscrete,
	"discrete_conv ann":       goldenDiscrete,
}

// agree fails the test if two tensors differ.
func agree(t *testing.T, what string, got []float64, want golden.Tensor) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= golden.Tolerance) {
			t.Fatalf("%s: element %d is %v, want %v: off by %.3g", what, i, got[i], want[i], math.Abs(got[i]-want[i]))
		}
	}
}

// put copies a tensor over weights of the same shape.
func put(t *testing.T, what string, dst []float64, src golden.Tensor) {
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
func agreeAngles(t *testing.T, step int, what string, got []float64, want golden.Tensor, magnitudes ...float64) {
	t.Helper()
	if want == nil {
		return
	}
	if len(got) != len(want) {
		t.Fatalf("step %d: angles %s: %d, want %d", step, what, len(got), len(want))
	}
	cos := func(deg float64) float64 { return math.Cos(deg * math.Pi / 180) }
	for i := range got {
		tolerance := golden.Tolerance
		if magnitudes != nil {
			tolerance += 1e-15 / magnitudes[i]
		}
		if !(math.Abs(cos(got[i])-cos(want[i])) <= tolerance) {
			t.Fatalf("step %d: angle %s of layer %d is %v degrees, want %v", step, what, i+1, got[i], want[i])
		}
	}
}
