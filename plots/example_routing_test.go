package plots_test

import (
	"bytes"
	"fmt"

	"burstsim/plots"
	"burstsim/sim/record"
)

// A population whose events go up and whose bursts go down, and one that reads its
// events through depressing synapses.
func ExampleRouting() {
	metrics := record.NewTable("time", "loss", "event_rate_cells", "burst_rate_cells", "burst_prob_cells", "event_rate_reader")
	for i := range 10 {
		events, bursts := 5+float64(i), 3-0.2*float64(i)
		metrics.Append(float64(i+1), 0, events, bursts, bursts/events, 2*events)
	}
	res := &record.Result{Variants: []record.Variant{{Label: "spiking", Metrics: metrics}}}
	fig, err := plots.Routing(res, plots.Options{Wirings: []record.Wiring{{
		Routes: []record.Route{{Name: "events", From: "cells", To: "reader"}},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("burst rate")))
	// Output: <nil> true
}

// Two populations and the largest, which they come closer to as they grow.
func ExampleEnsembles() {
	names, sizes := []string{"small", "middle", "large"}, []int{10, 100, 1000}
	columns := []string{"time", "loss"}
	var wiring record.Wiring
	spikes := &record.Spikes{}
	for i, name := range names {
		columns = append(columns, "event_rate_"+name, "burst_prob_"+name)
		wiring.Ensembles = append(wiring.Ensembles, name)
		spikes.Populations = append(spikes.Populations, record.Population{Name: name, Size: sizes[i]})
	}
	metrics := record.NewTable(columns...)
	for i := range 6 {
		row := []float64{float64(i + 1), 0}
		for k := range names {
			off := []float64{1, 0.3, 0.1}[k] * float64(i%2*2-1) // Hz
			row = append(row, 5+off, 0.4+0.01*off)
		}
		metrics.Append(row...)
	}
	res := &record.Result{
		Phases:   []record.Phase{{Name: "rest", End: 6}},
		Variants: []record.Variant{{Label: "spiking", Metrics: metrics, Spikes: spikes}},
	}
	fig, err := plots.Ensembles(res, plots.Options{Wirings: []record.Wiring{wiring}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("event rate")))
	// Output: <nil> true
}

// A population of which the spikes of the first half second were kept.
func ExampleSpikes() {
	kept := &record.Memory{Width: 4} // time, population, neuron, kind
	for i := range 10 {
		if err := kept.Append([]float64{0.05 * float64(i), 0, float64(i % 4), record.Event}); err != nil {
			fmt.Println(err)
			return
		}
	}
	metrics := record.NewTable("time", "loss", "event_rate_cells", "burst_prob_cells")
	metrics.Append(0.5, 0, 5, 0.3)
	metrics.Append(1, 0, 6, 0.4)
	res := &record.Result{
		Phases: []record.Phase{{Name: "rest", End: 1}},
		Variants: []record.Variant{{Label: "spiking", Metrics: metrics, Spikes: &record.Spikes{
			Populations: []record.Population{{Name: "cells", Size: 4, Baseline: 0.3}},
			Windows:     [][2]float64{{0, 0.5}},
			Rows:        kept,
		}}},
	}
	fig, err := plots.Spikes(res, plots.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("event rate")))
	// Output: <nil> true
}
