//go:build ((linux && !static) || darwin) && (amd64 || arm64)

package linalg

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Below this size the fastest backend without a library computes. A call takes about 0.15 microseconds, which
// products of smallProduct multiplications are worth.
const smallProduct = 512

// load opens a shared library with the Fortran interface of BLAS. A library
// stays in memory once opened: it may have started threads.
func load(path string) (*Backend, error) {
	if _, err := os.Stat(path); err == nil {
		// The dynamic linker looks up a name without a slash elsewhere.
		if path, err = filepath.Abs(path); err != nil {
			return nil, err
		}
	}
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	b := &Backend{}
	if b.single, err = bind[float32](handle, "s", fastestHere().single); err != nil {
		return nil, err
	}
	if b.double, err = bind[float64](handle, "d", fastestHere().double); err != nil {
		return nil, err
	}
	b.describe(handle, path)
	return b, nil
}

func bind[F Float](handle uintptr, prefix string, small kernels[F]) (*library[F], error) {
	l := &library[F]{small: small, calls: sync.Pool{New: func() any { return &call[F]{one: 1} }}}
	for _, s := range []struct {
		name    string
		address *uintptr
	}{{"gemm_", &l.gemmAddress}, {"gemv_", &l.gemvAddress}, {"ger_", &l.gerAddress}} {
		address, err := purego.Dlsym(handle, prefix+s.name)
		if err != nil {
			return nil, fmt.Errorf("is not a BLAS library: it has no function %s", prefix+s.name)
		}
		*s.address = address
	}
	return l, nil
}

// describe fills in what the library tells about itself beyond standard BLAS.
func (b *Backend) describe(handle uintptr, path string) {
	b.file = path
	if address, err := purego.Dlsym(handle, "sgemm_"); err == nil {
		b.file = fileOf(address, path)
	}
	b.name = strings.TrimPrefix(filepath.Base(b.file), "lib")
	b.name, _, _ = strings.Cut(b.name, ".")
	if address, err := purego.Dlsym(handle, "openblas_get_config"); err == nil {
		var config func() string
		purego.RegisterFunc(&config, address)
		// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
		if words := strings.Fields(config()); len(words) >= 2 {
			b.name = words[0] + " " + words[1]
		}
	}
	if address, err := purego.Dlsym(handle, "openblas_get_corename"); err == nil {
		// The kind of processor that it computes for, and so the bits.
		var core func() string
		purego.RegisterFunc(&core, address)
		b.name += " for " + core()
	}
	get, errGet := purego.Dlsym(handle, "openblas_get_num_threads")
	set, errSet := purego.Dlsym(handle, "openblas_set_num_threads")
	if errGet != nil || errSet != nil {
		return
	}
	var getThreads func() int32
	var setThreads func(int32)
	purego.RegisterFunc(&getThreads, get)
	purego.RegisterFunc(&setThreads, set)
	b.threads = func() int { return int(getThreads()) }
	b.setThreads = func(n int) { setThreads(int32(min(n, math.MaxInt32))) }
}

// fileOf is the file that holds the code at address, or path if the dynamic
// linker does not say.
func fileOf(address uintptr, path string) string {
	symbol, err := purego.Dlsym(purego.RTLD_DEFAULT, "dladdr")
	if err != nil {
		return path
	}
	var info struct { // Dl_info of dlfcn.h
		file   *byte
		base   uintptr
		symbol *byte
		start  uintptr
	}
	var dladdr func(uintptr, unsafe.Pointer) int32
	purego.RegisterFunc(&dladdr, symbol)
	if dladdr(address, unsafe.Pointer(&info)) == 0 || info.file == nil {
		return path
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(info.file), n)) != 0 {
		n++
	}
	return strings.Clone(unsafe.String(info.file, n))
}

// library calls the Fortran functions, which take every argument by address.
// Fortran's matrices are column-major, and a row-major matrix read so is its
// transpose: the kernels ask for the transposed results, cᵀ = bᵀ aᵀ.
type library[F Float] struct {
	gemmAddress, gemvAddress, gerAddress uintptr

	small kernels[F]
	calls sync.Pool // of *call[F]
}

// call holds what one call passes by address. It lives on the heap, and so
// does all that it refers to, where Go moves nothing.
type call[F Float] struct {
	// The addresses in words do not keep operands alive; these do.
	operands [3]*F
	words    [15]uintptr

	// A library with integers of 32 bits reads the lower halves, which come
	// first on all machines that are supported.
	m, n, k, lda, ldb, ldc, one int64
	alpha, beta                 F
	transA, transB              byte
}

// textLength is that of transA and transB as strings: compilers of Fortran
// pass it, by value, after the other arguments.
const textLength = 1

