package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/explain"
	"burstsim/internal/methods"
	"burstsim/internal/report"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/internal/sweep"
	simprogram "burstsim/sim/program"
)

const reportFile = "report.html"

func (p *program) reportCommand() *cobra.Command {
	var out, methods string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Write a page of HTML about a run",
		Long: `Write one page of HTML with all that there is to say of a run: what it came to or
why it failed, its figures, its experiment file and what of it differs from the
defaults, the versions that made it, and how to run it again. It needs no other
file and no network: open it from disk, print it, or send it.

The page goes into RUN/report.html unless -o says otherwise; a page that is there
is replaced. Its path is printed.

With --methods a methods section is written too, as a document that LaTeX sets: the
equations of the models, parameters with units, integrator, seeds, versions; and
beside it, as .bib, the sources in BibTeX. The page has both. RUN may be the folder of a
sweep, whose page burstsim sweep report writes.

Exit status: 0; 1 if a file of the run cannot be read or the page cannot be
written; 2 if the command line is wrong.`,
		Example: `  burstsim report runs/regression-20260501-120000
  burstsim report runs/a -o a.html
  burstsim report runs/a --methods methods.tex`,
		Args:              needRun,
		ValidArgsFunction: completeDirs,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.writeReport(args[0], out, methods); err != nil {
				return failure(err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "write to `FILE`")
	cmd.Flags().StringVar(&methods, "methods", "", "write the methods section to `FILE`.tex too, and its sources to FILE.bib")
	return cmd
}

func (p *program) writeReport(dir, out, methodsFile string) error {
	if methodsFile != "" && filepath.Ext(methodsFile) != ".tex" {
		return fmt.Errorf("--methods: %.60q, expected a file that ends in .tex", methodsFile)
	}
	if sweep.Is(dir) {
		return p.reportSweep(dir, out, methodsFile)
	}
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
	section := methods.Section{Config: d.Config}
	if d.Summary != nil {
		section.Versions = d.Summary.Versions
	}
	if page.Methods, err = section.TeX("methods"); err != nil {
		return err
	}
	page.Sources = methods.BibTeX(d.Config)
	if err := p.writeMethods(section, methodsFile); err != nil {
		return err
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

// reportSweep writes the page of a sweep, and its methods section.
func (p *program) reportSweep(dir, out, methodsFile string) error {
	a, err := aggregated(dir)
	if err != nil {
		return err
	}
	cfg, err := a.Plan.Config(a.Plan.Points[0])
	if err != nil {
		return err
	}
	section := methods.Section{Config: cfg, Runs: len(a.Plan.Points), Sweep: a.Plan.Axes(), Versions: map[string]string{"program": a.Program()}}
	if err := p.writeMethods(section, methodsFile); err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(dir, reportFile)
	}
	if err := atomicfile.Write(out, a.WriteReport); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, out)
	return err
}

// writeMethods writes a methods section and its sources, unless file is "".
func (p *program) writeMethods(s methods.Section, file string) error {
	if file == "" {
		return nil
	}
	base := strings.TrimSuffix(file, ".tex")
	text, err := s.TeX(filepath.Base(base))
	if err != nil {
		return err
	}
	if err := writeBytes(file, []byte(text)); err != nil {
		return err
	}
	fmt.Fprintln(p.out, file)
	sources := methods.BibTeX(s.Config)
	if sources == "" {
		return nil
	}
	if err := writeBytes(base+".bib", []byte(sources)); err != nil {
		return err
	}
	fmt.Fprintln(p.out, base+".bib")
	return nil
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
