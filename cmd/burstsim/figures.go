package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/internal/rundir"
	"burstsim/plots"
	"burstsim/sim/record"
)

// writeFigure writes one figure in a file format.
type writeFigure func(w io.Writer, format string) error

// draw makes one of the figures that an experiment file can ask for.
func draw(figure string, res *record.Result, cfg config.Config) (writeFigure, error) {
	opt := plots.Options{Units: cfg.Plots.Units}
	var fig *plots.Figure
	var err error
	switch figure {
	case "dynamics":
		fig, err = plots.Dynamics(res, opt)
	case "learning":
		fig, err = plots.Learning(res, opt)
	case "limit":
		fig, err = plots.Limit(res, opt)
	default:
		return nil, errors.New("no such figure")
	}
	if err != nil {
		return nil, err
	}
	return fig.WriteTo, nil
}

// writeFigures draws what the experiment asked for. It goes on after a figure
// that fails and returns all errors in one line.
func (p *program) writeFigures(dir *rundir.Dir, cfg config.Config, res *record.Result) error {
	if res == nil {
		return nil
	}
	var failed []string
	for _, name := range figures(cfg) {
		if err := p.writeFigureFiles(dir, name, cfg, res); err != nil {
			failed = append(failed, fmt.Sprintf("figure %s: %v", name, err))
		}
	}
	if len(failed) == 0 {
		return nil
	}
	return errors.New(strings.Join(failed, "; "))
}

// figures leaves out the limit where it is not measured: the list's default
// has it, so that asking for ratios is enough to see them.
func figures(cfg config.Config) []string {
	return slices.DeleteFunc(slices.Clone(cfg.Plots.Figures), func(name string) bool {
		return name == "limit" && len(cfg.Limit.Ratios) == 0
	})
}

func (p *program) writeFigureFiles(dir *rundir.Dir, name string, cfg config.Config, res *record.Result) error {
	write, err := p.draw(name, res, cfg)
	if err != nil {
		return err
	}
	for _, format := range cfg.Plots.Formats {
		err := dir.WriteFigure(name, format, func(w io.Writer) error { return write(w, format) })
		if err != nil {
			return err
		}
	}
	return nil
}
