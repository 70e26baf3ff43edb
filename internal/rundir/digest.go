package rundir

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/internal/memory"
)

// Kind says what made a folder.
type Kind string

// Kinds of folders.
const (
	KindNone       Kind = "" // none of the program's
	KindRun        Kind = "run"
	KindComparison Kind = "comparison"
	KindBench      Kind = "bench"
)

const (
	comparisonFile = "comparison.csv"
	benchFile      = "bench.json"
)

// KindOf tells a folder by the files in it.
func KindOf(dir string) Kind {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	}
	switch {
	case has(configFile):
		return KindRun
	case has(comparisonFile):
		return KindComparison
	case has(benchFile):
		return KindBench
	}
	return KindNone
}

// CheckRun reports why a folder is not that of a run.
func CheckRun(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w: expected the folder of a run", dir, atomicfile.Cause(err))
	case !info.IsDir():
		return fmt.Errorf("%s is a file: expected the folder of a run", dir)
	}
	switch KindOf(dir) {
	case KindComparison:
		return fmt.Errorf("%s is a comparison of runs: expected the folder of one run", dir)
	case KindBench:
		return fmt.Errorf("%s holds measurements of burstsim bench: expected the folder of a run", dir)
	case KindNone:
		return fmt.Errorf("%s is not the folder of a run: it has no %s", dir, configFile)
	}
	return nil
}

// Status is what has become of a run.
type Status string

// Statuses of runs.
const (
	Finished    Status = "finished"
	Failed      Status = "failed"
	Running     Status = "running"     // a process is at it
	Interrupted Status = "interrupted" // by a signal, or killed, with something left to do: it can go on
	Unfinished  Status = "unfinished"  // killed before it began
	Unreadable  Status = "unreadable"
)

// Statuses are all there are.
func Statuses() []Status {
	return []Status{Finished, Failed, Running, Interrupted, Unfinished, Unreadable}
}

// Digest is what config.toml and summary.json say of a run, or its last rows as
// long as it goes on: enough to list it among many, without reading what it
// recorded.
type Digest struct {
	Dir    string
	Status Status
	Reason string    // why it failed, was interrupted or cannot be read; one line
	Began  time.Time // as the folder's name or else the date of config.toml says; zero if neither does

	Config   config.Config // not of an unreadable run
	Progress []Progress    // of a live run, the variants that have begun
	Summary  *experiment.Summary
	Labels   []string // of the variants that have an outcome, the experiment's own first
	phases   []phaseDocument
	signals  map[string]signalDocument
	recorded []string // files
}

// Inspect reads what a run says of itself. It never fails: what is wrong is the
// reason of an unreadable run.
func Inspect(dir string) *Digest {
	d := &Digest{Dir: dir, Began: began(dir)}
	err := d.readConfig()
	var doc summaryDocument
	found := false
	if err == nil {
		doc, found, err = loadSummary(dir)
	}
	if err != nil {
		d.Status, d.Reason = Unreadable, oneLine(err.Error())
		return d
	}
	kept := filepath.Join(dir, journalFolder)
	running := journal.Running(kept)
	if found && !running { // otherwise it is of a time when the run was broken off
		d.Summary, d.phases, d.signals, d.recorded = doc.summary(), doc.Phases, doc.Signals, doc.files()
		for _, label := range doc.Labels {
			if _, ok := doc.Variants[label]; ok && !slices.Contains(d.Labels, label) {
				d.Labels = append(d.Labels, label)
			}
		}
		d.Reason = oneLine(doc.Failure)
	}
	switch {
	case running:
		d.Status = Running
	case isFolder(kept) && (doc.Interrupted || !found), journal.HoldsCheckpoint(kept) && doc.Failure == "":
		d.Status = Interrupted // of the second kind while it drew
	case doc.Failure != "":
		d.Status = Failed
	case found:
		d.Status = Finished
	default:
		d.Status = Unfinished
	}
	if d.Live() {
		// Without progress, as in the moment in which a run ends, it is a run all
		// the same.
		d.Progress, _ = readProgress(dir, d.Config)
	}
	return d
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Outcome is what the experiment itself came to, without its variants.
func (d *Digest) Outcome() (experiment.VariantSummary, bool) {
	if d.Summary == nil || len(d.Labels) == 0 {
		return experiment.VariantSummary{LossFinal: math.NaN(), TestError: math.NaN()}, false
	}
	return d.Summary.Variants[d.Labels[0]], true
}

func (d *Digest) readConfig() (err error) {
	path := filepath.Join(d.Dir, configFile)
	if err := regular(path); err != nil {
		return err
	}
	d.Config, err = config.Load(path, config.Options{Recorded: true})
	return err
}

// regular reports a file that would not be read to an end, such as a pipe, or
// one with holes that no memory holds.
func regular(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing", path)
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file: expected that of a run", path)
	}
	return memory.Check("the bytes of "+path, float64(info.Size()))
}

