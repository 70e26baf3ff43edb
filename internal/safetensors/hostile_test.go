package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"burstsim/internal/safetensors"
)

// raw is a file with this header and so many bytes of data.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestReadErrors(t *testing.T) {
	const float = `"dtype":"F32","shape":[2]`
	claims := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":                    {nil, "0 bytes, expected a safetensors file"},
		"text":                     {[]byte("W1,c1\n0.5,0.25\n"), "not a safetensors file"},
		"header beyond the file":   {append(claims(9), '{', '}'), "header of 9 bytes, but only 2 left"},
		"header beyond memory":     {claims(1 << 63), "not a safetensors file"},
		"header beyond the bound":  {append(claims(100_000_001), make([]byte, 100_000_001)...), "expected at most 100000000"},
		"no header":                {claims(0), "does not begin with {"},
		"spaces before the header": {raw(" {}", 0), "does not begin with {"},
		"a list":                   {raw("[]", 0), "does not begin with {"},
		"broken JSON":              {raw(`{"a":}`, 0), "not JSON"},
		"cut JSON":                 {raw(`{"a":{"dtype":"F32","shape":[`, 0), "ends too early"},
		"two objects":              {raw("{}{}", 0), "goes on after its end"},
		"not UTF-8":                {raw("{\"\xff\":0}", 0), "not UTF-8"},
		"number for an array":      {raw(`{"a":1}`, 0), `"1" in the header, expected an object`},
		"metadata not text":        {raw(`{"__metadata__":{"a":1}}`, 0), `"1" in the header, expected text`},
		"metadata twice":           {raw(`{"__metadata__":{},"__metadata__":{}}`, 0), `key "__metadata__" appears twice`},
		"array twice":              {raw(`{"a":{`+float+`,"data_offsets":[0,8]},"a":{`+float+`,"data_offsets":[0,8]}}`, 8), `key "a" appears twice`},
		"array twice, escaped":     {raw(`{"a":{`+float+`,"data_offsets":[0,8]},"\u0061":{`+float+`,"data_offsets":[0,8]}}`, 8), `key "a" appears twice`},
		"key twice":                {raw(`{"a":{"shape":[1],`+float+`,"data_offsets":[0,8]}}`, 8), `tensor "a": key "shape" appears twice`},
		"no offsets":               {raw(`{"a":{`+float+`}}`, 8), `tensor "a": 2 keys`},
		"unknown key":              {raw(`{"a":{`+float+`,"offsets":[0,8]}}`, 8), `tensor "a": key "offsets"`},
		"key of another case":      {raw(`{"a":{"DTYPE":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), `key "DTYPE"`},
		"unknown type":             {raw(`{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}`, 8), `tensor "a": type "F31"`},
		"shape null":               {raw(`{"a":{"dtype":"F32","shape":null,"data_offsets":[0,8]}}`, 8), "expected a list of numbers"},
		"negative dimension":       {raw(`{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, 8), `"-2" in a list`},
		"fractional dimension":     {raw(`{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}`, 8), `"2.0" in a list`},
		"dimension as text":        {raw(`{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}`, 8), `"2" in a list`},
		"nested shape":             {raw(`{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}`, 8), `"[" in a list`},
		"dimension beyond int64":   {raw(`{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}`, 8), "memory can hold"},
		"dimension beyond uint64":  {raw(`{"a":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}}`, 8), "in a list"},
		"shape that overflows":     {raw(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "F32 of shape 4294967296 x 4294967296"},
		"shape that wraps to 8":    {raw(`{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}`, 8), "take another number"},
		"shape beyond the data":    {raw(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8), `tensor "a": 8 bytes of data`},
		"one offset":               {raw(`{"a":{`+float+`,"data_offsets":[0]}}`, 8), "1 data_offsets"},
		"three offsets":            {raw(`{"a":{`+float+`,"data_offsets":[0,8,8]}}`, 8), "more than two"},
		"offsets backwards":        {raw(`{"a":{`+float+`,"data_offsets":[8,0]}}`, 8), "from byte 8 to 0"},
		"data beyond the file":     {raw(`{"a":{`+float+`,"data_offsets":[0,8]}}`, 7), "within the 7 bytes"},
		"offsets near the end":     {raw(`{"a":{`+float+`,"data_offsets":[18446744073709551607,18446744073709551615]}}`, 8), "within the 8 bytes"},
		"gap":                      {raw(`{"a":{`+float+`,"data_offsets":[4,12]}}`, 12), `tensor "a": data from byte 4, which leaves a gap`},
		"overlap":                  {raw(`{"a":{`+float+`,"data_offsets":[0,8]},"b":{`+float+`,"data_offsets":[4,12]}}`, 12), `tensor "b": data from byte 4, which overlaps`},
		"data left over":           {raw(`{"a":{`+float+`,"data_offsets":[0,8]}}`, 9), "9 bytes of data, but the header accounts for 8"},
		"data without arrays":      {raw(`{}`, 1), "1 bytes of data"},
		"deeply nested":            {raw(`{"a":`+strings.Repeat("[", 1_000_000), 0), "expected an object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := safetensors.Read(bytes.NewReader(c.content), int64(len(c.content)))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n") || len(err.Error()) > 300 {
				t.Errorf("error %v, expected %q", err, c.want)
			}
		})
	}
}

