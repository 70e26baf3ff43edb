package record

import (
	"math"
	"slices"
	"testing"
)

// bound lowers what is kept in memory for a test.
func bound(t *testing.T, values int) {
	before := mostValues
	mostValues = values
	t.Cleanup(func() { mostValues = before })
}

// counted has n rows whose numbers say where they are.
func counted(t *testing.T, n, width int) *Memory {
	t.Helper()
	m := &Memory{Width: width}
	row := make([]float64, width)
	for i := range n {
		for j := range row {
			row[j] = float64(i) + float64(j)/100
		}
		if err := m.Append(row); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func sameRows(t *testing.T, got Rows, want *Memory) {
	t.Helper()
	if got.Len() != want.Len() {
		t.Fatalf("%d rows, expected %d", got.Len(), want.Len())
	}
	a, b := make([]float64, want.Width), make([]float64, want.Width)
	for i := range want.Len() {
		if err := got.Read(i, a); err != nil {
			t.Fatal(err)
		}
		if err := want.Read(i, b); err != nil || !slices.Equal(a, b) {
			t.Fatalf("row %d is %v, expected %v", i, a, b)
		}
	}
}

// TestLongRecordingsAreThinned: what is in memory is bounded, evenly spaced, and
// has the first and the last row; all rows can still be read.
func TestLongRecordingsAreThinned(t *testing.T) {
	const most, width = 60, 3
	bound(t, most)
	for _, n := range []int{0, 1, 2, 19, 20, 21, 22, 39, 40, 41, 100, 1000, 1001, 99991} {
		rows := counted(t, n, width)
		table, err := ReadTable([]string{"time", "a", "b"}, rows)
		if err != nil {
			t.Fatal(err)
		}
		signals := []*Signal{{Name: "one", Units: []int{4}}, {Name: "two", Units: []int{7}}}
		tr, err := ReadTrajectory(signals, rows)
		if err != nil {
			t.Fatal(err)
		}
		h := &Histogram{Edges: []float64{0, 1, 2}}
		if err := ReadHistogram(h, rows); err != nil {
			t.Fatal(err)
		}
		kept := table.Column("time")
		if !slices.Equal(tr.Time, kept) || !slices.Equal(h.Epochs, kept) || len(h.Counts) != len(kept) || len(signals[0].Values) != 0 {
			t.Fatalf("%d rows: table, trajectory and histogram keep different ones: %v, %v, %v", n, kept, tr.Time, h.Epochs)
		}
		thin := n*width > most
		if (table.Full != nil) != thin || (tr.Full != nil) != thin || (h.Full != nil) != thin {
			t.Errorf("%d rows: all are kept apart: %v, expected %v", n, table.Full != nil, thin)
		}
		checkKept(t, kept, n, most/width, thin)
		for i, time := range kept {
			if tr.Signal("one").At(i, 0) != time+0.01 || tr.Signal("two").At(i, 0) != time+0.02 || h.Counts[i][0] != int(time) {
				t.Errorf("%d rows: row %d of time %v does not belong together", n, i, time)
			}
		}
		sameRows(t, table.All(), rows)
		all, err := tr.All()
		if err != nil {
			t.Fatal(err)
		}
		sameRows(t, all, rows)
	}
}

// checkKept expects the first and last of n rows and at most so many, evenly
// spaced but for the last.
func checkKept(t *testing.T, kept []float64, n, most int, thin bool) {
	t.Helper()
	switch {
	case !thin && len(kept) != n:
		t.Errorf("%d of %d rows are kept, expected all", len(kept), n)
	case thin && (len(kept) > most || len(kept) < most/2):
		t.Errorf("%d of %d rows are kept, expected %d to %d", len(kept), n, most/2, most)
	case n > 0 && (kept[0] != 0 || kept[len(kept)-1] != float64(n-1)):
		t.Errorf("rows %v to %v of %d are kept, expected the first and the last", kept[0], kept[len(kept)-1], n)
	}
	step := 1.0
	if len(kept) > 1 {
		step = kept[1]
	}
	for i := 1; i < len(kept)-1; i++ {
		if kept[i]-kept[i-1] != step {
			t.Errorf("of %d rows %v are kept, which are not evenly spaced", n, kept)
		}
	}
}

func TestRowsRefuse(t *testing.T) {
	if err := (&Memory{Width: 2}).Append([]float64{1}); err == nil {
		t.Error("a row of another length was taken")
	}
	tr := &Trajectory{Time: []float64{1, 2}, Signals: []*Signal{{Name: "a", Units: []int{0}, Values: []float64{math.Pi}}}}
	if _, err := tr.All(); err == nil {
		t.Error("a signal with fewer values than times was taken")
	}
}
