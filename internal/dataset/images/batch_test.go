package images

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestFillBatchScales(t *testing.T) {
	d := ramp(t, 5, 2, 3, 4, 3)
	indices := []int{4, 0, 4}
	dst := make([]float64, len(indices)*d.Size())
	FillBatch(dst, d, indices, nil, 0)
	for row, i := range indices {
		for k, v := range d.Pixels(i) {
			if got := dst[row*d.Size()+k]; got != float64(v)/255 {
				t.Fatalf("image %d, value %d: %v, want %v/255", i, k, got, v)
			}
		}
	}
}

func TestFillBatchNormalisesEachChannel(t *testing.T) {
	d := ramp(t, 3, 3, 2, 2, 3)
	tr := &Transform{Mean: []float64{0.5, 0.25, 0}, Std: []float64{0.5, 0.2, 2}}
	if err := tr.Check(d); err != nil {
		t.Fatal(err)
	}
	single, double := make([]float32, 3*d.Size()), make([]float64, 3*d.Size())
	FillBatch(double, d, []int{0, 1, 2}, tr, 0)
	FillBatch(single, d, []int{0, 1, 2}, tr, 0)
	for i := range 3 {
		for k, v := range d.Pixels(i) {
			c := k / 4
			want := (float64(v)/255 - tr.Mean[c]) / tr.Std[c]
			if at := i*d.Size() + k; double[at] != want || single[at] != float32(want) {
				t.Errorf("image %d, channel %d: %v, %v, want %v", i, c, double[at], single[at], want)
			}
		}
	}
}

// at is the value of a pixel of an image in its frame.
func at(d *Images, image, channel, y, x int) float64 {
	if y < 0 || y >= d.Height || x < 0 || x >= d.Width {
		return 0
	}
	return float64(d.Pixels(image)[(channel*d.Height+y)*d.Width+x]) / 255
}

// Each batch must be one of the possible cuts, the same in all channels, and
// all of them must occur about equally often.
func TestFillBatchCutsAndMirrors(t *testing.T) {
	const frame = 1
	d := ramp(t, 1, 2, 3, 4, 1)
	tr := &Transform{Frame: frame, Mirror: true, Seed: 3}
	if err := tr.Check(d); err != nil {
		t.Fatal(err)
	}
	dst := make([]float64, d.Size())
	matches := func(down, right int, mirrored bool) bool {
		for k, got := range dst {
			c, y, x := k/12, k/4%3, k%4
			if mirrored {
				x = d.Width - 1 - x
			}
			if got != at(d, 0, c, y+down, x+right) {
				return false
			}
		}
		return true
	}
	const epochs = 1800
	count := map[string]int{}
	for epoch := range epochs {
		FillBatch(dst, d, []int{0}, tr, epoch)
		found := ""
		for down := -frame; down <= frame; down++ {
			for right := -frame; right <= frame; right++ {
				for _, mirrored := range []bool{false, true} {
					if matches(down, right, mirrored) {
						found = fmt.Sprint(down, right, mirrored)
					}
				}
			}
		}
		if found == "" {
			t.Fatalf("epoch %d: %v is not a part of the image in its frame", epoch, dst)
		}
		count[found]++
	}
	kinds := 9 * 2
	chi, mean := 0., float64(epochs)/float64(kinds)
	for _, n := range count {
		chi += (float64(n) - mean) * (float64(n) - mean) / mean
	}
	if len(count) != kinds || chi > float64(kinds-1)+5*math.Sqrt(2*float64(kinds-1)) {
		t.Errorf("cuts come %v times, want all %d about equally often", count, kinds)
	}
}

// The frame is black before normalisation, not after.
func TestFrameIsNormalised(t *testing.T) {
	white, err := New(1, 2, 2, 1, slices.Repeat([]uint8{255}, 4), []uint8{0})
	if err != nil {
		t.Fatal(err)
	}
	tr := &Transform{Frame: 1, Mean: []float64{0.5}, Std: []float64{0.25}}
	dst := make([]float64, 4)
	seen := map[float64]bool{}
	for epoch := range 50 {
		FillBatch(dst, white, []int{0}, tr, epoch)
		for _, x := range dst {
			seen[x] = true
		}
	}
	if len(seen) != 2 || !seen[-2] || !seen[2] {
		t.Errorf("values %v, want -2 in the frame and 2 in the image", seen)
	}
}

