package program_test

import (
	"fmt"
	"log"
	"math/rand/v2"
	"strings"

	"burstsim/sim/model"
	"burstsim/sim/program"
)

const leaky = `
model leaky "one leaky unit for each output, which learns by the delta rule"
time constants:
    tau        = 20 ms in (0, inf)  "time constant of the units"
    tau_weight = 5 s in (0, inf) rate lr  "plasticity time constant"
input:
    y = stimulus
layer:
    projection W, c from below
    tau dy/dt = -y + W y[below] + c
    W(0) = normal(0.5)
output:
    d = target - y if teacher else 0
    tau_weight dW/dt = d y[below]'
    tau_weight dc/dt = d
    answer = y
signals:
    y potential
`

func network() *program.Network {
	text, err := model.Parse("leaky.model", leaky)
	if err != nil {
		log.Fatal(err)
	}
	net, err := program.New(text, program.Setting{Sizes: []int{2, 3}, Rows: 1, Values: model.Values{"lr": 0.5}, Usage: model.Usage{Presentation: 1}})
	if err != nil {
		log.Fatal(err)
	}
	return net
}

// A network is a text at given sizes, and compiles for both kinds of time.
func ExampleNew() {
	net := network()
	for _, m := range net.Matrices() {
		fmt.Println(m.Name, m.Shape)
	}
	p, err := net.Continuous()
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range p.Compartments {
		fmt.Printf("%s of layer %d: %d units, tau %g s\n", c.Name, c.Layer, c.Units, c.Tau)
	}
	fmt.Println(strings.SplitAfter(p.String(), "\n\n")[4]) // as it is while it learns
	// Output:
	// W1 [3 2]
	// c1 [3]
	// y of layer 1: 3 units, tau 0.02 s
	// derivative teacher=true learning:
	//     t128 = forward W1 stimulus0 + c1
	//     loop 1 x 3
	//         dy1/dt = sub_mul t128 y1 50
	//         d1 = sub target1 y1
	//     dW1/dt: +1 d1 stimulus0'  (over 5 s)
	//     dc1/dt: +1 d1  (over 5 s)
}

// A machine runs a program on the memory of one simulation.
func ExampleMachine() {
	net := network()
	p, err := net.Discrete()
	if err != nil {
		log.Fatal(err)
	}
	w, err := program.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		log.Fatal(err)
	}
	m := program.NewMachine(p, w)
	copy(m.Stimulus(), []float64{0.5, -0.3})
	copy(m.Target(), []float64{0.1, 0.2, 0.3})
	for range 200 {
		m.Present(true, false)
		m.Factors(true)
		for k, r := range p.Rules {
			m.Learn(k, r.Rate, nil, nil)
		}
	}
	m.Predict()
	fmt.Printf("%.3f\n", m.Answer())
	// Output:
	// [0.100 0.200 0.300]
}
