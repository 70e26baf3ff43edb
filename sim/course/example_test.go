package course_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"time"

	"burstsim/sim"
	"burstsim/sim/course"
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

// A simulation takes a network through phases and records it.
func ExampleSimulation() {
	task, err := regression.New(regression.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	sys, err := sim.NewContinuous(weights("ann", model.Values{"tau_weight": 5.0}, 3, 10, 1), []sim.Stream{task}, false)
	if err != nil {
		log.Fatal(err)
	}
	engine, err := sim.NewIntegration(sys, sim.Method{Name: "dopri5", Step: 10 * time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	s := &course.Simulation[float64]{
		Engine: engine,
		Phases: []course.Phase{
			{Name: "before", Duration: 10 * time.Second},
			{Name: "learning", Duration: 20 * time.Second, Teacher: true, Learning: true},
		},
		Sample: 100 * time.Millisecond,
		Record: course.Recording{
			Metrics: 5 * time.Second, Sample: time.Second, Units: 2,
			Windows: []course.Window{{Start: 10 * time.Second, End: 12 * time.Second}},
		},
	}
	out, err := s.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("rows of metrics at", out.Metrics.Column("time"))
	fmt.Println("samples at", out.Trajectory.Time)
	for _, signal := range out.Trajectory.Signals[:4] {
		fmt.Println(signal.Name, "of units", signal.Units)
	}
	// Output:
	// rows of metrics at [5 10 15 20 25 30]
	// samples at [10 11 12]
	// input of units [0 2]
	// target of units [0]
	// output of units [0]
	// soma_1 of units [0 9]
}
