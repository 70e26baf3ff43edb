package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/rundir"
	"burstsim/internal/runner"
	"burstsim/plots"
	"burstsim/sim/record"
)

// plotOptions are the flags of plot.
type plotOptions struct {
	figures []string
	formats []string
	out     string

	// of the dynamics
	units    int
	indices  []int
	layer    int
	windows  []string
	variants []string
	panels   []string
	inputs   []int
	outputs  []int

	// of all figures
	limits []string
	width  string
}

func (p *program) plotCommand() *cobra.Command {
	var opt plotOptions
	cmd := &cobra.Command{
		Use:   "plot RUN",
		Short: "Draw the figures of a run again",
		Long: `Draw figures from what a run recorded, without running it again: those that its
experiment asked for, or the ones of --figure. Panels, inputs, outputs, units, layers,
windows and variants can be chosen among the recorded ones; they concern the dynamics,
which alone are drawn if --figure does not say otherwise. Limits are those of the
dynamics' panels, or of loss in the learning figure. --width is that of a journal's
column, single (89 mm), middle (120 mm) or double (183 mm), or a number of mm. The variant is also that of
the figures filters, confusion, states, learning and training, which can show several. Of
populations that spike, --window and --unit concern the figure spikes. Of a
run that goes on, or was killed, what it has recorded so far is drawn.

The figures of the run stay as they are: new ones go into RUN/figures-2,
RUN/figures-3 and so on. With --out they go into DIR, in the place of files of
the same name. Their paths are printed, one a line.

Exit status: 0; 1 if the run cannot be read, a figure cannot be drawn from what
was recorded, or a file cannot be written; 2 if the command line is wrong.`,
		Example: `  burstsim plot runs/a --format pdf
  burstsim plot runs/a --window 10s:12s --window 1995s:2005s --unit 0,24
  burstsim plot runs/a --figure dynamics --variant discrete --out talk
  burstsim plot runs/a --panel output --panel burst_prob --ylim burst_prob=0:1 --width single
  burstsim plot runs/a --figure learning --ylim loss=1e-4:1 --width 120`,
		Args:              needRun,
		ValidArgsFunction: completeDirs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("units") && opt.units < 1 {
				return fmt.Errorf("--units: %d, expected at least 1", opt.units)
			}
			if cmd.Flags().Changed("layer") && opt.layer < 1 {
				return fmt.Errorf("--layer: %d, expected at least 1", opt.layer)
			}
			return p.plot(args[0], opt)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&opt.figures, "figure", nil, "draw `NAME`, such as dynamics, or all; may be repeated")
	flags.StringSliceVar(&opt.formats, "format", nil, "file `FORMAT` png, svg or pdf instead of the experiment's; may be repeated")
	flags.StringVar(&opt.out, "out", "", "write into folder `DIR`, in the place of figures that are there")
	flags.IntVar(&opt.units, "units", 0, "show `N` units of a layer, spread over the recorded ones")
	flags.IntSliceVar(&opt.indices, "unit", nil, "show the unit with this index `I` in its layer; several with commas, or repeated")
	flags.IntVar(&opt.layer, "layer", 0, "show layer `L`, counted from 1, instead of the lowest")
	flags.StringArrayVar(&opt.windows, "window", nil, "show `FROM:TO` of the simulated time, such as 10s:12.5s; may be repeated")
	flags.StringArrayVar(&opt.variants, "variant", nil, "show the variant `NAME` instead of the experiment itself; may be repeated where a figure shows several")
	flags.StringSliceVar(&opt.panels, "panel", nil, "show the panel `NAME` only, such as input, output or burst_prob; may be repeated")
	flags.IntSliceVar(&opt.inputs, "input", nil, "show the input with this index `I`; several with commas, or repeated")
	flags.IntSliceVar(&opt.outputs, "output", nil, "show the output with this index `I`")
	flags.StringArrayVar(&opt.limits, "ylim", nil, "let the axis of a panel go over `PANEL=FROM:TO`; may be repeated")
	flags.StringVar(&opt.width, "width", "", "make figures `WIDTH` wide: single, middle, double, or a number of mm from 60 to 300")
	cmd.MarkFlagsMutuallyExclusive("units", "unit")
	completeWords(cmd, "width", slices.Sorted(maps.Keys(plots.Widths)))
	completeWords(cmd, "figure", config.Choices("plots.figures"))
	completeWords(cmd, "format", config.Choices("plots.formats"))
	return cmd
}

// needRun says what is wanted where cobra would only count arguments.
func needRun(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s: %d run folders, expected one", cmd.Name(), len(args))
	}
	return nil
}

// chosen tells whether a flag that concerns the dynamics was given.
func (o plotOptions) chosen() bool {
	return len(o.panels) > 0 || len(o.inputs) > 0 || len(o.outputs) > 0 || o.units > 0 || len(o.indices) > 0 || o.layer > 0 || len(o.windows) > 0 || len(o.variants) > 0
}

