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

// TestScatterMarksFailedRuns: a sample without a value is not drawn as one, but as a
// failure; one without any value is refused; and as many parameters as there may be
// have room.
func TestScatterMarksFailedRuns(t *testing.T) {
	nan := math.NaN()
	of := func(keys int, failed bool, y ...float64) Scatter {
		s := Scatter{Y: "loss", Failed: []bool{false, failed, false}, Series: []ScatterSeries{{Label: "a", Y: y}, {Label: "b", Y: []float64{nan, nan, nan}}}}
		for i := range keys {
			s.Keys = append(s.Keys, ScatterKey{Name: "compare.continuous.model.a_name_that_is_rather_long", Log: i%2 == 0, X: []float64{0.001, 1, 10}})
			for k := range s.Series {
				s.Series[k].Rho, s.Series[k].N = append(s.Series[k].Rho, nan), append(s.Series[k].N, 0)
			}
		}
		return s
	}
	if _, err := of(1, true, nan, nan, nan).Draw(); err == nil {
		t.Error("a scatter of nothing was drawn")
	}
	for _, keys := range []int{1, 2, 3, 6, 20} {
		var drawn [2]bytes.Buffer
		for i, failed := range []bool{false, true} {
			fig, err := of(keys, failed, 1, nan, 3).Draw()
			if err != nil {
				t.Fatal(err)
			}
			if fig.height > 250/25.4*72 {
				t.Errorf("%d parameters: %v points high", keys, fig.height)
			}
			if err := fig.WriteTo(&drawn[i], "svg"); err != nil {
				t.Fatal(err)
			}
		}
		if bytes.Equal(drawn[0].Bytes(), drawn[1].Bytes()) {
			t.Errorf("%d parameters: a failed run is not marked", keys)
		}
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
