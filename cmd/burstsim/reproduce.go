package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/linalg"
	"burstsim/internal/reproduction"
	"burstsim/internal/sweep"
	"burstsim/reproduce"
)

// reproduceOptions are the flags of reproduce.
type reproduceOptions struct {
	sweepOptions
	fast bool
}

func (p *program) reproduceCommand() *cobra.Command {
	var opt reproduceOptions
	cmd := &cobra.Command{
		Use:   "reproduce [NAME...]",
		Short: "Reproduce figures and tables of the published papers",
		Long: `Reproduce figures and tables of the published papers: run what they need, draw it
in their arrangement, and print published numbers beside measured ones with their
spread over seeds. Without a NAME, list what there is, with the time that it takes
on two processors; all stands for everything.

Each is a sweep. --quick takes a shortened version, which figure and table say.
DIR/NAME, or DIR/NAME-quick, receives the experiment (experiment.toml), the published
values (published.toml), the sweep (sweep/), figure.png, figure.svg and figure.pdf,
table.md and table.csv. What is done there is taken, what is missing is run, and the
same command goes on after an interrupt. With --engine slurm, jobs are submitted, and
the same command draws when they are done; --wait waits for them.

Exit status: 0; 1 if a run failed or the folder cannot be written; 2 if the command
line is wrong; 128 and its number after a signal, 130 after an interrupt.`,
		Example: `  burstsim reproduce                        what there is
  burstsim reproduce sin_wave --quick
  burstsim reproduce mnist --engine slurm --time 4:00:00 --wait`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			all, err := reproduction.List(reproduce.Files)
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return append(namesOf(all), "all"), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := reproduction.List(reproduce.Files)
			if err != nil {
				return failure(err)
			}
			if len(args) == 0 {
				return p.listReproductions(all)
			}
			if err := opt.checkEngine(cmd.Flags()); err != nil {
				return err
			}
			chosen, err := chooseReproductions(all, args)
			if err != nil {
				return err
			}
			for _, r := range chosen {
				if err := p.reproduce(cmd.Context(), r, opt); err != nil {
					return err
				}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&opt.fast, "quick", false, "a shortened version, in minutes")
	flags.StringVar(&opt.out, "out", "reproductions", "`DIR` that receives a folder each")
	flags.StringVar(&opt.engine, "engine", engineLocal, "who runs it: `ENGINE` local, this process, or slurm, job arrays of that scheduler")
	flags.BoolVarP(&opt.tells.quiet, "quiet", "q", false, "print nothing but tables, folders, warnings and errors")
	opt.slurm.add(flags)
	return cmd
}

func namesOf(all []*reproduction.Reproduction) (names []string) {
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

func (p *program) listReproductions(all []*reproduction.Reproduction) error {
	out := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "name\tpaper\tfigure or table\tquick\tfull")
	for _, r := range all {
		fmt.Fprintln(out, strings.Join([]string{r.Name, r.Paper, r.Figure, r.Quick.Takes, r.Takes}, "\t"))
	}
	return out.Flush()
}

// chooseReproductions finds those with these names.
func chooseReproductions(all []*reproduction.Reproduction, names []string) (chosen []*reproduction.Reproduction, err error) {
	for _, name := range names {
		if name == "all" {
			return all, nil
		}
		i := slices.IndexFunc(all, func(r *reproduction.Reproduction) bool { return r.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("reproduce: %.60q, did you mean %q? burstsim reproduce lists what there is", name, closest(name, namesOf(all)))
		}
		if !slices.Contains(chosen, all[i]) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen, nil
}

// closest is the word that takes the fewest changes to get to.
func closest(word string, words []string) string {
	return slices.MinFunc(words, func(a, b string) int {
		return cmp.Compare(levenshtein.ComputeDistance(word, a), levenshtein.ComputeDistance(word, b))
	})
}

// reproduce runs what is missing of one, and draws it.
func (p *program) reproduce(ctx context.Context, r *reproduction.Reproduction, opt reproduceOptions) error {
	name, takes := r.Name, sweep.Options{BLAS: linalg.BuiltIn()}
	if opt.fast {
		name += "-quick"
		takes.Set, takes.Vary = r.Quick.Set, r.Quick.Sweep
	}
	dir := filepath.Join(opt.out, name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return failure(fmt.Errorf("cannot make folder %s: %w", dir, atomicfile.Cause(err)))
	}
	for file, content := range map[string][]byte{reproduction.ExperimentFile: r.Experiment, reproduction.PublishedFile: r.Published} {
		if err := writeBytes(filepath.Join(dir, file), content); err != nil {
			return failure(err)
		}
	}
	plan, err := sweep.New(filepath.Join(dir, reproduction.ExperimentFile), takes)
	if err != nil {
		return failure(err)
	}
	opt.out = filepath.Join(dir, "sweep")
	a, err := p.complete(ctx, plan, opt.sweepOptions)
	if a == nil || err != nil {
		return err
	}
	if err := p.writeReproduction(r, a, dir, opt.fast); err != nil {
		return failure(err)
	}
	return failedRuns(a)
}

// complete brings a plan to its end, here or on a cluster. The aggregate is nil if
// jobs are not done yet.
func (p *program) complete(ctx context.Context, plan *sweep.Plan, opt sweepOptions) (*sweep.Aggregate, error) {
	if _, err := plan.Begin(opt.out); err != nil {
		return nil, failure(err)
	}
	if opt.engine == engineLocal {
		return p.sweepHere(ctx, plan, opt.tells)
	}
	before, err := plan.Status()
	if err != nil {
		return nil, failure(err)
	}
	if before.Done < before.Total {
		if err := p.submitSweep(ctx, plan, opt); err != nil {
			return nil, err
		}
		if after, err := plan.Status(); err != nil || after.Done < after.Total {
			return nil, err
		}
	}
	a, err := plan.Collect()
	if err == nil {
		err = a.Write()
	}
	if err != nil {
		return nil, failure(err)
	}
	return a, nil
}

// writeReproduction writes and prints what came of it.
func (p *program) writeReproduction(r *reproduction.Reproduction, a *sweep.Aggregate, dir string, quick bool) error {
	rows := r.Measure(a)
	err := atomicfile.Write(filepath.Join(dir, "table.md"), func(w io.Writer) error { return r.WriteMarkdown(w, rows, quick) })
	if err == nil {
		err = atomicfile.Write(filepath.Join(dir, "table.csv"), func(w io.Writer) error { return r.WriteCSV(w, rows) })
	}
	if err != nil {
		return err
	}
	fig, err := r.Draw(a, rows, quick)
	if err != nil {
		return err
	}
	for _, format := range []string{"png", "svg", "pdf"} {
		if err := atomicfile.Write(filepath.Join(dir, "figure."+format), func(w io.Writer) error { return fig.WriteTo(w, format) }); err != nil {
			return err
		}
	}
	if err := r.WriteText(p.out, rows, quick); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, dir)
	return err
}

func writeBytes(path string, content []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(content); return err })
}
