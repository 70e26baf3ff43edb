package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

const (
	metadataKey = "__metadata__"
	lengthBytes = 8
	alignment   = 8           // of the data's start
	maxHeader   = 100_000_000 // the format's own bound
)

// File is a file whose header has been read and found consistent with its size.
type File struct {
	Metadata map[string]string // never nil
	r        io.ReaderAt
	tensors  []found // in the order of their data
	index    map[string]int
}

// found is an array and where its data are in the file.
type found struct {
	Info
	at int64
	n  int64 // bytes
}

// Read reads the header of a file of this size and checks all of it: names are
// unique, and the arrays fill the file without gap or overlap. Errors say what
// was expected. Nothing is allocated beyond the size of the file.
func Read(r io.ReaderAt, size int64) (*File, error) {
	var prefix [lengthBytes]byte
	if size < lengthBytes {
		return nil, fmt.Errorf("%d bytes, expected a safetensors file, which has at least %d", size, lengthBytes)
	}
	if err := readAt(r, prefix[:], 0); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	rest := size - lengthBytes
	switch {
	case length > maxHeader && length > uint64(rest):
		return nil, errors.New("not a safetensors file: it does not begin with the length of a header")
	case length > maxHeader:
		return nil, fmt.Errorf("header of %d bytes, expected at most %d", length, maxHeader)
	case length > uint64(rest):
		return nil, fmt.Errorf("header of %d bytes, but only %d left: cut short, or not a safetensors file", length, rest)
	}
	text := make([]byte, length)
	if err := readAt(r, text, lengthBytes); err != nil {
		return nil, err
	}
	h, err := decodeHeader(text)
	if err != nil {
		return nil, err
	}
	f := &File{Metadata: h.metadata, r: r, index: make(map[string]int, len(h.tensors))}
	if err := f.place(h.tensors, lengthBytes+int64(length), size); err != nil {
		return nil, err
	}
	return f, nil
}

// readAt fills b from an offset.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%d bytes at offset %d: %w", len(b), at, err)
}

// place finds the data of each array, which must fill the file from start on.
func (f *File) place(tensors []described, start, size int64) error {
	slices.SortStableFunc(tensors, func(a, b described) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	data := uint64(size - start)
	var at uint64
	for _, t := range tensors {
		need, ok := t.bytes()
		switch {
		case t.begin > t.end || t.end > data:
			return tensorError(t.Name, "data from byte %d to %d, expected within the %d bytes that are there", t.begin, t.end, data)
		case t.begin < at:
			return tensorError(t.Name, "data from byte %d, which overlaps other data, expected from %d", t.begin, at)
		case t.begin > at:
			return tensorError(t.Name, "data from byte %d, which leaves a gap, expected from %d", t.begin, at)
		case !ok || need != t.end-t.begin:
			return tensorError(t.Name, "%d bytes of data, but %s of shape %s take another number", t.end-t.begin, t.DType, shapeText(t.Shape))
		}
		f.index[t.Name] = len(f.tensors)
		f.tensors = append(f.tensors, found{t.Info, start + int64(t.begin), int64(need)})
		at = t.end
	}
	if at != data {
		return fmt.Errorf("%d bytes of data, but the header accounts for %d", data, at)
	}
	return nil
}

// Tensors lists the arrays in the order of their data.
func (f *File) Tensors() []Info {
	out := make([]Info, len(f.tensors))
	for i, t := range f.tensors {
		out[i] = t.Info
	}
	return out
}

// find is the array of this name.
func (f *File) find(name string) (found, error) {
	k, ok := f.index[name]
	if !ok {
		return found{}, tensorError(name, "not in the file")
	}
	return f.tensors[k], nil
}

// Values reads an array, which must be of type T, and returns it in row-major
// order with its shape.
func Values[T Element](f *File, name string) (values []T, shape []int, err error) {
	t, err := f.find(name)
	if err != nil {
		return nil, nil, err
	}
	if want := TypeOf[T](); t.DType != want {
		return nil, nil, tensorError(name, "has type %s, expected %s", t.DType, want)
	}
	values = make([]T, t.n/int64(itemBytes(t.DType)))
	at := 0
	err = f.each(t, func(b []byte) { at += decodeValues(values[at:], b) })
	return values, t.Shape, err
}

// Floats reads an array of F32 or F64 as either: exact where F is as wide, or
// else rounded to the nearest.
func Floats[F float32 | float64](f *File, name string) (values []F, shape []int, err error) {
	t, err := f.find(name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case t.DType == TypeOf[F]():
		return Values[F](f, name)
	case t.DType == F32:
		return converted[F](Values[float32](f, name))
	case t.DType == F64:
		return converted[F](Values[float64](f, name))
	}
	return nil, nil, tensorError(name, "has type %s, expected %s or %s", t.DType, F32, F64)
}

func converted[To, From float32 | float64](from []From, shape []int, err error) ([]To, []int, error) {
	if err != nil {
		return nil, nil, err
	}
	to := make([]To, len(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to, shape, nil
}

// each hands the array's data to use, a part that holds whole elements at a
// time.
func (f *File) each(t found, use func([]byte)) error {
	buffer := make([]byte, min(chunkBytes, t.n))
	for done := int64(0); done < t.n; {
		part := buffer[:min(int64(len(buffer)), t.n-done)]
		if err := readAt(f.r, part, t.at+done); err != nil {
			return tensorError(t.Name, "%v", err)
		}
		use(part)
		done += int64(len(part))
	}
	return nil
}

// decodeValues stores the elements of b and returns how many they are.
func decodeValues[T Element](dst []T, b []byte) int {
	n := len(b) / itemBytes(TypeOf[T]())
	switch dst := any(dst[:n]).(type) {
	case []float32:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case []float64:
		for i := range dst {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case []int64:
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case []uint64:
		for i := range dst {
			dst[i] = binary.LittleEndian.Uint64(b[8*i:])
		}
	case []uint8:
		copy(dst, b)
	}
	return n
}
