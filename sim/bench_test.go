package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/program"
	"burstsim/tasks/regression"
)

var benchmarkSizes = [][]int{{3, 50, 1}, {3, 50, 50, 50, 1}}

func BenchmarkStepEuler(b *testing.B)       { benchmarkStep(b, "euler") }
func BenchmarkStepHeun(b *testing.B)        { benchmarkStep(b, "heun") }
func BenchmarkStepRK4(b *testing.B)         { benchmarkStep(b, "rk4") }
func BenchmarkStepExponential(b *testing.B) { benchmarkStep(b, "exponential") }

// benchmarkStep times one step with learning, the regression task included.
func benchmarkStep(b *testing.B, method string) {
	for _, sizes := range benchmarkSizes {
		name := strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", "-"), "[]")
		b.Run(name, func(b *testing.B) {
			const step = 10 * time.Millisecond
			in := learningIntegration(b, sizes, Method{Name: method, Step: step})
			b.ReportAllocs()
			b.ResetTimer()
			if _, err := in.Advance(0, time.Duration(b.N)*step); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func learningIntegration(b testing.TB, sizes []int, m Method) *Integration[float64] {
	b.Helper()
	task, err := regression.New(regression.Config{
		Inputs: sizes[0], Outputs: sizes[len(sizes)-1], ShortestPeriod: 4,
		TeacherHidden: []int{25}, TeacherGain: 3, Seed: 1,
	})
	if err != nil {
		b.Fatal(err)
	}
	sys, err := NewContinuous(build[float64](b, "burstccn", program.Setting{Sizes: sizes}), []Stream{task}, false)
	if err != nil {
		b.Fatal(err)
	}
	in, err := NewIntegration(sys, m)
	if err != nil {
		b.Fatal(err)
	}
	in.SetTeaching(true, true)
	return in
}

// TestStepAllocates checks that a step allocates nothing, whatever the method.
func TestStepAllocates(t *testing.T) {
	for _, method := range []string{"euler", "rk4", "exponential", "dopri5"} {
		in := learningIntegration(t, []int{3, 50, 20, 1}, Method{Name: method, Step: 10 * time.Millisecond})
		now := time.Duration(0)
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := in.Advance(now, now+100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
			now += 100 * time.Millisecond
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations in 100 ms", method, allocs)
		}
	}
}

// BenchmarkStepImages times one step with learning of networks as large as those
// for images, batch 1, in float32.
func BenchmarkStepImages(b *testing.B) {
	for _, method := range []string{"euler", "rk4", "dopri5"} {
		benchmarkStepImages(b, method)
	}
}

func benchmarkStepImages(b *testing.B, method string) {
	for _, sizes := range [][]int{{784, 200, 200, 10}, {784, 500, 500, 500, 10}} {
		for _, split := range []bool{false, true} {
			name := strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", "-"), "[]")
			b.Run(fmt.Sprintf("%s/%s/split=%v", method, name, split), func(b *testing.B) {
				input, target := make([]float64, sizes[0]), make([]float64, sizes[len(sizes)-1])
				for i := range input {
					input[i] = float64(i%7) / 7
				}
				sys, err := NewContinuous(build[float32](b, "burstccn", program.Setting{Sizes: sizes}),
					[]Stream{&fixture.Constant{In: input, Out: target}}, split)
				if err != nil {
					b.Fatal(err)
				}
				const step = 10 * time.Millisecond
				in, err := NewIntegration(sys, Method{Name: method, Step: step})
				if err != nil {
					b.Fatal(err)
				}
				in.SetTeaching(true, true)
				b.ReportAllocs()
				b.ResetTimer()
				if _, err := in.Advance(0, time.Duration(b.N)*step); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
