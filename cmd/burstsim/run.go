package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"burstsim/internal/config"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
)

// runOptions are the flags of run.
type runOptions struct {
	out   string
	set   []string
	seed  *int64
	seeds string // "": the file's own
	tells tells
	open  bool
	blas  string
}

func (p *program) runCommand() *cobra.Command {
	var opt runOptions
	var seed int64
	cmd := &cobra.Command{
		Use:   "run FILE...",
		Short: "Run experiments",
		Long: `Run each experiment file into a folder of its own, runs/NAME-TIME unless --out
says otherwise. All files are checked before the first one runs. Several runs go
on at the same time, as many as there are processors; that changes none of their
results. The last line printed is the path of the (last) folder. How far a run
is, is shown on standard error: by a bar on a terminal, otherwise by a line after
half a minute and then ever more rarely.

Interrupting (Ctrl-C) finishes the step, saves a checkpoint, and writes what was
recorded until then; burstsim plot draws it, and burstsim resume goes on from
there, or from the last checkpoint of a run that was killed. So do the signals
that clusters and terminals send: TERM, HUP, USR1, USR2 and XCPU. A second
interrupt or TERM ends the program at once. What reads the output may go away:
runs go on.

Exit status: 0, also if a figure had nothing to show, which a line says; 1 if a
run failed or its folder or the output cannot be written; 2 if a file or the
command line is wrong; 128 and its number after a signal, 130 after an interrupt.`,
		Example: `  burstsim run examples/regression.toml
  burstsim run my.toml --out results/beta2 --set model.beta=2 --set 'model.hidden=[50, 50]'
  burstsim run one.toml two.toml --out results      results/one and results/two
  burstsim run my.toml --seeds 1-10 --out sweep     sweep/my-seed1 to sweep/my-seed10
  dir=$(burstsim run my.toml --seed 3 --quiet)
  burstsim run my.toml --open                       and watch it in a browser`,
		Args:              needFiles,
		ValidArgsFunction: completeFiles,
		RunE: func(cmd *cobra.Command, files []string) error {
			if cmd.Flags().Changed("seed") {
				opt.seed = &seed
			}
			return p.runFiles(cmd.Context(), files, opt)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opt.out, "out", "", "run folder `DIR`, new or empty; with several files or seeds, DIR/NAME for each")
	addSetFlag(cmd, &opt.set)
	flags.Int64Var(&seed, "seed", 0, "override run.seed by `N`")
	flags.StringVar(&opt.seeds, "seeds", "", "run once for each seed of a `LIST` such as 1-10 or 1,5,20-29; the runs are called NAME-seedN")
	cmd.MarkFlagsMutuallyExclusive("seed", "seeds")
	addBLASFlag(flags, &opt.blas)
	opt.tells.add(cmd)
	flags.BoolVar(&opt.open, "open", false, "show the runs in a page, as serve does, and open it; it stays until Ctrl-C")
	return cmd
}

func addSetFlag(cmd *cobra.Command, set *[]string) {
	cmd.Flags().StringArrayVar(set, "set", nil, "override a key by `KEY=VALUE`; may be repeated")
	if err := cmd.RegisterFlagCompletionFunc("set", completeSet); err != nil {
		panic(err) // the flag is defined above
	}
}

func addBLASFlag(flags *pflag.FlagSet, blas *string) {
	flags.StringVar(blas, "blas", "auto", "matrix products by `LIBRARY`: simd (built in), library (an installed OpenBLAS or Accelerate), gonum, the path of a shared library, or auto: what is measured to be the fastest here, once, or what a run began with")
}

// needFiles says what to do where cobra would only count arguments.
func needFiles(cmd *cobra.Command, files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("%s: expected an experiment file; burstsim init writes one", cmd.Name())
	}
	return nil
}

func (p *program) runFiles(ctx context.Context, files []string, opt runOptions) error {
	var seeds []int64
	if opt.seeds != "" {
		var err error
		if seeds, err = config.ParseSeeds(opt.seeds, maxSeeds); err != nil {
			return fmt.Errorf("--seeds: %w", err)
		}
	}
	configs, err := p.loadAll(files, config.Options{Set: opt.set, Seed: opt.seed, Sweep: &config.Sweep{}})
	if err != nil {
		return err
	}
	configs = forSeeds(configs, seeds)
	jobs, err := plan(configs, opt.out)
	if err != nil {
		return err
	}
	run := func() error { return p.runJobs(ctx, jobs, opt.blas, opt.tells) }
	if opt.open {
		return p.besidePage(ctx, jobs, opt.out, run)
	}
	return run()
}

// loadAll reads all files and reports every one that is wrong, with opt.Sweep
// also those with a [sweep].
func (p *program) loadAll(files []string, opt config.Options) ([]config.Config, error) {
	opt = runner.Checks(opt)
	configs := make([]config.Config, len(files))
	wrong := false
	for i, file := range files {
		var err error
		if opt.Sweep != nil {
			*opt.Sweep = config.Sweep{}
		}
		if configs[i], err = config.Load(file, opt); err == nil && opt.Sweep != nil && len(opt.Sweep.Axes) > 0 {
			err = &config.Error{File: file, Key: "sweep", Msg: "has no effect here: burstsim sweep runs it"}
		}
		if err != nil {
			p.report(err)
			wrong = true
		}
		for _, line := range configs[i].Warnings() {
			p.warn(fmt.Errorf("%s: %s", file, line))
		}
	}
	if wrong {
		return nil, &statusError{status: statusUsage}
	}
	return configs, nil
}

// plan gives each experiment its folder and checks those that are known now.
func plan(configs []config.Config, out string) ([]job, error) {
	jobs := make([]job, len(configs))
	taken := map[string]bool{}
	for i, cfg := range configs {
		jobs[i].Config = cfg
		if out == "" {
			continue
		}
		path := out
		if len(configs) > 1 {
			path = filepath.Join(out, cfg.Run.Name)
		}
		if taken[path] {
			return nil, fmt.Errorf("two files have the run name %q: with --out, each needs its own run.name", cfg.Run.Name)
		}
		taken[path] = true
		if err := rundir.Check(path); err != nil {
			return nil, failure(err)
		}
		jobs[i].Out = path
	}
	return jobs, nil
}

// maxSeeds bounds the runs that one command asks for.
const maxSeeds = 10000

// forSeeds is every experiment with every seed; without seeds, as they are.
func forSeeds(configs []config.Config, seeds []int64) []config.Config {
	if len(seeds) == 0 {
		return configs
	}
	var out []config.Config
	for _, cfg := range configs {
		for _, seed := range seeds {
			out = append(out, cfg.WithSeed(seed))
		}
	}
	return out
}
