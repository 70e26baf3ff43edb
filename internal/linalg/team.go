package linalg

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallelFrom are the multiplications that are worth waking processors.
const parallelFrom = 1 << 17

// A team computes the tiles of a product on several processors. Tiles do not
// share an element of the result, so that it does not matter which takes which.
type team struct {
	tile    func(t int)
	tiles   int64
	next    atomic.Int64
	running sync.WaitGroup
	work    func() // one value for all goroutines: starting them does not allocate
}

func (t *team) init(tile func(t int)) {
	t.tile = tile
	t.work = func() {
		defer t.running.Done()
		t.take()
	}
}

// share computes all tiles, of as many multiplications together.
func (t *team) share(tiles, multiplications int) {
	t.tiles = int64(tiles)
	t.next.Store(0)
	if multiplications >= parallelFrom {
		others := min(runtime.GOMAXPROCS(0), tiles) - 1
		t.running.Add(others)
		for range others {
			go t.work()
		}
	}
	t.take()
	t.running.Wait()
}

func (t *team) take() {
	for i := t.next.Add(1) - 1; i < t.tiles; i = t.next.Add(1) - 1 {
		t.tile(int(i))
	}
}
