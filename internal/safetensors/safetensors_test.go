package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"burstsim/internal/safetensors"
)

func file(t testing.TB, metadata map[string]string, tensors ...safetensors.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, content []byte) *safetensors.File {
	t.Helper()
	f, err := safetensors.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// example has every type, a large array, a single number and an empty array.
func example(t testing.TB) []byte {
	wide := make([]float32, 100_001)
	for i := range wide {
		wide[i] = float32(i)
	}
	return file(t, map[string]string{"model": "burstccn", "label": "two \"phases\" <ü>"},
		safetensors.New("bytes", []int{3}, []uint8{1, 2, 255}),
		safetensors.New("W1", []int{2, 3}, []float64{1, math.NaN(), math.Inf(-1), math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.Pi}),
		safetensors.New("wide", []int{len(wide)}, wide),
		safetensors.New("step", nil, []int64{math.MinInt64}),
		safetensors.New("stream", []int{1, 2}, []uint64{math.MaxUint64, 0}),
		safetensors.New("nothing", []int{4, 0}, []float32(nil)),
	)
}

func TestRoundTrip(t *testing.T) {
	f := read(t, example(t))
	if want := map[string]string{"model": "burstccn", "label": "two \"phases\" <ü>"}; !reflect.DeepEqual(f.Metadata, want) {
		t.Errorf("metadata %v, expected %v", f.Metadata, want)
	}
	var names []string
	for _, info := range f.Tensors() {
		names = append(names, fmt.Sprint(info.Name, info.DType, info.Shape))
	}
	want := []string{"W1F64[2 3]", "stepI64[]", "streamU64[1 2]", "wideF32[100001]", "nothingF32[4 0]", "bytesU8[3]"}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("tensors %v, expected %v", names, want)
	}
	w, shape, err := safetensors.Values[float64](f, "W1")
	if err != nil || !slices.Equal(shape, []int{2, 3}) {
		t.Fatal(w, shape, err)
	}
	for i, want := range []float64{1, math.NaN(), math.Inf(-1), math.Copysign(0, -1), math.SmallestNonzeroFloat64, math.Pi} {
		if math.Float64bits(w[i]) != math.Float64bits(want) {
			t.Errorf("W1[%d] is %v, expected %v", i, w[i], want)
		}
	}
	same(t, f, "bytes", []uint8{1, 2, 255})
	same(t, f, "step", []int64{math.MinInt64})
	same(t, f, "stream", []uint64{math.MaxUint64, 0})
	same(t, f, "nothing", []float32{})
	wide, _, err := safetensors.Values[float32](f, "wide")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range wide {
		if v != float32(i) {
			t.Fatalf("wide[%d] is %v", i, v)
		}
	}
}

func same[T safetensors.Element](t *testing.T, f *safetensors.File, name string, want []T) {
	t.Helper()
	if got, _, err := safetensors.Values[T](f, name); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %v, %v, expected %v", name, got, err, want)
	}
}

// TestRandomRoundTrips writes files of random arrays: what is read equals it,
// and writing it once more gives the same bytes.
func TestRandomRoundTrips(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		metadata := map[string]string{}
		for k := range rng.IntN(3) {
			metadata[fmt.Sprint("key", k)] = strings.Repeat("é", rng.IntN(9))
		}
		var tensors []safetensors.Tensor
		var check []func(*safetensors.File)
		for k := range rng.IntN(6) {
			name, n := fmt.Sprint("t", k), 0
			shape := []int{}
			for n = 1; rng.IntN(3) > 0; {
				shape = append(shape, rng.IntN(5))
				n *= shape[len(shape)-1]
			}
			if rng.IntN(2) == 0 {
				tensors, check = add(t, tensors, check, name, shape, make([]uint8, n), func() uint8 { return uint8(rng.Uint32()) })
			} else {
				tensors, check = add(t, tensors, check, name, shape, make([]float64, n), rng.NormFloat64)
			}
		}
		content := file(t, metadata, tensors...)
		if !bytes.Equal(content, file(t, metadata, tensors...)) {
			t.Fatal("the same tensors gave different bytes")
		}
		f := read(t, content)
		if !reflect.DeepEqual(f.Metadata, metadata) || len(f.Tensors()) != len(tensors) {
			t.Fatalf("%v and %d tensors, expected %v and %d", f.Metadata, len(f.Tensors()), metadata, len(tensors))
		}
		for _, c := range check {
			c(f)
		}
	}
}

func add[T safetensors.Element](t *testing.T, tensors []safetensors.Tensor, check []func(*safetensors.File),
	name string, shape []int, values []T, draw func() T) ([]safetensors.Tensor, []func(*safetensors.File)) {
	for i := range values {
		values[i] = draw()
	}
	return append(tensors, safetensors.New(name, shape, values)), append(check, func(f *safetensors.File) {
		got, gotShape, err := safetensors.Values[T](f, name)
		if err != nil || !slices.Equal(got, values) || !slices.Equal(gotShape, shape) {
			t.Errorf("%s: %v of shape %v, %v, expected %v of %v", name, got, gotShape, err, values, shape)
		}
	})
}

