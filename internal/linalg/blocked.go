//go:build amd64 || arm64

package linalg

import (
	"math/bits"
	"sync"

	"burstsim/internal/crew"
)

// blocked is a matrix product in the making, by kernels that keep a tile of the
// result in registers. These read rows of the second matrix as vectors and
// elements of the first, either way around, one by one; so only a transposed
// second matrix has to be brought into order first. Where the first is smaller,
// it is that one which is: the transposed product, cᵀ = bᵀ aᵀ, needs aᵀ row by
// row, and b just as it is stored.
type blocked[F Float] struct {
	simd        *simd[F]
	m, n, k     int
	alpha, beta F
	a           []F // element (i, l) at i rs + l cs
	rs, cs      int
	b           []F // k x n
	c, carry    []F // m x n, or n x m if turned; carry is nil or of c's shape
	turned      bool
	then        func(lo, hi int) // hears of elements of c that are there; may be nil

	stored  []F // what is brought into order, n x k
	ordered []F // storage of b in order
	buffers sync.Pool

	rows, columns int // of a block
	across        int // blocks in a row of blocks
	blocks, order crew.Job
}

const (
	// blockDepth is the number of terms that are summed in registers: so long a
	// strip of b, three vectors wide, is kept by the first-level cache while
	// rows of a pass.
	blockDepth = 256
	// blockWork are the multiplications of a block that one goroutine takes.
	blockWork = 1 << 18
	// blockStrip are the elements of b that a block should keep in second-level
	// cache.
	blockStrip = 1 << 15
	// blockRows is a multiple of the heights of all tiles.
	blockRows = 24
	// From so many terms and rows on, strips of b are copied together first, and
	// a block has one of them and up to panelRows rows of a, which second-level
	// cache keeps.
	panelDepth, panelLeast, panelRows = 64, 16, 256
	// orderRows are the rows that are brought into order at a time.
	orderRows = 64
)

func newBlocked[F Float](s *simd[F]) *blocked[F] {
	p := &blocked[F]{simd: s}
	p.buffers.New = func() any { return new([]F) }
	p.blocks.Init(p.block)
	p.order.Init(p.orderPart)
	return p
}

func (p *blocked[F]) compute(transA, transB bool, m, n, k int, alpha F, a, b []F, beta F, c, carry []F) {
	p.alpha, p.beta, p.c, p.carry, p.k = alpha, beta, c, carry, k
	if transB && m <= n {
		transA, transB, m, n, a, b, p.turned = false, !transA, n, m, b, a, true
	} else {
		p.turned = false
	}
	p.m, p.n, p.a, p.b = m, n, a, b
	p.rs, p.cs = k, 1
	if transA {
		p.rs, p.cs = 1, m
	}
	if transB {
		if len(p.ordered) < k*n {
			p.ordered = make([]F, k*n)
		}
		p.stored = b
		share(&p.order, (k+orderRows-1)/orderRows, k*n)
		p.b, p.stored = p.ordered, nil
	}
	p.cut()
	share(&p.blocks, p.across*((m+p.rows-1)/p.rows), m*n*k)
	p.a, p.b, p.c, p.carry = nil, nil, nil, nil
}

// orderPart brings a part of the second matrix into order.
func (p *blocked[F]) orderPart(t int) {
	l := t * orderRows
	p.simd.transposeTo(p.ordered[l*p.n:], p.n, p.stored[l:], p.k, p.n, min(orderRows, p.k-l))
}

// packs says whether strips of b are copied together.
// A listener does not, who should hear of whole rows.
func (p *blocked[F]) packs() bool {
	return !p.turned && p.then == nil && p.k >= panelDepth && p.m >= panelLeast
}

// cut chooses the size of blocks, by the shape alone.
func (p *blocked[F]) cut() {
	strip := 3 * p.simd.lanes
	if p.packs() {
		p.columns, p.rows = min(p.n, strip), min(p.m, panelRows)
	} else {
		p.columns = min(p.n, max(1, blockStrip/p.k/strip)*strip)
		p.rows = min(p.m, max(1, blockWork/(p.columns*p.k)/blockRows)*blockRows)
	}
	p.across = (p.n + p.columns - 1) / p.columns
}

