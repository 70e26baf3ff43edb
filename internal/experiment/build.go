package experiment

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"burstsim/internal/config"
	"burstsim/sim"
	"burstsim/sim/record"
	"burstsim/tasks/regression"
	"burstsim/tasks/xor"
)

// Streams of random numbers that a seed gives: one for each purpose, so that
// changing the network does not change the task.
const (
	weightStream = iota + 1
	taskStream
	noiseStream
)

func random(cfg config.Config, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(cfg.Run.Seed), stream))
}

// job is one variant, ready to run.
type job interface {
	run(ctx context.Context, observe func(sim.Progress)) (*sim.Outcome, error)
	// answers are what the network said at the end, pattern by pattern; nil if
	// the task has none.
	answers() *Answers
}

func newJob(v config.Variant) (job, error) {
	if v.Config.Run.Precision == "float32" {
		return newSimulation[float32](v.Config)
	}
	return newSimulation[float64](v.Config)
}

type simulation[F sim.Float] struct {
	sim.Simulation[F]
	patterns *patterns[F]
}

func (s *simulation[F]) run(ctx context.Context, observe func(sim.Progress)) (*sim.Outcome, error) {
	s.Observer = observe
	return s.Run(ctx)
}

func (s *simulation[F]) answers() *Answers {
	if s.patterns == nil {
		return nil
	}
	return s.patterns.answers()
}

func newSimulation[F sim.Float](cfg config.Config) (*simulation[F], error) {
	net, err := newNetwork[F](cfg, nil)
	if err != nil {
		return nil, err
	}
	task, err := newTask(cfg)
	if err != nil {
		return nil, err
	}
	s := &simulation[F]{}
	s.Phases = phases(cfg)
	s.Sample = time.Duration(cfg.Period())
	s.Record = recording(cfg)
	if x, ok := task.(*xor.Task); ok {
		s.patterns = newPatterns[F](x, time.Duration(cfg.Time.Before+cfg.Time.Learn))
		s.Watch = s.patterns.watch
	}
	streams := []sim.Stream{task}
	if cfg.Time.Kind == "discrete" {
		d, err := sim.NewDiscrete(net, learning(cfg))
		if err != nil {
			return nil, err
		}
		s.Engine, err = sim.NewPresentation(d, streams, s.Sample)
		return s, err
	}
	sys, err := sim.NewContinuous(net, streams, cfg.Integrator.Plasticity == "split")
	if err != nil {
		return nil, err
	}
	sys.Settle(0)
	s.Engine, err = sim.NewIntegration(sys, sim.Method{
		Name: cfg.Integrator.Method, Step: time.Duration(cfg.Time.Dt),
		RelTol: cfg.Integrator.RelTol, AbsTol: cfg.Integrator.AbsTol,
	})
	return s, err
}

func newTask(cfg config.Config) (sim.Stream, error) {
	k := cfg.Task
	seed := random(cfg, taskStream).Uint64()
	switch k.Kind {
	case "regression":
		return regression.New(regression.Config{
			Inputs: k.Inputs, Outputs: k.Outputs,
			ShortestPeriod: k.ShortestPeriod.Seconds(),
			TeacherHidden:  k.TeacherHidden, TeacherGain: k.TeacherGain,
			Leaky: k.Teacher == "leaky", TauTeacher: cfg.Time.TauSoma.Seconds(),
			Seed: seed,
		})
	case "xor":
		x := xor.DefaultConfig()
		x.Hold, x.TargetLow, x.TargetHigh, x.Seed = k.Hold.Seconds(), k.TargetLow, k.TargetHigh, seed
		if k.Order == "independent" {
			x.Order = xor.Independent
		}
		return xor.New(x)
	}
	return nil, fmt.Errorf("experiment: unknown task %q", k.Kind)
}

// taskSize is the number of inputs and outputs.
func taskSize(cfg config.Config) (inputs, outputs int) {
	if cfg.Task.Kind == "xor" {
		return 2, 1
	}
	return cfg.Task.Inputs, cfg.Task.Outputs
}

