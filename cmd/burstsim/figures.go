package main

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

// writeFigure writes one figure in a file format.
type writeFigure func(w io.Writer, format string) error

// draw makes one of the figures that an experiment file can ask for.
func draw(figure string, res *record.Result, cfg config.Config) (writeFigure, error) {
	return drawChosen(figure, res, figureOptions(cfg))
}

// drawChosen is draw with what a reader chose.
func drawChosen(figure string, res *record.Result, opt plots.Options) (writeFigure, error) {
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
	default:
		return nil, errors.New("no such figure")
	}
	if err != nil {
		return nil, err
	}
	return fig.WriteTo, nil
}

// figureOptions is what a figure needs of the experiment beside its recording.
func figureOptions(cfg config.Config) plots.Options {
	opt := plots.Options{Units: cfg.Plots.Units, PBaseline: cfg.Model.Baseline()}
	variants := []config.Config{cfg}
	for _, v := range cfg.Compare {
		variants = append(variants, v.Config)
	}
	for _, v := range variants {
		opt.Discrete = append(opt.Discrete, isDiscrete(v))
		opt.Phases = append(opt.Phases, experiment.Phases(v))
	}
	return opt
}

func isDiscrete(cfg config.Config) bool { return cfg.Time.Kind == "discrete" }

// errNotDrawn means that a signal came before all figures were drawn. Whoever
// sent it may kill at any moment, and they can be drawn later.
var errNotDrawn = errors.New("figures are not drawn yet")

// nothingToShow is why a figure cannot be drawn of what was recorded.
type nothingToShow struct{ error }

func (n nothingToShow) Unwrap() error { return n.error }

// writeFigures draws what the experiment asked for, until ctx ends. It goes on
// after a figure that fails and returns all errors.
func (p *program) writeFigures(ctx context.Context, dir *rundir.Dir, cfg config.Config, res *record.Result) error {
	if res == nil {
		return nil
	}
	var failed []error
	for _, name := range figures(cfg) {
		if ctx.Err() != nil {
			return errNotDrawn
		}
		if err := p.writeFigureFiles(dir, name, cfg, res); err != nil {
			failed = append(failed, fmt.Errorf("figure %s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// figures lists what is drawn: what was asked for, or with "all" what the
// experiment can show.
func figures(cfg config.Config) []string {
	if !slices.Contains(cfg.Plots.Figures, "all") {
		return cfg.Plots.Figures
	}
	return cfg.AllFigures()
}

func (p *program) writeFigureFiles(dir *rundir.Dir, name string, cfg config.Config, res *record.Result) error {
	write, err := p.draw(name, res, cfg)
	if err != nil {
		return nothingToShow{err}
	}
	return writeFormats(dir, name, cfg.Plots.Formats, write)
}

// writeFormats writes a figure in each file format.
func writeFormats(dir *rundir.Dir, name string, formats []string, write writeFigure) error {
	for _, format := range formats {
		err := dir.WriteFigure(name, format, func(w io.Writer) error { return write(w, format) })
		if err != nil {
			return err
		}
	}
	return nil
}
