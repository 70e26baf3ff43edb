package rundir

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
	npyMagic  = "\x93NUMPY"
	npyFloat  = "<f8"
	npyIndex  = "<i8"
	npyAlign  = 64 // data start at a multiple of this
	itemBytes = 8
)

var npyHeader = regexp.MustCompile(`^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \} *\n$`)

// writeFloats writes an array in row-major order. The product of shape is the
// length of v.
func writeFloats(w io.Writer, shape []int, v []float64) error {
	if err := writeHeader(w, npyFloat, shape); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, v)
}

// writeInts is writeFloats for integers.
func writeInts(w io.Writer, shape []int, v []int) error {
	if err := writeHeader(w, npyIndex, shape); err != nil {
		return err
	}
	wide := make([]int64, len(v))
	for i, x := range v {
		wide[i] = int64(x)
	}
	return binary.Write(w, binary.LittleEndian, wide)
}

func writeHeader(w io.Writer, descr string, shape []int) error {
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += "," // a tuple of one in Python
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	const before = len(npyMagic) + 4 // version, length of the text
	total := (before + len(text) + npyAlign) / npyAlign * npyAlign
	text += strings.Repeat(" ", total-before-len(text)-1) + "\n"

	header := append([]byte(npyMagic), 1, 0)
	header = binary.LittleEndian.AppendUint16(header, uint16(len(text)))
	_, err := w.Write(append(header, text...))
	return err
}

// array is an array as it was found: little-endian items of 8 bytes in
// row-major order.
type array struct {
	descr string
	shape []int
	data  []byte
}

// parseArray reads a whole .npy file of floats or integers.
func parseArray(file []byte) (array, error) {
	text, data, err := splitHeader(file)
	if err != nil {
		return array{}, err
	}
	m := npyHeader.FindSubmatch(text)
	if m == nil {
		return array{}, fmt.Errorf("array header %.80q, expected descr, fortran_order and shape", text)
	}
	a := array{descr: string(m[1]), data: data}
	if a.descr != npyFloat && a.descr != npyIndex {
		return array{}, fmt.Errorf("array of type %q, expected %q or %q", a.descr, npyFloat, npyIndex)
	}
	if string(m[2]) == "True" {
		return array{}, errors.New("array in column-major order, expected row-major")
	}
	a.shape, err = parseShape(string(m[3]))
	if err != nil {
		return array{}, err
	}
	if !fills(a.shape, len(data)) {
		return array{}, fmt.Errorf("array of shape %v has %d bytes", a.shape, len(data))
	}
	return a, nil
}

// splitHeader parts the header's text from the data behind it.
func splitHeader(file []byte) (text, data []byte, err error) {
	rest, ok := bytes.CutPrefix(file, []byte(npyMagic))
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
		return nil, nil, fmt.Errorf("array header of %d bytes, but only %d left", length, len(rest))
	}
	return rest[:length], rest[length:], nil
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

// fills tells whether n bytes are exactly an array of this shape.
func fills(shape []int, n int) bool {
	size := uint64(itemBytes)
	for _, dim := range shape {
		high, low := bits.Mul64(size, uint64(dim))
		if high != 0 {
			return false
		}
		size = low
	}
	return size == uint64(n)
}

func (a array) floats() ([]float64, error) {
	if a.descr != npyFloat {
		return nil, fmt.Errorf("array of type %q, expected %q", a.descr, npyFloat)
	}
	v := make([]float64, len(a.data)/itemBytes)
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(a.data[i*itemBytes:]))
	}
	return v, nil
}

func (a array) ints() ([]int, error) {
	if a.descr != npyIndex {
		return nil, fmt.Errorf("array of type %q, expected %q", a.descr, npyIndex)
	}
	v := make([]int, len(a.data)/itemBytes)
	for i := range v {
		v[i] = int(int64(binary.LittleEndian.Uint64(a.data[i*itemBytes:])))
	}
	return v, nil
}

// indices is ints of an array of one dimension.
func (a array) indices() ([]int, error) {
	if len(a.shape) != 1 {
		return nil, fmt.Errorf("array of shape %v, expected one dimension", a.shape)
	}
	return a.ints()
}
