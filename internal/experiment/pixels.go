package experiment

import (
	"math"

	"burstsim/internal/dataset/images"
)

// looked is how many images decide which of their pixels are recorded.
const looked = 200

// livelyPixels are n pixels, spread over those that differ most from image to
// image: those that have at least half of the largest standard deviation. At
// the margins, images are often black.
func livelyPixels(d *images.Images, n int) []int {
	deviation := make([]float64, d.Size())
	largest := 0.0
	for j := range deviation {
		var sum, squares float64
		rows := min(looked, d.Len())
		for i := range rows {
			v := float64(d.Pixels(i)[j])
			sum += v
			squares += v * v
		}
		mean := sum / float64(rows)
		deviation[j] = math.Sqrt(max(0, squares/float64(rows)-mean*mean))
		largest = max(largest, deviation[j])
	}
	var lively []int
	for j, s := range deviation {
		if 2*s >= largest {
			lively = append(lively, j)
		}
	}
	n = min(n, len(lively))
	out := make([]int, n)
	for k := range out {
		out[k] = lively[k*(len(lively)-1)/max(1, n-1)]
	}
	return out
}
