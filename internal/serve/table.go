package serve

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"burstsim/internal/arrayfile"
)

// table is rows of numbers in a file, of which it has some columns: an array of
// an archive, or what a run has recorded so far.
type table struct {
	file   io.ReaderAt
	begin  int64 // of the first row
	rows   int
	stride int // numbers of a row in the file
	at     int // the first of those that the table has
	width  int // how many
	whole  bool
	shape  []int // of the array in the file
}

// chunkBytes is how much is read at once.
const chunkBytes = 1 << 20

// each reads rows from to to, exclusive, piece by piece; values are those of the
// rows from first on, row after row, and valid until visit returns.
func (t table) each(from, to int, visit func(first int, values []float64) error) error {
	row := 8 * t.stride
	n := max(1, chunkBytes/row)
	raw := make([]byte, row*min(n, max(0, to-from)))
	values := make([]float64, 0, len(raw)/row*t.width)
	for from < to {
		n = min(n, to-from)
		if _, err := t.file.ReadAt(raw[:n*row], t.begin+int64(row)*int64(from)); err != nil {
			return fmt.Errorf("row %d: %w", from, err)
		}
		values = values[:0]
		for i := range n {
			part := raw[i*row+8*t.at:]
			for j := range t.width {
				bits := binary.LittleEndian.Uint64(part[8*j:])
				if t.whole {
					values = append(values, float64(int64(bits)))
				} else {
					values = append(values, math.Float64frombits(bits))
				}
			}
		}
		if err := visit(from, values); err != nil {
			return err
		}
		from += n
	}
	return nil
}

// read reads rows from to to, exclusive.
func (t table) read(from, to int) ([]float64, error) {
	out := make([]float64, 0, max(0, to-from)*t.width)
	err := t.each(from, to, func(_ int, values []float64) error {
		out = append(out, values...)
		return nil
	})
	return out, err
}

// mostUnpacked bounds the arrays that are unpacked into memory, if NumPy has
// packed them. Those that burstsim writes are not.
const mostUnpacked = 256 << 20

// archive is a file of NumPy with its arrays, by their paths without the suffix.
type archive struct {
	file    *os.File
	members map[string]*zip.File
	names   []string // in the file's order
}

func openArchive(f *os.File) (*archive, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", info.Name(), err)
	}
	a := &archive{file: f, members: map[string]*zip.File{}}
	for _, m := range z.File {
		if name, ok := strings.CutSuffix(m.Name, ".npy"); ok {
			a.members[name] = m
			a.names = append(a.names, name)
		}
	}
	return a, nil
}

// headerBytes is more than the header of an array takes.
const headerBytes = 64 << 10

// table finds an array in the file, without reading its numbers. Without a second
// dimension it has rows of one number.
func (a *archive) table(name string) (table, error) {
	t, err := a.find(name)
	if err == nil && len(t.shape) > 2 {
		err = fmt.Errorf("array of shape %v, expected rows", t.shape)
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// find finds an array of any shape; a row is all behind its first dimension.
func (a *archive) find(name string) (table, error) {
	m := a.members[name]
	if m == nil {
		return table{}, errors.New("there is no such array")
	}
	t := table{file: a.file, width: 1}
	size := int64(m.UncompressedSize64)
	if m.Method == zip.Store {
		offset, err := m.DataOffset()
		if err != nil {
			return table{}, err
		}
		if t.begin = offset; m.CompressedSize64 != m.UncompressedSize64 {
			return table{}, errors.New("the archive is damaged")
		}
	} else {
		content, err := unpack(m)
		if err != nil {
			return table{}, err
		}
		t.file, size = bytes.NewReader(content), int64(len(content))
	}
	head := make([]byte, min(headerBytes, max(0, size)))
	if _, err := t.file.ReadAt(head, t.begin); err != nil {
		return table{}, err
	}
	kind, shape, begin, err := arrayfile.Header(head)
	if err != nil {
		return table{}, err
	}
	t.begin += int64(begin)
	t.whole = kind == arrayfile.Index
	if len(shape) == 0 {
		return table{}, errors.New("array of one number, expected rows")
	}
	for _, n := range shape[1:] {
		if n > 0 && int64(t.width) > size/int64(n) || n < 0 {
			return table{}, fmt.Errorf("array of shape %v has %d bytes", shape, size-int64(begin))
		}
		t.width *= n
	}
	t.rows, t.stride, t.shape = shape[0], t.width, shape
	// No more than the file has, whatever the header claims.
	if t.rows < 0 || t.width < 0 || t.width == 0 && t.rows > 0 || t.rows > 0 && (size-int64(begin))/8/int64(t.width) < int64(t.rows) {
		return table{}, fmt.Errorf("array of shape %v has %d bytes", shape, size-int64(begin))
	}
	return t, nil
}

func unpack(m *zip.File) ([]byte, error) {
	if m.UncompressedSize64 > mostUnpacked {
		return nil, fmt.Errorf("packed, and larger than %d MiB: save it with numpy.savez", mostUnpacked>>20)
	}
	r, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, mostUnpacked))
}

// numbers are all of a small array.
func (a *archive) numbers(name string) ([]float64, error) {
	t, err := a.table(name)
	if err != nil {
		return nil, err
	}
	return t.read(0, t.rows)
}
