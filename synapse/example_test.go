package synapse_test

import (
	"fmt"

	"burstsim/synapse"
)

// Two groups of units that see only each other: weights are those of the
// connections, row by row.
func ExampleNewSparse() {
	pattern := synapse.BlockPattern(2, 4, 2)
	projection := synapse.NewSparse[float64](pattern)

	w := []float64{1, 2, 3, 4}
	received := make([]float64, 2)
	projection.Forward(received, []float64{1, 1, 10, 10}, w, nil, 1)
	fmt.Println(pattern.Len(), received)

	whole := make([]float64, 2*4)
	synapse.Expand(pattern, whole, w)
	fmt.Println(whole)
	// Output:
	// 4 [3 70]
	// [1 2 0 0 0 0 3 4]
}
