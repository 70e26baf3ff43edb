package linalg

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// clearly is how many times as fast as a backend another must be to be taken
// instead: less is within what two measurements differ by.
const clearly = 1.1

// rounds is how often each product is timed, the backends in turns, and longest
// the time after which three rounds must do.
const (
	rounds  = 7
	longest = 300 * time.Millisecond
)

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

// timed is a product of which auto measures the time.
type timed struct {
	flops float64
	by    func(b *Backend)
}

// race sets the rates of all contenders: the operations a nanosecond when each of
// the products that training and large steps consist of does as many of them as
// the others. A batch then counts as much as a single sample, which does fewer
// operations in as many passes over the weights.
func race(all []contender, products []timed, clock func() time.Time) {
	best := make([][]float64, len(all))
	for i := range best {
		best[i] = make([]float64, len(products))
		for j := range best[i] {
			best[i][j] = math.Inf(1)
		}
	}
	begin := clock()
	for round := 0; round < rounds && (round < 3 || clock().Sub(begin) < longest); round++ {
		for j, p := range products {
			for i, c := range all {
				start := clock()
				p.by(c.backend)
				best[i][j] = min(best[i][j], float64(max(1, clock().Sub(start).Nanoseconds())))
			}
		}
	}
	for i := range all {
		var each float64 // ns for one operation of each product
		for j, p := range products {
			each += best[i][j] / p.flops
		}
		all[i].rate = float64(len(products)) / each
	}
}

// trained are the products of a layer of 784 inputs and 500 units, for a batch
// of 32 and for one sample, in both precisions.
func trained() []timed {
	const rows, in, out = 32, 784, 500
	single := func(b *Backend) kernels[float32] { return b.single }
	double := func(b *Backend) kernels[float64] { return b.double }
	return append(productsOf(single, rows, in, out), productsOf(double, rows, in, out)...)
}

func productsOf[F Float](of func(*Backend) kernels[F], rows, in, out int) []timed {
	x, y, w := ramp[F](rows*in), ramp[F](rows*out), ramp[F](out*in)
	const tiny = 1e-20 // so that the weights stay as they are
	batch, one := 2*float64(rows*in*out), 2*float64(in*out)
	return []timed{
		{batch, func(b *Backend) { of(b).gemm(false, true, rows, out, in, 1, x, w, 0, y) }},
		{batch, func(b *Backend) { of(b).gemm(false, false, rows, in, out, 1, y, w, 0, x) }},
		{batch, func(b *Backend) { of(b).gemm(true, false, out, in, rows, tiny, y, x, 1, w) }},
		{one, func(b *Backend) { of(b).gemv(false, out, in, w, x[:in], y[:out]) }},
		{one, func(b *Backend) { of(b).gemv(true, out, in, w, y[:out], x[:in]) }},
		{one, func(b *Backend) { of(b).ger(out, in, tiny, y[:out], x[:in], w) }},
	}
}

// ramp is n small values of both signs: products of products stay far from
// infinite and subnormal numbers.
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
		race(all, trained(), time.Now)
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
