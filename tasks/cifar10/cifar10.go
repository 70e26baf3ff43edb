// Package cifar10 reads CIFAR-10, 50 000 + 10 000 coloured images of 32 x 32
// pixels in ten classes (Krizhevsky, Learning multiple layers of features from
// tiny images, 2009), in its binary version.
package cifar10

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
	"burstsim/internal/regular"
)

// A record is a label and an image: all of red, then green, then blue, each row
// by row.
const (
	channels = 3
	side     = 32
	classes  = 10
	record   = 1 + channels*side*side
	perFile  = 10000
)

// names are the files of records; the last is the test set.
var names = []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"}

const folder = "cifar-10-batches-bin" // in the archive, and where it was unpacked

// Set is the archive, or the files it holds. No checksum of the files was
// published: of them only size and labels can be verified. Read only.
var Set = &dataset.Set{
	Name:    "cifar10",
	Title:   "CIFAR-10",
	Own:     "images of your own are read from data_batch_1.bin to data_batch_5.bin and test_batch.bin, unpacked",
	Layouts: [][]dataset.File{archive, unpacked()},
	Mirrors: []string{
		"https://www.cs.toronto.edu/~kriz/",
		"https://cave.cs.toronto.edu/kriz/",
	},
}

const packed = 0 // index of the archive's layout

var archive = []dataset.File{{
	Names:  []string{"cifar-10-binary.tar.gz"},
	Size:   170052171,
	SHA256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
	MD5:    "c32a1d4ab5d03f1284b67883e8d87530",
}}

func unpacked() (files []dataset.File) {
	for _, name := range names {
		files = append(files, dataset.File{Names: []string{name, folder + "/" + name}, Size: perFile * record})
	}
	return files
}

// Load reads CIFAR-10 and fetches it if it is not on this computer; opt may
// name a folder instead, with the archive or the unpacked files.
func Load(ctx context.Context, opt dataset.Options) (*images.Data, error) {
	return load(ctx, Set, opt)
}

func load(ctx context.Context, set *dataset.Set, opt dataset.Options) (*images.Data, error) {
	var data *images.Data
	place, err := set.Read(ctx, opt, func(p dataset.Place) (err error) {
		if p.Layout == packed {
			data, err = readArchive(p)
			return err
		}
		data, err = join(p.Content, p.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	data.Name, data.Where = set.Name, place.Dir
	return data, nil
}

// ReadDir reads files of the same format and names with any number of records,
// such as images of your own, from a folder or from the one in it that the
// archive makes.
func ReadDir(dir string) (*images.Data, error) {
	if _, err := os.Stat(filepath.Join(dir, names[0])); errors.Is(err, fs.ErrNotExist) {
		if below := filepath.Join(dir, folder); isFolder(below) {
			dir = below
		}
	}
	path := func(i int) string { return filepath.Join(dir, names[i]) }
	data, err := join(func(i int) ([]byte, error) { return regular.ReadFile(path(i)) }, path)
	if err != nil {
		return nil, err
	}
	data.Name, data.Where = "cifar10 format", dir
	return data, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readArchive takes the files out of the archive as it is read and verified.
func readArchive(p dataset.Place) (*images.Data, error) {
	file, err := p.Open(0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	contents, err := unpack(file)
	// The rest decides whether the archive is the published one, which also
	// explains why it could not be unpacked.
	if _, rest := io.Copy(io.Discard, file); rest != nil {
		return nil, rest
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path(0), err)
	}
	where := func(i int) string { return p.Path(0) + "/" + names[i] }
	return join(func(i int) ([]byte, error) {
		records := contents[i]
		if records == nil {
			return nil, fmt.Errorf("%s: %w", where(i), fs.ErrNotExist)
		}
		contents[i] = nil // the memory is wanted for the images
		return records, nil
	}, where)
}

// unpack returns the contents of the files of records in a compressed archive,
// nil for those it lacks.
func unpack(r io.Reader) ([][]byte, error) {
	plain, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	contents := make([][]byte, len(names))
	for entries := tar.NewReader(plain); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return contents, nil
		}
		if err != nil {
			return nil, err
		}
		i := slices.Index(names, path.Base(entry.Name))
		if i < 0 || entry.Typeflag != tar.TypeReg {
			continue
		}
		const most = perFile * record
		if entry.Size > most {
			return nil, fmt.Errorf("%s has %d bytes, expected at most %d", entry.Name, entry.Size, most)
		}
		contents[i] = make([]byte, entry.Size)
		if _, err := io.ReadFull(entries, contents[i]); err != nil {
			return nil, err
		}
	}
}

// join makes the training set of the first files and the test set of the last.
func join(content func(int) ([]byte, error), path func(int) string) (*images.Data, error) {
	var pixels, labels []uint8
	part := func(i int) error {
		records, err := content(i)
		if err != nil {
			return err
		}
		if pixels, labels, err = split(records, pixels, labels); err != nil {
			return fmt.Errorf("%s: %w", path(i), err)
		}
		return nil
	}
	last := len(names) - 1
	for i := range last {
		if err := part(i); err != nil {
			return nil, err
		}
		if i == 0 { // the others are usually as large
			pixels, labels = slices.Grow(pixels, (last-1)*len(pixels)), slices.Grow(labels, (last-1)*len(labels))
		}
	}
	train, err := images.New(channels, side, side, classes, pixels, labels)
	if err != nil {
		return nil, err
	}
	pixels, labels = nil, nil
	if err := part(last); err != nil {
		return nil, err
	}
	test, err := images.New(channels, side, side, classes, pixels, labels)
	return &images.Data{Train: train, Test: test}, err
}

// split appends the images and labels of records.
func split(records []byte, pixels, labels []uint8) (allPixels, allLabels []uint8, err error) {
	n := len(records) / record
	if n == 0 || len(records) != n*record {
		return pixels, labels, fmt.Errorf("%d bytes, expected records of %d", len(records), record)
	}
	pixels, labels = slices.Grow(pixels, n*(record-1)), slices.Grow(labels, n)
	for i := range n {
		r := records[i*record : (i+1)*record]
		if r[0] >= classes {
			return pixels, labels, fmt.Errorf("label of image %d is %d, expected 0 to %d", i, r[0], classes-1)
		}
		labels = append(labels, r[0])
		pixels = append(pixels, r[1:]...)
	}
	return pixels, labels, nil
}

// Normalise is how images are presented outside training: each channel less its
// mean, divided by its standard deviation, with the numbers of the published
// experiments, which are those of ImageNet.
func Normalise() *images.Transform {
	return &images.Transform{Mean: []float64{0.485, 0.456, 0.406}, Std: []float64{0.229, 0.224, 0.225}}
}

// Augment is how images are presented in training: a random part of the image
// with a frame of 4 pixels around it, mirrored at random, and then as Normalise
// does. What is random follows from the seed.
func Augment(seed uint64) *images.Transform {
	t := Normalise()
	t.Frame, t.Mirror, t.Seed = 4, true, seed
	return t
}
