package linalg

// whole3 is how many of n rows the kernels for three columns take.
func whole3(n int) int {
	if !hasAVX2() {
		return 0
	}
	return n &^ 3
}
