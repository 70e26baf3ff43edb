package bench

import (
	"fmt"
	"sync"
)

// bandwidth copies arrays far larger than any cache, and some that fit the
// last one.
func (r *run) bandwidth() error {
	for _, c := range []struct{ bytes, block int }{{r.memory, r.memory}, {r.cached, cacheBlock}} {
		bytes := c.bytes
		for _, n := range threadCounts() {
			name := fmt.Sprintf("copy %s to %s, threads: %d", amount(bytes), amount(bytes), n)
			r.add(r.copying(bytes, c.block, n).rate("memory", name, "GB/s", 2*float64(bytes)/1e9))
		}
	}
	return nil
}

func amount(bytes int) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", bytes>>10)
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// cacheBlock is the size of copies that go through the caches: those of a
// megabyte and more, copy writes past them.
const cacheBlock = 128 << 10

// copying times copies of an array to another, each thread a part of them in
// blocks, over and over without waiting for the others. Reading and writing count
// once each.
func (r *run) copying(bytes, block, threads int) timing {
	src, dst := make([]byte, bytes), make([]byte, bytes)
	for i := range src {
		src[i] = byte(i) // or all pages would be the same one
	}
	part := bytes / threads
	return r.meter.time(r.ctx, func(n int) {
		var wait sync.WaitGroup
		for k := range threads {
			wait.Go(func() {
				from, to := src[k*part:(k+1)*part], dst[k*part:(k+1)*part]
				for range n {
					for lo := 0; lo < part; lo += block {
						copy(to[lo:], from[lo:min(lo+block, part)])
					}
				}
			})
		}
		wait.Wait()
	})
}
