package linalg

// whole3 is how many of n rows the kernels for three columns take.
func whole3(n int) int { return n &^ 1 }
