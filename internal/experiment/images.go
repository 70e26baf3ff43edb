package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"burstsim/internal/atomicfile"
	"burstsim/internal/config"
	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
	"burstsim/internal/regular"
	"burstsim/tasks/cifar10"
	"burstsim/tasks/mnist"
)

// loadImages reads the images of a data set, as many as the file asks for.
func loadImages(ctx context.Context, k config.Task) (*images.Data, error) {
	data, err := readImages(ctx, k)
	if err != nil {
		return nil, err
	}
	if k.TrainImages > 0 && k.TrainImages < data.Train.Len() {
		data.Train = data.Train.Slice(0, k.TrainImages)
	}
	if k.TestImages > 0 && k.TestImages < data.Test.Len() {
		data.Test = data.Test.Slice(0, k.TestImages)
	}
	return data, nil
}

// CheckInput says why a file of images, or a folder of such files, cannot be
// read.
func CheckInput(path string, folder bool) error {
	if !folder {
		f, err := regular.Open(path)
		if err == nil {
			return f.Close()
		}
		return fmt.Errorf("%s cannot be read: %w; expected an idx file", path, atomicfile.Cause(err))
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w; expected a folder", path, atomicfile.Cause(err))
	case !info.IsDir():
		return fmt.Errorf("%s is a file, expected a folder", path)
	}
	return nil
}

func readImages(ctx context.Context, k config.Task) (*images.Data, error) {
	opt := dataset.Options{Dir: k.Data}
	if k.Data == "auto" {
		opt.Dir = ""
	}
	switch k.Kind {
	case "mnist":
		if k.Data == "embedded" {
			return mnist.Embedded()
		}
		return mnist.Load(ctx, mnist.Digits, opt)
	case "fashion-mnist":
		return mnist.Load(ctx, mnist.Fashion, opt)
	case "idx":
		f := k.Files
		return mnist.ReadFiles(mnist.Files{TrainImages: f[0], TrainLabels: f[1], TestImages: f[2], TestLabels: f[3]})
	case "cifar10":
		data, err := cifar10.Load(ctx, opt)
		if err == nil || opt.Dir == "" {
			return data, err
		}
		own, ownErr := cifar10.ReadDir(opt.Dir) // images of that format, not the published ones
		if errors.Is(ownErr, fs.ErrNotExist) {
			return nil, err // of what is there
		}
		return own, ownErr
	}
	return nil, fmt.Errorf("experiment: task %q has no images", k.Kind)
}

// transforms are what happens to images before the network sees them, while it
// trains and while it is tested.
func transforms(k config.Task, seed uint64) (train, test *images.Transform) {
	if k.Kind != "cifar10" {
		return nil, nil
	}
	if k.Augmentation {
		return cifar10.Augment(seed), cifar10.Normalise()
	}
	return cifar10.Normalise(), cifar10.Normalise()
}

type imageShape struct{ channels, height, width int }
