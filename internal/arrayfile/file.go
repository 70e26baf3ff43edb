package arrayfile

import (
	"archive/zip"
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"burstsim/internal/regular"
)

// File is an open file of numbers, .npy, .npz or .csv. Errors of its methods begin
// with its path.
type File struct {
	path  string
	file  *os.File
	size  int64
	zip   *zip.Reader // of .npz
	names []string    // of arrays, or columns of text
	text  bool
	begin int // lines of text before the numbers
}

// Open opens a file of numbers: NumPy's formats (.npy and .npz) with any type of
// number or truth values, in any order of bytes and dimensions; or text (.csv)
// with numbers between commas, a line a row, and lines that begin with #, which
// are passed over. The first line of a text may name its columns.
func Open(path string) (*File, error) {
	f := &File{path: path}
	if err := f.open(); err != nil {
		if f.file != nil {
			_ = f.file.Close()
		}
		return nil, f.wrap(err)
	}
	return f, nil
}

const endings = ".npy, .npz or .csv"

func (f *File) open() error {
	file, err := regular.Open(f.path)
	if err != nil {
		return err
	}
	f.file = file
	info, err := file.Stat()
	if err != nil {
		return err
	}
	f.size = info.Size()
	switch ext := strings.ToLower(filepath.Ext(f.path)); ext {
	case ".npy":
		f.names = []string{""}
	case ".npz":
		if f.zip, err = zip.NewReader(file, f.size); err != nil {
			return fmt.Errorf("is no archive, or cut short: %w; expected arrays as numpy.savez writes them", err)
		}
		for _, e := range f.zip.File {
			if name, ok := strings.CutSuffix(e.Name, ".npy"); ok {
				f.names = append(f.names, name)
			}
		}
		if len(f.names) == 0 {
			return errors.New("has no arrays, expected an archive as numpy.savez writes it")
		}
	case ".csv":
		f.text = true
		return f.readNames()
	default:
		return fmt.Errorf("has the ending %q, expected %s", ext, endings)
	}
	return nil
}

func (f *File) wrap(err error) error {
	var reading *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &reading):
		return fmt.Errorf("%s cannot be read: %w, expected a file of numbers (%s)", f.path, reading.Err, endings)
	}
	return fmt.Errorf("%s: %w", f.path, err)
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Sum is the SHA-256 of the content as 64 hexadecimal digits.
func (f *File) Sum() (string, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(f.file, 0, f.size)); err != nil {
		return "", f.wrap(err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Names are those of the arrays of an .npz, in its order, or of the columns of a
// text: numbers from 1 if it does not name them. An .npy has one without a name.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Text says whether names are those of columns.
func (f *File) Text() bool { return f.text }

// Table reads arrays, or columns of a text, side by side: all of them, each with
// as many rows. Names of columns may be numbers from 1. All numbers must be finite,
// and there must be some. Nothing but the table grows with the file.
func (f *File) Table(names ...string) (*Table, error) {
	read := f.arrays
	if f.text {
		read = f.lines
	}
	t, err := read(names)
	return t, f.wrap(err)
}

// opened is an array that is about to be read.
type opened struct {
	what   string
	header header
	item   itemType
	first  int // column of the table
	source *bufio.Reader
	close  func() error
}

func (f *File) arrays(names []string) (*Table, error) {
	var all []*opened
	defer func() {
		for _, a := range all {
			_ = a.close()
		}
	}()
	rows, columns, narrow := 0, 0, true
	for _, name := range names {
		a, err := f.array(name)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
		n, m := a.header.rows()
		switch {
		case n == 0 || m == 0:
			return nil, fmt.Errorf("%s has shape %v, which is empty, expected numbers", a.what, a.header.shape)
		case columns > 0 && n != rows:
			return nil, fmt.Errorf("%s has %d rows, expected %d as %s has", a.what, n, rows, all[0].what)
		}
		a.first, rows = columns, n
		columns, narrow = columns+m, narrow && a.item.narrow
	}
	if columns == 0 {
		return nil, errors.New("no array is asked for")
	}
	t, err := newTable(rows, columns, narrow)
	if err != nil {
		return nil, err
	}
	if len(all) == 1 && len(all[0].header.shape) > 1 {
		t.Shape = all[0].header.shape[1:]
	}
	for _, a := range all {
		if err := a.read(t); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// array opens an array and reads its header.
func (f *File) array(name string) (a *opened, err error) {
	a = &opened{what: "the array", close: func() error { return nil }}
	bytes := f.size
	var from io.Reader = io.NewSectionReader(f.file, 0, f.size)
	switch {
	case f.zip != nil:
		a.what = fmt.Sprintf("array %.60q", name)
		k := slices.IndexFunc(f.zip.File, func(e *zip.File) bool { return e.Name == name+".npy" })
		if k < 0 {
			return nil, fmt.Errorf("has no array %.60q, expected one of %s", name, Listed(f.names))
		}
		r, err := f.zip.File[k].Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.what, err)
		}
		from, bytes, a.close = r, int64(min(f.zip.File[k].UncompressedSize64, 1<<62)), r.Close
	case name != "":
		return nil, fmt.Errorf("has one array and no names, but %.60q is asked for", name)
	}
	a.source = bufio.NewReaderSize(from, piece)
	header, before, err := readHeader(a.source)
	if err == nil {
		a.header = header
		a.item, err = header.check(bytes - before)
	}
	if err != nil {
		_ = a.close()
		return nil, fmt.Errorf("%s: %w", a.what, err)
	}
	return a, nil
}

func (a *opened) read(t *Table) error {
	integer := a.header.kind[1] == 'i' || a.header.kind[1] == 'u'
	err := a.header.items(a.source, a.item, func(row, column int, x float64) error {
		if wrong := sound(x, integer); wrong != nil {
			return fmt.Errorf("row %d, column %d (from 0) %w", row, column, wrong)
		}
		t.set(row, a.first+column, x)
		return nil
	})
	if err == nil {
		_, err = io.Copy(io.Discard, a.source) // where an archive compares its checksum
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%s is cut short", a.what)
	case err != nil:
		return fmt.Errorf("%s: %w", a.what, err)
	}
	return nil
}

// Listed are names as a message has them, the first of very many.
func Listed(names []string) string {
	const most = 20
	var out []string
	for _, name := range names[:min(len(names), most)] {
		out = append(out, fmt.Sprintf("%.40q", name))
	}
	if len(names) > most {
		out = append(out, fmt.Sprintf("and %d more", len(names)-most))
	}
	return cmp.Or(strings.Join(out, ", "), "none")
}
