package rundir

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"burstsim/sim/record"
)

func table(columns string, rows ...[]float64) *record.Table {
	t := record.NewTable(strings.Split(columns, ",")...)
	for _, row := range rows {
		t.Append(row...)
	}
	return t
}

// sameRows compares bit by bit but for NaN, of which any two are the same.
func sameRows(a, b *record.Table) bool {
	if a.Len() != b.Len() || !slices.Equal(a.Columns, b.Columns) {
		return false
	}
	for i := range a.Len() {
		if !slices.EqualFunc(a.Row(i), b.Row(i), same) {
			return false
		}
	}
	return true
}

func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || math.IsNaN(x) && math.IsNaN(y)
}

func TestMetricsRoundTrip(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name     string
		variants []record.Variant
	}{
		{"one", []record.Variant{
			{Label: "continuous", Metrics: table("time,loss", []float64{0, 0.1}, []float64{10, 1.0 / 3})},
		}},
		{"same times", []record.Variant{
			{Label: "a", Metrics: table("time,loss,angle_W1", []float64{0, 1, nan}, []float64{1, 2, 45})},
			{Label: "b", Metrics: table("time,loss", []float64{0, 3}, []float64{1, 4})},
		}},
		{"interleaved times", []record.Variant{
			{Label: "a", Metrics: table("time,loss", []float64{0, 1}, []float64{2, 2}, []float64{4, 2})},
			{Label: "b", Metrics: table("time,loss", []float64{1, 3}, []float64{2, 4})},
		}},
		{"one time twice", []record.Variant{
			{Label: "a", Metrics: table("time,loss", []float64{1, 1}, []float64{1, 2})},
			{Label: "b", Metrics: table("time,loss", []float64{1, 3})},
		}},
		{"extreme numbers", []record.Variant{
			{Label: "a", Metrics: table("time,loss",
				[]float64{0, math.MaxFloat64}, []float64{0.1, math.SmallestNonzeroFloat64},
				[]float64{0.30000000000000004, math.Inf(1)}, []float64{1e5, math.Copysign(0, -1)})},
		}},
		{"awkward labels", []record.Variant{
			{Label: "lr 0.1, \"fast\"", Metrics: table("time,loss", []float64{0, 1})},
			{Label: "lr.2", Metrics: table("time,loss", []float64{0, 1})},
		}},
		{"no rows", []record.Variant{{Label: "a", Metrics: table("time,loss")}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var file bytes.Buffer
			if err := WriteMetrics(&file, test.variants); err != nil {
				t.Fatal(err)
			}
			got, err := ReadMetrics(&file, "metrics.csv")
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(test.variants) {
				t.Fatalf("%d variants, expected %d", len(got), len(test.variants))
			}
			for i, want := range test.variants {
				if got[i].Label != want.Label || !sameRows(got[i].Metrics, want.Metrics) {
					t.Errorf("variant %d: got %q %v, expected %q %v", i, got[i].Label, got[i].Metrics, want.Label, want.Metrics)
				}
			}
		})
	}
}

// A variant that adds up steps of 0.1 s and one that multiplies them by their
// number meet in the same row.
func TestMetricsMergeTimesThatDifferByRounding(t *testing.T) {
	a, b := table("time,loss"), table("time,loss")
	sum := 0.0
	for i := range 1000 {
		a.Append(sum, 1)
		b.Append(float64(i)*0.1, 2)
		sum += 0.1
	}
	var file bytes.Buffer
	if err := WriteMetrics(&file, []record.Variant{{Label: "a", Metrics: a}, {Label: "b", Metrics: b}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(file.String()), "\n")
	if len(lines) != 1001 {
		t.Errorf("%d lines, expected a header and 1000 rows", len(lines))
	}
	for _, line := range lines[1:] {
		if !strings.HasSuffix(line, ",1,2") {
			t.Fatalf("row %q lacks a variant", line)
		}
	}
}

func TestReadMetricsErrors(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"empty", "", "m.csv:1: empty file"},
		{"no time", "loss\n", `m.csv:1: first column is "loss"`},
		{"no variant", "time,loss\n", `m.csv:1: column "loss"`},
		{"twice", "time,a.loss,a.loss\n", `m.csv:1: column "a.loss" appears twice`},
		{"short row", "time,a.loss\n1\n", "m.csv:2: "},
		{"word", "time,a.loss\n1,2\n3,x\n", `m.csv:3: column 2: "x"`},
		{"no number at time", "time,a.loss\n,2\n", `m.csv:2: time: ""`},
		{"nan at time", "time,a.loss\nnan,2\n", `m.csv:2: time: "nan"`},
		{"open quote", "time,a.loss\n\"1,2\n", "m.csv:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadMetrics(strings.NewReader(test.file), "m.csv")
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, expected %q", err, test.want)
			}
		})
	}
}

// Whatever is read can be written, and then reads as the same.
func FuzzReadMetrics(f *testing.F) {
	f.Add("time,a.loss,b.loss\n0,1,\n1,,2\n")
	f.Add("time,a.loss\n1\n")
	f.Add("time\n0\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, file string) {
		first, err := ReadMetrics(strings.NewReader(file), "m.csv")
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteMetrics(&again, first); err != nil {
			t.Fatal(err)
		}
		second, err := ReadMetrics(&again, "m.csv")
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if len(first) != len(second) {
			t.Fatalf("%d variants, then %d", len(first), len(second))
		}
		for i := range first {
			if first[i].Label != second[i].Label || !reflect.DeepEqual(first[i].Metrics.Columns, second[i].Metrics.Columns) || first[i].Metrics.Len() != second[i].Metrics.Len() {
				t.Errorf("variant %q changed", first[i].Label)
			}
		}
	})
}

func BenchmarkWriteMetrics(b *testing.B) {
	t := record.NewTable("time", "loss", "angle_W1", "angle_W2")
	for i := range 10000 {
		x := float64(i)
		t.Append(x, math.Sin(x), math.Cos(x), math.Exp(-x))
	}
	variants := []record.Variant{{Label: "continuous", Metrics: t}, {Label: "discrete", Metrics: t}}
	for b.Loop() {
		if err := WriteMetrics(new(bytes.Buffer), variants); err != nil {
			b.Fatal(err)
		}
	}
}
