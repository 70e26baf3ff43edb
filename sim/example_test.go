package sim_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"burstsim/integrator"
	"burstsim/sim"
	"burstsim/tasks/regression"
)

// A network learns while it is integrated.
func ExampleNewIntegration() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	cfg := sim.DefaultBurstCCN(3, 50, 1)
	cfg.TauWeight = 5
	net, err := sim.NewBurstCCN[float64](cfg, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	sys, err := sim.NewContinuous(net, []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	run, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 20 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	loss := func(from, to time.Duration) (sum float64) {
		for t := from; t < to; t += time.Second {
			if _, err := run.Advance(t, t+time.Second); err != nil {
				log.Fatal(err)
			}
			run.Observe(t + time.Second)
			sum += net.Loss()
		}
		return sum
	}
	before := loss(0, 100*time.Second)
	run.SetTeaching(true, true)
	loss(100*time.Second, 900*time.Second)
	run.SetTeaching(false, false)
	after := loss(900*time.Second, 1000*time.Second)
	fmt.Println("the loss fell to less than a quarter:", after < before/4)
	// Output: the loss fell to less than a quarter: true
}

// A method of one's own, here Heun's with the error that Euler's makes, moves a
// network under the same control as any other.
func ExampleIntegrate() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	net, err := sim.NewBurstCCN[float64](sim.DefaultBurstCCN(3, 50, 1), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	sys, err := sim.NewContinuous(net, []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	heun := &integrator.RungeKutta[float64]{Tableau: integrator.Tableau{
		Name: "Heun-Euler", A: [][]float64{{}, {1}}, B: []float64{0.5, 0.5}, C: []float64{0, 1}, Order: 2, Error: []float64{-0.5, 0.5},
	}}
	control := &integrator.Adaptive[float64]{RelTol: 1e-4, AbsTol: 1e-4}
	run, err := sim.Integrate(sys, heun, control)
	if err != nil {
		log.Fatal(err)
	}
	steps, err := run.Advance(0, 10*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(steps == control.Accepted, steps < 1000)
	// Output: true true
}

// The same network in discrete time: every compartment adopts its drive.
func ExampleNewDiscrete() {
	net, err := sim.NewBurstCCN[float64](sim.DefaultBurstCCN(2, 8, 1), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	model, err := sim.NewDiscrete(net, sim.Learning{Rate: 0.1, Optimiser: "momentum", Momentum: 0.9})
	if err != nil {
		log.Fatal(err)
	}
	copy(net.Input(), []float64{0.2, 0.8})
	copy(net.Target(), []float64{0.9})
	first := model.Present(true)
	for range 1000 {
		model.Learn(model.Present(true))
	}
	fmt.Println("learned:", model.Present(false) < first/100)
	// Output: learned: true
}

// The angle between what plasticity changes and what gradient descent would.
func ExampleComparison() {
	net, err := sim.NewBurstCCN[float64](sim.DefaultBurstCCN(2, 8, 1), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	model, err := sim.NewDiscrete(net, sim.Learning{})
	if err != nil {
		log.Fatal(err)
	}
	copy(net.Input(), []float64{0.2, 0.8})
	copy(net.Target(), []float64{0.6})
	model.Present(true)
	angles := sim.NewComparison(net)
	angles.Update()
	for l, a := range angles.Backprop {
		fmt.Printf("layer %d follows backprop: %v\n", l+1, a < 5)
	}
	// Output:
	// layer 1 follows backprop: true
	// layer 2 follows backprop: true
}