func TestBatchesDoNotDependOnWorkersOrOrder(t *testing.T) {
	d := ramp(t, 64, 3, 8, 8, 10)
	tr := &Transform{Frame: 2, Mirror: true, Seed: 9}
	indices := Order(1, 2, d.Len(), nil)
	want := make([]float32, d.Len()*d.Size())
	FillBatch(want, d, indices, tr, 5)
	for _, workers := range []int{2, 3, 7} {
		got := make([]float32, len(want))
		var all sync.WaitGroup
		for w := range workers {
			from, to := w*d.Len()/workers, (w+1)*d.Len()/workers
			all.Go(func() { FillBatch(got[from*d.Size():to*d.Size()], d, indices[from:to], tr, 5) })
		}
		all.Wait()
		if !slices.Equal(got, want) {
			t.Errorf("%d workers give another batch", workers)
		}
	}
	other := make([]float32, len(want))
	FillBatch(other, d, indices, tr, 6)
	if slices.Equal(other, want) {
		t.Error("two epochs give the same batch")
	}
	FillBatch(other, d, indices, &Transform{Frame: 2, Mirror: true, Seed: 10}, 5)
	if slices.Equal(other, want) {
		t.Error("two seeds give the same batch")
	}
}

func TestTransformCheckRejects(t *testing.T) {
	d := ramp(t, 1, 2, 4, 3, 1)
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		tr   Transform
		want string
	}{
		{Transform{Frame: -1}, "Frame is -1"},
		{Transform{Frame: 3}, "Frame is 3"},
		{Transform{Mean: []float64{0}}, "Mean has 1"},
		{Transform{Mean: []float64{0, nan}}, "Mean of channel 1"},
		{Transform{Std: []float64{1, 1, 1}}, "Std has 3"},
		{Transform{Std: []float64{1, 0}}, "Std of channel 1"},
		{Transform{Std: []float64{inf, 1}}, "Std of channel 0"},
		{Transform{Std: []float64{1, nan}}, "Std of channel 1"},
	} {
		if err := c.tr.Check(d); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want an error with %q", c.tr, err, c.want)
		}
	}
	if err := (&Transform{}).Check(d); err != nil {
		t.Errorf("zero value: %v", err)
	}
}

func TestFillTargets(t *testing.T) {
	d := ramp(t, 6, 1, 1, 1, 3)
	dst := slices.Repeat([]float32{9}, 6)
	FillTargets(dst, d, []int{4, 2}, 0.01, 0.99)
	if want := []float32{0.01, 0.99, 0.01, 0.01, 0.01, 0.99}; !slices.Equal(dst, want) {
		t.Errorf("%v, want %v", dst, want)
	}
}

func TestFillingDoesNotAllocate(t *testing.T) {
	d := ramp(t, 8, 3, 8, 8, 10)
	dst, targets, indices := make([]float32, 4*d.Size()), make([]float32, 40), []int{1, 7, 0, 3}
	tr := &Transform{Frame: 2, Mirror: true}
	if n := testing.AllocsPerRun(20, func() {
		FillBatch(dst, d, indices, nil, 1)
		FillBatch(dst, d, indices, tr, 1)
		FillTargets(targets, d, indices, 0, 1)
		indices = Order(1, 1, 4, indices)
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func ExampleFillBatch() {
	d, err := New(1, 1, 2, 2, []uint8{0, 255, 51, 102}, []uint8{1, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := Order(1, 0, d.Len(), nil) // a new order each epoch
	inputs, targets := make([]float64, 2*d.Size()), make([]float64, 2*d.Classes)
	FillBatch(inputs, d, batch, nil, 0)
	FillTargets(targets, d, batch, 0, 1)
	for row := range batch {
		fmt.Println(inputs[2*row:2*row+2], targets[2*row:2*row+2])
	}
	// Unordered output:
	// [0 1] [0 1]
	// [0.2 0.4] [1 0]
}

func BenchmarkFillBatch(b *testing.B) {
	grey, coloured := ramp(b, 1000, 1, 28, 28, 10), ramp(b, 1000, 3, 32, 32, 10)
	augment := &Transform{Frame: 4, Mirror: true, Mean: []float64{0.5, 0.5, 0.5}, Std: []float64{0.2, 0.2, 0.2}}
	for _, c := range []struct {
		name string
		d    *Images
		t    *Transform
	}{{"32x784", grey, nil}, {"32x3072", coloured, nil}, {"32x3072/augmented", coloured, augment}} {
		b.Run(c.name, func(b *testing.B) {
			dst, order, at := make([]float32, 32*c.d.Size()), Order(1, 0, c.d.Len(), nil), 0
			b.ReportAllocs()
			b.SetBytes(int64(32 * c.d.Size()))
			for b.Loop() {
				FillBatch(dst, c.d, order[at:at+32], c.t, 0)
				at = (at + 32) % 960
			}
		})
	}
}

func BenchmarkOrder(b *testing.B) {
	var order []int
	epoch := 0
	b.ReportAllocs()
	for b.Loop() {
		order = Order(1, epoch, 60000, order)
		epoch++
	}
}
