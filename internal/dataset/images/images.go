// Package images holds labelled images in memory, one byte a pixel, and serves
// them: in batches, and as a stream in continuous time.
package images

import "fmt"

// Images are labelled images of one size.
type Images struct {
	Channels, Height, Width int
	Classes                 int // labels are 0 to Classes-1

	pixels []uint8 // image x channel x row x column
	labels []uint8
}

// New joins pixels (image x channel x row x column, 0 to 255) and one label an
// image, both of which it keeps. It returns an error unless the numbers agree
// and every label is less than classes.
func New(channels, height, width, classes int, pixels, labels []uint8) (*Images, error) {
	d := &Images{Channels: channels, Height: height, Width: width, Classes: classes, pixels: pixels, labels: labels}
	if channels < 1 || height < 1 || width < 1 {
		return nil, fmt.Errorf("images of %d x %d x %d pixels, expected at least 1", channels, height, width)
	}
	if classes < 1 || classes > 256 {
		return nil, fmt.Errorf("%d classes, expected 1 to 256", classes)
	}
	// Divided, as the product might not fit.
	if n := len(labels); n == 0 || len(pixels)/n/channels/height/width != 1 || len(pixels) != n*d.Size() {
		return nil, fmt.Errorf("%d labels and %d bytes of pixels, expected %d x %d x %d for each label",
			n, len(pixels), channels, height, width)
	}
	for i, label := range labels {
		if int(label) >= classes {
			return nil, fmt.Errorf("label of image %d is %d, expected 0 to %d", i, label, classes-1)
		}
	}
	return d, nil
}

// Len is the number of images.
func (d *Images) Len() int { return len(d.labels) }

// Size is the number of values an image has: channels x height x width.
func (d *Images) Size() int { return d.Channels * d.Height * d.Width }

// Label is the class of image i.
func (d *Images) Label(i int) int { return int(d.labels[i]) }

// Pixels are the bytes of image i: channel x row x column. They are shared.
func (d *Images) Pixels(i int) []uint8 {
	size := d.Size()
	return d.pixels[i*size : (i+1)*size : (i+1)*size]
}

// Slice is images from up to, not including, to; they are shared.
func (d *Images) Slice(from, to int) *Images {
	size := d.Size()
	part := *d
	part.pixels = d.pixels[from*size : to*size : to*size]
	part.labels = d.labels[from:to:to]
	return &part
}

// Data is a data set for training and testing.
type Data struct {
	Name  string // of the data set
	Where string // where it was found
	Train *Images
	Test  *Images
}

// Split sets the last held images of the training set apart for validation, or
// returns an error if that leaves none. The published experiments hold out
// 10 000. It is for choosing settings, so that the test set is left alone.
func (d *Data) Split(held int) (train, validation *Images, err error) {
	n := d.Train.Len()
	if held < 1 || held >= n {
		return nil, nil, fmt.Errorf("%d images for validation, expected 1 to %d of %d", held, n-1, n)
	}
	return d.Train.Slice(0, n-held), d.Train.Slice(n-held, n), nil
}
