package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"burstsim/internal/alarm"
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

	// Journal takes what is recorded, and checkpoints; nil: the record stays in
	// memory and there are no checkpoints.
	Journal Journal

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

// Run trains, from the journal's last checkpoint if it has one. If ctx ends, or
// the network leaves the finite numbers, the outcome holds what there was until
// then. When ctx ends, a last checkpoint is saved.
func (t *Training[F]) Run(ctx context.Context) (*Trained, error) {
	r, err := newTrainingRun(t)
	if err != nil {
		return nil, err
	}
	defer r.reports.Stop()
	err = r.epochs(ctx)
	collected := r.collect(ctx)
	r.wall()
	return r.out, errors.Join(err, collected)
}

// trainingRun is a training under way. Where it stands between two batches, and
// so what a checkpoint holds, is said by visit.
type trainingRun[F Float] struct {
	*Training[F]
	net   *Network[F]
	rows  int
	out   *Trained
	timed time.Time // up to when out.Wall counts

	epoch    int  // the present one; 0 before the untrained network was evaluated
	batch    int  // the next one
	loss     mean // of the epoch so far
	wrong    int  // answers in the epoch so far
	stagnant int
	best     float64
	test     float64 // error of the last evaluation

	table   record.Rows // of epochs
	log     *trainingLog[F]
	order   []int
	reports *alarm.Alarm
}

var epochColumns = []string{"epoch", "train_loss", "train_error", "validation_loss", "validation_error",
	"test_loss", "test_error"}

func newTrainingRun[F Float](t *Training[F]) (*trainingRun[F], error) {
	net := t.Model.Network()
	if t.Journal == nil {
		t.Journal = unkept{}
	}
	r := &trainingRun[F]{Training: t, net: net, rows: net.rows, out: &Trained{}, timed: time.Now(), reports: alarm.New(reportEvery),
		best: math.Inf(1), test: math.NaN()}
	if t.Train.Len() < r.rows {
		return nil, fmt.Errorf("sim: %d examples to train on, expected at least a batch of %d", t.Train.Len(), r.rows)
	}
	if t.Epochs < 1 {
		return nil, fmt.Errorf("sim: %d epochs, expected at least 1", t.Epochs)
	}
	var err error
	if r.table, err = t.Journal.Rows("epochs", record.Layout{Columns: epochColumns}); err != nil {
		return nil, err
	}
	if t.Log.Every > 0 {
		if r.log, err = newTrainingLog(t.Model, t.Log, t.Journal); err != nil {
			return nil, err
		}
	}
	_, err = t.Journal.Restore(r.visit)
	if batches := t.Train.Len() / r.rows; err == nil && (r.epoch < 0 || r.epoch > t.Epochs+1 || r.batch < 0 || r.batch > batches) {
		err = fmt.Errorf("sim: the checkpoint, in epoch %d before batch %d, does not fit %d epochs of %d batches", r.epoch, r.batch+1, t.Epochs, batches)
	}
	return r, err
}

// visit visits all that decides how the training goes on.
func (r *trainingRun[F]) visit(visit Visit) {
	visit("run/epoch", &r.epoch)
	visit("run/batch", &r.batch)
	r.loss.visit("run/loss", visit)
	visit("run/wrong", &r.wrong)
	visit("run/stagnant", &r.stagnant)
	visit("run/best", &r.best)
	visit("run/test", &r.test)
	visit("run/best_epoch", &r.out.BestEpoch)
	visit("run/best_error", &r.out.BestError)
	visit("run/steps", &r.out.Steps)
	visit("run/examples", &r.out.Examples)
	r.wall()
	visit("run/wall", &r.out.Wall)
	visit("run/learning", &r.out.Learning)
	r.Model.visit(visit)
}

// wall brings the time that the training took up to date.
func (r *trainingRun[F]) wall() {
	now := time.Now()
	r.out.Wall += now.Sub(r.timed)
	r.timed = now
}

// progress is how many epochs are behind, with their fraction.
func (r *trainingRun[F]) progress() float64 {
	return float64(max(r.epoch, 1)-1) + float64(r.batch)/float64(r.Train.Len()/r.rows)
}

func (r *trainingRun[F]) epochs(ctx context.Context) error {
	if r.epoch == 0 {
		if err := r.evaluate(ctx, result{math.NaN(), math.NaN()}); err != nil {
			return err
		}
		r.next()
	}
	for r.epoch <= r.Epochs && (r.MaxStagnant == 0 || r.stagnant < r.MaxStagnant) {
		train, err := r.learn(ctx)
		if err != nil {
			return err
		}
		if err := r.evaluate(ctx, train); err != nil {
			return err
		}
		r.next()
	}
	return r.Journal.Save(r.progress(), r.visit)
}

// next begins an epoch.
func (r *trainingRun[F]) next() {
	r.epoch++
	r.batch, r.loss, r.wrong = 0, mean{}, 0
}

// result is the mean loss and the fraction of wrong answers of some examples.
type result struct{ loss, wrong float64 }

