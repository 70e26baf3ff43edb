package training

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Block is a number of batches beside the epochs, in which some weights learn
// alone: feedback without a teacher, for example, which aligns it (a realignment
// block, Greedy et al. 2026). The optimiser goes on with what it has gathered.
type Block struct {
	Batches     int      // after the training of each epoch, before its evaluation
	Pretraining int      // ahead of the first epoch
	Weights     []string // names of projections that learn; nil: all
	Teacher     bool
	Noise       float64 // standard deviation of noise on what the text calls noisy, in place of that of Learning
}

// checkBlocks returns an error for blocks that the network cannot go through.
func (t *Training[F]) checkBlocks() error {
	for _, b := range t.Blocks {
		if b.Batches < 0 || b.Pretraining < 0 {
			return fmt.Errorf("sim: a block of %d and %d batches, expected at least 0", b.Batches, b.Pretraining)
		}
		if err := t.within(b, func() error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// within does something with the learners and the noise of a block.
func (t *Training[F]) within(b Block, do func() error) error {
	usual := t.Model.NoiseLevel()
	if err := t.Model.SetLearners(b.Weights); err != nil {
		return err
	}
	err := t.Model.SetNoiseLevel(b.Noise)
	if err == nil {
		err = do()
	}
	return errors.Join(err, t.Model.SetNoiseLevel(usual), t.Model.SetLearners(nil))
}

// learnStage goes through what is left of a stage of the epoch.
func (r *trainingRun[F]) learnStage(ctx context.Context) error {
	begin, spent := time.Now(), r.out.Learning
	r.timedLearning = func() { r.out.Learning = spent + time.Since(begin) }
	defer r.timedLearning()
	switch n := len(r.Blocks); {
	case r.stage == 0:
		return r.change()
	case r.stage == n+1:
		return r.learn(ctx)
	case r.stage > n+1:
		b := r.Blocks[r.stage-n-2]
		return r.learnBlock(ctx, b, b.Batches)
	case r.epoch == 1:
		return r.learnBlock(ctx, r.Blocks[r.stage-1], r.Blocks[r.stage-1].Pretraining)
	}
	return nil
}

// learn trains on what is left of the epoch.
func (r *trainingRun[F]) learn(ctx context.Context) error {
	r.order = r.Train.Order(r.epoch, r.order)
	batches := len(r.order) / r.rows
	feed := newFeeder(r.Train, r.net, r.order[r.batch*r.rows:batches*r.rows], r.epoch)
	defer feed.stop()
	for ; r.batch < batches; r.batch++ {
		if err := r.checkpoint(ctx); err != nil {
			return err
		}
		indices := feed.next(r.net.Input(), r.net.Target())
		r.Model.SetPresentation(uint64(r.out.Steps))
		if r.log != nil && r.batch%r.Log.Every == 0 { // without noise
			l, err := r.Model.Present(!r.NoTeacher)
			if err != nil {
				return err
			}
			if err := r.log.add(r.progress(), l); err != nil {
				return err
			}
		}
		l, err := r.present(!r.NoTeacher)
		if err != nil {
			return err
		}
		r.loss.Add(l)
		if !r.Values {
			r.wrong += wrongAnswers(r.net, r.Train, indices, nil)
		}
		if err := r.update(l); err != nil {
			return err
		}
		r.report(batches)
	}
	return nil
}

// learnBlock trains on what is left of a block of so many batches. It goes through
// all examples in an order of its own, again and again.
func (r *trainingRun[F]) learnBlock(ctx context.Context, b Block, count int) error {
	if count == 0 {
		return nil
	}
	batches := r.Train.Len() / r.rows
	err := r.within(b, func() error {
		for r.done < count {
			if err := r.learnPass(ctx, b.Teacher, min(count, (r.done/batches+1)*batches)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.passes += (count + batches - 1) / batches
	r.done = 0
	return nil
}

// learnPass goes on in a block up to a batch of it, within one pass over the
// examples.
func (r *trainingRun[F]) learnPass(ctx context.Context, teacher bool, to int) error {
	batches := r.Train.Len() / r.rows
	pass := -1 - r.passes - r.done/batches // epochs count from 1
	from := r.done / batches * batches
	r.order = r.Train.Order(pass, r.order)
	feed := newFeeder(r.Train, r.net, r.order[(r.done-from)*r.rows:(to-from)*r.rows], pass)
	defer feed.stop()
	for ; r.done < to; r.done++ {
		if err := r.checkpoint(ctx); err != nil {
			return err
		}
		feed.next(r.net.Input(), r.net.Target())
		r.Model.SetPresentation(uint64(r.out.Steps))
		l, err := r.present(teacher)
		if err != nil {
			return err
		}
		if err := r.update(l); err != nil {
			return err
		}
		r.report(batches)
	}
	return nil
}

// present presents the batch with noise.
func (r *trainingRun[F]) present(teacher bool) (float64, error) {
	r.Model.SetNoise(true)
	defer r.Model.SetNoise(false)
	return r.Model.Present(teacher)
}

// update learns from the batch, whose loss this is.
func (r *trainingRun[F]) update(loss float64) error {
	r.Model.SetTime(r.progress())
	r.Model.Learn(loss)
	r.out.Steps++
	r.out.Examples += int64(r.rows)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return r.failure(r.net.WhereUnstable())
	}
	return nil
}
