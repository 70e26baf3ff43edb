package tensorboard_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"burstsim/internal/tensorboard"
	"burstsim/sim/record"
)

// field is one of a protocol buffer, with its value in the form its type has.
type field struct {
	number protowire.Number
	bits   uint64 // of a varint, fixed32 or fixed64
	bytes  []byte
}

// fields reads a protocol buffer without knowing what it is.
func fields(t *testing.T, b []byte) (out []field) {
	t.Helper()
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("broken tag in %x", b)
		}
		b = b[n:]
		f := field{number: number}
		switch kind {
		case protowire.VarintType:
			f.bits, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			f.bits, n = protowire.ConsumeFixed64(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.bits = uint64(v)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		default:
			t.Fatalf("field %d of type %d", number, kind)
		}
		if n < 0 {
			t.Fatalf("field %d is cut", number)
		}
		out, b = append(out, f), b[n:]
	}
	return out
}

func doubles(b []byte) (out []float64) {
	for ; len(b) > 0; b = b[8:] {
		out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return out
}

// records splits a file into its events and checks their checksums, as
// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py
// does.
func records(t *testing.T, content []byte) (out [][]byte) {
	t.Helper()
	masked := func(b []byte) uint32 {
		crc := uint64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
		return uint32((crc>>15|crc<<17)%(1<<32) + 0xa282ead8)
	}
	for len(content) > 0 {
		if len(content) < 16 {
			t.Fatalf("%d bytes left over", len(content))
		}
		n := binary.LittleEndian.Uint64(content)
		if got, want := binary.LittleEndian.Uint32(content[8:]), masked(content[:8]); got != want {
			t.Fatalf("checksum of the length is %x, want %x", got, want)
		}
		data := content[12 : 12+n]
		if got, want := binary.LittleEndian.Uint32(content[12+n:]), masked(data); got != want {
			t.Fatalf("checksum of the data is %x, want %x", got, want)
		}
		out, content = append(out, data), content[16+n:]
	}
	return out
}

// text writes a file as one line an event: wall time, step, and its values.
func text(t *testing.T, content []byte) (lines []string) {
	t.Helper()
	for _, event := range records(t, content) {
		var line []string
		for _, f := range fields(t, event) {
			switch f.number {
			case 1:
				line = append(line, fmt.Sprint("t=", math.Float64frombits(f.bits)))
			case 2:
				line = append(line, fmt.Sprint("step=", int64(f.bits)))
			case 3:
				line = append(line, string(f.bytes))
			case 5:
				for _, value := range fields(t, f.bytes) {
					if value.number != 1 {
						t.Fatalf("field %d in a summary", value.number)
					}
					line = append(line, valueText(t, value.bytes))
				}
			default:
				t.Fatalf("field %d in an event", f.number)
			}
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return lines
}

func valueText(t *testing.T, value []byte) (s string) {
	t.Helper()
	for _, f := range fields(t, value) {
		switch f.number {
		case 1:
			s += string(f.bytes) + "="
		case 2:
			s += fmt.Sprint(math.Float32frombits(uint32(f.bits)))
		case 5:
			for _, h := range fields(t, f.bytes) {
				if h.number < 6 {
					s += fmt.Sprint(math.Float64frombits(h.bits), ",")
				} else {
					s += fmt.Sprint(doubles(h.bytes))
				}
			}
		default:
			t.Fatalf("field %d in a value", f.number)
		}
	}
	return s
}

func thousandths(x float64) int64 { return int64(math.Round(1000 * x)) }

func series() []tensorboard.Series {
	table := record.NewTable("time", "loss", "angle_W1")
	table.Append(0, 0.5, math.NaN())
	table.Append(1.0006, math.NaN(), math.NaN())
	table.Append(2, 1e300, -45)
	return []tensorboard.Series{
		tensorboard.Table("metrics", table, thousandths),
		tensorboard.Histogram("states", &record.Histogram{
			Name: "burst_prob_1", Edges: []float64{0, 0.25, 0.5, 1}, Epochs: []float64{1, 1.5, 3},
			Counts: [][]int{{0, 4, 2}, {0, 0, 0}, {1, 0, 0}},
		}, thousandths),
	}
}

func file(t testing.TB, series ...tensorboard.Series) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tensorboard.Write(&b, series...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWrite(t *testing.T) {
	got := text(t, file(t, series()...))
	want := []string{
		"t=0 brain.Event:2",
		"t=0 step=0 metrics/loss=0.5",
		"t=1 step=1000 states/burst_prob_1=0.25,1,6,3,1.6875,[0.25 0.5 1][0 4 2]",
		"t=1.5 step=1500 states/burst_prob_1=0,0,0,0,0,[0.25 0.5 1][0 0 0]",
		"t=2 step=2000 metrics/loss=+Inf metrics/angle_W1=-45",
		"t=3 step=3000 states/burst_prob_1=0,0.25,1,0.125,0.015625,[0.25 0.5 1][1 0 0]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !bytes.Equal(file(t, series()...), file(t, series()...)) {
		t.Error("the same recording gave different bytes")
	}
	if got := text(t, file(t)); !slices.Equal(got, want[:1]) {
		t.Errorf("without a recording: %v", got)
	}
}

// TestChecksums compares with the files of TensorFlow and PyTorch, all of which
// begin with these bytes: their first event has 24 bytes too.
func TestChecksums(t *testing.T) {
	length := file(t)[:12]
	if want := []byte{24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22}; !bytes.Equal(length, want) {
		t.Errorf("the file begins with %x, want %x", length, want)
	}
}

func TestWriteErrors(t *testing.T) {
	full := errors.New("disk full")
	for room := range len(file(t, series()...)) {
		if err := tensorboard.Write(&limited{room, full}, series()...); !errors.Is(err, full) {
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

func BenchmarkWrite(b *testing.B) {
	table := record.NewTable("time", "loss", "angle_W1", "angle_W2", "angle_c1", "angle_c2")
	for i := range 1000 {
		table.Append(float64(i), 1, 2, 3, 4, 5)
	}
	s := tensorboard.Table("metrics", table, thousandths)
	b.SetBytes(int64(len(file(b, s))))
	for b.Loop() {
		if err := tensorboard.Write(io.Discard, s); err != nil {
			b.Fatal(err)
		}
	}
}
