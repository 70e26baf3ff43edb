package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sort"
	"time"

	"burstsim/integrator"
	"burstsim/sim/program"
)

// history is what the delays of a continuous network look back at. Each step
// leaves a piece: the sources at some times within it, from the stepper's dense
// output, between which they are a polynomial of the method's order. A step does
// not cross a jump, and so no polynomial does. Before the start all was as it
// was at the start.
type history[F Float] struct {
	sources []program.Source
	delays  []program.Delay
	rows    int

	nodes    int // of a piece, evenly spaced
	width    int // numbers of all sources
	shortest float64
	longest  float64
	order    int

	begun    bool
	first    []F       // the sources at the start
	from, to []float64 // of the pieces, a ring of as many as there is room for
	values   []F       // pieces x nodes x width
	head, n  int       // the oldest piece, and how many there are
	origin   float64   // where the present step began, s: there, times belong to what comes

	weights []F // of the nodes
	kinks   []kink
}

// kink is a time at which what a delay brings is not smooth: so much after a
// jump, or after another kink. A step ends there.
type kink struct {
	at time.Duration
	// generation counts the delays since the jump. Each leaves states a derivative
	// smoother, until the method does not see it any more.
	generation int
}

// newHistory returns nil if nothing is looked back at.
func newHistory[F Float](p *program.Program, rows int) *history[F] {
	if len(p.Delays) == 0 {
		return nil
	}
	h := &history[F]{sources: p.Sources, delays: p.Delays, rows: rows, shortest: math.Inf(1)}
	for _, s := range p.Sources {
		h.width += rows * s.Units
	}
	for _, d := range p.Delays {
		h.shortest, h.longest = min(h.shortest, d.Seconds), max(h.longest, d.Seconds)
	}
	h.first = make([]F, h.width)
	return h
}

// bind chooses as many nodes as the method's order needs.
func (h *history[F]) bind(s integrator.Stepper[F]) {
	h.order = s.Order()
	h.nodes = max(2, h.order)
	h.weights = make([]F, h.nodes)
	h.grow(16)
}

// grow makes room for so many pieces.
func (h *history[F]) grow(room int) {
	from, to, values := make([]float64, room), make([]float64, room), make([]F, room*h.nodes*h.width)
	for k := range h.n {
		i := h.piece(k)
		from[k], to[k] = h.from[i], h.to[i]
		copy(values[k*h.nodes*h.width:], h.node(i, 0)[:h.nodes*h.width])
	}
	h.from, h.to, h.values, h.head = from, to, values, 0
}

// piece is where the piece of a number is, from the oldest.
func (h *history[F]) piece(k int) int { return (h.head + k) % len(h.from) }

// node is what a node of a piece, and those behind it, have.
func (h *history[F]) node(piece, node int) []F { return h.values[(piece*h.nodes+node)*h.width:] }

// past stores source values of s seconds in dst. later says whether, where two
// pieces meet, those of the later count.
func (h *history[F]) past(dst []F, source int, s float64, later bool) {
	at := 0
	for _, other := range h.sources[:source] {
		at += h.rows * other.Units
	}
	if h.n == 0 || s < h.from[h.head] {
		copy(dst, h.first[at:])
		return
	}
	// What differs by rounding is one time.
	same := 1e-10 + 4e-16*s
	k := sort.Search(h.n-1, func(k int) bool {
		if to := h.to[h.piece(k)]; later {
			return to > s+same
		} else {
			return to >= s-same
		}
	})
	piece := h.piece(k)
	theta := (s - h.from[piece]) / (h.to[piece] - h.from[piece])
	h.lagrange(max(0, min(1, theta)))
	clear(dst)
	for j, w := range h.weights {
		for i, v := range h.node(piece, j)[at:][:len(dst)] {
			dst[i] += w * v
		}
	}
}

