package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/runner"
	"burstsim/sim"
	"burstsim/sim/record"
)

// longRun is how many seconds a run takes for which checkpoints are kept. A
// shorter one that is interrupted begins anew.
const longRun = 30

// mostRows is how many rows are kept of how a variant learned.
const mostRows = 200

// result runs an experiment and says what came of it; nil if ctx ended it.
func (e *executor) result(ctx context.Context, pt Point, cfg config.Config, short bool, observe func(experiment.Progress)) (rec *Record) {
	defer func() {
		if r := recover(); r != nil { // a fault of ours must not take the other runs with it
			rec = &Record{Failure: fmt.Sprintf("panic: %v: %s", r, strings.Join(strings.Fields(string(debug.Stack())), " "))}
		}
	}()
	cfg = withoutSnapshots(cfg)
	opt := experiment.Options{Workers: e.inside, Data: e.data, Observe: observe}
	if !short {
		kept, err := e.journal(pt, cfg)
		if err != nil {
			return &Record{Failure: oneLine(err)}
		}
		opt.Journal = kept
	}
	res, sum, err := experiment.Run(ctx, cfg, opt)
	if err != nil && ctx.Err() != nil {
		if opt.Journal != nil {
			_ = opt.Journal.Close() // what it could not write is run again
		}
		return nil
	}
	rec = &Record{}
	if err != nil {
		var numerical *sim.NumericalError
		if rec.Failure = oneLine(err); errors.As(err, &numerical) {
			// Without what the journal adds, for others may have kept none.
			rec.Failure, rec.Final = oneLine(numerical), true
		}
	}
	if res != nil && sum != nil {
		for i, v := range res.Variants {
			kept := variantRecord(v, sum.Variants[v.Label])
			if i == 0 {
				kept.keepLimit(res.Limit)
			}
			if v.Spikes != nil {
				kept.keepStretches(v.Metrics, stretchesOf(cfg, i))
			}
			rec.Variants = append(rec.Variants, kept)
		}
	}
	if opt.Journal != nil {
		if err := opt.Journal.Close(); err != nil && rec.Failure == "" {
			return &Record{Failure: oneLine(err)}
		}
	}
	return rec
}

// journal opens what a run goes on from, in a folder of this process: a copy of
// what another left that was stopped, or killed, or still goes on somewhere.
func (e *executor) journal(pt Point, cfg config.Config) (*journal.Journal, error) {
	id, err := runner.Identify(cfg.In(filepath.Dir(e.file)))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(e.Path, unfinished, pt.ID+"."+e.token)
	e.mu.Lock()
	e.begun[pt.ID] = true
	e.mu.Unlock()
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	if from := newest(e.others(pt)); from != "" && from != path {
		if err := copyJournal(from, path); err != nil {
			// It may have been finished and removed meanwhile.
			if err := errors.Join(os.RemoveAll(path), os.MkdirAll(path, 0o777)); err != nil {
				return nil, err
			}
		}
	}
	return journal.Open(path, journal.Options{Identity: id, Warn: func(error) {}})
}

// others are the folders that processes have of an unfinished run.
func (e *executor) others(pt Point) []string {
	paths, err := filepath.Glob(filepath.Join(e.Path, unfinished, pt.ID+".*"))
	if err != nil {
		return nil // the pattern is ours
	}
	return paths
}

// forget removes what is left of a run whose result is on the disk. A process that
// still does the same run fails over it, and sees that it is done.
func (e *executor) forget(pt Point) {
	for _, path := range e.others(pt) {
		_ = os.RemoveAll(path) // nothing needs it
	}
}

// newest is the folder in which a checkpoint was saved last; "" if there is none.
func newest(paths []string) string {
	best, latest := "", int64(math.MinInt64)
	for _, path := range paths {
		entries, err := os.ReadDir(path)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			info, err := entry.Info()
			if err == nil && filepath.Ext(entry.Name()) == ".safetensors" && info.ModTime().UnixNano() > latest {
				best, latest = path, info.ModTime().UnixNano()
			}
		}
	}
	return best
}

// copyJournal copies checkpoints before the rows that they count, so that the
// copy of one that is still written to holds together.
func copyJournal(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	slices.SortStableFunc(entries, func(a, b os.DirEntry) int { return rank(a) - rank(b) })
	for _, entry := range entries {
		if !entry.Type().IsRegular() || entry.Name() == "lock" || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(from, entry.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, entry.Name()), content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func rank(e os.DirEntry) int {
	if filepath.Ext(e.Name()) == ".safetensors" {
		return 0
	}
	return 1
}

// variantRecord keeps of a variant what the aggregate needs. Times on the clock
// are left out, for they are never the same.
func variantRecord(v record.Variant, s experiment.VariantSummary) VariantRecord {
	out := VariantRecord{Name: v.Label, Results: make(map[string]number)}
	keep := out.keep
	keep("loss_initial", s.LossInitial)
	keep("loss_final", s.LossFinal)
	keep("test_error", s.TestError)
	if s.ShownError != nil {
		keep("test_error_shown", *s.ShownError)
	}
	if s.Answers != nil {
		keep("margin", s.Answers.Margin)
	}
	if t := s.Training; t != nil {
		keep("train_error", t.TrainError)
		keep("validation_error", t.ValidationError)
		keep("best_test_error", t.BestTestError)
		keep("best_epoch", float64(t.BestEpoch))
	}
	for name, x := range s.AngleWeights {
		keep("angle_"+name, x)
	}
	for name, x := range s.AngleBiases {
		keep("angle_"+name, x)
	}
	table := v.Metrics
	if v.Training != nil {
		table = v.Training.Epochs
		out.keepLog(v.Training.Log)
	}
	if table == nil || table.Len() == 0 {
		return out
	}
	out.Columns = slices.Clone(table.Columns)
	step := (table.Len() + mostRows - 1) / mostRows
	for i := step - 1; i < table.Len(); i += step {
		row := make([]number, len(out.Columns))
		for j, x := range table.Row(i) {
			row[j] = number(x)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
