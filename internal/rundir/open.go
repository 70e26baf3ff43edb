package rundir

import (
	"bytes"
	"fmt"
	"io"
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
	Live    bool // it goes on, or was killed: the result is what was recorded so far
}

// Open reads a run folder. It returns an error, never panics, whatever the
// files hold; memory grows with the files' sizes, not with what their headers
// claim.
func Open(dir string) (*Run, error) {
	doc, found, err := loadSummary(dir)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%s is not a finished run: it has no %s", dir, summaryFile)
	}
	if err := regular(filepath.Join(dir, configFile)); err != nil {
		return nil, err
	}
	cfg, err := config.Load(filepath.Join(dir, configFile), config.Options{Recorded: true})
	if err != nil {
		return nil, err
	}
	run := &Run{Config: cfg, Result: doc.result(), Summary: doc.summary()}
	for _, name := range doc.files() {
		read, known := readers[name]
		if !known {
			return nil, fmt.Errorf("%s: file %q, which is none of a run's", filepath.Join(dir, summaryFile), name)
		}
		path := filepath.Join(dir, name)
		if err := regular(path); err != nil {
			return nil, err
		}
		if err := read(run, path, &doc); err != nil {
			return nil, err
		}
	}
	return run, nil
}

// readers add to a run what each of its files holds.
var readers = map[string]func(run *Run, path string, doc *summaryDocument) error{
	metricsFile: func(run *Run, path string, _ *summaryDocument) error {
		return run.addTables(path, timeColumn, func(v *record.Variant, t *record.Table) { v.Metrics = t })
	},
	trajectoryFile: (*Run).addTrajectories,
	epochsFile: func(run *Run, path string, doc *summaryDocument) error {
		return run.addTables(path, epochColumn, func(v *record.Variant, t *record.Table) { doc.training(v).Epochs = t })
	},
	logFile: func(run *Run, path string, doc *summaryDocument) error {
		return run.addTables(path, epochColumn, func(v *record.Variant, t *record.Table) { doc.training(v).Log = t })
	},
	trainingFile: (*Run).addTrainings,
	spikesFile:   (*Run).addSpikes,
	spikesText:   func(*Run, string, *summaryDocument) error { return nil }, // what spikes.npz has
}

func (run *Run) variant(label string) *record.Variant {
	for i := range run.Result.Variants {
		if run.Result.Variants[i].Label == label {
			return &run.Result.Variants[i]
		}
	}
	return nil
}

// variantIn is the variant that a file calls by this label.
func (run *Run) variantIn(path, label string) (*record.Variant, error) {
	if v := run.variant(label); v != nil {
		return v, nil
	}
	return nil, fmt.Errorf("%s: variant %q is not in %s", path, label, summaryFile)
}

// arraysOf is the variant whose arrays bear this label; those of the first
// have none.
func (run *Run) arraysOf(path, label string) (*record.Variant, error) {
	if label == "" && len(run.Result.Variants) > 0 {
		return &run.Result.Variants[0], nil
	}
	return run.variantIn(path, label)
}

func (run *Run) addTables(path, key string, add func(*record.Variant, *record.Table)) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	found, err := readTables(bytes.NewReader(content), key, path)
	if err != nil {
		return err
	}
	for _, f := range found {
		v, err := run.variantIn(path+":1", f.label)
		if err != nil {
			return err
		}
		add(v, f.table)
	}
	return nil
}

// addArchive reads an archive of arrays, and adds what each variant has there.
func (run *Run) addArchive(path string, read func(io.ReaderAt, int64, string) ([]record.Variant, error), add func(v *record.Variant, found record.Variant)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	found, err := read(f, info.Size(), path)
	if err != nil {
		return err
	}
	for _, one := range found {
		v, err := run.arraysOf(path, one.Label)
		if err != nil {
			return err
		}
		add(v, one)
	}
	return nil
}

func (run *Run) addTrajectories(path string, doc *summaryDocument) error {
	return run.addArchive(path, ReadTrajectory, func(v *record.Variant, found record.Variant) {
		v.Trajectory = found.Trajectory
		for _, s := range v.Trajectory.Signals {
			s.Label, s.Unit = doc.Signals[s.Name].Label, doc.Signals[s.Name].Unit
		}
	})
}

func (run *Run) addTrainings(path string, doc *summaryDocument) error {
	return run.addArchive(path, ReadTraining, func(v *record.Variant, found record.Variant) {
		tr := doc.training(v)
		tr.Histograms, tr.Confusion, tr.Filters = found.Training.Histograms, found.Training.Confusion, found.Training.Filters
		for _, h := range tr.Histograms {
			h.Label = doc.Signals[h.Name].Label
		}
	})
}

func (run *Run) addSpikes(path string, _ *summaryDocument) error {
	return run.addArchive(path, ReadSpikes, func(v *record.Variant, found record.Variant) { v.Spikes = found.Spikes })
}
