package record

import (
	"math"
	"slices"
	"testing"
)

func TestWindowsSplitAtGaps(t *testing.T) {
	tests := []struct {
		name  string
		times []float64
		want  []Window
	}{
		{"none", nil, nil},
		{"one sample", []float64{3}, nil},
		{"one window", []float64{1, 2, 3}, []Window{{0, 3, 1, 3}}},
		{"two", []float64{1, 2, 3, 100, 101, 102}, []Window{{0, 3, 1, 3}, {3, 6, 100, 102}}},
		{"a skipped sample is no gap", []float64{1, 2, 3, 5, 6}, []Window{{0, 5, 1, 6}}},
		{"single samples are left out", []float64{0, 50, 51, 52, 200}, []Window{{1, 4, 50, 52}}},
		{"time goes back", []float64{1, 2, 3, 1, 2}, []Window{{0, 3, 1, 3}, {3, 5, 1, 2}}},
		{"NaN", []float64{1, 2, math.NaN(), 3, 4}, []Window{{0, 2, 1, 2}, {3, 5, 3, 4}}},
		{"all the same", []float64{1, 1, 1}, nil},
	}
	for _, test := range tests {
		if got := Windows(test.times); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
