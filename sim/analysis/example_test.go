package analysis_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

// weights draws those of a built-in model.
func weights(name string, values model.Values, sizes ...int) *sim.Weights[float64] {
	text, err := model.Builtin(name)
	if err != nil {
		log.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: sizes, Rows: 1, Values: values, Usage: model.Usage{Presentation: 1}})
	if err != nil {
		log.Fatal(err)
	}
	w, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	return w
}

// The angle between what plasticity changes and what gradient descent would.
func ExampleComparison() {
	d, err := sim.NewDiscrete(weights("burstccn", nil, 2, 8, 1), sim.Learning{})
	if err != nil {
		log.Fatal(err)
	}
	copy(d.Moved().Input(), []float64{0.2, 0.8})
	copy(d.Moved().Target(), []float64{0.6})
	if _, err := d.Present(true); err != nil {
		log.Fatal(err)
	}
	angles := analysis.NewComparison(d.Moved())
	angles.Update()
	for l, a := range angles.Backprop {
		fmt.Printf("layer %d follows backprop: %v\n", l+1, a < 5)
	}
	// Output:
	// layer 1 follows backprop: true
	// layer 2 follows backprop: true
}

// The continuous model approaches the discrete one as inputs are held longer.
func ExampleLimitProtocol() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	limit, err := analysis.LimitProtocol{
		Build: func(change model.Values) (*sim.Weights[float64], error) {
			return weights("burstccn", change, 3, 10, 1), nil
		},
		Task: task, Stride: time.Second,
		Tau: 100 * time.Millisecond, Step: 20 * time.Millisecond,
		Ratios: []float64{0.01, 0.003, 0.001}, Presentations: 3,
	}.Measure(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("the distance falls as (tau/T)^%.1f\n", limit.Slope)
	// Output: the distance falls as (tau/T)^1.0
}
