// Package experiment builds networks and tasks from an experiment file and
// runs them.
package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"burstsim/internal/config"
	"burstsim/internal/journal"
	"burstsim/internal/linalg"
	"burstsim/sim"
	"burstsim/sim/record"
)

// Progress is what an observer is told while a run goes on.
type Progress struct {
	Variant  string  // label of the variant that speaks
	Done     float64 // fraction of all variants' work, 0..1
	Time     float64 // of that variant, in Unit
	Duration float64 // where its time will end, in Unit
	Unit     string  // "s" of simulated time, or "epochs"
	Loss     float64 // mean squared error over the last metrics interval or the epoch so far; NaN before the first
}

// Options are what Run takes beside the experiment.
type Options struct {
	// Observe, if not nil, hears of the progress, by one goroutine at a time.
	Observe func(Progress)
	// Journal, if not nil, takes what is recorded, and checkpoints. What it has
	// of an earlier run of the same experiment is gone on from.
	Journal *journal.Journal
	// Workers is how many variants run at once; 0: as many as there are
	// processors. Results do not depend on it.
	Workers int
	// Data, if not nil, keeps what runs read of data for further ones.
	Data *Data
}

// Run carries out the experiment and all its variants, as many at once as there
// are processors; the results do not depend on how many. On a numerical failure,
// or when ctx ends, Run returns what was recorded until then together with the
// error.
func Run(ctx context.Context, cfg config.Config, opt Options) (*record.Result, *Summary, error) {
	cfg, err := Complete(cfg)
	if err != nil {
		return nil, nil, err
	}
	if keys, err := CheckMemory(&cfg); err != nil { // the machine may be another than the one that checked the file
		return nil, nil, fmt.Errorf("%s: %w", keys[0], err)
	}
	variants := append([]config.Variant{{Name: label(cfg), Config: cfg}}, cfg.Compare...)
	jobs := make([]job, len(variants))
	library := opt.Data
	if library == nil {
		library = NewData()
	}
	for i, v := range variants {
		var err error
		if jobs[i], err = newJob(ctx, withKept(opt.Journal, v.Config), library); err != nil {
			return nil, nil, err
		}
	}
	if err := keepWeights(opt.Journal, variants); err != nil {
		return nil, nil, err
	}
	report := &reporter{observe: opt.Observe, done: make([]float64, len(jobs)), cost: make([]float64, len(jobs))}
	for i, v := range variants {
		report.cost[i] = cost(v.Config)
	}

	results := make([]*result, len(jobs))
	failures := make([]error, len(jobs)+1)
	var limit *record.Limit
	work := make([]func(), 0, len(jobs)+1)
	for i, j := range jobs {
		work = append(work, func() {
			var err error
			results[i], err = runVariant(ctx, j, opt.Journal, i, variants[i], func(p Progress) { report.progress(i, variants[i].Name, p) })
			if err != nil {
				failures[i] = fmt.Errorf("%s: %w", variants[i].Name, err)
			}
			jobs[i] = nil // its memory can go
		})
	}
	if len(cfg.Limit.Ratios) > 0 && !cfg.Task.Images() && !cfg.Spikes() {
		task, err := newTask(cfg, library)
		if err != nil {
			return nil, nil, err
		}
		work = append(work, func() {
			var err error
			if limit, err = runLimit(ctx, opt.Journal, len(jobs), withKept(opt.Journal, cfg), task); err != nil {
				failures[len(jobs)] = fmt.Errorf("limit: %w", err)
			}
		})
	}
	parallel(work, cmp.Or(opt.Workers, runtime.GOMAXPROCS(0)))

	res := &record.Result{Name: cfg.Run.Name, Limit: limit}
	err = errors.Join(failures...)
	for i, r := range results {
		if r == nil {
			return nil, nil, err
		}
		label := variants[i].Name
		v := record.Variant{Label: label, Weights: func(w io.Writer) error { return r.weights(w, label) }, Snapshots: r.snapshots}
		if out := r.outcome; out != nil {
			v.Metrics, v.Trajectory, v.Spikes = out.Metrics, out.Trajectory, r.spikes
			if res.Phases == nil {
				res.Phases = out.Phases
			}
		}
		if r.training != nil {
			v.Training = &r.training.Training
		}
		res.Variants = append(res.Variants, v)
	}
	return res, summarise(cfg, variants, results, limit, err), err
}

