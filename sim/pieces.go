package sim

import (
	"slices"

	"burstsim/integrator"
	"burstsim/sim/program"
)

var _ integrator.Piecewise[float64] = (*Continuous[float64])(nil)

const (
	// fewWeights fit into a processor's fast memory, with all their rates.
	fewWeights = 1 << 14
	// pieceWeights is how many there are to a piece at most, but for whole rows.
	pieceWeights = 1 << 11
)

// piece are rows of the weights of a rule.
type piece struct{ rule, from, to int }

// kept is what the rates of the weights of a rule follow from at one time:
// factors, empty where it changes nothing, and the rate of the rule.
type kept[F Float] struct {
	program.Product[F]
	rate float64
}

// cut makes pieces of many weights that all learn by products of two factors.
func (c *Continuous[F]) cut() {
	if c.split || len(c.x)-c.dynamic <= fewWeights {
		return
	}
	for k := range c.rules {
		if !c.machine.ByRows(k) {
			c.pieces, c.ends = nil, nil
			return
		}
		r := &c.rules[k]
		rows, in := c.machine.Rows(k)
		step := max(1, pieceWeights/in)
		for from := 0; from < rows; from += step {
			to := min(from+step, rows)
			c.pieces = append(c.pieces, piece{k, from, to})
			c.ends = append(c.ends, r.from+to*in)
		}
	}
}

// Pieces are rows of weights.
func (c *Continuous[F]) Pieces() (head int, ends []int) { return c.dynamic, slices.Clone(c.ends) }

// Keep makes place for the factors of all rules.
func (c *Continuous[F]) Keep(n int) {
	c.kept = make([][]kept[F], n)
	for i := range c.kept {
		c.kept[i] = make([]kept[F], len(c.rules))
		for k := range c.rules {
			rows, in := c.machine.Rows(k)
			c.kept[i][k].Product = program.Product[F]{Post: make([]F, 0, rows), Pre: make([]F, 0, in)}
		}
	}
}

// Partial is Derivative without the rates of the weights.
func (c *Continuous[F]) Partial(dst []F, k int, t float64, x []F) {
	c.derivative(dst, t, x)
	for i := range c.kept[k] {
		own := &c.kept[k][i]
		var p program.Product[F]
		if c.learning {
			p, _ = c.machine.Product(i)
		}
		own.rate, own.Factor = c.rules[i].rate, p.Factor
		own.Post = append(own.Post[:0], p.Post...)
		own.Pre = append(own.Pre[:0], p.Pre...)
	}
}

// Rates are those of some rows of weights.
func (c *Continuous[F]) Rates(dst []F, k, i int) {
	p := &c.pieces[i]
	own := &c.kept[k][p.rule]
	if len(own.Post) == 0 {
		clear(dst)
		return
	}
	program.ChangeRows(dst, own.Product, own.rate, p.from, p.to)
}
