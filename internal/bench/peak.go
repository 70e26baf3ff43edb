package bench

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	"burstsim/sim/program"
)

//go:generate go -C ../asm run ./peak -out ../bench/peak_amd64.s -stubs ../bench/peak_amd64.go -pkg bench
//go:generate go -C ../asm run ./neon/peak -out ../bench/peak_arm64.s -stubs ../bench/peak_arm64.go -pkg bench

// peak measures how many fused multiplications and additions the processor does
// with nothing to wait for, in float32; in float64 it is half as many.
func (r *run) peak() error {
	kernel, flops := peakKernel()
	if kernel == nil {
		return nil
	}
	for _, threads := range threadCounts() {
		t := r.meter.time(r.ctx, func(n int) {
			var wait sync.WaitGroup
			for range threads {
				wait.Go(func() { kernel(n) })
			}
			wait.Wait()
		})
		line := t.rate("peak", fmt.Sprintf("float32, threads: %d", threads), "GFLOP/s", float64(threads)*flops/1e9)
		r.flops = max(r.flops, 1e9*line.Best)
		r.add(line)
	}
	return nil
}

// threadCounts are one and, if there are more, all that Go uses.
func threadCounts() []int {
	if n := runtime.GOMAXPROCS(0); n > 1 {
		return []int{1, n}
	}
	return []int{1}
}

// atPeak is the time (s) of so many operations at the peak; 0 if it was not
// measured.
func (r *run) atPeak(flops float64, element int) float64 {
	if r.flops == 0 {
		return 0
	}
	return flops / r.flops * float64(element) / 4
}

// moving is the time (s) of moving bytes, at the speed of copying what holds so
// many.
func (r *run) moving(bytes, held float64) float64 {
	return bytes / r.bandwidthOf(held)
}

// bandwidthOf is the speed of copying between two arrays that hold so many bytes
// together, by one thread or all, in bytes/s. It is measured once a run.
func (r *run) bandwidthOf(held float64) float64 {
	half := max(1<<12, int(held)/2)
	if r.speeds[half] == 0 {
		for _, threads := range threadCounts() {
			r.speeds[half] = max(r.speeds[half], 2*float64(half)/r.copying(half, cacheBlock, threads).best())
		}
	}
	return r.speeds[half]
}

// stepLimit is the time (s) below which no Euler step with learning and tied
// feedback can come: that of its bytes, or of the products of a batch.
func (r *run) stepLimit(sizes []int, rows, element int, split bool) float64 {
	bytes, held := Traffic(sizes, element, split)
	return math.Max(r.moving(bytes, held), r.atPeak(float64(rows)*productFlops(program.Setting{Sizes: sizes}), element))
}

// productFlops is the number of operations in the products of one sample: forward,
// of what is learned and, above layer 1, backward.
func productFlops(s program.Setting) (flops float64) {
	for l := 1; l < len(s.Sizes); l++ {
		multiplications := float64(s.Sizes[l] * s.Sizes[l-1])
		if s.Maps != nil && l <= len(s.Maps.Layers) {
			below := s.Maps.Channels
			if l > 1 {
				below = s.Maps.Layers[l-2].Channels
			}
			k := s.Maps.Layers[l-1].Kernel
			multiplications = float64(s.Sizes[l] * below * k * k)
		}
		products := 3.0
		if l == 1 {
			products = 2
		}
		flops += 2 * products * multiplications
	}
	return flops
}
