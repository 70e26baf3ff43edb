package video

import (
	"math"

	"burstsim/internal/dataset/films"
)

// scale is how one axis is reduced: each output is a weighted mean of pixels.
type scale struct {
	from    []int
	weights [][]float64
}

// newScale reduces n pixels to m by a triangle as wide as two outputs, so that nothing
// finer than an output is left, normalised at the border: bilinear interpolation with
// antialiasing. Where there are fewer pixels than outputs it is as wide as two pixels,
// which is bilinear interpolation.
func newScale(n, m int) scale {
	var s scale
	step := float64(n) / float64(m)
	reach := max(step, 1)
	for i := range m {
		middle := (float64(i) + 0.5) * step
		from, to := max(int(middle-reach+0.5), 0), min(int(middle+reach+0.5), n)
		weights, sum := make([]float64, to-from), 0.0
		for j := range weights {
			weights[j] = max(1-math.Abs(float64(from+j)+0.5-middle)/reach, 0)
			sum += weights[j]
		}
		for j := range weights {
			weights[j] /= sum
		}
		s.from, s.weights = append(s.from, from), append(s.weights, weights)
	}
	return s
}

// preparer makes inputs of frames: a part of each, reduced, standardised.
type preparer struct {
	side        int
	standardise bool
	scales      map[int]scale // by the number of pixels
	row         []float64     // pixels of one row of the part
	reduced     []float64     // rows of the part x side
}

// newPreparer has memory for parts of these sizes, height and width.
func newPreparer(side int, standardise bool, sizes [][2]int) *preparer {
	p := &preparer{side: side, standardise: standardise, scales: map[int]scale{}}
	height, width := 0, 0
	for _, size := range sizes {
		for _, n := range size {
			p.scales[n] = newScale(n, side)
		}
		height, width = max(height, size[0]), max(width, size[1])
	}
	p.row, p.reduced = make([]float64, width), make([]float64, height*side)
	return p
}

// prepare stores the part of a frame that begins at a row and a column.
func (p *preparer) prepare(dst []float64, film *films.Film, frame int, at place, height, width int) {
	across, down := p.scales[width], p.scales[height]
	pixels := p.row[:width]
	for y := range height {
		film.Row(pixels, frame, at.row+y, at.column)
		to := p.reduced[y*p.side:][:p.side]
		for i := range to {
			sum, from := 0.0, pixels[across.from[i]:]
			for j, w := range across.weights[i] {
				sum += w * from[j]
			}
			to[i] = sum
		}
	}
	for i := range p.side {
		to := dst[i*p.side:][:p.side]
		clear(to)
		for j, w := range down.weights[i] {
			for x, v := range p.reduced[(down.from[i]+j)*p.side:][:p.side] {
				to[x] += w * v
			}
		}
	}
	if p.standardise {
		standardise(dst)
	}
}

// standardise subtracts the mean and divides by the standard deviation (n - 1); what is
// uniform becomes 0.
func standardise(v []float64) {
	mean, n := 0.0, float64(len(v))
	for _, x := range v {
		mean += x / n
	}
	squares := 0.0
	for i := range v {
		v[i] -= mean
		squares += v[i] * v[i]
	}
	sd := math.Sqrt(squares / (n - 1))
	if sd <= uniform*math.Abs(mean) {
		clear(v)
		return
	}
	for i := range v {
		v[i] /= sd
	}
}

// uniform, times the mean of a frame, is the standard deviation that rounding gives to
// a frame of equal pixels, or more.
const uniform = 1e-13
