package spiking_test

import (
	"fmt"
	"testing"

	"burstsim/sim/spiking"
)

// BenchmarkBurstCCN is a step of the published network, and of a larger one.
func BenchmarkBurstCCN(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkSteps(b, spiking.BurstCCN(n, n)) })
	}
}

// BenchmarkXOR is a step of the network of exclusive-or without inputs, of 2,500
// neurons as published.
func BenchmarkXOR(b *testing.B) {
	net := spiking.BurstpropXOR(500)
	for _, c := range net.Connections { // weights learn at once, long before averages over 30 s say who is silent
		if c.Rule != nil {
			c.Rule.RateMin = 0
		}
	}
	benchmarkSteps(b, net)
}

func benchmarkSteps(b *testing.B, net *spiking.Network) {
	s, err := spiking.New(net, 1)
	if err != nil {
		b.Fatal(err)
	}
	neurons := 0
	for _, p := range net.Populations {
		neurons += p.Size
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Step(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(neurons), "ns/neuron")
}
