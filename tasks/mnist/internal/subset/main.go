// Command subset writes the part of MNIST that is embedded in package mnist:
// the first 20 training images and the first 10 test images of each digit, in
// their order. It is run from the root of the repository:
//
//	go run ./tasks/mnist/internal/subset [DIR]
//
// where DIR is tasks/mnist/embedded unless given.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"burstsim/internal/dataset"
	"burstsim/internal/dataset/images"
	"burstsim/tasks/mnist"
)

// How many images of each digit are taken.
const (
	trainEach = 20
	testEach  = 10
)

func main() {
	dir := filepath.FromSlash("tasks/mnist/embedded")
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := run(dir); err != nil {
		fmt.Fprintln(os.Stderr, "subset:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	data, err := mnist.Load(context.Background(), mnist.Digits, dataset.Options{})
	if err != nil {
		return err
	}
	return errors.Join(
		write(dir, "train", data.Train, trainEach),
		write(dir, "t10k", data.Test, testEach),
	)
}

// write writes the first images of each digit, and their labels.
func write(dir, part string, d *images.Images, each int) error {
	var pixels, labels []byte
	taken := make([]int, d.Classes)
	for i := range d.Len() {
		label := d.Label(i)
		if taken[label]++; taken[label] <= each {
			pixels = append(pixels, d.Pixels(i)...)
			labels = append(labels, byte(label))
		}
	}
	return errors.Join(
		writeIdx(filepath.Join(dir, part+"-images-idx3-ubyte.gz"), pixels, len(labels), d.Height, d.Width),
		writeIdx(filepath.Join(dir, part+"-labels-idx1-ubyte.gz"), labels, len(labels)),
	)
}

// writeIdx writes a compressed idx file of bytes.
func writeIdx(path string, elements []byte, dimensions ...int) error {
	content := []byte{0, 0, 8, byte(len(dimensions))}
	for _, n := range dimensions {
		content = binary.BigEndian.AppendUint32(content, uint32(n))
	}
	var file bytes.Buffer
	w, err := gzip.NewWriterLevel(&file, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(content, elements...)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o666)
}
