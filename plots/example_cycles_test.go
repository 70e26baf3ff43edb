package plots_test

import (
	"bytes"
	"fmt"

	"burstsim/plots"
	"burstsim/sim/record"
)

// A population answers two patterns, each shown for 2 s with a teacher.
func ExampleCycles() {
	metrics := record.NewTable("time", "event_rate_out", "burst_prob_out")
	for k := range 80 {
		metrics.Append(0.5*float64(k+1), 3+float64(k%8/4), 0.4)
	}
	res := &record.Result{
		Phases: []record.Phase{{Name: "learning", End: 40, Cycle: []record.Part{
			{Name: "teach 0", Duration: 2, Teacher: true}, {Name: "teach 1", Duration: 2, Teacher: true}}}},
		Variants: []record.Variant{{Label: "spiking", Metrics: metrics}},
	}
	fig, err := plots.Cycles(res, plots.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("repetition of the cycle")))
	// Output: <nil> true
}
