package plots_test

import (
	"bytes"
	"fmt"

	"burstsim/plots"
	"burstsim/sim/record"
)

// Two phases of a population whose weights learn: a burst adds 0.1 to a weight at a
// baseline of 0.
func ExamplePlasticity() {
	metrics := record.NewTable("time", "loss", "spike_rate_cells", "event_rate_cells", "burst_rate_cells", "weight_W")
	weight := 0.5
	for i, p := range []float64{0.2, 0.2, 0.6, 0.6} { // burst probabilities, at 10 events a second
		weight += 0.1 * 10 * (p - 0.4)
		metrics.Append(float64(i+1), 0, 10+10*p, 10, 10*p, weight)
	}
	res := &record.Result{Variants: []record.Variant{{Label: "spiking", Metrics: metrics}}}
	fig, err := plots.Plasticity(res, plots.Options{
		Phases: [][]record.Phase{{{Name: "few bursts", End: 2}, {Name: "many", Start: 2, End: 4}}},
		Wirings: []record.Wiring{{
			Cells:    []record.Cell{{Population: "cells", Window: 0.016}},
			Learners: []record.Learner{{Name: "W", To: "cells", Step: 0.1, Baseline: 0.4}},
			Learning: []bool{true, true},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("burst probability")))
	// Output: <nil> true
}

// What a weight changed by at a spike rate is drawn of neurons that pass Poisson trains
// on, whose spikes have a closed form.
func ExamplePlasticity_relays() {
	metrics := record.NewTable("time", "loss", "spike_rate_cells", "event_rate_cells", "burst_rate_cells", "weight_W")
	metrics.Append(1, 0, 10, 8, 1, 0.5)
	metrics.Append(2, 0, 10, 8, 1, 0.4)
	metrics.Append(3, 0, 40, 20, 12, 0.45)
	metrics.Append(4, 0, 40, 20, 12, 0.5)
	res := &record.Result{Variants: []record.Variant{{Label: "spiking", Metrics: metrics}}}
	for _, relay := range []bool{false, true} {
		fig, err := plots.Plasticity(res, plots.Options{
			Phases: [][]record.Phase{{{Name: "slow", End: 2}, {Name: "fast", Start: 2, End: 4}}},
			Wirings: []record.Wiring{{
				Cells:    []record.Cell{{Population: "cells", Window: 0.016, Relay: relay}},
				Learners: []record.Learner{{Name: "W", To: "cells", Step: 0.1, Baseline: 0.4}},
				Learning: []bool{true, true},
			}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		var svg bytes.Buffer
		fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("spike rate (Hz)")))
	}
	// Output:
	// <nil> false
	// <nil> true
}

// Two runs of one population.
func ExampleSpikeRates() {
	run := func(label string, rate float64) record.Variant {
		metrics := record.NewTable("time", "loss", "event_rate_cells", "burst_prob_cells")
		metrics.Append(1, 0, rate, 0.3)
		metrics.Append(2, 0, rate+1, 0.4)
		return record.Variant{Label: label, Metrics: metrics, Spikes: &record.Spikes{Populations: []record.Population{{Name: "cells", Size: 100}}}}
	}
	fig, err := plots.SpikeRates(&record.Result{Variants: []record.Variant{run("slow", 2), run("fast", 5)}}, plots.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("fast")))
	// Output: <nil> true
}