// onlyVariant tells whether that is all that was chosen.
func (o plotOptions) onlyVariant() bool {
	o.variants = nil
	return !o.chosen()
}

func (p *program) plot(dir string, opt plotOptions) error {
	if err := checkWords("--figure", opt.figures, config.Choices("plots.figures")); err != nil {
		return err
	}
	if err := checkWords("--format", opt.formats, config.Choices("plots.formats")); err != nil {
		return err
	}
	windows, err := parseWindows(opt.windows)
	if err != nil {
		return err
	}
	width, err := parseWidth(opt.width)
	if err != nil {
		return err
	}
	limits, err := parseLimits(opt.limits)
	if err != nil {
		return err
	}
	if len(opt.outputs) > 1 {
		return fmt.Errorf("--output: %d of them, expected one", len(opt.outputs))
	}
	if err := rundir.CheckRun(dir); err != nil {
		return failure(err)
	}
	run, err := rundir.Snapshot(dir)
	if err != nil {
		return failure(err)
	}
	choice, chosen, err := opt.choice(run, windows)
	if err != nil {
		return failure(fmt.Errorf("%s: %w", dir, err))
	}
	choice.Width, choice.Limits, choice.Panels, choice.Inputs, choice.Outputs = width, limits, opt.panels, opt.inputs, opt.outputs
	names := opt.names(run.Config)
	if run.Config.Spikes() {
		if opt.layer > 0 || opt.units > 0 {
			return fmt.Errorf("plot: populations that spike have no layers, and one neuron is shown, which --unit names")
		}
		if (len(opt.indices) > 0 || len(opt.windows) > 0) && !slices.Contains(names, "spikes") {
			return fmt.Errorf("plot: a unit and windows concern the figure spikes, which is not among %s", strings.Join(names, ", "))
		}
	} else if opt.chosen() && !slices.Contains(names, "dynamics") && !(opt.onlyVariant() && slices.ContainsFunc(names, ofVariants)) {
		return fmt.Errorf("plot: panels, inputs, outputs, units, layers, windows and variants concern the figure dynamics, which is not among %s", strings.Join(names, ", "))
	}
	var drawn []drawing
	var failed []string
	for _, name := range names {
		res, choice := run.Result, choice
		if len(opt.variants) > 0 && ofVariants(name) {
			res, choice = only(chosen, res, choice)
		} else if len(chosen) > 1 && name == "dynamics" {
			return fmt.Errorf("--variant: the figure %s shows one, not %d", name, len(chosen))
		}
		write, err := runner.DrawChosen(name, res, choice)
		if err != nil {
			failed = append(failed, fmt.Sprintf("figure %s: %v", name, err))
			continue
		}
		drawn = append(drawn, drawing{name, write})
	}
	if len(drawn) > 0 {
		if err := p.writeDrawings(dir, opt.out, formatsOf(opt.formats, run.Config), drawn); err != nil {
			return failure(err)
		}
	}
	if len(failed) == 0 {
		return nil
	}
	err = fmt.Errorf("%s: %s", dir, strings.Join(failed, "; "))
	if run.Live && len(drawn) > 0 {
		p.warn(err) // the rest may come
		return nil
	}
	return failure(err)
}

// ofVariants tells whether a figure has a part for each variant, of which one
// can be drawn alone.
func ofVariants(figure string) bool {
	return slices.Contains([]string{"filters", "confusion", "states", "learning", "training"}, figure)
}

// drawing is a figure that could be drawn.
type drawing struct {
	name  string
	write runner.WriteFigure
}

func checkWords(flag string, words, known []string) error {
	for _, w := range words {
		if !slices.Contains(known, w) {
			return fmt.Errorf("%s: %q, expected %s", flag, w, strings.Join(known, ", "))
		}
	}
	return nil
}

// names are the figures to be drawn.
func (o plotOptions) names(cfg config.Config) []string {
	switch {
	case slices.Contains(o.figures, "all"):
		return cfg.AllFigures()
	case len(o.figures) > 0:
		return slices.Compact(slices.Clone(o.figures))
	case o.chosen() && cfg.Spikes():
		return []string{"spikes"}
	case o.chosen():
		return []string{"dynamics"}
	case len(cfg.Plots.Figures) > 0:
		return runner.Figures(cfg)
	}
	return cfg.AllFigures()
}

func formatsOf(formats []string, cfg config.Config) []string {
	switch {
	case len(formats) > 0:
		return formats
	case len(cfg.Plots.Formats) > 0:
		return cfg.Plots.Formats
	}
	return []string{"png"}
}

