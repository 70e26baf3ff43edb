// Package safetensors writes and reads named arrays in the safetensors format,
// which PyTorch and its relatives use for weights:
//
//	8 bytes   length N of the header, little-endian
//	N bytes   JSON: {"__metadata__": {"key": "text", ...},
//	          "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...}
//	the rest  the arrays, little-endian and row-major, without gaps
//
// (https://huggingface.co/docs/safetensors). A file may come from anywhere: no
// number in it is used before it was compared with the bytes that are there.
package safetensors

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// DType is the type of an array's elements, as the format calls it.
type DType string

// The types that arrays can be made of here. Others are known when a file that
// holds them is read, but their values are not.
const (
	F32 DType = "F32"
	F64 DType = "F64"
	I64 DType = "I64"
	U64 DType = "U64"
	U8  DType = "U8"
)

// itemBytes is the size of an element of each type of the format.
var itemBytes = map[DType]int{
	"BOOL": 1, U8: 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
	"I16": 2, "U16": 2, "F16": 2, "BF16": 2,
	"I32": 4, "U32": 4, F32: 4,
	F64: 8, I64: 8, U64: 8,
}

// Element is what arrays are made of.
type Element interface {
	float32 | float64 | int64 | uint64 | uint8
}

// TypeOf is the type of arrays of T.
func TypeOf[T Element]() DType {
	switch any(*new(T)).(type) {
	case float32:
		return F32
	case float64:
		return F64
	case int64:
		return I64
	case uint64:
		return U64
	}
	return U8
}

// Info is what a file says about an array.
type Info struct {
	Name  string
	DType DType
	Shape []int // lengths of the dimensions; none: a single number
}

// shapeText is a shape as "10 x 50"; one without dimensions is "1".
func shapeText(shape []int) string {
	if len(shape) == 0 {
		return "1"
	}
	out := make([]string, len(shape))
	for i, n := range shape {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, " x ")
}

// bytes is the size of the array's data; false if no memory could hold it or a
// dimension is negative.
func (i Info) bytes() (n uint64, ok bool) {
	if slices.Contains(i.Shape, 0) {
		return 0, !slices.ContainsFunc(i.Shape, func(n int) bool { return n < 0 })
	}
	n = uint64(itemBytes[i.DType])
	for _, dim := range i.Shape {
		high, low := bits.Mul64(n, uint64(dim))
		if dim < 0 || high != 0 || low > math.MaxInt64 {
			return 0, false
		}
		n = low
	}
	return n, true
}

// tensorError puts the name of an array in front of what is wrong with it.
func tensorError(name, format string, args ...any) error {
	if runes := []rune(name); len(runes) > maxShown {
		name = string(runes[:maxShown]) + "..."
	}
	return fmt.Errorf("tensor %q: %s", name, fmt.Sprintf(format, args...))
}

// maxShown is how much of a name an error shows.
const maxShown = 60
