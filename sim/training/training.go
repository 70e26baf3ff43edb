// Package training takes a discrete network through epochs over a data set: in
// batches, with evaluations between the epochs, a log of angles and states, and
// checkpoints.
package training

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"burstsim/internal/alarm"
	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/record"
)

// Examples is a data set as a network sees it.
type Examples[F sim.Float] interface {
	Len() int
	// Order stores the order of an epoch in dst and returns it. Epochs count from 1;
	// passes over the examples in blocks have numbers below 0.
	Order(epoch int, dst []int) []int
	// Fill stores inputs and targets of the examples with these indices, one a
	// row, as they look in an epoch. Goroutines may call it at the same time.
	Fill(inputs, targets []F, indices []int, epoch int)
	// Label is the class of an example: the output unit that should answer
	// most. It is not asked for where [Training.Values] says that there are none.
	Label(i int) int
}

// Training takes a discrete network through epochs over a data set. The batch
// is the network's rows; what does not fill one at the end of an epoch is left
// out of it.
type Training[F sim.Float] struct {
	Model            *sim.Discrete[F]
	Train            Examples[F]
	Validation, Test Examples[F] // nil: none
	Values           bool        // targets are numbers, not classes: errors are NaN, and the loss says which epoch is best
	// Ranks is how many of the test examples, at most, the ranks of apical signals
	// are measured with after each epoch; 0: they are not. See [analysis.Ranks].
	Ranks int
	// Weights are the epochs after which, 0 before learning, all weights are recorded.
	Weights     record.Moments
	Epochs      int
	MaxStagnant int  // epochs without a smaller error after which training stops; 0: never
	NoTeacher   bool // the target never reaches the output layer
	Changes     []Change
	Blocks      []Block // beside the epochs, in this order
	Log         Log
	Filters     FilterShape // of the weights of layer 1; zero: they are not kept

	// Journal takes what is recorded, and checkpoints; nil: the record stays in
	// memory and there are no checkpoints.
	Journal record.Journal

	// Observer, if not nil, hears of the progress a few times a second.
	Observer func(Progress)
}

// Log says what is logged while a network trains.
type Log struct {
	Every  int  // batches between two entries; 0: nothing is logged
	States bool // moments and histograms of the states as well
}

// FilterShape is that of the images a network sees.
type FilterShape struct{ Channels, Height, Width int }

// reportEvery is the time between two reports to an observer.
const reportEvery = 100 * time.Millisecond

// maxFilters is how many units' or maps' weights are kept as images.
const maxFilters = 64

// Progress says how far a training is.
type Progress struct {
	Epoch, Epochs   int
	Batch, Batches  int
	Loss, TestError float64 // of the epoch so far, of the last evaluation; NaN before the first
}

// Trained is what a training leaves behind.
type Trained struct {
	record.Training
	Snapshots *record.Snapshots // nil: none were asked for
	Steps     int64             // batches
	Examples  int64             // examples trained on
	Wall      time.Duration
	Learning  time.Duration // of Wall, without evaluation
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
type trainingRun[F sim.Float] struct {
	*Training[F]
	net   *sim.State[F]
	rows  int
	out   *Trained
	timed time.Time // up to when out.Wall counts

	epoch    int         // the present one; 0 before the untrained network was evaluated
	stage    int         // of the epoch: changes, blocks ahead of it, the epoch itself, blocks behind it
	done     int         // batches of the present block
	passes   int         // over the examples, or parts of one, that blocks before it made
	batch    int         // the next one of the epoch
	loss     record.Mean // of the epoch so far
	wrong    int         // answers in the epoch so far
	stagnant int
	best     float64
	test     float64 // error of the last evaluation

	timedLearning func() // brings out.Learning up to date

	table   record.Rows       // of epochs
	weights *record.Snapshots // nil: none are asked for
	columns []string
	ranks   *analysis.Ranks[F] // nil: none
	log     *trainingLog[F]
	order   []int
	reports *alarm.Alarm
}

var epochColumns = []string{"epoch", "train_loss", "train_error", "validation_loss", "validation_error",
	"test_loss", "test_error"}

func newTrainingRun[F sim.Float](t *Training[F]) (*trainingRun[F], error) {
	net := t.Model.Moved()
	if t.Journal == nil {
		t.Journal = record.Unkept{}
	}
	r := &trainingRun[F]{Training: t, net: net, rows: net.Rows(), out: &Trained{}, timed: time.Now(), reports: alarm.New(reportEvery),
		best: math.Inf(1), test: math.NaN()}
	if t.Train.Len() < r.rows {
		return nil, fmt.Errorf("sim: %d examples to train on, expected at least a batch of %d", t.Train.Len(), r.rows)
	}
	if t.Epochs < 1 {
		return nil, fmt.Errorf("sim: %d epochs, expected at least 1", t.Epochs)
	}
	if err := errors.Join(t.checkBlocks(), t.checkChanges()); err != nil {
		return nil, err
	}
	var err error
	r.columns = epochColumns
	if t.Ranks > 0 && t.Test != nil {
		if r.ranks = analysis.NewRanks(net); r.ranks != nil {
			r.columns = append(slices.Clone(epochColumns), r.ranks.Columns()...)
		}
	}
	if r.table, err = t.Journal.Rows("epochs", record.Layout{Columns: r.columns}); err != nil {
		return nil, err
	}
	if !t.Weights.None() {
		if r.weights, err = analysis.NewSnapshots(t.Journal, "epoch", net.Weights()); err != nil {
			return nil, err
		}
		r.out.Snapshots = r.weights
	}
	if t.Log.Every > 0 {
		if r.log, err = newTrainingLog(t.Model, t.Log, t.Journal); err != nil {
			return nil, err
		}
	}
	_, err = t.Journal.Restore(r.visit)
	if batches := t.Train.Len() / r.rows; err == nil && (r.epoch < 0 || r.epoch > t.Epochs+1 || r.batch < 0 || r.batch > batches ||
		r.stage < 0 || r.stage > 2*len(t.Blocks)+2 || r.done < 0 || r.passes < 0) {
		err = fmt.Errorf("sim: the checkpoint, in epoch %d before batch %d, does not fit %d epochs of %d batches", r.epoch, r.batch+1, t.Epochs, batches)
	}
	return r, err
}

// visit visits all that decides how the training goes on.
func (r *trainingRun[F]) visit(visit sim.Visit) {
	visit("run/epoch", &r.epoch)
	visit("run/stage", &r.stage)
	visit("run/done", &r.done)
	visit("run/passes", &r.passes)
	visit("run/batch", &r.batch)
	r.loss.Visit("run/loss", visit)
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
	r.Model.Visit(visit)
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
		for r.stage <= 2*len(r.Blocks)+1 {
			if err := r.learnStage(ctx); err != nil {
				return err
			}
			r.stage++
		}
		if err := r.evaluate(ctx, r.trained()); err != nil {
			return err
		}
		r.next()
	}
	return r.Journal.Save(r.progress(), r.visit)
}

