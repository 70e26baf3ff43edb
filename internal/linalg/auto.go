package linalg

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// clearly is how many times as fast as a backend another must be to be taken
// instead: less is within what two measurements differ by.
const clearly = 1.1

// rounds is how often a backend does all products in a turn.
const rounds = 3

// asleep is when the threads of a library have stopped looking for work: those of
// OpenBLAS do so for tens of milliseconds, and whatever computes then takes twice
// as long.
const asleep = 60 * time.Millisecond

// contender is a backend that auto may take, and how fast it was found to be,
// in GFLOP/s.
type contender struct {
	choice  string // for Use
	backend *Backend
	rate    float64
}

// contenders are the backends that there are, what needs nothing installed
// first.
func contenders() []contender {
	var all []contender
	for _, choice := range []string{"simd", "gonum", "library"} {
		if b, err := find(choice); err == nil {
			all = append(all, contender{choice: choice, backend: b})
		}
	}
	return all
}

// fastest is the first contender, unless a later one is clearly faster.
func fastest(all []contender) contender {
	best := all[0]
	for _, c := range all[1:] {
		if c.rate > clearly*best.rate {
			best = c
		}
	}
	return best
}

// race sets the rates of all contenders, in operations a nanosecond, over rounds of
// work of so many operations: the middle one of a turn, for what only now and then
// is fast is not. What is built in has a turn before a library is used and one
// after it, and the better of the two counts, so that noise speaks for it.
func race(all []contender, flops float64, work func(b *Backend), clock func() time.Time, pause func(time.Duration)) {
	var best float64
	turn := func(c *contender) {
		var took []float64
		for range rounds {
			start := clock()
			work(c.backend)
			took = append(took, float64(max(1, clock().Sub(start).Nanoseconds())))
			if flops/took[0] < best/2 {
				break // it has lost
			}
		}
		slices.Sort(took)
		c.rate = max(c.rate, flops/took[len(took)/2])
		best = max(best, c.rate)
	}
	isLibrary := func(c contender) bool { return c.backend.file != "" }
	for i := range all {
		if !isLibrary(all[i]) {
			turn(&all[i])
		}
	}
	if !slices.ContainsFunc(all, isLibrary) {
		return
	}
	for i := range all {
		if isLibrary(all[i]) {
			turn(&all[i])
		}
	}
	pause(asleep)
	for i := range all {
		if !isLibrary(all[i]) {
			turn(&all[i])
		}
	}
}

// trained is what layers of 784 inputs and 500 units compute, in both precisions:
// the three products of a batch of 32, and those of as many samples one after the
// other, which wait for passes over the weights that no library has. It returns
// the number of operations as well.
func trained() (flops float64, work func(b *Backend)) {
	const rows, in, out = 32, 784, 500
	single := productsOf(rows, in, out, func(b *Backend) kernels[float32] { return b.single })
	double := productsOf(rows, in, out, func(b *Backend) kernels[float64] { return b.double })
	return 2 * 6 * 2 * rows * in * out, func(b *Backend) { single(b); double(b) }
}

func productsOf[F Float](rows, in, out int, of func(*Backend) kernels[F]) func(b *Backend) {
	x, y, w, carry := ramp[F](rows*in), ramp[F](rows*out), ramp[F](out*in), make([]F, out*in)
	below, above := make([]F, rows*in), make([]F, rows*out)
	const tiny = 1e-20                   // so that the weights stay as they are
	_, compensated := any(w).([]float32) // as steps in float32 are
	return func(b *Backend) {
		k := of(b)
		k.gemm(false, true, rows, out, in, 1, x, w, 0, above)
		k.gemm(false, false, rows, in, out, 1, y, w, 0, below)
		k.gemm(true, false, out, in, rows, tiny, y, x, 1, w)
		for range rows {
			if compensated {
				k.gervCarry(out, in, tiny, y[:out], x[:in], w, carry, x[:in], above[:out])
			} else {
				k.gerv(out, in, tiny, y[:out], x[:in], w, x[:in], above[:out])
			}
			k.gemv(true, out, in, w, y[:out], below[:in])
		}
	}
}

// ramp is n small values of both signs.
func ramp[F Float](n int) []F {
	x := make([]F, n)
	for i := range x {
		x[i] = F(i*7%19-9) / 256
	}
	return x
}

// taken is what auto took in this process: GOMAXPROCS may change, but not the
// bits of two runs of one process.
var taken struct {
	sync.Mutex
	backend *Backend
	why     string
}

// auto is the backend that was measured to be the fastest on this machine, and
// what was measured.
func auto() (*Backend, string) {
	taken.Lock()
	defer taken.Unlock()
	if taken.backend == nil {
		m, b := measured()
		taken.backend, taken.why = b, m.String()
	}
	return taken.backend, taken.why
}

// measure races all backends that there are.
func measure(c conditions) (measurement, *Backend) {
	all := contenders()
	if len(all) > 1 {
		flops, work := trained()
		race(all, flops, work, time.Now, time.Sleep)
	}
	m := measurement{Conditions: c}
	for _, c := range all {
		m.Rates = append(m.Rates, rate{c.choice, c.rate})
		if c.choice == "library" {
			m.Library = libraryFile(c.backend)
		}
	}
	won := fastest(all)
	m.Choice = won.choice
	return m, won.backend
}

// String is "simd 38, gonum 17, library 41 GFLOP/s".
func (m measurement) String() string {
	var parts []string
	for _, r := range m.Rates {
		parts = append(parts, fmt.Sprintf("%s %.3g", r.Choice, r.GFLOPS))
	}
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts, ", ") + " GFLOP/s"
}
