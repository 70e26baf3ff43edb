package training

import (
	"context"
	"math"

	"burstsim/sim"
	"burstsim/sim/analysis"
)

// result is the mean loss and the fraction of wrong answers of some examples.
type result struct{ loss, wrong float64 }

// wrongAnswers counts the wrong answers to a batch, of which only the first
// len(indices) rows count.
func wrongAnswers[F sim.Float](net *sim.State[F], set Examples[F], indices []int, confusion [][]int) int {
	out := net.Output()
	classes := len(out) / net.Rows()
	n := 0
	for row, i := range indices {
		answer := largest(out[row*classes : (row+1)*classes])
		label := set.Label(i)
		if answer != label {
			n++
		}
		if confusion != nil {
			confusion[label][answer]++
		}
	}
	return n
}

func largest[F sim.Float](x []F) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// assessed is the number from which on presentations are those of assessment:
// whatever was learned before, noise is the same.
const assessed = 1 << 62

// Assess lets a network answer all examples of a set, without a teacher, and
// returns the fraction of wrong answers; NaN if there are none. The error is
// that of ctx if it ends before.
func Assess[F sim.Float](ctx context.Context, d *sim.Discrete[F], set Examples[F]) (float64, error) {
	r, err := assess(ctx, d, set, nil, false)
	return r.wrong, err
}

func assess[F sim.Float](ctx context.Context, d *sim.Discrete[F], set Examples[F], confusion [][]int, values bool) (result, error) {
	if set == nil || set.Len() == 0 {
		return result{math.NaN(), math.NaN()}, nil
	}
	net := d.Moved()
	indices := make([]int, net.Rows())
	var sum float64
	wrong := 0
	for from := 0; from < set.Len(); from += net.Rows() {
		if err := ctx.Err(); err != nil {
			return result{math.NaN(), math.NaN()}, err
		}
		n := min(net.Rows(), set.Len()-from)
		for k := range indices {
			indices[k] = from + min(k, n-1) // the last one fills an incomplete batch
		}
		set.Fill(net.Input(), net.Target(), indices, 0)
		d.SetPresentation(assessed + uint64(from))
		d.Predict()
		sum += net.LossOf(n) * float64(n)
		if !values {
			wrong += wrongAnswers(net, set, indices[:n], confusion)
		}
	}
	if values {
		return result{sum / float64(set.Len()), math.NaN()}, nil
	}
	return result{sum / float64(set.Len()), float64(wrong) / float64(set.Len())}, nil
}

// evaluate adds a row for the present epoch and keeps the best. Where ctx ends
// before it is through, a checkpoint says that it is still to be done: what it
// computes depends on the weights only.
func (r *trainingRun[F]) evaluate(ctx context.Context, train result) error {
	validation, err := assess(ctx, r.Model, r.Validation, nil, r.Values)
	if err != nil {
		return r.cancelled(ctx)
	}
	test, err := assess(ctx, r.Model, r.Test, nil, r.Values)
	if err != nil {
		return r.cancelled(ctx)
	}
	row := []float64{float64(r.epoch), train.loss, train.wrong, validation.loss, validation.wrong, test.loss, test.wrong}
	if r.ranks != nil {
		if row, err = r.rank(ctx, row); err != nil {
			return err
		}
	}
	r.test = test.wrong
	judges := validation
	if r.Validation == nil {
		judges = test
	}
	judged := judges.wrong
	if r.Values {
		judged = judges.loss
	}
	switch {
	case r.epoch == 0: // has learned nothing, and is no best
	case judged < r.best:
		r.best, r.stagnant = judged, 0
		r.out.BestEpoch, r.out.BestError = r.epoch, test.wrong
	default:
		r.stagnant++
	}
	if r.weights != nil && r.Weights.Has(int64(r.epoch)) {
		if err := analysis.TakeSnapshot(r.weights, float64(r.epoch), r.net.Weights()); err != nil {
			return err
		}
	}
	return r.table.Append(row)
}

// rank appends the ranks of signals over test examples, taught as while training,
// without noise.
func (r *trainingRun[F]) rank(ctx context.Context, row []float64) ([]float64, error) {
	indices, labels := make([]int, r.rows), make([]int, r.rows)
	all := min(r.Ranks, r.Test.Len())
	for from := 0; from < all; from += r.rows {
		if ctx.Err() != nil {
			r.ranks.Row(nil)
			return nil, r.cancelled(ctx)
		}
		n := min(r.rows, all-from)
		for k := range indices {
			indices[k] = from + min(k, n-1)
		}
		r.Test.Fill(r.net.Input(), r.net.Target(), indices, 0)
		r.Model.SetPresentation(assessed + uint64(from))
		if _, err := r.Model.Present(true); err != nil {
			return nil, err
		}
		for k, i := range indices[:n] {
			if labels[k] = -1; !r.Values {
				labels[k] = r.Test.Label(i)
			}
		}
		r.ranks.Add(labels[:n])
	}
	return r.ranks.Row(row), nil
}
