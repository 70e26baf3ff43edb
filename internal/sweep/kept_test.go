package sweep

import (
	"math"
	"testing"

	"burstsim/sim/record"
)

// TestStretches: a mean of a phase leaves out what belongs to the phase before and
// the phase's first fifth.
func TestStretches(t *testing.T) {
	table := record.NewTable("time", "rate")
	for i := 1; i <= 40; i++ { // what was until then
		x := 1.0
		switch {
		case i > 20:
			x = 3
		case i > 10 && i <= 12:
			x = 100 // the first fifth of the second phase
		case i > 10:
			x = 2
		}
		table.Append(float64(i), x)
	}
	v := VariantRecord{Results: map[string]number{}}
	v.keepStretches(table, []stretch{{"a", 0, 10}, {"b", 10, 20}, {"c", 20, 40}, {"never", 50, 60}})
	for name, want := range map[string]float64{"rate in a": 1, "rate in b": 2, "rate in c": 3} {
		if got := float64(v.Results[name]); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, expected %v", name, got, want)
		}
	}
	if _, there := v.Results["rate in never"]; there {
		t.Error("a phase that was not reached has a mean")
	}
}

// TestLogAngles: means and last values leave out what was not measured.
func TestLogAngles(t *testing.T) {
	log := record.NewTable("epoch", "angle_QY", "loss")
	for _, x := range []float64{80, 40, math.NaN()} {
		log.Append(1, x, 7)
	}
	v := VariantRecord{Results: map[string]number{}}
	v.keepLog(log)
	if v.Results["angle_QY"] != 60 || v.Results["angle_QY_last"] != 40 || len(v.Results) != 2 {
		t.Errorf("kept %v, expected the mean 60 and the last 40", v.Results)
	}
}
