package films

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Generated is the size of a frame of films that are made up, in pixels.
const Generated = 128

const (
	gratings = 2
	patches  = 8
)

// grating is a wave over the plane.
type grating struct {
	down, right, drift float64 // rad per pixel, per pixel, per frame
	phase, contrast    float64
}

// patch is a Gaussian spot that drifts over a torus of the size of a frame.
type patch struct {
	row, column float64 // where it is in frame 0, pixels
	down, right float64 // pixels per frame
	width       float64 // its standard deviation, pixels
	contrast    float64
}

// Generate makes up a film of so many frames, which the seed decides: two gratings of
// periods of 16 to 64 pixels that move by 0.5 to 2 pixels a frame, and before them
// eight spots, light and dark, of standard deviations of 4 to 12 pixels, which drift
// as fast. Frames are Generated x Generated pixels. It returns an error for less than
// 1 frame.
func Generate(seed uint64, frames int) (*Film, error) {
	if frames < 1 {
		return nil, fmt.Errorf("films: %d frames, expected at least 1", frames)
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	between := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	var waves [gratings]grating
	for i := range waves {
		w := &waves[i]
		frequency, angle := 2*math.Pi/between(16, 64), between(0, 2*math.Pi)
		w.down, w.right = frequency*math.Sin(angle), frequency*math.Cos(angle)
		w.drift, w.phase, w.contrast = frequency*between(0.5, 2), between(0, 2*math.Pi), between(0.1, 0.2)
	}
	var spots [patches]patch
	for i := range spots {
		s := &spots[i]
		s.row, s.column = between(0, Generated), between(0, Generated)
		speed, angle := between(0.5, 2), between(0, 2*math.Pi)
		s.down, s.right = speed*math.Sin(angle), speed*math.Cos(angle)
		s.width, s.contrast = between(4, 12), between(0.3, 0.6)
		if i%2 == 1 {
			s.contrast = -s.contrast
		}
	}
	f := &Film{Height: Generated, Width: Generated, bytes: make([]uint8, frames*Generated*Generated), count: frames}
	plane := make([]float64, Generated*Generated)
	for k := range frames {
		for i := range plane {
			plane[i] = 0.5
		}
		for i := range waves {
			waves[i].add(plane, float64(k))
		}
		for i := range spots {
			spots[i].add(plane, float64(k))
		}
		to := f.bytes[k*len(plane):]
		for i, x := range plane {
			to[i] = uint8(math.Round(255 * min(max(x, 0), 1)))
		}
	}
	return f, nil
}

// add adds the wave as it is in a frame: cos(a + b) of a row and a column.
func (w *grating) add(plane []float64, frame float64) {
	var cosines, sines [Generated]float64
	for x := range Generated {
		sines[x], cosines[x] = math.Sincos(w.right * float64(x))
	}
	for y := range Generated {
		sine, cosine := math.Sincos(w.down*float64(y) - w.drift*frame + w.phase)
		for x := range Generated {
			plane[y*Generated+x] += w.contrast * (cosine*cosines[x] - sine*sines[x])
		}
	}
}

// add adds the spot where it is in a frame. Its profile is a product of one for rows
// and one for columns.
func (s *patch) add(plane []float64, frame float64) {
	var rows, columns [Generated]float64
	for i := range Generated {
		rows[i] = s.profile(float64(i) - s.row - s.down*frame)
		columns[i] = s.profile(float64(i) - s.column - s.right*frame)
	}
	for y, a := range rows {
		for x, b := range columns {
			plane[y*Generated+x] += s.contrast * a * b
		}
	}
}

// profile is the spot along one axis at a distance from its middle, the shorter way
// round the torus.
func (s *patch) profile(distance float64) float64 {
	d := math.Remainder(distance, Generated) / s.width
	return math.Exp(-d * d / 2)
}
