package arrayfile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func written(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func numpy(kind, order, shape, data string) string {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n", kind, order, shape)
	return Magic + "\x01\x00" + string([]byte{byte(len(text)), 0}) + text + data
}

func TestRead(t *testing.T) {
	var floats bytes.Buffer
	if err := WriteFloats(&floats, []int{2, 2}, []float64{1.5, -2, 0, 4}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, content string
		shape         []int
		numbers       []float64
	}{
		{"a.npy", floats.String(), []int{2, 2}, []float64{1.5, -2, 0, 4}},
		{"truth.npy", numpy("|b1", "False", "3,", "\x01\x00\x01"), []int{3}, []float64{1, 0, 1}},
		{"single.npy", numpy("<f4", "False", "1, 2", "\x00\x00\xc0\x3f\x00\x00\x00\xc0"), []int{1, 2}, []float64{1.5, -2}},
		{"small.npy", numpy("<i2", "False", "2,", "\xff\xff\x02\x01"), []int{2}, []float64{-1, 258}},
		{"turned.npy", numpy("|u1", "True", "2, 3", "\x01\x04\x02\x05\x03\x06"), []int{2, 3}, []float64{1, 2, 3, 4, 5, 6}},
		{"a.csv", "# tau\n0.01, 2e-2\n-3,4\n", []int{2, 2}, []float64{0.01, 0.02, -3, 4}},
		{"A.CSV", "1\n2", []int{2, 1}, []float64{1, 2}},
	} {
		shape, numbers, sum, err := Read(written(t, c.name, c.content))
		if err != nil || !slices.Equal(shape, c.shape) || !slices.Equal(numbers, c.numbers) || len(sum) != 64 {
			t.Errorf("%s: %v %v %q, %v", c.name, shape, numbers, sum, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, content, says string }{
		{"a.txt", "1", `has the ending ".txt", expected .npy or .csv`},
		{"a.csv", "", "has no numbers"},
		{"a.csv", "1,2\n3\n", "line 2 has 1 numbers, expected 2"},
		{"a.csv", "1,2\n\n3,x\n", `line 3, column 2: "x", expected a number`},
		{"a.csv", "1,NaN\n", "line 1, column 2"},
		{"a.csv", "1,\"2\n", "line "},
		{"a.npy", "hello", "not a NumPy array"},
		{"a.npy", numpy("<U5", "False", "1,", "12345"), `array of type "<U5", expected numbers or truth values`},
		{"a.npy", numpy("<f8", "False", "4294967296, 4294967296", ""), "has 0 bytes"},
		{"a.npy", numpy("<f4", "False", "1,", "\x00\x00\xc0\x7f"), "number 1 of 1 is NaN, expected finite numbers"},
		{"a.npy", numpy("|u1", "True", "1, 1, 1", "\x01"), "column-major"},
	} {
		path := written(t, c.name, c.content)
		if _, _, _, err := Read(path); err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: error %v, want %q", c.content, err, c.says)
		}
	}
	if _, _, _, err := Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: %v", err)
	}
}
