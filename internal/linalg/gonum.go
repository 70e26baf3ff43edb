package linalg

import (
	"runtime/debug"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// gonumBackend is gonum: Go, with assembly for vectors on amd64.
var gonumBackend = &Backend{name: gonumName(), single: gonumSingle{}, double: gonumDouble{}}

func gonumName() string {
	const module = "gonum.org/v1/gonum"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == module {
				return "gonum " + dep.Version
			}
		}
	}
	return "gonum"
}

type gonumSingle struct{ blas gonum.Implementation }

func (g gonumSingle) gemm(transA, transB bool, m, n, k int, alpha float32, a, b []float32, beta float32, c []float32) {
	if byVectors(&singleProducts, g, transA, transB, m, n, k, alpha, a, b, beta, c) {
		return
	}
	g.blas.Sgemm(transpose(transA), transpose(transB), m, n, k,
		alpha, a, stride(transA, m, k), b, stride(transB, k, n), beta, c, n)
}

func (g gonumSingle) gemv(trans bool, out, in int, w, x, dst []float32) {
	g.gemvPart(trans, out, in, w, in, x, dst)
}

func (g gonumSingle) gemvPart(trans bool, out, in int, w []float32, stride int, x, dst []float32) {
	switch {
	case in >= narrow || in != stride:
		g.blas.Sgemv(transpose(trans), out, in, 1, w, stride, x, 1, 0, dst, 1)
	case trans:
		mulVecTransNarrow(dst[:in], w, x[:out])
	case in == 3:
		mulVec3(dst[:out], w, x)
	default:
		mulVecNarrow(dst[:out], w, x[:in])
	}
}

func (g gonumSingle) ger(out, in int, alpha float32, y, x, w []float32) {
	if in == 3 {
		addOuter3(alpha, y[:out], x, w)
		return
	}
	g.blas.Sger(out, in, alpha, y, 1, x, 1, w, in)
}

func (g gonumSingle) outer(out, in int, alpha float32, y, x, w []float32) {
	if in == 3 {
		outer3(alpha, y[:out], x, w)
		return
	}
	clear(w[:out*in])
	g.ger(out, in, alpha, y, x, w)
}

func (g gonumSingle) axpy(alpha float32, x, dst []float32) {
	g.blas.Saxpy(len(dst), alpha, x, 1, dst, 1)
}

func (gonumSingle) scale(alpha float32, x, dst []float32) { scalePlain(alpha, x, dst) }

func (g gonumSingle) gerv(out, in int, alpha float32, y, x, w, next, dst []float32) {
	g.ger(out, in, alpha, y, x, w)
	g.gemv(false, out, in, w, next, dst)
}

type gonumDouble struct{ blas gonum.Implementation }

func (g gonumDouble) gemm(transA, transB bool, m, n, k int, alpha float64, a, b []float64, beta float64, c []float64) {
	if byVectors(&doubleProducts, g, transA, transB, m, n, k, alpha, a, b, beta, c) {
		return
	}
	g.blas.Dgemm(transpose(transA), transpose(transB), m, n, k,
		alpha, a, stride(transA, m, k), b, stride(transB, k, n), beta, c, n)
}

func (g gonumDouble) gemv(trans bool, out, in int, w, x, dst []float64) {
	g.gemvPart(trans, out, in, w, in, x, dst)
}

func (g gonumDouble) gemvPart(trans bool, out, in int, w []float64, stride int, x, dst []float64) {
	if in == 3 && stride == 3 && !trans {
		mulVec3Double(dst[:out], w, x)
		return
	}
	g.blas.Dgemv(transpose(trans), out, in, 1, w, stride, x, 1, 0, dst, 1)
}

func (g gonumDouble) ger(out, in int, alpha float64, y, x, w []float64) {
	if in == 3 {
		addOuter3Double(alpha, y[:out], x, w)
		return
	}
	g.blas.Dger(out, in, alpha, y, 1, x, 1, w, in)
}

func (g gonumDouble) outer(out, in int, alpha float64, y, x, w []float64) {
	if in == 3 {
		outer3Double(alpha, y[:out], x, w)
		return
	}
	clear(w[:out*in])
	g.ger(out, in, alpha, y, x, w)
}

func (g gonumDouble) axpy(alpha float64, x, dst []float64) {
	g.blas.Daxpy(len(dst), alpha, x, 1, dst, 1)
}

func (gonumDouble) scale(alpha float64, x, dst []float64) { scalePlain(alpha, x, dst) }

func (g gonumDouble) gerv(out, in int, alpha float64, y, x, w, next, dst []float64) {
	g.ger(out, in, alpha, y, x, w)
	g.gemv(false, out, in, w, next, dst)
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// stride is the length of a stored row of a rows x columns operand.
func stride(transposed bool, rows, columns int) int {
	if transposed {
		return rows
	}
	return columns
}
