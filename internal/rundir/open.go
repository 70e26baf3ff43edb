package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/sim/record"
)

// Run is a finished run, or one that was stopped, as its folder holds it.
type Run struct {
	Config  config.Config
	Result  *record.Result
	Summary *experiment.Summary
}

// Open reads a run folder. It returns an error, never panics, whatever the
// files hold; memory grows with the files' sizes, not with what their headers
// claim.
func Open(dir string) (*Run, error) {
	content, err := os.ReadFile(filepath.Join(dir, summaryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a finished run: it has no %s", dir, summaryFile)
	}
	if err != nil {
		return nil, err
	}
	doc, err := readSummary(content, filepath.Join(dir, summaryFile))
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(filepath.Join(dir, configFile), config.Options{})
	if err != nil {
		return nil, err
	}
	run := &Run{Config: cfg, Result: doc.result(), Summary: doc.summary()}
	if len(doc.Labels) == 0 {
		return run, nil // it failed before anything was recorded
	}
	if err := run.addMetrics(filepath.Join(dir, metricsFile)); err != nil {
		return nil, err
	}
	if err := run.addTrajectories(filepath.Join(dir, trajectoryFile), doc.Signals); err != nil {
		return nil, err
	}
	return run, nil
}

func (run *Run) variant(label string) *record.Variant {
	for i := range run.Result.Variants {
		if run.Result.Variants[i].Label == label {
			return &run.Result.Variants[i]
		}
	}
	return nil
}

func (run *Run) addMetrics(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	found, err := ReadMetrics(bytes.NewReader(content), path)
	if err != nil {
		return err
	}
	for _, f := range found {
		v := run.variant(f.Label)
		if v == nil {
			return fmt.Errorf("%s:1: variant %q is not in %s", path, f.Label, summaryFile)
		}
		v.Metrics = f.Metrics
	}
	return nil
}

func (run *Run) addTrajectories(path string, described map[string]signalDocument) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	found, err := ReadTrajectory(f, info.Size(), path)
	if err != nil {
		return err
	}
	for _, variant := range found {
		v := &run.Result.Variants[0]
		if variant.Label != "" {
			v = run.variant(variant.Label)
		}
		if v == nil {
			return fmt.Errorf("%s: variant %q is not in %s", path, variant.Label, summaryFile)
		}
		v.Trajectory = variant.Trajectory
		for _, s := range v.Trajectory.Signals {
			s.Label, s.Unit = described[s.Name].Label, described[s.Name].Unit
		}
	}
	return nil
}
