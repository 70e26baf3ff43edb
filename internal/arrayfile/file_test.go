package arrayfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// archive writes an .npz of these arrays.
func archive(t testing.TB, arrays map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range arrays {
		f, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func opening(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func rowsOf(table *Table) (rows [][]float64) {
	for i := range table.Len() {
		row := make([]float64, table.Columns())
		table.Row(row, i)
		for j, x := range row {
			if table.At(i, j) != x {
				panic("a row and its numbers differ")
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// TestTables puts arrays of an archive, and columns of a text, side by side.
func TestTables(t *testing.T) {
	bytes := numpy("|u1", "False", "3, 2", "\x00\x01\x02\x03\x04\x05")
	path := archive(t, map[string]string{
		"a": bytes, "b": numpy("|i1", "False", "3,", "\x07\xf8\x09"), "image": numpy("|u1", "False", "2, 1, 2", "\x01\x02\x03\x04"),
	})
	f := opening(t, path)
	for _, tt := range []struct {
		f     *File
		names []string
		want  [][]float64
		shape []int
	}{
		{f, []string{"a"}, [][]float64{{0, 1}, {2, 3}, {4, 5}}, []int{2}},
		{f, []string{"b", "a"}, [][]float64{{7, 0, 1}, {-8, 2, 3}, {9, 4, 5}}, nil},
		{f, []string{"b"}, [][]float64{{7}, {-8}, {9}}, nil},
		{f, []string{"image"}, [][]float64{{1, 2}, {3, 4}}, []int{1, 2}},
		{opening(t, written(t, "a.csv", "# of today\nx, y,3rd\n1,2,3\n4,5,6e-1\n")), []string{"y", "3"}, [][]float64{{2, 3}, {5, 0.6}}, nil},
		{opening(t, written(t, "a.csv", "1,2\n4,5")), []string{"2"}, [][]float64{{2}, {5}}, nil},
		{opening(t, written(t, "a.npy", bytes)), []string{""}, [][]float64{{0, 1}, {2, 3}, {4, 5}}, []int{2}},
	} {
		table, err := tt.f.Table(tt.names...)
		if err != nil {
			t.Errorf("%q: %v", tt.names, err)
			continue
		}
		if got := rowsOf(table); !reflect.DeepEqual(got, tt.want) || !reflect.DeepEqual(table.Shape, tt.shape) {
			t.Errorf("%q: %v of shape %v, want %v of %v", tt.names, got, table.Shape, tt.want, tt.shape)
		}
	}
	if got := opening(t, written(t, "a.csv", "x,y,z\n1,2,3\n")).Others([]string{"y", "3", "none"}); !reflect.DeepEqual(got, []string{"x"}) {
		t.Errorf("the others are %q, want x", got)
	}
}

func TestTableErrors(t *testing.T) {
	nan := numpy("<f4", "False", "2, 1", "\x00\x00\x80\x3f\x00\x00\xc0\x7f")
	f := opening(t, archive(t, map[string]string{
		"a": numpy("|u1", "False", "3,", "\x00\x01\x02"), "two": numpy("|u1", "False", "2,", "\x00\x01"),
		"none": numpy("|u1", "False", "0,", ""), "nan": nan, "text": numpy("<U1", "False", "1,", "abcd"),
		"short": numpy("<f8", "False", "2,", "abcdefgh"), "large": numpy("<i8", "False", "1,", "\x01\x00\x00\x00\x00\x00\x20\x00"),
	}))
	for want, names := range map[string][]string{
		`has no array "b", expected one of`:                                      {"b"},
		`array "two" has 2 rows, expected 3 as`:                                  {"a", "two"},
		`array "none" has shape [0], which is empty`:                             {"none"},
		`array "nan": row 1, column 0 (from 0) is NaN, expected a finite number`: {"nan"},
		`array "text": `:  {"text"},
		`array "short"`:   {"short"},
		`below 2^53`:      {"large"},
		"no array is ask": nil,
	} {
		if _, err := f.Table(names...); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "a.npz: ") {
			t.Errorf("%q: error %v, want %q", names, err, want)
		}
	}
	for content, want := range map[string]string{
		"x,y\n1,2\n3\n":      "line 3 has 1 numbers, expected 2 as the first has",
		"x,y\n1,2\n3,inf\n":  `line 3, column 2 ("y"): "inf", expected a finite number`,
		"1,2\n3,\n":          `line 2, column 2: "", expected a finite number`,
		"x,y\n":              "has no numbers",
		"x,y\n\"1,2\n3,4\n":  `line 3: extraneous or missing "`,
		"# x\n1,2\n# y\n3,z": `line 4, column 2: "z"`,
	} {
		f := opening(t, written(t, "a.csv", content))
		if _, err := f.Table(f.Names()...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", content, err, want)
		}
	}
	for name, content := range map[string]string{"a.npz": "PK", "b.csv": "x,x\n1,2\n", "c.txt": "1", "d.csv": "", "e.csv": ",x\n1,2\n"} {
		if f, err := Open(written(t, name, content)); err == nil {
			_ = f.Close()
			t.Errorf("%s with %q is accepted", name, content)
		}
	}
}

func ExampleOpen() {
	folder, err := os.MkdirTemp("", "arrays")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "a.csv")
	if err := os.WriteFile(path, []byte("t,x\n0,1\n0.5,3\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	f, err := Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	table, err := f.Table("x")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Names(), table.Len(), table.At(1, 0))
	// Output: [t x] 2 3
}

// FuzzArchive: whatever an archive or a text holds, reading it says what is wrong.
func FuzzArchive(f *testing.F) {
	f.Add([]byte("PK"), ".npz")
	f.Add([]byte("x,y\n1,2\n"), ".csv")
	f.Add([]byte(numpy("|u1", "False", "3, 2", "\x00\x01\x02\x03\x04\x05")), ".npy")
	f.Fuzz(func(t *testing.T, content []byte, ending string) {
		path := filepath.Join(t.TempDir(), "a"+filepath.Ext("x"+filepath.Base(ending)))
		if os.WriteFile(path, content, 0o666) != nil {
			t.Skip()
		}
		file, err := Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		for _, name := range file.Names() {
			_, _ = file.Table(name)
		}
	})
}
