package integrator

// combination is a weighted sum of stage derivatives without its zero terms.
type combination[F Float] struct {
	coefficients []float64
	k            [][]F
	weights      []F // step size times coefficients
}

// newCombination pairs coefficients with the stages k, which may be more.
func newCombination[F Float](coefficients []float64, k [][]F) combination[F] {
	var c combination[F]
	for j, a := range coefficients {
		if a != 0 {
			c.coefficients = append(c.coefficients, a)
			c.k = append(c.k, k[j])
		}
	}
	c.weights = make([]F, len(c.k))
	return c
}

// add stores x + h sum_j a_j k_j in dst, which may be x. Up to six terms, all
// that Dormand and Prince need, share one pass over the state.
func (c *combination[F]) add(dst, x []F, h float64) {
	for j, a := range c.coefficients {
		c.weights[j] = F(h * a)
	}
	for w, k := c.weights, c.k; ; {
		switch len(w) {
		case 0:
			copy(dst, x)
			return
		case 1:
			add1(dst, x, w[0], k[0])
			return
		case 2:
			add2(dst, x, w, k)
			return
		case 3:
			add3(dst, x, w, k)
			return
		case 4:
			add4(dst, x, w, k)
			return
		case 5:
			add5(dst, x, w, k)
			return
		}
		add6(dst, x, w, k)
		if len(w) == 6 {
			return
		}
		x, w, k = dst, w[6:], k[6:]
	}
}

// The kernels cut every slice to the length of dst, which frees their loops of
// bounds checks. They sum the increments before adding them to x: that rounds
// once at the size of x, not once a term.

func add1[F Float](dst, x []F, w F, k []F) {
	x, k = x[:len(dst)], k[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + w*k[i]
	}
}

func add2[F Float](dst, x, w []F, k [][]F) {
	n := len(dst)
	x, k0, k1 := x[:n], k[0][:n], k[1][:n]
	w0, w1 := w[0], w[1]
	for i := range dst {
		dst[i] = x[i] + (w0*k0[i] + w1*k1[i])
	}
}

func add3[F Float](dst, x, w []F, k [][]F) {
	n := len(dst)
	x, k0, k1, k2 := x[:n], k[0][:n], k[1][:n], k[2][:n]
	w0, w1, w2 := w[0], w[1], w[2]
	for i := range dst {
		dst[i] = x[i] + (w0*k0[i] + w1*k1[i] + w2*k2[i])
	}
}

func add4[F Float](dst, x, w []F, k [][]F) {
	n := len(dst)
	x, k0, k1, k2, k3 := x[:n], k[0][:n], k[1][:n], k[2][:n], k[3][:n]
	w0, w1, w2, w3 := w[0], w[1], w[2], w[3]
	for i := range dst {
		dst[i] = x[i] + ((w0*k0[i] + w1*k1[i]) + (w2*k2[i] + w3*k3[i]))
	}
}

func add5[F Float](dst, x, w []F, k [][]F) {
	n := len(dst)
	x, k0, k1, k2, k3, k4 := x[:n], k[0][:n], k[1][:n], k[2][:n], k[3][:n], k[4][:n]
	w0, w1, w2, w3, w4 := w[0], w[1], w[2], w[3], w[4]
	for i := range dst {
		dst[i] = x[i] + ((w0*k0[i] + w1*k1[i]) + (w2*k2[i] + w3*k3[i]) + w4*k4[i])
	}
}

func add6[F Float](dst, x, w []F, k [][]F) {
	n := len(dst)
	x, k0, k1, k2, k3, k4, k5 := x[:n], k[0][:n], k[1][:n], k[2][:n], k[3][:n], k[4][:n], k[5][:n]
	w0, w1, w2, w3, w4, w5 := w[0], w[1], w[2], w[3], w[4], w[5]
	for i := range dst {
		dst[i] = x[i] + ((w0*k0[i] + w1*k1[i]) + (w2*k2[i] + w3*k3[i]) + (w4*k4[i] + w5*k5[i]))
	}
}
