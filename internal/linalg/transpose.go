package linalg

// Transpose stores the transpose of a, m x n with rows lda apart, in dst, with
// rows ldd apart: a part of a matrix may be transposed into a part of another.
func Transpose[F Float](dst []F, ldd int, a []F, lda, m, n int) {
	inUse[F]().transposeTo(dst, ldd, a, lda, m, n)
}

func (gonumSingle) transposeTo(dst []float32, ldd int, a []float32, lda, m, n int) {
	transposePlain(dst, ldd, a, lda, m, n)
}

func (gonumDouble) transposeTo(dst []float64, ldd int, a []float64, lda, m, n int) {
	transposePlain(dst, ldd, a, lda, m, n)
}

func transposePlain[F Float](dst []F, ldd int, a []F, lda, m, n int) {
	for i := range m {
		for j, v := range a[i*lda:][:n] {
			dst[j*ldd+i] = v
		}
	}
}
