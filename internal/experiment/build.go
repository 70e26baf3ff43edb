package experiment

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"burstsim/internal/config"
	"burstsim/sim"
	"burstsim/sim/analysis"
	"burstsim/sim/course"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/sim/record"
	"burstsim/sim/training"
	"burstsim/tasks/regression"
	"burstsim/tasks/teacher"
	"burstsim/tasks/xor"
)

// Streams of random numbers that a seed gives: one for each purpose, so that
// changing the network does not change the task.
const (
	weightStream = iota + 1
	taskStream
	noiseStream
	pathStream
	splitStream
	changeStream
	filmStream // of the first film; of the others, far above
	cropStream
)

func random(cfg config.Config, stream uint64) *rand.Rand { return rand.New(source(cfg, stream)) }

func source(cfg config.Config, stream uint64) *rand.PCG {
	seed := cfg.Run.Seed
	switch {
	case stream == weightStream && cfg.Run.WeightSeed != 0:
		seed = cfg.Run.WeightSeed
	case stream == taskStream && cfg.Run.TaskSeed != 0:
		seed = cfg.Run.TaskSeed
	}
	return rand.NewPCG(uint64(seed), stream)
}

// job is one variant, ready to run. A journal takes what it records; nil: it
// stays in memory.
type job interface {
	run(ctx context.Context, journal record.Journal, observe func(Progress)) (*result, error)
}

// result is what a variant leaves behind.
type result struct {
	outcome   *course.Outcome   // of a simulation
	training  *training.Trained // of a training
	answers   *Answers          // of a task with patterns
	testError float64           // of a simulation on images, as a fraction; NaN otherwise
	// shownError is that of the continuous network, if test images were shown to it.
	shownError *float64
	spikes     *record.Spikes // of populations that spike
	data       string         // where images were found
	weights    func(w io.Writer, label string) error
	snapshots  *record.Snapshots // nil: none were asked for
}

func newJob(ctx context.Context, cfg config.Config, lib *Data) (job, error) {
	if cfg.Spikes() {
		return newSpiking(cfg), nil
	}
	if cfg.Run.Precision == "float32" {
		return newJobOf[float32](ctx, cfg, lib)
	}
	return newJobOf[float64](ctx, cfg, lib)
}

