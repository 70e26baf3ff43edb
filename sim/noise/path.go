package noise

import (
	"math"
	"time"
)

// second is the length of a cell, ns: the longest interval that is drawn at once.
const second = int64(time.Second)

// maxDepth is how often a second can be split: four times for each power of ten.
const maxDepth = 36

// Path is Brownian motion W(t) of all units of its streams, with increments of
// mean 0 and variance to - from (s). It is one function of time, known at every
// nanosecond: steps of different sizes see the same path wherever their ends
// meet, so that halving a step refines it.
//
// The increment over each second is drawn on its own. What is within it follows
// from Brownian bridges (Lévy's construction) along a tree of intervals: one of
// length 10^k ns is split in the middle, 5 x 10^k into 2 and 3, 3 into 1 and 2,
// 2 in the middle, until an end is the time asked for. Every time in it is where
// one interval is split, and the normal numbers drawn there are those of this
// time. For steps of 1, 5 or 10 of a unit that takes one draw a step, for most
// others a few.
//
// A Path is for one goroutine, and allocates nothing once it is made.
type Path struct {
	streams []Stream
	n       int

	cell  int64 // number of the second that the tree is of; -1: none
	tree  []interval
	split [maxDepth][]float64 // W at the splits on the way down, by depth
	zero  []float64           // W where the cell begins
	full  []float64           // W where it ends

	last  int64     // the end of the last increment, ns; -1: none
	from  []float64 // W there, since the start of the cell that it is in or begins
	fresh []float64 // normal numbers
}

// interval is from a to b, in ns since the start of the cell, with W at both.
type interval struct {
	a, b   int64
	wa, wb []float64
}

// NewPath is the motion of all units of some streams, one stream after another.
func NewPath(streams ...Stream) *Path {
	p := &Path{streams: streams, cell: -1, last: -1, tree: make([]interval, 0, maxDepth+1)}
	for _, s := range streams {
		p.n += s.Len()
	}
	numbers := make([]float64, PathNumbers*p.n)
	next := func() []float64 {
		v := numbers[:p.n:p.n]
		numbers = numbers[p.n:]
		return v
	}
	for k := range p.split {
		p.split[k] = next()
	}
	p.zero, p.full, p.from, p.fresh = next(), next(), next(), next()
	return p
}

// PathNumbers is how many numbers of 8 bytes a path keeps for each unit of a row.
const PathNumbers = maxDepth + 4

// Len is the number of units of all streams.
func (p *Path) Len() int { return p.n }

// Increment stores W(to) - W(from) in dst, of length Len. from is at least 0 and
// before to.
func (p *Path) Increment(dst []float64, from, to time.Duration) {
	a, b := int64(from), int64(to)
	if a != p.last {
		copy(p.from, p.within(a/second, a%second))
	}
	for i, w := range p.from {
		dst[i] = -w
	}
	c := a / second
	for ; (c+1)*second < b; c++ {
		p.enter(c)
		for i, w := range p.full {
			dst[i] += w
		}
	}
	w := p.within(c, b-c*second)
	for i := range dst {
		dst[i] += w[i]
	}
	if p.last = b; b%second == 0 {
		w = p.zero
	}
	copy(p.from, w)
}

// enter makes the tree one of cell c.
func (p *Path) enter(c int64) {
	if c == p.cell {
		return
	}
	p.cell = c
	p.draw(uint64((c + 1) * second))
	copy(p.full, p.fresh) // the standard deviation of a second is 1
	p.tree = append(p.tree[:0], interval{0, second, p.zero, p.full})
}

// within is W at a time in ns since the start of cell c, up to its end. It is
// valid until the next call.
func (p *Path) within(c, t int64) []float64 {
	p.enter(c)
	top := len(p.tree) - 1
	for ; t < p.tree[top].a || t > p.tree[top].b; top-- {
	}
	p.tree = p.tree[:top+1]
	for {
		in := p.tree[len(p.tree)-1]
		switch t {
		case in.a:
			return in.wa
		case in.b:
			return in.wb
		}
		p.descend(in, t)
	}
}

// descend splits an interval and goes on with the half that t is in.
func (p *Path) descend(in interval, t int64) {
	length := in.b - in.a
	left := part(length)
	m := in.a + left
	w := p.split[len(p.tree)-1]
	p.draw(uint64(p.cell*second + m))
	fraction := float64(left) / float64(length)
	sd := math.Sqrt(fraction * float64(length-left) * 1e-9)
	for i, n := range p.fresh {
		w[i] = in.wa[i] + fraction*(in.wb[i]-in.wa[i]) + sd*n
	}
	half := interval{in.a, m, in.wa, w}
	if t > m {
		half = interval{m, in.b, w, in.wb}
	}
	p.tree = append(p.tree, half)
}

// part is where an interval of a length in ns is split.
func part(length int64) int64 {
	unit := int64(1)
	for length%(10*unit) == 0 {
		unit *= 10
	}
	switch length / unit {
	case 2, 3:
		return unit
	case 5:
		return 2 * unit
	}
	return length / 2 // of 10^k
}

func (p *Path) draw(when uint64) {
	at := 0
	for _, s := range p.streams {
		s.at(p.fresh[at:][:s.Len()], when)
		at += s.Len()
	}
}
