package cifar10

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
)

// records are n records whose labels and first pixels count from start.
func records(start, n int) []byte {
	data := make([]byte, n*record)
	for i := range n {
		data[i*record] = byte((start + i) % classes)
		data[i*record+1] = byte(start + i)
		data[(i+1)*record-1] = byte(start + i + 1)
	}
	return data
}

// contents are the files of a set with perFile records each.
func contents(perFile int) map[string][]byte {
	files := map[string][]byte{}
	for i, name := range names {
		files[name] = records(i*perFile, perFile)
	}
	return files
}

func store(t testing.TB, dir string, files map[string][]byte) string {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// pack makes an archive as the published one is made.
func pack(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	compressed := gzip.NewWriter(&buf)
	w := tar.NewWriter(compressed)
	for name, data := range files {
		err := w.WriteHeader(&tar.Header{Name: folder + "/" + name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(data))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), compressed.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// published is a set like Set whose archive is the one given.
func published(archive []byte) *dataset.Set {
	sum := md5.Sum(archive)
	return &dataset.Set{Name: "cifar10", Layouts: [][]dataset.File{
		{{Names: []string{"cifar-10-binary.tar.gz"}, Size: int64(len(archive)), MD5: hex.EncodeToString(sum[:])}},
		unpacked(),
	}}
}

// check fails unless data is contents(perFile).
func check(t *testing.T, data *images.Data, perFile int) {
	t.Helper()
	if data.Train.Len() != 5*perFile || data.Test.Len() != perFile || data.Train.Classes != 10 || data.Train.Size() != 3072 {
		t.Fatalf("%d + %d images of %d values", data.Train.Len(), data.Test.Len(), data.Train.Size())
	}
	for _, part := range []struct {
		d     *images.Images
		start int
	}{{data.Train, 0}, {data.Test, 5 * perFile}} {
		for i := range part.d.Len() {
			pixels, number := part.d.Pixels(i), part.start+i
			if part.d.Label(i) != number%10 || pixels[0] != byte(number) || pixels[3071] != byte(number+1) {
				t.Fatalf("image %d: label %d, pixels %d to %d", number, part.d.Label(i), pixels[0], pixels[3071])
			}
		}
	}
}

func TestReadDir(t *testing.T) {
	data, err := ReadDir(store(t, t.TempDir(), contents(7)))
	if err != nil {
		t.Fatal(err)
	}
	check(t, data, 7)
}

// The archive makes a folder, in which they may still be.
func TestReadDirLooksIntoTheFolderOfTheArchive(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, folder), 0o777); err != nil {
		t.Fatal(err)
	}
	store(t, filepath.Join(dir, folder), contents(7))
	data, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	check(t, data, 7)
}

func TestLoadArchive(t *testing.T) {
	files := contents(3)
	files["batches.meta.txt"] = []byte("airplane\n")
	archive := pack(t, files)
	opt := dataset.Options{Dir: store(t, t.TempDir(), map[string][]byte{"cifar-10-binary.tar.gz": archive})}
	data, err := load(context.Background(), published(archive), opt)
	if err != nil {
		t.Fatal(err)
	}
	check(t, data, 3)
	if data.Where != opt.Dir || data.Name != "cifar10" {
		t.Errorf("%s from %s", data.Name, data.Where)
	}
	var corrupt *dataset.CorruptError
	if _, err := Load(context.Background(), opt); !errors.As(err, &corrupt) {
		t.Errorf("error %v, want a CorruptError: this is not CIFAR-10", err)
	}
}

func TestLoadArchiveRejects(t *testing.T) {
	without, label, long := contents(3), contents(3), contents(3)
	delete(without, names[2])
	label[names[1]][record] = 10
	long[names[0]] = make([]byte, perFile*record+1)
	whole := pack(t, contents(3))
	for _, c := range []struct {
		name      string
		published []byte
		there     []byte
		want      string
	}{
		{"truncated", whole, whole[:len(whole)-100], "corrupt"},
		{"changed", whole, append(bytes.Clone(whole[:len(whole)-1]), whole[len(whole)-1]^1), "MD5 is"},
		{"not an archive", whole, bytes.Repeat([]byte{1}, len(whole)), "MD5 is"},
		{"published without a file", pack(t, without), nil, names[2]},
		{"published with a wrong label", pack(t, label), nil, names[1] + ": label of image 1 is 10"},
		{"published with too large a file", pack(t, long), nil, "expected at most"},
		{"published, but no archive", []byte("no archive"), nil, "gzip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			there := c.there
			if there == nil {
				there = c.published
			}
			dir := store(t, t.TempDir(), map[string][]byte{"cifar-10-binary.tar.gz": there})
			_, err := load(context.Background(), published(c.published), dataset.Options{Dir: dir})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want one about %s with %q", err, dir, c.want)
			}
		})
	}
}

