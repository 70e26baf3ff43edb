package linalg

// combined is how many terms Combine takes in one pass: all that the method of
// Dormand and Prince needs.
const combined = 6

// Combine stores x plus the sum of w[j] k[j] over all j in dst, which may be x;
// all are as long as dst. Terms are summed before they are added to x: that
// rounds once at the size of x, not once a term, but for every sixth term. All
// backends give the same bits.
func Combine[F Float](dst, x, w []F, k [][]F) {
	if len(w) == 0 || len(dst) == 0 {
		copy(dst, x)
		return
	}
	for len(w) > combined {
		inUse[F]().combine(dst, x, w[:combined], k[:combined])
		x, w, k = dst, w[combined:], k[combined:]
	}
	inUse[F]().combine(dst, x, w, k)
}

func (gonumSingle) combine(dst, x, w []float32, k [][]float32) { combinePlain(dst, x, w, k) }
func (gonumDouble) combine(dst, x, w []float64, k [][]float64) { combinePlain(dst, x, w, k) }

// combinePlain cuts every slice to the length of dst, which frees its loops of
// bounds checks. Conversions keep processors from fusing products and sums.
func combinePlain[F Float](dst, x, w []F, k [][]F) {
	n := len(dst)
	x = x[:n]
	var f [combined]F
	var a [combined][]F
	for j := range a {
		a[j] = x
		if j < len(w) {
			f[j], a[j] = w[j], k[j][:n]
		}
	}
	k0, k1, k2, k3, k4, k5 := a[0][:n], a[1][:n], a[2][:n], a[3][:n], a[4][:n], a[5][:n]
	w0, w1, w2, w3, w4, w5 := f[0], f[1], f[2], f[3], f[4], f[5]
	switch len(w) {
	case 1:
		for i := range dst {
			dst[i] = x[i] + F(w0*k0[i])
		}
	case 2:
		for i := range dst {
			dst[i] = x[i] + (F(w0*k0[i]) + F(w1*k1[i]))
		}
	case 3:
		for i := range dst {
			dst[i] = x[i] + (F(w0*k0[i]) + F(w1*k1[i]) + F(w2*k2[i]))
		}
	case 4:
		for i := range dst {
			dst[i] = x[i] + ((F(w0*k0[i]) + F(w1*k1[i])) + (F(w2*k2[i]) + F(w3*k3[i])))
		}
	case 5:
		for i := range dst {
			dst[i] = x[i] + ((F(w0*k0[i]) + F(w1*k1[i])) + (F(w2*k2[i]) + F(w3*k3[i])) + F(w4*k4[i]))
		}
	case 6:
		for i := range dst {
			dst[i] = x[i] + ((F(w0*k0[i]) + F(w1*k1[i])) + (F(w2*k2[i]) + F(w3*k3[i])) + (F(w4*k4[i]) + F(w5*k5[i])))
		}
	}
}
