package rundir

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"burstsim/internal/arrayfile"
)

// courseName is what the weights in the course of a run are called in exports.
const courseName = "weights_course"

// hasCourse tells whether a variant has weights in the course of the run.
func hasCourse(dir, label string) bool {
	_, err := os.Lstat(filepath.Join(dir, weightsFolder, label+snapshotsSuffix))
	return checkName(label) == nil && err == nil
}

// withCourse opens the weights in the course of a variant, if there are any: their
// arrays in the file's order, the times first.
func withCourse(dir, label string, use func(files []*zip.File) error) error {
	if !hasCourse(dir, label) {
		return nil
	}
	path := filepath.Join(dir, weightsFolder, label+snapshotsSuffix)
	f, size, err := openRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	archive, err := zip.NewReader(f, size)
	if err == nil {
		err = explained(archive.File, size)
	}
	if err == nil {
		err = use(archive.File)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// course copies the weights in the course of a variant.
func (a *arrayWriter) course(dir, label string) error {
	return withCourse(dir, label, func(files []*zip.File) error {
		for _, f := range files {
			name, ok := strings.CutSuffix(f.Name, arraySuffix)
			if !ok {
				continue
			}
			to, err := a.entry(label + "/" + courseName + "/" + name)
			if err != nil {
				return err
			}
			from, err := f.Open()
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			_, err = io.Copy(to, from)
			if err = errors.Join(err, from.Close()); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
		return nil
	})
}

// tidyCourse writes the weights in the course of a variant, array after array. One
// time of an array is in memory.
func tidyCourse(out *csv.Writer, dir, label string) error {
	return withCourse(dir, label, func(files []*zip.File) error {
		if len(files) == 0 {
			return fmt.Errorf("there are no arrays, expected %q or %q", timeArray, "epoch")
		}
		unit, first, err := readArray(files[0])
		if err != nil {
			return fmt.Errorf("%s: %w", files[0].Name, err)
		}
		at, err := first.Floats()
		if err != nil || len(first.Shape) != 1 || unit != timeArray && unit != "epoch" {
			return fmt.Errorf("the first array is %q, of shape %v, expected %q or %q", unit, first.Shape, timeArray, "epoch")
		}
		for _, f := range files[1:] {
			name := strings.TrimSuffix(f.Name, arraySuffix)
			if err := eachTime(f, len(at), func(i int, shape []int, values []float64) error {
				lead := []string{label, number(at[i]), "", name}
				if unit != timeArray {
					lead[1], lead[2] = "", lead[1]
				}
				return tidyWeights(out, lead, shape, values)
			}); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
		return nil
	})
}

// eachTime visits an array of n times, one after another. The values are valid until
// visit returns.
func eachTime(f *zip.File, n int, visit func(i int, shape []int, values []float64) error) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	const longestHeader = 64 << 10
	from := bufio.NewReaderSize(r, longestHeader)
	head, err := from.Peek(longestHeader)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	kind, shape, begin, err := arrayfile.Header(head)
	if err != nil {
		return err
	}
	// No more than the archive says it has, whatever the header claims.
	left, width := f.UncompressedSize64/arrayfile.ItemBytes, 1
	for _, k := range shape[min(1, len(shape)):] {
		if width *= k; k < 0 || uint64(width) > left || width < 0 {
			return fmt.Errorf("array of shape %v has %d bytes", shape, f.UncompressedSize64)
		}
	}
	if kind != arrayfile.Float || len(shape) == 0 || shape[0] != n {
		return fmt.Errorf("array of type %q and shape %v, expected %q and %d times", kind, shape, arrayfile.Float, n)
	}
	if _, err := from.Discard(begin); err != nil {
		return err
	}
	raw, values := make([]byte, arrayfile.ItemBytes*width), make([]float64, width)
	for i := range n {
		if _, err := io.ReadFull(from, raw); err != nil {
			return err
		}
		for j := range values {
			values[j] = math.Float64frombits(binary.LittleEndian.Uint64(raw[arrayfile.ItemBytes*j:]))
		}
		if err := visit(i, shape[1:], values); err != nil {
			return err
		}
	}
	return nil
}
