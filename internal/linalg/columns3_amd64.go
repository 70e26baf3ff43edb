package linalg

//go:generate go -C ../asm run ./narrow -out ../linalg/narrow_amd64.s -stubs ../linalg/narrow_amd64.go -pkg linalg

// mulVec3Double is mulVec3, four rows at once where the processor can.
func mulVec3Double(dst, w, x []float64) {
	n := fours(len(dst))
	if n > 0 {
		w, x := w[:3*n], x[:3]
		dots3AVX2(n, &w[0], &x[0], &dst[0])
	}
	mulVec3(dst[n:], w[3*n:], x)
}

// outer3Double is outer3, addOuter3Double addOuter3 in the same way.
func outer3Double(alpha float64, y, x, w []float64) {
	n := fours(len(y))
	if n > 0 {
		w, x := w[:3*n], x[:3]
		storeOuter3AVX2(n, alpha, &w[0], &y[0], &x[0])
	}
	outer3(alpha, y[n:], x, w[3*n:])
}

func addOuter3Double(alpha float64, y, x, w []float64) {
	n := fours(len(y))
	if n > 0 {
		w, x := w[:3*n], x[:3]
		addOuter3AVX2(n, alpha, &w[0], &y[0], &x[0])
	}
	addOuter3(alpha, y[n:], x, w[3*n:])
}

// fours is how many of n rows the kernels take.
func fours(n int) int {
	if !hasAVX2() {
		return 0
	}
	return n &^ 3
}
