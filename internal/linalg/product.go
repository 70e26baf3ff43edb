package linalg

import (
	"sync"

	"burstsim/internal/crew"
)

// gonum's products call assembly for one row at a time; its kernels for a matrix
// and a vector are as fast or faster, those of float64 twice, for they take
// several rows a call. So a product is made of those, in tiles that stay in
// cache while the samples pass over them. Tiles do not share an element of the
// result, and their sizes follow from the shape alone: the number of processors
// does not change a bit.
const (
	tileElements = 8192 // of a matrix that stays in the first-level cache
	tileColumns  = 128
)

// vectors are the kernels that tiles are computed with.
type vectors[F Float] interface {
	// gemvPart is gemv with the rows of w stride apart.
	gemvPart(trans bool, out, in int, w []F, stride int, x, dst []F)
	ger(out, in int, alpha F, y, x, w []F)
}

// product is a matrix product in the making; see kernels.gemm.
type product[F Float] struct {
	vectors        vectors[F]
	transA, transB bool
	m, n, k        int
	alpha, beta    F
	a, b, c        []F

	tile  int // rows or columns of a tile
	tiles crew.Job
}

var (
	singleProducts = sync.Pool{New: newProduct[float32]}
	doubleProducts = sync.Pool{New: newProduct[float64]}
)

func newProduct[F Float]() any {
	p := &product[F]{}
	p.tiles.Init(p.computeTile)
	return p
}

// byVectors computes a product by matrix-vector kernels, and says whether it
// did: what networks do not ask for, and vectors too short, are left over.
func byVectors[F Float](pool *sync.Pool, v vectors[F], transA, transB bool, m, n, k int, alpha F, a, b []F, beta F, c []F) bool {
	rows := k // of what a kernel is applied to
	if transA {
		rows = m
	} else if transB {
		rows = n
	}
	if rows < 4 || transA && (transB || beta != 0 && beta != 1) || !transA && (alpha != 1 || beta != 0) {
		return false
	}
	p := pool.Get().(*product[F])
	p.vectors, p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.beta = v, transA, transB, m, n, k, alpha, beta
	p.a, p.b, p.c = a[:m*k], b[:k*n], c[:m*n]
	p.compute()
	p.a, p.b, p.c = nil, nil, nil
	pool.Put(p)
	return true
}

func (p *product[F]) compute() {
	var length int // cut into tiles
	switch {
	case p.transA:
		length, p.tile = p.m, tileRows(p.n)
	case p.transB:
		length, p.tile = p.n, tileRows(p.k)
	default:
		length, p.tile = p.n, tileColumns
	}
	share(&p.tiles, (length+p.tile-1)/p.tile, p.m*p.n*p.k)
}

// tileRows is a multiple of four, the number of rows that kernels take at once.
func tileRows(columns int) int { return max(4, tileElements/columns&^3) }

func (p *product[F]) computeTile(t int) {
	lo := t * p.tile
	switch {
	case p.transA:
		p.addOuter(lo, min(lo+p.tile, p.m))
	case p.transB:
		p.mulRows(lo, min(lo+p.tile, p.n))
	default:
		p.mulColumns(lo, min(lo+p.tile, p.n))
	}
}

// addOuter computes rows lo to hi of c for a transposed a.
func (p *product[F]) addOuter(lo, hi int) {
	c := p.c[lo*p.n : hi*p.n]
	if p.beta == 0 {
		clear(c)
	}
	for l := range p.k {
		p.vectors.ger(hi-lo, p.n, p.alpha, p.a[l*p.m+lo:l*p.m+hi], p.b[l*p.n:(l+1)*p.n], c)
	}
}

// mulRows computes columns lo to hi of c from those rows of a transposed b.
func (p *product[F]) mulRows(lo, hi int) {
	b := p.b[lo*p.k : hi*p.k]
	for i := range p.m {
		p.vectors.gemvPart(false, hi-lo, p.k, b, p.k, p.a[i*p.k:(i+1)*p.k], p.c[i*p.n+lo:i*p.n+hi])
	}
}

// mulColumns computes columns lo to hi of c.
func (p *product[F]) mulColumns(lo, hi int) {
	b := p.b[lo:]
	for i := range p.m {
		p.vectors.gemvPart(true, p.k, hi-lo, b, p.n, p.a[i*p.k:(i+1)*p.k], p.c[i*p.n+lo:i*p.n+hi])
	}
}
