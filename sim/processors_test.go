package sim

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"burstsim/sim/internal/fixture"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/synapse"
)

// The number of processors does not change a bit of what a network learns, in
// sizes that are shared among them: batches in discrete time, convolutions, one
// sample in continuous time.
func TestProcessorsDoNotChangeLearning(t *testing.T) {
	maps := &synapse.Convolutions{Channels: 3, Height: 16, Width: 16, Layers: []synapse.Convolution{
		{Channels: 8, Kernel: 5, Stride: 2}, {Channels: 10, Kernel: 3, Stride: 1, Padding: 1}}}
	withMaps, err := maps.Sizes()
	if err != nil {
		t.Fatal(err)
	}
	dense := program.Setting{Sizes: []int{200, 210, 190, 10}}
	for name, learn := range map[string]func() *Weights[float32]{
		"dense batches": func() *Weights[float32] { return learnBatches(t, dense) },
		"convolutional batches": func() *Weights[float32] {
			return learnBatches(t, program.Setting{Sizes: append(slices.Clone(withMaps), 50, 10), Maps: maps})
		},
		"joint steps": func() *Weights[float32] { return learnSteps(t, dense, false) },
		"split steps": func() *Weights[float32] { return learnSteps(t, dense, true) },
	} {
		t.Run(name, func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			want := learn()
			for _, n := range []int{2, 3, 8} {
				runtime.GOMAXPROCS(n)
				for k, got := range learn().values {
					if !slices.Equal(got, want.values[k]) {
						t.Errorf("matrix %d differs on %d processors", k, n)
					}
				}
			}
		})
	}
}

// learnBatches learns three batches of 32 random images.
func learnBatches(t *testing.T, s program.Setting) *Weights[float32] {
	t.Helper()
	s.Rows, s.Values = 32, model.Values{"lr": 0.1}
	s.Usage = model.Usage{Discrete: true, Images: true, Presentation: 1}
	d := inDiscreteTime(t, build[float32](t, "burstccn", s), Learning{})
	fillRandom(d.state)
	for range 3 {
		d.Learn(present(t, d, true))
	}
	return d.state.Weights()
}

// learnSteps makes 20 steps of Euler's method.
func learnSteps(t *testing.T, s program.Setting, split bool) *Weights[float32] {
	t.Helper()
	input, target := make([]float64, s.Sizes[0]), make([]float64, s.Sizes[len(s.Sizes)-1])
	for i := range input {
		input[i] = float64(i%7) / 7
	}
	in := continuous(t, build[float32](t, "burstccn", s), []Stream{&fixture.Constant{In: input, Out: target}},
		Method{Name: "euler", Step: 10 * ms}, split)
	in.SetTeaching(true, true)
	if _, err := in.Advance(0, 200*ms); err != nil {
		t.Fatal(err)
	}
	return in.System.state.Weights()
}

func fillRandom[F Float](s *State[F]) {
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range s.input {
		s.input[i] = F(max(0, rng.Float64()*5-4))
	}
	for i := range s.target {
		s.target[i] = F(0.5 + 0.1*rng.Float64())
	}
}

// BenchmarkLearnImages times one batch of 32 images in discrete time: what is
// presented, and plain descent.
func BenchmarkLearnImages(b *testing.B) {
	maps := &synapse.Convolutions{Channels: 3, Height: 32, Width: 32, Layers: []synapse.Convolution{
		{Channels: 64, Kernel: 5, Stride: 2}, {Channels: 128, Kernel: 5, Stride: 2}, {Channels: 256, Kernel: 3, Stride: 1}}}
	sizes, err := maps.Sizes()
	if err != nil {
		b.Fatal(err)
	}
	for name, s := range map[string]program.Setting{
		"3x500":        {Sizes: []int{784, 500, 500, 500, 10}},
		"convolutions": {Sizes: append(sizes, 1480, 10), Maps: maps},
	} {
		const batch = 32
		s.Rows, s.Values = batch, model.Values{"lr": 0.01}
		s.Usage = model.Usage{Discrete: true, Images: true, Presentation: 1}
		b.Run(name, func(b *testing.B) {
			d, err := NewDiscrete(build[float32](b, "burstccn", s), Learning{})
			if err != nil {
				b.Fatal(err)
			}
			fillRandom(d.state)
			b.ReportAllocs()
			for b.Loop() {
				d.Learn(present(b, d, true))
			}
			b.ReportMetric(batch*float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