// TestReadAccepts what other programs write: names in any order, spaces behind
// the header, types that have no counterpart here.
func TestReadAccepts(t *testing.T) {
	f := read(t, raw(`{"b":{"data_offsets":[4,8],"shape":[],"dtype":"F32"},"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},`+
		`"none":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[4,4]}}   `, 8))
	var names []string
	for _, info := range f.Tensors() {
		names = append(names, info.Name)
	}
	if got := fmt.Sprint(names); got != "[a none b]" {
		t.Errorf("tensors %v", got)
	}
	if _, _, err := safetensors.Floats[float64](f, "a"); err == nil || !strings.Contains(err.Error(), `tensor "a": has type BF16, expected F32 or F64`) {
		t.Errorf("BF16: %v", err)
	}
	if v, _, err := safetensors.Floats[float64](f, "none"); err != nil || len(v) != 0 {
		t.Errorf("an empty array: %v, %v", v, err)
	}
}

// TestReadAcceptsNewerTypes: those that came to the format later, some of them
// smaller than a byte, and metadata that are null, as its own readers accept.
func TestReadAcceptsNewerTypes(t *testing.T) {
	f := read(t, raw(`{"__metadata__":null,"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]},`+
		`"b":{"dtype":"F4","shape":[3,2],"data_offsets":[8,11]},"c":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[11,14]},`+
		`"d":{"dtype":"F6_E3M2","shape":[4],"data_offsets":[14,17]},"e":{"dtype":"F8_E8M0","shape":[2],"data_offsets":[17,19]}}`, 19))
	if len(f.Metadata) != 0 || f.Metadata == nil {
		t.Errorf("metadata %v", f.Metadata)
	}
	for _, info := range f.Tensors() {
		_, _, err := safetensors.Floats[float64](f, info.Name)
		if want := fmt.Sprintf("has type %s, expected F32 or F64", info.DType); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", info.Name, err, want)
		}
	}
	within := raw(`{"b":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}`, 1)
	if _, err := safetensors.Read(bytes.NewReader(within), int64(len(within))); err == nil {
		t.Error("an array that ends within a byte was accepted")
	}
}

// TestReadCutAnywhere cuts a file, and one that shrinks after its header was
// read.
func TestReadCutAnywhere(t *testing.T) {
	content := file(t, map[string]string{"a": "b"}, safetensors.New("W1", []int{2, 2}, []float64{1, 2, 3, 4}), safetensors.New("c1", []int{1}, []uint8{5}))
	for n := range content {
		if _, err := safetensors.Read(bytes.NewReader(content[:n]), int64(n)); err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(content))
		}
		f, err := safetensors.Read(bytes.NewReader(content[:n]), int64(len(content)))
		if err != nil {
			continue
		}
		_, _, err = safetensors.Values[float64](f, "W1")
		_, _, second := safetensors.Values[uint8](f, "c1")
		if err == nil && second == nil {
			t.Fatalf("all values were read from the first %d of %d bytes", n, len(content))
		}
		for _, err := range []error{err, second} {
			if err != nil && !strings.HasPrefix(err.Error(), "tensor ") {
				t.Errorf("cut at %d: %v", n, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(f, map[string]string{"model": "ann"}, safetensors.New("W1", []int{2, 2}, []float64{1, 2, 3, 4}), safetensors.New("c1", []int{2}, []float32{5, 6})))
	f.Add(file(f, nil, safetensors.New("x", nil, []uint8{1}), safetensors.New("y", []int{0}, []int64{}), safetensors.New("z", []int{1}, []uint64{7})))
	f.Add(raw(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}  `, 4))
	f.Add(raw(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := safetensors.Read(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n") {
				t.Errorf("error on several lines: %v", err)
			}
			return
		}
		// What is read is written back and read again.
		var tensors []safetensors.Tensor
		total := 0
		for _, info := range file.Tensors() {
			again, n, err := rewrite(file, info)
			if err != nil {
				return // a type that has no values here
			}
			total += n
			tensors = append(tensors, again)
		}
		if total > len(content) {
			t.Fatalf("%d bytes of values in a file of %d", total, len(content))
		}
		var b bytes.Buffer
		if err := safetensors.Write(&b, file.Metadata, tensors); err != nil {
			t.Fatal(err)
		}
		if _, err := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len())); err != nil {
			t.Fatal(err)
		}
	})
}

func rewrite(f *safetensors.File, info safetensors.Info) (safetensors.Tensor, int, error) {
	switch info.DType {
	case safetensors.F32:
		return copied[float32](f, info, 4)
	case safetensors.F64:
		return copied[float64](f, info, 8)
	case safetensors.I64:
		return copied[int64](f, info, 8)
	case safetensors.U64:
		return copied[uint64](f, info, 8)
	case safetensors.U8:
		return copied[uint8](f, info, 1)
	}
	return safetensors.Tensor{}, 0, io.ErrUnexpectedEOF
}

func copied[T safetensors.Element](f *safetensors.File, info safetensors.Info, item int) (safetensors.Tensor, int, error) {
	values, shape, err := safetensors.Values[T](f, info.Name)
	return safetensors.New(info.Name, shape, values), item * len(values), err
}
