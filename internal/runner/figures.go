package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/rundir"
	"burstsim/plots"
	"burstsim/sim/record"
)

// WriteFigure writes one figure in a file format.
type WriteFigure func(w io.Writer, format string) error

// Draw makes one of the figures that an experiment file can ask for.
func Draw(figure string, res *record.Result, cfg config.Config) (WriteFigure, error) {
	return DrawChosen(figure, res, FigureOptions(cfg))
}

// DrawChosen is Draw with what a reader chose.
func DrawChosen(figure string, res *record.Result, opt plots.Options) (WriteFigure, error) {
	var fig *plots.Figure
	var err error
	switch figure {
	case "dynamics":
		fig, err = plots.Dynamics(res, opt)
	case "learning":
		fig, err = plots.Learning(res, opt)
	case "limit":
		fig, err = plots.Limit(res, opt)
	case "training":
		fig, err = plots.Training(res, opt)
	case "states":
		fig, err = plots.States(res, opt)
	case "filters":
		fig, err = plots.Filters(res, opt)
	case "confusion":
		fig, err = plots.Confusion(res, opt)
	case "ranks":
		fig, err = plots.Ranks(res, opt)
	case "spikes":
		fig, err = plots.Spikes(res, opt)
	case "plasticity":
		fig, err = plots.Plasticity(res, opt)
	case "routing":
		fig, err = plots.Routing(res, opt)
	case "ensembles":
		fig, err = plots.Ensembles(res, opt)
	case "cycles":
		fig, err = plots.Cycles(res, opt)
	default:
		return nil, errors.New("no such figure")
	}
	if err != nil {
		return nil, err
	}
	return fig.WriteTo, nil
}

// FigureOptions is what a figure needs of the experiment beside its recording.
func FigureOptions(cfg config.Config) plots.Options {
	opt := plots.Options{Units: cfg.Plots.Units, PBaseline: Baseline(cfg)}
	variants := []config.Config{cfg}
	for _, v := range cfg.Compare {
		variants = append(variants, v.Config)
	}
	for _, v := range variants {
		opt.Discrete = append(opt.Discrete, isDiscrete(v))
		opt.Phases = append(opt.Phases, experiment.Phases(v))
		opt.Wirings = append(opt.Wirings, experiment.Wiring(v))
	}
	return opt
}

// Baseline is the burst probability without error, where the model has one.
func Baseline(cfg config.Config) float64 {
	if p, ok := cfg.Parameter("model.p_baseline").(float64); ok {
		return p
	}
	return 0.5
}

func isDiscrete(cfg config.Config) bool { return cfg.Time.Kind == "discrete" }

// ErrNotDrawn means that a signal came before all figures were drawn. Whoever
// sent it may kill at any moment, and they can be drawn later.
var ErrNotDrawn = errors.New("figures are not drawn yet")

// nothingToShow is why a figure cannot be drawn of what was recorded.
type nothingToShow struct{ error }

func (n nothingToShow) Unwrap() error { return n.error }

// writeFigures draws what the experiment asked for, until ctx ends. It goes on
// after a figure that fails and returns all errors.
func (r *Runner) writeFigures(ctx context.Context, dir *rundir.Dir, cfg config.Config, res *record.Result) error {
	if res == nil {
		return nil
	}
	var failed []error
	for _, name := range Figures(cfg) {
		if ctx.Err() != nil {
			return ErrNotDrawn
		}
		if err := r.writeFigureFiles(dir, name, cfg, res); err != nil {
			failed = append(failed, fmt.Errorf("figure %s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// Figures lists what is drawn: what was asked for, or with "all" what the
// experiment can show.
func Figures(cfg config.Config) []string {
	if !slices.Contains(cfg.Plots.Figures, "all") {
		return cfg.Plots.Figures
	}
	return cfg.AllFigures()
}

func (r *Runner) writeFigureFiles(dir *rundir.Dir, name string, cfg config.Config, res *record.Result) error {
	draw := r.Draw
	if draw == nil {
		draw = Draw
	}
	write, err := draw(name, res, cfg)
	if err != nil {
		return nothingToShow{err}
	}
	return WriteFormats(dir, name, cfg.Plots.Formats, write)
}

// WriteFormats writes a figure in each file format.
func WriteFormats(dir *rundir.Dir, name string, formats []string, write WriteFigure) error {
	for _, format := range formats {
		err := dir.WriteFigure(name, format, func(w io.Writer) error { return write(w, format) })
		if err != nil {
			return err
		}
	}
	return nil
}