// TestLayout checks what the format asks for beyond what a reader of ours
// needs: the header begins with {, its end is aligned, and so are all data.
func TestLayout(t *testing.T) {
	content := example(t)
	n := binary.LittleEndian.Uint64(content)
	if content[8] != '{' || (8+n)%8 != 0 {
		t.Errorf("header of %d bytes that begins with %q", n, content[8])
	}
	text := string(content[8 : 8+n])
	last := -1
	for _, name := range []string{"__metadata__", "W1", "step", "stream", "wide", "nothing", "bytes"} {
		at := strings.Index(text, `"`+name+`":`)
		if at <= last {
			t.Errorf("%s at byte %d of the header, expected behind %d:\n%s", name, at, last, text)
		}
		last = at
	}
}

func TestFloats(t *testing.T) {
	third := 1.0 / 3
	f := read(t, file(t, nil, safetensors.New("wide", []int{2}, []float64{third, 1e300}),
		safetensors.New("narrow", []int{1}, []float32{float32(third)}), safetensors.New("n", []int{1}, []int64{1})))
	if got, _, err := safetensors.Floats[float64](f, "narrow"); err != nil || got[0] != float64(float32(third)) {
		t.Errorf("F32 as float64: %v, %v", got, err)
	}
	if got, _, err := safetensors.Floats[float32](f, "wide"); err != nil || got[0] != float32(third) || !math.IsInf(float64(got[1]), 1) {
		t.Errorf("F64 as float32: %v, %v", got, err)
	}
	if got, _, err := safetensors.Floats[float64](f, "wide"); err != nil || got[0] != third {
		t.Errorf("F64 as float64: %v, %v", got, err)
	}
	if _, _, err := safetensors.Floats[float64](f, "n"); err == nil || err.Error() != `tensor "n": has type I64, expected F32 or F64` {
		t.Errorf("I64 as float64: %v", err)
	}
	if _, _, err := safetensors.Values[float32](f, "wide"); err == nil || err.Error() != `tensor "wide": has type F64, expected F32` {
		t.Errorf("F64 as F32: %v", err)
	}
	if _, _, err := safetensors.Values[float32](f, "absent"); err == nil || err.Error() != `tensor "absent": not in the file` {
		t.Errorf("absent: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	one := []float64{1}
	for name, c := range map[string]struct {
		metadata map[string]string
		tensors  []safetensors.Tensor
		want     string
	}{
		"twice":            {nil, []safetensors.Tensor{safetensors.New("a", nil, one), safetensors.New("a", nil, one)}, `tensor "a": given twice`},
		"metadata's name":  {nil, []safetensors.Tensor{safetensors.New("__metadata__", nil, one)}, "metadata"},
		"too few":          {nil, []safetensors.Tensor{safetensors.New("a", []int{2, 3}, one)}, `tensor "a": has 1 values, expected 2 x 3`},
		"negative":         {nil, []safetensors.Tensor{safetensors.New("a", []int{-1, -1}, one)}, "expected -1 x -1"},
		"overflow":         {nil, []safetensors.Tensor{safetensors.New("a", []int{1 << 32, 1 << 32}, []float64{})}, "has 0 values"},
		"name not UTF-8":   {nil, []safetensors.Tensor{safetensors.New("\xff", nil, one)}, "UTF-8"},
		"metadata not so":  {map[string]string{"a": "\xff"}, nil, "UTF-8"},
		"a tensor of none": {nil, []safetensors.Tensor{{}}, "New"},
	} {
		if err := safetensors.Write(io.Discard, c.metadata, c.tensors); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", name, err, c.want)
		}
	}
	full := errors.New("disk full")
	tensors := []safetensors.Tensor{safetensors.New("a", []int{1}, one), safetensors.New("b", []int{1}, []uint8{1})}
	for room := range len(file(t, nil, tensors...)) {
		if err := safetensors.Write(&limited{room, full}, nil, tensors); !errors.Is(err, full) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}

// limited fails once it has taken its room.
type limited struct {
	room int
	err  error
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.room {
		return l.room, l.err
	}
	l.room -= len(b)
	return len(b), nil
}

// BenchmarkWrite and BenchmarkRead move an array of 8 MB.
func BenchmarkWrite(b *testing.B) {
	tensor := safetensors.New("W1", []int{1000, 1000}, make([]float64, 1_000_000))
	b.SetBytes(8_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if err := safetensors.Write(io.Discard, nil, []safetensors.Tensor{tensor}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	content := file(b, nil, safetensors.New("W1", []int{1000, 1000}, make([]float64, 1_000_000)))
	b.SetBytes(8_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := safetensors.Values[float64](read(b, content), "W1"); err != nil {
			b.Fatal(err)
		}
	}
}
