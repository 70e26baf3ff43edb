package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// Tensor is an array to be written. It shares memory with the values it was
// made of.
type Tensor struct {
	Info
	length int
	write  func(io.Writer) error
}

// New makes a tensor of values in row-major order, as many as the shape holds.
func New[T Element](name string, shape []int, values []T) Tensor {
	return Tensor{
		Info:   Info{Name: name, DType: TypeOf[T](), Shape: shape},
		length: len(values),
		write:  func(w io.Writer) error { return writeValues(w, values) },
	}
}

// chunkBytes is how much is converted at a time: arrays can be as large as
// memory, so that no copy of a whole one must be made.
const chunkBytes = 1 << 16

func writeValues[T Element](w io.Writer, values []T) error {
	if raw, ok := any(values).([]uint8); ok {
		_, err := w.Write(raw)
		return err
	}
	item := itemBytes(TypeOf[T]())
	buffer := make([]byte, 0, min(chunkBytes, item*len(values)))
	for chunk := range slices.Chunk(values, chunkBytes/item) {
		buffer = appendValues(buffer[:0], chunk)
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}

func appendValues[T Element](b []byte, values []T) []byte {
	switch values := any(values).(type) {
	case []float32:
		for _, v := range values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	case []float64:
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	case []int64:
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	case []uint64:
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	return b
}

// Write writes a file. Larger elements come first, as the format asks for, so
// that all data are aligned; otherwise tensors keep their order, and metadata
// are sorted by key. The same arguments give the same bytes. Names must differ
// and, like metadata, be UTF-8.
func Write(w io.Writer, metadata map[string]string, tensors []Tensor) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b Tensor) int { return itemBytes(b.DType) - itemBytes(a.DType) })
	header, err := encodeHeader(metadata, tensors)
	if err != nil {
		return err
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range tensors {
		if err := t.write(w); err != nil {
			return err
		}
	}
	return nil
}

// entry is what the header says of an array.
type entry struct {
	DType   DType     `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

func encodeHeader(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	var fields fieldWriter
	if len(metadata) > 0 {
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
				return nil, fmt.Errorf("metadata %q = %q, expected UTF-8", key, metadata[key])
			}
		}
		if err := fields.add(metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	seen := make(map[string]bool, len(tensors))
	var offset uint64
	for _, t := range tensors {
		if err := t.check(); err != nil {
			return nil, err
		}
		if seen[t.Name] {
			return nil, tensorError(t.Name, "given twice, expected different names")
		}
		seen[t.Name] = true
		end := offset + uint64(t.length*itemBytes(t.DType))
		shape := append([]int{}, t.Shape...) // [], not null
		if err := fields.add(t.Name, entry{t.DType, shape, [2]uint64{offset, end}}); err != nil {
			return nil, err
		}
		offset = end
	}
	header := fields.object()
	for (lengthBytes+len(header))%alignment != 0 {
		header = append(header, ' ')
	}
	if len(header) > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes for %d tensors, expected at most %d", len(header), len(tensors), maxHeader)
	}
	return header, nil
}

func (t Tensor) check() error {
	switch n, ok := t.bytes(); {
	case t.write == nil:
		return errors.New("a tensor that New has not made")
	case !utf8.ValidString(t.Name):
		return tensorError(t.Name, "its name is not UTF-8")
	case t.Name == metadataKey:
		return tensorError(t.Name, "the name of the metadata, expected another")
	case !ok || n != uint64(t.length*itemBytes(t.DType)):
		return tensorError(t.Name, "has %d values, expected %s", t.length, shapeText(t.Shape))
	}
	return nil
}

// fieldWriter writes a JSON object with its fields in the order in which they
// are added.
type fieldWriter struct{ bytes.Buffer }

func (f *fieldWriter) add(key string, value any) error {
	name, err := json.Marshal(key)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	separator := byte(',')
	if f.Len() == 0 {
		separator = '{'
	}
	f.WriteByte(separator)
	f.Write(name)
	f.WriteByte(':')
	f.Write(text)
	return nil
}

func (f *fieldWriter) object() []byte {
	if f.Len() == 0 {
		return []byte("{}")
	}
	return append(f.Bytes(), '}')
}
