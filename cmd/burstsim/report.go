package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/explain"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	simprogram "burstsim/sim/program"
)

const reportFile = "report.html"

func (p *program) reportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Write a page of HTML about a run",
		Long: `Write one page of HTML with all that there is to say of a run: what it came to or
why it failed, its figures, its experiment file and what of it differs from the
defaults, the versions that made it, and how to run it again. It needs no other
file and no network: open it from disk, print it, or send it.

The page goes into RUN/report.html unless -o says otherwise; a page that is there
is replaced. Its path is printed.

Exit status: 0; 1 if a file of the run cannot be read or the page cannot be
written; 2 if the command line is wrong.`,
		Example: `  burstsim report runs/regression-20260501-120000
  burstsim report runs/a -o a.html`,
		Args:              needRun,
		ValidArgsFunction: completeDirs,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.writeReport(args[0], out); err != nil {
				return failure(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to `FILE`")
	return cmd
}

func (p *program) writeReport(dir, out string) error {
	d, err := inspect(dir)
	if err != nil {
		return err
	}
	doc, err := report.Describe(d)
	if err != nil {
		return err
	}
	// The page itself is not among the files: written again it is the same.
	doc.Contents.Files = slices.DeleteFunc(doc.Contents.Files, func(f rundir.File) bool { return f.Path == reportFile })
	page := &report.Page{Document: doc}
	if page.Config, err = os.ReadFile(filepath.Join(dir, "config.toml")); err != nil {
		return err
	}
	if d.Summary != nil || d.Live() {
		run, err := rundir.Snapshot(dir)
		if err != nil {
			return err
		}
		page.Figures, page.Missing = drawPage(run)
		drawn, missing := drawCircuits(run.Config)
		page.Figures, page.Missing = append(page.Figures, drawn...), append(page.Missing, missing...)
	}
	if out == "" {
		out = filepath.Join(dir, reportFile)
	}
	if err := atomicfile.Write(out, page.WriteHTML); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, out)
	return err
}

// drawCircuits draws the models of an experiment and its variants, each as it
// first appears.
func drawCircuits(cfg config.Config) (drawn []report.Figure, missing []string) {
	all := []config.Config{cfg}
	for _, v := range cfg.Compare {
		all = append(all, v.Config)
	}
	seen := map[string]bool{}
	for _, c := range all {
		if c.Model.Text == nil || c.Spikes() || seen[c.Model.Kind] {
			continue
		}
		seen[c.Model.Kind] = true
		maps, dense := c.Model.Stack()
		sizes := []int{1} // how many units there are is not in the figure
		for range len(maps) + len(dense) + 1 {
			sizes = append(sizes, 1)
		}
		var svg bytes.Buffer
		fig, err := explain.Circuit(c.Model.Text, simprogram.Setting{Sizes: sizes, Values: c.Parameters(), Usage: c.Usage()})
		if err == nil {
			err = fig.WriteTo(&svg, "svg")
		}
		if err != nil {
			missing = append(missing, fmt.Sprintf("the circuit of %s could not be drawn: %v", c.Model.Kind, err))
			continue
		}
		drawn = append(drawn, report.Figure{Name: "circuit", Of: c.Model.Kind, SVG: svg.Bytes()})
	}
	return drawn, missing
}

// drawPage draws what the experiment asked for or, if that is nothing, what it
// can show, and says why the rest cannot be drawn: of a run that stopped early
// there may be too little.
func drawPage(run *rundir.Run) (drawn []report.Figure, missing []string) {
	names := runner.Figures(run.Config)
	if len(names) == 0 {
		names = run.Config.AllFigures()
	}
	for _, name := range names {
		var svg bytes.Buffer
		write, err := runner.Draw(name, run.Result, run.Config)
		if err == nil {
			err = write(&svg, "svg")
		}
		if err != nil {
			missing = append(missing, fmt.Sprintf("figure %s could not be drawn: %v", name, err))
			continue
		}
		drawn = append(drawn, report.Figure{Name: name, SVG: svg.Bytes()})
	}
	return drawn, missing
}
