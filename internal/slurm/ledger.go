package slurm

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"burstsim/internal/atomicfile"
)

// Ledger is the record of what was submitted for a folder. An entry is written
// before its script is submitted, and gets its number when it is known.
type Ledger struct {
	// Token is a part of the names of all jobs, and of no others.
	Token string      `json:"token"`
	Names int         `json:"names"` // how many names were given: none is used twice
	Jobs  []Submitted `json:"jobs"`

	folder string
	read   []byte // what the file holds, as far as this process knows
}

// Submitted is a job of a ledger.
type Submitted struct {
	Name  string `json:"name"`
	ID    string `json:"id,omitempty"`    // Slurm's number, "" until it is known
	Array *Array `json:"array,omitempty"` // nil of a job that waits for arrays
}

// Runs are the runs that a job does.
func (s Submitted) Runs() iter.Seq[int] {
	return func(yield func(int) bool) {
		if s.Array == nil {
			return
		}
		for _, task := range s.Array.Tasks.All() {
			first, count := s.Array.Runs(task)
			for run := first; run < first+count; run++ {
				if !yield(run) {
					return
				}
			}
		}
	}
}

// OpenLedger reads the ledger in a folder of its own, which need not be there
// yet.
func OpenLedger(folder string) (*Ledger, error) {
	l := &Ledger{folder: folder}
	text, err := os.ReadFile(l.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.Token = rand.Text()[:8]
		return l, nil
	case err != nil:
		return nil, err
	}
	l.read = text
	if err := json.Unmarshal(text, l); err != nil {
		return nil, fmt.Errorf("%s: %w", l.path(), err)
	}
	if l.Token == "" {
		return nil, fmt.Errorf("%s: no token, expected what burstsim sweep wrote", l.path())
	}
	for _, job := range l.Jobs {
		if a := job.Array; a != nil && (a.PerTask < 1 || a.Base < 0) {
			return nil, fmt.Errorf("%s: %s: runs_per_task %d and base %d, expected at least 1 and 0", l.path(), job.Name, a.PerTask, a.Base)
		}
	}
	return l, nil
}

func (l *Ledger) path() string { return filepath.Join(l.folder, "submitted.json") }

// ErrBusy is of a ledger that another process has written meanwhile.
var ErrBusy = errors.New("another burstsim submits this sweep, expected one at a time")

// save writes the ledger, and the folder if need be.
func (l *Ledger) save() error {
	if err := os.MkdirAll(l.folder, 0o777); err != nil {
		return err
	}
	now, err := os.ReadFile(l.path())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(now, l.read) {
		return fmt.Errorf("%s: %w", l.path(), ErrBusy)
	}
	text, err := json.MarshalIndent(l, "", "\t")
	if err != nil {
		return err
	}
	l.read = append(text, '\n')
	return atomicfile.Write(l.path(), func(w io.Writer) error {
		_, err := w.Write(l.read)
		return err
	})
}

// Prefix begins the names of all jobs of the ledger.
func (l *Ledger) Prefix() string { return "burstsim-" + l.Token + "-" }

// name is the n-th next name of a job, from 0.
func (l *Ledger) name(n int) string { return l.Prefix() + strconv.Itoa(l.Names+n+1) }

// ClaimPath is the file of a job's claim, in the folder of the ledger: see [Claim].
func ClaimPath(folder, name string) string { return filepath.Join(folder, name+".job") }

func (l *Ledger) claim(name string) string { return ClaimPath(l.folder, name) }

// arrays are the jobs in a queue that are arrays of the ledger.
func (l *Ledger) arrays(queue []Queued) iter.Seq2[Queued, *Array] {
	return func(yield func(Queued, *Array) bool) {
		for _, q := range queue {
			i := slices.IndexFunc(l.Jobs, func(s Submitted) bool { return s.Name == q.Name && s.Array != nil })
			if i >= 0 && !yield(q, l.Jobs[i].Array) {
				return
			}
		}
	}
}

// NotQueued are those of some runs that no task in the queue is doing or will
// do.
func (l *Ledger) NotQueued(runs []int, queue []Queued) []int {
	queued := map[int]bool{}
	for q, a := range l.arrays(queue) {
		of := *a
		of.Tasks = q.Tasks
		for run := range (Submitted{Array: &of}).Runs() {
			queued[run] = true
		}
	}
	var out []int
	for _, run := range runs {
		if !queued[run] {
			out = append(out, run)
		}
	}
	return out
}

// Packing is how many runs each task in the queue does, 0 if there is none.
// Other tasks must not be submitted before these are over, or two could do the
// same run.
func (l *Ledger) Packing(queue []Queued) int {
	for _, a := range l.arrays(queue) {
		return a.PerTask
	}
	return 0
}

// IDs are the numbers of all arrays that were submitted.
func (l *Ledger) IDs() []string {
	var out []string
	for _, job := range l.Jobs {
		if job.Array != nil && job.ID != "" {
			out = append(out, job.ID)
		}
	}
	return out
}
