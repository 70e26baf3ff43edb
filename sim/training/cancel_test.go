package training

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"burstsim/sim"
	"burstsim/sim/internal/simtest"
)

// watched is a set that counts who uses it, and calls at when it is used for
// the time with that number.
type watched struct {
	*blobs
	uses, inUse atomic.Int64
	number      int64
	at          func()
	slow        time.Duration
}

func (w *watched) Fill(inputs, targets []float64, indices []int, epoch int) {
	w.inUse.Add(1)
	defer w.inUse.Add(-1)
	if w.uses.Add(1) == w.number {
		w.at()
	}
	time.Sleep(w.slow)
	w.blobs.Fill(inputs, targets, indices, epoch)
}

// TestCancelledEvaluation ends the context while a training evaluates, before
// its first epoch, between two, and for the last time: it stops at once, and
// goes on to the same bits.
func TestCancelledEvaluation(t *testing.T) {
	const perEvaluation = 8 // batches of 8 among 61 examples
	whole := newTraining(t, "burstccn", 1, sim.Learning{})
	whole.Epochs = 3
	want, err := whole.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, number := range map[string]int64{
		"first": 1, "within the first": 3, "between epochs": 2*perEvaluation + 2, "answers at the end": 4*perEvaluation + 5,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			tr := newTraining(t, "burstccn", 1, sim.Learning{})
			test := &watched{blobs: newBlobs(61, 3), number: number, at: cancel}
			journal := simtest.NewJournal()
			tr.Epochs, tr.Test, tr.Journal = 3, test, journal
			out, err := tr.Run(ctx)
			if !errors.Is(err, context.Canceled) || out == nil || out.Confusion != nil {
				t.Fatalf("error %v, outcome %v", err, out)
			}
			if uses := test.uses.Load(); uses != number {
				t.Errorf("%d batches were tested after the end", uses-number)
			}
			again := newTraining(t, "burstccn", 1, sim.Learning{})
			again.Epochs, again.Journal = 3, journal
			got, err := again.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(simtest.Weights(again.Model.Moved().Weights()), simtest.Weights(whole.Model.Moved().Weights())) ||
				!reflect.DeepEqual(got.Confusion, want.Confusion) || !slices.Equal(got.Epochs.Column("test_error"), want.Epochs.Column("test_error")) {
				t.Error("went on to other results")
			}
		})
	}
}

// TestNoUseOfExamplesAfterRun: a training that is over, however it ended, does
// not touch its examples any more.
func TestNoUseOfExamplesAfterRun(t *testing.T) {
	for _, number := range []int64{1, 2, 7, 40} {
		ctx, cancel := context.WithCancel(t.Context())
		tr := newTraining(t, "burstccn", 1, sim.Learning{})
		train := &watched{blobs: newBlobs(203, 1), number: number, at: cancel, slow: 3 * time.Millisecond}
		tr.Epochs, tr.Train = 3, train
		if _, err := tr.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if n := train.inUse.Load(); n != 0 {
			t.Errorf("%d uses go on after Run returned", n)
		}
		uses := train.uses.Load()
		time.Sleep(20 * time.Millisecond)
		if more := train.uses.Load() - uses; more != 0 {
			t.Errorf("%d uses after Run returned", more)
		}
	}
}