// lagrange computes the weights of the nodes at a fraction of a piece.
func (h *history[F]) lagrange(theta float64) {
	x := theta * float64(h.nodes-1)
	for j := range h.weights {
		w := 1.0
		for k := range h.nodes {
			if k != j {
				w *= (x - float64(k)) / float64(j-k)
			}
		}
		h.weights[j] = F(w)
	}
}

// forget drops the pieces that no delay from time t on looks back at.
func (h *history[F]) forget(t float64) {
	for h.n > 1 && h.to[h.head] < t-h.longest-1e-9 {
		h.head = h.piece(1)
		h.n--
	}
}

// after notes the kinks that delays make of a jump, or of a kink of a
// generation, at time t.
func (h *history[F]) after(t time.Duration, generation int) {
	if generation >= max(2, h.order-1) {
		return
	}
	for _, d := range h.delays {
		k := kink{t + Duration(d.Seconds), generation + 1}
		i, found := slices.BinarySearchFunc(h.kinks, k, func(a, b kink) int { return int(a.at - b.at) })
		if !found {
			h.kinks = slices.Insert(h.kinks, i, k)
		} else {
			h.kinks[i].generation = min(h.kinks[i].generation, k.generation)
		}
	}
}

// arrive takes the kinks up to time t, and says whether there were any.
func (h *history[F]) arrive(t time.Duration) (any bool) {
	for len(h.kinks) > 0 && h.kinks[0].at <= t {
		k := h.kinks[0]
		h.kinks = slices.Delete(h.kinks, 0, 1)
		h.after(k.at, k.generation)
		any = true
	}
	return any
}

// next is the next kink.
func (h *history[F]) next() time.Duration {
	if len(h.kinks) == 0 {
		return math.MaxInt64
	}
	return h.kinks[0].at
}

// MarshalBinary keeps all that decides what is looked back at.
func (h *history[F]) MarshalBinary() ([]byte, error) {
	b := []byte{0}
	if h.begun {
		b[0] = 1
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(h.n))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(h.kinks)))
	number := func(v float64) { b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) }
	number(h.origin)
	for _, k := range h.kinks {
		b = binary.LittleEndian.AppendUint64(b, uint64(k.at))
		b = binary.LittleEndian.AppendUint64(b, uint64(k.generation))
	}
	for _, v := range h.first {
		number(float64(v))
	}
	for k := range h.n {
		i := h.piece(k)
		number(h.from[i])
		number(h.to[i])
		for _, v := range h.node(i, 0)[:h.nodes*h.width] {
			number(float64(v))
		}
	}
	return b, nil
}

// UnmarshalBinary is the inverse of MarshalBinary, of a network of the same
// text and layers.
func (h *history[F]) UnmarshalBinary(b []byte) error {
	wrong := errors.New("sim: what delays look back at is that of another network")
	if len(b) < 25 {
		return wrong
	}
	r := bytes.NewReader(b[1:])
	integer := func() uint64 {
		var v [8]byte
		r.Read(v[:])
		return binary.LittleEndian.Uint64(v[:])
	}
	number := func() float64 { return math.Float64frombits(integer()) }
	n, kinks := integer(), integer()
	bytesOf := float64(25 + 16*kinks + 8*uint64(h.width))
	if bytesOf+float64(n)*8*float64(2+h.nodes*h.width) != float64(len(b)) || float64(kinks) > float64(len(b)) {
		return wrong
	}
	h.begun = b[0] == 1
	h.origin = number()
	h.kinks = h.kinks[:0]
	for range kinks {
		h.kinks = append(h.kinks, kink{time.Duration(integer()), int(integer())})
	}
	for i := range h.first {
		h.first[i] = F(number())
	}
	h.head, h.n = 0, 0
	if int(n) > len(h.from) {
		h.grow(int(n))
	}
	for k := range int(n) {
		h.from[k], h.to[k] = number(), number()
		for i := range h.nodes * h.width {
			h.node(k, 0)[i] = F(number())
		}
	}
	h.n = int(n)
	return nil
}
