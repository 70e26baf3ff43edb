package plots_test

import (
	"bytes"
	"fmt"
	"math"

	"burstsim/plots"
)

func ExampleSpread() {
	nan := math.NaN()
	fig, err := plots.Spread(plots.SpreadAxes{X: "model.beta", Y: "loss_final", Points: true}, []plots.SpreadSeries{{
		Label: "BurstCCN", X: []float64{1, 2, 4}, Mean: []float64{0.03, 0.02, 0.04}, SD: []float64{0.01, nan, 0.01},
		Runs: [][2][]float64{{{1, 1, 2, 4, 4}, {0.02, 0.04, 0.02, 0.03, 0.05}}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var png bytes.Buffer
	err = fig.WriteTo(&png, "png")
	fmt.Println(png.Len() > 0, err)
	// Output: true <nil>
}

func ExampleHeatMap_Draw() {
	fig, err := plots.HeatMap{
		Title: "BurstCCN", X: "time.tau_dendrite", Y: "model.y_scale", Label: "angle_W1 (degrees)",
		Columns: []string{"50ms", "100ms"}, Lines: []string{"0.5", "1"},
		Value:  [][]float64{{20, 30}, {10, math.NaN()}},
		Failed: [][]bool{{false, false}, {false, true}},
	}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	err = fig.WriteTo(&svg, "svg")
	fmt.Println(bytes.Contains(svg.Bytes(), []byte("<svg")), err)
	// Output: true <nil>
}

func ExampleScatter_Draw() {
	fig, err := plots.Scatter{
		Y:      "loss_final",
		Keys:   []plots.ScatterKey{{Name: "learning.lr", Log: true, X: []float64{0.001, 0.01, 0.1}}},
		Series: []plots.ScatterSeries{{Label: "BurstCCN", Y: []float64{0.03, 0.02, math.NaN()}, Rho: []float64{math.NaN()}, N: []int{2}}},
		Failed: []bool{false, false, true},
	}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	err = fig.WriteTo(&svg, "svg")
	fmt.Println(bytes.Contains(svg.Bytes(), []byte("<svg")), err)
	// Output: true <nil>
}

func ExampleArrange() {
	here := plots.SpreadSeries{Label: "here", Bars: true, X: []float64{0, 1}, Mean: []float64{1.9, 1.8}, SD: []float64{0.1, math.NaN()}}
	theirs := plots.SpreadSeries{Label: "published", Published: true, X: []float64{0}, Mean: []float64{1.86}, SD: []float64{0.02}}
	curve := plots.SpreadSeries{Label: "BurstCCN", X: []float64{1, 2}, Mean: []float64{0.1, 0.01}, SD: []float64{0.02, 0.02}}
	fig, err := plots.Arrange("MNIST\nby two models", []plots.SpreadPanel{
		{Axes: plots.SpreadAxes{X: "epoch", Y: "loss", LogY: true}, Series: []plots.SpreadSeries{curve}},
		{Axes: plots.SpreadAxes{Y: "test error (%)", Names: []string{"BurstCCN", "ANN"}}, Series: []plots.SpreadSeries{here, theirs}},
	}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	var svg bytes.Buffer
	err = fig.WriteTo(&svg, "svg")
	fmt.Println(bytes.Contains(svg.Bytes(), []byte("test error (%)")), err)
	// Output: true <nil>
}
