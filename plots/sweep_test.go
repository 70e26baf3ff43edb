package plots

import (
	"bytes"
	"math"
	"testing"
)

// TestSweepFiguresRefuseNothing: without a finite value there is no figure.
func TestSweepFiguresRefuseNothing(t *testing.T) {
	nan := math.NaN()
	if _, err := Spread(SpreadAxes{}, []SpreadSeries{{X: []float64{1}, Mean: []float64{nan}, SD: []float64{nan}}}); err == nil {
		t.Error("a spread of nothing was drawn")
	}
	if _, err := (HeatMap{Columns: []string{"1"}, Lines: []string{"1"}, Value: [][]float64{{nan}}, Failed: [][]bool{{true}}}).Draw(); err == nil {
		t.Error("a map of nothing was drawn")
	}
}

// TestSweepFiguresOfOneValue: a single value, and equal ones, have axes, and the
// same bytes each time.
func TestSweepFiguresOfOneValue(t *testing.T) {
	for _, log := range []bool{false, true} {
		var first []byte
		for range 2 {
			fig, err := Spread(SpreadAxes{X: "x", Y: "y", Points: true, LogX: log}, []SpreadSeries{{Label: "a", X: []float64{3}, Mean: []float64{0}, SD: []float64{math.NaN()}}})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := fig.WriteTo(&b, "pdf"); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = b.Bytes()
			} else if !bytes.Equal(first, b.Bytes()) {
				t.Error("two drawings differ")
			}
		}
	}
	m := HeatMap{Columns: []string{"1"}, Lines: []string{"1"}, Value: [][]float64{{5}}, Failed: [][]bool{{false}}}
	hatched := m
	hatched.Failed = [][]bool{{true}}
	var plain, marked bytes.Buffer
	for out, m := range map[*bytes.Buffer]HeatMap{&plain: m, &marked: hatched} {
		fig, err := m.Draw()
		if err != nil {
			t.Fatal(err)
		}
		if err := fig.WriteTo(out, "svg"); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(plain.Bytes(), marked.Bytes()) {
		t.Error("a cell with a failed run is not hatched")
	}
}

// TestArrangedPanels: a panel without a value stays empty, and nothing at all is
// no figure; bands that reach below 0 do not stretch a logarithmic axis.
func TestArrangedPanels(t *testing.T) {
	nan := math.NaN()
	none := SpreadPanel{Series: []SpreadSeries{{X: []float64{1}, Mean: []float64{nan}, SD: []float64{nan}}}}
	if _, err := Arrange("t", []SpreadPanel{none}, 1); err == nil {
		t.Error("panels without a value were drawn")
	}
	some := SpreadPanel{Axes: SpreadAxes{LogY: true}, Series: []SpreadSeries{{X: []float64{1, 2}, Mean: []float64{0.1, 0.2}, SD: []float64{1, 1},
		Runs: [][2][]float64{{{1, 2}, {0, 0.2}}}}}}
	fig, err := Arrange("t", []SpreadPanel{none, some}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"png", "svg", "pdf"} {
		if err := fig.WriteTo(new(bytes.Buffer), format); err != nil {
			t.Error(err)
		}
	}
	if _, y := some.Axes.extents(some.Series); y.lo != 0.1 {
		t.Errorf("a logarithmic axis begins at %v, expected the least mean above 0", y.lo)
	}
}
