package sim

import (
	"context"
	"fmt"
	"math"
	"time"

	"burstsim/sim/record"
	"burstsim/synapse"
)

// Examples is a data set as a network sees it.
type Examples[F Float] interface {
	Len() int
	// Order stores the order of an epoch in dst and returns it.
	Order(epoch int, dst []int) []int
	// Fill stores inputs and targets of the examples with these indices, one a
	// row, as they look in an epoch. Goroutines may call it at the same time.
	Fill(inputs, targets []F, indices []int, epoch int)
	// Label is the class of an example: the output unit that should answer
	// most.
	Label(i int) int
}

// Training takes a discrete network through epochs over a data set. The batch
// is the network's rows; what does not fill one at the end of an epoch is left
// out of it.
type Training[F Float] struct {
	Model            *Discrete[F]
	Train            Examples[F]
	Validation, Test Examples[F] // nil: none
	Epochs           int
	MaxStagnant      int  // epochs without a smaller error after which training stops; 0: never
	NoTeacher        bool // the target never reaches the output layer
	Log              Log
	Filters          FilterShape // of the weights of layer 1; zero: they are not kept

	// Observer, if not nil, hears of the progress a few times a second.
	Observer func(TrainingProgress)
}

// Log says what is logged while a network trains.
type Log struct {
	Every  int  // batches between two entries; 0: nothing is logged
	States bool // moments and histograms of the states as well
}

// FilterShape is that of the images a network sees.
type FilterShape struct{ Channels, Height, Width int }

// maxFilters is how many units' or maps' weights are kept as images.
const maxFilters = 64

// TrainingProgress says how far a training is.
type TrainingProgress struct {
	Epoch, Epochs   int
	Batch, Batches  int
	Loss, TestError float64 // of the epoch so far, of the last evaluation; NaN before the first
}

// Trained is what a training leaves behind.
type Trained struct {
	record.Training
	Steps    int64 // batches
	Examples int64 // examples trained on
	Wall     time.Duration
	Learning time.Duration // of Wall, without evaluation
}

// Run trains. If ctx ends, or the network leaves the finite numbers, the
// outcome holds what there was until then.
func (t *Training[F]) Run(ctx context.Context) (*Trained, error) {
	r, err := newTrainingRun(t)
	if err != nil {
		return nil, err
	}
	defer func(begin time.Time) { r.out.Wall = time.Since(begin) }(time.Now())
	err = r.epochs(ctx)
	r.finish()
	return r.out, err
}

// trainingRun is a training under way.
type trainingRun[F Float] struct {
	*Training[F]
	net      *Network[F]
	rows     int
	out      *Trained
	log      *trainingLog[F]
	order    []int
	stagnant int
	best     float64
	last     time.Time // of the last report
	test     float64   // error of the last evaluation
}

func newTrainingRun[F Float](t *Training[F]) (*trainingRun[F], error) {
	net := t.Model.Network()
	r := &trainingRun[F]{Training: t, net: net, rows: net.rows, out: &Trained{},
		best: math.Inf(1), test: math.NaN()}
	if t.Train.Len() < r.rows {
		return nil, fmt.Errorf("sim: %d examples to train on, expected at least a batch of %d", t.Train.Len(), r.rows)
	}
	if t.Epochs < 1 {
		return nil, fmt.Errorf("sim: %d epochs, expected at least 1", t.Epochs)
	}
	r.out.Epochs = record.NewTable("epoch", "train_loss", "train_error", "validation_loss", "validation_error",
		"test_loss", "test_error")
	if t.Log.Every > 0 {
		r.log = newTrainingLog(t.Model, t.Log)
	}
	return r, nil
}

func (r *trainingRun[F]) epochs(ctx context.Context) error {
	if err := r.evaluate(ctx, 0, result{math.NaN(), math.NaN()}); err != nil {
		return err
	}
	for epoch := 1; epoch <= r.Epochs; epoch++ {
		begin := time.Now()
		train, err := r.epoch(ctx, epoch)
		r.out.Learning += time.Since(begin)
		if err != nil {
			return err
		}
		if err := r.evaluate(ctx, epoch, train); err != nil {
			return err
		}
		if r.MaxStagnant > 0 && r.stagnant >= r.MaxStagnant {
			return nil
		}
	}
	return nil
}

// result is the mean loss and the fraction of wrong answers of some examples.
type result struct{ loss, wrong float64 }

// epoch trains on all examples once.
func (r *trainingRun[F]) epoch(ctx context.Context, epoch int) (result, error) {
	r.order = r.Train.Order(epoch, r.order)
	batches := len(r.order) / r.rows
	feed := newFeeder(r.Train, r.net, r.order[:batches*r.rows], epoch)
	defer feed.stop()
	var loss mean
	wrong := 0
	for k := range batches {
		indices := feed.next(r.net.input, r.net.target)
		if r.log != nil && k%r.Log.Every == 0 { // without noise
			l := r.Model.Present(!r.NoTeacher)
			r.log.add(float64(epoch-1)+float64(k)/float64(batches), l)
		}
		r.Model.SetNoise(true)
		l := r.Model.Present(!r.NoTeacher)
		r.Model.SetNoise(false)
		loss.add(l)
		wrong += wrongAnswers(r.net, r.Train, indices, nil)
		r.Model.Learn(l)
		r.out.Steps++
		r.out.Examples += int64(r.rows)
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return result{}, &NumericalError{Time: float64(epoch-1) + float64(k)/float64(batches),
				Where: r.net.whereUnstable(), Err: ErrNotFinite, Unit: "epochs"}
		}
		if err := r.report(ctx, epoch, k, batches, loss.value()); err != nil {
			return result{}, err
		}
	}
	return result{loss.value(), float64(wrong) / float64(batches*r.rows)}, nil
}

