package sim_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"burstsim/sim/internal/golden"
)

// TestGoldenFollowUp checks the follow-up's models against trajectories of the
// published system, and its numbers: those of BURSTSIM_GOLDEN2_DIR where it is
// set.
func TestGoldenFollowUp(t *testing.T) {
	files := golden.FollowUp(t, filepath.Join("testdata", "golden2"))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			f := files[name]
			switch {
			case f.Kind == "continuous":
				return // sim/program compares these
			case f.Kind == "spiking", f.Model == "spiking_figure":
				return // sim/spiking compares these
			case f.Model == "sin_wave":
				return // tasks/regression compares it
			}
			check := followUpChecks[f.Kind+" "+f.Model]
			if check == nil {
				if os.Getenv("BURSTSIM_GOLDEN2_DIR") == "" {
					t.Fatalf("no test of %s model %q", f.Kind, f.Model)
				}
				t.Skipf("no test of %s model %q", f.Kind, f.Model)
			}
			check(t, f)
		})
	}
}

// followUpChecks maps the kind and model of a file to its test.
var followUpChecks = map[string]func(*testing.T, golden.File){
	"discrete burstccn_dales":   goldenDales,
	"published dales_ablation":  dalesAblation,
	"published sin_wave_figure": sinWave,
	"discrete burstccn2":        goldenRates,
	"discrete ann2":             goldenRates,
	"discrete_conv burstccn2":   goldenRates,
	"discrete burstprop2":       goldenOthers,
	"discrete np":               goldenOthers,
	"discrete edn2":             goldenOthers,
}
