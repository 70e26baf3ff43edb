package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/bench"
	"burstsim/internal/linalg"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
)

// benchOptions are the flags of bench.
type benchOptions struct {
	blas  string
	quick bool
	only  string
	out   string

	against, python string
}

func (p *program) benchCommand() *cobra.Command {
	var opt benchOptions
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast this machine runs the program",
		Long: `Measure memory bandwidth, matrix products, steps in continuous time and of
populations that spike, training on images by each optimiser, start-up, and how the cost of a step grows with a network, and print
a table; docs/performance.md explains its lines. Images are random and nothing
is downloaded. It takes up to three minutes, with --quick some seconds. Other
programs that run at the same time make everything slower. Limits are those of
memory and of the processor, measured in the same run.

With --against python, some of these jobs are done by NumPy too, and by PyTorch
where Python has it, in turns with burstsim, after a check that all come to the
same weights. The program in Python is written as one would for oneself, with the
same equations; it comes with burstsim.

With --only, it measures one of these groups: ` + strings.Join(bench.Groups(), ", ") + `.

With --out, DIR gets bench.json, bench.csv and, if the scaling was measured,
figures/scaling.png and .svg.

Exit status: 0; 1 if a measurement fails or a file cannot be written; 2 if the
command line is wrong; 130 after an interrupt.`,
		Example: `  burstsim bench
  burstsim bench --against python
  burstsim bench --quick --blas library      by an installed OpenBLAS or Accelerate
  burstsim bench --only optimisers
  burstsim bench --out results/bench`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.bench(cmd.Context(), opt) },
	}
	flags := cmd.Flags()
	addBLASFlag(flags, &opt.blas)
	flags.BoolVar(&opt.quick, "quick", false, "fewer and shorter repeats")
	flags.StringVar(&opt.only, "only", "", "measure this `GROUP` alone")
	flags.StringVar(&opt.against, "against", "", "do the same jobs in turns by `PEER`: python")
	flags.StringVar(&opt.python, "python", "", "with --against, the interpreter `PATH`; otherwise the first on the path that has NumPy")
	flags.StringVar(&opt.out, "out", "", "write the results to folder `DIR`, new or empty")
	return cmd
}

func (p *program) bench(ctx context.Context, opt benchOptions) error {
	if opt.only != "" && !slices.Contains(bench.Groups(), opt.only) {
		return &statusError{status: statusUsage, err: fmt.Errorf("--only: no group %q, expected one of %s", opt.only, strings.Join(bench.Groups(), ", "))}
	}
	if opt.against != "" && opt.against != "python" {
		return fmt.Errorf("--against %q, expected python", opt.against)
	}
	if opt.python != "" && opt.against == "" {
		return errors.New("--python does nothing without --against python")
	}
	if opt.out != "" {
		if err := rundir.Check(opt.out); err != nil {
			return failure(err)
		}
	}
	if err := linalg.Use(opt.blas); err != nil {
		return &statusError{status: statusUsage, err: fmt.Errorf("--blas: %w", err)}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	set := bench.Options{BLAS: opt.blas, Quick: opt.quick, Only: opt.only, Against: opt.against != "", Python: opt.python}
	if self, err := os.Executable(); err == nil {
		set.Program = self
	}
	if p.terminal {
		set.Progress = func(group string) { fmt.Fprintf(p.err, "measuring: %s\n", group) }
	}
	report, err := bench.Run(ctx, set)
	if status, stopped := interruptStatus(ctx); stopped {
		return &statusError{status: status}
	}
	if err != nil {
		return failure(err)
	}
	if err := report.WriteTable(p.out); err != nil {
		return failure(err)
	}
	if opt.out == "" {
		return nil
	}
	if err := writeBench(opt.out, report); err != nil {
		return failure(err)
	}
	fmt.Fprintln(p.out, opt.out)
	return nil
}

func writeBench(path string, report *bench.Report) error {
	dir, err := rundir.CreateAt(path)
	if err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{"bench.json": report.WriteJSON, "bench.csv": report.WriteCSV} {
		if err := atomicfile.Write(filepath.Join(path, name), write); err != nil {
			return err
		}
	}
	if len(report.Scaling) == 0 {
		return nil
	}
	figure, err := report.Figure()
	if err != nil {
		return err
	}
	return runner.WriteFormats(dir, "scaling", []string{"png", "svg"}, figure.WriteTo)
}