func newJobOf[F sim.Float](ctx context.Context, cfg config.Config, lib *Data) (job, error) {
	if !cfg.Task.Images() {
		return newSimulation[F](cfg, lib)
	}
	data, err := lib.material(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Time.Kind == "discrete" {
		return newTraining[F](cfg, data, lib)
	}
	return newShowing[F](cfg, data, lib)
}

// simulation is one variant that goes through simulated time.
type simulation[F sim.Float] struct {
	course.Simulation[F]
	patterns *patterns[F]
	after    func(context.Context, *result) error // what is measured when it is over; nil: nothing
}

func (s *simulation[F]) run(ctx context.Context, journal record.Journal, observe func(Progress)) (*result, error) {
	s.Journal = journal
	s.Observer = func(p course.Progress) {
		observe(Progress{Time: p.Time.Seconds(), Duration: p.Duration.Seconds(), Unit: "s", Loss: p.Loss})
	}
	out, err := s.Run(ctx)
	if out == nil {
		return nil, err
	}
	r := &result{outcome: out, testError: math.NaN(), weights: weightsOf(s.Engine.Moved()), snapshots: out.Snapshots}
	if s.patterns != nil {
		r.answers = s.patterns.answers()
	}
	if s.after != nil && err == nil {
		err = s.after(ctx, r)
	}
	return r, err
}

func newSimulation[F sim.Float](cfg config.Config, lib *Data) (*simulation[F], error) {
	inputs, outputs := cfg.Task.Size()
	w, err := sharedWeights[F](cfg, lib, networkShape{inputs: inputs, outputs: outputs, rows: 1})
	if err != nil {
		return nil, err
	}
	task, err := newTask(cfg, lib)
	if err != nil {
		return nil, err
	}
	s, err := simulate(cfg, w, []sim.Stream{task})
	if err != nil {
		return nil, err
	}
	if cfg.Record.TimeGradient && cfg.Time.Kind == "continuous" {
		again, err := newTask(cfg, lib)
		if err != nil {
			return nil, err
		}
		if s.Replay, err = sim.NewReplay(w, []sim.Stream{again}, time.Duration(cfg.Time.Dt)); err != nil {
			return nil, err
		}
	}
	if x, ok := task.(*xor.Task); ok {
		// A presentation that began with the teacher does not count, nor does one
		// that began where the teacher left.
		after := time.Duration(cfg.Time.Before + cfg.Time.Learn)
		if s.Engine.Grid() == 0 {
			after += time.Duration(cfg.Task.Hold) // it is seen where it ends
		}
		s.patterns = newPatterns[F](x, after)
		s.Watch, s.Watched = s.patterns.watch, s.patterns.visit
	}
	return s, nil
}

// simulate joins a network, its tasks and the way it is moved.
func simulate[F sim.Float](cfg config.Config, w *sim.Weights[F], streams []sim.Stream) (*simulation[F], error) {
	s := &simulation[F]{}
	s.Phases = phases(cfg)
	s.Sample = time.Duration(cfg.Period())
	s.Record = recording(cfg)
	if cfg.Time.Kind == "discrete" {
		d, err := sim.NewDiscrete(w, learning(cfg))
		if err != nil {
			return nil, err
		}
		if err := d.SetSchedule(schedule(cfg)); err != nil {
			return nil, err
		}
		s.Engine, err = sim.NewPresentation(d, streams, s.Sample)
		return s, err
	}
	sys, err := sim.NewContinuous(w, streams, cfg.Integrator.Plasticity == "split")
	if err != nil {
		return nil, err
	}
	if err := checkUnits(cfg, sys.Moved().Machine().Program()); err != nil {
		return nil, err
	}
	sys.SetDecay(cfg.Learning.WeightDecay / cfg.Period().Seconds())
	sys.Settle(0)
	if blank := time.Duration(cfg.Blank()); blank > 0 {
		s.First, s.Sample = s.Sample, s.Sample+blank
	}
	s.ResetPhases = cfg.Time.Reset == "phase"
	in, err := sim.NewIntegration(sys, sim.Method{
		Name: cfg.Integrator.Method, Step: time.Duration(cfg.Time.Dt),
		RelTol: cfg.Integrator.RelTol, AbsTol: cfg.Integrator.AbsTol,
	})
	if err != nil {
		return nil, err
	}
	if err := in.SetSchedule(schedule(cfg)); err != nil {
		return nil, err
	}
	if cfg.Time.Reset == "presentation" {
		in.ResetEvery = s.Sample
	}
	s.Engine = in
	return s, nil
}

// StabilityLimit is the time step at which a decay does not fall any more with
// the stepper of that name, in time constants of it.
func StabilityLimit(method string) float64 { return sim.Method{Name: method}.StabilityLimit() }

func newTask(cfg config.Config, lib *Data) (sim.Stream, error) {
	k := cfg.Task
	seed := random(cfg, taskStream).Uint64()
	switch k.Kind {
	case "signals":
		o, err := lib.own(cfg)
		if err != nil {
			return nil, err
		}
		return newSignals(cfg, o)
	case "video":
		o, err := lib.own(cfg)
		if err != nil {
			return nil, err
		}
		return newVideo(cfg, o, seed)
	case "regression":
		var network *teacher.Network
		if k.ReadsOwn() {
			o, err := lib.own(cfg)
			if err != nil {
				return nil, err
			}
			if network, err = o.newTeacher(cfg); err != nil {
				return nil, err
			}
		}
		return regression.New(regression.Config{
			Inputs: k.Inputs, Outputs: k.Outputs,
			ShortestPeriod: k.ShortestPeriod.Seconds(),
			TeacherHidden:  k.TeacherHidden, TeacherGain: k.TeacherGain, TeacherNormal: k.TeacherWeights == "normal",
			Leaky: k.Teacher == "leaky", TauTeacher: number(cfg, "time.tau_soma"),
			Network: network,
			Seed:    seed,
		})
	case "xor":
		x := xor.DefaultConfig()
		x.Hold, x.Blank, x.TargetLow, x.TargetHigh, x.Seed = k.Hold.Seconds(), cfg.Blank().Seconds(), k.TargetLow, k.TargetHigh, seed
		if k.Order == "independent" {
			x.Order = xor.Independent
		}
		return xor.New(x)
	}
	return nil, fmt.Errorf("experiment: unknown task %q", k.Kind)
}

// Phases are those of an experiment, or of one of its variants, as it will go
// through them: none if it goes through epochs.
func Phases(cfg config.Config) []record.Phase {
	switch {
	case cfg.Trains():
		return nil
	case cfg.Spikes():
		return spikingNetwork(&cfg).Timeline(spikingPhases(&cfg))
	}
	return course.Timeline(phases(cfg))
}

func phases(cfg config.Config) []course.Phase {
	t := cfg.Time
	learn := course.Phase{Name: "learning", Duration: time.Duration(t.Learn), Teacher: true, Learning: true}
	switch {
	case t.Kind == "discrete":
		learn.Teacher = !cfg.Learning.NoTeaching
	default:
		if blank := cfg.Blank(); blank > 0 && len(t.Phases) == 0 {
			learn.Cycle = []course.Phase{{Duration: time.Duration(cfg.Task.Hold), Teacher: true, Learning: true}, {Duration: time.Duration(blank)}}
		}
		for _, p := range t.Phases {
			learn.Cycle = append(learn.Cycle, course.Phase{Duration: time.Duration(p.Duration), Teacher: p.Teacher, Learning: p.Learning})
		}
	}
	return []course.Phase{
		{Name: "before", Duration: time.Duration(t.Before)}, learn, {Name: "after", Duration: time.Duration(t.After)},
	}
}

// learning is how the discrete model learns.
func learning(cfg config.Config) sim.Learning {
	l := cfg.Learning
	out := sim.Learning{
		Optimiser: l.Optimiser, Momentum: l.Momentum, Betas: [2]float64{l.Beta1, l.Beta2}, WeightDecay: l.WeightDecay, Coupled: l.Decay == "gradient",
		Noise: l.Noise, Random: source(cfg, noiseStream),
	}
	for _, w := range l.Weights {
		out.Updates = append(out.Updates, sim.Update{
			Weights: w.Of, Optimiser: w.Optimiser, Momentum: w.Momentum, Betas: [2]float64{w.Beta1, w.Beta2}, WeightDecay: w.WeightDecay,
		})
	}
	return out
}

func recording(cfg config.Config) course.Recording {
	r := cfg.Record
	rec := course.Recording{Metrics: time.Duration(r.Metrics), Angles: time.Duration(r.Angles), Sample: time.Duration(r.Sample), Units: r.Units, Chosen: r.Chosen}
	rec.Weights.Every, rec.Weights.At = cfg.Snapshots(time.Nanosecond)
	if !slices.Contains(r.Signals, "all") {
		rec.Signals = r.Signals
	}
	for _, w := range cfg.Windows() {
		start := time.Duration(w.Start)
		rec.Windows = append(rec.Windows, course.Window{Start: start, End: start + time.Duration(w.Length)})
	}
	return rec
}

// measureLimit compares continuous and discrete weights for inputs of a task, held
// for times of the file's choice.
func measureLimit(ctx context.Context, journal record.Journal, cfg config.Config, task sim.Stream) (*record.Limit, error) {
	shape := shapeBefore(cfg)
	net, err := newNetwork(cfg, shape, nil)
	if err != nil {
		return nil, err
	}
	fastest, slowest, err := timeConstants(net)
	if err != nil {
		return nil, err
	}
	stride := time.Duration(cfg.Span()) / 4
	if cfg.Task.Kind == "xor" {
		stride = time.Duration(cfg.Task.Hold + cfg.Blank())
	}
	return analysis.LimitProtocol{
		Build: func(change model.Values) (*sim.Weights[float64], error) {
			return newWeights[float64](cfg, shape, change)
		},
		Task: task, Stride: stride,
		Tau: slowest, Step: fastest / 10,
		Ratios: cfg.Limit.Ratios, Presentations: cfg.Limit.Presentations,
		Journal: journal,
	}.Measure(ctx)
}

// LimitSpan is how much time (s) the measurement of the limit simulates at a
// tau/T; 0 of a network that cannot be built, which is said elsewhere.
func LimitSpan(cfg config.Config, ratio float64) float64 {
	net, err := newNetwork(cfg, shapeBefore(cfg), nil)
	if err != nil {
		return 0
	}
	_, slowest, err := timeConstants(net)
	if err != nil {
		return 0
	}
	prediction, teaching, _ := analysis.LimitSpan(slowest, ratio, net.Text.Discrete.TwoPhases)
	return float64(cfg.Limit.Presentations) * (prediction + teaching)
}

// timeConstants are the extremes of those of the compartments that relax.
// Moving averages have one of their own while the limit is measured.
func timeConstants(net *program.Network) (fastest, slowest time.Duration, err error) {
	p, err := net.Continuous()
	if err != nil {
		return 0, 0, err
	}
	low, high := p.TimeConstants()
	return time.Duration(low * float64(time.Second)), time.Duration(high * float64(time.Second)), nil
}
