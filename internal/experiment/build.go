package experiment

import (
	"context"
	"math/rand/v2"
	"time"

	"burstsim/internal/config"
	"burstsim/neuron"
	"burstsim/sim"
	"burstsim/sim/record"
	"burstsim/synapse"
	"burstsim/tasks/regression"
)

// Streams of random numbers that a seed gives: one for each purpose, so that
// changing the network does not change the task.
const (
	weightStream = iota + 1
	taskStream
)

func random(cfg config.Config, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(cfg.Run.Seed), stream))
}

// job is one variant, ready to run.
type job interface {
	run(ctx context.Context, observe func(sim.Progress)) (*sim.Outcome, error)
}

func newJob(v config.Variant) (job, error) {
	if v.Config.Run.Precision == "float32" {
		return newSimulation[float32](v.Config)
	}
	return newSimulation[float64](v.Config)
}

type simulation[F sim.Float] struct{ sim.Simulation[F] }

func (s *simulation[F]) run(ctx context.Context, observe func(sim.Progress)) (*sim.Outcome, error) {
	s.Observer = observe
	return s.Run(ctx)
}

func newSimulation[F sim.Float](cfg config.Config) (*simulation[F], error) {
	net, err := newNetwork[F](cfg, cfg.Time)
	if err != nil {
		return nil, err
	}
	task, err := newTask(cfg)
	if err != nil {
		return nil, err
	}
	s := &simulation[F]{}
	s.Phases = phases(cfg)
	s.Sample = time.Duration(cfg.Task.Sample)
	s.Record = recording(cfg)
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

// newNetwork builds the network with the time constants of t.
func newNetwork[F sim.Float](cfg config.Config, t config.Time) (*sim.Network[F], error) {
	m := cfg.Model
	sizes := append([]int{cfg.Task.Inputs}, m.Hidden...)
	net := sim.BurstCCN{
		Sizes: append(sizes, cfg.Task.Outputs),
		Rows:  1,
		Pyramidal: neuron.Pyramidal{
			TauSoma: t.TauSoma.Seconds(), TauDendrite: t.TauDendrite.Seconds(),
			PBaseline: m.PBaseline, Beta: m.Beta, Transfer: neuron.Centred,
		},
		Coupling: synapse.Coupling{
			YMode: synapse.Mode(m.YMode), YScale: m.YScale, YPlastic: m.YPlastic,
			QMode: synapse.Mode(m.QMode), QScale: m.QScale, QPlastic: m.QPlastic,
		},
		WeightGain: m.WeightGain,
		TauWeight:  t.TauWeight.Seconds(), TauY: t.TauY.Seconds(), TauQ: t.TauQ.Seconds(),
		TraceDelay: t.TraceDelay.Seconds(),
	}
	if m.BurstProbability == "published" {
		net.Pyramidal.Transfer = neuron.Published
	}
	return sim.NewBurstCCN[F](net, random(cfg, weightStream))
}

func newTask(cfg config.Config) (sim.Stream, error) {
	k := cfg.Task
	return regression.New(regression.Config{
		Inputs: k.Inputs, Outputs: k.Outputs,
		ShortestPeriod: k.ShortestPeriod.Seconds(),
		TeacherHidden:  k.TeacherHidden, TeacherGain: k.TeacherGain,
		Leaky: k.Teacher == "leaky", TauTeacher: cfg.Time.TauSoma.Seconds(),
		Seed: random(cfg, taskStream).Uint64(),
	})
}

func phases(cfg config.Config) []sim.Phase {
	t := cfg.Time
	return []sim.Phase{
		{Name: "before", Duration: time.Duration(t.Before)},
		{Name: "learning", Duration: time.Duration(t.Learn), Teacher: true, Learning: true},
		{Name: "after", Duration: time.Duration(t.After)},
	}
}

// learning is how the discrete model learns; rates that are not given follow
// from the time constants, as in the limit of continuous time.
func learning(cfg config.Config) sim.Learning {
	t, l := cfg.Time, cfg.Learning
	rate := func(given float64, tau config.Duration) float64 {
		if given > 0 {
			return given
		}
		return cfg.Task.Sample.Seconds() / tau.Seconds()
	}
	return sim.Learning{
		Rate:      rate(l.Rate, t.TauWeight),
		Rates:     map[sim.Kind]float64{sim.BurstFeedback: rate(l.YRate, t.TauY), sim.EventFeedback: rate(l.QRate, t.TauQ)},
		Optimiser: l.Optimiser, Momentum: l.Momentum, WeightDecay: l.WeightDecay,
	}
}

// windowSpan is the length of the windows that are recorded unless the file
// says otherwise, in shortest input periods.
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
	half := windowSpan * time.Duration(cfg.Task.ShortestPeriod) / 2
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

// measureLimit compares continuous and discrete weights for inputs held for
// times of the file's choice.
func measureLimit(cfg config.Config) (*record.Limit, error) {
	task, err := newTask(cfg)
	if err != nil {
		return nil, err
	}
	t := cfg.Time
	slowest, fastest := max(t.TauSoma, t.TauDendrite), min(t.TauSoma, t.TauDendrite)
	return sim.LimitProtocol{
		Build: func(tauWeight float64) (*sim.Network[float64], error) {
			limit := t
			limit.TauWeight = config.Duration(tauWeight * float64(time.Second))
			limit.TauY, limit.TauQ = limit.TauWeight, limit.TauWeight
			return newNetwork[float64](cfg, limit)
		},
		Task:   task,
		Stride: time.Duration(cfg.Task.ShortestPeriod) / 4,
		Tau:    time.Duration(slowest), Step: time.Duration(fastest) / 10,
		Ratios: cfg.Limit.Ratios, Presentations: cfg.Limit.Presentations,
	}.Measure()
}