// The unpacked files, each of the published size, beside a broken archive.
func TestLoadUnpacked(t *testing.T) {
	files := map[string][]byte{"cifar-10-binary.tar.gz": []byte("broken")}
	for i, name := range names {
		files[folder+"/"+name] = records(i*perFile, perFile)
	}
	dir := store(t, t.TempDir(), files)
	data, err := Load(context.Background(), dataset.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	check(t, data, perFile)
	train, validation, err := data.Split(10000)
	if err != nil || train.Len() != 40000 || validation.Len() != 10000 {
		t.Errorf("split into %d and %d, %v", train.Len(), validation.Len(), err)
	}
	// A file that ends early, even between two records, is not used.
	if err := os.Truncate(filepath.Join(dir, folder, names[3]), 9999*record); err != nil {
		t.Fatal(err)
	}
	var corrupt *dataset.CorruptError
	if _, err := Load(context.Background(), dataset.Options{Dir: dir}); !errors.As(err, &corrupt) {
		t.Errorf("error %v, want a CorruptError", err)
	}
}

func TestReadDirRejects(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(files map[string][]byte)
		want   string
	}{
		{"truncated", func(f map[string][]byte) { f[names[4]] = f[names[4]][:2*record-1] }, names[4] + ": 6145 bytes, expected records of 3073"},
		{"empty", func(f map[string][]byte) { f[names[0]] = nil }, names[0] + ": 0 bytes"},
		{"wrong label", func(f map[string][]byte) { f[names[5]][record] = 11 }, names[5] + ": label of image 1 is 11"},
		{"missing", func(f map[string][]byte) { delete(f, names[3]) }, names[3]},
	} {
		files := contents(2)
		c.change(files)
		if _, err := ReadDir(store(t, t.TempDir(), files)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, err := ReadDir(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want that a file does not exist", err)
	}
}

// In training an image is a part of itself in a frame, normalised; this must
// hold for the whole way from a file to a batch.
func TestAugment(t *testing.T) {
	data, err := ReadDir(store(t, t.TempDir(), contents(2)))
	if err != nil {
		t.Fatal(err)
	}
	augment, plain := Augment(1), Normalise()
	for _, tr := range []*images.Transform{augment, plain} {
		if err := tr.Check(data.Train); err != nil {
			t.Fatal(err)
		}
	}
	x := make([]float64, data.Train.Size())
	// Image 9 is black but for its first red and its last blue pixel.
	black := []float64{-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225}
	places := map[int]bool{}
	for epoch := range 1000 {
		images.FillBatch(x, data.Train, []int{9}, augment, epoch)
		for k, value := range x {
			if c := k / 1024; value != black[c] {
				want := (9./255 - 0.485) / 0.229
				if c == 2 {
					want = (10./255 - 0.406) / 0.225
				}
				if c == 1 || math.Abs(value-want) > 1e-15 {
					t.Fatalf("value %v in channel %d, want %v or %v", value, c, black[c], want)
				}
				if c == 0 {
					places[k] = true
				}
			}
		}
	}
	// The red pixel is seen where the part starts in the frame, up to 4 pixels
	// from its corner, or at the other end of its row.
	for k := range places {
		row, column := k/32, k%32
		if row > 4 || column > 4 && column < 27 {
			t.Errorf("the first pixel is at row %d, column %d", row, column)
		}
	}
	if len(places) < 45 {
		t.Errorf("the first pixel is seen in %d places of 50", len(places))
	}
	images.FillBatch(x, data.Train, []int{9}, plain, 0)
	if x[1] != black[0] || x[0] == black[0] {
		t.Errorf("without augmentation the image begins %v, %v", x[0], x[1])
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(records(0, 2))
	f.Add(records(0, 1)[:100])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		pixels, labels, err := split(data, nil, nil)
		if err != nil {
			return
		}
		if len(labels) == 0 || len(data) != len(labels)+len(pixels) || len(pixels) != 3072*len(labels) {
			t.Errorf("%d bytes give %d labels and %d pixels", len(data), len(labels), len(pixels))
		}
		for i, label := range labels {
			if label > 9 || !bytes.Equal(data[i*3073+1:(i+1)*3073], pixels[i*3072:(i+1)*3072]) {
				t.Errorf("record %d is not as it was", i)
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack(f, contents(1)))
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := unpack(bytes.NewReader(data))
		if err == nil && len(files) != len(names) {
			t.Errorf("%d files", len(files))
		}
	})
}

func ExampleAugment() {
	dir, err := os.MkdirTemp("", "cifar")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for i, name := range names { // your own files
		if err := os.WriteFile(filepath.Join(dir, name), records(i, 1), 0o666); err != nil {
			fmt.Println(err)
			return
		}
	}
	data, err := ReadDir(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := make([]float32, 2*data.Train.Size())
	images.FillBatch(x, data.Train, []int{3, 1}, Augment(1), 0) // seed 1, epoch 0
	fmt.Println(data.Train.Len(), "images of", data.Train.Size(), "values")
	// Output: 5 images of 3072 values
}

func BenchmarkReadDir(b *testing.B) {
	dir := store(b, b.TempDir(), contents(200))
	b.SetBytes(6 * 200 * record)
	for b.Loop() {
		if _, err := ReadDir(dir); err != nil {
			b.Fatal(err)
		}
	}
}
