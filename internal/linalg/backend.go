package linalg

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
)

// Tolerance32 and Tolerance64 say how closely backends agree: an element of a
// result lies within this of the exact one, relative to the sum of the absolute
// values of what is added up in it. They are 16 and 32 units in the last place
// (2⁻²³ and 2⁻⁵²), which tests hold sums of up to 2000 terms to.
const (
	Tolerance32 = 0x1p-19
	Tolerance64 = 0x1p-47
)

// LibraryElements is the size of a matrix from which on a shared library
// computes its product with a vector; smaller ones are not worth waking
// OpenBLAS's threads: at half of that, a product by two threads took twice as
// long as gonum's.
const LibraryElements = 1 << 15

// A Backend computes the matrix products of this package, in both precisions.
// It may be used by several goroutines at once.
type Backend struct {
	name       string // and version
	file       string // of a shared library
	single     kernels[float32]
	double     kernels[float64]
	threads    func() int  // nil if unknown
	setThreads func(n int) // nil if the number cannot be set
}

// kernels are the products that a backend supplies. Matrices are
// row-major without gaps.
type kernels[F Float] interface {
	// gemm stores alpha a b + beta c in c (m x n); a is m x k, or k x m if
	// transA; b is k x n, or n x k if transB. With beta 0, c is not read.
	gemm(transA, transB bool, m, n, k int, alpha F, a, b []F, beta F, c []F)
	// gemv stores w x in dst, or wᵀ x if trans; w is out x in.
	gemv(trans bool, out, in int, w, x, dst []F)
	// ger adds alpha y xᵀ to w, which is out x in; outer stores it there.
	ger(out, in int, alpha F, y, x, w []F)
	outer(out, in int, alpha F, y, x, w []F)
	// gerv is ger, then gemv of the new w: it stores w next in dst, with the
	// same bits.
	gerv(out, in int, alpha F, y, x, w, next, dst []F)
	// axpy adds alpha x to dst, of the same length.
	axpy(alpha F, x, dst []F)
	// scale stores alpha x in dst.
	scale(alpha F, x, dst []F)
	// combine is Combine of one to six terms, with the same bits in all backends.
	combine(dst, x, w []F, k [][]F)
	// These are ger, gerv and axpy with a carry, of the shape of what they add
	// to: see Accumulate.
	gerCarry(out, in int, alpha F, y, x, w, carry []F)
	gervCarry(out, in int, alpha F, y, x, w, carry, next, dst []F)
	axpyCarry(alpha F, x, dst, carry []F)
	// gemmCarry is gerCarry of as many samples: y is rows x out, x is rows x in.
	// It may overwrite scratch, of the shape of w.
	gemmCarry(out, in, rows int, alpha F, y, x, w, carry, scratch []F)
	// transposeTo is Transpose.
	transposeTo(dst []F, ldd int, a []F, lda, m, n int)
	// outerThen is OuterThen.
	outerThen(rows, out, in int, alpha F, y, x, dst []F, then func(lo, hi int)) bool
}

var current atomic.Pointer[Backend]

func init() { current.Store(fastestHere()) }

// fastestHere is the fastest backend that needs nothing installed.
func fastestHere() *Backend { return append(runnable(), gonumBackend)[0] }

// inUse are the kernels of the backend in use, in precision F.
func inUse[F Float]() kernels[F] {
	b := current.Load()
	if k, ok := any(&b.single).(*kernels[F]); ok {
		return *k
	}
	return *any(&b.double).(*kernels[F])
}

// Use chooses the backend of all products from now on:
//
//   - "simd" is this package's own, of generated assembly, for processors with
//     AVX-512 or with AVX2 and FMA, and for arm64; it needs nothing installed;
//   - "gonum" is pure Go, with gonum's assembly for vectors, for any processor;
//   - "library" is the first that works of the shared libraries this system is
//     likely to have: OpenBLAS on Linux, Accelerate on macOS;
//   - "auto" is the one of these three that was measured to be the fastest for
//     training, on this machine, now or before: see [Measured];
//   - anything else is the path of a shared library with the Fortran interface
//     of BLAS, or a name for the dynamic linker to look up.
//
// A library is taken only if its products of small matrices are right. If it
// cannot be loaded, lacks a function or computes wrongly, the backend stays as
// it was, and the error says why on one line. The size of the library's
// integers does not matter. Loading is possible on Linux and macOS, on amd64
// and arm64, and does not need cgo.
//
// Before the first call, the backend is simd if the processor has it, else
// gonum. Call Use before computing: results of the backends differ by rounding.
func Use(choice string) error {
	if choice == "auto" {
		b, why := auto()
		current.Store(b)
		measuredRates.Store(&why)
		return nil
	}
	b, err := find(choice)
	if err != nil {
		return fmt.Errorf("BLAS library %q: %s; expected auto, simd, library, gonum or the path of a shared BLAS library",
			choice, strings.Join(strings.Fields(err.Error()), " "))
	}
	current.Store(b)
	measuredRates.Store(nil)
	return nil
}

