package training

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"burstsim/sim"
	"burstsim/sim/internal/simtest"
	"burstsim/sim/model"
	"burstsim/sim/program"
)

// hybrid is a training in which W learns in epochs and Y in blocks too.
func hybrid(t *testing.T, name string, l sim.Learning) *Training[float64] {
	t.Helper()
	values := model.Values{"lr": 0.3, "y_mode": "random", "y_plastic": true, "y_lr": 0.05}
	w := simtest.Build[float64](t, name, program.Setting{Sizes: []int{4, 10, 6, 3}, Rows: 8, Noise: true, Values: values, Usage: model.Usage{Discrete: true}})
	l.Random = rand.NewPCG(5, 5)
	d, err := sim.NewDiscrete(w, l)
	if err != nil {
		t.Fatal(err)
	}
	return &Training[float64]{Model: d, Train: newBlobs(203, 1), Test: newBlobs(61, 3), Epochs: 2, Log: Log{Every: 5}}
}

// feedback are the weights of the hybrid's blocks.
var feedback = map[string][]string{"burstccn": {"Y"}, "burstccn_dales": {"Y1_from_SST", "Y2_from_SST"}}

// TestBlocks compares a training that has blocks with the same updates made one
// by one.
func TestBlocks(t *testing.T) {
	for name, names := range feedback {
		t.Run(name, func(t *testing.T) {
			l := sim.Learning{Optimiser: "momentum", Momentum: 0.5, WeightDecay: 1e-3, Coupled: true, Noise: 0.02,
				Updates: []sim.Update{{Weights: names, Optimiser: "momentum", Momentum: 0.9, WeightDecay: 1e-3}}}
			whole := hybrid(t, name, l)
			whole.Blocks = []Block{
				{Pretraining: 30, Batches: 7, Weights: names, Noise: 0.1},
				{Batches: 26, Weights: names[:1], Teacher: true},
			}
			out, err := whole.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			const perEpoch = 25
			if want := int64(30 + 2*(perEpoch+7+26)); out.Steps != want || out.Examples != 8*want {
				t.Errorf("%d steps with %d examples, want %d", out.Steps, out.Examples, want)
			}

			d := hybrid(t, name, l).Model
			net, set := d.Moved(), newBlobs(203, 1)
			present := uint64(0)
			update := func(order []int, epoch, batch int, teacher bool) {
				set.Fill(net.Input(), net.Target(), order[batch*8:][:8], epoch)
				d.SetPresentation(present)
				present++
				d.SetNoise(true)
				loss, err := d.Present(teacher)
				if err != nil {
					t.Fatal(err)
				}
				d.SetNoise(false)
				d.Learn(loss)
			}
			pass := -1
			block := func(n int, noise float64, teacher bool, names []string) {
				d.SetLearners(names)
				d.SetNoiseLevel(noise)
				for k := range n {
					if k > 0 && k%perEpoch == 0 {
						pass--
					}
					update(set.Order(pass, nil), pass, k%perEpoch, teacher)
				}
				pass--
				d.SetLearners(nil)
				d.SetNoiseLevel(0.02)
			}
			start := simtest.Weights(net.Weights())
			block(30, 0.1, false, names)
			for k, v := range simtest.Weights(net.Weights()) {
				moves := slices.ContainsFunc(names, func(n string) bool { return strings.TrimRight(nameAt(net, k), "123") == n })
				if !moves && v != start[k] {
					t.Fatalf("%s moved while %v learned", nameAt(net, k), names)
				}
			}
			if slices.Equal(start, simtest.Weights(net.Weights())) {
				t.Fatal("nothing was learned in the block ahead of training")
			}
			for epoch := 1; epoch <= 2; epoch++ {
				order := set.Order(epoch, nil)
				for k := range perEpoch {
					update(order, epoch, k, true)
				}
				block(7, 0.1, false, names)
				block(26, 0, true, names[:1])
			}
			if !slices.Equal(simtest.Weights(net.Weights()), simtest.Weights(whole.Model.Moved().Weights())) {
				t.Error("a training with blocks and its updates one by one end with other weights")
			}
		})
	}
}

// nameAt is the name of weight k of all, one after another.
func nameAt(s *sim.State[float64], k int) string {
	for _, tensor := range s.Weights().Tensors() {
		if k < len(tensor.Values) {
			return tensor.Name
		}
		k -= len(tensor.Values)
	}
	return ""
}

