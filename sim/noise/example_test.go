package noise_test

import (
	"fmt"
	"math"
	"time"

	"burstsim/sim/noise"
)

// The first word of the answer to a counter and a key of zeros.
func ExamplePhilox() {
	fmt.Printf("%x\n", noise.Philox([4]uint32{}, [2]uint32{})[0])
	// Output: 6627e8d5
}

// A unit has the same number whatever else is drawn.
func ExampleStream_Draw() {
	few, many := make([]float64, 2), make([]float64, 200)
	noise.NewStream(1, "z1", 1, 2).Draw(few, 7)
	noise.NewStream(1, "z1", 1, 200).Draw(many, 7)
	fmt.Println(few[0] == many[0], few[1] == many[1])
	// Output: true true
}

// Two steps of 5 ms lead where one of 10 ms does.
func ExamplePath() {
	whole, first, second := make([]float64, 1), make([]float64, 1), make([]float64, 1)
	p := noise.NewPath(noise.NewStream(1, "z1", 1, 1))
	const ms = time.Millisecond
	p.Increment(whole, 0, 10*ms)
	p.Increment(first, 0, 5*ms)
	p.Increment(second, 5*ms, 10*ms)
	fmt.Printf("%.12f\n", math.Abs(whole[0]-first[0]-second[0]))
	// Output: 0.000000000000
}