// learn trains on what is left of the epoch.
func (r *trainingRun[F]) learn(ctx context.Context) (result, error) {
	r.order = r.Train.Order(r.epoch, r.order)
	batches := len(r.order) / r.rows
	feed := newFeeder(r.Train, r.net, r.order[r.batch*r.rows:batches*r.rows], r.epoch)
	defer feed.stop()
	begin, spent := time.Now(), r.out.Learning
	for ; r.batch < batches; r.batch++ {
		r.out.Learning = spent + time.Since(begin)
		if err := r.checkpoint(ctx); err != nil {
			return result{}, err
		}
		indices := feed.next(r.net.input, r.net.target)
		if r.log != nil && r.batch%r.Log.Every == 0 { // without noise
			l := r.Model.Present(!r.NoTeacher)
			if err := r.log.add(r.progress(), l); err != nil {
				return result{}, err
			}
		}
		r.Model.SetNoise(true)
		l := r.Model.Present(!r.NoTeacher)
		r.Model.SetNoise(false)
		r.loss.add(l)
		r.wrong += wrongAnswers(r.net, r.Train, indices, nil)
		r.Model.Learn(l)
		r.out.Steps++
		r.out.Examples += int64(r.rows)
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return result{}, r.failure(r.net.whereUnstable())
		}
		r.report(batches)
	}
	r.out.Learning = spent + time.Since(begin)
	return result{r.loss.value(), float64(r.wrong) / float64(batches*r.rows)}, nil
}

// checkpoint saves a checkpoint if one is due, or if ctx has ended, which ends
// the training.
func (r *trainingRun[F]) checkpoint(ctx context.Context) error {
	if ctx.Err() != nil {
		return r.cancelled(ctx)
	}
	// A state that is no good, which the next loss will tell, must not take the
	// place of a good one.
	if r.Journal.Due(r.progress()) && r.net.unstableWeight() == "" {
		return r.Journal.Save(r.progress(), r.visit)
	}
	return nil
}

// cancelled saves a last checkpoint.
func (r *trainingRun[F]) cancelled(ctx context.Context) error {
	if where := r.net.unstableWeight(); where != "" {
		return r.failure(where)
	}
	if saved := r.Journal.Save(r.progress(), r.visit); saved != nil {
		return saved
	}
	return fmt.Errorf("stopped in epoch %d: %w", r.epoch, ctx.Err())
}

func (r *trainingRun[F]) failure(where string) error {
	return &NumericalError{Time: r.progress(), Where: where, Err: ErrNotFinite, Unit: "epochs"}
}

func (r *trainingRun[F]) report(batches int) {
	if r.Observer != nil && r.reports.Rang() {
		r.reports.Set()
		r.Observer(TrainingProgress{Epoch: r.epoch, Epochs: r.Epochs, Batch: r.batch, Batches: batches, Loss: r.loss.value(), TestError: r.test})
	}
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
// returns the fraction of wrong answers; NaN if there are none. The error is
// that of ctx if it ends before.
func Assess[F Float](ctx context.Context, d *Discrete[F], set Examples[F]) (float64, error) {
	r, err := assess(ctx, d, set, nil)
	return r.wrong, err
}

func assess[F Float](ctx context.Context, d *Discrete[F], set Examples[F], confusion [][]int) (result, error) {
	if set == nil || set.Len() == 0 {
		return result{math.NaN(), math.NaN()}, nil
	}
	net := d.net
	indices := make([]int, net.rows)
	var sum float64
	wrong := 0
	for from := 0; from < set.Len(); from += net.rows {
		if err := ctx.Err(); err != nil {
			return result{math.NaN(), math.NaN()}, err
		}
		n := min(net.rows, set.Len()-from)
		for k := range indices {
			indices[k] = from + min(k, n-1) // the last one fills an incomplete batch
		}
		set.Fill(net.input, net.target, indices, 0)
		d.Predict()
		sum += net.lossOf(n) * float64(n)
		wrong += wrongAnswers(net, set, indices[:n], confusion)
	}
	return result{sum / float64(set.Len()), float64(wrong) / float64(set.Len())}, nil
}

// evaluate adds a row for the present epoch and keeps the best. Where ctx ends
// before it is through, a checkpoint says that it is still to be done: what it
// computes depends on the weights only.
func (r *trainingRun[F]) evaluate(ctx context.Context, train result) error {
	validation, err := assess(ctx, r.Model, r.Validation, nil)
	if err != nil {
		return r.cancelled(ctx)
	}
	test, err := assess(ctx, r.Model, r.Test, nil)
	if err != nil {
		return r.cancelled(ctx)
	}
	r.test = test.wrong
	judged := validation.wrong
	if r.Validation == nil {
		judged = test.wrong
	}
	switch {
	case r.epoch == 0: // has learned nothing, and is no best
	case judged < r.best:
		r.best, r.stagnant = judged, 0
		r.out.BestEpoch, r.out.BestError = r.epoch, test.wrong
	default:
		r.stagnant++
	}
	return r.table.Append([]float64{float64(r.epoch), train.loss, train.wrong, validation.loss, validation.wrong,
		test.loss, test.wrong})
}

// collect reads back what was recorded, and adds what is known at the end only.
// The error is that of ctx if it ends before the network has answered all
// examples; then only these answers are left out.
func (r *trainingRun[F]) collect(ctx context.Context) (err error) {
	if r.out.Epochs, err = record.ReadTable(epochColumns, r.table); err != nil {
		return err
	}
	var stopped error
	if r.Test != nil && r.out.Epochs.Len() > 1 {
		classes := r.net.Size(r.net.Layers())
		r.out.Confusion = make([][]int, classes)
		for k := range r.out.Confusion {
			r.out.Confusion[k] = make([]int, classes)
		}
		if _, stopped = assess(ctx, r.Model, r.Test, r.out.Confusion); stopped != nil {
			r.out.Confusion = nil
		}
	}
	r.out.Filters = r.filters()
	if r.log == nil {
		return stopped
	}
	return errors.Join(stopped, r.log.collect(&r.out.Training))
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
