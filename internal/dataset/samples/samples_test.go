package samples_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/arrayfile"
	"burstsim/internal/dataset/samples"
)

func rows(t *testing.T, text string) samples.Rows {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := arrayfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := f.Table(f.Names()...)
	if err != nil {
		t.Fatal(err)
	}
	return samples.Of(table)
}

func values(r samples.Rows) (all [][]float64) {
	for i := range r.Len() {
		row := make([]float64, r.Columns())
		samples.Fill(row, r, i)
		all = append(all, row)
	}
	return all
}

func TestParts(t *testing.T) {
	all := rows(t, "0,1\n2,3\n4,5\n6,7\n8,9\n")
	for name, tt := range map[string]struct {
		rows  samples.Rows
		want  [][]float64
		place []int
	}{
		"slice":         {all.Slice(1, 3), [][]float64{{2, 3}, {4, 5}}, []int{1, 2}},
		"slice of it":   {all.Slice(1, 4).Slice(1, 3), [][]float64{{4, 5}, {6, 7}}, []int{2, 3}},
		"picked":        {all.Pick([]int{4, 0}), [][]float64{{8, 9}, {0, 1}}, []int{4, 0}},
		"picked, slice": {all.Pick([]int{4, 0, 2}).Slice(1, 3), [][]float64{{0, 1}, {4, 5}}, []int{0, 2}},
	} {
		if got := values(tt.rows); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		for i, want := range tt.place {
			if got := tt.rows.Place(i); got != want {
				t.Errorf("%s: row %d is %d of the file, want %d", name, i, got, want)
			}
		}
	}
}

// TestScaled: scaled by some rows, these have mean 0 and standard deviation 1, or
// lie in [0, 1], a column that is the same in all is 0, and other rows go along.
func TestScaled(t *testing.T) {
	all := rows(t, "1,1e9,7\n2,1000000001,7\n6,1000000005,7\n11,1000000010,9\n")
	by := all.Slice(0, 3)
	standard, err := all.Scaled("standard", by)
	if err != nil {
		t.Fatal(err)
	}
	for j := range 2 {
		sum, squares := 0.0, 0.0
		for _, row := range values(standard.Slice(0, 3)) {
			sum += row[j]
			squares += row[j] * row[j]
		}
		if math.Abs(sum) > 1e-9 || math.Abs(squares-3) > 1e-9 {
			t.Errorf("column %d: sum %v and sum of squares %v, want 0 and 3", j, sum, squares)
		}
	}
	// 11 is 8 above the mean 3 of 1, 2 and 6, whose variance is 14/3; the file's
	// large numbers differ by as much, and 9 is 2 above a column that is the same.
	want := []float64{8 / math.Sqrt(14./3), 8 / math.Sqrt(14./3), 2}
	for j, got := range values(standard)[3] {
		if math.Abs(got-want[j]) > 1e-7 {
			t.Errorf("column %d of a row that was not counted is %v, want %v", j, got, want[j])
		}
	}
	unit, err := all.Scaled("unit", by)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := values(unit), [][]float64{{0, 0, 0}, {0.2, 0.2, 0}, {1, 1, 0}, {2, 2, 2}}; !near(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if _, err := rows(t, "-1e308\n1e308\n").Scaled("unit", rows(t, "-1e308\n1e308\n")); err == nil || !strings.Contains(err.Error(), "column 0 has numbers from -1e+308 to 1e+308") {
		t.Errorf("error %v", err)
	}
}

func near(a, b [][]float64) bool {
	return slices.EqualFunc(a, b, func(x, y []float64) bool {
		return slices.EqualFunc(x, y, func(x, y float64) bool { return math.Abs(x-y) < 1e-12 })
	})
}

func TestSets(t *testing.T) {
	inputs := rows(t, "0\n1\n2\n")
	labelled, err := samples.Labelled(inputs, []int{1, 0, 2}, 3)
	if err != nil {
		t.Fatal(err)
	}
	in, out := make([]float32, 2), make([]float32, 6)
	part := labelled.Slice(1, 3)
	samples.FillBatch(in, out, part, []int{1, 0})
	if !slices.Equal(in, []float32{2, 1}) || !slices.Equal(out, []float32{0, 0, 1, 1, 0, 0}) || part.Label(1) != 2 {
		t.Errorf("inputs %v, targets %v", in, out)
	}
	targets := make([]float64, 3)
	if labelled.Target(targets, 0, 0.01, 0.99); !slices.Equal(targets, []float64{0.01, 0.99, 0.01}) {
		t.Errorf("targets %v", targets)
	}
	with, err := samples.WithTargets(inputs, rows(t, "5,6\n7,8\n9,10\n"))
	if err != nil {
		t.Fatal(err)
	}
	if with.Slice(2, 3).Target(targets[:2], 0, 0, 1); !slices.Equal(targets[:2], []float64{9, 10}) || with.Labels() {
		t.Errorf("targets %v", targets)
	}
	if _, err := samples.WithTargets(inputs, rows(t, "1\n")); err == nil {
		t.Error("1 row of targets for 3 samples is accepted")
	}
	if _, err := samples.Labelled(inputs, []int{0, 3, 1}, 3); err == nil || !strings.Contains(err.Error(), "label of sample 1 is 3") {
		t.Errorf("error %v", err)
	}
}
