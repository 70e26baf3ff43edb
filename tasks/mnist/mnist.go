// Package mnist reads MNIST and data sets in its format: grey images and labels
// in idx files.
package mnist

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
)

// Load reads a published set, Digits or Fashion, and fetches it if it is not on
// this computer; opt may name a folder instead. Files whose content is not the
// published one are not used.
func Load(ctx context.Context, set *dataset.Set, opt dataset.Options) (*images.Data, error) {
	var data *images.Data
	place, err := set.Read(ctx, opt, func(p dataset.Place) (err error) {
		data, err = read(set.Name, func(i int) (io.ReadCloser, error) {
			content, err := p.Content(i) // verified before it is looked at
			return io.NopCloser(bytes.NewReader(content)), err
		}, p.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	data.Where = place.Dir
	return data, nil
}

// Files are the paths of four idx files, each compressed with gzip or not.
type Files struct {
	TrainImages, TrainLabels, TestImages, TestLabels string
}

// ReadFiles reads any idx files of images and labels. Training and test images
// must have the same size; there are as many classes as the largest label of
// the training images says.
func ReadFiles(f Files) (*images.Data, error) {
	paths := [...]string{trainImages: f.TrainImages, trainLabels: f.TrainLabels, testImages: f.TestImages, testLabels: f.TestLabels}
	path := func(i int) string { return paths[i] }
	return read("idx", func(i int) (io.ReadCloser, error) { return dataset.OpenFile(paths[i]) }, path)
}

// read reads the four files and makes training and test images fit together.
func read(name string, open func(int) (io.ReadCloser, error), path func(int) string) (*images.Data, error) {
	train, err := pair(open, path, trainImages, trainLabels)
	if err != nil {
		return nil, err
	}
	test, err := pair(open, path, testImages, testLabels)
	if err != nil {
		return nil, err
	}
	if test.Height != train.Height || test.Width != train.Width {
		return nil, fmt.Errorf("%s: images of %d x %d pixels, but those for training have %d x %d",
			path(testImages), test.Height, test.Width, train.Height, train.Width)
	}
	if test.Classes > train.Classes {
		return nil, fmt.Errorf("%s: label %d, but those for training are 0 to %d", path(testLabels), test.Classes-1, train.Classes-1)
	}
	test.Classes = train.Classes
	return &images.Data{Name: name, Train: train, Test: test}, nil
}

// pair reads a file of images and its file of labels.
func pair(open func(int) (io.ReadCloser, error), path func(int) string, imageFile, labelFile int) (*images.Images, error) {
	size, pixels, err := readIDX(open, path, imageFile, 3)
	if err != nil {
		return nil, err
	}
	_, labels, err := readIDX(open, path, labelFile, 1)
	if err != nil {
		return nil, err
	}
	if len(labels) != size[0] {
		return nil, fmt.Errorf("%s: %d labels for the %d images of %s", path(labelFile), len(labels), size[0], path(imageFile))
	}
	classes := 0
	for _, label := range labels {
		classes = max(classes, int(label)+1)
	}
	d, err := images.New(1, size[1], size[2], classes, pixels, labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path(imageFile), err)
	}
	return d, nil
}

// readIDX reads a file; errors begin with its path.
func readIDX(open func(int) (io.ReadCloser, error), path func(int) string, file, dimensions int) (sizes []int, elements []byte, err error) {
	r, err := open(file)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	sizes, elements, err = parse(r, dimensions)
	if err == nil {
		return sizes, elements, nil
	}
	var damaged *dataset.DamagedError
	var unread *fs.PathError
	if errors.As(err, &damaged) || errors.As(err, &unread) {
		return nil, nil, err // with the path already
	}
	return nil, nil, fmt.Errorf("%s: %w", path(file), err)
}

// The subset is written by go run ./tasks/mnist/internal/subset.
//
//go:embed embedded
var embedded embed.FS

// Embedded returns the part of MNIST that comes with the program, for a first
// try without a network: 200 images for training and 100 for testing, 20 and 10
// of each digit.
func Embedded() (*images.Data, error) {
	path := func(i int) string { return "embedded/" + Digits.Layouts[0][i].Names[0] }
	open := func(i int) (io.ReadCloser, error) {
		f, err := embedded.Open(path(i))
		if err != nil {
			return nil, err
		}
		return gzip.NewReader(f)
	}
	data, err := read("mnist", open, path)
	if err != nil {
		return nil, err
	}
	data.Where = "embedded"
	return data, nil
}
