package crew

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// processors sets GOMAXPROCS until the test ends.
func processors(t testing.TB, n int) {
	t.Helper()
	previous := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(previous) })
}

// Every part of every job is computed once, before Run returns, whichever
// goroutine asks and whether the helpers sleep or not.
func TestEveryPartOnce(t *testing.T) {
	for _, n := range []int{1, 2, 5} {
		processors(t, n)
		var callers sync.WaitGroup
		for range 4 {
			callers.Go(func() {
				var counts [40]atomic.Int32
				var j Job
				j.Init(func(i int) { counts[i].Add(1) })
				for round := range 2000 {
					parts := round % len(counts)
					j.Run(parts)
					for i := range counts {
						if got := counts[i].Swap(0); (got == 1) != (i < parts) || got > 1 {
							t.Errorf("part %d of %d was computed %d times", i, parts, got)
							return
						}
					}
					if round%500 == 499 {
						time.Sleep(2 * awake)
					}
				}
			})
		}
		callers.Wait()
	}
}

// A job within a part of another ends.
func TestJobWithinJob(t *testing.T) {
	processors(t, 3)
	var total atomic.Int64
	var outer Job
	outer.Init(func(int) {
		var inner Job
		inner.Init(func(i int) { total.Add(int64(i)) })
		inner.Run(4)
	})
	outer.Run(8)
	if total.Load() != 8*6 {
		t.Errorf("sum %d, want %d", total.Load(), 8*6)
	}
}

// Two parts that wait for each other show that they run at once, also when
// helpers have gone to sleep.
func TestPartsRunAtOnce(t *testing.T) {
	processors(t, 2)
	var met sync.WaitGroup
	var j Job
	j.Init(func(int) {
		met.Done()
		met.Wait()
	})
	for range 3 {
		met.Add(2)
		j.Run(2)
		time.Sleep(3 * awake)
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	processors(t, 2)
	var j Job
	j.Init(func(int) {})
	j.Run(8)
	if n := testing.AllocsPerRun(100, func() { j.Run(8) }); n != 0 {
		t.Errorf("%v allocations a job", n)
	}
}

// With nothing to do, helpers sleep.
func TestHelpersSleep(t *testing.T) {
	processors(t, 4)
	var j Job
	j.Init(func(int) {})
	j.Run(8)
	for range 1000 {
		all.owner.Lock()
		asleep := all.sleeping.Load() == int64(all.started)
		all.owner.Unlock()
		if asleep {
			return
		}
		time.Sleep(awake)
	}
	t.Errorf("%d of %d helpers sleep", all.sleeping.Load(), all.started)
}

func BenchmarkRun(b *testing.B) {
	var j Job
	j.Init(func(int) {})
	for b.Loop() {
		j.Run(2)
	}
}
