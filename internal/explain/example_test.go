package explain_test

import (
	"fmt"
	"log"

	"burstsim/internal/explain"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

func ann() (*model.Text, program.Setting) {
	text, err := model.Builtin("ann")
	if err != nil {
		log.Fatal(err)
	}
	return text, program.Setting{Sizes: []int{3, 5, 1}, Usage: model.Usage{Presentation: 0.1}}
}

// What a model is, and in which order it is evaluated.
func ExampleDescribe() {
	text, setting := ann()
	m, err := explain.Describe(text, setting, "discrete")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range m.Times[0].Order[:4] {
		fmt.Println(s.Layer, s.Equation)
	}
	// Output:
	// 0 e = stimulus
	// 1 x = noisy(e[below])
	// 1 tau_soma dz/dt = -z + W x + c
	// 1 e = sigmoid(z)
}

// What connects the populations of a model.
func ExampleCircuitOf() {
	text, setting := ann()
	c, err := explain.CircuitOf(text, setting)
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range c.Links {
		fmt.Println(l.Weights, "carries", l.Quantity, "from row", l.From.Row, "to row", l.To.Row)
	}
	// Output:
	// W carries e from row 0 to row 1
	// Y carries d from row 2 to row 1
	// W carries e from row 1 to row 2
}
