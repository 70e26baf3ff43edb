package training

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// blobs are points around one centre a class.
type blobs struct {
	points [][]float64
	labels []int
	seed   uint64
}

func newBlobs(n int, seed uint64) *blobs {
	rng := rand.New(rand.NewPCG(seed, 0))
	centres := [][]float64{{1, 0, 0, 1}, {0, 1, 0, 1}, {0, 0, 1, 0}}
	b := &blobs{seed: seed}
	for range n {
		label := rng.IntN(len(centres))
		point := slices.Clone(centres[label])
		for i := range point {
			point[i] += 0.15 * rng.NormFloat64()
		}
		b.points, b.labels = append(b.points, point), append(b.labels, label)
	}
	return b
}

func (b *blobs) Len() int        { return len(b.points) }
func (b *blobs) Label(i int) int { return b.labels[i] }

func (b *blobs) Order(epoch int, dst []int) []int {
	return append(dst[:0], rand.New(rand.NewPCG(b.seed, uint64(epoch))).Perm(len(b.points))...)
}

func (b *blobs) Fill(inputs, targets []float64, indices []int, _ int) {
	clear(targets)
	for row, i := range indices {
		copy(inputs[row*4:], b.points[i])
		targets[row*3+b.labels[i]] = 1
	}
}

// newTraining trains a model on blobs, with a learning rate.
func newTraining(t *testing.T, name string, rate float64, learning sim.Learning) *Training[float64] {
	t.Helper()
	w := simtest.Build[float64](t, name, program.Setting{Sizes: []int{4, 10, 3}, Rows: 8, Noise: learning.Noise > 0,
		Values: model.Values{"weight_gain": 2.0, "lr": rate}, Usage: model.Usage{Discrete: true}})
	d, err := sim.NewDiscrete(w, learning)
	if err != nil {
		t.Fatal(err)
	}
	return &Training[float64]{
		Model: d, Train: newBlobs(203, 1), Validation: newBlobs(50, 2), Test: newBlobs(61, 3),
		Epochs: 15, Log: Log{Every: 5, States: true},
		Filters: FilterShape{Channels: 1, Height: 2, Width: 2},
	}
}

func TestTraining(t *testing.T) {
	for name, c := range map[string]struct {
		rate       float64
		histograms int // of signals of two layers, and one hidden dendrite
	}{
		"burstccn": {1, 2*3 + 1}, "burstprop": {1, 2*3 + 1}, "edn": {1, 2 + 1}, "ann": {1, 2},
	} {
		t.Run(name, func(t *testing.T) { trains(t, newTraining(t, name, c.rate, sim.Learning{}), c.histograms) })
	}
}

func trains(t *testing.T, tr *Training[float64], histograms int) {
	t.Helper()
	out, err := tr.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	test := out.Epochs.Column("test_error")
	if len(test) != 16 || !(test[0] > 0.4) || !(test[15] < 0.05) {
		t.Errorf("test errors %v", test)
	}
	// 203 examples fill 25 batches of 8.
	if out.Steps != 15*25 || out.Examples != 15*200 || out.Log.Len() != 15*5 {
		t.Errorf("%d steps, %d examples, %d rows of log", out.Steps, out.Examples, out.Log.Len())
	}
	validation := out.Epochs.Column("validation_error")
	if best := slices.Min(validation[1:]); validation[out.BestEpoch] != best || slices.Index(validation[1:], best)+1 != out.BestEpoch ||
		out.BestError != test[out.BestEpoch] {
		t.Errorf("best epoch %d with test error %v; validation %v", out.BestEpoch, out.BestError, validation)
	}
	n, right := 0, 0
	for k, row := range out.Confusion {
		for j, c := range row {
			n += c
			if j == k {
				right += c
			}
		}
	}
	if n != 61 || math.Abs(float64(n-right)/61-test[15]) > 1e-12 {
		t.Errorf("confusion of %d examples, %d right; test error %v", n, right, test[15])
	}
	if len(out.Filters.Weights) != 10 || len(out.Filters.Weights[0]) != 4 {
		t.Errorf("%d filters", len(out.Filters.Weights))
	}
	if len(out.Histograms) != histograms {
		t.Errorf("%d histograms, want %d", len(out.Histograms), histograms)
	}
	for _, h := range out.Histograms {
		want := 8 * 10
		if h.Name[len(h.Name)-1] == '2' {
			want = 8 * 3
		}
		for _, counts := range h.Counts {
			sum := 0
			for _, c := range counts {
				sum += c
			}
			if sum != want || len(h.Edges) != len(counts)+1 {
				t.Fatalf("%s: %d values counted, want %d", h.Name, sum, want)
			}
		}
	}
}

// TestTrainingIsDeterministic checks that the same seeds give the same bits,
// with noise too, and that noise makes a difference.
func TestTrainingIsDeterministic(t *testing.T) {
	run := func(noise float64) []float64 {
		tr := newTraining(t, "burstccn", 1, sim.Learning{Noise: noise, Random: rand.NewPCG(5, 5)})
		tr.Epochs = 3
		out, err := tr.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		loss := out.Epochs.Column("train_loss")[1:]
		return append(loss, out.Epochs.Column("test_loss")...)
	}
	if a, b := run(0.1), run(0.1); !slices.Equal(a, b) {
		t.Errorf("two runs: %v and %v", a, b)
	}
	quiet, noisy := run(0), run(0.1)
	if quiet[0] == noisy[0] {
		t.Error("noise does not change the loss")
	}
	if quiet[3] != noisy[3] {
		t.Error("noise reaches the evaluation before training")
	}
}

func TestTrainingStops(t *testing.T) {
	// Without learning no epoch is better than the first.
	for _, most := range []int{1, 4} {
		tr := newTraining(t, "burstccn", 0, sim.Learning{})
		tr.MaxStagnant = most
		out, err := tr.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := out.Epochs.Len() - 1; n != most+1 || out.BestEpoch != 1 || !(out.BestError > 0) {
			t.Errorf("at most %d stagnant: %d epochs, best %d with error %v, want %d and 1", most, n, out.BestEpoch, out.BestError, most+1)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newTraining(t, "burstccn", 0, sim.Learning{}).Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}

	tr := newTraining(t, "burstccn", 0, sim.Learning{WeightDecay: 3}) // doubles the weights at every update
	tr.Epochs = 60
	var failure *sim.NumericalError
	if _, err := tr.Run(t.Context()); !errors.As(err, &failure) || failure.Unit != "epochs" {
		t.Errorf("error %v, want a NumericalError", err)
	}

	tr = newTraining(t, "burstccn", 0, sim.Learning{})
	tr.Train = newBlobs(7, 1)
	if _, err := tr.Run(t.Context()); err == nil {
		t.Error("no error for fewer examples than a batch")
	}
}

// TestNoTeachingSignal checks that without a teacher nothing is learned while
// feedback is balanced.
func TestNoTeachingSignal(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		tr := newTraining(t, name, 1, sim.Learning{})
		tr.NoTeacher = true
		before := simtest.Weights(tr.Model.Moved().Weights())
		if _, err := tr.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := fixture.Distance(before, simtest.Weights(tr.Model.Moved().Weights())); d > 1e-12 { // rounding, over the gain of errors: a hundred times that in edn2
			t.Errorf("weights moved by %g", d)
		}
	})
}
