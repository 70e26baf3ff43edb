package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"time"

	"burstsim/internal/alarm"
	"burstsim/internal/atomicfile"
	"burstsim/sim/record"
)

const (
	// bufferBytes is how much of the newest rows waits in memory.
	bufferBytes = 1 << 16
	// flushEvery is how long it waits, since others read what a run has recorded
	// so far.
	flushEvery = time.Second
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var _ record.Rows = (*rows)(nil)

// rows is a list of rows in a file, the newest of them in memory.
type rows struct {
	name   string
	layout record.Layout
	width  int
	path   string
	file   *os.File // nil: closed, and opened for each part that is read

	flushed int64  // bytes in the file
	sum     uint32 // their checksum
	fresh   []byte // bytes that follow
	failed  bool   // to write those

	due    *alarm.Alarm // for what waits in memory; nil: nothing is appended
	read   []byte       // part of the file that was last read
	readAt int64
}

// Rows opens a list of rows of this name, which must do for a file.
func (v *Variant) Rows(name string, layout record.Layout) (record.Rows, error) {
	path := v.rowsFile(name)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path, atomicfile.Cause(err))
	}
	r := &rows{name: name, layout: layout, width: layout.Width(), path: path, file: file, due: alarm.New(flushEvery)}
	v.rows = append(v.rows, r)
	return r, nil
}

func (r *rows) rowBytes() int64 { return int64(8 * r.width) }

// close writes what waits in memory, for those who read it while other variants go
// on, and closes the file. Many variants that have ended must not hold the files
// that the next ones need.
func (r *rows) close() error {
	if r.file == nil {
		return nil
	}
	r.due.Stop()
	var err error
	if !r.failed { // else it was said
		err = r.flush()
	}
	if e := r.file.Close(); e != nil && err == nil {
		err = fmt.Errorf("cannot write %s: %w", r.path, atomicfile.Cause(e))
	}
	r.file = nil
	return err
}

// Append adds a row.
func (r *rows) Append(row []float64) error {
	if len(row) != r.width {
		return fmt.Errorf("%s: a row of %d numbers, expected %d", r.path, len(row), r.width)
	}
	for _, x := range row {
		r.fresh = binary.LittleEndian.AppendUint64(r.fresh, math.Float64bits(x))
	}
	if len(r.fresh) < bufferBytes && !r.due.Rang() {
		return nil
	}
	r.due.Set()
	return r.flush()
}

// flush writes what waits in memory. After an error the file may have a part
// of it, which stays in memory too.
func (r *rows) flush() error {
	if len(r.fresh) == 0 {
		return nil
	}
	if _, err := r.file.WriteAt(r.fresh, r.flushed); err != nil {
		r.failed = true
		return fmt.Errorf("cannot write %s: %w", r.path, atomicfile.Cause(err))
	}
	r.flushed += int64(len(r.fresh))
	r.sum = crc32.Update(r.sum, castagnoli, r.fresh)
	r.fresh = r.fresh[:0]
	return nil
}

// sync brings all rows to disk.
func (r *rows) sync() error {
	if err := r.flush(); err != nil {
		return err
	}
	if err := r.file.Sync(); err != nil {
		return fmt.Errorf("cannot write %s: %w", r.path, atomicfile.Cause(err))
	}
	return nil
}

// Len is the number of rows.
func (r *rows) Len() int { return int((r.flushed + int64(len(r.fresh))) / r.rowBytes()) }

// Read stores row i in dst. Rows are read fastest one after another.
func (r *rows) Read(i int, dst []float64) error {
	n := r.rowBytes()
	at := int64(i) * n
	var raw []byte
	if at >= r.flushed {
		raw = r.fresh[at-r.flushed:][:n]
	} else {
		if at < r.readAt || at+n > r.readAt+int64(len(r.read)) {
			if err := r.fetch(at); err != nil {
				return err
			}
		}
		raw = r.read[at-r.readAt:][:n]
	}
	for j := range dst {
		dst[j] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*j:]))
	}
	return nil
}

// fetch reads a part of the file that begins with a row.
func (r *rows) fetch(at int64) error {
	n := r.rowBytes()
	n *= max(1, bufferBytes/n)
	n = min(n, r.flushed-at)
	if int64(cap(r.read)) < n {
		r.read = make([]byte, n)
	}
	r.read, r.readAt = r.read[:n], at
	if err := r.readPart(at); err != nil {
		r.read = r.read[:0]
		return fmt.Errorf("cannot read %s: %w", r.path, atomicfile.Cause(err))
	}
	return nil
}

// readPart fills what was read with the file's bytes from a place on.
func (r *rows) readPart(at int64) error {
	file := r.file
	if file == nil {
		var err error
		if file, err = os.Open(r.path); err != nil {
			return err
		}
		defer file.Close()
	}
	_, err := file.ReadAt(r.read, at)
	return err
}

// check compares the file with what a checkpoint says of it.
func (r *rows) check(count int64, sum uint32) error {
	if count < 0 || count > math.MaxInt64/r.rowBytes() {
		return fmt.Errorf("%s: %d rows", r.path, count)
	}
	size := count * r.rowBytes()
	hash := crc32.New(castagnoli)
	n, err := io.Copy(hash, io.NewSectionReader(r.file, 0, size))
	switch {
	case err != nil:
		return fmt.Errorf("cannot read %s: %w", r.path, atomicfile.Cause(err))
	case n < size:
		return fmt.Errorf("%s has %d bytes, expected at least %d: it is cut short", r.path, n, size)
	case hash.Sum32() != sum:
		return errors.New(r.path + " does not have the checksum that the checkpoint says: it is damaged")
	}
	return nil
}

// truncate drops all rows but the first ones, whose checksum is sum.
func (r *rows) truncate(count int64, sum uint32) error {
	r.flushed, r.sum = count*r.rowBytes(), sum
	r.fresh, r.read = r.fresh[:0], r.read[:0]
	if err := r.file.Truncate(r.flushed); err != nil {
		return fmt.Errorf("cannot write %s: %w", r.path, atomicfile.Cause(err))
	}
	return nil
}
