package plots_test

import (
	"fmt"
	"io"
	"log"

	"burstsim/plots"
)

// A layer that drives another, which feeds back onto its apical dendrites.
func ExampleCircuit() {
	f, err := plots.Circuit(plots.CircuitNetwork{
		Rows: []plots.CircuitRow{
			{Label: "hidden layer", Cells: []plots.CircuitCell{{Soma: "z", Apical: "u", Pyramidal: true}}},
			{Label: "output", Cells: []plots.CircuitCell{{Soma: "z", Pyramidal: true}}, Answer: true},
		},
		Links: []plots.CircuitLink{
			{From: plots.CircuitEnd{Row: 0}, To: plots.CircuitEnd{Row: 1}, Weights: "W", Quantity: "e"},
			{From: plots.CircuitEnd{Row: 1}, To: plots.CircuitEnd{Row: 0, Apical: true}, Weights: "Y", Quantity: "b", Learning: plots.Fixed},
		},
		Quantities: [][2]string{{"e", "event rate"}, {"b", "burst rate"}},
		Notes:      []plots.CircuitNote{{Symbol: "u", Text: "dendritic potential (τ = 100 ms)"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.WriteTo(io.Discard, "svg"))
	// Output: <nil>
}

// Where the same circuit stands, for a program that draws it itself.
func ExamplePlanCircuit() {
	plan, err := plots.PlanCircuit(plots.CircuitNetwork{
		Rows: []plots.CircuitRow{
			{Label: "hidden layer", Cells: []plots.CircuitCell{{Soma: "z", Apical: "u", Pyramidal: true}}},
			{Label: "output", Cells: []plots.CircuitCell{{Soma: "z", Pyramidal: true}}},
		},
		Links: []plots.CircuitLink{
			{From: plots.CircuitEnd{Row: 0}, To: plots.CircuitEnd{Row: 1}, Weights: "W", Quantity: "e"},
			{From: plots.CircuitEnd{Row: 1}, To: plots.CircuitEnd{Row: 0, Apical: true}, Weights: "Y", Quantity: "b", Learning: plots.Fixed},
		},
		Quantities: [][2]string{{"e", "event rate"}, {"b", "burst rate"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range plan.Compartments {
		fmt.Println(c.ID, c.Symbol, c.Shape)
	}
	for _, l := range plan.Links {
		fmt.Println(l.From, l.To, l.Weights, l.Quantity, l.Learning)
	}
	// Output:
	// c0-0 z triangle
	// c0-0a u ellipse
	// c1-0 z triangle
	// c0-0 c1-0 W e plastic
	// c1-0 c0-0a Y b fixed
}
