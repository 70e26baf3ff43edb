//go:build amd64 || arm64

package linalg

import (
	"sync"
	"unsafe"
)

//go:generate go -C ../asm run ./combination -out ../linalg/combination_amd64.s -stubs ../linalg/combination_amd64.go -pkg linalg
//go:generate go -C ../asm run ./gemm -out ../linalg/gemm_amd64.s -stubs ../linalg/gemm_amd64.go -pkg linalg
//go:generate go -C ../asm run ./vector -out ../linalg/vector_amd64.s -stubs ../linalg/vector_amd64.go -pkg linalg
//go:generate go -C ../asm run ./transpose -out ../linalg/transpose_amd64.s -stubs ../linalg/transpose_amd64.go -pkg linalg
//go:generate go -C ../asm run ./neon/combination -out ../linalg/combination_arm64.s -stubs ../linalg/combination_arm64.go -pkg linalg
//go:generate go -C ../asm run ./neon/gemm -out ../linalg/gemm_arm64.s -stubs ../linalg/gemm_arm64.go -pkg linalg
//go:generate go -C ../asm run ./neon/vector -out ../linalg/vector_arm64.s -stubs ../linalg/vector_arm64.go -pkg linalg
//go:generate go -C ../asm run ./neon/transpose -out ../linalg/transpose_arm64.s -stubs ../linalg/transpose_arm64.go -pkg linalg

// simd are kernels of generated assembly, and gonum's for what is too small.
// Those of processors without masks do not look at them.
type simd[F Float] struct {
	small kernels[F]
	lanes int // of a vector
	// stores is the number of elements from which on a row is stored by
	// storeOuter: parts of vectors are fast with AVX-512.
	stores int
	// tiles compute rows of 1, 2 or 3 vectors of a product, the highest first.
	// The last vector may be part of one, in tiles of 3 only if masked3. Those of
	// wide have 4 whole ones; it is empty where they do not pay. Without masks,
	// tiles has whole vectors only, and parts has tiles of 1, 2, 4, ... elements,
	// as many as are less than a vector.
	tiles, wide    []tileHeight[F]
	parts          []tileHeight[F]
	masked3        bool
	panel          func(k int, b *F, ldb int, dst *F) // of three vectors
	dots           func(rows, n int, w, dst, x *F, mask *byte)
	addRowSum      func(rows, n, ldw int, w, y, dst *F, mask *byte)
	storeOuter     func(rows, n int, alpha F, w, y, x *F, mask *byte)
	addOuter       func(rows, n int, alpha F, w, y, x *F, mask *byte)
	addOuterDots   func(rows, n int, alpha F, w, y, dst, x, next *F, mask *byte)
	accumulate     func(rows, n int, alpha F, w, carry, y, x *F, mask *byte)
	accumulateDots func(rows, n int, alpha F, w, carry, y, dst, x, next *F, mask *byte)
	combinations   [combined]func(n int, w, dst, x, k0, k1, k2, k3, k4, k5 *F, mask *byte) // by number of terms
	transpose      func(m, n int, a *F, lda int, dst *F, ldd int)                          // by squares
	square         int
	one            F // 1, in memory

	products sync.Pool // of *blocked[F]
	passes   sync.Pool // of *pass[F]
}

// tileHeight are the tiles of so many rows, by the number of vectors in one.
type tileHeight[F Float] struct {
	rows    int
	kernels []tileKernel[F]
}

type tileKernel[F Float] func(k int, a *F, rs, cs int, b *F, ldb int, c *F, ldc int, alpha F, add bool, carry *F, mask *byte)

// masks are what the kernels read a mask from: n bytes before the middle, a
// mask of n bytes begins.
var masks = func() (table [128]byte) {
	for i := range 64 {
		table[i] = 0xff
	}
	return table
}()

// below is the address of an element that is n behind p; nil if p is.
func below[F Float](p *F, n int) *F {
	if p == nil {
		return nil
	}
	return (*F)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}

// mask is that of the elements which n have beyond full vectors.
func (s *simd[F]) mask(n int) *byte { return s.first(n % s.lanes) }

