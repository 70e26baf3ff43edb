package training

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"burstsim/sim"
	"burstsim/sim/internal/fixture"
	"burstsim/sim/internal/simtest"
)

// TestTrainingResumes interrupts a training among batches, with each optimiser
// and with noise.
func TestTrainingResumes(t *testing.T) {
	fixture.ForAll(t, func(t *testing.T, name string) {
		for _, optimiser := range []string{"sgd", "momentum", "adam", "nadagrad"} {
			t.Run(optimiser, func(t *testing.T) {
				train := func() *Training[float64] {
					tr := newTraining(t, name, 0.01, sim.Learning{Optimiser: optimiser, Momentum: 0.5, WeightDecay: 1e-4, Noise: 0.1, Random: rand.NewPCG(5, 5)})
					tr.Epochs = 3
					return tr
				}
				whole := train()
				want, err := whole.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, number := range []int64{1, 10, 26, 60} {
					ctx, cancel := context.WithCancel(t.Context())
					first, journal := train(), simtest.NewJournal()
					first.Train, first.Journal = &watched{blobs: newBlobs(203, 1), number: number, at: cancel}, journal
					if _, err := first.Run(ctx); !errors.Is(err, context.Canceled) {
						t.Fatal(err)
					}
					second := train()
					second.Journal = journal
					got, err := second.Run(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(simtest.Weights(second.Model.Moved().Weights()), simtest.Weights(whole.Model.Moved().Weights())) ||
						!reflect.DeepEqual(got.Confusion, want.Confusion) ||
						!slices.Equal(got.Epochs.Column("test_loss"), want.Epochs.Column("test_loss")) || fmt.Sprint(*got.Log) != fmt.Sprint(*want.Log) {
						t.Errorf("stopped at batch %d, went on to other results", number)
					}
				}
			})
		}
	})
}