func TestBlocksResume(t *testing.T) {
	for name, names := range feedback {
		t.Run(name, func(t *testing.T) {
			train := func() *Training[float64] {
				tr := hybrid(t, name, sim.Learning{Optimiser: "adam", WeightDecay: 1e-3, Updates: []sim.Update{{Weights: names[:1], Optimiser: "momentum", Momentum: 0.9}}})
				tr.Blocks = []Block{{Pretraining: 30, Batches: 7, Weights: names, Noise: 0.1}, {Batches: 26, Weights: names, Teacher: true}}
				tr.Changes = []Change{
					{Change: sim.Change{Kind: "noise", Weights: names, SD: 0.5}, Epoch: 1, Each: true, Seed: 3},
					{Change: sim.Change{Kind: "zero", Weights: []string{"c"}}, Epoch: 2},
				}
				return tr
			}
			whole := train()
			want, err := whole.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// Within each stage, where a pass over the examples ends, and at the end of all.
			for _, number := range []int64{1, 20, 26, 29, 31, 50, 60, 64, 70, 90, 96, 140, 145} {
				ctx, cancel := context.WithCancel(t.Context())
				first, journal := train(), simtest.NewJournal()
				first.Train, first.Journal = &watched{blobs: newBlobs(203, 1), number: number, at: cancel}, journal
				if _, err := first.Run(ctx); !errors.Is(err, context.Canceled) {
					t.Fatal(number, err)
				}
				second := train()
				second.Journal = journal
				got, err := second.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(simtest.Weights(second.Model.Moved().Weights()), simtest.Weights(whole.Model.Moved().Weights())) ||
					fmt.Sprint(*got.Epochs) != fmt.Sprint(*want.Epochs) || fmt.Sprint(*got.Log) != fmt.Sprint(*want.Log) || got.Steps != want.Steps {
					t.Errorf("stopped at batch %d, went on to other results", number)
				}
			}
		})
	}
}

func TestBlocksAreChecked(t *testing.T) {
	for want, b := range map[string]Block{
		"expected at least 0":    {Batches: -1},
		"of those that learn: W": {Batches: 1, Weights: []string{"Z"}},
		"a noise of -1":          {Batches: 1, Noise: -1},
	} {
		tr := hybrid(t, "burstccn", sim.Learning{})
		tr.Blocks = []Block{b}
		if _, err := tr.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", b, err, want)
		}
	}
}

// TestChanges: what an epoch begins with is what its changes make of what the one
// before ended with, once.
func TestChanges(t *testing.T) {
	c := sim.Change{Kind: "noise", Weights: []string{"Y"}, SD: 0.5}
	one := hybrid(t, "burstccn", sim.Learning{})
	one.Changes = []Change{{Change: c, Epoch: 2, Seed: 3}}
	if _, err := one.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	by := hybrid(t, "burstccn", sim.Learning{})
	by.Epochs = 1
	if _, err := by.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := by.Model.Change(c, rand.New(rand.NewPCG(3, 2))); err != nil {
		t.Fatal(err)
	}
	set, net := newBlobs(203, 1), by.Model.Moved()
	order := set.Order(2, nil)
	for k := range 25 {
		set.Fill(net.Input(), net.Target(), order[k*8:][:8], 2)
		loss, err := by.Model.Present(true)
		if err != nil {
			t.Fatal(err)
		}
		by.Model.Learn(loss)
	}
	if !slices.Equal(simtest.Weights(net.Weights()), simtest.Weights(one.Model.Moved().Weights())) {
		t.Error("a training with a change ends with other weights than the same, step by step")
	}
	for want, c := range map[string]Change{
		"in epoch 3":           {Change: c, Epoch: 3},
		"in epoch 0":           {Change: c},
		`the weights "Z"`:      {Change: sim.Change{Kind: "zero", Weights: []string{"Z"}}, Epoch: 1},
		"zero, noise or begin": {Change: sim.Change{Kind: "flip", Weights: []string{"Y"}}, Epoch: 1},
		"noise of 0":           {Change: sim.Change{Kind: "noise", Weights: []string{"Y"}}, Epoch: 1},
	} {
		tr := hybrid(t, "burstccn", sim.Learning{})
		tr.Changes = []Change{c}
		if _, err := tr.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
}