func (r *trainingRun[F]) report(ctx context.Context, epoch, batch, batches int, loss float64) error {
	if now := time.Now(); now.Sub(r.last) > 100*time.Millisecond {
		r.last = now
		if r.Observer != nil {
			r.Observer(TrainingProgress{Epoch: epoch, Epochs: r.Epochs, Batch: batch, Batches: batches, Loss: loss, TestError: r.test})
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped in epoch %d: %w", epoch, err)
		}
	}
	return nil
}

// wrongAnswers counts the wrong answers to a batch, of which only the first
// len(indices) rows count.
func wrongAnswers[F Float](net *Network[F], set Examples[F], indices []int, confusion [][]int) int {
	out := net.Output()
	classes := len(out) / net.rows
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

func largest[F Float](x []F) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// Assess lets a network answer all examples of a set, without a teacher, and
// returns the fraction of wrong answers; NaN if there are none.
func Assess[F Float](d *Discrete[F], set Examples[F]) float64 { return assess(d, set, nil).wrong }

func assess[F Float](d *Discrete[F], set Examples[F], confusion [][]int) result {
	if set == nil || set.Len() == 0 {
		return result{math.NaN(), math.NaN()}
	}
	net := d.net
	indices := make([]int, net.rows)
	var sum float64
	wrong := 0
	for from := 0; from < set.Len(); from += net.rows {
		n := min(net.rows, set.Len()-from)
		for k := range indices {
			indices[k] = from + min(k, n-1) // the last one fills an incomplete batch
		}
		set.Fill(net.input, net.target, indices, 0)
		d.Predict()
		sum += net.lossOf(n) * float64(n)
		wrong += wrongAnswers(net, set, indices[:n], confusion)
	}
	return result{sum / float64(set.Len()), float64(wrong) / float64(set.Len())}
}

// evaluate adds a row for an epoch and keeps the best.
func (r *trainingRun[F]) evaluate(ctx context.Context, epoch int, train result) error {
	validation, test := assess(r.Model, r.Validation, nil), assess(r.Model, r.Test, nil)
	r.test = test.wrong
	r.out.Epochs.Append(float64(epoch), train.loss, train.wrong, validation.loss, validation.wrong,
		test.loss, test.wrong)
	judged := validation.wrong
	if r.Validation == nil {
		judged = test.wrong
	}
	r.stagnant++
	if epoch > 0 && judged < r.best {
		r.best, r.stagnant = judged, 0
		r.out.BestEpoch, r.out.BestError = epoch, test.wrong
	}
	return ctx.Err()
}

// finish adds what is known at the end only.
func (r *trainingRun[F]) finish() {
	if r.Test != nil && r.out.Epochs.Len() > 1 {
		classes := r.net.Size(r.net.Layers())
		r.out.Confusion = make([][]int, classes)
		for k := range r.out.Confusion {
			r.out.Confusion[k] = make([]int, classes)
		}
		assess(r.Model, r.Test, r.out.Confusion)
	}
	r.out.Filters = r.filters()
	if r.log != nil {
		r.out.Log, r.out.Histograms = r.log.table, r.log.histograms()
	}
}

// filters copies the weights of the first units or maps of layer 1.
func (r *trainingRun[F]) filters() *record.Filters {
	shape := r.Filters
	if shape == (FilterShape{}) {
		return nil
	}
	p := r.net.forward[1]
	w := p.Params()
	out := &record.Filters{Channels: shape.Channels, Height: shape.Height, Width: shape.Width}
	if c, ok := p.(*synapse.Conv[F]); ok {
		out.Height, out.Width = c.Kernel, c.Kernel
	}
	n := len(w.W) / len(w.C)
	for k := range min(len(w.C), maxFilters) {
		filter := make([]float64, n)
		convert(filter, w.W[k*n:(k+1)*n])
		out.Weights = append(out.Weights, filter)
	}
	return out
}

// feeder prepares batches while others are computed.
type feeder[F Float] struct {
	full, empty chan batch[F]
	quit        chan struct{}
}

type batch[F Float] struct {
	inputs, targets []F
	indices         []int
}

func newFeeder[F Float](set Examples[F], net *Network[F], order []int, epoch int) *feeder[F] {
	const ahead = 2
	f := &feeder[F]{full: make(chan batch[F], ahead), empty: make(chan batch[F], ahead), quit: make(chan struct{})}
	for range ahead {
		f.empty <- batch[F]{inputs: make([]F, len(net.input)), targets: make([]F, len(net.target))}
	}
	rows := net.rows
	go func() {
		for from := 0; from < len(order); from += rows {
			select {
			case b := <-f.empty:
				b.indices = order[from : from+rows]
				set.Fill(b.inputs, b.targets, b.indices, epoch)
				f.full <- b
			case <-f.quit:
				return
			}
		}
	}()
	return f
}

// next copies the next batch to where the network wants it.
func (f *feeder[F]) next(inputs, targets []F) (indices []int) {
	b := <-f.full
	copy(inputs, b.inputs)
	copy(targets, b.targets)
	f.empty <- b
	return b.indices
}

// stop ends the preparation; batches that were prepared are dropped.
func (f *feeder[F]) stop() { close(f.quit) }