// first is the mask of the first n elements.
func (s *simd[F]) first(n int) *byte {
	var element F
	return &masks[64-n*int(unsafe.Sizeof(element))]
}

// From these sizes on the kernels beat gonum's, and the loops for narrow
// matrices. What writes into a row waits for the row before, where a vector
// spans both, and so needs longer rows.
const (
	simdProduct = 1 << 9 // multiplications
	simdDots    = 8      // elements of a row
	simdSums    = 16     // of the sum of rows
	simdSamples = 4      // up to as many are sent through weights one by one
	simdVectors = 2      // of a row that is written
)

func (s *simd[F]) gemm(transA, transB bool, m, n, k int, alpha F, a, b []F, beta F, c []F) {
	if m*n*k < simdProduct {
		s.small.gemm(transA, transB, m, n, k, alpha, a, b, beta, c)
		return
	}
	if m <= simdSamples && !transA && transB && k >= simdDots && alpha == 1 && beta == 0 {
		for i := range m {
			s.gemv(false, n, k, b, a[i*k:(i+1)*k], c[i*n:(i+1)*n])
		}
		return
	}
	p := s.product()
	p.compute(transA, transB, m, n, k, alpha, a[:m*k], b[:k*n], beta, c[:m*n], nil)
	s.products.Put(p)
}

// product is one to be put back into products.
func (s *simd[F]) product() *blocked[F] {
	if p, ok := s.products.Get().(*blocked[F]); ok {
		return p
	}
	return newBlocked(s)
}

func (s *simd[F]) gemv(trans bool, out, in int, w, x, dst []F) {
	if in < simdDots || trans && in < simdSums {
		s.small.gemv(trans, out, in, w, x, dst)
		return
	}
	w = w[:out*in]
	if trans {
		x, dst = x[:out], dst[:in]
		if len(w) >= passFrom {
			s.pass(operands[F]{kind: passSums, out: out, in: in, w: w, x: x, dst: dst})
			return
		}
		clear(dst)
		s.addRowSum(out, in, in, &w[0], &x[0], &dst[0], s.mask(in))
		return
	}
	x, dst = x[:in], dst[:out]
	if len(w) >= passFrom {
		s.pass(operands[F]{kind: passDots, out: out, in: in, w: w, x: x, dst: dst})
		return
	}
	s.dots(out, in, &w[0], &dst[0], &x[0], s.mask(in))
}

func (s *simd[F]) ger(out, in int, alpha F, y, x, w []F) {
	if in < simdVectors*s.lanes {
		s.small.ger(out, in, alpha, y, x, w)
		return
	}
	w, y, x = w[:out*in], y[:out], x[:in]
	if len(w) >= passFrom {
		s.pass(operands[F]{kind: passAddOuter, out: out, in: in, alpha: alpha, w: w, y: y, x: x})
		return
	}
	s.addOuter(out, in, alpha, &w[0], &y[0], &x[0], s.mask(in))
}

func (s *simd[F]) outer(out, in int, alpha F, y, x, w []F) {
	if in < s.stores {
		s.small.outer(out, in, alpha, y, x, w)
		return
	}
	w, y, x = w[:out*in], y[:out], x[:in]
	if len(w) >= passFrom {
		s.pass(operands[F]{kind: passOuter, out: out, in: in, alpha: alpha, w: w, y: y, x: x})
		return
	}
	s.storeOuter(out, in, alpha, &w[0], &y[0], &x[0], s.mask(in))
}

// axpy is a rank-one update of a matrix with one row.
func (s *simd[F]) axpy(alpha F, x, dst []F) {
	n := len(dst)
	x = x[:n]
	if n >= passFrom {
		s.pass(operands[F]{kind: passAdd, out: 1, in: n, alpha: alpha, x: x, dst: dst})
		return
	}
	s.addOuter(1, n, alpha, &dst[0], &s.one, &x[0], s.mask(n))
}

// scale is an outer product with one row.
func (s *simd[F]) scale(alpha F, x, dst []F) {
	n := len(dst)
	x = x[:n]
	if n >= passFrom {
		s.pass(operands[F]{kind: passScale, out: 1, in: n, alpha: alpha, x: x, dst: dst})
		return
	}
	s.storeOuter(1, n, alpha, &dst[0], &s.one, &x[0], s.mask(n))
}

