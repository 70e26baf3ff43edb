package experiment

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"

	"burstsim/internal/config"
	"burstsim/internal/dataset/images"
	"burstsim/internal/dataset/samples"
	"burstsim/sim"
	"burstsim/sim/training"
)

// Data keeps the data, and the compiled networks, that variants, or runs, share. It can be used by several
// goroutines.
type Data struct {
	mu     sync.Mutex
	images map[string]*images.Data
	owned  map[string]*own

	networks networks
}

// NewData has nothing yet.
func NewData() *Data {
	return &Data{images: map[string]*images.Data{}, owned: map[string]*own{}}
}

// load reads the images of a data set.
func (lib *Data) load(ctx context.Context, k config.Task) (*images.Data, error) {
	lib.mu.Lock() // while it reads too, for whoever comes wants the same
	defer lib.mu.Unlock()
	key := fmt.Sprint(k.Kind, "\x00", k.Data, "\x00", k.Files, k.TrainImages, k.TestImages)
	if lib.images[key] == nil {
		data, err := loadImages(ctx, k)
		if err != nil {
			return nil, err
		}
		lib.images[key] = data
	}
	return lib.images[key], nil
}

// own reads data of one's own.
func (lib *Data) own(cfg config.Config) (*own, error) {
	lib.mu.Lock()
	defer lib.mu.Unlock()
	k := cfg.Task
	k.Found = config.Found{}
	key := fmt.Sprintf("%#v", k)
	if k.Kind == "arrays" || k.Kind == "video" {
		key += fmt.Sprint(cfg.Run.Seed) // which parts samples, and makes up films
	}
	if lib.owned[key] == nil {
		o, err := readOwn(cfg)
		if err != nil {
			return nil, err
		}
		lib.owned[key] = o
	}
	return lib.owned[key], nil
}

// shown is what is presented one after another, and has labels unless it has
// targets.
type shown interface {
	images.Shown
	Label(i int) int
}

// material is what is learned from in presentations or batches: images, or samples
// of one's own.
type material struct {
	images *images.Data // nil: own
	own    *own
}

// material finds what an experiment learns from.
func (lib *Data) material(ctx context.Context, cfg config.Config) (material, error) {
	if cfg.Task.Kind == "arrays" {
		o, err := lib.own(cfg)
		return material{own: o}, err
	}
	data, err := lib.load(ctx, cfg.Task)
	return material{images: data}, err
}

// where says where it was found; of one's own, only the name of the file, as a run
// that goes on names the folder in another way.
func (m material) where() string {
	if m.images != nil {
		return m.images.Where
	}
	path, _ := config.SplitSum(m.own.task.InputFile)
	return filepath.Base(path)
}

// values says whether targets are numbers, not classes.
func (m material) values() bool { return m.images == nil && !m.own.set.Labels() }

// shape is that of a network that sees so many rows at once.
func (m material) shape(rows int) networkShape {
	if m.images != nil {
		d := m.images.Train
		return networkShape{inputs: d.Size(), outputs: d.Classes, rows: rows, image: imageShape{d.Channels, d.Height, d.Width}}
	}
	return networkShape{inputs: m.own.set.Inputs(), outputs: m.own.set.Outputs(), rows: rows, image: imageOf(m.own.task.Found)}
}

// imageOf is the shape of an input as an image; all of one row, if it is none.
func imageOf(f config.Found) imageShape {
	switch s := f.Shape; len(s) {
	case 2:
		return imageShape{1, s[0], s[1]}
	case 3:
		return imageShape{s[0], s[1], s[2]}
	}
	return imageShape{1, 1, f.Inputs}
}

// streams are what is learned from, and what is for tests, as streams show them.
func (m material) streams() (train, test shown) {
	if m.images != nil {
		return m.images.Train, m.images.Test
	}
	return m.own.set, m.own.tests
}

// examples is a set of images for training.Training.
type examples[F sim.Float] struct {
	set       *images.Images
	transform *images.Transform
	seed      uint64
	smoothing float64
}

func (e *examples[F]) Len() int { return e.set.Len() }

func (e *examples[F]) Label(i int) int { return e.set.Label(i) }

func (e *examples[F]) Order(epoch int, dst []int) []int {
	return images.Order(e.seed, epoch, e.set.Len(), dst)
}

func (e *examples[F]) Fill(inputs, targets []F, indices []int, epoch int) {
	images.FillBatch(inputs, e.set, indices, e.transform, epoch)
	images.FillTargets(targets, e.set, indices, 0, 1)
	smooth(targets, e.smoothing, e.set.Classes)
}

// ownExamples is the same of samples of one's own.
type ownExamples[F sim.Float] struct {
	*samples.Set
	seed      uint64
	smoothing float64
}

func (e *ownExamples[F]) Order(epoch int, dst []int) []int {
	return images.Order(e.seed, epoch, e.Len(), dst)
}

func (e *ownExamples[F]) Fill(inputs, targets []F, indices []int, _ int) {
	samples.FillBatch(inputs, targets, e.Set, indices)
	smooth(targets, e.smoothing, e.Outputs())
}

// smooth takes a part of the target of each class for the others, which share it.
func smooth[F sim.Float](targets []F, part float64, classes int) {
	if part == 0 {
		return
	}
	share := F(part / max(1, float64(classes-1)))
	for i, t := range targets {
		targets[i] = t*F(1-part) + (1-t)*share
	}
}

// tests are the examples that a network is tested with as streams show them.
func tests[F sim.Float](m material) training.Examples[F] {
	if m.images != nil {
		return &examples[F]{set: m.images.Test}
	}
	return &ownExamples[F]{Set: m.own.tests}
}

// sets are the examples of one experiment; validation is nil if there is none.
type sets[F sim.Float] struct {
	train, validation, test training.Examples[F]
}

func setsOf[F sim.Float](cfg config.Config, m material) (sets[F], error) {
	seed := random(cfg, taskStream).Uint64()
	if m.images != nil {
		return setsOfImages[F](cfg, m.images, seed)
	}
	all := m.own.set
	n, held := all.Len(), cfg.Task.Held(cfg.Time.Kind, all.Len())
	s := sets[F]{train: &ownExamples[F]{all.Slice(0, n-held), seed, cfg.Task.Smoothing}, test: &ownExamples[F]{Set: m.own.tests, seed: seed}}
	if held > 0 {
		s.validation = &ownExamples[F]{Set: all.Slice(n-held, n), seed: seed}
	}
	return s, nil
}

func setsOfImages[F sim.Float](cfg config.Config, data *images.Data, seed uint64) (s sets[F], err error) {
	augment, plain := transforms(cfg.Task, seed)
	set := func(d *images.Images, tr *images.Transform) training.Examples[F] {
		return &examples[F]{set: d, transform: tr, seed: seed}
	}
	train := data.Train
	if cfg.Task.Validation {
		var validation *images.Images
		if train, validation, err = data.Split(cfg.Task.Held(cfg.Time.Kind, train.Len())); err != nil {
			return s, fmt.Errorf("task.validation_images: %w", err)
		}
		s.validation = set(validation, plain)
	}
	s.train, s.test = &examples[F]{train, augment, seed, cfg.Task.Smoothing}, set(data.Test, plain)
	return s, nil
}
