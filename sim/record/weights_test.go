package record

import (
	"math"
	"slices"
	"testing"
)

// TestMoments: going from one moment to the next visits what Has says, and no other.
func TestMoments(t *testing.T) {
	for _, m := range []Moments{{}, {Every: 3}, {At: []int64{0, 1, 7}}, {Every: 4, At: []int64{2, 4, 5}}} {
		var visited, have []int64
		if m.Has(0) {
			visited = append(visited, 0)
		}
		for at := m.Next(0); at <= 12; at = m.Next(at) {
			visited = append(visited, at)
		}
		for at := int64(0); at <= 12; at++ {
			if m.Has(at) {
				have = append(have, at)
			}
		}
		if !slices.Equal(visited, have) {
			t.Errorf("%+v: Next visits %v, Has is true of %v", m, visited, have)
		}
		if m.None() != (len(have) == 0) {
			t.Errorf("%+v: None is %t", m, m.None())
		}
	}
	if got := (Moments{At: []int64{5}}).Next(5); got != math.MaxInt64 {
		t.Errorf("after the last moment comes %d", got)
	}
}

// TestSnapshotRows: a row has the time and then the arrays one after another.
func TestSnapshotRows(t *testing.T) {
	s, err := NewSnapshots(Unkept{}, "time", []Shape{{"W1", []int{2, 3}}, {"c1", []int{2}}})
	if err != nil {
		t.Fatal(err)
	}
	for at := range 2 {
		if err := s.Take(float64(at), func(row []float64) []float64 { return append(row, 1, 2, 3, 4, 5, 6, 7, 8) }); err != nil {
			t.Fatal(err)
		}
	}
	row := make([]float64, 9)
	if err := s.Rows.Read(1, row); err != nil || !slices.Equal(row, []float64{1, 1, 2, 3, 4, 5, 6, 7, 8}) || s.Rows.Len() != 2 {
		t.Errorf("%d rows, the second %v: %v", s.Rows.Len(), row, err)
	}
	if err := s.Take(2, func(row []float64) []float64 { return append(row, 1) }); err == nil {
		t.Error("a row that is too short was taken")
	}
}
