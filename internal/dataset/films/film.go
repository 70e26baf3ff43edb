// Package films holds films in memory, grey and frame by frame: a folder of images,
// arrays of NumPy's formats, or gratings and patches that it makes up itself.
package films

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"burstsim/internal/arrayfile"
)

// Film is frames of one size. It must not be changed, so goroutines can share it.
type Film struct {
	Height, Width int // of a frame in pixels, at least 1

	bytes []uint8          // frame x row x column, 255 is white
	table *arrayfile.Table // instead: a frame a row, row x column
	count int
}

// New returns a film of pixels (frame x row x column, 255 is white), which it keeps.
// It returns an error unless there are whole frames, and at least one.
func New(height, width int, pixels []uint8) (*Film, error) {
	if height < 1 || width < 1 {
		return nil, fmt.Errorf("frames of %d x %d pixels, expected at least 1", height, width)
	}
	n := len(pixels) / height / width
	if n < 1 || len(pixels) != n*height*width {
		return nil, fmt.Errorf("%d bytes, expected frames of %d x %d pixels", len(pixels), height, width)
	}
	return &Film{Height: height, Width: width, bytes: pixels, count: n}, nil
}

// Len is the number of frames, at least 1.
func (f *Film) Len() int { return f.count }

// Row stores len(dst) pixels of a frame, from a row and a column on: grey, 0 is black
// and 1 white; of an array, its numbers.
func (f *Film) Row(dst []float64, frame, row, column int) {
	from := row*f.Width + column
	if f.table != nil {
		for j := range dst {
			dst[j] = f.table.At(frame, from+j)
		}
		return
	}
	from += frame * f.Height * f.Width
	for j, x := range f.bytes[from : from+len(dst)] {
		dst[j] = greys[x]
	}
}

// greys are those of bytes.
var greys = func() (g [256]float64) {
	for i := range g {
		g[i] = float64(i) / 255
	}
	return g
}()

// Sum is a SHA-256 of the frames of films, of their sizes and order, as 64 hexadecimal
// digits.
func Sum(all []*Film) string {
	hash := sha256.New()
	var line []byte
	for _, f := range all {
		for _, n := range []int{f.Len(), f.Height, f.Width} {
			line = binary.LittleEndian.AppendUint64(line, uint64(n))
		}
		hash.Write(line)
		hash.Write(f.bytes)
		if f.table == nil {
			line = line[:0]
			continue
		}
		row := make([]float64, f.Height*f.Width)
		for k := range f.Len() {
			line = line[:0]
			f.table.Row(row, k)
			for _, x := range row {
				line = binary.LittleEndian.AppendUint64(line, math.Float64bits(x))
			}
			hash.Write(line)
		}
		line = line[:0]
	}
	return hex.EncodeToString(hash.Sum(nil))
}
