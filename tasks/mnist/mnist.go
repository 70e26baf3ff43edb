// Package mnist reads MNIST and data sets in its format: grey images and labels
// in idx files.
package mnist

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"io"

	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
)

// Load reads a published set, Digits or Fashion, and fetches it if it is not on
// this computer; opt may name a folder instead. Files whose content is not the
// published one are not used.
func Load(ctx context.Context, set *dataset.Set, opt dataset.Options) (*images.Data, error) {
	var data *images.Data
	place, err := set.Read(ctx, opt, func(p dataset.Place) (err error) {
		data, err = read(set.Name, p.Content, p.Path)
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
	content := func(i int) ([]byte, error) { return dataset.ReadFile(paths[i]) }
	return read("idx", content, path)
}

// read reads the four files and makes training and test images fit together.
func read(name string, content func(int) ([]byte, error), path func(int) string) (*images.Data, error) {
	train, err := pair(content, path, trainImages, trainLabels)
	if err != nil {
		return nil, err
	}
	test, err := pair(content, path, testImages, testLabels)
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
func pair(content func(int) ([]byte, error), path func(int) string, imageFile, labelFile int) (*images.Images, error) {
	raw, err := content(imageFile)
	if err != nil {
		return nil, err
	}
	size, pixels, err := parse(raw, 3)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path(imageFile), err)
	}
	if raw, err = content(labelFile); err != nil {
		return nil, err
	}
	_, labels, err := parse(raw, 1)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path(labelFile), err)
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

// The subset is written by go run ./tasks/mnist/internal/subset.
//
//go:embed embedded
var embedded embed.FS

// Embedded returns the part of MNIST that comes with the program, for a first
// try without a network: 200 images for training and 100 for testing, 20 and 10
// of each digit.
func Embedded() (*images.Data, error) {
	path := func(i int) string { return "embedded/" + Digits.Layouts[0][i].Names[0] }
	content := func(i int) ([]byte, error) {
		raw, err := embedded.ReadFile(path(i))
		if err != nil {
			return nil, err
		}
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	data, err := read("mnist", content, path)
	if err != nil {
		return nil, err
	}
	data.Where = "embedded"
	return data, nil
}
