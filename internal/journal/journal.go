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
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"burstsim/internal/alarm"
	"burstsim/internal/atomicfile"
)

// archiveSuffix ends the names of checkpoints.
const archiveSuffix = ".safetensors"

// Identity is what the bits of a run depend on.
type Identity struct {
	Program    string // version and checksum of the binary
	Precision  string // float32 or float64
	BLAS       string // library of matrix products
	Backend    string // the choice of it, for linalg.Use; says no more than BLAS, and is not compared
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
	lock *lock

	mu       sync.Mutex
	variants []*Variant
}

// ErrRunning means that another process is writing the journal.
var ErrRunning = errors.New("another process is running it")

// Open makes the folder, or opens it if it exists, and locks it. Where the file
// system has no locks, opt.Warn hears of it, and nothing is locked. An error
// leaves no folder that was not there before.
func Open(path string, opt Options) (*Journal, error) {
	lock, err := lockFolder(path, opt.Warn)
	if err != nil {
		return nil, err
	}
	if err := atomicfile.SyncFolder(filepath.Dir(path)); err != nil {
		err = fmt.Errorf("cannot make folder %s: %w", path, atomicfile.Cause(err))
		return nil, errors.Join(err, lock.abandon())
	}
	return &Journal{path: path, opt: opt, lock: lock}, nil
}

// Close releases the journal and leaves what it holds for a run that goes on.
// Rows that no checkpoint counts may be lost.
func (j *Journal) Close() error {
	return errors.Join(j.closeVariants(), j.lock.release())
}

func (j *Journal) closeVariants() (err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, v := range j.variants {
		err = errors.Join(err, v.Close())
	}
	return err
}

// removed is behind a dot the name of a folder on its way out.
const removed = ".removed"

// Removed is where the journal at path is while it is being deleted.
func Removed(path string) string {
	folder, name := filepath.Split(path)
	return filepath.Join(folder, "."+name+removed)
}

// Remove ends the journal of a run that is over. It is gone in one step, before
// anything in it is deleted, so that whoever comes finds all of it or nothing.
// What cannot be deleted then is left at Removed, and Options.Warn hears of it.
func (j *Journal) Remove() error {
	// Deleting an open file can fail, or leave it under another name.
	closed := j.closeVariants()
	gone := Removed(j.path)
	err := j.move(gone)
	if err != nil && !errors.Is(err, os.ErrExist) {
		// Some systems move no folder with an open file in it.
		closed = errors.Join(closed, j.lock.release())
		err = os.Rename(j.path, gone)
	}
	if err == nil {
		err = atomicfile.SyncFolder(filepath.Dir(gone))
	}
	closed = errors.Join(closed, j.lock.release())
	if err != nil {
		return errors.Join(fmt.Errorf("cannot remove %s: %w", j.path, atomicfile.Cause(err)), closed)
	}
	if err := os.RemoveAll(gone); err != nil && j.opt.Warn != nil {
		j.opt.Warn(fmt.Errorf("cannot remove %s: %w; nothing needs it", gone, atomicfile.Cause(err)))
	}
	return closed
}

// move renames the journal's folder while it is locked. In the way may be what a
// process left that was killed here, or another is deleting: the next run that
// came to this folder, and is over too.
func (j *Journal) move(gone string) (err error) {
	for range attempts {
		if err := os.RemoveAll(gone); err != nil {
			return fmt.Errorf("%w: %w", os.ErrExist, err)
		}
		if err = os.Rename(j.path, gone); !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return err
}

// Discard removes the journal of a run that came to nothing, unless there is a
// checkpoint in it: that is somebody's work.
func (j *Journal) Discard() error {
	if HoldsCheckpoint(j.path) {
		return j.Close()
	}
	return j.Remove()
}

// HoldsCheckpoint tells whether there is a checkpoint in the journal at path,
// or may be.
func HoldsCheckpoint(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), archiveSuffix) })
}

// Unused tells whether the folder at path is a journal that nobody has
// begun to write, and that no process holds.
func Unused(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != lockFile }) {
		return false
	}
	return !Running(path)
}

// Policy says when checkpoints are saved. Zero fields ask for none.
type Policy struct {
	Every    time.Duration // time on the clock between two
	Progress float64       // simulated time (s), or epochs, between two
}

// Variant is the part of a journal that belongs to one variant of a run. It
// implements record.Journal.
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
	j.mu.Lock()
	defer j.mu.Unlock()
	j.variants = append(j.variants, v)
	return v
}

// Close ends the variant's writing. What it recorded can still be read until
// the journal is removed. It may be called twice.
func (v *Variant) Close() (err error) {
	v.alarm.Stop()
	for _, r := range v.rows {
		err = errors.Join(err, r.close())
	}
	return err
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
	return filepath.Join(v.journal.path, v.name+kind+archiveSuffix)
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
