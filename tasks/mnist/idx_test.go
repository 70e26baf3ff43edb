package mnist

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
)

// idx is a file of the real format.
func idx(elements []byte, dimensions ...uint32) []byte {
	content := []byte{0, 0, 8, byte(len(dimensions))}
	for _, n := range dimensions {
		content = binary.BigEndian.AppendUint32(content, n)
	}
	return append(content, elements...)
}

func TestParse(t *testing.T) {
	elements := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	sizes, got, err := parse(bytes.NewReader(idx(elements, 2, 3, 2)), 3)
	if err != nil || !slices.Equal(sizes, []int{2, 3, 2}) || !bytes.Equal(got, elements) {
		t.Errorf("%v, %v, %v", sizes, got, err)
	}
	if sizes, got, err = parse(bytes.NewReader(idx(elements, 12)), 1); err != nil || !slices.Equal(sizes, []int{12}) || !bytes.Equal(got, elements) {
		t.Errorf("%v, %v, %v", sizes, got, err)
	}
}

func TestParseRejects(t *testing.T) {
	good := idx(make([]byte, 12), 2, 3, 2)
	change := func(at int, to byte) []byte {
		content := bytes.Clone(good)
		content[at] = to
		return content
	}
	const most = 1<<32 - 1
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "0 bytes"},
		{"header cut", good[:15], "15 bytes, expected an idx header of 16"},
		{"wrong magic", change(0, 'P'), "starts with 50 00 08 03, something else, expected 00 00 08 03"},
		{"floats", change(2, 0x0d), "an idx file of 32-bit floats with dimension 3, expected 00 00 08 03"},
		{"labels", idx(make([]byte, 20), 20), "expected 00 00 08 03"},
		{"truncated", good[:27], "2 x 3 x 2 elements, but there are 11"},
		{"longer", append(bytes.Clone(good), 0), "2 x 3 x 2 elements, but there are more"},
		{"no images", idx(nil, 0, 28, 28), "0 x 28 x 28"},
		{"no pixels", idx(nil, 2, 0, 28), "2 x 0 x 28"},
		{"absurd", idx(make([]byte, 12), most, most, most), "4294967295 x 4294967295 x 4294967295 elements take "},
		{"product that overflows to 0", idx(nil, 1<<31, 1<<31, 4), "2147483648"},
		{"product that overflows to 12", idx(make([]byte, 12), 12, 1<<31, 1<<31), "2147483648"},
	} {
		if _, _, err := parse(bytes.NewReader(c.content), 3); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// endless is a file that goes on as long as it is read, as a small compressed
// one may nearly do.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	clear(p)
	e.read += len(p)
	return len(p), nil
}

func TestParseReadsWhatTheHeaderSays(t *testing.T) {
	rest := &endless{}
	_, _, err := parse(io.MultiReader(bytes.NewReader(idx(nil, 2, 3, 2)), rest), 3)
	if err == nil || !strings.Contains(err.Error(), "2 x 3 x 2 elements, but there are more") {
		t.Errorf("%v", err)
	}
	if rest.read > 13 {
		t.Errorf("%d bytes were read for 12 elements", rest.read)
	}
	rest = &endless{}
	const most = 1<<32 - 1
	_, _, err = parse(io.MultiReader(bytes.NewReader(idx(nil, most, most, 2)), rest), 3)
	if err == nil || !strings.Contains(err.Error(), "of memory") || rest.read > 0 {
		t.Errorf("%d bytes read, %v", rest.read, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(idx(make([]byte, 12), 2, 3, 2), 3)
	f.Add(idx(make([]byte, 12), 12), 1)
	f.Add(idx(nil, 1<<31, 1<<31, 4), 3)
	f.Add([]byte{0, 0, 8}, 1)
	f.Fuzz(func(t *testing.T, content []byte, dimensions int) {
		dimensions = 1 + dimensions&3
		sizes, elements, err := parse(bytes.NewReader(content), dimensions)
		if err != nil {
			return
		}
		// What is accepted is written the same way.
		var back []uint32
		for _, n := range sizes {
			back = append(back, uint32(n))
		}
		if !bytes.Equal(idx(elements, back...), content) {
			t.Errorf("% x is read as %v with %d elements", content, sizes, len(elements))
		}
	})
}
