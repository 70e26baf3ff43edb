package spiking_test

import (
	"fmt"

	"burstsim/sim/spiking"
)

func ExampleCost() {
	for _, rate := range []float64{2, 6, 9, 12} {
		fmt.Printf("%2v Hz: %.2f if high, %.2f if low\n", rate, spiking.Cost(true, rate), spiking.Cost(false, rate))
	}
	// Output:
	//  2 Hz: 4.61 if high, 0.01 if low
	//  6 Hz: 0.69 if high, 0.69 if low
	//  9 Hz: 0.13 if high, 2.08 if low
	// 12 Hz: 0.01 if high, 4.61 if low
}

func ExampleBurstCCNXOR() {
	net := spiking.BurstCCNXOR(200)
	if err := net.Check(); err != nil {
		fmt.Println(err)
		return
	}
	last := net.Connections[len(net.Connections)-1]
	fmt.Println(len(net.Populations), last.Name, last.Carries == spiking.Events, last.Onto == spiking.Dendrite)
	// Output: 5 out-hid2 events true true
}
