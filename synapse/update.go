package synapse

import (
	"math"
	"unsafe"

	"burstsim/internal/linalg"
)

//go:generate go -C ../internal/asm run ./optimiser -out ../../synapse/optimiser_amd64.s -stubs ../../synapse/optimiser_amd64.go -pkg synapse
//go:generate go -C ../internal/asm run ./neon/optimiser -out ../../synapse/optimiser_arm64.s -stubs ../../synapse/optimiser_arm64.go -pkg synapse

// kernel moves the first n weights: w += alpha step - decay w. The step follows
// from gradients g and from what the rule keeps of each weight, m and v, with
// the factors f. With a carry, what rounding withholds of w joins the next
// change, as in [Accumulate].
type kernel[F Float] func(n int, alpha, decay F, w, carry, g, m, v, f *F)

// move is an update by one rule, without a carry and with one.
type move int

const (
	descend  move = iota // g
	momentum             // m = f0 m + g; m
	adam                 // m = f0 m + f1 g, v = f2 v + f3 g g; m / (sqrt(f4 v) + f5)
	adagrad              // m = m + g g; g / (sqrt(m) + f0)
	moves
)

// kernels take several elements at once, where the processor can: as many as
// make whole vectors. What they leave is done one by one, with the same bits.
type kernels[F Float] struct {
	lanes int // 0: all one by one
	moves [moves][2]kernel[F]
	// squares adds the squares of g to sums, in turns; n is a multiple of their
	// number.
	squares func(n int, g *F, sums *float64)
}

var (
	kernels32 kernels[float32]
	kernels64 kernels[float64]
)

func kernelsOf[F Float]() *kernels[F] {
	if k, ok := any(&kernels32).(*kernels[F]); ok {
		return k
	}
	return any(&kernels64).(*kernels[F])
}

// instructionSet is a way to compute; use chooses it for both precisions.
type instructionSet struct {
	name string
	use  func()
}

var oneByOne = instructionSet{"one by one", func() { kernels32, kernels64 = kernels[float32]{}, kernels[float64]{} }}

func init() { instructions()[0].use() }

// slab is an array of weights with what an update reads and writes beside it. m
// and v are nil where the rule keeps nothing.
type slab[F Float] struct {
	w, carry, g, m, v []F
	alpha, decay      F
	factors           factors[F]
	frozen            bool
}

// factors are those of a kernel.
type factors[F Float] [6]F

// move moves elements lo to hi.
func (s *slab[F]) move(by move, f *factors[F], lo, hi int) {
	part := slab[F]{w: s.w[lo:hi], g: s.g[lo:hi], alpha: s.alpha, decay: s.decay}
	carries := 0
	if s.carry != nil {
		part.carry, carries = s.carry[lo:hi], 1
	}
	if s.m != nil {
		part.m = s.m[lo:hi]
	}
	if s.v != nil {
		part.v = s.v[lo:hi]
	}
	k, n := kernelsOf[F](), 0
	if k.lanes > 0 {
		if n = (hi - lo) / k.lanes * k.lanes; n > 0 {
			k.moves[by][carries](n, s.alpha, s.decay, unsafe.SliceData(part.w), unsafe.SliceData(part.carry),
				unsafe.SliceData(part.g), unsafe.SliceData(part.m), unsafe.SliceData(part.v), &f[0])
		}
	}
	for i := n; i < hi-lo; i++ {
		part.moveOne(by, f, i)
	}
}

// moveOne is what kernels do to each element. Conversions keep processors from
// fusing products and sums.
func (s *slab[F]) moveOne(by move, f *factors[F], i int) {
	step := s.g[i]
	switch by {
	case momentum:
		s.m[i] = F(f[0]*s.m[i]) + step
		step = s.m[i]
	case adam:
		s.m[i] = F(f[0]*s.m[i]) + F(f[1]*step)
		s.v[i] = F(f[2]*s.v[i]) + F(F(f[3]*step)*step)
		step = s.m[i] / (root(F(f[4]*s.v[i])) + f[5])
	case adagrad:
		s.m[i] += F(step * step)
		step /= root(s.m[i]) + f[0]
	}
	w := s.w[i]
	change := F(s.alpha*step) - F(s.decay*w)
	if s.carry == nil {
		s.w[i] = w + change
		return
	}
	change += s.carry[i]
	sum := w + change
	s.w[i], s.carry[i] = sum, change-(sum-w)
}

