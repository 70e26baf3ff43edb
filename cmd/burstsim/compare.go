package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/plots"
	"burstsim/sim/record"
)

const (
	comparisonFile = "comparison.csv"
	comparisonName = "compare" // of folders without --out
)

func (p *program) compareCommand() *cobra.Command {
	var out string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "compare RUN RUN...",
		Short: "Show finished runs side by side",
		Long: `Read the folders of finished runs and put all their variants side by side into
a new folder, runs/compare-TIME unless --out says otherwise:

  comparison.csv    the metrics of all variants, one row a time or epoch
  summary.json      the outcome of all variants
  figures/learning  loss, outputs and angles of all variants
  figures/rates     in its place, of populations that spike: rates and weights

A variant keeps its name where no other has it, and is RUN: VARIANT otherwise.
Four or more runs that differ in their seed only are one line of the figure: the
median of the seeds, in front of their quartiles. Of a run that failed, what it
recorded until then is compared, and a warning says so.
The last line printed is the path of the folder.

Exit status: 0; 1 if a run cannot be read, runs have nothing in common or the
folder cannot be written; 2 if the command line is wrong.`,
		Example: `  burstsim compare runs/beta1 runs/beta2
  burstsim compare runs/xor-* --out results/seeds`,
		Args: func(_ *cobra.Command, runs []string) error {
			if len(runs) < 2 {
				return fmt.Errorf("compare: %d run folder(s), expected at least two", len(runs))
			}
			return nil
		},
		ValidArgsFunction: completeDirs,
		RunE: func(_ *cobra.Command, runs []string) error {
			return p.compareRuns(runs, out, quiet)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder `DIR` of the comparison, new or empty")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "print nothing but the folder's path and errors")
	return cmd
}

func (p *program) compareRuns(paths []string, out string, quiet bool) error {
	if out != "" {
		if err := rundir.Check(out); err != nil {
			return failure(err)
		}
	}
	runs, err := openRuns(paths)
	if err != nil {
		return err
	}
	p.warnOfFailures(runs)
	c := newComparison(runs)
	name, draw, err := c.figure()
	if err != nil {
		return failure(err)
	}
	fig, err := draw(c.res, c.opt)
	if err != nil {
		return failure(fmt.Errorf("figure %s: %w", name, err))
	}
	dir, err := p.createComparison(out)
	if err != nil {
		return failure(err)
	}
	if err := c.write(dir, name, fig.WriteTo); err != nil {
		return failure(err)
	}
	if !quiet {
		if err := p.printComparison(c); err != nil {
			return failure(err)
		}
	}
	if _, err := fmt.Fprintln(p.out, dir.Path()); err != nil {
		return failure(err)
	}
	return nil
}

// warnOfFailures says which runs did not come to their end, and which labels
// figures cannot write.
func (p *program) warnOfFailures(runs []finishedRun) {
	for _, run := range runs {
		if reason := run.Summary.Failure; reason != "" {
			p.warn(fmt.Errorf("%s did not finish: %s; what it recorded until then is compared", run.name, reason))
		}
	}
	for _, label := range comparisonLabels(runs) {
		if err := plots.CheckLabel(label); err != nil {
			p.warn(fmt.Errorf("%s: %w", label, err))
		}
	}
}

func (p *program) createComparison(out string) (*rundir.Dir, error) {
	if out != "" {
		return rundir.CreateAt(out)
	}
	return rundir.Create(defaultRuns, comparisonName, p.now())
}

func (p *program) printComparison(c *comparison) error {
	if err := writeTable(p.out, c.res, c.sum); err != nil {
		return err
	}
	if !c.samePhases() {
		if _, err := fmt.Fprintf(p.out, "\nphases differ: the figure shades those of %s\n", c.res.Variants[0].Label); err != nil {
			return err
		}
	}
	return nil
}

// finishedRun is a run and the name it has beside others.
type finishedRun struct {
	*rundir.Run
	name string
}

func openRuns(paths []string) ([]finishedRun, error) {
	runs := make([]finishedRun, len(paths))
	for i, path := range paths {
		clean := filepath.Clean(path)
		if slices.ContainsFunc(paths[:i], func(other string) bool { return filepath.Clean(other) == clean }) {
			return nil, fmt.Errorf("compare: %s is given twice", path)
		}
		run, err := rundir.Open(path)
		if err != nil {
			return nil, failure(err)
		}
		if len(run.Result.Variants) == 0 {
			return nil, failure(fmt.Errorf("%s failed before anything was recorded", path))
		}
		runs[i].Run = run
	}
	nameRuns(runs, paths)
	sortSeeds(runs)
	return runs, nil
}

// nameRuns uses the runs' own names if they differ, otherwise those of their
// folders, and where these are the same too, their paths.
func nameRuns(runs []finishedRun, paths []string) {
	for _, naming := range []func(i int) string{
		func(i int) string { return runs[i].Summary.Name },
		func(i int) string { return filepath.Base(filepath.Clean(paths[i])) },
		func(i int) string { return filepath.Clean(paths[i]) },
	} {
		seen := map[string]bool{}
		for i := range runs {
			runs[i].name = naming(i)
			seen[runs[i].name] = true
		}
		if len(seen) == len(runs) && !seen[""] {
			return
		}
	}
}

// comparison is the variants of several runs as if they were of one.
type comparison struct {
	res     *record.Result
	sum     *experiment.Summary
	opt     plots.Options
	formats []string
}

func newComparison(runs []finishedRun) *comparison {
	first := runs[0]
	c := &comparison{
		res: &record.Result{Name: comparisonName, Phases: first.Result.Phases},
		sum: &experiment.Summary{Name: comparisonName, Versions: experiment.Versions(),
			Variants: map[string]experiment.VariantSummary{}},
		opt:     runner.FigureOptions(first.Config),
		formats: first.Config.Plots.Formats,
	}
	c.opt.Discrete, c.opt.Phases, c.opt.Wirings = nil, nil, nil
	c.opt.Seeds = seedGroups(runs)
	labels := comparisonLabels(runs)
	for _, run := range runs {
		opt := runner.FigureOptions(run.Config)
		for i, v := range run.Result.Variants {
			label := labels[0]
			labels = labels[1:]
			if outcome, ok := run.Summary.Variants[v.Label]; ok {
				c.sum.Variants[label] = outcome
			}
			v.Label = label
			c.res.Variants = append(c.res.Variants, v)
			c.opt.Discrete = append(c.opt.Discrete, i < len(opt.Discrete) && opt.Discrete[i])
			c.opt.Phases = append(c.opt.Phases, phasesOf(run, opt, i))
		}
	}
	return c
}

// phasesOf are those of a variant of a run.
func phasesOf(run finishedRun, opt plots.Options, variant int) []record.Phase {
	if variant < len(opt.Phases) {
		return opt.Phases[variant]
	}
	return run.Result.Phases
}

// comparisonLabels names all variants of all runs: by their own names if these
// are unique, by the run's if it has no other variant, otherwise by both.
func comparisonLabels(runs []finishedRun) []string {
	count := map[string]int{}
	for _, run := range runs {
		for _, v := range run.Result.Variants {
			count[v.Label]++
		}
	}
	var short, full []string
	for _, run := range runs {
		for _, v := range run.Result.Variants {
			both := run.name + ": " + v.Label
			full = append(full, both)
			switch {
			case count[v.Label] == 1:
				short = append(short, v.Label)
			case len(run.Result.Variants) == 1:
				short = append(short, run.name)
			default:
				short = append(short, both)
			}
		}
	}
	if sorted := slices.Sorted(slices.Values(short)); len(slices.Compact(sorted)) < len(short) {
		return full // a run is named as a variant of another
	}
	return short
}

// figure chooses what shows the variants side by side: their learning over
// simulated time or, if all were trained on data sets, over epochs; of populations
// that spike, their rates.
func (c *comparison) figure() (name string, draw func(*record.Result, plots.Options) (*plots.Figure, error), err error) {
	switch {
	case c.trained():
		return "training", plots.Training, nil
	case !slices.ContainsFunc(c.res.Variants, func(v record.Variant) bool { return v.Spikes == nil }):
		return "rates", plots.SpikeRates, nil
	case c.haveCommonColumn():
		return "learning", plots.Learning, nil
	}
	return "", nil, errors.New("the runs have no column of metrics in common")
}

// trained tells whether all variants were trained on data sets.
func (c *comparison) trained() bool {
	return !slices.ContainsFunc(c.res.Variants, func(v record.Variant) bool { return v.Training == nil })
}

// haveCommonColumn tells whether there is a metric that all variants have.
func (c *comparison) haveCommonColumn() bool {
	first := c.res.Variants[0].Metrics
	if first == nil || first.Len() == 0 {
		return false
	}
	return slices.ContainsFunc(first.Columns[1:], func(name string) bool {
		return !slices.ContainsFunc(c.res.Variants, func(v record.Variant) bool {
			return v.Metrics == nil || !slices.Contains(v.Metrics.Columns, name)
		})
	})
}

func (c *comparison) samePhases() bool {
	return !slices.ContainsFunc(c.opt.Phases, func(phases []record.Phase) bool {
		return !reflect.DeepEqual(phases, c.opt.Phases[0])
	})
}

func (c *comparison) write(dir *rundir.Dir, figure string, draw runner.WriteFigure) error {
	err := atomicfile.Write(filepath.Join(dir.Path(), comparisonFile), func(w io.Writer) error {
		if c.trained() {
			return rundir.WriteEpochs(w, c.res.Variants)
		}
		return rundir.WriteMetrics(w, c.res.Variants)
	})
	if err != nil {
		return err
	}
	if err := runner.WriteFormats(dir, figure, c.formats, draw); err != nil {
		return err
	}
	// The signals stay in the runs' folders.
	return dir.WriteRecord(nil, c.sum)
}
