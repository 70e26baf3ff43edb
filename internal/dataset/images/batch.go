package images

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"burstsim/internal/linalg"
)

// Transform is what happens to an image before the network sees it: a random
// part is cut out of the image with a frame of zeros around it, mirrored at
// random, scaled to [0, 1] and normalised.
//
// What is random follows from the seed, the epoch and the image's index alone:
// the order in which images are filled, and how many goroutines fill them, does
// not matter.
type Transform struct {
	Frame  int       // width of the frame in pixels, the part being as large as the image; 0: no cutting
	Mirror bool      // left and right exchanged in half of the cases
	Mean   []float64 // subtracted from each channel after scaling; nil: 0
	Std    []float64 // then divides each channel; nil: 1
	Seed   uint64
}

// Check returns an error if t cannot be used with images of d's shape.
func (t *Transform) Check(d *Images) error {
	if t.Frame < 0 || t.Frame >= min(d.Height, d.Width) {
		return fmt.Errorf("images: Frame is %d, expected 0 to %d", t.Frame, min(d.Height, d.Width)-1)
	}
	for _, list := range []struct {
		name   string
		values []float64
		ok     func(float64) bool
	}{
		{"Mean", t.Mean, func(x float64) bool { return !math.IsInf(x, 0) && !math.IsNaN(x) }},
		{"Std", t.Std, func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }},
	} {
		if list.values != nil && len(list.values) != d.Channels {
			return fmt.Errorf("images: %s has %d values, expected one for each of %d channels", list.name, len(list.values), d.Channels)
		}
		if i := slices.IndexFunc(list.values, func(x float64) bool { return !list.ok(x) }); i >= 0 {
			return fmt.Errorf("images: %s of channel %d is %v", list.name, i, list.values[i])
		}
	}
	return nil
}

// FillBatch stores the images with the given indices in dst (len(indices) x
// channels x height x width) as t makes them in an epoch; nil means scaled to
// [0, 1]. t must have passed Check. Concurrent calls are independent.
func FillBatch[F linalg.Float](dst []F, d *Images, indices []int, t *Transform, epoch int) {
	if t == nil {
		t = &identity
	}
	plane := d.Height * d.Width
	size := d.Channels * plane
	var values [256]F
	for c := range d.Channels {
		tabulate(&values, t, c)
		for row, i := range indices {
			to := dst[row*size+c*plane:][:plane]
			from := d.Pixels(i)[c*plane:][:plane]
			if t.Frame == 0 && !t.Mirror {
				convert(to, from, &values)
				continue
			}
			cut(to, from, d.Width, t.draw(epoch, i), &values)
		}
	}
}

var identity Transform

// tabulate stores the value of each of the 256 bytes in a channel.
func tabulate[F linalg.Float](values *[256]F, t *Transform, channel int) {
	mean, std := 0., 1.
	if t.Mean != nil {
		mean = t.Mean[channel]
	}
	if t.Std != nil {
		std = t.Std[channel]
	}
	for v := range values {
		values[v] = F((float64(v)/255 - mean) / std)
	}
}

// placement is where a part lies: how far it is moved against the image, and
// whether it is mirrored after that.
type placement struct {
	down, right int
	mirrored    bool
}

// draw is the placement that belongs to an image in an epoch.
func (t *Transform) draw(epoch, index int) placement {
	var source rand.PCG
	source.Seed(t.Seed^placing, uint64(epoch)<<32^uint64(index))
	positions := uint64(2*t.Frame + 1)
	p := placement{
		down:  int(source.Uint64()%positions) - t.Frame,
		right: int(source.Uint64()%positions) - t.Frame,
	}
	p.mirrored = t.Mirror && source.Uint64()>>63 == 1
	return p
}

// One seed serves for two purposes; these keep their random numbers apart.
const (
	placing  = 0x706c6163696e6721
	ordering = 0x6f72646572696e67
)

func convert[F linalg.Float](dst []F, src []uint8, values *[256]F) {
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = values[v]
	}
}

// cut converts one channel of a moved image; what comes from outside is the
// frame, whose pixels are 0 before normalisation.
func cut[F linalg.Float](dst []F, src []uint8, width int, p placement, values *[256]F) {
	height := len(src) / width
	frame := values[0]
	for y := range height {
		row := dst[y*width : (y+1)*width]
		from := y + p.down
		if from < 0 || from >= height {
			fill(row, frame)
			continue
		}
		left, right := max(0, -p.right), min(width, width-p.right)
		fill(row[:left], frame)
		convert(row[left:right], src[from*width+left+p.right:from*width+right+p.right], values)
		fill(row[right:], frame)
		if p.mirrored {
			slices.Reverse(row)
		}
	}
}

func fill[F linalg.Float](dst []F, x F) {
	for i := range dst {
		dst[i] = x
	}
}

// FillTargets stores the targets of the images with the given indices in dst
// (len(indices) x classes): high for the image's class, low for all others.
func FillTargets[F linalg.Float](dst []F, d *Images, indices []int, low, high F) {
	for row, i := range indices {
		target := dst[row*d.Classes:][:d.Classes]
		fill(target, low)
		target[d.Label(i)] = high
	}
}
