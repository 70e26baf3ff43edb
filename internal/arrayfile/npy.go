package arrayfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
)

// The NumPy array format, version 1.0 for writing, 1.0 and 2.0 for reading:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
//
// It is here because a run that stops before its first sample has arrays of 0
// rows and n columns, and because what is read may be damaged: the size in a
// header is compared with the bytes that are there before it is used.

const (
	// Magic is how a file begins.
	Magic = "\x93NUMPY"
	// Float and Index are the types of items that are written, of ItemBytes each.
	Float     = "<f8"
	Index     = "<i8"
	ItemBytes = 8

	align = 64 // data start at a multiple of this
)

var headerText = regexp.MustCompile(`^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \} *\n$`)

// WriteFloats writes an array in row-major order. The product of shape is the
// length of v.
func WriteFloats(w io.Writer, shape []int, v []float64) error {
	if err := WriteHeader(w, Float, shape); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, v)
}

// WriteInts is WriteFloats for integers.
func WriteInts(w io.Writer, shape []int, v []int) error {
	if err := WriteHeader(w, Index, shape); err != nil {
		return err
	}
	wide := make([]int64, len(v))
	for i, x := range v {
		wide[i] = int64(x)
	}
	return binary.Write(w, binary.LittleEndian, wide)
}

// WriteHeader writes what stands before the items of an array of a type.
func WriteHeader(w io.Writer, descr string, shape []int) error {
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += "," // a tuple of one in Python
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	const before = len(Magic) + 4 // version, length of the text
	total := (before + len(text) + align) / align * align
	text += strings.Repeat(" ", total-before-len(text)-1) + "\n"

	header := append([]byte(Magic), 1, 0)
	header = binary.LittleEndian.AppendUint16(header, uint16(len(text)))
	_, err := w.Write(append(header, text...))
	return err
}

// Array is an array as it was found.
type Array struct {
	Type  string // of items, as NumPy writes it
	Shape []int
	Data  []byte // the items
}

// header is what a file says before the items.
type header struct {
	kind    string // of items, as NumPy writes it
	shape   []int
	columns bool // in column-major order
}

var structured = regexp.MustCompile(`'descr': *\[`)

func parseHeader(text []byte) (h header, err error) {
	m := headerText.FindSubmatch(text)
	switch {
	case m == nil && structured.Match(text):
		return h, errors.New("a structured array, expected an array of numbers")
	case m == nil:
		return h, fmt.Errorf("array header %.80q, expected descr, fortran_order and shape", text)
	}
	h = header{kind: string(m[1]), columns: string(m[2]) == "True"}
	h.shape, err = parseShape(string(m[3]))
	return h, err
}

// longest is the length of a header that is read from a stream: those of numbers
// have a few hundred bytes.
const longest = 1 << 16

// readHeader reads what stands before the items.
func readHeader(r io.Reader) (h header, bytes int64, err error) {
	head := make([]byte, len(Magic)+4, len(Magic)+6)
	if _, err := io.ReadFull(r, head); err != nil {
		return h, 0, errors.New("not a NumPy array")
	}
	if head[len(Magic)] > 1 {
		head = head[:cap(head)]
		if _, err := io.ReadFull(r, head[len(head)-2:]); err != nil {
			return h, 0, errors.New("array header cut short")
		}
	}
	_, _, err = splitHeader(head)
	var short *shortHeader
	if errors.As(err, &short) {
		if short.length > longest {
			return h, 0, fmt.Errorf("array header of %d bytes, expected at most %d", short.length, longest)
		}
		text := make([]byte, short.length)
		if _, err := io.ReadFull(r, text); err != nil {
			return h, 0, errors.New("array header cut short")
		}
		h, err = parseHeader(text)
		return h, int64(len(head) + len(text)), err
	}
	if err == nil {
		err = errors.New("array header of 0 bytes")
	}
	return h, 0, err
}

// Parse reads a whole .npy file of floats or integers of 8 bytes in row-major
// order, as they are written here.
func Parse(file []byte) (Array, error) {
	text, data, err := splitHeader(file)
	if err != nil {
		return Array{}, err
	}
	h, err := parseHeader(text)
	switch {
	case err != nil:
		return Array{}, err
	case h.kind != Float && h.kind != Index:
		return Array{}, fmt.Errorf("array of type %q, expected %q or %q", h.kind, Float, Index)
	case h.columns:
		return Array{}, errors.New("array in column-major order, expected row-major")
	case !fills(h.shape, ItemBytes, int64(len(data))):
		return Array{}, fmt.Errorf("array of shape %v has %d bytes", h.shape, len(data))
	}
	return Array{Type: h.kind, Shape: h.shape, Data: data}, nil
}

