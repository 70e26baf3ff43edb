package experiment

import (
	"testing"

	"burstsim/tasks/mnist"
)

// TestRecordedPixelsDiffer: those at the margins of digits are black in all.
func TestRecordedPixelsDiffer(t *testing.T) {
	data, err := mnist.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 3, 10, 100000} {
		pixels := livelyPixels(data.Train, n)
		if len(pixels) == 0 || len(pixels) > n {
			t.Fatalf("%d pixels, expected 1 to %d", len(pixels), n)
		}
		for k, j := range pixels {
			if k > 0 && j <= pixels[k-1] {
				t.Errorf("of %d, pixel %d stands behind %d", n, j, pixels[k-1])
			}
			seen := map[byte]bool{}
			for i := range data.Train.Len() {
				seen[data.Train.Pixels(i)[j]] = true
			}
			if len(seen) < 10 {
				t.Errorf("pixel %d has only %d values", j, len(seen))
			}
		}
	}
}
