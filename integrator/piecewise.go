package integrator

import "burstsim/internal/linalg"

// Piecewise is a System most of whose variables move by rates that follow from
// few numbers, as those of weights do from what they connect. Steppers of equal
// steps then compute these rates where they need them, piece by piece: rates
// that are stored go out of the processor's fast memory before they are read.
// What results is the same.
type Piecewise[F Float] interface {
	System[F]
	// Pieces are the ends of the pieces of the variables from head on, the last
	// at Dim, or none: the system is then one like others.
	Pieces() (head int, ends []int)
	// Keep makes place for what Partial keeps: n times.
	Keep(n int)
	// Partial is Derivative for the variables before head, and keeps what the
	// other rates follow from at place k.
	Partial(dst []F, k int, t float64, x []F)
	// Rates stores the rates of a piece that belong to what place k keeps.
	Rates(dst []F, k, piece int)
}

// pieces moves a Piecewise system. nil stands for another.
type pieces[F Float] struct {
	sys   Piecewise[F]
	head  int
	ends  []int
	rates [][]F // of one piece, by stage
	sum   []F   // of a piece
}

// piecesOf is nil of a system without pieces.
func piecesOf[F Float](sys System[F], stages int) *pieces[F] {
	s, ok := sys.(Piecewise[F])
	if !ok {
		return nil
	}
	p := &pieces[F]{sys: s}
	if p.head, p.ends = s.Pieces(); len(p.ends) == 0 {
		return nil
	}
	s.Keep(stages)
	longest, from := p.head, p.head
	for _, end := range p.ends {
		longest, from = max(longest, end-from), end
	}
	p.sum = make([]F, longest)
	for range stages {
		p.rates = append(p.rates, make([]F, longest))
	}
	return p
}

// add is [combination.add].
func (p *pieces[F]) add(c *combination[F], dst, x []F, h float64) {
	c.weigh(h)
	linalg.Combine(dst[:p.head], x[:p.head], c.weights, c.k)
	from := p.head
	for i, end := range p.ends {
		linalg.Combine(dst[from:end], x[from:end], c.weights, p.of(c, i, end-from))
		from = end
	}
}

// advance is [combination.advance].
func (p *pieces[F]) advance(c *combination[F], x, carry []F, h float64) {
	if carry == nil {
		p.add(c, x, x, h)
		return
	}
	c.weigh(h)
	p.accumulate(x[:p.head], carry[:p.head], c.weights, c.k)
	from := p.head
	for i, end := range p.ends {
		p.accumulate(x[from:end], carry[from:end], c.weights, p.of(c, i, end-from))
		from = end
	}
}

func (p *pieces[F]) accumulate(x, carry, w []F, k [][]F) {
	sum := p.sum[:len(x)]
	clear(sum)
	linalg.Combine(sum, sum, w, k)
	linalg.Accumulate(x, carry, 1, sum)
}

// of are the rates of n variables of a piece at the stages of a combination.
func (p *pieces[F]) of(c *combination[F], piece, n int) [][]F {
	k := p.rates[:len(c.stages)]
	for j, stage := range c.stages {
		p.sys.Rates(k[j][:n], stage, piece)
	}
	return k
}

// euler is [advance], with dx before the pieces and what Partial kept at place 0.
func (p *pieces[F]) euler(x, carry []F, h F, dx []F) {
	part := func(from, end int, dx []F) {
		if carry == nil {
			advance(x[from:end], nil, h, dx)
		} else {
			advance(x[from:end], carry[from:end], h, dx)
		}
	}
	part(0, p.head, dx)
	from := p.head
	for i, end := range p.ends {
		dx := p.rates[0][:end-from]
		p.sys.Rates(dx, 0, i)
		part(from, end, dx)
		from = end
	}
}
