package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"burstsim/internal/dataset/images"
	"burstsim/sim"
	"burstsim/sim/model"
	"burstsim/sim/program"
	"burstsim/sim/training"
	"burstsim/synapse"
)

// batch is that of the published training.
const batch = 32

// training measures the published training jobs: BurstCCN, 3 x 500, feedback
// alignment, as in examples/mnist.toml, and the network for CIFAR-10. Images
// are random.
func (r *run) training() error {
	if err := r.train("3x500 on 28x28 images", r.batches, program.Setting{Sizes: []int{784, 500, 500, 500, 10}},
		[3]int{1, 28, 28}); err != nil {
		return err
	}
	cifar, err := cifarNetwork()
	if err != nil {
		return err
	}
	return r.train("convolutions on 3x32x32 images", r.cifarBatches, cifar, [3]int{3, 32, 32})
}

// cifarNetwork is the published network for CIFAR-10.
func cifarNetwork() (program.Setting, error) {
	maps := &synapse.Convolutions{Channels: 3, Height: 32, Width: 32, Layers: []synapse.Convolution{
		{Channels: 64, Kernel: 5, Stride: 2}, {Channels: 128, Kernel: 5, Stride: 2}, {Channels: 256, Kernel: 3, Stride: 1}}}
	sizes, err := maps.Sizes()
	return program.Setting{Sizes: append(sizes, 1480, 10), Maps: maps}, err
}

// train adds the speed of a training, and the peak of memory up to its end.
func (r *run) train(name string, batches int, s program.Setting, shape [3]int) error {
	set, err := randomImages(r.rng, max(batch, r.images), shape, 10)
	if err != nil {
		return err
	}
	s.Rows, s.Usage = batch, model.Usage{Discrete: true, Images: true, Presentation: 1}
	s.Values = model.Values{"lr": 0.3, "y_mode": "random", "y_scale": 0.5, "q_mode": "symmetric_init", "q_plastic": true, "q_lr": 0.000731}
	w, err := burstccn[float32](s)
	if err != nil {
		return err
	}
	d, err := sim.NewDiscrete(w, sim.Learning{})
	if err != nil {
		return err
	}
	job := training.Training[float32]{Model: d, Train: &some{set, batches * batch}, Epochs: 1}
	var t timing
	for range 1 + r.meter.repeats/2 {
		out, err := job.Run(r.ctx)
		if err != nil {
			return err
		}
		t.sorted = append(t.sorted, out.Learning.Seconds()/float64(out.Examples))
	}
	slices.Sort(t.sorted)
	line := t.rate("training", fmt.Sprintf("%s float32, batch %d", name, batch), "images/s", 1)
	if limit := r.atPeak(productFlops(s), 4); limit > 0 {
		line.Limit = 1 / limit
	}
	r.add(line)
	if peak := peakMemory() / 1e6; peak > 0 {
		r.add(Result{Group: "training", Name: fmt.Sprintf("%s, peak memory with %d in memory", name, set.Len()), Unit: "MB", Best: peak, Median: peak})
	}
	return nil
}

// some is the first few of a set of images, over and over.
type some struct {
	set *images.Images
	n   int // of an epoch
}

func (s *some) Len() int        { return s.set.Len() }
func (s *some) Label(i int) int { return s.set.Label(i) }

func (s *some) Order(epoch int, dst []int) []int {
	dst = images.Order(1, epoch, s.set.Len(), dst)
	for len(dst) < s.n {
		dst = append(dst, dst...)
	}
	return dst[:s.n]
}

func (s *some) Fill(inputs, targets []float32, indices []int, epoch int) {
	images.FillBatch(inputs, s.set, indices, nil, epoch)
	images.FillTargets(targets, s.set, indices, 0, 1)
}

// randomImages has as many dark pixels as MNIST has, four in five.
func randomImages(rng *rand.Rand, n int, shape [3]int, classes int) (*images.Images, error) {
	pixels, labels := make([]uint8, n*shape[0]*shape[1]*shape[2]), make([]uint8, n)
	for i := range pixels {
		if v := rng.Uint32(); v%5 == 0 {
			pixels[i] = uint8(v >> 24)
		}
	}
	for i := range labels {
		labels[i] = uint8(rng.IntN(classes))
	}
	return images.New(shape[0], shape[1], shape[2], classes, pixels, labels)
}
