package program

import (
	"testing"

	"burstsim/sim/model"
)

// BenchmarkCompile reads a text, puts the network of 784-500-500-500-10 together
// and compiles it for continuous time.
func BenchmarkCompile(b *testing.B) {
	text, err := model.Builtin("burstccn")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		parsed, err := model.Parse("burstccn.model", text.Source)
		if err != nil {
			b.Fatal(err)
		}
		net, err := New(parsed, Setting{Sizes: []int{784, 500, 500, 500, 10}, Rows: 1, Usage: model.Usage{Presentation: 0.1}})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := net.Continuous(); err != nil {
			b.Fatal(err)
		}
	}
}
