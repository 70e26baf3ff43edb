package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
	"burstsim/internal/regular"
	"burstsim/sim"
	"burstsim/sim/course"
	"burstsim/sim/record"
	"burstsim/sim/training"
	"burstsim/tasks/cifar10"
	"burstsim/tasks/mnist"
)

// loadImages reads the images of a data set, as many as the file asks for.
func loadImages(ctx context.Context, k config.Task) (*images.Data, error) {
	data, err := readImages(ctx, k)
	if err != nil {
		return nil, err
	}
	if k.TrainImages > 0 && k.TrainImages < data.Train.Len() {
		data.Train = data.Train.Slice(0, k.TrainImages)
	}
	if k.TestImages > 0 && k.TestImages < data.Test.Len() {
		data.Test = data.Test.Slice(0, k.TestImages)
	}
	return data, nil
}

// CheckInput says why a file of images, or a folder of such files, cannot be
// read.
func CheckInput(path string, folder bool) error {
	if !folder {
		f, err := regular.Open(path)
		if err == nil {
			return f.Close()
		}
		return fmt.Errorf("%s cannot be read: %w; expected an idx file", path, atomicfile.Cause(err))
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w; expected a folder", path, atomicfile.Cause(err))
	case !info.IsDir():
		return fmt.Errorf("%s is a file, expected a folder", path)
	}
	return nil
}

func readImages(ctx context.Context, k config.Task) (*images.Data, error) {
	opt := dataset.Options{Dir: k.Data}
	if k.Data == "auto" {
		opt.Dir = ""
	}
	switch k.Kind {
	case "mnist":
		if k.Data == "embedded" {
			return mnist.Embedded()
		}
		return mnist.Load(ctx, mnist.Digits, opt)
	case "fashion-mnist":
		return mnist.Load(ctx, mnist.Fashion, opt)
	case "idx":
		f := k.Files
		return mnist.ReadFiles(mnist.Files{TrainImages: f[0], TrainLabels: f[1], TestImages: f[2], TestLabels: f[3]})
	case "cifar10":
		data, err := cifar10.Load(ctx, opt)
		if err == nil || opt.Dir == "" {
			return data, err
		}
		own, ownErr := cifar10.ReadDir(opt.Dir) // images of that format, not the published ones
		if errors.Is(ownErr, fs.ErrNotExist) {
			return nil, err // of what is there
		}
		return own, ownErr
	}
	return nil, fmt.Errorf("experiment: task %q has no images", k.Kind)
}

// transforms are what happens to images before the network sees them, while it
// trains and while it is tested.
func transforms(k config.Task, seed uint64) (train, test *images.Transform) {
	if k.Kind != "cifar10" {
		return nil, nil
	}
	if k.Augmentation {
		return cifar10.Augment(seed), cifar10.Normalise()
	}
	return cifar10.Normalise(), cifar10.Normalise()
}

// examples is a set of images for training.Training.
type examples[F sim.Float] struct {
	set       *images.Images
	transform *images.Transform
	seed      uint64
}

func (e *examples[F]) Len() int { return e.set.Len() }

func (e *examples[F]) Label(i int) int { return e.set.Label(i) }

func (e *examples[F]) Order(epoch int, dst []int) []int {
	return images.Order(e.seed, epoch, e.set.Len(), dst)
}

func (e *examples[F]) Fill(inputs, targets []F, indices []int, epoch int) {
	images.FillBatch(inputs, e.set, indices, e.transform, epoch)
	images.FillTargets(targets, e.set, indices, 0, 1)
}

// imageTraining is one variant of a discrete network on images, ready to run.
type imageTraining[F sim.Float] struct {
	training.Training[F]
	data string
}

type imageShape struct{ channels, height, width int }

func newTraining[F sim.Float](cfg config.Config, data *images.Data) (*imageTraining[F], error) {
	shape := imageShape{data.Train.Channels, data.Train.Height, data.Train.Width}
	w, err := newWeights[F](cfg, networkShape{inputs: data.Train.Size(), outputs: data.Train.Classes, rows: cfg.Task.Batch, image: shape}, nil)
	if err != nil {
		return nil, err
	}
	model, err := sim.NewDiscrete(w, learning(cfg))
	if err != nil {
		return nil, err
	}
	if err := model.SetSchedule(schedule(cfg)); err != nil {
		return nil, err
	}
	t := &imageTraining[F]{data: data.Where}
	seed := random(cfg, taskStream).Uint64()
	augment, plain := transforms(cfg.Task, seed)
	set := func(d *images.Images, tr *images.Transform) training.Examples[F] {
		return &examples[F]{set: d, transform: tr, seed: seed}
	}
	train := data.Train
	if cfg.Task.Validation {
		var validation *images.Images
		if train, validation, err = data.Split(cfg.Task.Held(cfg.Time.Kind, train.Len())); err != nil {
			return nil, fmt.Errorf("task.validation_images: %w", err)
		}
		t.Validation = set(validation, plain)
	}
	t.Model = model
	t.Train, t.Test = set(train, augment), set(data.Test, plain)
	t.Epochs, t.MaxStagnant, t.NoTeacher = cfg.Task.Epochs, cfg.Task.MaxStagnant, cfg.Learning.NoTeaching
	t.Filters = training.FilterShape{Channels: shape.channels, Height: shape.height, Width: shape.width}
	if cfg.Record.LogMode != "minimal" {
		t.Log = training.Log{Every: cfg.Record.LogEvery, States: cfg.Record.LogMode == "all"}
	}
	return t, nil
}

