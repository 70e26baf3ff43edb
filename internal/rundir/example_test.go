package rundir_test

import (
	"fmt"
	"math"
	"os"
	"strings"

	"burstsim/internal/rundir"
	"burstsim/sim/record"
)

// Two variants share the rows of equal time.
func ExampleWriteMetrics() {
	continuous := record.NewTable("time", "loss", "angle_W1")
	continuous.Append(0, 0.08, math.NaN()) // no teacher yet, so no angle
	continuous.Append(10, 0.02, 12.5)
	discrete := record.NewTable("time", "loss")
	discrete.Append(10, 0.03)

	err := rundir.WriteMetrics(os.Stdout, []record.Variant{
		{Label: "continuous", Metrics: continuous},
		{Label: "discrete", Metrics: discrete},
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// time,continuous.loss,continuous.angle_W1,discrete.loss
	// 0,0.08,,
	// 10,0.02,12.5,0.03
}

func ExampleReadMetrics() {
	file := "time,continuous.loss,discrete.loss\n0,0.08,\n10,0.02,0.03\n"
	variants, err := rundir.ReadMetrics(strings.NewReader(file), "metrics.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range variants {
		fmt.Println(v.Label, v.Metrics.Column("time"), v.Metrics.Column("loss"))
	}
	// Output:
	// continuous [0 10] [0.08 0.02]
	// discrete [10] [0.03]
}
