package arrayfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// itemType is how numbers of an array are written.
type itemType struct {
	size   int
	narrow bool // float32 holds all of them
	decode func(b []byte) float64
}

// itemOf is the type that NumPy writes so, "<f8" or ">i2".
func itemOf(kind string) (t itemType, ok bool) {
	if len(kind) != 3 {
		return t, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch kind[0] {
	case '>':
		order = binary.BigEndian
	case '<', '|':
	default:
		return t, false
	}
	switch kind[1:] {
	case "f8":
		return itemType{8, false, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }}, true
	case "f4":
		return itemType{4, true, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }}, true
	case "i8":
		return itemType{8, false, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }}, true
	case "i4":
		return itemType{4, false, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }}, true
	case "i2":
		return itemType{2, true, func(b []byte) float64 { return float64(int16(order.Uint16(b))) }}, true
	case "i1":
		return itemType{1, true, func(b []byte) float64 { return float64(int8(b[0])) }}, true
	case "u8":
		return itemType{8, false, func(b []byte) float64 { return float64(order.Uint64(b)) }}, true
	case "u4":
		return itemType{4, false, func(b []byte) float64 { return float64(order.Uint32(b)) }}, true
	case "u2":
		return itemType{2, true, func(b []byte) float64 { return float64(order.Uint16(b)) }}, true
	case "u1", "b1":
		return itemType{1, true, func(b []byte) float64 { return float64(b[0]) }}, true
	}
	return t, false
}

// check says why numbers of this header cannot be read: bytes are those behind it.
func (h header) check(bytes int64) (itemType, error) {
	t, known := itemOf(h.kind)
	switch {
	case h.kind == "|O":
		return t, fmt.Errorf("array of Python objects (type %q), expected numbers or truth values", h.kind)
	case !known:
		return t, fmt.Errorf("array of type %q, expected integers, truth values, float32 or float64", h.kind)
	case !fills(h.shape, t.size, bytes):
		return t, fmt.Errorf("array of shape %v and type %q has %d bytes", h.shape, h.kind, bytes)
	}
	return t, nil
}

// rows is the number of rows, and the length of each: an array without dimensions
// is one row of one number.
func (h header) rows() (rows, columns int) {
	rows, columns = 1, 1
	for i, n := range h.shape {
		if i == 0 {
			rows = n
		} else {
			columns *= n
		}
	}
	return rows, columns
}

// piece is how many bytes are read at once.
const piece = 1 << 16

// items reads all items of an array, in the order of the file, and says where
// each stands: row and column, as if all dimensions but the first were one. Places
// count from 0, as NumPy's do. visit may refuse a number.
func (h header) items(r io.Reader, t itemType, visit func(row, column int, x float64) error) error {
	rows, columns := h.rows()
	if rows == 0 || columns == 0 {
		return nil
	}
	left := int64(rows) * int64(columns)
	places := newPlaces(h)
	block := make([]byte, piece/t.size*t.size)
	for left > 0 {
		n := min(int64(len(block)/t.size), left)
		b := block[:n*int64(t.size)]
		if _, err := io.ReadFull(r, b); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[t.size:] {
			x := t.decode(b[:t.size])
			at := places.next()
			if err := visit(at/columns, at%columns, x); err != nil {
				return err
			}
		}
		left -= n
	}
	return nil
}

// places goes through an array in the order of its file, and says where each item
// would stand in row-major order.
type places struct {
	at, columns bool
	shape       []int
	index       []int
	stride      []int
	place       int
}

func newPlaces(h header) *places {
	p := &places{columns: h.columns && len(h.shape) > 1, shape: h.shape, index: make([]int, len(h.shape)), stride: make([]int, len(h.shape))}
	size := 1
	for i := len(h.shape) - 1; i >= 0; i-- {
		p.stride[i] = size
		size *= h.shape[i]
	}
	return p
}

func (p *places) next() int {
	if !p.at {
		p.at = true
		return 0
	}
	if !p.columns {
		p.place++
		return p.place
	}
	for i := range p.index { // the first dimension varies fastest
		p.index[i]++
		p.place += p.stride[i]
		if p.index[i] < p.shape[i] {
			break
		}
		p.place -= p.index[i] * p.stride[i]
		p.index[i] = 0
	}
	return p.place
}