func (s *simd[F]) gerv(out, in int, alpha F, y, x, w, next, dst []F) {
	if in < simdVectors*s.lanes {
		s.ger(out, in, alpha, y, x, w)
		s.gemv(false, out, in, w, next, dst)
		return
	}
	w, y, x, next, dst = w[:out*in], y[:out], x[:in], next[:in], dst[:out]
	if len(w) >= passFrom {
		s.pass(operands[F]{kind: passAddOuterDots, out: out, in: in, alpha: alpha, w: w, y: y, x: x, next: next, dst: dst})
		return
	}
	s.addOuterDots(out, in, alpha, &w[0], &y[0], &dst[0], &x[0], &next[0], s.mask(in))
}

func (s *simd[F]) gerCarry(out, in int, alpha F, y, x, w, carry []F) {
	if in < simdVectors*s.lanes {
		s.small.gerCarry(out, in, alpha, y, x, w, carry)
		return
	}
	w, carry, y, x = w[:out*in], carry[:out*in], y[:out], x[:in]
	if len(w) >= passFrom {
		s.pass(operands[F]{kind: passAccumulate, out: out, in: in, alpha: alpha, w: w, carry: carry, y: y, x: x})
		return
	}
	s.accumulate(out, in, alpha, &w[0], &carry[0], &y[0], &x[0], s.mask(in))
}

func (s *simd[F]) gervCarry(out, in int, alpha F, y, x, w, carry, next, dst []F) {
	if in < simdVectors*s.lanes {
		s.gerCarry(out, in, alpha, y, x, w, carry)
		s.gemv(false, out, in, w, next, dst)
		return
	}
	w, carry, y, x, next, dst = w[:out*in], carry[:out*in], y[:out], x[:in], next[:in], dst[:out]
	if len(w) >= passFrom {
		s.pass(operands[F]{kind: passAccumulateDots, out: out, in: in, alpha: alpha, w: w, carry: carry, y: y, x: x, next: next, dst: dst})
		return
	}
	s.accumulateDots(out, in, alpha, &w[0], &carry[0], &y[0], &dst[0], &x[0], &next[0], s.mask(in))
}

func (s *simd[F]) gemmCarry(out, in, rows int, alpha F, y, x, w, carry, scratch []F) {
	if out*in*rows < simdProduct {
		s.small.gemmCarry(out, in, rows, alpha, y, x, w, carry, scratch)
		return
	}
	p := s.product()
	p.compute(true, false, out, in, rows, alpha, y[:rows*out], x[:rows*in], 1, w[:out*in], carry[:out*in])
	s.products.Put(p)
}

func (s *simd[F]) axpyCarry(alpha F, x, dst, carry []F) {
	n := len(dst)
	if n < simdVectors*s.lanes {
		s.small.axpyCarry(alpha, x, dst, carry)
		return
	}
	x, carry = x[:n], carry[:n]
	if n >= passFrom {
		s.pass(operands[F]{kind: passAddCarry, out: 1, in: n, alpha: alpha, carry: carry, x: x, dst: dst})
		return
	}
	s.accumulate(1, n, alpha, &dst[0], &carry[0], &s.one, &x[0], s.mask(n))
}

func (s *simd[F]) combine(dst, x, w []F, k [][]F) {
	if n := len(dst); n >= passFrom {
		s.pass(operands[F]{kind: passCombine, out: 1, in: n, x: x[:n], y: w, k: k, dst: dst})
		return
	}
	s.combination(dst, x, w, k, 0)
}

// combination is combine with the part of k that begins at an element.
func (s *simd[F]) combination(dst, x, w []F, k [][]F, from int) {
	n := len(dst)
	x = x[:n]
	var a [combined]*F
	for j := range a {
		a[j] = &x[0]
		if j < len(w) {
			a[j] = &k[j][from:][:n][0]
		}
	}
	s.combinations[len(w)-1](n, &w[0], &dst[0], &x[0], a[0], a[1], a[2], a[3], a[4], a[5], s.mask(n))
}
