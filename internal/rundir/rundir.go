// Package rundir is the folder a run leaves behind: how it is made, what is
// written into it, and how it is read back.
//
//	config.toml     the experiment with every default filled in
//	summary.json    losses, angles, speed, versions, phases, names of signals
//	metrics.csv     one row a metrics interval, variants side by side
//	trajectory.npz  recorded signals, one NumPy array each
//	epochs.csv      one row an epoch, variants side by side
//	log.csv         one row every few batches, variants side by side
//	spikes.npz      spikes of populations, NumPy arrays
//	spikes.csv      the same as text, a line a spike
//	training.npz    histograms, confusion matrix and filters, NumPy arrays
//	weights/        one safetensors file a variant: what it ended with
//	tensorboard/    one folder of event files a variant, if asked for
//	figures/        one file a figure and format
//	checkpoint/     what an unfinished run goes on from; see package journal
//
// What no variant has recorded has no file: the first two are of simulated
// time, the next three of training on a data set. summary.json names the files.
// Every file is written under a temporary name and renamed when it is complete
// and on disk, so a file that exists is whole.
package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/experiment"
	"burstsim/internal/journal"
	"burstsim/sim/record"
)

const (
	configFile     = "config.toml"
	summaryFile    = "summary.json"
	metricsFile    = "metrics.csv"
	trajectoryFile = "trajectory.npz"
	epochsFile     = "epochs.csv"
	logFile        = "log.csv"
	trainingFile   = "training.npz"
	spikesFile     = "spikes.npz"
	spikesText     = "spikes.csv"
	figuresFolder  = "figures"
	journalFolder  = "checkpoint"
)

// Dir is a run folder that is being written.
type Dir struct {
	path string
	own  bool // whether this process wrote its config.toml
}

// Create makes the folder parent/name-TIME, with TIME the local time as
// 20060102-150405 and -2, -3, ... behind it if that folder exists. It makes
// parent too. name must be a plain file name.
func Create(parent, name string, now time.Time) (*Dir, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := makeParents(parent); err != nil {
		return nil, fmt.Errorf("cannot make folder %s: %w", parent, atomicfile.Cause(err))
	}
	base := filepath.Join(parent, name+"-"+now.Local().Format(stampLayout))
	path := base
	for n := 2; ; n++ {
		err := os.Mkdir(path, 0o777)
		if err == nil {
			return &Dir{path: path}, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
		}
		path = base + "-" + strconv.Itoa(n)
	}
}

// CreateAt makes exactly this folder, and those above it, or takes it over if
// it exists and is empty. Another process may do so too, until Begin.
func CreateAt(path string) (*Dir, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	if err := makeParents(path); err != nil {
		return nil, fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
	}
	return &Dir{path: path}, checkWritable(path)
}

// Begin makes a new folder that of a run of this experiment. The caller holds
// its journal, so that nobody else does the same; the error says if somebody
// has done so already, and leaves what is there.
func (d *Dir) Begin(cfg config.Config) error {
	if err := checkEmpty(d.path, func(string) bool { return true }); err != nil {
		return err
	}
	err := d.WriteConfig(cfg)
	d.own = err == nil
	return err
}

// ErrOver means that a run has nothing left to do.
var ErrOver = errors.New("its run is over")

// Reopen takes over the folder of a run that was begun, with the experiment that
// it runs, to finish it. The error is ErrOver if it is finished. Another process
// may finish it until the caller holds the journal: then Over tells.
func Reopen(path string) (*Dir, config.Config, error) {
	file := filepath.Join(path, configFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, config.Config{}, fmt.Errorf("%s is not a run folder: it has no %s", path, configFile)
	}
	cfg, err := config.Load(file, config.Options{Recorded: true})
	if err != nil {
		return nil, config.Config{}, err
	}
	dir := &Dir{path: path}
	if err := dir.Over(); err != nil {
		return nil, cfg, err
	}
	return dir, cfg, checkWritable(path)
}

// Over says why a run has nothing left to do, or cannot go on; nil if it can.
// Its summary, which is written last, tells that it is over or failed, unless
// there is a checkpoint. Without a summary it has not come to its end.
func (d *Dir) Over() error {
	if journal.HoldsCheckpoint(d.Journal()) {
		return nil
	}
	doc, found, err := loadSummary(d.path)
	switch {
	case err != nil:
		return err
	case !found:
		return nil
	case doc.Failure == "":
		// What a process that was killed meanwhile has not deleted.
		os.RemoveAll(journal.Removed(d.Journal()))
		return ErrOver
	case !isFolder(d.Journal()):
		return fmt.Errorf("%s cannot go on: it failed (%s) and has no folder %s", d.path, doc.Failure, journalFolder)
	}
	return nil // it failed before the first checkpoint
}

// Clean removes what a writer that was killed left unfinished, in all folders.
// Nobody else may be writing: the journal is locked.
func (d *Dir) Clean() error {
	return filepath.WalkDir(d.path, func(folder string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = atomicfile.Clean(folder)
		}
		if err != nil {
			return fmt.Errorf("cannot write into folder %s: %w", folder, atomicfile.Cause(err))
		}
		return nil
	})
}

// Journal is the folder that an unfinished run goes on from.
func (d *Dir) Journal() string { return filepath.Join(d.path, journalFolder) }

