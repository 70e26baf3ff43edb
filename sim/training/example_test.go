package training_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/sim/training"
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

// digits is a data set of four examples in two classes.
type digits struct{}

func (digits) Len() int                         { return 4 }
func (digits) Order(epoch int, dst []int) []int { return append(dst[:0], epoch&3, 2, 1, 3-epoch&3) }
func (digits) Label(i int) int                  { return i % 2 }
func (digits) Fill(in, out []float64, ex []int, _ int) {
	clear(out)
	for row, i := range ex {
		in[2*row], in[2*row+1] = float64(1-i%2), float64(i)/4
		out[2*row+i%2] = 1
	}
}

// A training takes a discrete network through a data set.
func ExampleTraining() {
	d, err := sim.NewDiscrete(weights("burstprop", model.Values{"lr": 2.0}, 2, 10, 2), sim.Learning{})
	if err != nil {
		log.Fatal(err)
	}
	run := &training.Training[float64]{Model: d, Train: digits{}, Test: digits{}, Epochs: 200}
	out, err := run.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	wrong, err := training.Assess(context.Background(), d, digits{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Steps, "steps; wrong answers:", wrong, "confusion:", out.Confusion)
	// Output: 800 steps; wrong answers: 0 confusion: [[2 0] [0 2]]
}

// Feedback learns alone, without a teacher, after each epoch.
func ExampleBlock() {
	values := model.Values{"y_mode": "random", "y_plastic": true, "y_lr": 0.1, "lr": 1.0}
	d, err := sim.NewDiscrete(weights("burstccn", values, 2, 10, 2), sim.Learning{})
	if err != nil {
		log.Fatal(err)
	}
	run := &training.Training[float64]{Model: d, Train: digits{}, Test: digits{}, Epochs: 10,
		Blocks: []training.Block{{Pretraining: 5, Batches: 3, Weights: []string{"Y"}}}}
	out, err := run.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Steps, "updates")
	// Output: 75 updates
}