// choice is what the flags mean for this run.
func (o plotOptions) choice(run *rundir.Run, windows [][2]float64) (opt plots.Options, chosen []int, err error) {
	opt = runner.FigureOptions(run.Config)
	opt.Indices, opt.Layer, opt.Windows = o.indices, o.layer, windows
	if o.units > 0 {
		opt.Units = o.units
	}
	var labels []string
	for _, v := range run.Result.Variants {
		labels = append(labels, v.Label)
	}
	for _, name := range o.variants {
		i := slices.Index(labels, name)
		if i < 0 {
			return opt, nil, fmt.Errorf("no variant %q, did you mean %q? expected %s", name, closest(name, labels), quotedList(labels))
		}
		chosen = append(chosen, i)
	}
	if len(chosen) > 0 {
		opt.Variant = chosen[0]
	}
	return opt, chosen, nil
}

func quotedList(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strconv.Quote(w)
	}
	return strings.Join(out, ", ")
}

// only is a result, and what a figure is told of it, with some of the variants.
func only(chosen []int, res *record.Result, opt plots.Options) (*record.Result, plots.Options) {
	out := *res
	out.Variants, out.Limit = nil, nil
	some := plots.Options{Units: opt.Units, Width: opt.Width, Limits: opt.Limits, PBaseline: opt.PBaseline}
	for _, i := range chosen {
		out.Variants = append(out.Variants, res.Variants[i])
		if i < len(opt.Discrete) {
			some.Discrete = append(some.Discrete, opt.Discrete[i])
		}
		if i < len(opt.Phases) {
			some.Phases = append(some.Phases, opt.Phases[i])
		}
	}
	return &out, some
}

// parseWindows reads "10s:12.5s".
func parseWindows(texts []string) ([][2]float64, error) {
	var out [][2]float64
	for _, text := range texts {
		from, to, _ := strings.Cut(text, ":")
		start, startErr := time.ParseDuration(from)
		end, endErr := time.ParseDuration(to)
		if startErr != nil || endErr != nil || start >= end {
			return nil, fmt.Errorf("--window: %q, expected FROM:TO with units, such as 10s:12.5s", text)
		}
		out = append(out, [2]float64{start.Seconds(), end.Seconds()})
	}
	return out, nil
}

// parseWidth reads the width of figures, in mm; 0 of "".
func parseWidth(text string) (float64, error) {
	if mm, named := plots.Widths[text]; named || text == "" {
		return mm, nil
	}
	mm, err := strconv.ParseFloat(strings.TrimSuffix(text, "mm"), 64)
	if err == nil && mm >= 60 && mm <= 300 {
		return mm, nil
	}
	if err == nil {
		return 0, fmt.Errorf("--width: %.60q, expected 60 to 300 mm", text)
	}
	names := slices.Sorted(maps.Keys(plots.Widths))
	return 0, fmt.Errorf("--width: %.60q, did you mean %q? expected %s or a number of mm", text, closest(text, names), strings.Join(names, ", "))
}

// parseLimits reads "burst_prob=0:1".
func parseLimits(texts []string) (map[string][2]float64, error) {
	out := map[string][2]float64{}
	for _, text := range texts {
		name, ends, _ := strings.Cut(text, "=")
		from, to, _ := strings.Cut(ends, ":")
		low, lowErr := strconv.ParseFloat(from, 64)
		high, highErr := strconv.ParseFloat(to, 64)
		if name == "" || lowErr != nil || highErr != nil || !(low < high) || math.IsInf(low, 0) || math.IsInf(high, 0) {
			return nil, fmt.Errorf("--ylim: %.60q, expected PANEL=FROM:TO, two numbers that ascend, such as burst_prob=0:1", text)
		}
		out[name] = [2]float64{low, high}
	}
	return out, nil
}

// writeDrawings prints the path of each file once it is there.
func (p *program) writeDrawings(run, out string, formats []string, drawn []drawing) error {
	folder, err := figureFolder(run, out)
	if err != nil {
		return err
	}
	for _, d := range drawn {
		for _, format := range slices.Compact(slices.Clone(formats)) {
			path := filepath.Join(folder, d.name+"."+format)
			if err := atomicfile.Write(path, func(w io.Writer) error { return d.write(w, format) }); err != nil {
				return err
			}
			if _, err := fmt.Fprintln(p.out, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// figureFolder makes the folder out, or the next one beside the run's own.
func figureFolder(run, out string) (string, error) {
	if out != "" {
		if err := os.MkdirAll(out, 0o777); err != nil {
			return "", fmt.Errorf("cannot make folder: %w", err)
		}
		return out, nil
	}
	for n := 2; ; n++ {
		path := filepath.Join(run, fmt.Sprintf("figures-%d", n))
		err := os.Mkdir(path, 0o777)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", fmt.Errorf("cannot make folder: %w; --out names another", err)
		}
	}
}
