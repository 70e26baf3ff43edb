package record

// Spread picks at most k of n things, from the first to the last.
func Spread(n, k int) []int {
	k = min(n, k)
	out := make([]int, k)
	for i := range out {
		out[i] = i * (n - 1) / max(1, k-1)
	}
	return out
}