// maxSummary is the largest summary.json that is read. That of a hundred
// variants has a hundred KiB.
const maxSummary = 64 << 20

// loadSummary reads summary.json; a run without has not come to its end.
func loadSummary(dir string) (doc summaryDocument, found bool, err error) {
	path := filepath.Join(dir, summaryFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return doc, false, nil
	}
	if err := regular(path); err != nil {
		return doc, false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return doc, false, fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxSummary+1))
	if err != nil {
		return doc, false, fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
	}
	if len(content) > maxSummary {
		return doc, false, fmt.Errorf("%s is larger than %d MiB, expected the summary of a run", path, maxSummary>>20)
	}
	doc, err = readSummary(content, path)
	return doc, err == nil, err
}

// jsonCause says what is wrong in terms of the file, not of the program.
func jsonCause(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("%s: unexpected %s: not the summary of a run", wrong.Field, wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("is a JSON %s, expected the summary of a run", wrong.Value)
	}
	return fmt.Errorf("%w: expected the summary of a run", err)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

var stamp = regexp.MustCompile(`-(\d{8}-\d{6})(-\d+)?$`)

// began is when a run began. Its folder's name says so unless somebody chose
// another, and stays right when the folder is copied.
func began(dir string) time.Time {
	if abs, err := filepath.Abs(dir); err == nil {
		if m := stamp.FindStringSubmatch(filepath.Base(abs)); m != nil {
			if t, err := time.ParseInLocation(stampLayout, m[1], time.Local); err == nil {
				return t
			}
		}
	}
	if info, err := os.Stat(filepath.Join(dir, configFile)); err == nil {
		return info.ModTime().Truncate(time.Second)
	}
	return time.Time{}
}

const stampLayout = "20060102-150405"

// List inspects the runs among the folders in parent, by name. Folders and
// files that are no runs are left out; others counts the folders among them.
func List(parent string) (runs []*Digest, others int, err error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot list %s: %w", parent, atomicfile.Cause(err))
	}
	var dirs []string
	for _, e := range entries {
		dir := filepath.Join(parent, e.Name())
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		if KindOf(dir) != KindRun {
			others++
			continue
		}
		dirs = append(dirs, dir)
	}
	for _, d := range InspectAll(dirs) {
		if d.Status == Unreadable && !leftBehind(d.Dir) {
			others++ // another program's config.toml
			continue
		}
		runs = append(runs, d)
	}
	return runs, others, nil
}

// leftBehind tells whether a run left more in a folder than its configuration.
func leftBehind(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, summaryFile))
	return err == nil || isFolder(filepath.Join(dir, journalFolder))
}

// InspectAll is Inspect of many, as many at once as there are processors.
func InspectAll(dirs []string) []*Digest {
	out := make([]*Digest, len(dirs))
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(len(dirs), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				out[i] = Inspect(dirs[i])
			}
		})
	}
	for i := range dirs {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

// ByTime orders the latest run first, and those of one time by name.
func ByTime(a, b *Digest) int {
	return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(a.Dir, b.Dir))
}
