package training

import (
	"fmt"
	"math/rand/v2"

	"burstsim/sim"
)

// Change is what happens to weights at the beginning of an epoch.
type Change struct {
	sim.Change
	Epoch int    // from 1
	Each  bool   // of every later epoch too
	Seed  uint64 // of the numbers that it draws, together with the epoch
}

func (t *Training[F]) checkChanges() error {
	for _, c := range t.Changes {
		if err := c.Check(t.Model.Moved().Network()); err != nil {
			return err
		}
		if c.Epoch < 1 || c.Epoch > t.Epochs {
			return fmt.Errorf("sim: a change of weights in epoch %d, expected 1 to %d", c.Epoch, t.Epochs)
		}
	}
	return nil
}

// change makes the changes of the epoch.
func (r *trainingRun[F]) change() error {
	for _, c := range r.Changes {
		if c.Epoch == r.epoch || c.Each && c.Epoch < r.epoch {
			if err := r.Model.Change(c.Change, rand.New(rand.NewPCG(c.Seed, uint64(r.epoch)))); err != nil {
				return err
			}
		}
	}
	return nil
}
