package plots

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"

	"burstsim/sim/record"
)

// TestFiguresAreAsWideAsAsked: every figure that plot can draw takes the width that
// is asked for, however many variants it shows.
func TestFiguresAreAsWideAsAsked(t *testing.T) {
	training := func(labels ...string) *record.Result { return trained(1, labels...) }
	ranks := func(labels ...string) *record.Result { return ranked(2, labels...) }
	rates := func(...string) *record.Result { return ordinary.result() }
	for _, d := range []struct {
		drawing
		of func(labels ...string) *record.Result
	}{
		{drawing{"training", Training}, training}, {drawing{"states", States}, training}, {drawing{"filters", Filters}, training},
		{drawing{"confusion", Confusion}, training}, {drawing{"ranks", Ranks}, ranks},
		{drawing{"dynamics", Dynamics}, rates}, {drawing{"learning", Learning}, rates}, {drawing{"limit", Limit}, rates},
	} {
		for _, labels := range [][]string{{"a"}, {"a", "b"}} {
			for _, mm := range []float64{60, 183, 250} {
				f, err := d.draw(d.of(labels...), Options{Width: mm})
				if err != nil {
					t.Fatalf("%s: %v", d.name, err)
				}
				if want := vg.Length(mm) * vg.Millimeter; math.Abs(float64(f.width-want)) > 1e-9 {
					t.Errorf("%s of %d variants is %v wide, expected %v", d.name, len(labels), f.width, want)
				}
				encode(t, f, "png")
			}
		}
	}
}
