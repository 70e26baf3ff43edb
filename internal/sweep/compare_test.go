package sweep

import (
	"math"
	"slices"
	"testing"
)

// TestPaired compares with values of R's t.test(x, y, paired = TRUE) for the sleep
// data of Student (1908).
func TestPaired(t *testing.T) {
	x := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	y := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	d, tt, p := paired(x, y)
	if math.Abs(d+1.58) > 1e-12 || math.Abs(tt+4.0621) > 1e-4 || math.Abs(p-0.002833) > 1e-6 {
		t.Errorf("difference %v, t %v, p %v; want -1.58, -4.0621, 0.002833", d, tt, p)
	}
	if _, tt, p := paired(x[:1], y[:1]); !math.IsNaN(tt) || !math.IsNaN(p) {
		t.Errorf("one pair has t %v and p %v", tt, p)
	}
}

func TestRanksOf(t *testing.T) {
	if got := ranksOf([]float64{3, 1, 2, 3, 1}); !slices.Equal(got, []float64{3.5, 0.5, 2, 3.5, 0.5}) {
		t.Errorf("ranks %v", got)
	}
}
