package experiment

import (
	"context"
	"math"
	"slices"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/dataset/images"
	"burstsim/sim"
	"burstsim/sim/course"
	"burstsim/sim/record"
	"burstsim/sim/training"
)

// epochs is one variant of a discrete network that learns in epochs, ready to run.
type epochs[F sim.Float] struct {
	training.Training[F]
	data string
}

func newTraining[F sim.Float](cfg config.Config, m material, lib *Data) (*epochs[F], error) {
	shape := m.shape(cfg.Task.Batch)
	w, err := sharedWeights[F](cfg, lib, shape)
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
	s, err := setsOf[F](cfg, m)
	if err != nil {
		return nil, err
	}
	t := &epochs[F]{data: m.where()}
	t.Model, t.Values = model, m.values()
	t.Train, t.Validation, t.Test = s.train, s.validation, s.test
	t.Ranks = cfg.Record.Ranks
	t.Weights.Every, t.Weights.At = cfg.Snapshots(1)
	t.Epochs, t.MaxStagnant, t.NoTeacher = cfg.Task.Epochs, cfg.Task.MaxStagnant, cfg.Learning.NoTeaching
	if err := checkChanges(cfg, w.Network()); err != nil {
		return nil, err
	}
	changes := random(cfg, changeStream)
	for _, c := range cfg.Learning.Changes {
		t.Changes = append(t.Changes, training.Change{Change: sim.Change{Kind: c.Kind, Weights: c.Weights, SD: c.SD}, Epoch: c.Epoch, Each: c.Each, Seed: changes.Uint64()})
	}
	for _, b := range cfg.Learning.Blocks {
		t.Blocks = append(t.Blocks, training.Block{Batches: b.Batches, Pretraining: b.Pretraining, Weights: b.Weights, Teacher: b.Teacher, Noise: b.Noise})
	}
	t.Filters = training.FilterShape{Channels: shape.image.channels, Height: shape.image.height, Width: shape.image.width}
	if cfg.Record.LogMode != "minimal" {
		t.Log = training.Log{Every: cfg.Record.LogEvery, States: cfg.Record.LogMode == "all"}
	}
	return t, nil
}

func (t *epochs[F]) run(ctx context.Context, journal record.Journal, observe func(Progress)) (*result, error) {
	t.Journal = journal
	t.Observer = func(p training.Progress) {
		observe(Progress{Time: float64(p.Epoch-1) + float64(p.Batch)/float64(p.Batches), Duration: float64(p.Epochs),
			Unit: "epochs", Loss: p.Loss})
	}
	out, err := t.Run(ctx)
	if out == nil {
		return nil, err
	}
	return &result{training: out, data: t.data, testError: math.NaN(), weights: weightsOf(t.Model.Moved()), snapshots: out.Snapshots}, err
}

// newShowing is a continuous network that sees images or samples, one after another
// in each of its rows.
func newShowing[F sim.Float](cfg config.Config, m material, lib *Data) (*simulation[F], error) {
	train, test := m.streams()
	shape := m.shape(cfg.Task.Batch)
	w, err := sharedWeights[F](cfg, lib, shape)
	if err != nil {
		return nil, err
	}
	streams, _, err := streamsOf(cfg, train)
	if err != nil {
		return nil, err
	}
	s, err := simulate(cfg, w, streams)
	if err != nil {
		return nil, err
	}
	if cfg.Record.TimeGradient {
		again, _, err := streamsOf(cfg, train)
		if err != nil {
			return nil, err
		}
		if s.Replay, err = sim.NewReplay(w, again, time.Duration(cfg.Time.Dt)); err != nil {
			return nil, err
		}
	}
	if len(cfg.Record.Chosen) == 0 && m.images != nil {
		s.Record.Inputs = livelyPixels(m.images.Train, cfg.Record.Units)
	}
	s.after = func(ctx context.Context, r *result) error {
		if r.data = m.where(); m.values() {
			return nil
		}
		// The answers that somata settle to are those of the discrete model.
		d, err := sim.NewDiscrete(s.Engine.Moved().Weights(), sim.Learning{})
		if err != nil {
			return err
		}
		if r.testError, err = training.Assess(ctx, d, tests[F](m)); err != nil || cfg.Task.TestShown == 0 {
			return err
		}
		wrong, err := showTest(ctx, cfg, s.Engine.Moved().Weights(), test)
		r.shownError = &wrong
		return err
	}
	return s, nil
}

// showTest shows test images to a network in continuous time, as it was shown
// those that it learned from, and returns the fraction of wrong answers where
// presentations end.
func showTest[F sim.Float](ctx context.Context, cfg config.Config, w *sim.Weights[F], set shown) (float64, error) {
	streams, seen, err := streamsOf(cfg, set)
	if err != nil {
		return 0, err
	}
	s, err := simulate(cfg, w, streams)
	if err != nil {
		return 0, err
	}
	in := s.Engine.(*sim.Integration[F])
	n, wrong := min(cfg.Task.TestShown, set.Len()), 0
	classes := set.Outputs()
	hold, period := time.Duration(cfg.Task.Hold), time.Duration(cfg.Task.Hold+cfg.Blank())
	// Where learning repeats phases, of which the first begins with an image, so
	// does each image here.
	anew := s.ResetPhases && slices.ContainsFunc(s.Phases, func(p course.Phase) bool { return len(p.Cycle) > 0 })
	for k := 0; k*len(seen) < n; k++ {
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
		for row, stream := range seen[:min(len(seen), n-k*len(seen))] {
			answer := answers[row*classes:][:classes]
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

// streamsOf are one stream a row.
func streamsOf(cfg config.Config, set shown) (streams []sim.Stream, seen []*images.Stream, err error) {
	stream := images.DefaultStreamConfig()
	stream.Hold, stream.Blank, stream.Rows = cfg.Task.Hold.Seconds(), cfg.Blank().Seconds(), cfg.Task.Batch
	stream.Seed = random(cfg, taskStream).Uint64()
	for r := range cfg.Task.Batch {
		stream.Row = r
		task, err := images.NewStream(set, stream)
		if err != nil {
			return nil, nil, err
		}
		streams, seen = append(streams, task), append(seen, task)
	}
	return streams, seen, nil
}