// measuredRates is nil if the user chose the backend in use.
var measuredRates atomic.Pointer[string]

// Measured says why "auto" chose the backend in use: "simd 38, gonum 17, library
// 41 GFLOP/s", the speeds over products as training and large steps have them. What needs nothing installed comes first, and something else is
// taken only if it was clearly faster, by a tenth. It is "" if something else
// than measuring made the choice.
//
// A measurement takes a fraction of a second, and is remembered in the
// user's cache, in burstsim/blas or the folder that [CacheVariable] names, until
// processor, kernels, library, version of the program, GOMAXPROCS or what the
// environment tells libraries is another. Where nothing can be remembered, every
// process measures. Deleting the folder forgets all.
func Measured() string {
	if why := measuredRates.Load(); why != nil {
		return *why
	}
	return ""
}

// BuiltIn is the choice that needs nothing installed and nothing measured:
// "simd", or "gonum" where that is not to be had.
func BuiltIn() string {
	if len(runnable()) > 0 {
		return "simd"
	}
	return "gonum"
}

// Choice is what [Use] takes to come to the backend in use again.
func Choice() string {
	switch b := current.Load(); {
	case b.file != "":
		return b.file
	case b == gonumBackend:
		return "gonum"
	}
	return "simd"
}

func find(choice string) (*Backend, error) {
	switch choice {
	case "gonum":
		return gonumBackend, nil
	case "simd":
		if own := runnable(); len(own) > 0 {
			return own[0], nil
		}
		return nil, errors.New("needs a processor with AVX2 and FMA, or arm64")
	case "library":
		return installed()
	}
	return open(choice)
}

// installed is the first candidate that works.
func installed() (*Backend, error) {
	for _, name := range candidates() {
		if b, err := open(name); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("found none of %s", strings.Join(candidates(), ", "))
}

// candidates are the libraries that installed tries, in this order.
func candidates() []string {
	switch runtime.GOOS {
	case "linux":
		// On Fedora and its kin, the first is threaded and the second is not.
		return []string{"libopenblasp.so.0", "libopenblas.so.0", "libopenblas.so"}
	case "darwin":
		return []string{"/System/Library/Frameworks/Accelerate.framework/Accelerate"}
	}
	return nil
}

// open loads a library and checks what it computes.
func open(path string) (*Backend, error) {
	b, err := load(path)
	if err != nil {
		return nil, err
	}
	if err := verify(b); err != nil {
		return nil, err
	}
	return b, nil
}

// Name describes the backend in use, with version, number of threads and
// file as far as they are known: "AVX-512 kernels", "OpenBLAS 0.3.21 for Haswell,
// 2 threads, /usr/lib/x86_64-linux-gnu/libopenblas.so.0".
func Name() string {
	b := current.Load()
	parts := []string{b.name}
	if b.threads != nil {
		if n := b.threads(); n == 1 {
			parts = append(parts, "1 thread")
		} else {
			parts = append(parts, fmt.Sprintf("%d threads", n))
		}
	}
	if b.file != "" {
		parts = append(parts, b.file)
	}
	return strings.Join(parts, ", ")
}

// SetThreads makes the backend in use compute each product with up to n
// threads, for the whole process. Set 1 where independent runs already use all
// processors. With OpenBLAS, another number gives other bits. It fails if n is
// not positive, or if the backend has no such setting: those in Go
// follow GOMAXPROCS.
func SetThreads(n int) error {
	if n < 1 {
		return fmt.Errorf("BLAS threads: %d, expected a positive number", n)
	}
	b := current.Load()
	if b.setThreads == nil {
		return fmt.Errorf("BLAS threads: %s has no such setting", b.name)
	}
	b.setThreads(n)
	return nil
}

// HasThreads tells whether the backend in use computes with threads of its own,
// whose number SetThreads sets.
func HasThreads() bool { return current.Load().setThreads != nil }

// threadVariables are what OpenBLAS reads the number of its threads from, in
// this order.
var threadVariables = []string{"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"}

// ThreadsChosen is the number of threads that the user has chosen for a library,
// by a variable of the environment; 0 if there is none. The library itself takes
// no more than there are processors, unless SetThreads says so.
func ThreadsChosen() int {
	for _, name := range threadVariables {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
			return n
		}
	}
	return 0
}