// next begins an epoch.
func (r *trainingRun[F]) next() {
	r.epoch++
	r.stage, r.batch, r.loss, r.wrong = 0, 0, record.Mean{}, 0
}

// trained is what the epoch was like while it was learned.
func (r *trainingRun[F]) trained() result {
	wrong := float64(r.wrong) / float64(r.batch*r.rows)
	if r.Values {
		wrong = math.NaN()
	}
	return result{r.loss.Value(), wrong}
}

// checkpoint saves a checkpoint if one is due, or if ctx has ended, which ends
// the training.
func (r *trainingRun[F]) checkpoint(ctx context.Context) error {
	r.timedLearning()
	if ctx.Err() != nil {
		return r.cancelled(ctx)
	}
	// A state that is no good, which the next loss will tell, must not take the
	// place of a good one.
	if r.Journal.Due(r.progress()) && r.net.UnstableWeight() == "" {
		return r.Journal.Save(r.progress(), r.visit)
	}
	return nil
}

// cancelled saves a last checkpoint.
func (r *trainingRun[F]) cancelled(ctx context.Context) error {
	if where := r.net.UnstableWeight(); where != "" {
		return r.failure(where)
	}
	if saved := r.Journal.Save(r.progress(), r.visit); saved != nil {
		return saved
	}
	return fmt.Errorf("stopped in epoch %d: %w", r.epoch, ctx.Err())
}

func (r *trainingRun[F]) failure(where string) error {
	return &sim.NumericalError{Time: r.progress(), Where: where, Err: sim.ErrNotFinite, Unit: "epochs"}
}

func (r *trainingRun[F]) report(batches int) {
	if r.Observer != nil && r.reports.Rang() {
		r.reports.Set()
		r.Observer(Progress{Epoch: r.epoch, Epochs: r.Epochs, Batch: r.batch, Batches: batches, Loss: r.loss.Value(), TestError: r.test})
	}
}

// collect reads back what was recorded, and adds what is known at the end only.
// The error is that of ctx if it ends before the network has answered all
// examples; then only these answers are left out.
func (r *trainingRun[F]) collect(ctx context.Context) (err error) {
	if r.out.Epochs, err = record.ReadTable(r.columns, r.table); err != nil {
		return err
	}
	var stopped error
	if r.Test != nil && !r.Values && r.out.Epochs.Len() > 1 {
		classes := r.net.Size(r.net.Layers())
		r.out.Confusion = make([][]int, classes)
		for k := range r.out.Confusion {
			r.out.Confusion[k] = make([]int, classes)
		}
		if _, stopped = assess(ctx, r.Model, r.Test, r.out.Confusion, false); stopped != nil {
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
	m := r.net.Network().Forward(1)
	if m == nil {
		return nil
	}
	w := r.net.Weights().Tensors()[m.Index()].Values
	out := &record.Filters{Channels: shape.Channels, Height: shape.Height, Width: shape.Width}
	if len(m.Shape) == 4 { // maps
		out.Height, out.Width = m.Shape[2], m.Shape[3]
	}
	n := len(w) / m.Shape[0]
	for k := range min(m.Shape[0], maxFilters) {
		filter := make([]float64, n)
		for i, v := range w[k*n : (k+1)*n] {
			filter[i] = float64(v)
		}
		out.Weights = append(out.Weights, filter)
	}
	return out
}
