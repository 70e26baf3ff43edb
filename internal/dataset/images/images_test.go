package images

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// ramp is n images whose pixels and labels tell where they come from.
func ramp(t testing.TB, n, channels, height, width, classes int) *Images {
	t.Helper()
	pixels, labels := make([]uint8, n*channels*height*width), make([]uint8, n)
	for i := range pixels {
		pixels[i] = uint8(i * 7)
	}
	for i := range labels {
		labels[i] = uint8(i % classes)
	}
	d, err := New(channels, height, width, classes, pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNewRejects(t *testing.T) {
	for _, c := range []struct {
		channels, height, width, classes int
		pixels                           int
		labels                           []uint8
		want                             string
	}{
		{0, 2, 2, 10, 8, []uint8{0, 1}, "at least 1"},
		{1, 0, 2, 10, 0, []uint8{0, 1}, "at least 1"},
		{1, 2, -2, 10, 8, []uint8{0, 1}, "at least 1"},
		{1, 2, 2, 0, 8, []uint8{0, 1}, "0 classes"},
		{1, 2, 2, 257, 8, []uint8{0, 1}, "257 classes"},
		{1, 2, 2, 10, 0, nil, "0 labels"},
		{1, 2, 2, 10, 7, []uint8{0, 1}, "7 bytes"},
		{1, 2, 2, 10, 12, []uint8{0, 1}, "12 bytes"},
		{1, math.MaxInt, 2, 10, 8, []uint8{0, 1}, "8 bytes"},
		{1 << 31, 1 << 31, 4, 10, 0, []uint8{0}, "0 bytes"},
		{1, 2, 2, 10, 8, []uint8{0, 10}, "label of image 1 is 10"},
	} {
		d, err := New(c.channels, c.height, c.width, c.classes, make([]uint8, c.pixels), c.labels)
		if err == nil || d != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want an error with %q", c, err, c.want)
		}
	}
}

func TestSliceAndSplitShareTheImages(t *testing.T) {
	d := &Data{Train: ramp(t, 10, 1, 2, 3, 4)}
	train, validation, err := d.Split(3)
	if err != nil || train.Len() != 7 || validation.Len() != 3 {
		t.Fatalf("%d + %d images, %v", train.Len(), validation.Len(), err)
	}
	for i := range d.Train.Len() {
		part, at := train, i
		if i >= 7 {
			part, at = validation, i-7
		}
		if part.Label(at) != d.Train.Label(i) || !slices.Equal(part.Pixels(at), d.Train.Pixels(i)) {
			t.Errorf("image %d differs after the split", i)
		}
	}
	for _, held := range []int{-1, 0, 10, 11} {
		if _, _, err := d.Split(held); err == nil {
			t.Errorf("%d of 10 images held out without an error", held)
		}
	}
}

func TestOrderIsAPermutationOfItsSeedAndEpoch(t *testing.T) {
	var memory []int
	seen := map[[8]int]bool{}
	for seed := range uint64(4) {
		for epoch := range 4 {
			for _, n := range []int{0, 1, 2, 100} {
				memory = Order(seed, epoch, n, memory)
				if again := Order(seed, epoch, n, nil); !slices.Equal(again, memory) {
					t.Fatal("the same seed and epoch gave two orders")
				}
				sorted := slices.Sorted(slices.Values(memory))
				for i, x := range sorted {
					if x != i {
						t.Fatalf("order of %d: %v is no permutation", n, memory)
					}
				}
			}
			seen[[8]int(memory)] = true
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d different orders of 16 seeds and epochs", len(seen))
	}
}

// Every image must come in every place equally often.
func TestOrderIsUniform(t *testing.T) {
	const n, trials = 6, 6000
	var count [n][n]float64
	var order []int
	for epoch := range trials {
		order = Order(1, epoch, n, order)
		for place, image := range order {
			count[place][image]++
		}
	}
	for place := range n {
		chi := 0.
		for _, c := range count[place] {
			chi += (c - trials/n) * (c - trials/n) / (trials / n)
		}
		if chi > n-1+5*math.Sqrt(2*(n-1)) {
			t.Errorf("place %d: images come %v times", place, count[place])
		}
	}
}