// ShareProcessors gives the variants of an experiment their share of the
// processors, in threads of the library of matrix products, unless the user has
// said how many there should be. As their number decides the bits, it is to be
// called before anything asks for the library's name.
func ShareProcessors(cfg config.Config) {
	threads := linalg.ThreadsChosen()
	if threads == 0 {
		threads = max(1, runtime.NumCPU()/(1+len(cfg.Compare)))
	}
	// The library in Go has no such setting, and needs none.
	_ = linalg.SetThreads(threads)
}

// runVariant runs a job with its part of the journal, if there is one.
func runVariant(ctx context.Context, j job, journal *journal.Journal, number int, v config.Variant, observe func(Progress)) (*result, error) {
	if journal == nil {
		return j.run(ctx, nil, observe)
	}
	kept := journal.Variant(number, v.Name, policy(v.Config))
	r, err := j.run(ctx, kept, observe)
	err = errors.Join(err, kept.Close())
	var failed *sim.NumericalError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%w; %s", err, lastCheckpoint(kept, v.Config))
	}
	return r, err
}

// runLimit measures the limit with the part of a journal behind those of all
// variants, if there is one.
func runLimit(ctx context.Context, journal *journal.Journal, number int, cfg config.Config, task sim.Stream) (*record.Limit, error) {
	if journal == nil {
		return measureLimit(ctx, nil, cfg, task)
	}
	kept := journal.Variant(number, "limit", policy(cfg))
	limit, err := measureLimit(ctx, kept, cfg, task)
	return limit, errors.Join(err, kept.Close())
}

// policy says when checkpoints are saved.
func policy(cfg config.Config) journal.Policy {
	c := cfg.Checkpoint
	p := journal.Policy{Every: time.Duration(c.Every), Progress: c.Simulated.Seconds()}
	if cfg.Trains() {
		p.Progress = c.Epochs
	}
	return p
}

func lastCheckpoint(v *journal.Variant, cfg config.Config) string {
	file, progress := v.Checkpoint()
	switch {
	case file == "":
		return "no checkpoint had been saved"
	case cfg.Trains():
		return fmt.Sprintf("the last checkpoint is %s, after %.6g epochs", file, progress)
	}
	return fmt.Sprintf("the last checkpoint is %s, at t = %.6g s", file, progress)
}

// label is the name of the experiment itself beside its variants.
func label(cfg config.Config) string {
	if cfg.Run.Label != "" {
		return cfg.Run.Label
	}
	return cfg.Time.Kind
}

// parallel calls all functions, so many at once.
func parallel(work []func(), atOnce int) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, f := range work {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			f()
		})
	}
	wg.Wait()
}

// reporter joins the progress of variants that run at the same time.
type reporter struct {
	mu         sync.Mutex
	observe    func(Progress)
	done, cost []float64
}

func (r *reporter) progress(i int, name string, p Progress) {
	if r.observe == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[i] = p.Time / p.Duration
	var done, all float64
	for k, c := range r.cost {
		done += c * r.done[k]
		all += c
	}
	p.Variant, p.Done = name, done/all
	r.observe(p)
}

// Cost estimates the work of an experiment with all its variants, in a unit of
// its own: evaluations of networks by the memory that they take.
func Cost(cfg config.Config) float64 {
	all := cost(cfg)
	for _, v := range cfg.Compare {
		all += cost(v.Config)
	}
	return all * Memory(cfg)
}

// cost estimates a variant's work by how often it evaluates its network.
func cost(cfg config.Config) float64 {
	t := cfg.Time
	switch {
	case cfg.Trains():
		return float64(cfg.Task.Epochs)
	case cfg.Spikes():
		neurons, seconds := 0.0, 0.0
		for _, p := range cfg.Spiking.Populations {
			neurons += float64(p.Size)
		}
		for _, p := range cfg.Routine() {
			seconds += p.Duration.Seconds()
		}
		return neurons * seconds / t.Dt.Seconds()
	}
	span := (t.Before + t.Learn + t.After).Seconds()
	if t.Kind == "discrete" {
		return span / cfg.Period().Seconds()
	}
	evaluations := map[string]float64{"heun": 2, "rk4": 4, "dopri5": 6}[cfg.Integrator.Method]
	return span / t.Dt.Seconds() * max(1, evaluations)
}
