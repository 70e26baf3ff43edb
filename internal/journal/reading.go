package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"burstsim/internal/atomicfile"
	"burstsim/internal/regular"
	"burstsim/sim/record"
)

// layouts is the file that says what a variant's rows are.
type layouts struct {
	Variant string         `json:"variant"`
	Lists   []layoutOfList `json:"lists"`
}

type layoutOfList struct {
	Name   string        `json:"name"`
	Layout record.Layout `json:"layout"`
}

// maxLayouts is the largest file of layouts that is read. That of a network
// that records all of 100,000 units has a few MiB.
const maxLayouts = 64 << 20

func layoutsFile(path, variant string) string { return filepath.Join(path, variant+".json") }

func rowsFile(path, variant, list string) string {
	return filepath.Join(path, variant+"-"+list+".rows")
}

func (v *Variant) writeLayouts() error {
	doc := layouts{Variant: v.label}
	for _, r := range v.rows {
		doc.Lists = append(doc.Lists, layoutOfList{r.name, r.layout})
	}
	return atomicfile.Write(layoutsFile(v.journal.path, v.name), func(w io.Writer) error { return json.NewEncoder(w).Encode(doc) })
}

// Reading is what the variants of a run have recorded so far: what is on disk,
// which is all but the last seconds. It may be read while the run goes on.
type Reading struct {
	Variants []Recorded // in the order of their numbers, from 0 to the last that has begun
	files    []*os.File
}

// Recorded is what one variant has recorded.
type Recorded struct {
	Label string
	Lists []List
}

// List is a list of rows. Nothing can be appended to it.
type List struct {
	Name   string
	Layout record.Layout
	record.Rows
}

// List is the list of that name.
func (r Recorded) List(name string) (List, bool) {
	for _, l := range r.Lists {
		if l.Name == name {
			return l, true
		}
	}
	return List{}, false
}

// Read opens what the journal at path has of at most so many variants. It needs
// no lock: rows that are there do not change.
func Read(path string, variants int) (*Reading, error) {
	r := &Reading{}
	for number := range variants {
		variant := strconv.Itoa(number)
		doc, err := readLayouts(layoutsFile(path, variant))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err == nil {
			err = r.add(path, variant, doc)
		}
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

func readLayouts(path string) (doc layouts, err error) {
	f, err := regular.Open(path)
	if err != nil {
		return doc, fmt.Errorf("%s cannot be read: %w", path, atomicfile.Cause(err))
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxLayouts+1))
	if err == nil && len(content) > maxLayouts {
		err = fmt.Errorf("larger than %d MiB", maxLayouts>>20)
	}
	if err == nil {
		err = json.Unmarshal(content, &doc)
	}
	if err != nil {
		return doc, fmt.Errorf("%s: %w: expected what the rows of a run are", path, atomicfile.Cause(err))
	}
	return doc, nil
}

func (r *Reading) add(path, variant string, doc layouts) error {
	v := Recorded{Label: doc.Variant}
	for _, l := range doc.Lists {
		if filepath.Base(l.Name) != l.Name || !valid(l.Layout) {
			return fmt.Errorf("%s: list %q: expected a name, and the layout of its rows", layoutsFile(path, variant), l.Name)
		}
		file := rowsFile(path, variant, l.Name)
		f, err := regular.Open(file)
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", file, atomicfile.Cause(err))
		}
		r.files = append(r.files, f)
		info, err := f.Stat()
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", file, atomicfile.Cause(err))
		}
		list := &rows{name: l.Name, layout: l.Layout, width: l.Layout.Width(), path: file, file: f}
		list.flushed = info.Size() / list.rowBytes() * list.rowBytes()
		v.Lists = append(v.Lists, List{l.Name, l.Layout, list})
	}
	r.Variants = append(r.Variants, v)
	return nil
}

// valid tells whether a layout from disk is one that rows can have.
func valid(l record.Layout) bool {
	for _, s := range l.Signals {
		if s == nil || len(s.Values) > 0 {
			return false
		}
	}
	if h := l.Histogram; h != nil && (len(h.Counts) > 0 || len(h.Epochs) > 0) {
		return false
	}
	return l.Width() > 0
}

// Close closes the files, after which no rows can be read.
func (r *Reading) Close() error {
	var failed error
	for _, f := range r.files {
		failed = errors.Join(failed, f.Close())
	}
	r.files = nil
	return failed
}