// Shape reads the shape from the beginning of a .npy file.
func Shape(head []byte) ([]int, error) {
	text, _, err := splitHeader(head)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(text)
	return h.shape, err
}

// splitHeader parts the header's text from the data behind it.
func splitHeader(file []byte) (text, data []byte, err error) {
	rest, ok := bytes.CutPrefix(file, []byte(Magic))
	if !ok || len(rest) < 2 {
		return nil, nil, errors.New("not a NumPy array")
	}
	version := rest[0]
	rest = rest[2:]
	var length uint64
	switch {
	case version == 1 && len(rest) >= 2:
		length, rest = uint64(binary.LittleEndian.Uint16(rest)), rest[2:]
	case version == 2 && len(rest) >= 4:
		length, rest = uint64(binary.LittleEndian.Uint32(rest)), rest[4:]
	default:
		return nil, nil, fmt.Errorf("NumPy array format version %d, expected 1 or 2, or file cut short", version)
	}
	if length > uint64(len(rest)) {
		return nil, nil, &shortHeader{length, len(rest)}
	}
	return rest[:length], rest[length:], nil
}

// shortHeader says that a header is longer than what there is.
type shortHeader struct {
	length uint64
	left   int
}

func (e *shortHeader) Error() string {
	return fmt.Sprintf("array header of %d bytes, but only %d left", e.length, e.left)
}

func parseShape(tuple string) ([]int, error) {
	var shape []int
	for dim := range strings.SplitSeq(tuple, ",") {
		dim = strings.TrimSpace(dim)
		if dim == "" {
			continue
		}
		n, err := strconv.Atoi(dim)
		if err != nil {
			return nil, fmt.Errorf("array of shape (%s), expected integers", tuple)
		}
		shape = append(shape, n)
	}
	return shape, nil
}

// fills tells whether n bytes are exactly an array of this shape and size of
// items.
func fills(shape []int, item int, n int64) bool {
	size := uint64(item)
	for _, dim := range shape {
		high, low := bits.Mul64(size, uint64(dim))
		if high != 0 {
			return false
		}
		size = low
	}
	return size == uint64(n)
}

// Floats are the items of an array of type Float.
func (a Array) Floats() ([]float64, error) {
	if a.Type != Float {
		return nil, fmt.Errorf("array of type %q, expected %q", a.Type, Float)
	}
	v := make([]float64, len(a.Data)/ItemBytes)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(a.Data[i*ItemBytes:]))
	}
	return v, nil
}

// Ints are the items of an array of type Index.
func (a Array) Ints() ([]int, error) {
	if a.Type != Index {
		return nil, fmt.Errorf("array of type %q, expected %q", a.Type, Index)
	}
	v := make([]int, len(a.Data)/ItemBytes)
	for i := range v {
		v[i] = int(int64(binary.LittleEndian.Uint64(a.Data[i*ItemBytes:])))
	}
	return v, nil
}

// Indices is Ints of an array of one dimension.
func (a Array) Indices() ([]int, error) {
	if len(a.Shape) != 1 {
		return nil, fmt.Errorf("array of shape %v, expected one dimension", a.Shape)
	}
	return a.Ints()
}

// Header reads what the beginning of a .npy file says of its items, and where they
// begin. They are in row-major order and of type Float or Index.
func Header(head []byte) (kind string, shape []int, begin int, err error) {
	text, data, err := splitHeader(head)
	if err != nil {
		return "", nil, 0, err
	}
	h, err := parseHeader(text)
	switch {
	case err != nil:
		return "", nil, 0, err
	case h.kind != Float && h.kind != Index:
		return "", nil, 0, fmt.Errorf("array of type %q, expected %q or %q", h.kind, Float, Index)
	case h.columns && len(h.shape) > 1:
		return "", nil, 0, errors.New("array in column-major order, expected row-major")
	}
	return h.kind, h.shape, len(head) - len(data), nil
}
