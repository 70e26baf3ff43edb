package integrator

import "burstsim/internal/linalg"

// combination is a weighted sum of stage derivatives without its zero terms.
type combination[F Float] struct {
	coefficients []float64
	stages       []int // whose derivatives k are
	k            [][]F
	weights      []F // step size times coefficients
}

// newCombination pairs coefficients with the stages k, which may be more.
func newCombination[F Float](coefficients []float64, k [][]F) combination[F] {
	var c combination[F]
	for j, a := range coefficients {
		if a != 0 {
			c.coefficients = append(c.coefficients, a)
			c.stages = append(c.stages, j)
			c.k = append(c.k, k[j])
		}
	}
	c.weights = make([]F, len(c.k))
	return c
}

// add stores x + h sum_j a_j k_j in dst, which may be x.
func (c *combination[F]) add(dst, x []F, h float64) {
	c.weigh(h)
	linalg.Combine(dst, x, c.weights, c.k)
}

func (c *combination[F]) weigh(h float64) {
	for j, a := range c.coefficients {
		c.weights[j] = F(h * a)
	}
}

// add1 stores x + w k in dst, which may be x or k.
func add1[F Float](dst, x []F, w F, k []F) {
	x, k = x[:len(dst)], k[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + F(w*k[i])
	}
}
