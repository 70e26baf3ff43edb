package films

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// level is a frame of one grey.
func level(height, width int, grey uint8) image.Image {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	return m
}

func write(t *testing.T, path string, frame image.Image) {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch filepath.Ext(path) {
	case ".png":
		err = png.Encode(&b, frame)
	case ".jpg":
		err = jpeg.Encode(&b, frame, &jpeg.Options{Quality: 100})
	case ".gif":
		err = gif.Encode(&b, frame, nil)
	}
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// npy is a file of float32 or, of a kind u1, bytes.
func npy(t *testing.T, path string, values any, shape ...int) {
	t.Helper()
	kind := "<f4"
	if _, ok := values.([]uint8); ok {
		kind = "|u1"
	}
	dims := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	if len(shape) == 1 {
		dims += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, dims)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	_ = binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	_ = binary.Write(&b, binary.LittleEndian, values)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func row(f *Film, frame, r, c, n int) []float64 {
	dst := make([]float64, n)
	f.Row(dst, frame, r, c)
	return dst
}

// TestFolder: frames of all formats come in their natural order, and what is no frame
// is passed over.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for name, grey := range map[string]uint8{"f10.png": 100, "f2.gif": 20, "f1.jpg": 10, "F100.png": 200} {
		write(t, filepath.Join(dir, name), level(3, 4, grey))
	}
	_ = os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("x"), 0o600)
	_ = os.WriteFile(filepath.Join(dir, ".hidden.png"), []byte("x"), 0o600)
	all, err := Read(dir)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %d films", err, len(all))
	}
	f := all[0]
	if f.Len() != 4 || f.Height != 3 || f.Width != 4 {
		t.Fatalf("%d frames of %d x %d", f.Len(), f.Height, f.Width)
	}
	var got []float64
	for k := range f.Len() {
		got = append(got, math.Round(255*row(f, k, 2, 3, 1)[0]))
	}
	for i, want := range []float64{200, 10, 20, 100} {
		if math.Abs(got[i]-want) > 4 { // the palette of a GIF has not every grey
			t.Errorf("greys %v, want about %v in place %d", got, want, i)
		}
	}
}

// TestRow: pixels are where they are in the image, and colours weigh as they look.
func TestRow(t *testing.T) {
	dir := t.TempDir()
	m := image.NewRGBA(image.Rect(5, 7, 8, 9)) // an image may begin anywhere
	m.Set(5, 7, color.RGBA{R: 255, A: 255})
	m.Set(6, 8, color.RGBA{G: 255, A: 255})
	write(t, filepath.Join(dir, "a.png"), m)
	all, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	red, green := row(all[0], 0, 0, 0, 3), row(all[0], 0, 1, 0, 3)
	if math.Abs(red[0]-0.299) > 0.01 || math.Abs(green[1]-0.587) > 0.01 || red[1] != 0 || green[0] != 0 {
		t.Errorf("rows %v and %v, want [0.299 0 0] and [0 0.587 0]", red, green)
	}
}

func TestArray(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.npy")
	npy(t, path, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 2, 2, 3)
	all, err := Read(path)
	if err != nil || len(all) != 1 || all[0].Len() != 2 || all[0].Height != 2 || all[0].Width != 3 {
		t.Fatalf("%v, %+v", err, all)
	}
	if got, want := row(all[0], 1, 1, 1, 2), []float64{10, 11}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	sub := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	uneven, damaged := sub("uneven"), sub("damaged")
	write(t, filepath.Join(uneven, "1.png"), level(3, 4, 0))
	write(t, filepath.Join(uneven, "2.png"), level(4, 3, 0))
	write(t, filepath.Join(damaged, "1.png"), level(3, 4, 0))
	whole, err := os.ReadFile(filepath.Join(damaged, "1.png"))
	if err != nil {
		t.Fatal(err)
	}
	_ = os.WriteFile(filepath.Join(damaged, "2.png"), whole[:len(whole)/2], 0o600)
	file := func(name string) string { return filepath.Join(dir, name) }
	npy(t, file("flat.npy"), []float32{1, 2, 3, 4}, 2, 2)
	npy(t, file("colour.npy"), make([]uint8, 2*4*4*3), 2, 4, 4, 3)
	npy(t, file("nan.npy"), []float32{0, 1, 2, float32(math.NaN())}, 1, 2, 2)
	_ = os.WriteFile(file("film.avi"), nil, 0o600)
	for name, want := range map[string]string{
		sub("empty"):       "has no frames, expected files that end in .png, .jpg, .jpeg, .gif",
		uneven:             filepath.Join("uneven", "2.png") + " has 4 x 3 pixels, expected 3 x 4 (height x width) as 1.png has",
		damaged:            filepath.Join("damaged", "2.png") + " is no image, or cut short",
		file("flat.npy"):   "has shape [2 2], expected frames x height x width",
		file("colour.npy"): "has shape [2 4 4 3], expected frames x height x width",
		file("nan.npy"):    "row 0, column 3 (from 0) is NaN",
		file("film.avi"):   `has the ending ".avi", expected a folder of frames`,
		file("none"):       "cannot be read: no such file",
	} {
		if _, err := Read(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", filepath.Base(name), err, want)
		}
	}
}

// TestGenerate: a film follows from its seed, moves, and does so smoothly.
func TestGenerate(t *testing.T) {
	a, err := Generate(1, 20)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Generate(1, 20)
	other, _ := Generate(2, 20)
	if !slices.Equal(a.bytes, b.bytes) || slices.Equal(a.bytes, other.bytes) {
		t.Error("a seed does not decide the film")
	}
	difference := func(i, j int) (sum float64) {
		for r := range a.Height {
			x, y := row(a, i, r, 0, a.Width), row(a, j, r, 0, a.Width)
			for k := range x {
				sum += math.Abs(x[k]-y[k]) / float64(a.Height*a.Width)
			}
		}
		return sum
	}
	if next, later := difference(0, 1), difference(0, 10); next == 0 || later < 3*next {
		t.Errorf("frames differ by %v from the next and %v from the tenth, want little and much more", next, later)
	}
	if _, err := Generate(1, 0); err == nil {
		t.Error("a film of 0 frames is made")
	}
}

func Example() {
	film, err := Generate(1, 300)
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels := make([]float64, film.Width)
	film.Row(pixels, 299, 0, 0) // the first row of the last frame
	fmt.Println(film.Len(), "frames of", film.Height, "x", film.Width)
	// Output: 300 frames of 128 x 128
}
