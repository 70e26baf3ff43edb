package sim_test

import (
	"fmt"
	"log"
	"math"
	"time"

	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/tasks/regression"
)

// Feedback learns alone for a second; then forward weights learn too, at a rate
// that rises along half a wave.
func ExampleIntegration_SetSchedule() {
	task, err := regression.New(regression.Config{Inputs: 3, Outputs: 1, ShortestPeriod: 4, TeacherHidden: []int{25}, TeacherGain: 3, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	w := weights("burstccn", model.Values{"y_mode": "random", "y_plastic": true}, 3, 10, 1)
	sys, err := sim.NewContinuous(w, []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	in, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	schedule := sim.Schedule{
		{At: 0, Factor: 0, Shape: "step", Weights: []string{"W"}},
		{At: 1, Factor: 0, Shape: "step", Weights: []string{"W"}},
		{At: 3, Factor: 1, Shape: "cosine", Weights: []string{"W"}},
	}
	if err := in.SetSchedule(schedule); err != nil {
		log.Fatal(err)
	}
	in.SetTeaching(true, true)
	now := in.Moved().Weights()
	for s := time.Duration(0); s < 2; s++ {
		if _, err := in.Advance(s*time.Second, (s+1)*time.Second); err != nil {
			log.Fatal(err)
		}
		fmt.Println("W learns:", now.Of("W1")[0] != w.Of("W1")[0], "Y learns:", now.Of("Y1")[0] != w.Of("Y1")[0])
	}
	fmt.Printf("factor at 2 s: %.2f\n", schedule.Factor("W", 2))
	// Output:
	// W learns: false Y learns: true
	// W learns: true Y learns: true
	// factor at 2 s: 0.50
}

// Weights that learn nothing else decay at a rate.
func ExampleContinuous_SetDecay() {
	w := weights("ann", model.Values{"tau_weight": 1e15}, 2, 1)
	sys, err := sim.NewContinuous(w, []sim.Stream{cloud{}}, false)
	if err != nil {
		log.Fatal(err)
	}
	sys.SetDecay(0.5)
	in, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	in.SetTeaching(true, true)
	if _, err := in.Advance(0, 2*time.Second); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f of the weights is left, exp(-1) = %.4f\n", in.Moved().Weights().Of("W1")[0]/w.Of("W1")[0], math.Exp(-1))
	// Output:
	// 0.3679 of the weights is left, exp(-1) = 0.3679
}

// In discrete time a schedule may be one of epochs, or of anything that SetTime is
// told.
func ExampleDiscrete_SetSchedule() {
	d, err := sim.NewDiscrete(weights("ann", model.Values{"lr": 0.2}, 2, 1), sim.Learning{})
	if err != nil {
		log.Fatal(err)
	}
	if err := d.SetSchedule(sim.Schedule{{At: 0, Factor: 1, Shape: "step"}, {At: 10, Factor: 0.1, Shape: "linear"}}); err != nil {
		log.Fatal(err)
	}
	for _, epoch := range []float64{0, 5, 10} {
		d.SetTime(epoch)
		fmt.Printf("%.2f ", d.Gradient("W1").Rate)
	}
	fmt.Println()
	// Output: 0.20 0.11 0.02
}