// Discard removes a folder that a run was to be recorded in, but that came to
// nothing, and its journal, if the caller holds it. What others may have put
// there stays, and so does what Begin had refused.
func (d *Dir) Discard(kept *journal.Journal) (err error) {
	if d.own {
		d.removeTables()
		// Without this the folder is a new one, whatever is left of the journal.
		err = os.Remove(filepath.Join(d.path, configFile))
	}
	if kept != nil {
		err = errors.Join(err, kept.Discard())
	}
	os.Remove(d.path) // fails unless it is empty
	return err
}

// Check reports why CreateAt could not use path, as far as that can be told
// without touching anything.
func Check(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkAbove(path)
	case err != nil:
		return fmt.Errorf("cannot use folder %s: %w", path, atomicfile.Cause(err))
	case !info.IsDir():
		return fmt.Errorf("cannot use %s as a run folder: it is a file", path)
	}
	return checkEmpty(path, journal.Unused)
}

// checkEmpty refuses a folder that has anything but what the start of a run
// leaves that was killed, and a journal that unused says may be there.
func checkEmpty(path string, unused func(journal string) bool) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("cannot use folder %s: %w", path, atomicfile.Cause(err))
	}
	for _, e := range entries {
		file := filepath.Join(path, e.Name())
		switch {
		case atomicfile.IsPartial(e):
		case e.Name() == journalFolder && e.IsDir() && unused(file):
		case file == journal.Removed(filepath.Join(path, journalFolder)) && e.IsDir():
		default:
			return fmt.Errorf("folder %s is not empty: expected a new or an empty folder", path)
		}
	}
	return nil
}

// checkAbove looks for the nearest existing ancestor, which must be a folder.
func checkAbove(path string) error {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
			continue
		}
		if err != nil {
			return fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
		}
		if !info.IsDir() {
			return fmt.Errorf("cannot make folder %s: %s is a file", path, dir)
		}
		return nil
	}
}

func checkName(name string) error {
	if name == "" || name == "." || name == ".." || filepath.Base(name) != name || !filepath.IsLocal(name) {
		return fmt.Errorf("run name %q cannot name a folder: expected no path separators", name)
	}
	return nil
}

func checkWritable(path string) error {
	f, err := os.CreateTemp(path, ".writable*"+atomicfile.Partial)
	if err != nil {
		return fmt.Errorf("cannot write into folder %s: %w", path, atomicfile.Cause(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func makeParents(path string) error { return os.MkdirAll(path, 0o777) }

// Path is the folder's path, as it was asked for.
func (d *Dir) Path() string { return d.path }

// WriteConfig writes config.toml. Read back, it gives the same experiment.
func (d *Dir) WriteConfig(cfg config.Config) error {
	return atomicfile.Write(filepath.Join(d.path, configFile), cfg.In(d.path).WriteTOML)
}

// recordFile is a file that holds a part of a recording.
type recordFile struct {
	name  string
	holds func(record.Variant) bool // whether a variant has that part
	write func(io.Writer, []record.Variant) error
}

var recordFiles = []recordFile{
	{metricsFile, func(v record.Variant) bool { return v.Metrics != nil }, WriteMetrics},
	{trajectoryFile, func(v record.Variant) bool { return v.Trajectory != nil }, WriteTrajectory},
	{epochsFile, func(v record.Variant) bool { return epochsOf(v) != nil }, WriteEpochs},
	{logFile, func(v record.Variant) bool { return logOf(v) != nil }, WriteLog},
	{trainingFile, hasArrays, WriteTraining},
	{spikesFile, hasSpikes, WriteSpikes},
	{spikesText, hasSpikes, WriteSpikesText},
}

func hasSpikes(v record.Variant) bool { return v.Spikes != nil }

// filesOf names the files that a result takes.
func filesOf(res *record.Result) []string {
	names := []string{}
	for _, f := range recordFiles {
		if res != nil && slices.ContainsFunc(res.Variants, f.holds) {
			names = append(names, f.name)
		}
	}
	return names
}

// WriteRecord writes the files of what was recorded, then summary.json, whose
// presence says that the others are there. A nil result has only a summary.
func (d *Dir) WriteRecord(res *record.Result, sum *experiment.Summary) error {
	if res != nil {
		if err := d.writeFiles(filesOf(res), res.Variants); err != nil {
			return err
		}
		for _, v := range res.Variants {
			if err := d.writeSnapshots(v); err != nil {
				return err
			}
			if v.Weights == nil {
				continue
			}
			if err := d.WriteWeights(v.Label, v.Weights); err != nil {
				return err
			}
		}
	}
	return atomicfile.Write(filepath.Join(d.path, summaryFile), func(w io.Writer) error {
		return writeSummary(w, res, sum)
	})
}

// writeFiles writes those of the files of these names that variants have
// something for.
func (d *Dir) writeFiles(names []string, variants []record.Variant) error {
	for _, f := range recordFiles {
		if !slices.Contains(names, f.name) || !slices.ContainsFunc(variants, f.holds) {
			continue
		}
		if err := atomicfile.Write(filepath.Join(d.path, f.name), func(w io.Writer) error { return f.write(w, variants) }); err != nil {
			return err
		}
	}
	return nil
}

// WriteFigure writes figures/name.format.
func (d *Dir) WriteFigure(name, format string, write func(io.Writer) error) error {
	return d.writeInto(figuresFolder, name+"."+format, write)
}
