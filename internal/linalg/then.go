package linalg

// OuterThen is Outer for several samples that calls then with the bounds of each
// part of dst as soon as it is stored, from several goroutines: all parts
// together are dst, and a part is likely to be still in the processor's cache.
// It returns false, with nothing done, if the backend cannot do so.
func OuterThen[F Float](dst []F, alpha F, y, x []F, rows, out, in int, then func(lo, hi int)) bool {
	return rows > 1 && inUse[F]().outerThen(rows, out, in, alpha, y, x, dst, then)
}

func (gonumSingle) outerThen(int, int, int, float32, []float32, []float32, []float32, func(int, int)) bool {
	return false
}

func (gonumDouble) outerThen(int, int, int, float64, []float64, []float64, []float64, func(int, int)) bool {
	return false
}
