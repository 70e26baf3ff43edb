// Package journal is what an unfinished run keeps on disk, in a folder within
// its own:
//
//	lock                      held by the process that runs it
//	0.safetensors             last checkpoint of variant 0
//	0.previous.safetensors    the one before
//	0-metrics.rows            what variant 0 recorded: rows of little-endian float64
//	0.json                    what the numbers of its rows are
//	SHA256.kept               copy of a file that the run began from
//
// A checkpoint is an archive of all that decides how the variant goes on, with
// the number of rows that were recorded by then and their checksum. It has a
// checksum of its own, and says by what it was written. Rows behind those that
// it counts are dropped when the run goes on from it.
package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"burstsim/internal/alarm"
	"burstsim/internal/atomicfile"
)

const lockFile = "lock"

// Identity is what the bits of a run depend on.
type Identity struct {
	Program    string // version and checksum of the binary
	Precision  string // float32 or float64
	BLAS       string // library of matrix products
	Experiment string // checksum of the experiment with all its settings
}

// Options say how a journal is kept.
type Options struct {
	Identity
	// Force lets a run go on from checkpoints of another program, precision,
	// library or experiment, if they fit.
	Force bool
	// Warn, if not nil, hears of a checkpoint that could not be used while
	// there is another. It may be called by several goroutines.
	Warn func(error)
}

// Journal is the folder. Its variants may be used at the same time.
type Journal struct {
	path string
	opt  Options
	lock *flock.Flock

	mu     sync.Mutex
	files  []*os.File // of rows
	alarms []*alarm.Alarm
}

// ErrRunning means that another process is writing the journal.
var ErrRunning = errors.New("another process is running it")

// Open makes the folder, or opens it if it exists, and locks it.
func Open(path string, opt Options) (*Journal, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
	}
	file := filepath.Join(path, lockFile)
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot lock %s: %s is no file", path, lockFile)
	}
	lock := flock.New(file)
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("cannot lock %s: %w", path, atomicfile.Cause(err))
	}
	if !held {
		return nil, fmt.Errorf("%s: %w", filepath.Dir(path), ErrRunning)
	}
	if err := atomicfile.SyncFolder(filepath.Dir(path)); err != nil {
		lock.Close()
		return nil, fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
	}
	return &Journal{path: path, opt: opt, lock: lock}, nil
}

// Running tells whether a process holds the journal at path.
func Running(path string) bool {
	file := filepath.Join(path, lockFile)
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() { // a pipe would be waited for
		return false
	}
	lock := flock.New(file, flock.SetFlag(os.O_RDONLY))
	defer lock.Close()
	held, err := lock.TryRLock()
	return err == nil && !held
}

// Close releases the journal and leaves what it holds for a run that goes on.
// Rows that no checkpoint counts may be lost. Rows can not be read any more.
func (j *Journal) Close() error {
	for _, a := range j.alarms {
		a.Stop()
	}
	var failed error
	for _, f := range j.files {
		failed = errors.Join(failed, f.Close())
	}
	j.files, j.alarms = nil, nil
	return errors.Join(failed, j.lock.Close())
}

// Remove closes and deletes the journal of a run that is over.
func (j *Journal) Remove() error {
	// The folder goes first: whoever comes then finds no run to go on with.
	err := os.RemoveAll(j.path)
	return errors.Join(err, j.Close())
}

func (j *Journal) opened(f *os.File) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.files = append(j.files, f)
}

// Policy says when checkpoints are saved. Zero fields ask for none.
type Policy struct {
	Every    time.Duration // time on the clock between two
	Progress float64       // simulated time (s), or epochs, between two
}

// Variant is the part of a journal that belongs to one variant of a run. It
// implements sim.Journal.
type Variant struct {
	journal *Journal
	name    string // of its files
	label   string
	policy  Policy
	rows    []*rows

	alarm *alarm.Alarm // for the next checkpoint by the clock
	next  float64      // progress at which another is due
	last  float64      // progress of the last one
	kept  bool         // whether there is a last one
}

// Variant is the part of the variant with this number and label.
func (j *Journal) Variant(number int, label string, policy Policy) *Variant {
	v := &Variant{journal: j, name: fmt.Sprint(number), label: label, policy: policy,
		alarm: alarm.New(policy.Every), next: policy.Progress}
	j.watch(v.alarm)
	return v
}

// watch stops an alarm when the journal is closed.
func (j *Journal) watch(a *alarm.Alarm) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.alarms = append(j.alarms, a)
}

// Checkpoint is the file of the last checkpoint and its progress (s or epochs);
// "" if there is none.
func (v *Variant) Checkpoint() (file string, progress float64) {
	if !v.kept {
		return "", 0
	}
	return v.file(""), v.last
}

// previous is the file of the checkpoint before the last one.
func (v *Variant) previous() string { return v.file(".previous") }

func (v *Variant) file(kind string) string {
	return filepath.Join(v.journal.path, v.name+kind+".safetensors")
}

func (v *Variant) rowsFile(list string) string { return rowsFile(v.journal.path, v.name, list) }

// Due says whether a checkpoint is to be saved.
func (v *Variant) Due(progress float64) bool {
	return v.alarm.Rang() || v.policy.Progress > 0 && progress >= v.next
}

// noted plans the next checkpoint after one at this progress.
func (v *Variant) noted(progress float64) {
	v.alarm.Set()
	v.last, v.kept = progress, true
	for v.policy.Progress > 0 && v.next <= progress {
		v.next += v.policy.Progress
	}
}
