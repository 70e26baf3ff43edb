package mnist

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
)

func squeeze(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// small are the contents of four files: 3 training and 2 test images of 2 x 2.
func small() [4][]byte {
	return [4][]byte{
		trainImages: idx([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255}, 3, 2, 2),
		trainLabels: idx([]byte{1, 0, 4}, 3),
		testImages:  idx([]byte{9, 8, 7, 6, 5, 4, 3, 2}, 2, 2, 2),
		testLabels:  idx([]byte{3, 0}, 2),
	}
}

// store writes four files and returns their paths.
func store(t testing.TB, contents [4][]byte) Files {
	t.Helper()
	dir := t.TempDir()
	var paths [4]string
	for i, content := range contents {
		paths[i] = filepath.Join(dir, []string{"images", "labels", "test-images", "test-labels"}[i])
		if err := os.WriteFile(paths[i], content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return Files{paths[0], paths[1], paths[2], paths[3]}
}

func TestReadFiles(t *testing.T) {
	contents := small()
	contents[trainImages] = squeeze(t, contents[trainImages])
	contents[testLabels] = squeeze(t, contents[testLabels])
	data, err := ReadFiles(store(t, contents))
	if err != nil {
		t.Fatal(err)
	}
	train, test := data.Train, data.Test
	if train.Len() != 3 || test.Len() != 2 || train.Size() != 4 || train.Classes != 5 || test.Classes != 5 {
		t.Errorf("%d + %d images of %d pixels in %d and %d classes", train.Len(), test.Len(), train.Size(), train.Classes, test.Classes)
	}
	if train.Label(2) != 4 || train.Pixels(2)[3] != 255 || test.Label(0) != 3 || test.Pixels(1)[0] != 5 {
		t.Error("images and labels are mixed up")
	}
}

func TestReadFilesRejects(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(contents *[4][]byte)
		want   []string
	}{
		{"truncated", func(c *[4][]byte) { c[trainImages] = c[trainImages][:20] }, []string{"/images: ", "there are 4"}},
		{"exchanged", func(c *[4][]byte) { c[trainImages], c[trainLabels] = c[trainLabels], c[trainImages] }, []string{"/images: ", "idx"}},
		{"wrong magic", func(c *[4][]byte) { c[testLabels][3] = 9 }, []string{"/test-labels: ", "starts with 00 00 08 09"}},
		{"counts", func(c *[4][]byte) { c[trainLabels] = idx([]byte{1, 2}, 2) }, []string{"/labels: 2 labels for the 3 images"}},
		{"other test size", func(c *[4][]byte) { c[testImages] = idx(make([]byte, 12), 2, 2, 3) }, []string{"/test-images: ", "2 x 3", "2 x 2"}},
		{"unknown test class", func(c *[4][]byte) { c[testLabels] = idx([]byte{5, 0}, 2) }, []string{"/test-labels: label 5", "0 to 4"}},
		{"absurd header", func(c *[4][]byte) { c[trainImages] = idx(nil, 1<<32-1, 1<<32-1, 1<<32-1) }, []string{"/images: ", "of memory"}},
		{"cut gzip", func(c *[4][]byte) { c[testImages] = squeeze(t, c[testImages])[:25] }, []string{"/test-images: ", "damaged: unexpected EOF", "EOF"}},
		{"damaged gzip", func(c *[4][]byte) {
			c[testImages] = squeeze(t, c[testImages])
			c[testImages][len(c[testImages])-8] ^= 1
		}, []string{"/test-images: ", "checksum"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			contents := small()
			c.change(&contents)
			_, err := ReadFiles(store(t, contents))
			for _, part := range c.want {
				if err == nil || !strings.Contains(filepath.ToSlash(err.Error()), part) {
					t.Errorf("error %v, want %q in it", err, part)
				}
			}
		})
	}
	files := store(t, small())
	files.TestLabels = filepath.Join(t.TempDir(), "none")
	if _, err := ReadFiles(files); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), files.TestLabels) {
		t.Errorf("error %v, want that %s does not exist", err, files.TestLabels)
	}
}

