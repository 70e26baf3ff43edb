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
		{"big.npy", numpy(">i2", "False", "2,", "\xff\xff\x01\x02"), []int{2}, []float64{-1, 258}},
		{"one.npy", numpy(">f4", "False", "", "\x3f\xc0\x00\x00"), nil, []float64{1.5}},
		{"cube.npy", numpy("|u1", "True", "2, 1, 2", "\x01\x03\x02\x04"), []int{2, 1, 2}, []float64{1, 2, 3, 4}},
		{"named.csv", "a, b\n1,2\n", []int{1, 2}, []float64{1, 2}},
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
		{"a.txt", "1", `has the ending ".txt", expected .npy, .npz or .csv`},
		{"a.csv", "", "has no numbers"},
		{"a.csv", "1,2\n3\n", "line 2 has 1 numbers, expected 2"},
		{"a.csv", "1,2\n\n3,x\n", `line 3, column 2: "x", expected a finite number`},
		{"a.csv", "1,NaN\n", "line 1, column 2"},
		{"a.csv", "1,\"2\n", "line "},
		{"a.npy", "hello", "not a NumPy array"},
		{"a.npy", numpy("<U5", "False", "1,", "12345"), `array of type "<U5", expected integers, truth values, float32 or float64`},
		{"a.npy", numpy("<f8", "False", "4294967296, 4294967296", ""), "has 0 bytes"},
		{"a.npy", numpy("<f4", "False", "1,", "\x00\x00\xc0\x7f"), "row 0, column 0 (from 0) is NaN, expected a finite number"},
		{"a.npy", numpy("|O", "False", "1,", "12345678"), "Python objects"},
		{"a.npy", Magic + "\x01\x00\x1f\x00{'descr': [('a', '<f8')], 'fort\n", "a structured array"},
		{"a.npy", numpy("<i8", "False", "2,", "\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x20\x00"), "row 1, column 0 (from 0) is 9007199254740992, expected an integer"},
		{"a.npz", "PK", "is no archive, or cut short"},
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