// block computes a block of the result.
func (p *blocked[F]) block(t int) {
	i, j := t/p.across*p.rows, t%p.across*p.columns
	rows, columns := min(p.rows, p.m-i), min(p.columns, p.n-j)
	buffer := p.buffers.Get().(*[]F)
	defer p.buffers.Put(buffer)
	if !p.turned {
		c := p.c[i*p.n+j:]
		add := p.beta != 0
		if p.beta != 0 && p.beta != 1 {
			for r := range rows {
				row := c[r*p.n:][:columns]
				scaleTo(row, p.beta, row)
			}
		}
		var carry []F
		if p.carry != nil {
			carry = p.carry[i*p.n+j:]
		}
		p.strips(i, j, rows, columns, c, carry, p.n, add, buffer)
		if p.then != nil {
			p.tell(i, j, rows, columns)
		}
		return
	}
	block := room(buffer, rows*columns)
	p.strips(i, j, rows, columns, block, nil, columns, false, nil)
	p.turn(i, j, rows, columns, block)
}

// room is a buffer of at least so many elements.
func room[F Float](buffer *[]F, n int) []F {
	if len(*buffer) < n {
		*buffer = make([]F, n)
	}
	return *buffer
}

// turn stores a block of the transposed product.
func (p *blocked[F]) turn(i, j, rows, columns int, block []F) {
	c := p.c[j*p.m+i:]
	if p.beta == 0 {
		p.simd.transposeTo(c, p.m, block, columns, rows, columns)
		return
	}
	for s := range columns {
		row := c[s*p.m:][:rows]
		for r := range row {
			row[r] = F(p.beta*row[r]) + block[r*columns+s] // not fused, on any processor
		}
	}
}

// strips computes a block from row i and column j on, strip by strip, into c,
// whose rows are ldc apart.
func (p *blocked[F]) strips(i, j, rows, columns int, c, carry []F, ldc int, add bool, panel *[]F) {
	blocks := (p.k + blockDepth - 1) / blockDepth
	depth := (p.k + blocks - 1) / blocks
	for s := 0; s < columns; {
		heights, tile, width := p.simd.strip(columns - s)
		mask := p.simd.first((width-1)%p.simd.lanes + 1)
		packs := p.packs() && width == 3*p.simd.lanes
		var kept *F
		if carry != nil {
			kept = &carry[s]
		}
		for l := 0; l < p.k; l += depth {
			d := min(depth, p.k-l)
			b, ldb := p.b[l*p.n+j+s:], p.n
			if packs {
				copied := room(panel, d*width)
				p.simd.panel(d, &b[0], ldb, &copied[0])
				b, ldb = copied, width
			}
			p.column(i, l, rows, d, heights, tile, mask, b, ldb, c[s:], kept, ldc, add || l > 0)
		}
		s += width
	}
}

// strip is how much of so many columns to take at once: by which tiles, which of
// a height, and how many elements.
func (s *simd[F]) strip(columns int) (heights []tileHeight[F], tile, width int) {
	switch l := s.lanes; {
	case len(s.wide) > 0 && columns%(4*l) == 0 && columns%(3*l) != 0:
		return s.wide, 3, 4 * l
	case columns >= 3*l && (columns <= 3*l || columns > 4*l):
		return s.tiles, 2, 3 * l
	case columns > 2*l && (!s.masked3 || columns >= 3*l):
		return s.tiles, 1, 2 * l
	case len(s.parts) == 0:
		return s.tiles, (columns+l-1)/l - 1, columns
	case columns >= l:
		return s.tiles, columns/l - 1, columns / l * l
	default:
		part := bits.Len(uint(columns)) - 1
		return s.parts, part, 1 << part
	}
}

// column computes the tiles of a strip below each other.
func (p *blocked[F]) column(i, l, rows, depth int, heights []tileHeight[F], tile int, mask *byte, b []F, ldb int, c []F, carry *F, ldc int, add bool) {
	for r := 0; r < rows; {
		for heights[0].rows > rows-r {
			heights = heights[1:]
		}
		heights[0].kernels[tile](depth, &p.a[(i+r)*p.rs+l*p.cs], p.rs, p.cs, &b[0], ldb, &c[r*ldc], ldc, p.alpha, add, below(carry, r*ldc), mask)
		r += heights[0].rows
	}
}

// transposeTo stores the transpose of a, m x n with rows lda apart, in dst, with
// rows ldd apart.
func (s *simd[F]) transposeTo(dst []F, ldd int, a []F, lda, m, n int) {
	down, across := m-m%s.square, n-n%s.square
	if down*across > 0 {
		s.transpose(down, across, &a[0], lda, &dst[0], ldd)
	}
	for i := range m {
		from := across
		if i >= down {
			from = 0
		}
		for j := from; j < n; j++ {
			dst[j*ldd+i] = a[i*lda+j]
		}
	}
}