func (l *library[F]) gemm(transA, transB bool, m, n, k int, alpha F, a, b []F, beta F, c []F) {
	if m*n*k < smallProduct || tooLong(m, n, k) {
		l.small.gemm(transA, transB, m, n, k, alpha, a, b, beta, c)
		return
	}
	s := l.begin(b[:k*n], a[:m*k], c[:m*n])
	s.m, s.n, s.k = int64(n), int64(m), int64(k)
	s.lda, s.ldb, s.ldc = int64(stride(transB, k, n)), int64(stride(transA, m, k)), int64(n)
	s.transA, s.transB = letter(transB), letter(transA)
	s.alpha, s.beta = alpha, beta
	s.words = [15]uintptr{
		address(&s.transA), address(&s.transB), address(&s.m), address(&s.n), address(&s.k),
		address(&s.alpha), address(s.operands[0]), address(&s.lda), address(s.operands[1]), address(&s.ldb),
		address(&s.beta), address(s.operands[2]), address(&s.ldc), textLength, textLength,
	}
	purego.SyscallN(l.gemmAddress, s.words[:]...)
	l.end(s)
}

func (l *library[F]) gemv(trans bool, out, in int, w, x, dst []F) {
	if out*in < LibraryElements || tooLong(out, in, 1) {
		l.small.gemv(trans, out, in, w, x, dst)
		return
	}
	nx, ndst := in, out
	if trans {
		nx, ndst = out, in
	}
	s := l.begin(w[:out*in], x[:nx], dst[:ndst])
	s.m, s.n, s.lda = int64(in), int64(out), int64(in)
	s.transA = letter(!trans)
	s.alpha, s.beta = 1, 0
	s.words = [15]uintptr{
		address(&s.transA), address(&s.m), address(&s.n), address(&s.alpha),
		address(s.operands[0]), address(&s.lda), address(s.operands[1]), address(&s.one),
		address(&s.beta), address(s.operands[2]), address(&s.one), textLength,
	}
	purego.SyscallN(l.gemvAddress, s.words[:12]...)
	l.end(s)
}

func (l *library[F]) ger(out, in int, alpha F, y, x, w []F) {
	if out*in < LibraryElements || tooLong(out, in, 1) {
		l.small.ger(out, in, alpha, y, x, w)
		return
	}
	s := l.begin(x[:in], y[:out], w[:out*in])
	s.m, s.n, s.lda = int64(in), int64(out), int64(in)
	s.alpha = alpha
	s.words = [15]uintptr{
		address(&s.m), address(&s.n), address(&s.alpha),
		address(s.operands[0]), address(&s.one), address(s.operands[1]), address(&s.one),
		address(s.operands[2]), address(&s.lda),
	}
	purego.SyscallN(l.gerAddress, s.words[:9]...)
	l.end(s)
}

func (l *library[F]) outer(out, in int, alpha F, y, x, w []F) {
	l.small.outer(out, in, alpha, y, x, w) // BLAS has no such product
}

func (l *library[F]) axpy(alpha F, x, dst []F) { l.small.axpy(alpha, x, dst) }

func (l *library[F]) scale(alpha F, x, dst []F) { l.small.scale(alpha, x, dst) }

func (l *library[F]) combine(dst, x, w []F, k [][]F) { l.small.combine(dst, x, w, k) }

func (l *library[F]) gerv(out, in int, alpha F, y, x, w, next, dst []F) {
	l.ger(out, in, alpha, y, x, w)
	l.gemv(false, out, in, w, next, dst)
}

func (l *library[F]) gerCarry(out, in int, alpha F, y, x, w, carry []F) {
	l.small.gerCarry(out, in, alpha, y, x, w, carry) // nor this
}

func (l *library[F]) gervCarry(out, in int, alpha F, y, x, w, carry, next, dst []F) {
	l.gerCarry(out, in, alpha, y, x, w, carry)
	l.gemv(false, out, in, w, next, dst)
}

func (l *library[F]) gemmCarry(out, in, rows int, alpha F, y, x, w, carry, scratch []F) {
	throughScratch(l, out, in, rows, alpha, y, x, w, carry, scratch)
}

func (l *library[F]) axpyCarry(alpha F, x, dst, carry []F) { l.small.axpyCarry(alpha, x, dst, carry) }

// begin takes a call from the pool, for operands that the caller has cut to
// their lengths: the library would not notice that one is too short.
func (l *library[F]) begin(first, second, result []F) *call[F] {
	s := l.calls.Get().(*call[F])
	s.operands = [3]*F{&first[0], &second[0], &result[0]}
	return s
}

func (l *library[F]) end(s *call[F]) {
	runtime.KeepAlive(s)
	s.operands = [3]*F{}
	l.calls.Put(s)
}

func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// tooLong says that a dimension does not fit the integers of most libraries.
func tooLong(m, n, k int) bool { return max(m, n, k) > math.MaxInt32 }

func letter(transposed bool) byte {
	if transposed {
		return 'T'
	}
	return 'N'
}

func (*library[F]) outerThen(int, int, int, F, []F, []F, []F, func(int, int)) bool { return false }

func (l *library[F]) transposeTo(dst []F, ldd int, a []F, lda, m, n int) {
	l.small.transposeTo(dst, ldd, a, lda, m, n)
}