func (t *imageTraining[F]) run(ctx context.Context, journal record.Journal, observe func(Progress)) (*result, error) {
	t.Journal = journal
	t.Observer = func(p training.Progress) {
		observe(Progress{Time: float64(p.Epoch-1) + float64(p.Batch)/float64(p.Batches), Duration: float64(p.Epochs),
			Unit: "epochs", Loss: p.Loss})
	}
	out, err := t.Run(ctx)
	if out == nil {
		return nil, err
	}
	return &result{training: out, data: t.data, testError: math.NaN(), weights: weightsOf(t.Model.Moved())}, err
}

// newImageSimulation is a continuous network that sees images, one after
// another in each of its rows.
func newImageSimulation[F sim.Float](cfg config.Config, data *images.Data) (*simulation[F], error) {
	shape := networkShape{
		inputs: data.Train.Size(), outputs: data.Train.Classes, rows: cfg.Task.Batch,
		image: imageShape{data.Train.Channels, data.Train.Height, data.Train.Width},
	}
	w, err := newWeights[F](cfg, shape, nil)
	if err != nil {
		return nil, err
	}
	streams, err := imageStreams(cfg, data)
	if err != nil {
		return nil, err
	}
	s, err := simulate(cfg, w, streams)
	if err != nil {
		return nil, err
	}
	if cfg.Record.TimeGradient {
		again, err := imageStreams(cfg, data)
		if err != nil {
			return nil, err
		}
		if s.Replay, err = sim.NewReplay(w, again, time.Duration(cfg.Time.Dt)); err != nil {
			return nil, err
		}
	}
	if len(cfg.Record.Chosen) == 0 {
		s.Record.Inputs = livelyPixels(data.Train, cfg.Record.Units)
	}
	s.after = func(ctx context.Context, r *result) error {
		r.data = data.Where
		// The answers that somata settle to are those of the discrete model.
		d, err := sim.NewDiscrete(s.Engine.Moved().Weights(), sim.Learning{})
		if err != nil {
			return err
		}
		if r.testError, err = training.Assess(ctx, d, &examples[F]{set: data.Test}); err != nil || cfg.Task.TestShown == 0 {
			return err
		}
		wrong, err := showTest(ctx, cfg, s.Engine.Moved().Weights(), data.Test)
		r.shownError = &wrong
		return err
	}
	return s, nil
}

// showTest shows test images to a network in continuous time, as it was shown
// those that it learned from, and returns the fraction of wrong answers where
// presentations end.
func showTest[F sim.Float](ctx context.Context, cfg config.Config, w *sim.Weights[F], set *images.Images) (float64, error) {
	streams, shown, err := streamsOf(cfg, set)
	if err != nil {
		return 0, err
	}
	s, err := simulate(cfg, w, streams)
	if err != nil {
		return 0, err
	}
	in := s.Engine.(*sim.Integration[F])
	n, wrong := min(cfg.Task.TestShown, set.Len()), 0
	hold, period := time.Duration(cfg.Task.Hold), time.Duration(cfg.Task.Hold+cfg.Blank())
	// Where learning repeats phases, of which the first begins with an image, so
	// does each image here.
	anew := s.ResetPhases && slices.ContainsFunc(s.Phases, func(p course.Phase) bool { return len(p.Cycle) > 0 })
	for k := 0; k*len(shown) < n; k++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if anew {
			in.Reset()
		}
		begin := time.Duration(k) * period
		if _, err := in.Advance(begin, begin+hold); err != nil {
			return 0, err
		}
		in.Observe(begin + hold)
		answers := in.Moved().Output()
		for row, stream := range shown[:min(len(shown), n-k*len(shown))] {
			answer := answers[row*set.Classes:][:set.Classes]
			best := slices.Index(answer, slices.Max(answer))
			if best != set.Label(stream.Image(k)) {
				wrong++
			}
		}
		if period > hold {
			if _, err := in.Advance(begin+hold, begin+period); err != nil {
				return 0, err
			}
		}
	}
	return float64(wrong) / float64(n), nil
}

// imageStreams are one stream of images a row.
func imageStreams(cfg config.Config, data *images.Data) ([]sim.Stream, error) {
	streams, _, err := streamsOf(cfg, data.Train)
	return streams, err
}

func streamsOf(cfg config.Config, set *images.Images) (streams []sim.Stream, shown []*images.Stream, err error) {
	stream := images.DefaultStreamConfig()
	stream.Hold, stream.Blank, stream.Rows = cfg.Task.Hold.Seconds(), cfg.Blank().Seconds(), cfg.Task.Batch
	stream.Seed = random(cfg, taskStream).Uint64()
	for r := range cfg.Task.Batch {
		stream.Row = r
		task, err := images.NewStream(set, stream)
		if err != nil {
			return nil, nil, err
		}
		streams, shown = append(streams, task), append(shown, task)
	}
	return streams, shown, nil
}

// Data keeps the images that variants, or runs, share. It can be used by several
// goroutines.
type Data struct {
	mu   sync.Mutex
	sets map[string]*images.Data
}

// NewData has nothing yet.
func NewData() *Data { return &Data{sets: make(map[string]*images.Data)} }

func (lib *Data) load(ctx context.Context, k config.Task) (*images.Data, error) {
	lib.mu.Lock() // while it reads too, for whoever comes wants the same
	defer lib.mu.Unlock()
	key := fmt.Sprint(k.Kind, "\x00", k.Data, "\x00", k.Files, k.TrainImages, k.TestImages)
	if lib.sets[key] == nil {
		data, err := loadImages(ctx, k)
		if err != nil {
			return nil, err
		}
		lib.sets[key] = data
	}
	return lib.sets[key], nil
}
