package linalg

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// OuterThen stores what Outer does, to the bit, and tells of every element once,
// when it is there.
func TestOuterThen(t *testing.T) {
	for name, b := range available(t) {
		t.Run(name, func(t *testing.T) {
			use(t, b)
			testOuterThen[float32](t)
			testOuterThen[float64](t)
		})
	}
}

func testOuterThen[F Float](t *testing.T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 3))
	for _, s := range [][3]int{{1, 50, 60}, {2, 3, 4}, {32, 50, 33}, {32, 70, 784}, {100, 40, 2000}, {5, 1, 300}, {5, 300, 1}} {
		rows, out, in := s[0], s[1], s[2]
		y, x := random[F](rng, rows*out), random[F](rng, rows*in)
		want, got, told := make([]F, out*in), make([]F, out*in), make([]F, out*in)
		Outer(want, 0.3, y, x, rows, out, in)
		counts := make([]int, out*in)
		var m sync.Mutex
		if !OuterThen(got, 0.3, y, x, rows, out, in, func(lo, hi int) {
			m.Lock()
			defer m.Unlock()
			copy(told[lo:hi], got[lo:hi])
			for i := lo; i < hi; i++ {
				counts[i]++
			}
		}) {
			continue
		}
		if !slices.Equal(got, want) || !slices.Equal(told, want) {
			t.Errorf("%v: stored %v, told of %v: not what Outer stores", s, slices.Equal(got, want), slices.Equal(told, want))
		}
		if slices.Min(counts) != 1 || slices.Max(counts) != 1 {
			t.Errorf("%v: told between %d and %d times of an element", s, slices.Min(counts), slices.Max(counts))
		}
	}
}

// The kernels of our own tell of parts as they come, where there is more than a
// sample.
func TestOuterThenIsUsed(t *testing.T) {
	own := runnable()
	if len(own) == 0 {
		t.Skip("no kernels of our own for this processor")
	}
	for _, b := range own {
		use(t, b)
		const rows, out, in = 32, 20, 30
		if !OuterThen(make([]float32, out*in), 1, make([]float32, rows*out), make([]float32, rows*in), rows, out, in, func(int, int) {}) {
			t.Errorf("%s: cannot", b.name)
		}
	}
}

func TestTeamDoesEachTaskOnce(t *testing.T) {
	for _, processors := range []int{1, 3} {
		old := runtime.GOMAXPROCS(processors)
		for _, work := range []int{1, 10 * parallelFrom} {
			done := make([]int, 100)
			team := NewTeam(func(k int) { done[k]++ })
			for _, n := range []int{0, 1, 100} {
				clear(done)
				team.Share(n, work)
				for k, times := range done {
					if want := min(1, max(0, n-k)); times != want {
						t.Fatalf("%d tasks: task %d was done %d times", n, k, times)
					}
				}
			}
		}
		runtime.GOMAXPROCS(old)
	}
}