func phases(cfg config.Config) []sim.Phase {
	t := cfg.Time
	learn := sim.Phase{Name: "learning", Duration: time.Duration(t.Learn), Teacher: true, Learning: true}
	switch {
	case t.Kind == "discrete":
		learn.Teacher = !cfg.Learning.NoTeaching
	default:
		for _, p := range t.Phases {
			learn.Cycle = append(learn.Cycle, sim.Phase{Duration: time.Duration(p.Duration), Teacher: p.Teacher, Learning: p.Learning})
		}
	}
	return []sim.Phase{
		{Name: "before", Duration: time.Duration(t.Before)}, learn, {Name: "after", Duration: time.Duration(t.After)},
	}
}

// learning is how the discrete model learns; rates that are not given follow
// from the time constants, as in the limit of continuous time.
func learning(cfg config.Config) sim.Learning {
	t, l := cfg.Time, cfg.Learning
	rate := func(given float64, derived float64) float64 {
		if given > 0 {
			return given
		}
		return derived
	}
	period := cfg.Period().Seconds()
	w := rate(l.Rate, period/t.TauWeight.Seconds())
	interneurons := rate(l.InternRate, l.InternScale*w)
	return sim.Learning{
		Rate: w,
		Rates: map[sim.Kind]float64{
			sim.BurstFeedback:   rate(l.YRate, period/t.TauY.Seconds()),
			sim.EventFeedback:   rate(l.QRate, period/t.TauQ.Seconds()),
			sim.Recurrent:       l.Recurrent,
			sim.OntoInterneuron: interneurons, sim.FromInterneuron: interneurons,
		},
		Optimiser: l.Optimiser, Momentum: l.Momentum, WeightDecay: l.WeightDecay,
		Noise: l.Noise, Random: random(cfg, noiseStream),
	}
}

// windowSpan is the length of the windows that are recorded unless the file
// says otherwise, in shortest input periods or presentations.
const windowSpan = 5

func recording(cfg config.Config) sim.Recording {
	r := cfg.Record
	rec := sim.Recording{Metrics: time.Duration(r.Metrics), Sample: time.Duration(r.Sample), Units: r.Units}
	for _, w := range r.Windows {
		start := time.Duration(w.Start)
		rec.Windows = append(rec.Windows, sim.Window{Start: start, End: start + time.Duration(w.Length)})
	}
	if len(rec.Windows) > 0 {
		return rec
	}
	// Around the start of teaching, early in learning, around its end.
	before, learn := time.Duration(cfg.Time.Before), time.Duration(cfg.Time.Learn)
	end := before + learn + time.Duration(cfg.Time.After)
	half := windowSpan * span(cfg) / 2
	for _, middle := range []time.Duration{before, before + max(3*half, learn/50), before + learn} {
		w := sim.Window{Start: max(0, middle-half), End: min(middle+half, end)}
		if k := len(rec.Windows); k > 0 {
			w.Start = max(w.Start, rec.Windows[k-1].End)
		}
		if w.Start < w.End {
			rec.Windows = append(rec.Windows, w)
		}
	}
	return rec
}

// span is a time in which the task shows something.
func span(cfg config.Config) time.Duration {
	if cfg.Task.Kind == "xor" {
		return 2 * time.Duration(cfg.Task.Hold)
	}
	return time.Duration(cfg.Task.ShortestPeriod)
}

// measureLimit compares continuous and discrete weights for inputs held for
// times of the file's choice.
func measureLimit(cfg config.Config) (*record.Limit, error) {
	task, err := newTask(cfg)
	if err != nil {
		return nil, err
	}
	slowest, fastest := timeConstants(cfg)
	stride := span(cfg) / 4
	if cfg.Task.Kind == "xor" {
		stride = time.Duration(cfg.Task.Hold)
	}
	return sim.LimitProtocol{
		Build: func(c sim.LimitConstants) (*sim.Network[float64], error) {
			return newNetwork[float64](cfg, &c)
		},
		Task: task, Stride: stride,
		Tau: slowest, Step: fastest / 10,
		Ratios: cfg.Limit.Ratios, Presentations: cfg.Limit.Presentations,
		TwoPhases: cfg.Model.Kind == "burstprop",
	}.Measure()
}

// timeConstants are the extremes of those of the compartments.
func timeConstants(cfg config.Config) (slowest, fastest time.Duration) {
	soma, dendrite := time.Duration(cfg.Time.TauSoma), time.Duration(cfg.Time.TauDendrite)
	if cfg.Model.Kind == "edn" || cfg.Model.Kind == "ann" {
		dendrite = soma
	}
	return max(soma, dendrite), min(soma, dendrite)
}
