package spiking_test

import (
	"fmt"
	"testing"

	"burstsim/sim/spiking"
)

// BenchmarkBurstCCN is a step of the published network, and of larger ones.
func BenchmarkBurstCCN(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, err := spiking.New(spiking.BurstCCN(n, n), 1)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Step(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*n), "ns/neuron")
		})
	}
}
