package plots_test

import (
	"bytes"
	"fmt"

	"burstsim/plots"
	"burstsim/sim/record"
)

func ExampleLimit() {
	res := &record.Result{Limit: &record.Limit{
		Ratio:    []float64{0.1, 0.01, 0.001},
		Distance: []float64{0.05, 0.005, 0.0005},
		Slope:    1,
	}}
	fig, err := plots.Limit(res, plots.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	fmt.Println(fig.WriteTo(&svg, "svg"), bytes.Contains(svg.Bytes(), []byte("fit, slope 1.00")))
	fmt.Println(fig.WriteTo(&svg, "bmp"))
	// Output:
	// <nil> true
	// plots: format "bmp", expected png, svg or pdf
}
