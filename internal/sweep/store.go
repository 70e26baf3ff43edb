package sweep

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"burstsim/internal/atomicfile"
)

// Record is what is kept of a run.
type Record struct {
	ID       string          `json:"id"`
	Program  string          `json:"program"` // that ran it
	Seconds  float64         `json:"seconds"` // that it took
	Cost     float64         `json:"cost"`    // as experiment.Cost has it
	Failure  string          `json:"failure,omitempty"`
	Final    bool            `json:"final,omitempty"` // the same program would fail the same again
	Variants []VariantRecord `json:"variants,omitempty"`
}

// VariantRecord is what is kept of a variant of a run: its results by name, and
// how it learned, in at most [mostRows] rows of which column 0 is time (s) or
// epoch.
type VariantRecord struct {
	Name    string            `json:"name"`
	Results map[string]number `json:"results"`
	Columns []string          `json:"columns,omitempty"`
	Rows    [][]number        `json:"rows,omitempty"`
}

// number is a float64 that JSON can hold: NaN and infinities are null.
type number float64

func (x number) MarshalJSON() ([]byte, error) {
	if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

func (x *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*x = number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(x))
}

// flushEvery is how long finished runs wait in memory for others, so that many
// short ones are written in one go.
const flushEvery = 2 * time.Second

// writer adds records to files that nobody else writes.
type writer struct {
	folder, name string
	failed       error

	writing sync.Mutex // held until what was waiting is on the disk

	mu      sync.Mutex
	waiting map[int]*bytes.Buffer // by shard
	stop    chan struct{}
	stopped sync.WaitGroup
}

func newWriter(path, name string) *writer {
	w := &writer{folder: filepath.Join(path, resultsFolder), name: name, waiting: make(map[int]*bytes.Buffer), stop: make(chan struct{})}
	w.stopped.Go(func() {
		tick := time.NewTicker(flushEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.flush()
			case <-w.stop:
				w.flush()
				return
			}
		}
	})
	return w
}

// add takes a record of the point with this number. The error is that of an
// earlier record that could not be written.
func (w *writer) add(index int, r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.waiting[index/ShardSize]
	if b == nil {
		b = new(bytes.Buffer)
		w.waiting[index/ShardSize] = b
	}
	b.Write(line)
	b.WriteByte('\n')
	return w.failed
}

// flush writes what waits; after it every record added before is on the disk, or
// an error is kept.
func (w *writer) flush() {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	waiting := w.waiting
	w.waiting = make(map[int]*bytes.Buffer)
	w.mu.Unlock()
	for shard, b := range waiting {
		if err := w.append(shard, b.Bytes()); err != nil {
			w.mu.Lock()
			w.failed = errors.Join(w.failed, err)
			w.mu.Unlock()
		}
	}
}

// append adds whole lines to a file. Where they break off, because the disk is
// full, a reader passes over the last one.
func (w *writer) append(shard int, lines []byte) (err error) {
	folder := filepath.Join(w.folder, fmt.Sprintf("%06d", shard))
	path := filepath.Join(folder, w.name)
	defer func() {
		if err != nil {
			err = fmt.Errorf("cannot write %s: %w", path, atomicfile.Cause(err))
		}
	}()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(lines); err != nil {
		return err
	}
	return f.Sync()
}

// close writes what waits.
func (w *writer) close() error {
	close(w.stop)
	w.stopped.Wait()
	return w.failed
}

// fileName names the file of a process for the part of the plan that it was asked to
// do, so that one of a thousand tasks need not open the files of the others.
func fileName(first, count int, token string) string {
	return fmt.Sprintf("%d-%d.%s.jsonl", first, first+count-1, token)
}

// mayHold tells by the name of a file whether it can have results of some points.
func mayHold(name string, first, count int) bool {
	var from, to int
	if n, err := fmt.Sscanf(name, "%d-%d.", &from, &to); n < 2 || err != nil {
		return true // of an earlier version, which named it by the process only
	}
	return from < first+count && first <= to
}

// read calls take with every record in the files that may hold some points. A line
// that is not whole, as a process left it that was killed, is passed over.
func (p *Plan) read(first, count int, take func(Record)) error {
	for shard := first / ShardSize; shard*ShardSize < first+count; shard++ {
		folder := filepath.Join(p.Path, resultsFolder, fmt.Sprintf("%06d", shard))
		entries, err := os.ReadDir(folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", folder, atomicfile.Cause(err))
		}
		for _, e := range entries {
			if filepath.Ext(e.Name()) != ".jsonl" || !mayHold(e.Name(), first, count) {
				continue
			}
			if err := readFile(filepath.Join(folder, e.Name()), take); err != nil {
				return err
			}
		}
	}
	return nil
}

func readFile(path string, take func(Record)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", path, atomicfile.Cause(err))
	}
	defer f.Close()
	lines := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", path, atomicfile.Cause(err))
		}
		var r Record
		if json.Unmarshal(line, &r) == nil && r.ID != "" {
			take(r)
		}
	}
}

// state is what became of a point so far.
type state struct {
	done    bool // nothing is left to do, by this program
	failure string
	seconds float64
	cost    float64
	final   bool
	program string
}

// states are those of some points, and maybe of others, by their IDs. A success
// counts more than a failure.
func (p *Plan) states(first, count int, program string) (map[string]state, error) {
	all := make(map[string]state)
	err := p.read(first, count, func(r Record) {
		old, known := all[r.ID]
		if known && old.failure == "" {
			return
		}
		if s := (state{r.Failure == "" || r.Final && r.Program == program, r.Failure, r.Seconds, r.Cost, r.Final, r.Program}); !known || s.failure == "" || s.done && !old.done {
			all[r.ID] = s
		}
	})
	return all, err
}