// Files of the right form that are not MNIST are no MNIST.
func TestLoadRefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	for i, content := range small() {
		if err := os.WriteFile(filepath.Join(dir, Digits.Layouts[0][i].Names[0]), squeeze(t, content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var corrupt *dataset.CorruptError
	if _, err := Load(context.Background(), Digits, dataset.Options{Dir: dir}); !errors.As(err, &corrupt) {
		t.Errorf("error %v, want a CorruptError", err)
	}
}

func TestEmbedded(t *testing.T) {
	data, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		d    *images.Images
		each int
	}{{data.Train, 20}, {data.Test, 10}} {
		if part.d.Len() != 10*part.each || part.d.Classes != 10 || part.d.Height != 28 || part.d.Width != 28 || part.d.Channels != 1 {
			t.Errorf("%d images of %d x %d in %d classes", part.d.Len(), part.d.Height, part.d.Width, part.d.Classes)
		}
		count := make([]int, part.d.Classes)
		for i := range part.d.Len() {
			count[part.d.Label(i)]++
		}
		for digit, n := range count {
			if n != part.each {
				t.Errorf("%d images of digit %d, want %d", n, digit, part.each)
			}
		}
	}
	size := int64(0)
	entries, err := embedded.ReadDir("embedded")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > 100e3 {
		t.Errorf("%d bytes are embedded, want less than 100 kB", size)
	}
}

// published are the MD5 digests of the compressed files, in the order of
// Layouts, as LeCun's page and the loaders of other programs give them.
var published = [4]string{
	"f68b3c2dcbeaaa9fbdd348bbdeb94873",
	"d53e105ee54ea40749a09fcbcd1e9432",
	"9fb629c4189551a2d022fa330f9573f3",
	"ec29112dd5afa0611ce80d1b7f02629c",
}

// full is the whole of MNIST, if it is on this computer.
func full(t *testing.T) *images.Data {
	t.Helper()
	data, err := Load(context.Background(), Digits, dataset.Options{Offline: true})
	if err != nil {
		t.Skip(err)
	}
	return data
}

func TestFullSet(t *testing.T) {
	data := full(t)
	for _, c := range []struct {
		d      *images.Images
		digits [10]int // how often each comes, as published
		mean   float64 // of all pixels / 255: 0.1307 is in every loader
		within float64
	}{
		{data.Train, [10]int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, 0.1307, 1e-4},
		{data.Test, [10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, 0.1325, 1e-4},
	} {
		var digits [10]int
		sum := 0
		for i := range c.d.Len() {
			digits[c.d.Label(i)]++
			for _, v := range c.d.Pixels(i) {
				sum += int(v)
			}
		}
		mean := float64(sum) / 255 / float64(c.d.Len()*c.d.Size())
		if digits != c.digits || mean < c.mean-c.within || mean > c.mean+c.within {
			t.Errorf("digits %v, mean %v, want %v, %v", digits, mean, c.digits, c.mean)
		}
	}
	train, validation, err := data.Split(10000)
	if err != nil || train.Len() != 50000 || validation.Len() != 10000 {
		t.Errorf("split into %d and %d, %v", train.Len(), validation.Len(), err)
	}
}

// The embedded images are those of the full set that the generator says.
func TestEmbeddedIsPartOfTheFullSet(t *testing.T) {
	whole := full(t)
	part, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		whole, part *images.Images
		each        int
	}{{whole.Train, part.Train, 20}, {whole.Test, part.Test, 10}} {
		next := 0
		var taken [10]int
		for i := range c.whole.Len() {
			label := c.whole.Label(i)
			if taken[label]++; taken[label] > c.each {
				continue
			}
			if c.part.Label(next) != label || !bytes.Equal(c.part.Pixels(next), c.whole.Pixels(i)) {
				t.Fatalf("embedded image %d is not image %d", next, i)
			}
			next++
		}
	}
}

// The module carries the files as they were first compressed, so that their
// published MD5 vouch for the SHA-256 of the content.
func TestDigestsAgreeWithThosePublished(t *testing.T) {
	places, err := Digits.Places(dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		if p.Kind != "module" {
			continue
		}
		for i := range p.Files() {
			raw, err := os.ReadFile(p.Path(i))
			if err != nil {
				t.Fatal(err)
			}
			if sum := md5.Sum(raw); hex.EncodeToString(sum[:]) != published[i] {
				t.Errorf("%s: MD5 %x, published %s", p.Path(i), sum, published[i])
			}
			if err := p.Verify(i); err != nil {
				t.Error(err)
			}
		}
		return
	}
	t.Skip("the module is not in the module cache")
}

func TestSetsAreComplete(t *testing.T) {
	for _, set := range []*dataset.Set{Digits, Fashion} {
		if len(set.Layouts) != 1 || len(set.Layouts[0]) != 4 || len(set.Mirrors) < 2 {
			t.Fatalf("%s: %+v", set.Name, set)
		}
		for _, url := range set.Mirrors {
			if !strings.HasPrefix(url, "https://") || !strings.HasSuffix(url, "/") {
				t.Errorf("%s: mirror %s", set.Name, url)
			}
		}
		for _, f := range set.Layouts[0] {
			if digest, err := hex.DecodeString(f.SHA256); err != nil || len(digest) != 32 || f.Size == 0 {
				t.Errorf("%s: %+v", set.Name, f)
			}
		}
	}
}

func ExampleEmbedded() {
	data, err := Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(data.Train.Len(), "for training,", data.Test.Len(), "for testing")
	batch := []int{0, 1}
	x := make([]float32, len(batch)*data.Train.Size())
	y := make([]float32, len(batch)*data.Train.Classes)
	images.FillBatch(x, data.Train, batch, nil, 0)
	images.FillTargets(y, data.Train, batch, 0, 1)
	fmt.Println(data.Train.Label(0), y[:10])
	// Output:
	// 200 for training, 100 for testing
	// 5 [0 0 0 0 0 1 0 0 0 0]
}

func BenchmarkEmbedded(b *testing.B) {
	for b.Loop() {
		if _, err := Embedded(); err != nil {
			b.Fatal(err)
		}
	}
}
