//go:build amd64 || arm64

package linalg

//go:generate go -C ../asm run ./narrow -out ../linalg/narrow_amd64.s -stubs ../linalg/narrow_amd64.go -pkg linalg
//go:generate go -C ../asm run ./neon/narrow -out ../linalg/narrow_arm64.s -stubs ../linalg/narrow_arm64.go -pkg linalg

// mulVec3Double is mulVec3, several rows at once where the processor can.
func mulVec3Double(dst, w, x []float64) {
	n := whole3(len(dst))
	if n > 0 {
		w, x := w[:3*n], x[:3]
		dotsBy3(n, &w[0], &x[0], &dst[0])
	}
	mulVec3(dst[n:], w[3*n:], x)
}

// outer3Double is outer3, addOuter3Double addOuter3 in the same way.
func outer3Double(alpha float64, y, x, w []float64) {
	n := whole3(len(y))
	if n > 0 {
		w, x := w[:3*n], x[:3]
		storeOuterBy3(n, alpha, &w[0], &y[0], &x[0])
	}
	outer3(alpha, y[n:], x, w[3*n:])
}

func addOuter3Double(alpha float64, y, x, w []float64) {
	n := whole3(len(y))
	if n > 0 {
		w, x := w[:3*n], x[:3]
		addOuterBy3(n, alpha, &w[0], &y[0], &x[0])
	}
	addOuter3(alpha, y[n:], x, w[3*n:])
}
