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

// itemBits is the size of an element of each type of the format.
var itemBits = map[DType]uint64{
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"BOOL": 8, U8: 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16,
	"I32": 32, "U32": 32, F32: 32,
	F64: 64, I64: 64, U64: 64, "C64": 64,
}

// itemBytes is the size of an element of a type whose values can be read.
func itemBytes(t DType) int { return int(itemBits[t] / 8) }

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

// bytes is the size of the array's data; false if no memory could hold it, it
// ends within a byte, or a dimension is negative.
func (i Info) bytes() (n uint64, ok bool) {
	if slices.Contains(i.Shape, 0) {
		return 0, !slices.ContainsFunc(i.Shape, func(n int) bool { return n < 0 })
	}
	n = itemBits[i.DType]
	for _, dim := range i.Shape {
		high, low := bits.Mul64(n, uint64(dim))
		if dim < 0 || high != 0 {
			return 0, false
		}
		n = low
	}
	return n / 8, n%8 == 0 && n/8 <= math.MaxInt64
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