func root[F Float](x F) F { return F(math.Sqrt(float64(x))) }

// chains are the sums that squares adds up side by side: one would make every
// addition wait for the one before.
const chains = 16

// squares is the sum of squares, in float64: a float32 ran out of digits over a
// large layer. sums is overwritten.
func squares[F Float](g []F, sums *[chains]float64) float64 {
	*sums = [chains]float64{}
	n := 0
	if k := kernelsOf[F](); k.lanes > 0 {
		if n = len(g) / chains * chains; n > 0 {
			k.squares(n, &g[0], &sums[0])
		}
	}
	for i, v := range g[n:] {
		sums[i%chains] += float64(float64(v) * float64(v))
	}
	var total float64
	for _, s := range sums {
		total += s
	}
	return total
}

// pieceElements are the weights that a processor takes at a time: with all that
// lies beside them, they fit its second-level cache.
const pieceElements = 1 << 13

// elementWork is what the update of an element costs, in multiplications of a
// matrix product.
const elementWork = 16

// piece is elements lo to hi of a slab.
type piece struct{ slab, lo, hi int }

// pass is an update of all weights by one rule whose steps follow element by
// element. It is spread over the processors.
type pass[F Float] struct {
	by     move
	slabs  []slab[F] // W and C of each parameter
	pieces []piece
	team   *linalg.Team

	moves []func(lo, hi int) // of each slab
	left  []piece            // that have not been moved
}

// prepare lists the weights of params.
func (p *pass[F]) prepare(params []*Param[F]) {
	p.slabs = p.slabs[:0]
	for _, q := range params {
		alpha := -F(q.Rate)
		p.slabs = append(p.slabs,
			slab[F]{w: q.W, carry: q.CarryW, g: q.GradW, alpha: alpha, decay: F(q.DecayW), frozen: q.Frozen},
			slab[F]{w: q.C, carry: q.CarryC, g: q.GradC, alpha: alpha, decay: F(q.DecayC), frozen: q.Frozen})
	}
	if p.team != nil {
		return
	}
	for k := range p.slabs {
		n := len(p.slabs[k].w)
		for lo := 0; lo < n; lo += pieceElements {
			p.pieces = append(p.pieces, piece{k, lo, min(lo+pieceElements, n)})
		}
		p.moves = append(p.moves, func(lo, hi int) { p.slabs[k].move(p.by, &p.slabs[k].factors, lo, hi) })
	}
	p.team = linalg.NewTeam(func(t int) {
		q := p.left[t]
		p.moves[q.slab](q.lo, q.hi)
	})
}

// size is how many weights may move.
func (p *pass[F]) size() int {
	n := 0
	for k := range p.slabs {
		if !p.slabs[k].frozen {
			n += len(p.slabs[k].w)
		}
	}
	return n
}

// run moves all weights that are not frozen: those of gradients that are not stored yet as these
// come, if that is possible, then all others.
func (p *pass[F]) run(by move, params []*Param[F]) {
	p.by, p.left = by, p.left[:0]
	at, size := 0, 0
	for k := range p.slabs {
		from := at
		for at < len(p.pieces) && p.pieces[at].slab == k {
			at++
		}
		q := params[k/2]
		if q.Frozen || k%2 == 0 && q.Store != nil && q.Store(p.moves[k]) {
			continue
		}
		p.left = append(p.left, p.pieces[from:at]...)
		size += len(p.slabs[k].w)
	}
	p.team.Share(len(p.left), elementWork*size)
}

// runStored moves all weights that are not frozen by gradients that are stored.
func (p *pass[F]) runStored(by move) {
	p.by, p.left = by, p.left[:0]
	for _, q := range p.pieces {
		if !p.slabs[q.slab].frozen {
			p.left = append(p.left, q)
		}
	}
	p.team.Share(len(p.left), elementWork*p.size())
}

// store has all gradients stored of parameters that are not frozen.
func store[F Float](params []*Param[F]) {
	for _, q := range params {
		if q.Store != nil && !q.Frozen {
			q.Store(nil)
		}
	}
}
